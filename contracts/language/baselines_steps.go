package language

import (
	"slices"
	"strconv"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/contracts/sentences"
	"outturn/contracts/wording"
)

// This file works out the steps of a baseline: of a sample its mean, its error and what it stands for; then each
// adjustment; then what is expected.

// baselineStep is one step of a baseline as it is being worked out.
type baselineStep struct {
	d *decoder
	r *reader
	b *contracts.Baseline
	n *document.Node
	i int // which step
}

// readBaselineStep works out one step.
func (d *decoder) readBaselineStep(at stepOf, i int, q *contracts.Quantity) bool {
	b, n := &d.c.Baselines[at.baseline], d.baselines[at.baseline]
	name := b.Steps[at.step].Name
	q.Clause, q.Per, q.Head = b.Clause, contracts.ContractLevel(), contracts.Is
	q.Called = baselineStepCalled(name) + wording.OrName(b.Called, b.Name)
	if n.Bad {
		return false
	}
	if s := len(b.Steps) - 1 - len(b.Adjustments); at.step >= s || b.Sample == nil {
		q.Per = b.Per
	}
	s := &baselineStep{d, &reader{who: "baseline " + b.Name, self: thing{quantityThing, i}, levels: []contracts.Level{q.Per}, hand: -1}, b, n, at.step}
	switch adjusted := at.step - s.adjustedFrom(); {
	case name == "expected":
		q.Is = s.before()
	case adjusted >= 0:
		return s.adjust(q, adjusted)
	case b.Sample == nil:
		q.Is = s.read(n, "stated", formula.Number, formula.Money, formula.Days)
	default:
		return s.ofSample(name, q)
	}
	if q.Is == nil {
		return false
	}
	q.Type = q.Is.Type
	return true
}

// baselineStepCalled is what sentences call a step, before the baseline's name.
func baselineStepCalled(name string) string {
	switch name {
	case "read":
		return "the number read of "
	case "se":
		return "the standard error of "
	case "low", "high":
		return "the " + name + " end of "
	case "expected":
		return "what is expected by "
	}
	return "the " + wording.Spaced(name) + " of "
}

// adjustedFrom is the place of the first adjustment among the steps.
func (s *baselineStep) adjustedFrom() int { return len(s.b.Steps) - 1 - len(s.b.Adjustments) }

func (s *baselineStep) read(n *document.Node, key string, want ...formula.Type) *formula.Expr {
	r := *s.r
	r.who += ", " + key
	return s.d.formula(&r, n.Get(key), want...)
}

// step is an earlier step of the baseline.
func (s *baselineStep) step(name string) *formula.Expr {
	at := slices.Index(s.b.Columns(), name)
	return s.d.earlier(s.r, s.b.Name, s.b.Steps[at])
}

// earlier is an earlier step of a chain, as a formula reads it.
func (d *decoder) earlier(r *reader, of string, step contracts.SavingStep) *formula.Expr {
	d.note(r, thing{quantityThing, step.Quantity})
	if !d.quantity(step.Quantity) {
		return nil
	}
	ref := contracts.Ref{Name: of + "." + step.Name, Kind: contracts.RefQuantity, Index: step.Quantity, Type: d.c.Quantities[step.Quantity].Type}
	return &formula.Expr{Op: formula.OpRef, Name: of, Column: step.Name, Slot: d.slot(ref), Type: ref.Type}
}

// ofSample is a step of a sample before it is adjusted.
func (s *baselineStep) ofSample(name string, q *contracts.Quantity) bool {
	switch name {
	case "read", "mean", "variance":
		return s.gathered(name, q)
	case "se":
		return s.standardError(q)
	case "grade":
		q.Head, q.Type = contracts.GradeOf, formula.Number
		q.Keeps = []*formula.Expr{gradeLiteral(s.b.Grade), s.step("error")}
		return q.Keeps[1] != nil
	case "total":
		q.Is = times(s.step("mean"), s.standsFor())
	case "margin":
		q.Is = times(times(s.step("se"), plainLiteral(s.b.Sample.Critical)), s.standsFor())
	case "low":
		q.Is = s.both(formula.OpSub)
	case "high":
		q.Is = s.both(formula.OpAdd)
	case "error":
		q.Is = join(formula.OpDiv, s.step("margin"), s.step("total"), formula.Rate)
	}
	if q.Is == nil {
		return false
	}
	q.Type = q.Is.Type
	return true
}

