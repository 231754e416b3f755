package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// ofTime works out days covered, the longest run or the first gap of a set of days within a window.
func (r *reader) ofTime(q *contracts.Quantity, sc *scope) (formula.Figure, error) {
	periods, ended := r.periodsOf(q.Per, sc)
	if !ended {
		return inState(q.Type, formula.NotYet), nil
	}
	if q.ToDate {
		periods.First = calendar.MinDate
	}
	w, err := r.place(q.In, sc)
	if err != nil {
		return formula.Figure{}, err
	}
	if !w.ok {
		return inState(q.Type, w.state), nil
	}
	var known calendar.Date
	if !w.open && q.Head != contracts.FirstGap {
		if known = r.knownOn(q, w); !r.come(known, sc.asAt) {
			return inState(q.Type, formula.NotYet), nil
		}
	}
	spans, err := r.spansOf(q.Source, sc)
	if err != nil {
		return formula.Figure{}, err
	}
	within := w.span.Intersect(periods).Intersect(calendar.Span{First: calendar.MinDate, Last: sc.asAt})
	f := formula.Figure{Type: q.Type, Known: known}
	switch q.Head {
	case contracts.DaysOf:
		f.Num = money.Int(int64(calendar.CountDays(spans, within)))
	case contracts.RunOf:
		f.Num, f.Unit = money.Int(int64(calendar.LongestRun(spans, within))), calendar.Day
	case contracts.FirstGap:
		gap, ok := calendar.FirstGap(spans, within)
		if !ok {
			r.moves()
			return inState(formula.Date, formula.NotYet), nil
		}
		f.Num = money.Int(int64(gap))
	default:
		return formula.Figure{}, fmt.Errorf("%s: what it asks for cannot be had of spells", q.Name)
	}
	return f, nil
}

// spansOf is the set of days that a source of spells stands for: a spells quantity, worked out once a unit.
func (r *reader) spansOf(s contracts.Source, sc *scope) ([]calendar.Span, error) {
	ref := &r.c.Refs[s.Slot]
	if s.Kind != contracts.FromFigure || ref.Kind != contracts.RefQuantity || r.c.Quantities[ref.Index].Head != contracts.SpellsOf {
		return nil, fmt.Errorf("%s is not a set of days", ref.Name)
	}
	return r.spells(ref.Index, sc)
}

// spells joins the spells of a kind, takes away those of another, and bridges the gaps the contract lets pass. The
// result holds until the next tree.
func (r *reader) spells(qi int, sc *scope) ([]calendar.Span, error) {
	q := &r.c.Quantities[qi]
	u := r.unitFor(q.Per.Unit, sc.unit)
	if u < 0 {
		return nil, fmt.Errorf("%s stands per %s and was read where there is none", q.Name, r.c.Units[q.Per.Unit].Name)
	}
	cell := &r.spans[u*len(r.c.Quantities)+qi]
	if cell.stamp == r.stamp {
		return r.arena[cell.from:cell.upTo], nil
	}
	a, err := r.collect(r.scratch[0][:0], q.Source.Index, q.Where, u)
	if err != nil {
		return nil, err
	}
	r.scratch[0] = a
	from := len(r.arena)
	if q.Except < 0 && q.Bridging == 0 {
		r.arena = calendar.Union(r.arena, a)
		*cell = memoSpans{r.stamp, from, len(r.arena)}
		return r.arena[from:], nil
	}
	joined := calendar.Union(r.sets[0][:0], a)
	r.sets[0] = joined
	if q.Except >= 0 {
		b, err := r.collect(r.scratch[1][:0], q.Except, nil, u)
		if err != nil {
			return nil, err
		}
		r.scratch[1] = b
		less := calendar.Union(r.sets[1][:0], b)
		r.sets[1] = less
		joined = calendar.Subtract(r.sets[2][:0], joined, less)
		r.sets[2] = joined
	}
	if q.Bridging > 0 {
		r.arena = calendar.Bridge(r.arena, joined, q.Bridging)
	} else {
		r.arena = append(r.arena, joined...)
	}
	r.spans[u*len(r.c.Quantities)+qi] = memoSpans{r.stamp, from, len(r.arena)}
	return r.arena[from:], nil
}

// collect appends the spells of a kind that the unit and its members had, cut at the last day settled.
func (r *reader) collect(dst []calendar.Span, kind int, where *contracts.Condition, u int) ([]calendar.Span, error) {
	for v := range r.tree.Units {
		if r.tree.Units[v].Type != r.c.Evidence[kind].Unit || !r.within(v, u) {
			continue
		}
		items := r.tree.Units[v].Items
		for i := range items {
			it := &items[i]
			if it.Kind != kind || !speaks(it, r.through) {
				continue
			}
			if where != nil {
				in := scope{unit: v, item: it, itemUnit: v, asAt: r.through}
				if yes, err := r.holds(where, &in); err != nil {
					return dst, err
				} else if yes != holdsYes {
					continue
				}
			}
			r.use(v, i)
			if it.Last > r.through {
				r.moves()
			}
			dst = append(dst, calendar.Span{First: it.First, Last: min(it.Last, r.through)})
		}
	}
	return dst, nil
}
