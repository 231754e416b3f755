package ingest

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"outturn/engine/evidence"
)

// merger merges a stretch of keys of several runs: a heap of cursors, the least record on top.
type merger struct {
	heap []*cursor
	hi   string // records from here on are left, "" for none
}

// newMerger opens cursors on the runs' records from lo up to, not with, hi; "" for no limit.
func newMerger(list []run, lo, hi string, buffer int) (*merger, error) {
	m := &merger{hi: hi}
	for i := range list {
		c := &cursor{run: &list[i]}
		c.offset, c.end = list[i].stretch(lo, hi)
		if c.offset >= c.end {
			continue
		}
		c.open(buffer)
		for c.next() {
			if compareMark(c.record, lo) >= 0 {
				break
			}
			c.record = nil
		}
		if c.err != nil {
			return nil, c.err
		}
		if c.record != nil && m.within(c) {
			m.heap = append(m.heap, c)
		}
	}
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.sift(i)
	}
	return m, nil
}

// stretch returns the offsets between which a run's records from lo up to hi lie: some before and after too.
func (r *run) stretch(lo, hi string) (from, to int64) {
	to = r.size
	if lo != "" {
		if n, _ := slices.BinarySearchFunc(r.index, lo, compareIndex); n > 0 {
			from = r.index[n-1].offset
		}
	}
	if hi != "" {
		if n, _ := slices.BinarySearchFunc(r.index, hi, compareIndex); n < len(r.index) {
			to = r.index[n].offset
		}
	}
	return from, to
}

func compareIndex(m mark, key string) int { return strings.Compare(m.key, key) }

// compareMark orders a record against a key with its rank in front; "" comes before every record.
func compareMark(record []byte, key string) int {
	if key == "" {
		return 1
	}
	if record[0] != key[0] {
		return int(record[0]) - int(key[0])
	}
	return strings.Compare(alias(keyOf(record)), key[1:])
}

func (m *merger) within(c *cursor) bool { return m.hi == "" || compareMark(c.record, m.hi) < 0 }

// top returns the cursor with the least record, nil at the end.
func (m *merger) top() *cursor {
	if len(m.heap) == 0 {
		return nil
	}
	return m.heap[0]
}

// advance moves the top cursor on.
func (m *merger) advance() error {
	c := m.heap[0]
	if !c.next() || !m.within(c) {
		if c.err != nil {
			return c.err
		}
		last := len(m.heap) - 1
		m.heap[0] = m.heap[last]
		m.heap = m.heap[:last]
		if last == 0 {
			return nil
		}
	}
	m.sift(0)
	return nil
}

func (m *merger) sift(i int) {
	h := m.heap
	c := h[i]
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child+1].compare(h[child]) < 0 {
			child++
		}
		if c.compare(h[child]) <= 0 {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = c
}

// fanIn is the most runs that are merged at once: so many that each has a fair buffer in the memory allowed.
func (p *phase) fanIn() int { return int(max(16, min(p.o.Memory/4/(64<<10), 2048))) }

// consolidate merges runs into longer ones until there are few enough to merge at once.
func (p *phase) consolidate() error {
	for len(p.runs.list) > p.fanIn() {
		var longer []run
		for group := range slices.Chunk(p.runs.list, p.fanIn()) {
			one, err := p.join(group)
			if err != nil {
				return err
			}
			longer = append(longer, one)
		}
		p.runs.list = longer
	}
	return nil
}

// join merges runs into one, in the temporary file.
func (p *phase) join(group []run) (run, error) {
	m, err := newMerger(group, "", "", p.bufferSize(len(group), 1))
	if err != nil {
		return run{}, err
	}
	if p.runs.file == nil {
		if p.runs.file, err = p.runs.store.create("sort"); err != nil {
			return run{}, err
		}
	}
	out := run{file: p.runs.file, at: p.runs.length}
	var b []byte
	next := int64(0)
	flush := func() error {
		_, err := out.file.WriteAt(b, p.runs.length)
		p.runs.length += int64(len(b))
		b = b[:0]
		return err
	}
	for c := m.top(); c != nil; c = m.top() {
		if out.size >= next {
			out.index = append(out.index, mark{string(c.record[0]) + string(keyOf(c.record)), out.size})
			next = out.size + indexEvery
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(len(c.record)))
		b = append(b, c.record...)
		out.size += int64(4 + len(c.record))
		if len(b) >= chunkBytes {
			if err := flush(); err != nil {
				return run{}, err
			}
		}
		if err := m.advance(); err != nil {
			return run{}, err
		}
	}
	return out, flush()
}

