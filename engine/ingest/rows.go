package ingest

import (
	"cmp"
	"encoding/binary"
	"errors"
	"io/fs"
	"sync"

	"outturn/contracts"
	"outturn/engine/evidence"
)

// SequenceLine is the line in its file of a row that Rows handed on.
func SequenceLine(sequence uint64) int { return int(sequence & lineMask) }

// Rows reads every evidence file of a folder, as Open does, and hands on each row that is sound in itself, for whoever
// keeps rows. Files stand in the order of their names; rows come one at a time but in no order, each with its
// Sequence (which rises with file and line), and are valid only during the call. A row that names a member and not
// what it is part of comes with empty keys in its Path. What only rows together can get wrong (two answers to one fact,
// an item that points at none) is for the keeper of rows to find. An error of take ends it.
//
// The error is *evidence.Faults when rows were at fault: those were not handed on, and every other row was.
func Rows(c *contracts.Contract, fsys fs.FS, o Options, take func(*evidence.Row) error) error {
	v, err := newVocabulary(c)
	if err != nil {
		return err
	}
	o.Memory = max(cmp.Or(o.Memory, memoryDefault), memoryLeast)
	faults := &collector{most: cmp.Or(o.MaxFaults, faultsDefault)}
	mapping, err := readMapping(fsys, v, faults)
	if err != nil {
		return err
	}
	files, err := findFiles(fsys, mapping, faults)
	if err != nil {
		return err
	}
	faults.files = files
	p := newPhase(v, o, faults)
	p.hand = take
	for _, name := range files {
		size := int64(blockBytes) // of a stream, which does not know
		if info, err := fs.Stat(fsys, name); err == nil && info.Size() > 0 {
			size = info.Size()
		}
		p.total += size
	}
	p.parse(fsys, files, mapping)
	if p.failure != nil {
		return p.failure
	}
	return faults.err()
}

// handOn gives one row to whoever keeps them.
func (p *phase) handOn(e *entry) {
	p.handMu.Lock()
	defer p.handMu.Unlock()
	if p.stopped.Load() {
		return
	}
	if err := p.hand(e); err != nil {
		p.fail(err)
	}
}

// FromRows makes a snapshot of rows that were kept, in whatever order they are handed on: each with its whole Path, valid
// only during the call. Several may hand on rows at once, each its own part. Of the options it takes the cut-off, the
// memory and the folder for temporary files. The error is *evidence.Faults when the rows do not go together; of a snapshot
// that is made Later it comes with the units. The caller
// closes the snapshot when it is no longer read.
func FromRows(c *contracts.Contract, o Options, give ...func(take func(*evidence.Row) error) error) (*Snapshot, error) {
	v, err := newVocabulary(c)
	if err != nil {
		return nil, err
	}
	o.Memory = max(cmp.Or(o.Memory, memoryDefault), memoryLeast)
	faults := &collector{most: cmp.Or(o.MaxFaults, faultsDefault)}
	store := &store{dir: o.TempDir}
	p := newPhase(v, o, faults)
	p.runs = &runs{store: store, memory: o.Memory / 2}
	p.total = o.Memory // so that blocks are as large as the memory allows
	p.buffers.New = func() any { b := make([]byte, 0, min(rowsFirst, p.blockSize())); return &b }
	var wait sync.WaitGroup
	for _, one := range give {
		wait.Go(func() { p.keep(one) })
	}
	wait.Wait()
	err = p.failure
	var s *Snapshot
	if err == nil {
		s, err = merge(p, store)
	}
	if err == nil {
		err = faults.err()
	}
	if err == nil {
		return s, nil
	}
	return nil, errors.Join(err, store.close())
}

// rowsFirst is how large a block of rows begins. Of how many there will be nothing is known, and few need little.
const rowsFirst = 64 << 10

// keep sorts the rows of one giver into runs, each block while the next is filled.
func (p *phase) keep(give func(take func(*evidence.Row) error) error) {
	blocks := make(chan *[]byte, 1)
	var wait sync.WaitGroup
	wait.Go(func() {
		var s sorter
		for b := range blocks {
			s.begin()
			for at := 0; at < len(*b); at += 4 + int(binary.LittleEndian.Uint32((*b)[at:])) {
				s.note(*b, at+4)
			}
			if err := p.runs.add(s.sorted(*b)); err != nil {
				p.fail(err)
			}
			p.buffers.Put(b)
		}
	})
	out := p.take()
	err := give(func(e *evidence.Row) error {
		switch {
		case p.stopped.Load():
			return p.failure
		case p.o.CutOff != 0 && e.Learned > p.o.CutOff:
			p.late.Add(1)
			if e.Leaf < 0 {
				p.lateOf.Add(1)
			}
			return nil
		case e.Leaf < 0:
			p.addWhole(e)
			return nil
		}
		if *out, _ = appendRecord(*out, p.v, e); len(*out) >= p.blockSize() {
			blocks <- out
			out = p.take()
		}
		return nil
	})
	if len(*out) > 0 {
		blocks <- out
	}
	close(blocks)
	wait.Wait()
	if err != nil {
		p.fail(err)
	}
}
