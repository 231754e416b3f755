package engine

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
)

// verdict is what a condition comes to.
type verdict uint8

const (
	holdsNo verdict = iota
	holdsYes
	holdsNeutral // every part was left out
	holdsUnknown
	holdsNotYet
)

// figure is a verdict as a yes/no figure.
func (h verdict) figure() formula.Figure {
	switch h {
	case holdsNeutral:
		return inState(formula.YesNo, formula.Neutral)
	case holdsUnknown:
		return inState(formula.YesNo, formula.Unknown)
	case holdsNotYet:
		return inState(formula.YesNo, formula.NotYet)
	default:
		return yesNo(h == holdsYes)
	}
}

// verdictOf is the verdict of a yes/no figure or of a figure's state.
func verdictOf(s formula.State, yes bool) verdict {
	switch {
	case s == formula.NotYet:
		return holdsNotYet
	case s == formula.Unknown:
		return holdsUnknown
	case s == formula.Neutral:
		return holdsNeutral
	case yes:
		return holdsYes
	}
	return holdsNo
}

// holds works out a condition. One part that fails decides an all-of, whatever is not known beside it, and one that
// holds decides an any-of; neutral parts are left out.
func (r *reader) holds(k *contracts.Condition, sc *scope) (verdict, error) {
	switch k.Op {
	case contracts.Test:
		return r.test(k, sc)
	case contracts.Not:
		h, err := r.holds(&k.Parts[0], sc)
		switch h {
		case holdsYes:
			h = holdsNo
		case holdsNo:
			h = holdsYes
		default: // what is not known is not known the other way either
		}
		return h, err
	case contracts.AllOf, contracts.AnyOf: // below
	}
	decisive := holdsNo
	if k.Op == contracts.AnyOf {
		decisive = holdsYes
	}
	worst, counted := holdsNo, false
	for i := range k.Parts {
		h, err := r.holds(&k.Parts[i], sc)
		if err != nil || h == decisive {
			return h, err
		}
		if h == holdsNeutral {
			continue
		}
		counted = true
		if h > holdsNeutral {
			worst = max(worst, h)
		}
	}
	switch {
	case !counted && len(k.Parts) > 0:
		return holdsNeutral, nil
	case worst > holdsNeutral:
		return worst, nil
	case decisive == holdsNo:
		return holdsYes, nil
	}
	return holdsNo, nil
}

// test works out one test of one figure.
func (r *reader) test(k *contracts.Condition, sc *scope) (verdict, error) {
	ref := &r.c.Refs[k.Slot]
	switch {
	case ref.Kind == contracts.RefUnitKey:
		u := r.unitFor(ref.Index, sc.unit)
		return verdictOf(formula.Known, u >= 0 && slices.Contains(k.Texts, r.tree.Units[u].Key)), nil
	case ref.Kind == contracts.RefMeasure && k.Test == contracts.OneOf && len(k.Values) > 0 && k.Values[0].Type == formula.YesNo:
		return r.testMet(k, ref.Index, sc)
	case k.Bound != nil && ref.Kind == contracts.RefQuantity && r.c.Quantities[ref.Index].Head == contracts.RunOf:
		if h, done, err := r.testRun(k, ref.Index, sc); done {
			return h, err
		}
	}
	f, err := r.ref(k.Slot, sc)
	if err != nil {
		return holdsNo, err
	}
	r.tested = max(r.tested, f.Known)
	switch k.Test {
	case contracts.Observed:
		return verdictOf(formula.Known, f.State == formula.Known), nil
	case contracts.NotObserved:
		return verdictOf(formula.Known, f.State == formula.Unknown || f.State == formula.Neutral), nil
	default: // tests of the value itself, below
	}
	if f.State != formula.Known {
		return verdictOf(f.State, false), nil
	}
	if k.Test == contracts.OneOf {
		for i := range k.Values {
			if k.Values[i].Num.Cmp(f.Num) == 0 {
				return holdsYes, nil
			}
		}
		return holdsNo, nil
	}
	b, err := r.eval(k.Bound, sc)
	if err != nil || b.State != formula.Known {
		return verdictOf(b.State, false), err
	}
	r.tested = max(r.tested, b.Known)
	cmp, err := compare(f, b)
	if err != nil {
		return holdsNo, fmt.Errorf("%s %s: %w", ref.Name, k.Text, err)
	}
	return verdictOf(formula.Known, k.Test.Passes(cmp)), nil
}

