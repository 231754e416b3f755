package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/evidence"
)

// gatherTree adds to a shard's results what figures of the whole need of one tree in one pass.
func (st *settlement) gatherTree(pass int, r *reader, out *shardResult) error {
	for i, g := range st.gathers {
		again := g.stage < pass && pass == st.last && g.kind != gatherPayment // for the items it uses, not for what it comes to
		if g.stage != pass && !again || g.kind == gatherCheck {
			continue
		}
		into := func(k key) *tally {
			if again {
				return &tally{}
			}
			t := out.tallies[i][k]
			if t == nil {
				t = &tally{}
				out.tallies[i][k] = t
			}
			return t
		}
		var err error
		switch g.kind {
		case gatherQuantity:
			q := &st.c.Quantities[g.index]
			if err = r.gatherWhole(q, into); err != nil {
				err = fmt.Errorf("%s: %w", q.Name, err)
			}
		case gatherPayment:
			r.gatherPaid(g.index, into)
		case gatherTreated, gatherAgainst:
			err = r.gatherCompared(g.index, g.kind == gatherTreated, into)
		case gatherCheck: // passed over above: claims are gathered as they are worked out
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", st.c.Units[r.tree.Units[0].Type].Name, r.tree.Units[0].Key, err)
		}
	}
	return nil
}

// gatherChecks adds the claims of a tree to the checks they stand under, at the key of the day that dates them.
func (st *settlement) gatherChecks(pass int, r *reader, out *shardResult) error {
	for ki := range st.c.Checks {
		if st.gathers[st.byCheck[ki]].stage != pass {
			continue
		}
		k := &st.c.Checks[ki]
		for i := range r.claims {
			if !isOne(k.Over, r.claims[i].payment) {
				continue
			}
			c := r.paidClaim(i)
			sc := r.unitScope(c.unit)
			sc.met = c.day
			if pay := &st.c.Payments[c.payment]; pay.For == contracts.ForMeasure {
				sc.measure = pay.Index + 1
			}
			at, err := r.datedKey(k.Per, k.Dated, &sc)
			if err != nil {
				return err
			}
			t := out.checks[ki][at]
			if t == nil {
				t = &checkTally{}
				out.checks[ki][at] = t
			}
			t.add(&c)
		}
	}
	return nil
}

// paidClaim is a claim with what was paid on it: its line after steps and caps, shared in order among the claims in it.
// A failed one was paid nothing, and keeps its price, by which an error is weighed.
func (r *reader) paidClaim(at int) claim {
	c := r.claims[at]
	if c.failed {
		return c
	}
	period := r.settlePeriod(c.day)
	for i := range r.lines {
		l := &r.lines[i]
		if l.payment != c.payment || l.unit != c.unit || l.period != period {
			continue
		}
		left := money.FromMinor(r.c.Currency, l.toDate).Exact()
		for j := range at {
			o := &r.claims[j]
			if o.payment == c.payment && o.unit == c.unit && !o.failed && r.settlePeriod(o.day) == period {
				left = left.Sub(o.sum)
			}
		}
		if left.Sign() < 0 {
			left = money.Exact{}
		}
		if c.sum.Cmp(left) > 0 {
			c.sum = left
		}
		return c
	}
	c.sum = money.Exact{}
	return c
}

// datedKey is a level's key, its periods by the day that dates what is gathered, else by the day in hand.
func (r *reader) datedKey(l contracts.Level, dated *contracts.DayRef, sc *scope) (key, error) {
	at := *sc
	if dated != nil {
		d, _, err := r.day(dated, sc)
		if err != nil {
			return key{}, err
		}
		at.met = d
	}
	return r.keyOf(l, &at), nil
}

