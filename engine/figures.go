package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/evidence"
)

// quantity works out one named figure where it is read, once a unit where it does not depend on the reader.
func (r *reader) quantity(i int, sc *scope) (formula.Figure, error) {
	q, pl := &r.c.Quantities[i], &r.quantities[i]
	if pl.whole {
		return r.whole.quantity(i, r.keyOf(q.Per, sc))
	}
	u := r.unitFor(q.Per.Unit, sc.unit)
	if u < 0 {
		return formula.Figure{}, fmt.Errorf("%s stands per %s and was read where there is none; gather it first", q.Name, r.c.Units[q.Per.Unit].Name)
	}
	cell := &r.figures[u*len(r.c.Quantities)+i]
	plain := pl.cacheable && sc.asAt == r.through
	if plain && cell.stamp == r.stamp {
		return cell.figure, nil
	}
	at := *sc
	at.unit = u
	f, err := r.work(q, i, &at)
	if err != nil {
		return f, err
	}
	if plain {
		r.figures[u*len(r.c.Quantities)+i] = memoFigure{r.stamp, f}
	}
	return f, nil
}

// work works a quantity out in the stated order: neutral, gathered or combined, floor and ceiling, rounded.
func (r *reader) work(q *contracts.Quantity, i int, sc *scope) (formula.Figure, error) {
	mark := r.trace.open(q.Name, q.Clause)
	if q.NeutralIf != nil {
		if yes, err := r.holds(q.NeutralIf, sc); err != nil || yes == holdsYes {
			r.trace.close(mark, "left out: its neutral condition holds", "neutral")
			return inState(q.Type, formula.Neutral), err
		}
	}
	f, text, err := r.head(q, i, sc)
	if err != nil {
		return f, err
	}
	f.Type = q.Type
	if f.State == formula.Unknown && q.IfUnknown == contracts.UnknownLeftOut {
		f.State = formula.Neutral
	}
	if f, err = r.finish(q, f, sc); err != nil {
		return f, err
	}
	r.trace.closeFigure(mark, text, f)
	return f, nil
}

// finish applies a quantity's floor, ceiling and rounding.
func (r *reader) finish(q *contracts.Quantity, f formula.Figure, sc *scope) (formula.Figure, error) {
	if f.State != formula.Known {
		return f, nil
	}
	for _, bound := range []struct {
		e     *formula.Expr
		floor bool
	}{{q.NotBelow, true}, {q.NotAbove, false}} {
		if bound.e == nil {
			continue
		}
		b, err := r.eval(bound.e, sc)
		switch {
		case err != nil:
			return f, err
		case b.State == formula.Neutral:
			continue
		case b.State != formula.Known:
			return inState(f.Type, b.State), nil
		}
		if cmp := f.Num.Cmp(b.Num); bound.floor && cmp < 0 || !bound.floor && cmp > 0 {
			f.Num = b.Num
		}
	}
	if q.Rounded.Mode != money.NoRounding {
		f.Num = f.Num.Round(q.Rounded)
	}
	return f, nil
}

// head does what the quantity's head says.
func (r *reader) head(q *contracts.Quantity, i int, sc *scope) (formula.Figure, string, error) {
	switch q.Head {
	case contracts.Is:
		f, err := r.eval(q.Is, sc)
		if err != nil {
			return f, "", fmt.Errorf("%s: %w", q.Name, err)
		}
		return f, r.trace.formula(q.Is, r, sc), nil
	case contracts.MetWhen:
		h, err := r.holds(q.Met, sc)
		return h.figure(), r.trace.condition(r.c, q.Met), err
	case contracts.DaysOf, contracts.RunOf, contracts.FirstGap:
		f, err := r.ofTime(q, sc)
		return f, r.trace.text("over %s", q.Source, r), err
	case contracts.SpellsOf:
		return formula.Figure{}, "", fmt.Errorf("%s is a set of days, not a figure; take its days, run or first_gap", q.Name)
	}
	g, err := r.gatherUnit(q, sc)
	if err != nil {
		return formula.Figure{}, "", err
	}
	return g.figure(q, r.silence(q)), g.text, nil
}

// silence is what no item means for a quantity.
func (r *reader) silence(q *contracts.Quantity) contracts.Silence {
	switch {
	case q.Source.Kind == contracts.FromItems:
		return r.c.Evidence[q.Source.Index].IfNone
	case q.IfNone != contracts.SilenceUnsaid:
		return q.IfNone
	}
	return contracts.SilenceNought
}

// tally gathers values, of a unit or of the whole.
type tally struct {
	n       int64
	sum     money.Exact
	lo, hi  money.Exact
	latest  money.Exact
	day     calendar.Date
	known   calendar.Date
	notYet  int64
	unknown int64
	state   formula.State // of the window
	text    string
}

