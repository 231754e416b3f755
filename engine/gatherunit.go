package engine

import (
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/engine/evidence"
)

// gatherUnit gathers what a quantity that stands per a unit asks for.
func (r *reader) gatherUnit(q *contracts.Quantity, sc *scope) (tally, error) {
	var t tally
	periods, ended := r.periodsOf(q.Per, sc)
	if !ended {
		t.state = formula.NotYet
		return t, nil
	}
	w, err := r.place(q.In, sc)
	if err != nil {
		return t, err
	}
	if !w.ok {
		t.state = w.state
		return t, nil
	}
	if known := r.knownOn(q, w); !w.open {
		if !r.come(known, sc.asAt) {
			t.state = formula.NotYet
			if q.Source.Kind == contracts.FromItems {
				r.wanted(q.Source.Index, w.span.Last)
			}
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
	if len(q.Per.Periods) > 0 {
		t.known = max(t.known, periods.Last)
	}
	if r.trace != nil {
		t.text = r.gatherText(q, w, &t)
	}
	return t, err
}

// periodsOf is the stretch that a level's periods have in common where it is read, and whether they have ended. A level
// without periods has always ended.
func (r *reader) periodsOf(l contracts.Level, sc *scope) (calendar.Span, bool) {
	span := calendar.Span{First: calendar.MinDate, Last: calendar.MaxDate}
	for _, s := range l.Periods {
		n := sc.key.periods[s]
		if n == 0 {
			f := r.periodNumber(s, sc)
			k, _ := f.Num.Int64()
			n = int16(k)
		}
		one, ok := r.c.Periods[s].Series.Span(int(n))
		if !ok || !r.come(one.Last, sc.asAt) {
			return span, false
		}
		span = span.Intersect(one)
	}
	return span, true
}

// inPeriods says whether what is gathered, in hand in a scope, falls into the periods that its reader is in by the day
// that dates it, or before their end where the quantity is to date.
func (r *reader) inPeriods(q *contracts.Quantity, at *scope, in scope) (bool, error) {
	day := in.met
	if q.Dated != nil {
		var err error
		if day, _, err = r.day(q.Dated, &in); err != nil {
			return false, err
		}
	}
	span, ended := r.periodsOf(q.Per, at)
	return ended && !day.IsZero() && day <= span.Last && (day >= span.First || q.ToDate), nil
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
		if len(q.Per.Periods) > 0 {
			in := *sc
			in.item, in.itemUnit, in.unit, in.met = it, v, v, it.First
			if yes, err := r.inPeriods(q, sc, in); err != nil {
				return err
			} else if !yes {
				continue
			}
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
		if t.n == 0 {
			t.known = max(t.known, it.First) // it stands from the first, so that a later item does not move its line
		}
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
		if counts, err := r.memberCounts(v); err != nil {
			return err
		} else if !counts {
			continue
		}
		in := *sc
		in.unit = v
		if yes, err := r.gathered(q, sc, &in, t); err != nil {
			return err
		} else if yes {
			t.add(number(1), 0)
		}
	}
	return nil
}

// gathered says whether what is in hand is gathered: it falls into its reader's periods, and the condition holds.
func (r *reader) gathered(q *contracts.Quantity, at, in *scope, t *tally) (bool, error) {
	if len(q.Per.Periods) > 0 {
		if yes, err := r.inPeriods(q, at, *in); err != nil || !yes {
			return false, err
		}
	}
	return r.where(q.Where, in, t)
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
	if err != nil || !j.counted || !span.Contains(j.day) {
		return err
	}
	in := *sc
	in.unit, in.met = u, j.day
	if yes, err := r.gathered(q, sc, &in, t); err != nil || !yes {
		return err
	}
	t.add(number(1), j.day)
	return nil
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
			in.unit, in.met, in.measure, in.item, in.itemUnit = v, found[i].day, m+1, found[i].item, found[i].itemUnit
			if yes, err := r.gathered(q, sc, &in, t); err != nil {
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
		if counts, err := r.memberCounts(v); err != nil {
			return err
		} else if !counts {
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

// overPeriods adds a figure of one unit, for each ended period where it stands per periods that the reader does not fix,
// or of which the reader takes the earlier ones too.
func (r *reader) overPeriods(q *contracts.Quantity, level contracts.Level, sc *scope, t *tally) error {
	for _, s := range level.Periods {
		fixed := int(sc.key.periods[s])
		if fixed != 0 && !q.ToDate {
			continue
		}
		series := &r.c.Periods[s].Series
		for n := 1; n <= series.Len() && (fixed == 0 || n <= fixed); n++ {
			span, _ := series.Span(n)
			if !r.come(span.Last, sc.asAt) {
				break
			}
			in := *sc
			in.key.periods[s], in.met = int16(n), span.Last
			if fixed == 0 && len(q.Per.Periods) > 0 {
				if yes, err := r.inPeriods(q, sc, in); err != nil {
					return err
				} else if !yes {
					continue
				}
			}
			f, err := r.ref(q.Source.Slot, &in)
			if err != nil {
				return err
			}
			t.take(q, f, span.Last)
		}
		return nil
	}
	f, err := r.ref(q.Source.Slot, sc)
	if err != nil {
		return err
	}
	if len(q.Per.Periods) > 0 && len(level.Periods) == 0 {
		in := *sc
		in.met = f.Known
		if yes, err := r.inPeriods(q, sc, in); err != nil || !yes {
			return err
		}
	}
	t.take(q, f, f.Known)
	return nil
}

// memberCounts says whether a unit is gathered: where cohorts are of units of its type, it must count in one.
func (r *reader) memberCounts(v int) (bool, error) {
	judged := false
	for ci := range r.c.Cohorts {
		if r.c.Cohorts[ci].Unit != r.tree.Units[v].Type {
			continue
		}
		judged = true
		j, err := r.join(ci, v)
		if err != nil || j.counted {
			return j.counted, err
		}
	}
	return !judged, nil
}
