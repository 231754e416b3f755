// Package engine settles contracts: Settle is a pure function of a contract, an occasion, the evidence known at the
// cut-off and what was settled before. Nothing else can reach its answer: no clock, no map order, no number of cores.
package engine

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// Settle works out what the whole contract is worth to date on the evidence known at the cut-off, subtracts what the
// position says was settled, and returns the statement of the difference. Its lines go to the sink, which may be nil,
// as canonical records in canonical order.
//
// It goes over the units in passes: each pass assesses every unit on its own and gathers what figures of the whole
// need; the last one applies the caps and writes the lines of units. Then it concludes what depends on the whole. An
// error names the payment, its clause and the unit; it never leaves a statement behind.
func Settle(c *contracts.Contract, on Occasion, s evidence.Snapshot, pos Position, sink Sink) (statements.Statement, error) {
	st, err := settle(c, on, s, pos, sink)
	if err != nil {
		return statements.Statement{}, err
	}
	out, err := st.statement()
	if err != nil || !c.HasShadow() {
		return out, err
	}
	out.Shadow, err = st.shadow()
	return out, err
}

// settlement is a settlement under way.
type settlement struct {
	*plan
	snapshot evidence.Snapshot
	position Position
	sink     Sink
	gathered *gathered
	readers  []*reader // by worker
	totals   *totals
	settled  []settledLine // of the whole, where a cap needs it before the end
	root     evidence.Root
	roll     statements.Roll
	keeps    bool // what it leaves of each root
	kept     Kept // of roots, once the last pass is done
	compared []statements.ComparisonSum
	based    []statements.BaselineSum
	saved    []statements.SavingSum
	streams  []statements.StreamSum
	given    []statements.InKindSum
	givenAt  [][]key // of the figures of what was given
	stood    []statements.StandingSum
	assumed  []statements.AssumptionSum
	partners *partnersRead
	good     *goodLine // what makes losses good
}

func settle(c *contracts.Contract, on Occasion, s evidence.Snapshot, pos Position, sink Sink) (*settlement, error) {
	st, err := begin(c, on, s, pos, sink)
	if err != nil {
		return nil, err
	}
	for pass := 0; pass <= st.last; pass++ {
		all, err := st.assess(pass, 0, st.write)
		if err != nil {
			return nil, err
		}
		if err := st.reduce(pass, all); err != nil {
			return nil, err
		}
	}
	return st, st.conclude()
}

// begin makes a settlement ready for its first pass.
func begin(c *contracts.Contract, on Occasion, s evidence.Snapshot, pos Position, sink Sink) (*settlement, error) {
	if err := on.check(c, pos); err != nil {
		return nil, err
	}
	p, err := newPlan(c, on)
	if err != nil {
		return nil, err
	}
	st := &settlement{plan: p, snapshot: s, position: pos, sink: sink, totals: newTotals(p)}
	st.gathered = &gathered{tallies: make([]map[key]*tally, len(p.gathers)), checks: make([]map[key]*checkTally, len(c.Checks)),
		numbers: make([]numbering, len(c.Cohorts)), allowed: map[claimant]int64{}, limits: make([]string, len(c.Caps)), estimates: map[compareAt]*estimate{}}
	if slices.Contains(p.mixed, true) { // such a cap is filled before the whole is concluded
		if st.settled, err = st.priorWhole(); err != nil {
			return nil, err
		}
	}
	return st, nil
}

// CutOff is the last day on which evidence could be learned for a settlement through a day: so long after it as the
// contract says, but never after the contract's last.
func CutOff(c *contracts.Contract, through calendar.Date) calendar.Date {
	day := c.Calendar.CutOff.AddTo(through, c.Calendar.Holidays)
	if last := c.Calendar.LastCutOff; !last.IsZero() && last < day {
		return max(last, through)
	}
	return day
}

// check refuses an occasion that cannot be settled.
func (on *Occasion) check(c *contracts.Contract, pos Position) error {
	switch {
	case on.Through < c.First:
		return fmt.Errorf("contract %s begins on %s: there is nothing to settle through %s", c.ID, c.First, on.Through)
	case !c.Calendar.LastCutOff.IsZero() && on.CutOff > max(c.Calendar.LastCutOff, on.Through):
		return fmt.Errorf("the cut-off %s is after %s, the last day on which contract %s lets anything be learned", on.CutOff, c.Calendar.LastCutOff, c.ID)
	case on.CutOff < on.Through:
		return fmt.Errorf("the cut-off %s is before the last day settled %s; evidence is cut off on or after it", on.CutOff, on.Through)
	}
	for i := range pos.Prior {
		if pos.Prior[i].Through > on.Through {
			return fmt.Errorf("statement %d already settled contract %s through %s, after %s; settle a later day", i+1, c.ID, pos.Prior[i].Through, on.Through)
		}
		if err := sameEnds(c, i+1, &pos.Prior[i]); err != nil {
			return err
		}
		if pos.Prior[i].CutOff > on.CutOff {
			return fmt.Errorf("statement %d was made on evidence learned up to %s, after %s: what is known does not become unknown; cut off on that day or later", i+1, pos.Prior[i].CutOff, on.CutOff)
		}
	}
	return nil
}

