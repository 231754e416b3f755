package ingest

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"sync"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
)

// Snapshot is evidence read from files: an evidence.Snapshot whose canonical bytes lie in memory as far as they fit,
// and else in a temporary file.
type Snapshot struct {
	c       *contracts.Contract
	store   *store
	held    *chunks
	shards  [][]chunk
	roots   []int // by shard
	whole   []evidence.Item
	summary evidence.Summary
	beside  evidence.Summary
	leaves  []evidence.Digest
	names   []byte // of roots, each behind its length
}

var _ evidence.Snapshot = (*Snapshot)(nil)

// Shards returns how many ranges the roots are divided into.
func (s *Snapshot) Shards() int { return len(s.shards) }

// Roots returns how many roots a shard has.
func (s *Snapshot) Roots(shard int) int { return s.roots[shard] }

// Units yields the roots of a shard in canonical order. A tree is valid until the next is asked for. An error means
// that a temporary file could not be read back, and ends it.
func (s *Snapshot) Units(shard int) iter.Seq2[*evidence.Tree, error] {
	return func(yield func(*evidence.Tree, error) bool) {
		reader := evidence.NewReader(s.c)
		var buffer []byte
		for _, c := range s.shards[shard] {
			b, err := s.held.get(c, &buffer)
			if err != nil {
				yield(nil, err)
				return
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

// Stretch returns the snapshot's roots without their bytes, where the options asked for their digests.
func (s *Snapshot) Stretch() evidence.Stretch {
	out := evidence.Stretch{Leaves: s.leaves, Summary: s.summary}
	out.Summary.CutOff, out.Summary.Digest = 0, evidence.Digest{}
	out.Summary.Items -= s.beside.Items
	out.Summary.Late -= s.beside.Late
	for i := range out.Summary.Standing {
		out.Summary.Standing[i] -= s.beside.Standing[i]
	}
	return out
}

// List returns the snapshot's roots, each with the day until which it holds, where the options asked for their digests.
func (s *Snapshot) List(until []calendar.Date) evidence.Roots {
	const rest = 1 + len(evidence.Digest{}) + 4
	list := make(evidence.Roots, 0, len(s.names)+len(s.leaves)*rest)
	names := s.names
	for i := range s.leaves {
		n := 1 + int(names[0])
		list = list.Append(names[1:n], s.leaves[i][:], until[i])
		names = names[n:]
	}
	return list
}

// Beside returns the counts of the items about the contract, a role or a cohort.
func (s *Snapshot) Beside() evidence.Summary { return s.beside }

// Close removes the temporary files. The snapshot must not be read after.
func (s *Snapshot) Close() error { return s.store.close() }

// chunk is canonical bytes of whole trees, in memory or at a place in the file.
type chunk struct {
	b    []byte
	at   int64
	size int
}

// chunks keeps chunks in memory up to a limit, and then in one temporary file.
type chunks struct {
	store  *store
	memory int64
	mu     sync.Mutex
	held   int64
	file   *os.File
	length int64
}

// put keeps a chunk. When it stays in memory the chunk takes the bytes over.
func (k *chunks) put(b []byte) (chunk, error) {
	k.mu.Lock()
	if k.held+int64(cap(b)) <= k.memory {
		k.held += int64(cap(b))
		k.mu.Unlock()
		return chunk{b: b, size: len(b)}, nil
	}
	if k.file == nil {
		f, err := k.store.create("snapshot")
		if err != nil {
			k.mu.Unlock()
			return chunk{}, err
		}
		k.file = f
	}
	c := chunk{at: k.length, size: len(b)}
	k.length += int64(len(b))
	k.mu.Unlock()
	if _, err := k.file.WriteAt(b, c.at); err != nil {
		return chunk{}, fmt.Errorf("evidence does not fit the memory allowed, and the temporary file cannot be written: %w", err)
	}
	return c, nil
}

// get returns a chunk's bytes, in the buffer when they lie in the file.
func (k *chunks) get(c chunk, buffer *[]byte) ([]byte, error) {
	if c.b != nil {
		return c.b, nil
	}
	if cap(*buffer) < c.size {
		*buffer = make([]byte, c.size)
	}
	b := (*buffer)[:c.size]
	if _, err := k.file.ReadAt(b, c.at); err != nil {
		if errors.Is(err, os.ErrClosed) {
			return nil, errors.New("the snapshot was read after it was closed")
		}
		return nil, fmt.Errorf("the snapshot's temporary file cannot be read back: %w", err)
	}
	return b, nil
}