// add takes one value, of a day.
func (t *tally) add(f formula.Figure, day calendar.Date) {
	switch f.State {
	case formula.NotYet:
		t.notYet++
		return
	case formula.Unknown:
		t.unknown++
		return
	case formula.Neutral:
		return
	}
	if t.n == 0 || f.Num.Cmp(t.lo) < 0 {
		t.lo = f.Num
	}
	if t.n == 0 || f.Num.Cmp(t.hi) > 0 {
		t.hi = f.Num
	}
	if t.n == 0 || day >= t.day {
		t.latest, t.day = f.Num, day
	}
	t.n++
	t.sum = t.sum.Add(f.Num)
	t.known = max(t.known, f.Known)
}

// merge adds what another tally gathered after this one.
func (t *tally) merge(o *tally) {
	if o.n > 0 {
		if t.n == 0 || o.lo.Cmp(t.lo) < 0 {
			t.lo = o.lo
		}
		if t.n == 0 || o.hi.Cmp(t.hi) > 0 {
			t.hi = o.hi
		}
		if t.n == 0 || o.day >= t.day {
			t.latest, t.day = o.latest, o.day
		}
	}
	t.n += o.n
	t.sum = t.sum.Add(o.sum)
	t.known = max(t.known, o.known)
	t.notYet += o.notYet
	t.unknown += o.unknown
}

// figure is what the head makes of what was gathered. A total or mean of which a part is not observed is not observed
// either. A count for the whole is of those that are known to count, so that one gap does not stop everybody's payment.
func (t *tally) figure(q *contracts.Quantity, silence contracts.Silence) formula.Figure {
	f := formula.Figure{Type: q.Type, Known: t.known}
	switch {
	case t.state != formula.Known:
		f.State = t.state
	case t.notYet > 0:
		f.State = formula.NotYet
	case t.unknown > 0 && (q.Head != contracts.Count || q.Per.Unit >= 0):
		f.State = formula.Unknown
	case t.n == 0 && silence == contracts.SilenceUnknown:
		f.State = formula.Unknown
	case q.Head == contracts.Count:
		f.Num = money.Int(t.n)
	case q.Head == contracts.Total:
		f.Num = t.sum
	case t.n == 0 && q.IfNone != contracts.SilenceNought:
		f.State = formula.Unknown
	case t.n == 0:
		f.Num = money.Exact{}
	case q.Head == contracts.Mean:
		f.Num, _ = t.sum.Quo(money.Int(t.n))
	case q.Head == contracts.Latest:
		f.Num = t.latest
	case q.Head == contracts.Lowest:
		f.Num = t.lo
	case q.Head == contracts.Highest:
		f.Num = t.hi
	}
	return f
}

// gatherUnit gathers what a quantity that stands per a unit asks for.
func (r *reader) gatherUnit(q *contracts.Quantity, sc *scope) (tally, error) {
	var t tally
	w, err := r.place(q.In, sc)
	if err != nil {
		return t, err
	}
	if !w.ok {
		t.state = w.state
		return t, nil
	}
	if known := r.knownOn(q, w); !w.open {
		if known > sc.asAt {
			t.state = formula.NotYet
			return t, nil
		}
		t.known = known
	}
	switch q.Source.Kind {
	case contracts.FromItems:
		err = r.gatherItems(q, w.span, sc, &t)
	case contracts.FromUnits:
		err = r.gatherUnits(q, sc, &t)
	case contracts.FromCohort:
		err = r.gatherMember(q, w.span, sc, &t)
	case contracts.FromMeasure:
		err = r.gatherOutcomes(q, w.span, sc, &t)
	case contracts.FromFigure:
		err = r.gatherFiner(q, sc, &t)
	}
	if r.trace != nil {
		t.text = r.gatherText(q, w, &t)
	}
	return t, err
}

// knownOn is the last day of a window and its run-out.
func (r *reader) knownOn(q *contracts.Quantity, w stretch) calendar.Date {
	if q.RunOut == nil {
		return w.span.Last
	}
	return q.RunOut.After(w.span.Last, r.c.Calendar.Holidays).Last
}