// found is what units came to in one pass: those of a shard, of a part, or all of them.
type found struct {
	tallies    []map[key]*tally
	checks     []map[key]*checkTally
	members    [][]place     // by cohort, in the first pass
	candidates [][]candidate // by cap
	totals     *totals
	lines      int // of the records written in the last pass
}

func newFound(p *plan) *found {
	f := &found{tallies: make([]map[key]*tally, len(p.gathers)), checks: make([]map[key]*checkTally, len(p.c.Checks)),
		members: make([][]place, len(p.c.Cohorts)), candidates: make([][]candidate, len(p.c.Caps)), totals: newTotals(p)}
	for i := range f.tallies {
		f.tallies[i] = map[key]*tally{}
	}
	for i := range f.checks {
		f.checks[i] = map[key]*checkTally{}
	}
	return f
}

// merge adds what units found that stand after those of f.
func (f *found) merge(o *found) {
	for i, m := range o.tallies {
		for k, t := range m {
			if have := f.tallies[i][k]; have != nil {
				have.merge(t)
			} else {
				f.tallies[i][k] = t
			}
		}
	}
	for i, m := range o.checks {
		for k, t := range m {
			if have := f.checks[i][k]; have != nil {
				have.merge(t)
			} else {
				f.checks[i][k] = t
			}
		}
	}
	for i := range o.members {
		f.members[i] = append(f.members[i], o.members[i]...)
	}
	for i := range o.candidates {
		f.candidates[i] = append(f.candidates[i], o.candidates[i]...)
	}
	f.totals.merge(o.totals)
	f.lines += o.lines
}

// shardResult is what a worker found in one shard in one pass, with the records that it wrote in the last.
type shardResult struct {
	*found
	bytes   []byte
	leaves  []evidence.Digest
	until   []calendar.Date // by root
	settled []byte          // as Kept has it, where anything is kept
}

// assess goes over every unit of the snapshot once. In the last pass it hands on the records. The snapshot is the whole, or
// the part of that number.
func (st *settlement) assess(pass, part int, write func(*shardResult) error) (*found, error) {
	n := st.snapshot.Shards()
	st.readers = st.readers[:0]
	for range workersFor(n) {
		st.readers = append(st.readers, newReader(st.plan, newWhole(st.plan, st.gathered, st.snapshot.Whole())))
	}
	all := newFound(st.plan)
	first := make([]int, n) // the number of each shard's first root
	at := part * partRoots
	for shard := range first {
		first[shard] = at
		if st.last > 0 || len(st.c.Comparisons) > 0 { // else nothing asks which root it was, and a snapshot may not know yet how many there are
			at += st.snapshot.Roots(shard)
		}
	}
	err := inOrder(n, func(worker, shard int) (*shardResult, error) {
		return st.shard(pass, shard, first[shard], st.readers[worker])
	}, func(_ int, r *shardResult) error {
		all.merge(r.found)
		if pass != st.last {
			return nil
		}
		st.kept.Until, st.kept.Settled = append(st.kept.Until, r.until...), append(st.kept.Settled, r.settled...)
		return write(r)
	})
	return all, err
}