// bufferSize is what each cursor of a merge may hold of its file.
func (p *phase) bufferSize(runs, workers int) int {
	return int(max(4<<10, min(p.o.Memory/4/int64(max(1, runs)*workers), 256<<10)))
}

// splitters divides the keys into ranges of about equal size.
func (p *phase) splitters() []string {
	total := int64(0)
	var keys []string
	for i := range p.runs.list {
		total += p.runs.list[i].size
		for _, m := range p.runs.list[i].index {
			keys = append(keys, m.key)
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	// Small ranges let whoever settles share the work out; ranges of runs in a file are larger, as each opens them all.
	size := int64(rangeBytes)
	if p.runs.file != nil {
		size = min(8*rangeBytes, p.o.Memory/16)
	}
	ranges := int(max(1, min(total/size, rangesMax, int64(len(keys)))))
	var at []string
	for i := 1; i < ranges; i++ {
		at = append(at, keys[i*len(keys)/ranges])
	}
	return slices.Compact(at)
}

// merged is what the merge of one range gave.
type merged struct {
	done    bool // to its end
	again   bool // its bytes did not fit: it is merged again when it is asked for again
	chunks  []chunk
	leaves  []evidence.Digest
	names   []byte // where the options ask for them
	summary evidence.Summary
	err     error
}

// merge makes the snapshot of what was read. Where the options put it off, the roots of a range are merged when they are
// asked for.
func merge(p *phase, store *store) (*Snapshot, error) {
	if err := p.consolidate(); err != nil {
		return nil, err
	}
	s := &Snapshot{c: p.v.c, store: store, p: p, held: &chunks{store: store, memory: p.o.Memory / 2}}
	g := newGatherer(p.v, p.faults, p.o.CutOff)
	s.whole = g.whole(p.whole)
	evidence.Number(s.whole, 1)
	s.beside = g.Builder.Summary
	s.beside.Late += int(p.lateOf.Load())
	s.splits = append(p.splitters(), "")
	s.shards = make([]merged, len(s.splits))
	if p.o.Later && p.faults.err() == nil {
		return s, nil
	}
	if err := s.finish(); err != nil {
		return nil, err
	}
	return s, nil
}

// finish merges what is not merged yet, and sums up.
func (s *Snapshot) finish() error {
	s.finished.Do(func() {
		var next atomic.Int64
		var wait sync.WaitGroup
		for range min(workerCount(), len(s.shards)) {
			wait.Go(func() {
				for i := int(next.Add(1)) - 1; i < len(s.shards); i = int(next.Add(1)) - 1 {
					if !s.shard(i).done {
						_ = s.mergeShard(i, s.p.faults, nil) // why not is kept with the shard
					}
				}
			})
		}
		wait.Wait()
		s.summary = s.beside
		s.summary.Late += int(s.p.late.Load()) - int(s.p.lateOf.Load())
		var root evidence.Root
		root.Add(evidence.UnitDigest(evidence.AppendItems(nil, s.c, s.whole)))
		for i := range s.shards {
			one := &s.shards[i]
			for _, leaf := range one.leaves {
				root.Add(leaf)
			}
			s.summary.Add(&one.summary)
			_ = s.fail(one.err)
		}
		_ = s.fail(s.p.faults.err())
		s.summary.CutOff, s.summary.Digest = s.p.o.CutOff, root.Sum()
	})
	return s.fail(nil)
}

// fail notes why the snapshot cannot be read, and returns the first reason.
func (s *Snapshot) fail(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure = cmp.Or(s.failure, err)
	return s.failure
}

// shard is what is known of a shard by now.
func (s *Snapshot) shard(i int) merged {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shards[i]
}

// mergeShard merges the roots of a shard and hands each on, until it is told to stop. The first time it digests each, and
// keeps what canonical bytes there is room for.
func (s *Snapshot) mergeShard(i int, faults *collector, each func(*evidence.Tree) bool) error {
	p, lo := s.p, ""
	if i > 0 {
		lo = s.splits[i-1]
	}
	m, err := newMerger(p.runs.list, lo, s.splits[i], p.bufferSize(len(p.runs.list), workerCount()))
	if err != nil {
		return s.keep(i, merged{err: err})
	}
	g := newGatherer(p.v, faults, p.o.CutOff)
	var group grouper
	var out *writer
	if !s.shard(i).done {
		out = newWriter(s, each != nil)
	}
	for m.top() != nil {
		if err := group.collect(m, g, faults); err != nil {
			return s.keep(i, merged{err: err})
		}
		tree := g.Tree()
		if out != nil {
			if err := out.write(tree, m.top() == nil); err != nil {
				return s.keep(i, merged{err: err})
			}
		}
		if each == nil {
			continue
		}
		number := uint64(1)
		for u := range tree.Units {
			number = evidence.Number(tree.Units[u].Items, number)
		}
		if !each(tree) {
			return nil
		}
	}
	if out == nil {
		return nil
	}
	out.summary, out.done = g.Builder.Summary, true
	return s.keep(i, out.merged)
}

// keep takes up what a shard came to, the first time.
func (s *Snapshot) keep(i int, one merged) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.shards[i].done {
		s.shards[i] = one
	}
	return one.err
}

// writer writes the canonical bytes of a shard and digests them.
type writer struct {
	merged
	s     *Snapshot
	b     []byte
	size  int
	ranks []byte
	once  bool // it is likely to be read this once: what does not fit is not written to a file
}

func newWriter(s *Snapshot, once bool) *writer {
	w := &writer{s: s, size: int(min(chunkBytes, max(s.p.o.Memory/64, 4<<10))), once: once}
	w.ranks, _ = evidence.RootRanks(s.c)
	return w
}

// write adds a tree, the last of the shard or not.
func (w *writer) write(tree *evidence.Tree, last bool) error {
	if w.b == nil {
		w.b = make([]byte, 0, w.size+w.size/8)
	}
	at := len(w.b)
	w.b = evidence.AppendTree(w.b, w.s.c, tree)
	w.leaves = append(w.leaves, evidence.UnitDigest(w.b[at:]))
	if w.s.p.o.Leaves {
		key := tree.Units[0].Key
		w.names = append(append(w.names, byte(1+len(key)), w.ranks[tree.Units[0].Type]), key...)
	}
	if w.again {
		w.b = w.b[:0]
	}
	if w.again || len(w.b) < w.size && !last {
		return nil
	}
	if w.once && !w.s.held.room(cap(w.b)) {
		w.again, w.chunks, w.b = true, nil, w.b[:0]
		return nil
	}
	one, err := w.s.held.put(w.b)
	if err != nil {
		return err
	}
	if one.b == nil { // it went to the file: the memory is free
		w.b = w.b[:0]
	} else {
		w.b = nil
	}
	w.chunks = append(w.chunks, one)
	return nil
}

// grouper collects the records of one root.
type grouper struct {
	key  []byte
	copy []byte // records whose cursor's buffer will be read over
}

// collect adds the records of the root on top to the gatherer, and moves past them.
func (r *grouper) collect(m *merger, g *gatherer, faults *collector) error {
	g.Begin()
	r.copy = r.copy[:0]
	c := m.top()
	rank := c.record[0]
	first := c.prefix
	long := int(c.record[1]) > prefixKey
	r.key = append(r.key[:0], keyOf(c.record)...)
	for n := 0; c != nil && c.prefix == first && (!long && c.record[1] <= prefixKey || bytes.Equal(keyOf(c.record), r.key)); n++ {
		record := c.record
		if c.run.file != nil {
			at := len(r.copy)
			r.copy = append(r.copy, record...)
			record = r.copy[at:len(r.copy):len(r.copy)]
		}
		if n < itemsRootMax {
			g.add(record)
		} else if n == itemsRootMax {
			unit := &g.v.c.Units[g.v.byRank[rank]]
			faults.add(0, evidence.Fault{File: "evidence", Field: unit.Name, Value: string(r.key),
				Rule: fmt.Sprintf("one %s and its members have more than %d rows", unit.Name, itemsRootMax), Remedy: "divide it into several"})
		}
		if err := m.advance(); err != nil {
			return err
		}
		c = m.top()
	}
	return nil
}