// compare compares two figures; days and runs against lengths in days or weeks by their days.
func compare(f, b formula.Figure) (int, error) {
	if f.Type == b.Type || b.Type == formula.Plain || f.Type == formula.Plain {
		return f.Num.Cmp(b.Num), nil
	}
	if (f.Type == formula.Days || f.Type == formula.Run) && b.Type == formula.Length {
		n, _ := b.Num.Int64()
		if days, ok := lengthDays(calendar.Length{N: int(n), Unit: b.Unit}); ok {
			return f.Num.Cmp(number(int64(days)).Num), nil
		}
	}
	return formula.Compare(f, b)
}

// lengthDays is a length in days, where it has a number of them.
func lengthDays(l calendar.Length) (int, bool) {
	switch l.Unit {
	case calendar.Day:
		return l.N, true
	case calendar.Week:
		return 7 * l.N, true
	default: // months and years differ in length, and working days in what lies between them
		return 0, false
	}
}

// testMet tests whether a measure has happened.
func (r *reader) testMet(k *contracts.Condition, m int, sc *scope) (verdict, error) {
	want := !k.Values[0].Num.IsZero()
	u := r.unitFor(r.c.Measures[m].Per.Unit, sc.unit)
	if u < 0 {
		return holdsNo, fmt.Errorf("%s stands per %s and was read where there is none; gather it first", r.c.Measures[m].Name, r.c.Units[r.c.Measures[m].Per.Unit].Name)
	}
	found, state, err := r.met(m, u)
	if err != nil {
		return holdsNo, err
	}
	happened := len(found) > 0 && found[0].day <= sc.asAt
	if !happened && state == formula.Unknown {
		return holdsUnknown, nil
	}
	return verdictOf(formula.Known, happened == want), nil
}

// testRun tests a run against a length in months, which has no number of days: by the day on which a run reaches it.
func (r *reader) testRun(k *contracts.Condition, qi int, sc *scope) (verdict, bool, error) {
	b, err := r.eval(k.Bound, sc)
	if err != nil || b.State != formula.Known {
		return verdictOf(b.State, false), true, err
	}
	n, _ := b.Num.Int64()
	l := calendar.Length{N: int(n), Unit: b.Unit}
	if _, ok := lengthDays(l); b.Type != formula.Length || ok {
		return holdsNo, false, nil
	}
	q := &r.c.Quantities[qi]
	w, err := r.place(q.In, sc)
	if err != nil || !w.ok {
		return verdictOf(max(w.state, formula.NotYet), false), true, err
	}
	spans, err := r.spansOf(q.Source, sc)
	if err != nil {
		return holdsNo, true, err
	}
	_, reached := calendar.FirstRunReaching(spans, w.span.Intersect(calendar.Span{First: calendar.MinDate, Last: sc.asAt}), l)
	if !reached && !w.open && !r.come(r.knownOn(q, w), sc.asAt) {
		return holdsNotYet, true, nil // the window has not ended: it may still be reached
	}
	switch k.Test {
	case contracts.AtLeast:
		return verdictOf(formula.Known, reached), true, nil
	case contracts.LessThan:
		return verdictOf(formula.Known, !reached), true, nil
	default:
		return holdsNo, true, fmt.Errorf("%s %s: a run is tested against months with at_least or less_than only, since months have no number of days", q.Name, k.Text)
	}
}
