package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
)

// Sequence is the number of the last item that no open batch can still come before. It waits for open batches, so it is
// asked in a transaction that may write.
func (tx *Tx) Sequence(ctx context.Context, contract string) (int64, error) {
	var next int64
	err := tx.tx.QueryRow(ctx, "select next_sequence from contracts where id = $1 for no key update", contract).Scan(&next)
	return next - 1, told(err)
}

// Sequence is the number of the last item that was kept when this view began. Batches are numbered under a lock that
// they hold until they are kept, so nothing can come before it later.
func (v *View) Sequence(ctx context.Context, contract string) (int64, error) {
	var next int64
	err := v.tx.QueryRow(ctx, "select next_sequence from contracts where id = $1", contract).Scan(&next)
	return next - 1, told(err)
}

// The limits of a snapshot.
const (
	memoryDefault = 256 << 20 // bytes it may hold before it goes to a file
	chunkBytes    = 1 << 20   // canonical bytes written at once
	shardBytes    = 4 << 20   // canonical bytes of a shard, about
	shardsMax     = 256
)

// Snapshot is evidence read from the store: an evidence.Snapshot whose canonical bytes lie in memory as far as they fit,
// and else in a temporary file.
type Snapshot struct {
	c       *contracts.Contract
	chunks  []chunk
	shards  []int // the first chunk of each
	file    *os.File
	length  int64
	held    int64
	memory  int64
	whole   []evidence.Item
	summary evidence.Summary
}

var _ evidence.Snapshot = (*Snapshot)(nil)

// chunk is canonical bytes of whole trees, in memory or at a place in the file.
type chunk struct {
	b    []byte
	at   int64
	size int
}

