package engine

import (
	"outturn/contracts"
	"outturn/contracts/formula"
)

// varies says whether a unit's figure depends on where it is read: on the item in hand, the outcome in hand, or the
// period, directly or through what it is made of.
func (s *stager) varies(i int, seen map[int]bool) bool {
	if seen[i] {
		return false
	}
	seen[i] = true
	q := &s.p.c.Quantities[i]
	if len(q.Per.Periods) > 0 || q.Per.Role != "" || s.variesWindow(q.In) {
		return true
	}
	found := false
	visit := func(slot int) { found = found || s.variesRef(slot, seen) }
	for _, e := range []*formula.Expr{q.Is, q.NotBelow, q.NotAbove} {
		refs(e, visit)
	}
	for _, k := range []*contracts.Condition{q.Where, q.NeutralIf, q.Met} {
		conditionRefs(k, visit)
	}
	switch {
	case q.Source.Kind == contracts.FromFigure || q.Head == contracts.DaysOf || q.Head == contracts.RunOf || q.Head == contracts.FirstGap:
		visit(q.Source.Slot)
	}
	if q.In != nil && q.In.Day.Kind == contracts.DayQuantity {
		found = found || s.varies(q.In.Day.Index, seen)
	}
	return found
}

func (s *stager) variesWindow(w *contracts.Window) bool {
	return w != nil && s.variesDay(&w.Day)
}

func (s *stager) variesDay(d *contracts.DayRef) bool {
	switch d.Kind {
	case contracts.DayItem:
		return s.p.onKinds[d.Index]
	case contracts.DayMet, contracts.DayLearned, contracts.DayPeriod, contracts.DayMeasure:
		return true
	default:
		return false
	}
}

func (s *stager) variesRef(slot int, seen map[int]bool) bool {
	r := &s.p.c.Refs[slot]
	switch r.Kind {
	case contracts.RefQuantity:
		return s.varies(r.Index, seen)
	case contracts.RefPeriod, contracts.RefMeasureDay, contracts.RefRole:
		return true
	case contracts.RefField:
		return s.p.c.Evidence[r.Index].Each >= 0 || s.p.onKinds[r.Index]
	case contracts.RefItemDay:
		return s.p.onKinds[r.Index]
	case contracts.RefTable:
		t := &s.p.c.Tables[r.Index]
		return s.variesRow(t, seen) || s.variesRows(t, seen)
	case contracts.RefPayment, contracts.RefComparison, contracts.RefCheck, contracts.RefAccount, contracts.RefStake:
		return true
	default: // what is known of a unit is the same on whatever day it is read
		return false
	}
}

// variesRow says whether which row applies depends on where a table is read.
func (s *stager) variesRow(t *contracts.Table, seen map[int]bool) bool {
	if t.Dated != nil && s.variesDay(t.Dated) {
		return true
	}
	for _, b := range t.By {
		if s.p.c.Refs[b.Slot].Kind == contracts.RefPeriod && t.Dated != nil {
			continue
		}
		if s.variesRef(b.Slot, seen) {
			return true
		}
	}
	return false
}

// steady says whether a unit finds the same row wherever it reads a table.
func (s *stager) steady(t *contracts.Table) bool {
	if t.Reads != contracts.ReadsStep && t.Reads != 0 || s.variesRow(t, map[int]bool{}) {
		return false
	}
	for i := range t.Rows {
		for _, m := range t.Rows[i].Match {
			varies := false
			conditionRefs(m.Test, func(slot int) { varies = varies || s.variesRef(slot, map[int]bool{}) })
			if varies {
				return false
			}
		}
	}
	return true
}

func (s *stager) variesRows(t *contracts.Table, seen map[int]bool) bool {
	found := false
	for _, r := range t.Rows {
		for _, e := range r.Values {
			refs(e, func(slot int) { found = found || s.variesRef(slot, seen) })
		}
	}
	return found
}
