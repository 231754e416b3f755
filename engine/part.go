package engine

import (
	"bytes"
	"errors"
	"fmt"
	"iter"

	"outturn/contracts"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// A settlement may be divided: parts of the snapshot, each a range of roots, are assessed apart, by whatever process, and
// what they came to is reduced to the statement that Settle makes of the whole, byte for byte. Settle itself does the
// same with its shards.

// Part is what the units of one part of a snapshot came to in one pass, in bytes that the same release reads back.
type Part []byte

// partRoots is how far apart the numbers of the first roots of two parts stand, so that roots are numbered in their order
// without knowing how many the parts before have. How a part's own shards divide it, which may differ from pass to pass,
// does not show in the numbers.
const partRoots = 1 << 32

// Passes is how many times every unit must be gone through to settle a contract on an occasion. What a pass finds of all
// parts must be known before the next can begin. It is nought for a contract that cannot be divided: one with a shadow, which
// is settled twice.
func Passes(c *contracts.Contract, on Occasion) (int, error) {
	if c.HasShadow() {
		return 0, nil
	}
	p, err := newPlan(c, on)
	if err != nil {
		return 0, err
	}
	return p.last + 1, nil
}

var errShadow = errors.New("a contract with a shadow is settled twice, and cannot be divided")

// Assess goes over the units of one part of a snapshot in one pass. The part has every item about the whole, and of the
// roots those between the parts before and after it; number is its place among all parts, from nought. Earlier is what
// the passes before found, by pass and part. In the last pass the sink is handed the records of the part's units.
func Assess(c *contracts.Contract, on Occasion, s evidence.Snapshot, pos Position, number int, earlier [][]Part, sink Sink) (Part, error) {
	if c.HasShadow() {
		return nil, errShadow
	}
	st, err := begin(c, on, s, pos, sink)
	if err != nil {
		return nil, err
	}
	if len(earlier) > st.last {
		return nil, fmt.Errorf("contract %s is settled in %d passes, and %d were made already", c.ID, st.last+1, len(earlier))
	}
	for pass, parts := range earlier {
		if err := st.reduceParts(pass, parts); err != nil {
			return nil, err
		}
	}
	all, err := st.assess(len(earlier), number, st.write)
	if err != nil {
		return nil, err
	}
	return all.encode(), nil
}

// Reduce makes the statement of what the parts came to in every pass, by pass and part, and hands its records to the
// sink. Of the snapshot, which is the whole, it reads what stands beside the units. Lines are the records that the last
// pass of a part handed to its sink, in runs of whole records.
func Reduce(c *contracts.Contract, on Occasion, s evidence.Snapshot, pos Position, passes [][]Part, lines func(number int) iter.Seq2[[]byte, error], sink Sink) (statements.Statement, error) {
	if c.HasShadow() {
		return statements.Statement{}, errShadow
	}
	st, err := begin(c, on, s, pos, sink)
	if err != nil {
		return statements.Statement{}, err
	}
	if len(passes) != st.last+1 {
		return statements.Statement{}, fmt.Errorf("contract %s is settled in %d passes, and there are %d", c.ID, st.last+1, len(passes))
	}
	for pass, parts := range passes {
		if err := st.reduceParts(pass, parts); err != nil {
			return statements.Statement{}, err
		}
	}
	for number := range passes[st.last] {
		for b, err := range lines(number) {
			if err != nil {
				return statements.Statement{}, err
			}
			if err := st.writeLines(b); err != nil {
				return statements.Statement{}, err
			}
		}
	}
	if err := st.conclude(); err != nil {
		return statements.Statement{}, err
	}
	return st.statement()
}

// reduceParts takes up what parts came to in a pass.
func (st *settlement) reduceParts(pass int, parts []Part) error {
	all := newFound(st.plan)
	for number, part := range parts {
		one := newFound(st.plan)
		if err := one.decode(part); err != nil {
			return fmt.Errorf("what part %d came to in pass %d: %w", number+1, pass+1, err)
		}
		all.merge(one)
	}
	return st.reduce(pass, all)
}

// writeLines adds a run of records to the statement.
func (st *settlement) writeLines(b []byte) error {
	r := &shardResult{bytes: b}
	for record := range bytes.Lines(b) {
		r.leaves = append(r.leaves, evidence.UnitDigest(record))
	}
	return st.write(r)
}
