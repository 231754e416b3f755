package main

import (
	"bytes"
	"errors"
	"io"
	"os"

	"outturn/contracts"
	"outturn/engine"
	"outturn/engine/proof"
	"outturn/engine/statements"
)

// sampler keeps, of the records that pass, those that hold the first lines due of each payment, the first adjustments,
// and the record of the whole. It looks at bytes, and reads only the records it keeps.
type sampler struct {
	c     *contracts.Contract
	limit int
	lines []int // by payment: lines due that are kept
	fixes []int // by payment: adjustments that are kept
	names map[string]int
	marks [][]byte // by payment: how a line of it begins
	kept  []statements.Record
	raw   [][]byte
}

func newSampler(c *contracts.Contract, limit int) *sampler {
	s := &sampler{c: c, limit: limit, lines: make([]int, len(c.Payments)), fixes: make([]int, len(c.Payments)), names: map[string]int{}}
	for i := range c.Payments {
		s.names[c.Payments[i].Name] = i
		s.marks = append(s.marks, []byte(`"payment":"`+c.Payments[i].Name+`"`))
	}
	return s
}

// sink looks through a run of records.
func (s *sampler) sink(records []byte) error {
	for len(records) > 0 {
		end := bytes.IndexByte(records, '\n') + 1
		if end == 0 {
			return errNoEnd
		}
		if err := s.record(records[:end]); err != nil {
			return err
		}
		records = records[end:]
	}
	return nil
}

var errNoEnd = errors.New("a record of the statement without its end")

func (s *sampler) record(line []byte) error {
	whole := bytes.HasPrefix(line, []byte(`{"whole":`))
	if !whole && (!s.wants(line) || !dueNow(line)) {
		return nil
	}
	var r statements.Record
	if err := engine.ParseRecord(bytes.Clone(line), s.c, &r); err != nil {
		return err
	}
	wanted := r.Unit == ""
	for i := range r.Lines {
		l := &r.Lines[i]
		counts := s.lines
		if l.Reason != "" {
			counts = s.fixes
		}
		if p, ok := s.names[l.Payment]; ok && !l.Due.IsZero() && counts[p] < s.limit {
			counts[p]++
			wanted = true
		}
	}
	if wanted {
		s.kept = append(s.kept, r)
		s.raw = append(s.raw, bytes.TrimSpace(bytes.Clone(line)))
	}
	return nil
}

// wants reports whether a record's bytes name a payment of which lines, or adjustments, are still to be kept. Records
// are many and those kept are few, so that only these are parsed.
func (s *sampler) wants(record []byte) bool {
	adjusts := bytes.Contains(record, []byte(`"reason":`))
	for p := range s.lines {
		if s.c.Payments[p].Per.Unit < 0 || s.lines[p] >= s.limit && (!adjusts || s.fixes[p] >= s.limit) {
			continue
		}
		if bytes.Contains(record, s.marks[p]) {
			return true
		}
	}
	return false
}

// dueNow reports whether some line of a record has an amount due that is not nought.
func dueNow(line []byte) bool {
	key := []byte(`"due":"`)
	for {
		i := bytes.Index(line, key)
		if i < 0 {
			return false
		}
		line = line[i+len(key):]
		for j := 0; j < len(line) && line[j] != '"'; j++ {
			if line[j] >= '1' && line[j] <= '9' {
				return true
			}
		}
	}
}

// together hands a run of records to several sinks, one after another.
func together(sinks ...engine.Sink) engine.Sink {
	return func(records []byte) error {
		for _, sink := range sinks {
			if err := sink(records); err != nil {
				return err
			}
		}
		return nil
	}
}

// spool keeps the records of a statement that is not recorded, so that the next one can take it off: in a temporary
// file, which is gone when it is closed.
type spool struct {
	file *os.File
	size int64
}

func newSpool() (*spool, error) {
	file, err := os.CreateTemp("", "outturn-lines-")
	return &spool{file: file}, err
}

func (s *spool) sink(records []byte) error {
	n, err := s.file.Write(records)
	s.size += int64(n)
	return err
}

// stored is the statement with the lines that were spooled, as if it had been recorded and read back.
func (s *spool) stored(c *contracts.Contract, name string, st statements.Statement) (*proof.Stored, error) {
	head, err := st.Bytes()
	if err != nil {
		return nil, err
	}
	return proof.Open(c, name, head, io.ReaderAt(s.file), s.size)
}

func (s *spool) Close() error {
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}
