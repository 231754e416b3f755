package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// quantity works out one named figure where it is read, once a unit where it does not depend on the reader.
func (r *reader) quantity(i int, sc *scope) (formula.Figure, error) {
	q, pl := &r.c.Quantities[i], &r.quantities[i]
	if pl.whole {
		r.moves()
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
		f, err := r.judged(q.Met, sc)
		return f, r.trace.condition(r.c, q.Met), err
	case contracts.DaysOf, contracts.RunOf, contracts.FirstGap:
		f, err := r.ofTime(q, sc)
		return f, r.trace.text("over %s", q.Source, r), err
	case contracts.SpellsOf:
		return formula.Figure{}, "", fmt.Errorf("%s is a set of days, not a figure; take its days, run or first_gap", q.Name)
	default: // gathered from what is seen, below
	}
	g, err := r.gatherUnit(q, sc)
	if err != nil {
		return formula.Figure{}, "", err
	}
	f := g.figure(q, r.silence(q))
	if r.looks != nil && f.State == formula.Unknown && q.Source.Kind == contracts.FromItems {
		r.wanted(q.Source.Index, 0)
	}
	return f, g.text, nil
}

// judged is a condition as a yes/no figure, known from the day on which the last figure that it tested was.
func (r *reader) judged(k *contracts.Condition, sc *scope) (formula.Figure, error) {
	outer := r.tested
	r.tested = 0
	h, err := r.holds(k, sc)
	f := h.figure()
	f.Known, r.tested = r.tested, outer
	return f, err
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
	cells   []money.Exact // of an estimator's comparison: its rows, one after another
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
	case formula.Known: // counted below
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

// take takes a finer figure: a count of yes/no figures is of those that are yes.
func (t *tally) take(q *contracts.Quantity, f formula.Figure, day calendar.Date) {
	if q.Head == contracts.Count && f.State == formula.Known && f.Num.IsZero() {
		return
	}
	t.add(f, day)
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
	t.cells = append(t.cells, o.cells...)
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
	case contracts.RefPeriod:
		none.Periods = []int{ref.Index}
	case contracts.RefStake:
		return stakeLevel(p.c, ref.Index)
	case contracts.RefAccount:
		return accountLevel(p.c, ref.Index)
	default: // a role stands for the contract
	}
	return none
}
