package whatif

import (
	"outturn/contracts"
	"outturn/contracts/formula"
)

// thing is one named thing of a contract.
type thing struct {
	kind  thingKind
	index int
}

type thingKind uint8

const (
	kindThing thingKind = iota + 1
	cohortThing
	tableThing
	quantityThing
	measureThing
	comparisonThing
	checkThing
	paymentThing
)

var thingWords = map[thingKind]string{kindThing: "evidence", tableThing: "table", quantityThing: "quantity", measureThing: "measure", comparisonThing: "comparison"}

// unread warns of what is defined and reaches no payment: evidence that nothing reads, measures that nothing pays for.
// What is read only by such a thing is not named again.
func (v *review) unread() {
	live := v.reached()
	var dead []thing
	for _, t := range v.defined() {
		if !live[t] {
			dead = append(dead, t)
		}
	}
	under := map[thing]bool{} // read by something that is itself unread
	for _, t := range dead {
		w := &walker{c: v.c, seen: map[thing]bool{t: true}}
		w.reads(t)
		for read := range w.seen {
			if read != t {
				under[read] = true
			}
		}
	}
	for _, t := range dead {
		if under[t] {
			continue
		}
		name, clause := v.named(t)
		what, toDo := "nothing that is paid reads it", "say what is paid on it, or leave it out"
		if t.kind == kindThing {
			what = "it may come, and nothing that is paid reads it: whoever gathers it gathers it for nothing"
		}
		if t.kind == measureThing {
			what = "it may be met, and nothing is paid for it or on it"
		}
		v.warn(WarnUnreachable, thingWords[t.kind]+" "+name, clause, what, toDo)
	}
}

// defined lists what a contract may define and leave unread, in the order of the sections.
func (v *review) defined() []thing {
	var all []thing
	for _, s := range []struct {
		kind thingKind
		n    int
	}{{kindThing, len(v.c.Evidence)}, {tableThing, len(v.c.Tables)}, {quantityThing, len(v.c.Quantities)}, {measureThing, len(v.c.Measures)}, {comparisonThing, len(v.c.Comparisons)}} {
		for i := range s.n {
			if s.kind == quantityThing && (v.c.Quantities[i].Head == contracts.Standing || v.c.Quantities[i].Head == contracts.StandingWord) {
				continue // the statement shows how it stands, whoever reads it
			}
			all = append(all, thing{s.kind, i})
		}
	}
	return all
}

func (v *review) named(t thing) (name, clause string) {
	switch t.kind {
	case kindThing:
		return v.c.Evidence[t.index].Name, v.c.Evidence[t.index].Clause
	case tableThing:
		return v.c.Tables[t.index].Name, v.c.Tables[t.index].Clause
	case quantityThing:
		return v.c.Quantities[t.index].Name, v.c.Quantities[t.index].Clause
	case measureThing:
		return v.c.Measures[t.index].Name, v.c.Measures[t.index].Clause
	default: // a comparison, the last of what is defined
		return v.c.Comparisons[t.index].Name, v.c.Comparisons[t.index].Clause
	}
}

// reached is everything that payments, caps, divisions, accounts, checks and those who count read, however far down.
func (v *review) reached() map[thing]bool {
	w := &walker{c: v.c, seen: map[thing]bool{}}
	for i := range v.c.Payments {
		w.visit(thing{paymentThing, i})
	}
	w.beside()
	return w.seen
}

