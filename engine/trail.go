package engine

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/evidence"
)

// Trail is what became of one root unit and its members in a settlement: where each counts and where not, what each
// payment comes to, what it waits for, and what became of each item.
type Trail struct {
	UnitType string // of the root
	Unit     string
	Cohorts  []CohortPlace
	Earned   []Earned
	Waits    []Wait
	Items    []ItemUse
}

// CohortPlace says whether a unit counts in a cohort of its type, and if not, the one reason.
type CohortPlace struct {
	Unit, Cohort, Clause string
	Counted              bool
	Reason               string
}

// Earned is what a payment comes to for a unit, to date, after caps and without what is kept back.
type Earned struct {
	Unit, Payment, Clause string
	ToDate                money.Amount
}

// Wait is one outcome or sum that a payment neither pays nor has refused for good, or the reason for which it was refused.
type Wait struct {
	Unit, Payment, Clause string
	Reason                string
	Mends                 bool          // evidence that is still to come can mend it
	Day                   calendar.Date // of the outcome, where there is one
	Due                   calendar.Date // when it falls due, where only that is wanting
	Lacks                 []Lack        // the evidence that it was found to want
}

// Lack is a kind of evidence that was looked for in vain.
type Lack struct {
	Kind  string
	Until calendar.Date // the last day that such evidence may be of; no day where none is known
}