// both is the total and the margin together.
func (s *baselineStep) both(op formula.Op) *formula.Expr {
	total := s.step("total")
	if total == nil {
		return nil
	}
	return join(op, total, s.step("margin"), total.Type)
}

// standsFor is how many units the cases stand for.
func (s *baselineStep) standsFor() *formula.Expr {
	return s.read(s.n.Get("sample"), "stands_for", formula.Number, formula.Plain)
}

// standardError is the square root of the variance of the mean, rounded as stated.
func (s *baselineStep) standardError(q *contracts.Quantity) bool {
	mean, v := s.step("mean"), s.n.Get("sample").Get("rounded")
	if mean == nil || v == nil {
		return false
	}
	who := s.r.who + ", sample, rounded"
	if v.Kind == document.Scalar {
		s.d.Bad(v, document.Fault{Message: who + ": a square root never ends, and cannot be exact", Expected: "a rounding such as {nearest: £0.01, ties: up}", Found: v.Text})
		return false
	}
	q.Head, q.Type, q.Rounded = contracts.Root, mean.Type, s.d.rounded(v, who, mean.Type)
	s.b.Sample.Rounded = q.Rounded
	q.Is = s.varianceOfMean()
	return q.Is != nil && q.Rounded.Mode != money.NoRounding
}

// varianceOfMean is the variance of the mean of the cases: that of the cases over their number, times the part of the
// population that was not read where that is to be taken off.
func (s *baselineStep) varianceOfMean() *formula.Expr {
	e := join(formula.OpDiv, s.step("variance"), s.step("read"), formula.Number)
	if n := s.standsFor(); s.b.Sample.Finite {
		e = join(formula.OpDiv, join(formula.OpMul, e, join(formula.OpSub, n, s.step("read"), formula.Number), formula.Number), n, formula.Number)
	}
	return e
}

// gathered is a step that is gathered from those that were read.
func (s *baselineStep) gathered(name string, q *contracts.Quantity) bool {
	sample, v := s.b.Sample, s.n.Get("sample")
	who := s.r.who + ", sample, mean_of"
	if sample.Slot < 0 && !s.readOf(v.Get("mean_of"), who) {
		return false
	}
	s.d.note(s.r, s.d.thingOf(s.d.c.Refs[sample.Slot]))
	s.d.note(s.r, thing{cohortThing, sample.Cohort})
	q.Source = contracts.Source{Kind: contracts.FromFigure, Index: -1, Field: -1, Slot: sample.Slot}
	q.Sample, q.IfNone = sample, contracts.SilenceUnknown
	switch name {
	case "mean":
		q.Head, q.Type = contracts.Mean, s.d.c.Refs[sample.Slot].Type
	case "variance":
		q.Head, q.Type = contracts.Variance, formula.Number
	default:
		q.Head, q.Type = contracts.ReadOf, formula.Number
	}
	if q.Head == contracts.ReadOf { // which may not be more than these
		q.Is = s.standsFor()
		sample.StandsFor = q.Is
		return q.Is != nil
	}
	return true
}

