// Package proof keeps statements so that they can be shown to be what they were, and made again.
//
// A statement is stored as its head, statement.json, and its lines, lines.ndjson; the head commits to the lines and
// names everything the statement was made from. A bundle holds all of that in one archive, and Verify makes the
// statement again from it, offline, and compares every byte.
package proof

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// The limits of what is read back.
const (
	headBytesMax = 64 << 20 // a statement's head
	lineBytesMax = 64 << 20 // one record of its lines
)

// Stored is one statement read back, its lines left where they are.
type Stored struct {
	Statement statements.Statement
	Head      []byte // its canonical bytes
	Digest    evidence.Digest

	contract *contracts.Contract
	name     string // where it was read from, for errors
	lines    io.ReaderAt
	size     int64
}

// Open reads a statement back and refuses one that is not what it was: a head that is not in its canonical bytes, of
// another contract, or with lines that are not those it commits to. It reads the lines once from end to end. The name
// is for errors.
func Open(c *contracts.Contract, name string, head []byte, lines io.ReaderAt, size int64) (*Stored, error) {
	s, err := OpenHead(c, name, head, lines, size)
	if err != nil {
		return nil, err
	}
	roll, err := rollOf(io.NewSectionReader(lines, 0, size))
	if err != nil {
		return nil, fmt.Errorf("%s/%s: %w", name, LinesName, err)
	}
	if want := s.Statement.Lines; roll.Root != want.Root || roll.Records != want.Records || roll.Bytes != want.Bytes {
		return nil, fmt.Errorf("%s/%s: its lines have root %s (%d records, %d bytes), but the statement commits to %s (%d records, %d bytes); a statement is never changed: restore the file",
			name, LinesName, roll.Root, roll.Records, roll.Bytes, want.Root, want.Records, want.Bytes)
	}
	return s, nil
}

// OpenHead is Open without reading the lines, for whoever takes part in a settlement that somebody else checks.
func OpenHead(c *contracts.Contract, name string, head []byte, lines io.ReaderAt, size int64) (*Stored, error) {
	s, err := openHead(c, name, head)
	if err == nil {
		s.lines, s.size = lines, size
	}
	return s, err
}

// openHead reads a head alone.
func openHead(c *contracts.Contract, name string, head []byte) (*Stored, error) {
	s := &Stored{Head: head, contract: c, name: name}
	decoder := json.NewDecoder(bytes.NewReader(head))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s.Statement); err != nil {
		return nil, fmt.Errorf("%s/%s: not a statement: %w", name, HeadName, err)
	}
	again, err := s.Statement.Bytes()
	if err != nil {
		return nil, fmt.Errorf("%s/%s: %w", name, HeadName, err)
	}
	if !bytes.Equal(again, head) {
		return nil, fmt.Errorf("%s/%s: not in the form in which it was issued (it differs at byte %d); a statement is never changed: restore the file",
			name, HeadName, firstDifference(again, head))
	}
	if s.Statement.Edition != contracts.Edition {
		return nil, fmt.Errorf("%s/%s: written in edition %d of the contract language; this release reads edition %d", name, HeadName, s.Statement.Edition, contracts.Edition)
	}
	if s.Statement.Contract != c.ID {
		return nil, fmt.Errorf("%s/%s: a statement of contract %s, but the contract here is %s", name, HeadName, s.Statement.Contract, c.ID)
	}
	if s.Statement.Currency != c.Currency.Code {
		return nil, fmt.Errorf("%s/%s: in %s, but the contract here pays in %s: a contract has one currency", name, HeadName, s.Statement.Currency, c.Currency.Code)
	}
	s.Digest, err = s.Statement.Digest()
	return s, err
}

func firstDifference(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// rollOf works out what a statement's head says of lines: the Merkle root over its records, their number and bytes.
func rollOf(lines io.Reader) (statements.Roll, error) {
	var root evidence.Root
	var roll statements.Roll
	r := newLineReader(lines)
	for {
		line, err := r.next()
		if errors.Is(err, io.EOF) {
			roll.Root = root.Sum().String()
			return roll, nil
		}
		if err != nil {
			return roll, err
		}
		root.Add(evidence.UnitDigest(line))
		roll.Records++
		roll.Bytes += int64(len(line))
	}
}

// lineReader reads whole lines, their newlines included.
type lineReader struct {
	r    *bufio.Reader
	long []byte
}

func newLineReader(r io.Reader) *lineReader { return &lineReader{r: bufio.NewReaderSize(r, 1<<18)} }

var errNoNewline = errors.New("the last line is cut off")

// next returns the next line, valid until the one after; io.EOF at the end.
func (l *lineReader) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		l.long = l.long[:0]
		for errors.Is(err, bufio.ErrBufferFull) {
			if len(l.long) > lineBytesMax {
				return nil, fmt.Errorf("a line of more than %d bytes", lineBytesMax)
			}
			l.long = append(l.long, line...)
			line, err = l.r.ReadSlice('\n')
		}
		l.long = append(l.long, line...)
		line = l.long
	}
	if errors.Is(err, io.EOF) && len(line) > 0 {
		return nil, errNoNewline
	}
	return line, err
}

// Prior is the statement as a later settlement takes it off. Its lines are found by binary search.
func (s *Stored) Prior() engine.Prior {
	through, _ := calendar.ParseDate(s.Statement.Through)
	cutOff, _ := calendar.ParseDate(s.Statement.CutOff)
	return engine.Prior{Digest: s.Digest, Through: through, CutOff: cutOff, Units: s.Statement.Lines.Units, Postings: s.Statement.Postings, Lines: s.Lines}
}