// Trails settles again and tells of each root unit in canonical order; of one, where unit is not "".
func Trails(c *contracts.Contract, on Occasion, s evidence.Snapshot, pos Position, unit string, take func(*Trail) error) error {
	st, err := settle(c, on, s, pos, nil)
	if err != nil {
		return err
	}
	r := newReader(st.plan, newWhole(st.plan, st.gathered, st.snapshot.Whole()))
	var prior *settler
	defer func() {
		if prior != nil {
			prior.close()
		}
	}()
	index := 0
	for shard := range s.Shards() {
		for t, err := range s.Units(shard) {
			if err != nil {
				return err
			}
			ordinal := index
			index++
			if unit != "" && t.Units[0].Key != unit {
				continue
			}
			r.take(t, ordinal)
			root := &t.Units[0]
			if prior == nil {
				if prior, err = st.priorFrom(root); err != nil {
					return err
				}
			}
			if r.settled, err = prior.take(r.settled[:0], root.Type, root.Key); err != nil {
				return err
			}
			trail, err := st.trail(r)
			if err == nil {
				err = take(trail)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// WholeUses says what became of each item that is about the contract, a role or a cohort.
func WholeUses(c *contracts.Contract, on Occasion, s evidence.Snapshot) ([]ItemUse, error) {
	p, err := newPlan(c, on)
	if err != nil {
		return nil, err
	}
	var out []ItemUse
	items := s.Whole()
	for i := range items {
		why := p.wholeReason(&items[i])
		out = append(out, ItemUse{Kind: c.Evidence[items[i].Kind].Name, Item: items[i], Use: words[why], Used: why == itemUsed})
	}
	return out, nil
}

// lookout notes what a payment was found to wait for, while its lines are worked out again.
type lookout struct {
	payment, unit int
	lacks         []Lack
	waits         []Wait
}

// trail tells of the tree in hand.
func (st *settlement) trail(r *reader) (*Trail, error) {
	root := &r.tree.Units[0]
	out := &Trail{UnitType: st.c.Units[root.Type].Name, Unit: root.Key}
	readers := map[[2]int][]string{} // by unit and item, the payments that read it
	for _, pi := range st.unitPays {
		for u := range r.tree.Units {
			if r.tree.Units[u].Type != st.c.Payments[pi].Per.Unit {
				continue
			}
			r.looks = &lookout{payment: pi, unit: u}
			err := r.alone(pi, u, readers)
			out.Waits = append(out.Waits, r.looks.waits...)
			r.looks = nil
			if err != nil {
				return nil, fmt.Errorf("payment %s, %s: %w", st.c.Payments[pi].Name, r.tree.Units[u].Key, err)
			}
		}
	}
	if err := st.places(r, out); err != nil {
		return nil, err
	}
	r.looks = &lookout{payment: -1}
	err := r.applyCaps(st.last, func(int, candidate) {}, nil)
	out.Waits = append(out.Waits, r.looks.waits...)
	if r.looks = nil; err != nil {
		return nil, err
	}
	if err := st.restRead(r); err != nil {
		return nil, err
	}
	if _, err := st.finished(r, readers); err != nil { // what is kept back is not due yet
		return nil, err
	}
	out.Items = st.uses(r, readers)
	for i := range r.lines {
		l := &r.lines[i]
		pay := &st.c.Payments[l.payment]
		key := r.tree.Units[l.unit].Key
		at := slices.IndexFunc(out.Earned, func(e Earned) bool { return e.Unit == key && e.Payment == pay.Name })
		if at < 0 {
			at = len(out.Earned)
			out.Earned = append(out.Earned, Earned{Unit: key, Payment: pay.Name, Clause: pay.Clause, ToDate: st.amount(0)})
		}
		out.Earned[at].ToDate = out.Earned[at].ToDate.Add(st.amount(l.toDate))
	}
	return out, nil
}

// restRead reads what no payment of a unit did and the settlement does: who joins what, and what is gathered for the whole.
func (st *settlement) restRead(r *reader) error {
	if err := st.places(r, &Trail{}); err != nil {
		return err
	}
	return st.gatherTree(st.last, r, &shardResult{found: newFound(st.plan)})
}

// alone works out one payment for one unit, and notes which items it read.
func (r *reader) alone(pi, u int, readers map[[2]int][]string) error {
	from := len(r.lines)
	err := r.noting(pi, readers, func() error { return r.pay(pi, u) })
	// A payment that this one read was worked out with it; its own lines come in its own turn.
	own := from
	for _, l := range r.lines[from:] {
		if l.payment == pi {
			r.lines[own] = l
			own++
		}
	}
	r.lines = r.lines[:own]
	return err
}

// noting works something out for a payment with nothing kept from before, so that all it reads is seen, and notes which items it
// read.
func (r *reader) noting(pi int, readers map[[2]int][]string, work func() error) error {
	r.stamp++
	r.arena, r.outcomes = r.arena[:0], r.outcomes[:0]
	clear(r.whole.memo)
	before := slices.Clone(r.used)
	clear(r.used)
	err := work()
	name := r.c.Payments[pi].Name
	for v := range r.tree.Units {
		for i := range r.tree.Units[v].Items {
			if at := r.first[v] + i; r.used[at] && !slices.Contains(readers[[2]int{v, i}], name) {
				readers[[2]int{v, i}] = append(readers[[2]int{v, i}], name)
			}
		}
	}
	for i, used := range before {
		r.used[i] = r.used[i] || used
	}
	return err
}

// finished takes off the lines in hand what is kept back, and divides them, as the statement does, and notes which items that read.
// It returns what is kept of each.
func (st *settlement) finished(r *reader, readers map[[2]int][]string) ([]int64, error) {
	held := make([]int64, len(r.lines))
	for i := range r.lines {
		l := &r.lines[i]
		err := r.noting(l.payment, readers, func() (err error) {
			if held[i], err = st.hold(r, l); err != nil {
				return err
			}
			return st.divide(r, &outLine{payment: l.payment, toDate: l.toDate, parts: l.parts}, l.unit, &l.key)
		})
		if err != nil {
			return nil, fmt.Errorf("payment %s, %s: %w", st.c.Payments[l.payment].Name, r.tree.Units[l.unit].Key, err)
		}
	}
	return held, nil
}

// places says of every unit where it counts.
func (st *settlement) places(r *reader, out *Trail) error {
	for ci := range st.c.Cohorts {
		k := &st.c.Cohorts[ci]
		for u := range r.tree.Units {
			if r.tree.Units[u].Type != k.Unit {
				continue
			}
			j, err := r.join(ci, u)
			if err != nil {
				return fmt.Errorf("cohort %s, %s: %w", k.Name, r.tree.Units[u].Key, err)
			}
			out.Cohorts = append(out.Cohorts, CohortPlace{Unit: r.tree.Units[u].Key, Cohort: k.Name, Clause: k.Clause, Counted: j.counted, Reason: words[j.why]})
		}
	}
	return nil
}

// wanted notes that an item of a kind was looked for in vain, up to a day.
func (r *reader) wanted(kind int, until calendar.Date) {
	if r.looks == nil {
		return
	}
	if until == calendar.MaxDate {
		until = 0
	}
	lack := Lack{Kind: r.c.Evidence[kind].Name, Until: until}
	if !slices.Contains(r.looks.lacks, lack) {
		r.looks.lacks = append(r.looks.lacks, lack)
	}
}

// waiting notes why something was not paid, with what was looked for in vain on the way.
func (l *lookout) waiting(r *reader, pay int, why reason, day, due calendar.Date) {
	if l == nil || pay != l.payment {
		return
	}
	w := Wait{Unit: r.tree.Units[l.unit].Key, Payment: r.c.Payments[pay].Name, Clause: r.c.Payments[pay].Clause, Reason: words[why], Day: day, Due: due}
	switch why {
	case waitNotYet, waitUnknown, waitClaim, waitCheck, waitNotMet:
		w.Mends = true
		w.Lacks = l.lacks
	default: // nothing that comes would change it, or only the day is wanting
	}
	l.lacks = nil
	l.waits = append(l.waits, w)
}

// refused notes that a cap let nothing of a line through.
func (l *lookout) refused(r *reader, line *rawLine) {
	if l == nil {
		return
	}
	pay := &r.c.Payments[line.payment]
	l.waits = append(l.waits, Wait{Unit: r.tree.Units[line.unit].Key, Payment: pay.Name, Clause: pay.Clause, Reason: words[waitRefused]})
}

// notMet notes that a measure has not been met and may still be: in its window what it looks for has not come.
func (r *reader) notMet(pi int, me *contracts.Measure, state formula.State, sc *scope) error {
	if r.looks == nil || state == formula.Unknown {
		return nil
	}
	w, err := r.place(me.In, sc)
	if err != nil {
		return err
	}
	until := calendar.Date(0)
	if w.ok && !w.open {
		if until = w.span.Last; until <= r.through {
			return nil // the window is over: it was not met
		}
	}
	for _, k := range me.Kinds {
		r.wanted(k, until)
	}
	r.looks.waiting(r, pi, waitNotMet, 0, 0)
	return nil
}