// beside visits what is read by all that is no payment.
func (w *walker) beside() {
	for i := range w.c.Quantities {
		if w.c.Quantities[i].Head == contracts.Standing {
			w.visit(thing{quantityThing, i})
		}
	}
	for i := range w.c.Checks {
		w.visit(thing{checkThing, i})
	}
	for i := range w.c.Baselines {
		for _, step := range w.c.Baselines[i].Steps {
			w.visit(thing{quantityThing, step.Quantity})
		}
	}
	for i := range w.c.Savings { // each stands on the statement, paid on or not
		for _, step := range w.c.Savings[i].Steps {
			w.visit(thing{quantityThing, step.Quantity})
		}
	}
	if p := w.c.Partnership; p != nil { // so does who invests, and what the board reads beside
		for i := range p.Partners {
			for _, e := range []*formula.Expr{p.Partners[i].InKind, p.Partners[i].Promised, p.Partners[i].PaidIn, p.Partners[i].LossLimit} {
				w.expr(e)
			}
		}
		for _, q := range append([]int{p.Spend.Reactive, p.Spend.Preventative}, p.Indicators...) {
			w.visit(thing{quantityThing, q})
		}
	}
	for i := range w.c.Cohorts {
		if w.c.Cohorts[i].Counts != contracts.CountsComparedOnly {
			w.visit(thing{cohortThing, i})
		}
	}
	for i := range w.c.Caps {
		k := &w.c.Caps[i]
		w.expr(k.NotAbove)
		w.day(k.Dated)
		for d := range k.Days {
			w.day(&k.Days[d])
		}
	}
	for i := range w.c.Divisions {
		for _, t := range w.c.Divisions[i].Tranches {
			w.expr(t.Claim)
			for _, weight := range t.Weights {
				w.expr(weight)
			}
		}
	}
	for i := range w.c.Stakes {
		w.expr(w.c.Stakes[i].OpensWith)
		w.expr(w.c.Stakes[i].PutsIn)
		w.expr(w.c.Stakes[i].Rate)
	}
	for i := range w.c.InKind {
		w.visit(thing{quantityThing, w.c.InKind[i].Quantity})
		w.expr(w.c.InKind[i].Offered)
	}
	for i := range w.c.Accounts {
		w.expr(w.c.Accounts[i].OpensWith)
		w.expr(w.c.Accounts[i].Receives)
	}
	w.kind(w.c.ToldBy)
}

// walker follows what things read.
type walker struct {
	c    *contracts.Contract
	seen map[thing]bool
}

func (w *walker) visit(t thing) {
	if t.index >= 0 && !w.seen[t] {
		w.seen[t] = true
		w.reads(t)
	}
}

func (w *walker) kind(i int) { w.visit(thing{kindThing, i}) }

func (w *walker) reads(t thing) {
	switch t.kind {
	case cohortThing:
		k := &w.c.Cohorts[t.index]
		w.kind(k.JoinedBy)
		w.cond(k.Where)
		w.cond(k.CountsWhere)
	case tableThing:
		w.table(&w.c.Tables[t.index])
	case quantityThing:
		w.quantity(&w.c.Quantities[t.index])
	case measureThing:
		m := &w.c.Measures[t.index]
		for _, k := range m.Kinds {
			w.kind(k)
		}
		w.cond(m.When)
		if m.Form == contracts.EveryRun {
			w.visit(thing{quantityThing, m.Run})
		}
		w.window(m.In)
		w.day(m.Until)
		w.expr(m.NotAbove)
	case comparisonThing:
		k := &w.c.Comparisons[t.index]
		w.visit(thing{cohortThing, k.Treated})
		w.visit(thing{cohortThing, k.Against})
		w.visit(thing{quantityThing, k.Of})
		w.kind(k.CertifiedBy)
		w.visit(thing{comparisonThing, k.Pools})
		for _, c := range k.Columns {
			if c.Slot >= 0 {
				w.slot(c.Slot)
			}
		}
		w.expr(k.Benchmark)
		if k.Control != nil {
			w.expr(k.Control.Events)
			w.expr(k.Control.N)
			w.expr(k.Control.Exposure)
		}
	case checkThing:
		k := &w.c.Checks[t.index]
		w.kind(k.FoundBy)
		w.day(k.Dated)
	case paymentThing:
		w.payment(&w.c.Payments[t.index])
	case kindThing: // evidence reads nothing
	}
}

func (w *walker) table(t *contracts.Table) {
	for _, column := range t.By {
		w.slot(column.Slot)
	}
	w.day(t.Dated)
	row := func(r *contracts.Row) {
		for _, e := range r.Values {
			w.expr(e)
		}
		for i := range r.Match {
			w.cond(r.Match[i].Test)
		}
	}
	for i := range t.Rows {
		row(&t.Rows[i])
	}
	if t.Otherwise != nil {
		row(t.Otherwise)
	}
}