// gatherWhole gathers from one tree what a quantity of the whole asks for.
func (r *reader) gatherWhole(q *contracts.Quantity, into func(key) *tally) error {
	for u := range r.tree.Units {
		if q.Sample != nil { // whoever was read, whether anybody is paid for them or not
			sc := r.unitScope(u)
			if err := r.gatherSample(q, &sc, into); err != nil {
				return err
			}
			continue
		}
		if q.Source.Kind != contracts.FromCohort {
			if ok, err := r.eligible(u); err != nil {
				return err
			} else if !ok {
				continue
			}
		}
		sc := r.unitScope(u)
		var err error
		switch q.Source.Kind {
		case contracts.FromItems:
			if r.c.Evidence[q.Source.Index].Unit == r.tree.Units[u].Type {
				err = r.gatherWholeItems(q, &sc, into)
			}
		case contracts.FromUnits:
			if r.tree.Units[u].Type == q.Source.Index {
				err = r.offer(q, &sc, number(1), into)
			}
		case contracts.FromCohort:
			if r.c.Cohorts[q.Source.Index].Unit == r.tree.Units[u].Type {
				err = r.gatherWholeMember(q, &sc, into)
			}
		case contracts.FromMeasure:
			if r.c.Measures[q.Source.Index].Per.Unit == r.tree.Units[u].Type {
				err = r.gatherWholeOutcomes(q, &sc, into)
			}
		case contracts.FromFigure:
			if level := r.levelOf(q.Source.Slot); level.Unit == r.tree.Units[u].Type {
				err = r.gatherWholeFigure(q, level, &sc, into)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// offer adds a value at the key of its scope, when the quantity's condition lets it.
func (r *reader) offer(q *contracts.Quantity, sc *scope, f formula.Figure, into func(key) *tally) error {
	at, err := r.datedKey(q.Per, q.Dated, sc)
	if err != nil {
		return err
	}
	t := into(at)
	if yes, err := r.where(q.Where, sc, t); err != nil || !yes {
		return err
	}
	t.take(q, f, sc.met)
	return nil
}

func (r *reader) gatherWholeItems(q *contracts.Quantity, sc *scope, into func(key) *tally) error {
	w, err := r.place(q.In, sc)
	if err != nil || !w.ok {
		return err
	}
	notYet := !w.open && r.knownOn(q, w) > sc.asAt
	items := r.tree.Units[sc.unit].Items
	for i := range items {
		it := &items[i]
		if it.Kind != q.Source.Index || !speaks(it, sc.asAt) || !w.span.Contains(it.First) {
			continue
		}
		r.use(sc.unit, i)
		in := *sc
		in.item, in.itemUnit, in.met = it, sc.unit, it.First
		f := itemValue(it, q.Source.Field)
		if notYet {
			f.State = formula.NotYet
		}
		if err := r.offer(q, &in, f, into); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) gatherWholeMember(q *contracts.Quantity, sc *scope, into func(key) *tally) error {
	w, err := r.place(q.In, sc)
	if err != nil || !w.ok {
		return err
	}
	j, err := r.join(q.Source.Index, sc.unit)
	if err != nil || !j.joined || !j.counted && r.c.Cohorts[q.Source.Index].Counts != contracts.CountsComparedOnly {
		return err
	}
	if !w.span.Contains(j.day) {
		return nil
	}
	in := *sc
	in.met = j.day
	return r.offer(q, &in, r.unlessYet(q, w, sc), into)
}

func (r *reader) gatherWholeOutcomes(q *contracts.Quantity, sc *scope, into func(key) *tally) error {
	w, err := r.place(q.In, sc)
	if err != nil || !w.ok {
		return err
	}
	found, state, err := r.met(q.Source.Index, sc.unit)
	if err != nil {
		return err
	}
	if state == formula.Unknown {
		into(r.keyOf(q.Per, sc)).unknown++
	}
	for i := range found {
		if !w.span.Contains(found[i].day) {
			continue
		}
		in := *sc
		in.met, in.measure, in.item, in.itemUnit = found[i].day, q.Source.Index+1, found[i].item, found[i].itemUnit
		if err := r.offer(q, &in, r.unlessYet(q, w, sc), into); err != nil {
			return err
		}
	}
	return nil
}

// unlessYet is one, or not yet known where the window and its run-out have not ended.
func (r *reader) unlessYet(q *contracts.Quantity, w stretch, sc *scope) formula.Figure {
	if !w.open && r.knownOn(q, w) > sc.asAt {
		return inState(formula.Number, formula.NotYet)
	}
	return number(1)
}

// gatherWholeFigure gathers a figure of units: once each, or for each ended period where it stands per these.
func (r *reader) gatherWholeFigure(q *contracts.Quantity, level contracts.Level, sc *scope, into func(key) *tally) error {
	if len(level.Periods) == 0 {
		f, err := r.ref(q.Source.Slot, sc)
		if err != nil {
			return err
		}
		in := *sc
		in.met = f.Known
		return r.offer(q, &in, f, into)
	}
	return r.gatherByPeriod(q, level, *sc, into)
}

// gatherByPeriod takes its scope by value, so that gathering without periods costs no allocation.
func (r *reader) gatherByPeriod(q *contracts.Quantity, level contracts.Level, sc scope, into func(key) *tally) error {
	start, err := r.startOf(sc.unit)
	if err != nil {
		return err
	}
	return r.eachPeriod(level.Periods, start, &sc, func(in *scope) error {
		f, err := r.ref(q.Source.Slot, in)
		if err != nil {
			return err
		}
		return r.offer(q, in, f, into)
	})
}

// gatherPaid adds the lines of a payment, after caps, at the finest key: the unit's facts, its cohort and every period.
func (r *reader) gatherPaid(pi int, into func(key) *tally) {
	for i := range r.lines {
		l := &r.lines[i]
		if l.payment != pi || l.toDate == 0 {
			continue
		}
		k := l.key
		if r.factOf >= 0 && r.unitFor(r.factOf, l.unit) >= 0 {
			for f := range r.c.Units[r.factOf].Facts {
				if t := r.c.Units[r.factOf].Facts[f].Type; t == formula.Choice || t == formula.YesNo {
					k.facts[f] = r.factKey(r.factOf, f, l.unit)
				}
			}
		}
		k = r.everyPeriod(k, l.first)
		for ci := range r.c.Cohorts {
			if k.cohort == 0 {
				k.cohort = r.cohortNumber(ci, l.unit)
			}
		}
		t := into(k)
		t.n++
		t.sum = t.sum.Add(money.FromMinor(r.c.Currency, l.toDate).Exact())
		t.known = max(t.known, l.first)
	}
}

// itemReason is the one reason an item was used, or was not.
func (r *reader) itemReason(u, i int) reason {
	it := &r.tree.Units[u].Items[i]
	switch {
	case it.Standing == evidence.Corrected:
		return itemCorrected
	case it.Standing == evidence.Withdrawn:
		return itemWithdrawn
	case it.Standing == evidence.Duplicate:
		return itemDuplicate
	case it.Standing == evidence.Withdrawing:
		return itemWithdrawing
	case !r.come(it.First, r.through):
		return itemAfter
	case r.used[r.first[u]+i]:
		return itemUsed
	case !r.readKinds[it.Kind]:
		return itemNoRule
	}
	return itemOutside
}
