package engine

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/formula"
)

// stager works out in which pass over the units each figure can first be read. A figure of a unit that reads only the
// unit's own evidence is ready in pass 0. What is gathered from all units in pass n is ready in pass n+1: so a price
// that depends on a cohort's effect, or a cap across units, costs a further pass, and a contract without them has one.
type stager struct {
	p        *plan
	quantity []int // ready, or working / unseen
	payment  []int
	table    []int
	measure  []int
	compare  []int
	check    []int
	account  []int
	stake    []int
	capsAt   []int
	inUnit   bool // what is being looked at stands per a unit
	err      error
}

const (
	unseen  = -1
	working = -2
)

func newStager(p *plan) *stager {
	return &stager{p: p, quantity: filled(len(p.c.Quantities)), payment: filled(len(p.c.Payments)), table: filled(len(p.c.Tables)),
		measure: filled(len(p.c.Measures)), compare: filled(len(p.c.Comparisons)), check: filled(len(p.c.Checks)), account: filled(len(p.c.Accounts)), stake: filled(len(p.c.Stakes)), capsAt: filled(len(p.c.Caps))}
}

// run fills the plan's stages, gathers and passes.
func (s *stager) run() error {
	p, c := s.p, s.p.c
	s.sortCaps()
	for i := range c.Quantities {
		s.quantityReady(i)
	}
	for i := range c.Comparisons {
		s.compareReady(i)
	}
	for i := range c.Payments {
		s.paymentReady(i)
	}
	for i := range c.Checks {
		s.checkReady(i)
	}
	p.last = max(p.last, s.capsThrough(len(c.Caps)-1), s.closedOnce())
	for _, i := range p.unitPays {
		p.last = max(p.last, s.payment[i], s.divisionReady(c.Payments[i].From.Division), s.divisionReady(c.Payments[i].To.Division))
	}
	for _, g := range p.gathers {
		p.last = max(p.last, g.stage)
	}
	p.compareStage = s.compare
	p.payStage, p.payVaries = s.payment, make([]bool, len(c.Payments))
	for i := range c.Payments {
		for _, k := range []*contracts.Condition{c.Payments[i].When, c.Payments[i].Unless} {
			conditionRefs(k, func(slot int) { p.payVaries[i] = p.payVaries[i] || s.variesRef(slot, map[int]bool{}) })
		}
	}
	for i := range c.Tables {
		p.tables[i].steady = s.steady(&c.Tables[i])
	}
	for i := range c.Quantities {
		p.quantities[i].cacheable = !s.varies(i, map[int]bool{})
	}
	return s.err
}

// memo runs work once for cell i and refuses a circle.
func (s *stager) memo(cells []int, i int, name string, work func() int) int {
	switch cells[i] {
	case working:
		if s.err == nil {
			s.err = fmt.Errorf("%s is worked out from itself; break the circle", name)
		}
		return 0
	case unseen:
		cells[i] = working
		cells[i] = work()
	}
	return cells[i]
}

// gather adds something to be gathered in pass stage and returns its place.
func (s *stager) gather(k gatherKind, index, stage int) int {
	s.p.gathers = append(s.p.gathers, gather{k, index, stage})
	return len(s.p.gathers) - 1
}

func (s *stager) ref(slot int) int {
	r := &s.p.c.Refs[slot]
	switch r.Kind {
	case contracts.RefQuantity:
		return s.quantityReady(r.Index)
	case contracts.RefTable:
		return s.tableReady(r.Index)
	case contracts.RefMeasure, contracts.RefMeasureDay:
		return s.measureReady(r.Index)
	case contracts.RefCohort:
		return s.condition(s.p.c.Cohorts[r.Index].Where)
	case contracts.RefComparison:
		return s.compareReady(r.Index)
	case contracts.RefCheck:
		return s.checkReady(r.Index)
	case contracts.RefPayment:
		if s.inUnit && s.p.unitPay[r.Index] {
			return s.paymentOfUnit(r.Index)
		}
		return s.paymentTotal(r.Index)
	case contracts.RefAccount:
		return s.accountReady(r.Index)
	case contracts.RefStake:
		return s.stakeReady(r.Index)
	default: // read from the evidence, in the first pass
		return 0
	}
}

// accountReady is the pass from which an account can be read: when what comes in and all it pays can. A payment may
// read its own account, which answers of earlier periods, so that coming round to it again is no circle.
func (s *stager) accountReady(i int) int {
	if s.account[i] == working {
		return 0
	}
	a := &s.p.c.Accounts[i]
	return s.memo(s.account, i, a.Name, func() int {
		at := s.expr(a.OpensWith, a.Receives)
		for pi := range s.p.c.Payments {
			if pay := &s.p.c.Payments[pi]; (pay.From.Account == i || pay.To.Account == i) && s.payment[pi] != working {
				if at = max(at, s.paymentReady(pi)); s.p.underCap(pi) {
					at = max(at, s.wholeTotal(pi, len(s.p.c.Caps)))
				}
			}
		}
		return at
	})
}