// Position is what a run of final statements settled. It refuses them unless each names exactly those before it.
func Position(stored []*Stored) (engine.Position, error) {
	var p engine.Position
	for i, s := range stored {
		if s.Statement.Status != "final" || s.Statement.Number != i+1 {
			return p, fmt.Errorf("%s: %s statement %d stands where final statement %d should", s.name, s.Statement.Status, s.Statement.Number, i+1)
		}
		if len(s.Statement.Prior) != i {
			return p, fmt.Errorf("%s: it names %d prior statements, but %d stand before it", s.name, len(s.Statement.Prior), i)
		}
		for j, digest := range s.Statement.Prior {
			if digest != stored[j].Digest.String() {
				return p, fmt.Errorf("%s: it was made on a statement %d with digest %s, but the one here has %s; restore it", s.name, j+1, digest, stored[j].Digest)
			}
		}
		p.Prior = append(p.Prior, s.Prior())
	}
	return p, nil
}

// Lines yields the records from the first whose root unit is not before (unitType, key), the record of the whole last.
// Each record is the caller's to keep. An error ends it.
func (s *Stored) Lines(unitType int, key string) iter.Seq2[statements.Record, error] {
	return func(yield func(statements.Record, error) bool) {
		var from int64
		var err error
		if unitType == len(s.contract.Units) {
			from, err = s.findWhole()
		} else {
			from, err = s.find(unitType, key)
		}
		if err != nil {
			yield(statements.Record{}, fmt.Errorf("%s/%s: %w", s.name, LinesName, err))
			return
		}
		s.records(from, yield)
	}
}

// PriorWhole is Prior without the records of roots: that of the whole, where there is one, is read at once.
func (s *Stored) PriorWhole() (engine.Prior, error) {
	p := s.Prior()
	var list []statements.Record
	for r, err := range s.Lines(len(s.contract.Units), "") {
		if err != nil {
			return p, err
		}
		list = append(list, r)
	}
	p.Whole = true
	p.Lines = func(int, string) iter.Seq2[statements.Record, error] {
		return func(yield func(statements.Record, error) bool) {
			for i := range list {
				if !yield(list[i], nil) {
					return
				}
			}
		}
	}
	return p, nil
}

// All yields every record in order, as Lines does.
func (s *Stored) All() iter.Seq2[statements.Record, error] {
	return func(yield func(statements.Record, error) bool) { s.records(0, yield) }
}

func (s *Stored) records(from int64, yield func(statements.Record, error) bool) {
	r := newLineReader(io.NewSectionReader(s.lines, from, s.size-from))
	for {
		line, err := r.next()
		if errors.Is(err, io.EOF) {
			return
		}
		var record statements.Record
		if err == nil {
			err = engine.ParseRecord(line, s.contract, &record)
		}
		if err != nil {
			yield(statements.Record{}, fmt.Errorf("%s/%s: %w", s.name, LinesName, err))
			return
		}
		if !yield(record, nil) {
			return
		}
	}
}

// Raw returns the lines' bytes from the first record on.
func (s *Stored) Raw() *io.SectionReader { return io.NewSectionReader(s.lines, 0, s.size) }

// findWhole returns where the record of the whole begins, which is the last, or the end where there is none.
func (s *Stored) findWhole() (int64, error) {
	if s.Statement.Lines.Records == s.Statement.Lines.Units {
		return s.size, nil
	}
	begins, _, err := s.lineFrom(s.size-1, 0)
	return begins, err
}

// find returns where the first record begins whose root unit is not before (unitType, key).
func (s *Stored) find(unitType int, key string) (int64, error) {
	low, high := int64(0), s.size // the answer is a line's beginning in low..high, or high
	for low < high {
		middle := low + (high-low)/2
		begins, line, err := s.lineFrom(middle, low)
		if err != nil {
			return 0, err
		}
		var record statements.Record
		if err := engine.ParseRecord(line, s.contract, &record); err != nil {
			return 0, err
		}
		if before(s.contract, &record, &statements.Record{UnitType: unitType, Unit: key}) {
			low = begins + int64(len(line))
		} else {
			high = begins
		}
	}
	return low, nil
}

// before reports whether one record stands before another: in the order of the snapshot's roots, the whole last.
func before(c *contracts.Contract, a, b *statements.Record) bool {
	if wholeA, wholeB := a.UnitType == len(c.Units), b.UnitType == len(c.Units); wholeA || wholeB {
		return wholeB && !wholeA
	}
	return evidence.CompareUnits(c, &evidence.Unit{Type: a.UnitType, Key: a.Unit}, &evidence.Unit{Type: b.UnitType, Key: b.Unit}) < 0
}

// lineFrom returns the line that holds the byte at `at`, where it begins, no earlier than low.
func (s *Stored) lineFrom(at, low int64) (begins int64, line []byte, err error) {
	const step = 4096
	begins = low
	for end := at; end > low; { // backwards to the newline before
		start := max(low, end-step)
		block := make([]byte, end-start)
		if _, err := s.lines.ReadAt(block, start); err != nil && err != io.EOF {
			return 0, nil, err
		}
		if i := bytes.LastIndexByte(block, '\n'); i >= 0 {
			begins = start + int64(i) + 1
			break
		}
		end = start
	}
	line, err = newLineReaderSize(io.NewSectionReader(s.lines, begins, s.size-begins), step).next()
	return begins, line, err
}

func newLineReaderSize(r io.Reader, size int) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, size)}
}
