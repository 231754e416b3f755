package engine

import (
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/engine/evidence"
)

// speaks says whether an item counts as evidence of what had happened by a day. That a later one is to come is noted with
// its reason (reader.itemReason).
func speaks(it *evidence.Item, asAt calendar.Date) bool {
	return it.Standing == evidence.Stands && it.First <= asAt
}

// day finds the day a DayRef names, or the zero day when it has not come (known) or cannot be told.
func (r *reader) day(d *contracts.DayRef, sc *scope) (calendar.Date, formula.State, error) {
	switch d.Kind {
	case contracts.DayFixed:
		return d.Fixed, formula.Known, nil
	case contracts.DayItem:
		return r.itemDay(d.Index, sc), formula.Known, nil
	case contracts.DayMet:
		return sc.met, formula.Known, nil
	case contracts.DayLearned:
		if sc.item != nil {
			return sc.item.Learned, formula.Known, nil
		}
		return 0, formula.NotYet, nil
	case contracts.DayCohort:
		if u := r.unitFor(r.c.Cohorts[d.Index].Unit, sc.unit); u >= 0 {
			j, err := r.join(d.Index, u)
			return j.day, formula.Known, err
		}
	case contracts.DayMeasure:
		return r.measureDay(d.Index, sc)
	case contracts.DayQuantity:
		f, err := r.quantity(d.Index, sc)
		if err != nil || f.State != formula.Known {
			return 0, f.State, err
		}
		n, _ := f.Num.Int64()
		return calendar.Date(n), formula.Known, nil
	case contracts.DayPeriod:
		if s, ok := r.c.Periods[d.Index].Series.Span(int(sc.key.periods[d.Index])); ok {
			return s.First, formula.Known, nil
		}
	}
	return 0, formula.NotYet, nil
}

func (r *reader) dayFigure(d contracts.DayRef, sc *scope) (formula.Figure, error) {
	day, state, err := r.day(&d, sc)
	if state != formula.Known {
		return inState(formula.Date, state), err
	}
	return dateFigure(day), err
}

// itemDay is the day of the item in hand if it is of that kind, else of the first such item of the unit, of what it is
// part of, or of its members.
func (r *reader) itemDay(kind int, sc *scope) calendar.Date {
	if sc.item != nil && sc.item.Kind == kind {
		return sc.item.First
	}
	for u := sc.unit; u >= 0; u = r.tree.Units[u].Parent {
		if i := r.firstItem(kind, u, sc.asAt); i >= 0 {
			r.use(u, i)
			return r.tree.Units[u].Items[i].First
		}
	}
	var first calendar.Date
	for v := range r.tree.Units {
		if sc.unit < 0 || v == sc.unit || !r.within(v, sc.unit) {
			continue
		}
		if i := r.firstItem(kind, v, sc.asAt); i >= 0 {
			if day := r.tree.Units[v].Items[i].First; first.IsZero() || day < first {
				first = day
				r.use(v, i)
			}
		}
	}
	return first
}

// firstItem is the place of a unit's first standing item of a kind, or -1.
func (r *reader) firstItem(kind, u int, asAt calendar.Date) int {
	items := r.tree.Units[u].Items
	for i := range items {
		if items[i].Kind == kind && speaks(&items[i], asAt) {
			return i
		}
	}
	return -1
}

// measureDay is the day of the measure's outcome in hand, else the day it was first met, by the unit or what it is part of.
func (r *reader) measureDay(m int, sc *scope) (calendar.Date, formula.State, error) {
	if sc.measure == m+1 {
		return sc.met, formula.Known, nil
	}
	u := r.unitFor(r.c.Measures[m].Per.Unit, sc.unit)
	if u < 0 {
		return 0, formula.NotYet, nil
	}
	found, state, err := r.met(m, u)
	if err != nil || len(found) == 0 {
		return 0, max(state, formula.NotYet), err
	}
	return found[0].day, formula.Known, nil
}

// stretch is a window placed on its day. It is open when it has no end of its own; then it runs to the day the figure
// is read. ok is false when its day has not come.
type stretch struct {
	span  calendar.Span
	open  bool
	ok    bool
	state formula.State
}

// place puts a window on its day. A nil window is the contract's own life up to the day the figure is read.
func (r *reader) place(w *contracts.Window, sc *scope) (stretch, error) {
	if w == nil {
		return stretch{span: calendar.Span{First: calendar.MinDate, Last: sc.asAt}, open: true, ok: true}, nil
	}
	if w.Edge == contracts.FixedWindow {
		return stretch{span: w.Fixed, ok: true}, nil
	}
	d, state, err := r.day(&w.Day, sc)
	if err != nil || d.IsZero() {
		return stretch{state: max(state, formula.NotYet)}, err
	}
	switch {
	case w.Series >= 0:
		return r.placePeriods(w, d), nil
	case w.Length == nil:
		return openWindow(w.Edge, d, sc.asAt), nil
	}
	h := r.c.Calendar.Holidays
	var s calendar.Span
	switch w.Edge {
	case contracts.BeginningWith:
		s = w.Length.BeginningWith(d, h)
	case contracts.After:
		s = w.Length.After(d, h)
	case contracts.EndingWith:
		s = w.Length.EndingWith(d, h)
	case contracts.Before:
		s = w.Length.Before(d, h)
	case contracts.FixedWindow: // returned above
	}
	return stretch{span: s, ok: true}, nil
}

// openWindow is a window without a length: it runs from its day to the day the figure is read, or up to its day.
func openWindow(e contracts.Edge, d, asAt calendar.Date) stretch {
	s := calendar.Span{First: d, Last: asAt}
	switch e {
	case contracts.After:
		s.First = d.AddDays(1)
	case contracts.EndingWith:
		return stretch{span: calendar.Span{First: calendar.MinDate, Last: d}, ok: true}
	case contracts.Before:
		return stretch{span: calendar.Span{First: calendar.MinDate, Last: d.AddDays(-1)}, ok: true}
	case contracts.BeginningWith, contracts.FixedWindow: // from its day; a fixed window has both its days
	}
	return stretch{span: s, open: true, ok: true}
}

// placePeriods is a window counted in periods of a series: the last few that ended before a day, or the next few.
func (r *reader) placePeriods(w *contracts.Window, d calendar.Date) stretch {
	s := &r.c.Periods[w.Series].Series
	if w.Edge == contracts.Before {
		span, ok := s.Before(d, w.Count)
		return stretch{span: span, ok: ok, state: formula.Unknown}
	}
	n, ok := s.Number(d)
	if !ok {
		return stretch{state: formula.Unknown}
	}
	switch w.Edge {
	case contracts.After:
		n++
	case contracts.EndingWith:
		n -= w.Count - 1
	default: // beginning with: from the period of the day itself
	}
	a, okA := s.Span(n)
	b, okB := s.Span(n + w.Count - 1)
	return stretch{span: calendar.Span{First: a.First, Last: b.Last}, ok: okA && okB, state: formula.Unknown}
}
