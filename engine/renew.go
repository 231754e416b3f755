package engine

import (
	"fmt"
	"iter"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// Of a contract that is separable, what all units came to at one final statement can be made into what they come to at
// the next without going over them all: the roots that are not what they were are taken out as they were and put in as
// they are. Of every other root all that was due was settled by that statement, and nothing more is due.

// Kept is what a settlement leaves for the next: what all units came to, and of each root, in order, the last day that may
// be settled on which it comes to the same, if nothing more is told of it, and what is settled of it with this statement.
type Kept struct {
	Found   Part
	Until   []calendar.Date
	Settled []byte // of each root its length, as a uvarint, and then its bytes, for Position.Of of the next
}

// SettleKeeping settles as Settle does, and says what may be kept for Renew: nothing where the contract is not separable.
func SettleKeeping(c *contracts.Contract, on Occasion, s evidence.Snapshot, pos Position, sink Sink) (statements.Statement, Kept, error) {
	var kept Kept
	if c.HasShadow() {
		st, err := Settle(c, on, s, pos, sink)
		return st, kept, err
	}
	st, err := begin(c, on, s, pos, sink)
	if err != nil {
		return statements.Statement{}, kept, err
	}
	st.keeps = st.inseparable() == ""
	for pass := 0; pass <= st.last; pass++ {
		all, err := st.assess(pass, 0, st.write)
		if err != nil {
			return statements.Statement{}, kept, err
		}
		if st.keeps {
			kept = st.kept
			kept.Found = all.encode()
		}
		if err := st.reduce(pass, all); err != nil {
			return statements.Statement{}, kept, err
		}
	}
	if err := st.conclude(); err != nil {
		return statements.Statement{}, kept, err
	}
	out, err := st.statement()
	return out, kept, err
}

// AssessKeeping is Assess of some roots of a separable contract, wherever they stand. The position says by Of what was settled of them.
func AssessKeeping(c *contracts.Contract, on Occasion, s evidence.Snapshot, pos Position, sink Sink) (Kept, error) {
	st, err := begin(c, on, s, pos, sink)
	if err != nil {
		return Kept{}, err
	}
	if why := st.inseparable(); why != "" {
		return Kept{}, fmt.Errorf("contract %s cannot be settled by its changes: %s", c.ID, why)
	}
	st.keeps = true
	all, err := st.assess(0, 0, st.write)
	st.kept.Found = all.encode()
	return st.kept, err
}

// Renew makes the statement that Settle would, and what may be kept of it, from what was kept with the last final
// statement of the position. Was and is are what the roots that are not what they were came to then, without a position,
// and come to now: those of which anything was told since, those that are new, and those kept until a day before the last
// settled. Nothing may have been told since about no unit. Of the snapshot, which is the whole, it reads what stands beside
// the units; lines are the records handed on when is was worked out.
func Renew(c *contracts.Contract, on Occasion, s evidence.Snapshot, pos Position, kept, was, is Part, lines iter.Seq2[[]byte, error], sink Sink) (statements.Statement, Part, error) {
	st, err := begin(c, on, s, pos, sink)
	if err != nil {
		return statements.Statement{}, nil, err
	}
	if why := st.inseparable(); why != "" || len(pos.Prior) == 0 {
		return statements.Statement{}, nil, fmt.Errorf("contract %s cannot be settled by its changes: %s", c.ID, why)
	}
	var found [3]*found
	for i, part := range []Part{kept, was, is} {
		found[i] = newFound(st.plan)
		if err := found[i].decode(part); err != nil {
			return statements.Statement{}, nil, fmt.Errorf("what was kept: %w", err)
		}
	}
	all, old, now := found[0], found[1], found[2]
	all.settle()
	old.settle()
	old.negate()
	all.merge(old)
	all.merge(now)
	all.totals.matched = nil // evidence is only ever added to, so that every root that was settled is there
	for i := range pos.Prior {
		all.totals.matched = append(all.totals.matched, pos.Prior[i].Units)
	}
	next := all.encode()
	if err := st.reduce(0, all); err != nil {
		return statements.Statement{}, nil, err
	}
	for b, err := range lines {
		if err == nil {
			err = st.writeLines(b)
		}
		if err != nil {
			return statements.Statement{}, nil, err
		}
	}
	if err := st.conclude(); err != nil {
		return statements.Statement{}, nil, err
	}
	out, err := st.statement()
	return out, next, err
}

// settle makes what was found what the next statement finds where nothing changed: all that was due is settled.
func (f *found) settle() {
	t := f.totals
	for i := range t.pay {
		t.pay[i].adjusted, t.pay[i].settled = 0, t.pay[i].toDate
	}
	for i := range t.parties {
		t.parties[i].settled = t.parties[i].toDate
	}
	clear(t.postings)
	t.matched, f.lines = nil, 0
}

// negate makes what was found what takes it off again.
func (f *found) negate() {
	t := f.totals
	for i := range t.pay {
		p := &t.pay[i]
		p.lines, p.count, p.held = -p.lines, p.count.Neg(), -p.held
		p.negate()
		negateCounts(&t.waits.count[i])
	}
	for i := range t.parties {
		t.parties[i].negate()
		t.paid[i] = -t.paid[i]
	}
	for at, g := range t.gave {
		t.gave[at] = gave{-g.lines, -g.paid, -g.received}
	}
	for i := range t.overlaps {
		o := &t.overlaps[i]
		for j := range o.with {
			for k := range o.with[j] {
				o.with[j][k] = -o.with[j][k]
			}
			o.lost[j], o.minors[j] = -o.lost[j], -o.minors[j]
		}
	}
	for at, s := range t.elsewhere {
		t.elsewhere[at] = toldSum{-s.outcomes, s.sum.Neg()}
	}
	for i := range t.cohorts {
		negateCounts(&t.cohorts[i])
	}
	negateCounts(&t.items)
	for i := range t.binds {
		t.binds[i].lines, t.binds[i].took = -t.binds[i].lines, -t.binds[i].took
	}
}

func (m *moved) negate() { m.toDate, m.settled = -m.toDate, -m.settled }

func negateCounts(counts *[reasonCount]int) {
	for i := range counts {
		counts[i] = -counts[i]
	}
}
