package ingest

import (
	"cmp"
	"io/fs"

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
