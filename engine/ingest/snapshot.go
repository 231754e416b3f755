package ingest

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"os"
	"sync"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
)

// Snapshot is evidence read from files or rows: an evidence.Snapshot whose canonical bytes lie in memory as far as they
// fit, and else in a temporary file, or are made again.
type Snapshot struct {
	c      *contracts.Contract
	store  *store
	p      *phase // whose runs the shards are merged of
	splits []string
	held   *chunks
	whole  []evidence.Item
	beside evidence.Summary

	mu     sync.Mutex // of what the shards came to
	shards []merged

	finished sync.Once
	failure  error
	summary  evidence.Summary
}

var _ evidence.Snapshot = (*Snapshot)(nil)

// Shards returns how many ranges the roots are divided into.
func (s *Snapshot) Shards() int { return len(s.shards) }

// Roots returns how many roots a shard has. Of a snapshot that was made Later all is put together for that.
func (s *Snapshot) Roots(shard int) int {
	if s.finish() != nil {
		return 0 // the units say why
	}
	return len(s.shards[shard].leaves)
}

// Units yields the roots of a shard in canonical order. A tree is valid until the next is asked for. An error means
// that a temporary file could not be read back, or is *evidence.Faults where the snapshot was made Later, and ends it.
func (s *Snapshot) Units(shard int) iter.Seq2[*evidence.Tree, error] {
	return func(yield func(*evidence.Tree, error) bool) {
		if err := s.fail(nil); err != nil {
			yield(nil, err)
			return
		}
		one := s.shard(shard)
		if !one.done || one.again {
			s.unitsMerged(shard, yield)
			return
		}
		reader := evidence.NewReader(s.c)
		var buffer []byte
		for _, c := range one.chunks {
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

// unitsMerged yields the roots of a shard as they are merged. Where one is at fault, every fault of all shards is found.
func (s *Snapshot) unitsMerged(shard int, yield func(*evidence.Tree, error) bool) {
	faults := &collector{most: s.p.faults.most}
	more := true
	err := s.mergeShard(shard, faults, func(tree *evidence.Tree) bool {
		more = yield(tree, nil)
		return more
	})
	if more && err == nil && faults.err() != nil {
		all := &collector{most: faults.most}
		for i := range s.shards {
			err = cmp.Or(err, s.mergeShard(i, all, nil))
		}
		err = s.fail(cmp.Or(err, all.err()))
	}
	if more && err != nil {
		yield(nil, err)
	}
}

// Whole returns the items about the contract, a role or a cohort, in canonical order.
func (s *Snapshot) Whole() []evidence.Item { return s.whole }

// Summary returns what a statement says of the snapshot. Of one that was made Later it is known when the units were read;
// where that came to an error, it says nothing.
func (s *Snapshot) Summary() evidence.Summary {
	if s.finish() != nil {
		return evidence.Summary{}
	}
	return s.summary
}

// Stretch returns the snapshot's roots without their bytes, where the options asked for their digests.
func (s *Snapshot) Stretch() evidence.Stretch {
	out := evidence.Stretch{Summary: s.Summary()}
	for i := range s.shards {
		out.Leaves = append(out.Leaves, s.shards[i].leaves...)
	}
	out.Summary.CutOff, out.Summary.Digest = 0, evidence.Digest{}
	out.Summary.Items -= s.beside.Items
	out.Summary.Late -= s.beside.Late
	for i := range out.Summary.Standing {
		out.Summary.Standing[i] -= s.beside.Standing[i]
	}
	return out
}

// List returns the snapshot's roots, each with the day until which it holds and what is settled of it (engine.Kept), where the options
// asked for their digests.
func (s *Snapshot) List(until []calendar.Date, settled []byte) evidence.Roots {
	var list evidence.Roots
	for i := range s.shards {
		names := s.shards[i].names
		for _, leaf := range s.shards[i].leaves {
			n := 1 + int(names[0])
			size, from := binary.Uvarint(settled)
			end := from + int(size)
			list = list.Append(names[1:n], leaf[:], until[0], settled[from:end])
			names, until, settled = names[n:], until[1:], settled[end:]
		}
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

// room reports whether so many bytes more stay in memory.
func (k *chunks) room(size int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.held+int64(size) <= k.memory
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