func (w *walker) quantity(q *contracts.Quantity) {
	switch q.Head {
	case contracts.Is, contracts.MetWhen, contracts.Standing, contracts.StandingWord:
	default:
		switch q.Source.Kind {
		case contracts.FromItems:
			w.kind(q.Source.Index)
		case contracts.FromCohort:
			w.visit(thing{cohortThing, q.Source.Index})
		case contracts.FromMeasure:
			w.visit(thing{measureThing, q.Source.Index})
		case contracts.FromFigure:
			w.slot(q.Source.Slot)
		case contracts.FromUnits: // reads no name
		}
	}
	if q.Head == contracts.SpellsOf {
		w.kind(q.Except)
	}
	for _, e := range []*formula.Expr{q.Is, q.NotBelow, q.NotAbove} {
		w.expr(e)
	}
	for _, e := range q.Parts {
		w.expr(e)
	}
	for _, cond := range []*contracts.Condition{q.Met, q.Where, q.NeutralIf} {
		w.cond(cond)
	}
	for _, other := range q.Also {
		w.visit(thing{quantityThing, other})
	}
	w.window(q.In)
	w.day(q.Dated)
	if q.Sample != nil {
		w.visit(thing{cohortThing, q.Sample.Cohort})
	}
	if q.Approval != nil {
		w.kind(q.Approval.Kind)
	}
}

func (w *walker) payment(p *contracts.Payment) {
	switch p.For {
	case contracts.ForMeasure:
		w.visit(thing{measureThing, p.Index})
	case contracts.ForCohort:
		w.visit(thing{cohortThing, p.Index})
	default: // a figure, a sum and what is left over are formulas
	}
	for _, e := range []*formula.Expr{p.Figure, p.Price, p.Of} {
		w.expr(e)
	}
	w.cond(p.When)
	w.cond(p.Unless)
	w.cond(p.Eligible)
	if p.Hurdle != nil {
		w.cond(&p.Hurdle.Test)
	}
	for _, s := range p.Then {
		w.expr(s.By)
	}
	w.kind(p.Due.ClaimedBy)
	w.kind(p.Due.ValidatedBy)
	w.window(p.Due.Within)
	if p.Held != nil {
		w.expr(p.Held.Share)
		w.day(p.Held.ReleasedOn)
		w.cond(p.Held.ReleasedWhen)
	}
}

func (w *walker) expr(e *formula.Expr) {
	eachSlot(e, w.slot)
}

// eachSlot calls yield for the slot of every name in a formula.
func eachSlot(e *formula.Expr, yield func(slot int)) {
	if e == nil {
		return
	}
	if e.Op == formula.OpRef {
		yield(e.Slot)
	}
	eachSlot(e.Left, yield)
	eachSlot(e.Right, yield)
}

func (w *walker) cond(c *contracts.Condition) {
	if c == nil {
		return
	}
	if c.Op == contracts.Test {
		w.slot(c.Slot)
		w.expr(c.Bound)
	}
	for i := range c.Parts {
		w.cond(&c.Parts[i])
	}
}

func (w *walker) window(win *contracts.Window) {
	if win != nil && win.Edge != contracts.FixedWindow {
		w.day(&win.Day)
	}
}

func (w *walker) day(d *contracts.DayRef) {
	if d == nil {
		return
	}
	switch d.Kind {
	case contracts.DayItem:
		w.kind(d.Index)
	case contracts.DayMeasure:
		w.visit(thing{measureThing, d.Index})
	case contracts.DayQuantity:
		w.visit(thing{quantityThing, d.Index})
	case contracts.DayCohort:
		w.visit(thing{cohortThing, d.Index})
	default: // a day written down, or of the item in hand
	}
}

func (w *walker) slot(slot int) {
	if slot < 0 || slot >= len(w.c.Refs) {
		return
	}
	kinds := map[contracts.RefKind]thingKind{contracts.RefQuantity: quantityThing, contracts.RefTable: tableThing, contracts.RefField: kindThing,
		contracts.RefMeasure: measureThing, contracts.RefMeasureDay: measureThing, contracts.RefCohort: cohortThing,
		contracts.RefComparison: comparisonThing, contracts.RefCheck: checkThing, contracts.RefPayment: paymentThing, contracts.RefItemDay: kindThing}
	if kind, ok := kinds[w.c.Refs[slot].Kind]; ok {
		w.visit(thing{kind, w.c.Refs[slot].Index})
	}
}