// readOf resolves the figure of each case.
func (s *baselineStep) readOf(n *document.Node, who string) bool {
	sample := s.b.Sample
	inner := *s.r
	inner.who = who
	if n == nil {
		return false
	}
	slot, level, ok := s.d.figureSource(&inner, n)
	if !ok {
		return false
	}
	if t := s.d.c.Refs[slot].Type; t != formula.Money && t != formula.Number && t != formula.Days {
		s.d.Bad(n, document.Fault{Message: who + ": " + n.Text + " is " + t.String(), Expected: "money, a number or days"})
		return false
	}
	if cohort := &s.d.c.Cohorts[sample.Cohort]; level.Unit < 0 || level.Unit != cohort.Unit || len(level.Periods) > 0 {
		s.d.Bad(n, document.Fault{Message: who + ": " + n.Text + " stands per " + sentences.Level(s.d.c, level) + ", and the cases read are each a " + wording.Spaced(s.d.c.Units[cohort.Unit].Name),
			Remedy: "gather it per " + s.d.c.Units[cohort.Unit].Name + " first"})
		return false
	}
	sample.Slot = slot
	return true
}

// adjust is what a baseline is after one of its adjustments.
func (s *baselineStep) adjust(q *contracts.Quantity, at int) bool {
	a := &s.b.Adjustments[at]
	n := s.adjustmentNode(at)
	q.Clause = a.Clause
	before := s.before()
	if before == nil || n == nil {
		return false
	}
	key, want := "plus", []formula.Type{before.Type}
	switch a.Op {
	case contracts.StepTimes:
		key, want = "times", []formula.Type{formula.Rate, formula.Number, formula.Plain}
	case contracts.StepLess:
		key, want = "less", []formula.Type{formula.Rate, before.Type}
	default: // plus so much of its own
	}
	r := *s.r
	r.who += ", " + a.Name + ", " + key
	if a.By = s.d.formula(&r, n.Get(key), want...); a.By == nil {
		return false
	}
	switch {
	case a.Op == contracts.StepTimes:
		q.Is = times(before, a.By)
	case a.Op == contracts.StepLess && a.By.Type == formula.Rate:
		q.Is = times(before, join(formula.OpSub, rateLiteral("1"), a.By, formula.Rate))
	case a.Op == contracts.StepLess:
		q.Is = join(formula.OpSub, before, a.By, before.Type)
	default:
		q.Is = join(formula.OpAdd, before, a.By, before.Type)
	}
	q.Type = before.Type
	if a.Approval == nil {
		return true
	}
	q.Head, q.Approval = contracts.Approved, a.Approval
	q.Source = contracts.Source{Kind: contracts.FromFigure, Index: -1, Field: -1, Slot: before.Slot}
	return s.approvesAmount(n, a)
}

// approvesAmount holds the amount that an approval says against what the adjustment adds or takes off.
func (s *baselineStep) approvesAmount(n *document.Node, a *contracts.Adjustment) bool {
	if a.Approval.Amount < 0 {
		return true
	}
	k := &s.d.c.Evidence[a.Approval.Kind]
	if t := k.Says[a.Approval.Amount].Type; a.Op == contracts.StepTimes || a.By.Type != t {
		s.d.Fault(n.Place(), document.Fault{Message: s.r.who + ", " + a.Name + ": " + k.Name + " says an amount, which is " + t.String() + ", and the adjustment is by " + a.By.Type.String(),
			Remedy: "add or take off so much of the same, or leave amount out of what is told"})
		return false
	}
	return true
}

// adjustmentNode is where an adjustment stands.
func (s *baselineStep) adjustmentNode(at int) *document.Node {
	for i := range s.d.c.Baselines {
		if b := &s.d.c.Baselines[i]; b == s.b {
			break
		} else {
			at += len(b.Adjustments)
		}
	}
	return s.d.adjustments[at]
}

// before is what the baseline is before this step: the one that came before it, or what was found.
func (s *baselineStep) before() *formula.Expr {
	switch {
	case s.i > s.adjustedFrom():
		return s.d.earlier(s.r, s.b.Name, s.b.Steps[s.i-1])
	case s.b.Sample == nil:
		return s.step("stated")
	case s.b.Sample.Takes == contracts.TakesLow:
		return s.step("low")
	case s.b.Sample.Takes == contracts.TakesHigh:
		return s.step("high")
	}
	return s.step("total")
}

func gradeLiteral(grade int) *formula.Expr {
	return &formula.Expr{Op: formula.OpLiteral, Type: formula.Number, Literal: formula.Figure{Type: formula.Number, Num: money.Int(int64(grade))}}
}