// gatherItems gathers the unit's and its members' items of a kind, or, where it has none of its own type, those of
// what it is part of.
func (r *reader) gatherItems(q *contracts.Quantity, span calendar.Span, sc *scope, t *tally) error {
	kind := &r.c.Evidence[q.Source.Index]
	if up := r.unitFor(kind.Unit, sc.unit); up >= 0 {
		return r.gatherFrom(q, up, span, sc, t)
	}
	for v := range r.tree.Units {
		if r.tree.Units[v].Type == kind.Unit && r.within(v, sc.unit) {
			if err := r.gatherFrom(q, v, span, sc, t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *reader) gatherFrom(q *contracts.Quantity, v int, span calendar.Span, sc *scope, t *tally) error {
	items := r.tree.Units[v].Items
	for i := range items {
		it := &items[i]
		if it.Kind != q.Source.Index || !speaks(it, sc.asAt) || !span.Contains(it.First) {
			continue
		}
		if q.Where != nil {
			in := *sc
			in.item, in.itemUnit, in.unit = it, v, v
			yes, err := r.holds(q.Where, &in)
			if err != nil {
				return err
			}
			if yes != holdsYes {
				r.use(v, i)
				if yes == holdsUnknown {
					t.unknown++
				}
				continue
			}
		}
		r.use(v, i)
		t.add(itemValue(it, q.Source.Field), it.First)
	}
	return nil
}

// itemValue is a field of an item, or one for each item where none is named.
func itemValue(it *evidence.Item, field int) formula.Figure {
	if field < 0 {
		return number(1)
	}
	return it.Values[field]
}

func (r *reader) gatherUnits(q *contracts.Quantity, sc *scope, t *tally) error {
	for v := range r.tree.Units {
		if r.tree.Units[v].Type != q.Source.Index || !r.within(v, sc.unit) {
			continue
		}
		in := *sc
		in.unit = v
		if yes, err := r.where(q.Where, &in, t); err != nil {
			return err
		} else if yes {
			t.add(number(1), 0)
		}
	}
	return nil
}

// where tests a gathering's condition; what cannot be told is counted as unknown.
func (r *reader) where(k *contracts.Condition, sc *scope, t *tally) (bool, error) {
	if k == nil {
		return true, nil
	}
	yes, err := r.holds(k, sc)
	if yes == holdsUnknown {
		t.unknown++
	}
	return yes == holdsYes, err
}

func (r *reader) gatherMember(q *contracts.Quantity, span calendar.Span, sc *scope, t *tally) error {
	u := r.unitFor(r.c.Cohorts[q.Source.Index].Unit, sc.unit)
	if u < 0 {
		return nil
	}
	j, err := r.join(q.Source.Index, u)
	if err == nil && j.counted && span.Contains(j.day) {
		t.add(number(1), j.day)
	}
	return err
}

func (r *reader) gatherOutcomes(q *contracts.Quantity, span calendar.Span, sc *scope, t *tally) error {
	m := q.Source.Index
	for v := range r.tree.Units {
		if r.tree.Units[v].Type != r.c.Measures[m].Per.Unit || !r.within(v, sc.unit) {
			continue
		}
		found, state, err := r.met(m, v)
		if err != nil {
			return err
		}
		if state == formula.Unknown {
			t.unknown++
		}
		for i := range found {
			if found[i].day > sc.asAt || !span.Contains(found[i].day) {
				continue
			}
			in := *sc
			in.unit, in.met, in.item, in.itemUnit = v, found[i].day, found[i].item, found[i].itemUnit
			if yes, err := r.where(q.Where, &in, t); err != nil {
				return err
			} else if yes {
				t.add(number(1), found[i].day)
			}
		}
	}
	return nil
}

// gatherFiner gathers a figure that stands per members of the unit, or per period of it.
func (r *reader) gatherFiner(q *contracts.Quantity, sc *scope, t *tally) error {
	level := r.levelOf(q.Source.Slot)
	for v := range r.tree.Units {
		if r.tree.Units[v].Type != level.Unit || !r.within(v, sc.unit) {
			continue
		}
		in := *sc
		in.unit = v
		if yes, err := r.where(q.Where, &in, t); err != nil {
			return err
		} else if !yes {
			continue
		}
		if err := r.overPeriods(q, level, &in, t); err != nil {
			return err
		}
	}
	return nil
}

// overPeriods adds a figure of one unit, for each ended period where it stands per periods that the reader does not fix.
func (r *reader) overPeriods(q *contracts.Quantity, level contracts.Level, sc *scope, t *tally) error {
	for _, s := range level.Periods {
		if sc.key.periods[s] != 0 {
			continue
		}
		series := &r.c.Periods[s].Series
		for n := 1; n <= series.Len(); n++ {
			span, _ := series.Span(n)
			if span.Last > sc.asAt {
				break
			}
			in := *sc
			in.key.periods[s] = int16(n)
			f, err := r.ref(q.Source.Slot, &in)
			if err != nil {
				return err
			}
			t.add(f, span.Last)
		}
		return nil
	}
	f, err := r.ref(q.Source.Slot, sc)
	if err == nil {
		t.add(f, f.Known)
	}
	return err
}

// levelOf is the level a name's figure stands at.
func (p *plan) levelOf(slot int) contracts.Level {
	ref := &p.c.Refs[slot]
	none := contracts.ContractLevel()
	switch ref.Kind {
	case contracts.RefQuantity:
		return p.c.Quantities[ref.Index].Per
	case contracts.RefTable:
		return p.c.Tables[ref.Index].Per
	case contracts.RefMeasure, contracts.RefMeasureDay:
		return p.c.Measures[ref.Index].Per
	case contracts.RefComparison:
		return p.c.Comparisons[ref.Index].Per
	case contracts.RefCheck:
		return p.c.Checks[ref.Index].Per
	case contracts.RefPayment:
		return p.c.Payments[ref.Index].Per
	case contracts.RefFact, contracts.RefUnitKey:
		none.Unit = ref.Index
	case contracts.RefCohort:
		none.Unit = p.c.Cohorts[ref.Index].Unit
	case contracts.RefField, contracts.RefItemDay:
		k := &p.c.Evidence[ref.Index]
		if k.Of == contracts.OfUnit {
			none.Unit = k.Unit
		}
		if k.Each >= 0 {
			none.Periods = []int{k.Each}
		}
	}
	return none
}
