package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// Explanation is one line with its working, worked out again.
type Explanation struct {
	Unit  string
	Line  statements.Line
	Steps []statements.Step
}

// ItemUse is one item of a unit and the one thing that became of it.
type ItemUse struct {
	Unit string
	Kind string
	Item evidence.Item
	Use  string
	Used bool
	By   []string // the payments that read it
}

// Explain settles again and returns every line of one root unit, with each figure on the way to it, and what became of
// each of its items. An empty unit explains the lines of the whole. A payment, when named, narrows it to that one.
func Explain(c *contracts.Contract, on Occasion, s evidence.Snapshot, pos Position, unit, payment string) ([]Explanation, []ItemUse, error) {
	if payment != "" && c.PaymentIndex(payment) < 0 {
		return nil, nil, fmt.Errorf("contract %s has no payment %q", c.ID, payment)
	}
	st, err := settle(c, on, s, pos, nil)
	if err != nil {
		return nil, nil, err
	}
	if unit == "" {
		out, err := st.explainWhole(payment)
		return out, nil, err
	}
	index := 0
	for shard := range s.Shards() {
		for t, err := range s.Units(shard) {
			if err != nil {
				return nil, nil, err
			}
			for u := range t.Units {
				if t.Units[u].Key == unit {
					return st.explainTree(t, index, payment)
				}
			}
			index++
		}
	}
	return nil, nil, fmt.Errorf("no evidence of a unit %q in this snapshot; look for its key in the evidence files", unit)
}

// explainWhole works out the lines of the whole again, with their working.
func (st *settlement) explainWhole(payment string) ([]Explanation, error) {
	w := newWhole(st.plan, st.gathered, st.snapshot.Whole())
	w.recording = true
	settled, err := st.settledWhole()
	if err != nil {
		return nil, err
	}
	w.settled = settled // what a final account paid is where its lines start from
	lines, err := st.wholeLines(w)
	if err != nil {
		return nil, err
	}
	var out []Explanation
	for i := range lines {
		l := &lines[i]
		pay := &st.c.Payments[l.payment]
		if payment != "" && payment != pay.Name {
			continue
		}
		held, err := st.hold(w.reader, l)
		if err != nil {
			return nil, err
		}
		o := outLine{payment: l.payment, of: levelText(st.plan, pay.Per, l.key), period: l.period, count: l.count, toDate: l.toDate, held: held, notes: l.notes}
		st.ends(w.reader, l, &o)
		out = append(out, Explanation{Line: st.line(&o), Steps: l.steps})
	}
	if g := st.good; g != nil && (payment == "" || payment == contracts.LossesMadeGood) {
		out = append(out, Explanation{Line: st.line(&g.line), Steps: g.line.steps})
	}
	return out, nil
}

// explainTree works out one tree's lines again with every figure written down, one payment and unit at a time.
func (st *settlement) explainTree(t *evidence.Tree, ordinal int, payment string) ([]Explanation, []ItemUse, error) {
	r := newReader(st.plan, newWhole(st.plan, st.gathered, st.snapshot.Whole()))
	steps := map[[2]int][]statements.Step{}
	readers := map[[2]int][]string{}
	r.take(t, ordinal)
	prior, err := st.priorFrom(&t.Units[0])
	if err != nil {
		return nil, nil, err
	}
	defer prior.close()
	if r.settled, err = prior.take(nil, t.Units[0].Type, t.Units[0].Key); err != nil { // what was settled may keep its place
		return nil, nil, err
	}
	for _, pi := range st.unitPays {
		for u := range t.Units {
			if t.Units[u].Type != st.c.Payments[pi].Per.Unit {
				continue
			}
			r.trace = &trace{currency: st.c.Currency}
			r.whole.reader.trace = r.trace
			err := r.alone(pi, u, readers)
			steps[[2]int{pi, u}] = r.trace.steps
			r.trace, r.whole.reader.trace = nil, nil
			if err != nil {
				return nil, nil, fmt.Errorf("payment %s: %w", st.c.Payments[pi].Name, err)
			}
		}
	}
	if err := r.applyCaps(st.last, func(int, candidate) {}, nil); err != nil {
		return nil, nil, err
	}
	if err := st.restRead(r); err != nil {
		return nil, nil, err
	}
	held, err := st.finished(r, readers)
	if err != nil {
		return nil, nil, err
	}
	var out []Explanation
	for _, pi := range st.unitPays {
		if name := st.c.Payments[pi].Name; payment != "" && payment != name {
			continue
		}
		for u := range t.Units {
			out = append(out, st.explained(r, pi, u, held, steps[[2]int{pi, u}])...)
		}
	}
	return out, st.uses(r, readers), nil
}

// priorFrom reads what prior statements settled of roots from one on, any of which may be passed over.
func (st *settlement) priorFrom(root *evidence.Unit) (*settler, error) {
	s, err := newSettler(st.plan, st.position, root.Type, root.Key)
	s.some = true
	return s, err
}

// explained are the lines of one payment for one unit, or one empty line where nothing is paid but much was asked.
func (st *settlement) explained(r *reader, pi, u int, held []int64, steps []statements.Step) []Explanation {
	var out []Explanation
	for i := range r.lines {
		l := &r.lines[i]
		if l.payment != pi || l.unit != u {
			continue
		}
		o := outLine{payment: pi, of: r.ofText(l), period: l.period, count: l.count, toDate: l.toDate, held: held[i], notes: l.notes}
		st.ends(r, l, &o)
		out = append(out, Explanation{Unit: r.tree.Units[u].Key, Line: st.line(&o), Steps: steps})
		steps = nil // shown once: the payment's working is of all its lines
	}
	if len(out) == 0 && len(steps) > 0 {
		o := outLine{payment: pi}
		out = append(out, Explanation{Unit: r.tree.Units[u].Key, Line: st.line(&o), Steps: steps})
	}
	return out
}

// uses says what became of each item of a tree.
func (st *settlement) uses(r *reader, readers map[[2]int][]string) []ItemUse {
	var out []ItemUse
	for u := range r.tree.Units {
		unit := &r.tree.Units[u]
		for i := range unit.Items {
			why := r.itemReason(u, i)
			out = append(out, ItemUse{Unit: unit.Key, Kind: st.c.Evidence[unit.Items[i].Kind].Name, Item: unit.Items[i], Use: words[why], Used: why == itemUsed, By: readers[[2]int{u, i}]})
		}
	}
	return out
}

// line is an outLine as the statement has it.
func (st *settlement) line(o *outLine) statements.Line {
	l := statements.Line{Payment: st.c.Payments[o.payment].Name, Of: o.of, Period: o.period, ToDate: st.amount(o.toDate), Settled: st.amount(o.settled),
		Due: st.amount(o.toDate - o.settled), From: o.from, To: o.to, Notes: o.notes, Held: st.amount(o.held)}
	if !o.count.IsZero() {
		l.Count = o.count.String()
	}
	return l
}