func plainLiteral(x money.Exact) *formula.Expr {
	return &formula.Expr{Op: formula.OpLiteral, Type: formula.Plain, Literal: formula.Figure{Type: formula.Plain, Num: x}}
}

func rateLiteral(text string) *formula.Expr {
	return &formula.Expr{Op: formula.OpLiteral, Type: formula.Rate, Literal: formula.Figure{Type: formula.Rate, Num: money.MustExact(text)}}
}

// restsOn returns the baselines that a thing reads, however far down.
func (d *decoder) restsOn(t thing, seen map[thing]bool) []int {
	if seen[t] {
		return nil
	}
	seen[t] = true
	if at, step := d.baselineSteps[t.index]; step && t.kind == quantityThing {
		return []int{at.baseline}
	}
	var all []int
	for _, read := range d.reads[t] {
		all = append(all, d.restsOn(read, seen)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// checkGrades refuses a saving that rests on a baseline and is graded better than that is, or may be.
func (d *decoder) checkGrades(i int, s *contracts.Saving) {
	grade := d.savings[i].Get("grade")
	if s.Form != contracts.SavingChain || grade == nil || grade.Kind == document.Map {
		return // a correction of its own stands instead of any grade's
	}
	own := d.ownGrade(grade)
	for _, at := range d.restsOn(thing{quantityThing, s.Last().Quantity}, map[thing]bool{}) {
		b := &d.c.Baselines[at]
		if slices.ContainsFunc(grade.Texts(), func(n *document.Node) bool { return n.Text == b.Name }) || b.Sample == nil && own >= b.Grade {
			continue
		}
		how := "of grade " + strconv.Itoa(b.Grade)
		if b.Sample != nil {
			how = "read from a sample"
		}
		d.Fault(grade.Place(), document.Fault{Message: "saving " + s.Name + ", grade: it rests on " + b.Name + ", which is " + how + ", and is no surer than that", Found: wording.List(s.Traits[contracts.TraitGrade]),
			Options: []document.Option{{Word: "grade: [" + strconv.Itoa(max(1, own)) + ", " + b.Name + "]", Means: "the worse of the two says how much is taken off"},
				{Word: "grade: {is: ..., correction: ..., source: ...}", Means: "a correction of one's own, and what shows it"}}})
	}
}

// ownGrade is the grade among those that a saving names, 0 where it names none.
func (d *decoder) ownGrade(n *document.Node) int {
	for _, item := range n.Texts() {
		if g, err := strconv.Atoi(item.Text); err == nil && g >= 1 && g <= len(contracts.EvidenceGrades) {
			return g
		}
	}
	return 0
}

// worstGrade reads a list of grades: one of its own, and baselines whose own say the rest.
func (b *step) worstGrade(q *contracts.Quantity) bool {
	n, who := b.n.Get("grade"), b.r.who+", grade"
	q.Head, q.Type = contracts.CorrectionOf, formula.Rate
	for _, item := range n.Texts() {
		if g := b.d.ownGrade(item); g > 0 {
			q.Keeps = append(q.Keeps, gradeLiteral(g))
			continue
		}
		at, ok := b.d.find(item, who, baselineThing)
		if !ok {
			return false
		}
		of := &b.d.c.Baselines[at]
		if of.Sample == nil {
			q.Keeps = append(q.Keeps, gradeLiteral(of.Grade))
			continue
		}
		e := b.d.earlier(b.r, of.Name, of.Steps[slices.Index(of.Columns(), "grade")])
		if e == nil {
			return false
		}
		q.Keeps = append(q.Keeps, e)
	}
	if len(q.Keeps) < 2 || b.d.ownGrade(n) == 0 {
		b.d.Bad(n, document.Fault{Message: who + ": a list is of the saving's own grade and of the baselines it rests on", Expected: "a list such as [3, deep_dive]", Found: wording.List(b.s.Traits[contracts.TraitGrade])})
		return false
	}
	return true
}