// Snapshot reads a contract's evidence up to a sequence, as it was known at a cut-off (no day: all of it). It reads the
// rows in this transaction and is done with them when it returns. The caller closes it.
func (v *View) Snapshot(ctx context.Context, c *contracts.Contract, contract string, upTo int64, cutOff calendar.Date) (*Snapshot, error) {
	s := &Snapshot{c: c, memory: cmp.Or(v.memory, memoryDefault)}
	if err := s.read(ctx, v, contract, upTo, cutOff); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

const snapshotSQL = "select sequence, " + rowColumns + " from items where contract = $1 and sequence <= $2 order by root_type, root_key, sequence"

// making is a snapshot on its way: the roots so far in canonical bytes, and their digests.
type making struct {
	*Snapshot
	cutOff calendar.Date
	g      *evidence.Gatherer
	faults evidence.Faults
	root   evidence.Root
	b      []byte
	late   int
	begun  bool
}

// read makes units and items of the rows, in the order of their roots, and digests each root.
func (s *Snapshot) read(ctx context.Context, v *View, contract string, upTo int64, cutOff calendar.Date) error {
	m := &making{Snapshot: s, cutOff: cutOff}
	m.g = m.gatherer()
	err := newRowReader(s.c).roots(ctx, v.tx, snapshotSQL, []any{contract, upTo}, func(one *root) error {
		if one.Type < 0 {
			m.takeWhole(one)
			return nil
		}
		return m.take(one)
	})
	if err != nil {
		return err
	}
	return m.finish()
}

func (m *making) gatherer() *evidence.Gatherer {
	fault := func(sequence uint64, f evidence.Fault) {
		f.Line = int(sequence)
		m.faults.List = append(m.faults.List, f)
	}
	return evidence.NewGatherer(m.c, m.cutOff, fault, func(sequence uint64) string { return fmt.Sprintf("item %d", sequence) })
}

// known yields the rows that were known at the cut-off, and counts the others.
func (m *making) known(rows []evidence.Row) iter.Seq[*evidence.Row] {
	return func(yield func(*evidence.Row) bool) {
		for i := range rows {
			if m.cutOff != 0 && rows[i].Learned > m.cutOff {
				m.late++
			} else if !yield(&rows[i]) {
				return
			}
		}
	}
}

// takeWhole makes the items about the contract, a role or a cohort.
func (m *making) takeWhole(one *root) {
	g := m.gatherer() // of its own, as its memory is the items'
	m.whole = g.Whole(m.known(one.Rows))
	evidence.Number(m.whole, 1)
	for i := range m.whole {
		for _, text := range []*string{&m.whole[i].ID, &m.whole[i].Points, &m.whole[i].Source, &m.whole[i].Party} {
			*text = strings.Clone(*text)
		}
	}
	m.summary = g.Builder.Summary
}

// begin digests the whole, whose leaf comes first. Its rows have come by then: the name of their root's type, "", sorts
// before every other.
func (m *making) begin() {
	if !m.begun {
		m.begun = true
		m.root.Add(evidence.UnitDigest(evidence.AppendItems(nil, m.c, m.whole)))
	}
}

// take makes the tree of one root.
func (m *making) take(one *root) error {
	m.begin()
	m.g.Begin()
	any := false
	for row := range m.known(one.Rows) {
		any = true
		m.g.Add(row)
	}
	if !any {
		return nil
	}
	at := len(m.b)
	m.b = evidence.AppendTree(m.b, m.c, m.g.Tree())
	m.root.Add(evidence.UnitDigest(m.b[at:]))
	if len(m.b) < chunkBytes {
		return nil
	}
	var err error
	m.b, err = m.put(m.b)
	return err
}

// finish completes the snapshot, or says what is wrong with the evidence.
func (m *making) finish() error {
	m.begin()
	if len(m.b) > 0 {
		if _, err := m.put(m.b); err != nil {
			return err
		}
	}
	if len(m.faults.List) > 0 {
		evidence.SortFaults(m.faults.List)
		return &m.faults
	}
	units := &m.g.Builder.Summary
	m.summary.Units, m.summary.Items = m.summary.Units+units.Units, m.summary.Items+units.Items
	for i := range units.Standing {
		m.summary.Standing[i] += units.Standing[i]
	}
	m.summary.CutOff, m.summary.Digest, m.summary.Late = m.cutOff, m.root.Sum(), m.late
	m.divide()
	return nil
}

// put keeps a chunk, and returns memory for the next.
func (s *Snapshot) put(b []byte) ([]byte, error) {
	if s.file == nil && s.held+int64(len(b)) <= s.memory {
		s.held += int64(len(b))
		s.chunks = append(s.chunks, chunk{b: b, size: len(b)})
		return make([]byte, 0, chunkBytes+chunkBytes/8), nil
	}
	if s.file == nil {
		f, err := os.CreateTemp("", "outturn-snapshot-*")
		if err != nil {
			return nil, fmt.Errorf("evidence does not fit the memory allowed, and no temporary file can be made: %w", err)
		}
		s.file = f
		// Where the system allows it the name goes at once, so that a killed process leaves nothing behind.
		_ = os.Remove(f.Name())
	}
	if _, err := s.file.WriteAt(b, s.length); err != nil {
		return nil, fmt.Errorf("evidence does not fit the memory allowed, and the temporary file cannot be written: %w", err)
	}
	s.chunks = append(s.chunks, chunk{at: s.length, size: len(b)})
	s.length += int64(len(b))
	return b[:0], nil
}

// divide makes shards of the chunks.
func (s *Snapshot) divide() {
	size := max(shardBytes, (s.held+s.length)/shardsMax)
	inShard := size
	for i, c := range s.chunks {
		if inShard >= size {
			s.shards = append(s.shards, i)
			inShard = 0
		}
		inShard += int64(c.size)
	}
	if len(s.shards) == 0 {
		s.shards = []int{0}
	}
}

// Shards returns how many ranges the roots are divided into.
func (s *Snapshot) Shards() int { return len(s.shards) }

// Units yields the roots of a shard in canonical order. A tree is valid until the next is asked for. An error means that
// a temporary file could not be read back, and ends it.
func (s *Snapshot) Units(shard int) iter.Seq2[*evidence.Tree, error] {
	from, to := s.shards[shard], len(s.chunks)
	if shard+1 < len(s.shards) {
		to = s.shards[shard+1]
	}
	return func(yield func(*evidence.Tree, error) bool) {
		reader := evidence.NewReader(s.c)
		var buffer []byte
		for _, c := range s.chunks[from:to] {
			b := c.b
			if b == nil {
				if cap(buffer) < c.size {
					buffer = make([]byte, c.size)
				}
				b = buffer[:c.size]
				if _, err := s.file.ReadAt(b, c.at); err != nil && err != io.EOF {
					yield(nil, fmt.Errorf("the snapshot's temporary file cannot be read back: %w", err))
					return
				}
			}
			for tree, err := range reader.Trees(b) {
				if !yield(tree, err) || err != nil {
					return
				}
			}
		}
	}
}

// Whole returns the items about the contract, a role or a cohort, in canonical order.
func (s *Snapshot) Whole() []evidence.Item { return s.whole }

// Summary returns what a statement says of the snapshot.
func (s *Snapshot) Summary() evidence.Summary { return s.summary }

// Close removes the temporary file. The snapshot must not be read after.
func (s *Snapshot) Close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if removed := os.Remove(s.file.Name()); removed != nil && !errors.Is(removed, os.ErrNotExist) {
		err = errors.Join(err, removed)
	}
	s.file = nil
	return err
}