// paymentOfUnit is the pass from which a unit's own rule can read what another payment comes to for the same unit: the
// same pass, before caps, so that neither may stand under one.
func (s *stager) paymentOfUnit(i int) int {
	pay := &s.p.c.Payments[i]
	for k := range s.p.c.Caps {
		if one := &s.p.c.Caps[k]; slices.Contains(one.Over, i) && s.err == nil {
			s.err = fmt.Errorf("payment %s (%s) is read by a rule for the same unit and stands under %s (%s): what a cap leaves is known only when all payments are; read the figure it pays on instead",
				pay.Name, pay.Clause, one.Name, one.Clause)
		}
	}
	return s.paymentReady(i)
}

// within runs work with inUnit set, and puts it back.
func (s *stager) within(inUnit bool, work func() int) int {
	saved := s.inUnit
	s.inUnit = inUnit
	at := work()
	s.inUnit = saved
	return at
}

func (s *stager) expr(es ...*formula.Expr) int {
	at := 0
	for _, e := range es {
		refs(e, func(slot int) { at = max(at, s.ref(slot)) })
	}
	return at
}

func (s *stager) condition(ks ...*contracts.Condition) int {
	at := 0
	for _, k := range ks {
		conditionRefs(k, func(slot int) { at = max(at, s.ref(slot)) })
	}
	return at
}

func (s *stager) day(d *contracts.DayRef) int {
	if d == nil {
		return 0
	}
	switch d.Kind {
	case contracts.DayMeasure:
		return s.measureReady(d.Index)
	case contracts.DayQuantity:
		return s.quantityReady(d.Index)
	case contracts.DayCohort:
		return s.condition(s.p.c.Cohorts[d.Index].Where)
	default: // a day written down, or of the item in hand
		return 0
	}
}

func (s *stager) window(w *contracts.Window) int {
	if w == nil {
		return 0
	}
	return s.day(&w.Day)
}

// numbered is the pass from which a unit's cohort number is known.
func (s *stager) numbered(l contracts.Level) int {
	if l.Cohort >= 0 && s.p.closing[l.Cohort] {
		return 1 + s.condition(s.p.c.Cohorts[l.Cohort].Where)
	}
	return 0
}

func (s *stager) quantityReady(i int) int {
	q := &s.p.c.Quantities[i]
	return s.memo(s.quantity, i, q.Name, func() int {
		return s.within(q.Per.Unit >= 0, func() int { return s.quantityStage(i, q) })
	})
}

func (s *stager) quantityStage(i int, q *contracts.Quantity) int {
	at := max(s.condition(q.Where, q.NeutralIf, q.Met), s.expr(q.Is, q.NotBelow, q.NotAbove), s.expr(q.Parts...), s.window(q.In), s.day(q.Dated), s.numbered(q.Per))
	for _, other := range q.Also {
		at = max(at, s.quantityReady(other))
	}
	fromUnits := false
	switch q.Source.Kind {
	case contracts.FromItems:
		fromUnits = s.p.c.Evidence[q.Source.Index].Of == contracts.OfUnit
	case contracts.FromUnits:
		fromUnits = true
	case contracts.FromCohort:
		fromUnits = true
		at = max(at, s.condition(s.p.c.Cohorts[q.Source.Index].Where))
	case contracts.FromMeasure:
		fromUnits = true
		at = max(at, s.measureReady(q.Source.Index))
	case contracts.FromFigure:
		at = max(at, s.ref(q.Source.Slot))
		fromUnits = s.unitLevel(q.Source.Slot)
	}
	pl := &s.p.quantities[i]
	pl.whole = q.Per.Unit < 0
	if !pl.whole || !fromUnits {
		pl.stage = at
		return at
	}
	pl.fromUnits = true
	if q.Sample != nil {
		at = max(at, s.condition(s.p.c.Cohorts[q.Sample.Cohort].Where, s.p.c.Cohorts[q.Sample.Cohort].CountsWhere))
	}
	at = max(at, s.closedOnce())
	s.p.byQuantity[i] = s.gather(gatherQuantity, i, at)
	pl.stage = at + 1
	return at + 1
}

// unitLevel says whether a figure stands per a unit, so that gathering it for the whole takes a pass.
func (s *stager) unitLevel(slot int) bool {
	r := &s.p.c.Refs[slot]
	switch r.Kind {
	case contracts.RefQuantity:
		return s.p.c.Quantities[r.Index].Per.Unit >= 0
	case contracts.RefField:
		return s.p.c.Evidence[r.Index].Of == contracts.OfUnit
	case contracts.RefFact, contracts.RefMeasure, contracts.RefCohort:
		return true
	case contracts.RefTable:
		return s.p.c.Tables[r.Index].Per.Unit >= 0
	case contracts.RefPayment:
		return s.p.unitPay[r.Index]
	default:
		return false
	}
}