// reduce takes up what all units came to in a pass, and decides what can then be decided for the whole.
func (st *settlement) reduce(pass int, all *found) error {
	g := st.gathered
	for i, gather := range st.gathers {
		if gather.stage == pass {
			g.tallies[i] = all.tallies[i]
		}
	}
	for i := range st.c.Checks {
		if st.gathers[st.byCheck[i]].stage == pass {
			g.checks[i] = all.checks[i]
		}
	}
	if pass == st.last {
		st.totals.merge(all.totals)
		st.roll.Lines += all.lines
	}
	g.done = pass + 1
	for i := range st.c.Cohorts {
		if pass == 0 && st.closing[i] {
			g.numbers[i] = st.number(&st.c.Cohorts[i], all.members[i])
		}
	}
	w := newWhole(st.plan, g, st.snapshot.Whole())
	w.settled = st.settled
	if err := st.compareAfter(pass, w); err != nil {
		return err
	}
	for _, i := range st.crossCaps {
		if st.capStage[i] == pass {
			if err := w.decide(i, all.candidates[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// write adds a shard of the last pass to the statement.
func (st *settlement) write(r *shardResult) error {
	for _, leaf := range r.leaves {
		st.root.Add(leaf)
	}
	st.roll.Records += len(r.leaves)
	st.roll.Units += len(r.leaves)
	st.roll.Bytes += int64(len(r.bytes))
	if st.sink == nil || len(r.bytes) == 0 {
		return nil
	}
	return st.sink(r.bytes)
}

// shard goes over the units of one shard, whose roots are numbered on from first.
func (st *settlement) shard(pass, shard, first int, r *reader) (*shardResult, error) {
	out := &shardResult{found: newFound(st.plan), bytes: make([]byte, 0, r.hint)}
	r.waits, r.overlaps, r.toldOf = nil, nil, nil
	if pass == st.last {
		r.waits, r.overlaps, r.toldOf = &out.totals.waits, out.totals.overlaps, out.totals.elsewhere
	}
	var prior *settler
	defer func() {
		if prior != nil {
			prior.close()
		}
	}()
	number := first
	for t, err := range st.snapshot.Units(shard) {
		if err != nil {
			return nil, err
		}
		root := &t.Units[0]
		if prior == nil && len(st.position.Prior) > 0 && st.position.Of == nil {
			if prior, err = newSettler(st.plan, st.position, root.Type, root.Key); err != nil {
				return nil, err
			}
		}
		r.take(t, number)
		number++
		r.settled = r.settled[:0]
		switch {
		case st.position.Of != nil:
			err = r.readSettled(st.position.Of(root.Type, root.Key), len(st.position.Prior))
		case prior != nil:
			r.settled, err = prior.take(r.settled, root.Type, root.Key)
		}
		if err != nil {
			return nil, err
		}
		if err := st.tree(pass, r, out); err != nil {
			return nil, err
		}
		out.until = append(out.until, r.until)
		if st.keeps && pass == st.last {
			r.settle(len(st.position.Prior) + 1)
			out.settled = r.appendSettled(out.settled)
		}
	}
	if prior != nil {
		out.totals.matched = prior.matched
	}
	r.hint = max(r.hint, len(out.bytes)+len(out.bytes)/16)
	return out, nil
}

// tree does one pass's work for one root and its members.
func (st *settlement) tree(pass int, r *reader, out *shardResult) error {
	if pass == 0 {
		if err := st.enrol(r, out); err != nil {
			return err
		}
	}
	if st.needsLines(pass) {
		if err := r.assess(pass); err != nil {
			return err
		}
	}
	took := func(int, int, int64) {}
	if pass == st.last {
		took = out.totals.took
	}
	err := r.applyCaps(pass, func(ci int, c candidate) { out.candidates[ci] = append(out.candidates[ci], c) }, took)
	if err != nil {
		return err
	}
	if err := st.gatherChecks(pass, r, out); err != nil {
		return err
	}
	if err := st.gatherTree(pass, r, out); err != nil {
		return err
	}
	if pass == st.last {
		return st.emit(r, out)
	}
	return nil
}

// needsLines says whether a pass needs the lines of units.
func (st *settlement) needsLines(pass int) bool {
	if pass == st.last {
		return true
	}
	for _, g := range st.gathers {
		if g.stage == pass && (g.kind == gatherPayment || g.kind == gatherCheck) {
			return true
		}
	}
	for _, i := range st.crossCaps {
		if st.capStage[i] == pass {
			return true
		}
	}
	return false
}

// enrol notes the members of cohorts that close, in the first pass.
func (st *settlement) enrol(r *reader, out *shardResult) error {
	for ci := range st.c.Cohorts {
		if !st.closing[ci] {
			continue
		}
		for u := range r.tree.Units {
			if r.tree.Units[u].Type != st.c.Cohorts[ci].Unit {
				continue
			}
			j, err := r.join(ci, u)
			if err != nil {
				return fmt.Errorf("cohort %s, %s: %w", st.c.Cohorts[ci].Name, r.tree.Units[u].Key, err)
			}
			if j.joined {
				out.members[ci] = append(out.members[ci], place{j.day, r.ordinal, u})
			}
		}
	}
	return nil
}