func (s *stager) tableReady(i int) int {
	t := &s.p.c.Tables[i]
	return s.memo(s.table, i, t.Name, func() int {
		at := s.day(t.Dated)
		for _, b := range t.By {
			at = max(at, s.ref(b.Slot))
		}
		rows := t.Rows
		if t.Otherwise != nil {
			rows = append(rows[:len(rows):len(rows)], *t.Otherwise)
		}
		for _, r := range rows {
			at = max(at, s.expr(r.Values...))
			for _, m := range r.Match {
				at = max(at, s.condition(m.Test))
			}
		}
		return at
	})
}

func (s *stager) measureReady(i int) int {
	m := &s.p.c.Measures[i]
	return s.memo(s.measure, i, m.Name, func() int {
		at := max(s.condition(m.When), s.window(m.In), s.day(m.Until), s.expr(m.NotAbove))
		if m.Form == contracts.EveryRun {
			at = max(at, s.quantityReady(m.Run))
		}
		return at
	})
}

func (s *stager) compareReady(i int) int {
	k := &s.p.c.Comparisons[i]
	return s.memo(s.compare, i, k.Name, func() int {
		switch k.Estimator {
		case contracts.EstimatorPooled:
			return s.compareReady(k.Pools)
		case contracts.EstimatorCertified:
			return s.numbered(contracts.Level{Cohort: k.Treated})
		case contracts.EstimatorCarried:
			at := max(s.compareReady(k.Pools)-1, s.numbered(contracts.Level{Cohort: k.Treated}))
			s.p.byTreated[i] = s.gather(gatherTreated, i, at)
			return at + 1
		case "its":
			return s.quantityReady(k.Of)
		default:
			return s.estimatedReady(i, k)
		}
	})
}

// estimatedReady is the pass from which a comparison that gathers both sides can be read: after that in which its
// columns are known, and not before the figures of the whole that it is held against.
func (s *stager) estimatedReady(i int, k *contracts.Comparison) int {
	at := max(s.quantityReady(k.Of), s.numbered(contracts.Level{Cohort: k.Treated}))
	for j := range k.Columns {
		if k.Columns[j].Slot >= 0 {
			at = max(at, s.ref(k.Columns[j].Slot))
		}
	}
	held := s.expr(k.Benchmark)
	if k.Control != nil {
		held = max(held, s.expr(k.Control.Events, k.Control.N, k.Control.Exposure))
	}
	at = max(at, held-1)
	s.p.byTreated[i] = s.gather(gatherTreated, i, at)
	if k.Against >= 0 {
		s.p.byAgainst[i] = s.gather(gatherAgainst, i, at)
	}
	return at + 1
}

func (s *stager) paymentReady(i int) int {
	pay := &s.p.c.Payments[i]
	return s.memo(s.payment, i, pay.Name, func() int {
		return s.within(s.p.unitPay[i], func() int { return s.paymentStage(pay) })
	})
}

// closedOnce is the pass from which it is known who joined a cohort that closes and no other opens after: whoever came
// later is in none, and counts nowhere.
func (s *stager) closedOnce() int {
	at := 0
	for i := range s.p.c.Cohorts {
		if k := &s.p.c.Cohorts[i]; s.p.closing[i] && !k.NextOpens {
			at = max(at, 1+s.condition(k.Where))
		}
	}
	return at
}

func (s *stager) paymentStage(pay *contracts.Payment) int {
	at := 0
	if pay.Per.Unit >= 0 {
		at = s.closedOnce()
	}
	at = max(at, s.condition(pay.When, pay.Unless, pay.Eligible), s.expr(pay.Figure, pay.Price, pay.Of), s.window(pay.Due.Within), s.numbered(pay.Per))
	if pay.Hurdle != nil {
		at = max(at, s.condition(&pay.Hurdle.Test))
	}
	for _, step := range pay.Then {
		at = max(at, s.expr(step.By))
	}
	if h := pay.Held; h != nil {
		at = max(at, s.expr(h.Share), s.condition(h.ReleasedWhen), s.day(h.ReleasedOn))
	}
	switch pay.For {
	case contracts.ForMeasure:
		at = max(at, s.measureReady(pay.Index))
	case contracts.ForCohort:
		at = max(at, s.condition(s.p.c.Cohorts[pay.Index].Where))
	default: // the formulas above are all they read
	}
	return at
}

// paymentTotal is the pass from which the total of a payment can be read elsewhere.
func (s *stager) paymentTotal(i int) int {
	if !s.p.unitPay[i] {
		return s.wholeTotal(i, len(s.p.c.Caps))
	}
	at := max(s.paymentReady(i), s.capsThrough(s.lastCap(i)))
	if s.p.byPayment[i] < 0 {
		s.p.byPayment[i] = s.gather(gatherPayment, i, at)
	}
	return s.p.gathers[s.p.byPayment[i]].stage + 1
}

func (s *stager) checkReady(i int) int {
	k := &s.p.c.Checks[i]
	return s.memo(s.check, i, k.Name, func() int {
		at := max(s.day(k.Dated), s.numbered(k.Per))
		for _, pay := range k.Over {
			at = max(at, s.paymentReady(pay), s.capsThrough(s.lastCap(pay)))
		}
		s.p.byCheck[i] = s.gather(gatherCheck, i, at)
		return at + 1
	})
}
