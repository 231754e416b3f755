package language

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/contracts/sentences"
	"outturn/contracts/wording"
)

// This file works out the formula of each step of a saving's chain, from the step before it and what the contract says.

// startChain reads what a chain stands per, and the one way in which it takes off what would have happened anyway.
func (d *decoder) startChain(n *document.Node, s *contracts.Saving, who string) {
	if l, ok := d.level(n.Get("per"), who, -1); ok {
		s.Per = l
		if l.Unit >= 0 {
			d.Bad(n.Get("per"), document.Fault{Message: who + ", per: a saving stands for the whole, and not per " + wording.Spaced(d.c.Units[l.Unit].Name),
				Remedy: "count the outcomes of the units first, and begin with that number"})
		}
		if len(l.Periods) > 0 && !n.Has("horizon") {
			s.Traits[contracts.TraitHorizon] = []string{"each " + wording.Spaced(d.c.Periods[l.Periods[len(l.Periods)-1]].Name)}
		}
	} else {
		n.Bad = true
	}
	d.readMode(n, s, who)
	if !slices.Equal(s.Traits[contracts.TraitClass], []string{"fiscal"}) && len(s.Traits[contracts.TraitClass]) > 0 {
		if len(s.Traits[contracts.TraitClass]) > 1 != n.Has("fiscal_share") && slices.Contains(s.Traits[contracts.TraitClass], "fiscal") {
			d.missing(n, who, "fiscal_share", "it is more than fiscal, and only what is fiscal goes on", formulaShape)
		}
		if c := n.Get("cashable"); c != nil && c.Text != "nought" && !slices.Contains(s.Traits[contracts.TraitClass], "fiscal") {
			d.Bad(c, document.Fault{Message: who + ", cashable: what is " + wording.List(s.Traits[contracts.TraitClass]) + " is in no budget, and none can give it up", Remedy: "write cashable: nought"})
		}
	} else if v := n.Get("fiscal_share"); v != nil {
		d.Bad(v, document.Fault{Message: who + ", fiscal_share: all of it is fiscal", Remedy: "leave it out, or name what else it is in class"})
	}
	d.readPrices(n, s, who)
}

// readPrices holds the prices of a chain against those of its unit cost.
func (d *decoder) readPrices(n *document.Node, s *contracts.Saving, who string) {
	prices := n.Value("prices")
	if s.UnitCost == nil || s.UnitCost.Prices == "" || n.Has("uprated") || prices == s.UnitCost.Prices {
		return
	}
	d.missing(n, who, "uprated", fmt.Sprintf("%s is in prices of %s and the saving in %s", s.UnitCost.Code, s.UnitCost.Prices, prices), &shape{what: "a factor",
		words: []document.Option{{Word: "FIGURE / FIGURE", Means: "a factor of two values of an index"}, {Word: "no", Means: "the parties take the value as it stands"}}})
}

// readMode reads the counterfactual, of which there is exactly one.
func (d *decoder) readMode(n *document.Node, s *contracts.Saving, who string) {
	v := n.Get("counterfactual")
	if v == nil {
		return
	}
	who += ", counterfactual"
	if v.Kind == document.Scalar {
		if s.Mode = contracts.ModeGross; v.Text != "gross" {
			d.modeUnsaid(n, v, who)
		}
		return
	}
	var said []string
	for _, k := range []string{"deadweight", "would_have", "comparison", "expected"} {
		if v.Has(k) {
			said = append(said, k)
			s.Mode = map[string]contracts.CounterfactualMode{"deadweight": contracts.ModeDeadweight, "would_have": contracts.ModeWouldHave, "comparison": contracts.ModeCompared, "expected": contracts.ModeExpected}[k]
		}
	}
	refuse := func(message, remedy string) {
		d.Bad(v, document.Fault{Message: who + message, Remedy: remedy, Options: counterfactualShape.options()})
	}
	counts := n.Has("of") || n.Has("engaged") || n.Has("retained") || n.Has("impact")
	switch {
	case len(said) > 1:
		d.modesSaid(n, v, said, who)
	case len(said) == 0 && v.Has("actual"):
		d.missing(v, who, "expected", "what came stands against what was expected: a forecast, or the year before", formulaShape)
		v.Bad = true
	case len(said) == 0:
		refuse(" does not say which way", "")
	case (s.Mode == contracts.ModeCompared) != v.Has("counting"):
		refuse(": a comparison says which way is better, and nothing else does", "")
	case s.Mode == contracts.ModeExpected && !v.Has("actual"):
		refuse(": what was expected stands against what came", "say actual")
	case (s.Mode == contracts.ModeCompared || s.Mode == contracts.ModeExpected) && counts:
		refuse(": a difference is a number by itself", "leave of, engaged, retained and impact out")
	case s.Mode == contracts.ModeWouldHave && !n.Has("impact"):
		refuse(": a rate is taken from the impact, and there is none", "say impact, or take a share off with deadweight")
	}
	if (s.Mode == contracts.ModeDeadweight || s.Mode == contracts.ModeWouldHave) && !n.Has("of") {
		d.missing(n, strings.TrimSuffix(who, ", counterfactual"), "of", "a chain begins with a number", formulaShape)
	}
}

// step is one step of a chain as it is being worked out.
type step struct {
	d *decoder
	r *reader
	s *contracts.Saving
	n *document.Node
	i int // which step
}

// readStep works out the formula of one step.
func (d *decoder) readStep(at derivation, i int, q *contracts.Quantity) bool {
	s, n := &d.c.Savings[at.saving], d.savings[at.saving]
	if at.test >= 0 {
		return d.readTest(at, i, q)
	}
	name := s.Steps[at.step].Name
	q.Clause, q.Per, q.Head = s.Clause, s.Per, contracts.Is
	q.Called = stepCalled(name) + wording.OrName(s.Called, s.Name)
	if n.Bad {
		return false
	}
	b := &step{d, &reader{who: "saving " + s.Name, self: thing{quantityThing, i}, levels: []contracts.Level{s.Per}, hand: -1}, s, n, at.step}
	switch name {
	case "told":
		return b.told(q, "cashed")
	case "found_valid":
		return b.told(q, "validated")
	case "lasting":
		return b.lasting(q)
	case "correction":
		return b.worstGrade(q)
	case "rated":
		return b.rated(q)
	}
	per := contracts.ContractLevel()
	if s.Form == contracts.SavingAdds {
		b.r.infer = &per // it stands per whatever settles what it adds
	}
	if q.Is = b.formula(name, q); q.Is == nil {
		return false
	}
	if s.Form == contracts.SavingAdds {
		s.Per, q.Per = per, per
	}
	q.Type = q.Is.Type
	return true
}

// stepCalled is what sentences call a step, before the saving's name.
func stepCalled(name string) string {
	switch name {
	case "stated", "total":
		return "the " + name + " saving of "
	case "cashable", "cashed", "fiscal", "validated":
		return "the " + name + " part of "
	case "found_valid":
		return "what was found to be valid of "
	case "rated":
		return "what its rating lets through of "
	case "told":
		return "what was told to be cashed of "
	case "net":
		return "what is left after costs of "
	}
	return "the " + wording.Spaced(name) + " of "
}

// read reads one of the saving's formulas.
func (b *step) read(n *document.Node, key string, want ...formula.Type) *formula.Expr {
	r := *b.r
	r.who += ", " + key
	return b.d.formula(&r, n.Get(key), want...)
}

// before is the step so many before this one.
func (b *step) before(back int) *formula.Expr {
	if b.i-back < 0 {
		return nil
	}
	return b.d.earlier(b.r, b.s.Name, b.s.Steps[b.i-back])
}

// join combines two formulas, of which neither may be at fault.
func join(op formula.Op, left, right *formula.Expr, t formula.Type) *formula.Expr {
	if left == nil || right == nil {
		return nil
	}
	return &formula.Expr{Op: op, Left: left, Right: right, Type: t}
}

// times is a formula times a rate or another factor: of the formula's type.
func times(e, by *formula.Expr) *formula.Expr {
	if e == nil {
		return nil
	}
	return join(formula.OpMul, e, by, e.Type)
}

// rest is the whole less a rate.
func (b *step) rest(rate *formula.Expr) *formula.Expr {
	return join(formula.OpSub, b.literal("100%"), rate, formula.Rate)
}

func (b *step) literal(text string) *formula.Expr {
	e, err := formula.Parse(text, b.d.c.Currency)
	if err != nil {
		panic(err)
	}
	return e
}

// formula is what a step is.
func (b *step) formula(name string, q *contracts.Quantity) *formula.Expr {
	switch name {
	case "stated":
		return b.read(b.n, "stated", formula.Money)
	case "total":
		return b.total()
	case "affected":
		return b.read(b.n, "of", formula.Number)
	case "engaged", "retained":
		return times(b.before(1), b.read(b.n, name, formula.Rate))
	case "outcomes":
		if b.n.Has("impact") {
			return times(b.before(1), b.read(b.n, "impact", formula.Rate))
		}
		return b.read(b.n, "of", formula.Number)
	case "net_outcomes":
		return b.net()
	case "additional":
		return b.additional()
	case "value":
		return b.value()
	case "corrected":
		if b.s.Steps[b.i-1].Name == "correction" {
			return times(b.before(2), b.rest(b.before(1)))
		}
		return times(b.before(1), b.rest(b.correction(b.n.Get("grade"), "grade")))
	case "fiscal":
		return times(b.before(1), b.read(b.n, "fiscal_share", formula.Rate))
	case "saved": // a saving below nought frees nothing, and nobody has cashed it
		q.NotBelow = &formula.Expr{Op: formula.OpLiteral, Type: formula.Money, Literal: formula.Figure{Type: formula.Money}}
		return b.before(1)
	case "steps_freed":
		gate := b.n.Get("cashable")
		q.Rounded = money.Rounding{Mode: money.Down, Unit: money.Int(1)}
		return join(formula.OpDiv, b.read(gate, "freed", formula.Number, formula.Plain), b.read(gate, "step", formula.Plain), formula.Number)
	case "cashable":
		return b.cashable(q)
	case "cashed", "validated":
		q.NotAbove = b.before(2) // what was told, but never more than can be
		return b.before(1)
	case "net":
		return b.lessCosts()
	}
	panic("contracts: a saving has no step " + name)
}

// net takes off what would have happened anyway, in the one way that the contract says.
func (b *step) net() *formula.Expr {
	way := b.n.Get("counterfactual")
	switch b.s.Mode {
	case contracts.ModeDeadweight:
		return times(b.before(1), b.rest(b.read(way, "deadweight", formula.Rate)))
	case contracts.ModeWouldHave:
		return join(formula.OpSub, b.before(1), times(b.before(2), b.read(way, "would_have", formula.Rate)), formula.Number)
	case contracts.ModeCompared:
		return b.compared(way.Get("comparison"), way.Value("counting"))
	case contracts.ModeExpected:
		expected := b.read(way, "expected", formula.Number, formula.Money)
		actual := b.read(way, "actual", formula.Number, formula.Money)
		if expected != nil && actual != nil && expected.Type != actual.Type {
			b.d.Bad(way, document.Fault{Message: b.r.who + ", counterfactual: expected is " + expected.Type.String() + " and actual is " + actual.Type.String(), Remedy: "take the one from the other in the same measure"})
			return nil
		}
		if expected == nil {
			return nil
		}
		return join(formula.OpSub, expected, actual, expected.Type)
	default: // gross: nothing is taken off
		return b.before(1)
	}
}

// compared is the difference that a comparison found, times its units: of its two means, where these are all there is,
// else the estimate, which is not their difference where it was adjusted, and must be a difference and no ratio.
func (b *step) compared(n *document.Node, counting string) *formula.Expr {
	if n == nil {
		return nil
	}
	at, ok := b.d.find(n, b.r.who+", counterfactual, comparison", comparisonThing)
	if !ok {
		return nil
	}
	read := func(column contracts.CompareField) *formula.Expr {
		slot, ok := b.d.resolve(b.r, n.Text, contracts.ComparisonColumns[column], n.Place(), inFormula)
		if !ok {
			return nil
		}
		return &formula.Expr{Op: formula.OpRef, Name: n.Text, Column: contracts.ComparisonColumns[column], Slot: slot, Type: b.d.c.Refs[slot].Type}
	}
	c := &b.d.c.Comparisons[at]
	units := read(contracts.CompareUnits)
	if by := b.d.c.Compares(c).Estimator; by != contracts.EstimatorCertified && by != contracts.EstimatorMeans {
		return b.effect(n, read(contracts.CompareEffect), units, counting)
	}
	before, after := read(contracts.CompareComparison), read(contracts.CompareTreated)
	if counting == "more" {
		before, after = after, before
	}
	if before == nil || after == nil {
		return nil
	}
	t := formula.Number
	if before.Type == formula.Money {
		t = formula.Money
	}
	return join(formula.OpSub, join(formula.OpMul, before, units, t), join(formula.OpMul, after, units, t), t)
}

// effect is an effect that is a difference, times the units: below nought where fewer is better.
func (b *step) effect(n *document.Node, effect, units *formula.Expr, counting string) *formula.Expr {
	if effect == nil {
		return nil
	}
	t := formula.Number
	switch effect.Type {
	case formula.Points, formula.Number:
	case formula.Money:
		t = formula.Money
	default:
		b.d.Bad(n, document.Fault{Message: b.r.who + ", counterfactual: the effect of " + n.Text + " is " + effect.Type.String() + ", a part of what there was and not a difference",
			Remedy: "begin with the number there would have been: expected and actual, or another measure"})
		return nil
	}
	if counting != "more" {
		nought := &formula.Expr{Op: formula.OpLiteral, Type: effect.Type, Literal: formula.Figure{Type: effect.Type}}
		effect = join(formula.OpSub, nought, effect, effect.Type)
	}
	return join(formula.OpMul, effect, units, t)
}

// additional takes off what is only moved, what others have, and what takes another's place.
func (b *step) additional() *formula.Expr {
	e := b.before(1)
	off := b.n.Get("additionality")
	for _, key := range []string{"displacement", "leakage", "substitution"} {
		if off.Has(key) {
			e = times(e, b.rest(b.read(off, key, formula.Rate)))
		}
	}
	return e
}

// value is what the outcomes are worth, at the prices of the period. A difference in money is worth what it is.
func (b *step) value() *formula.Expr {
	if !b.n.Has("worth") {
		e := b.before(1)
		if b.i == 0 {
			e = b.net()
		}
		if e != nil && e.Type != formula.Money {
			b.d.missing(b.n, b.r.who, "worth", "its outcomes are a number", worthShape)
			return nil
		}
		return e
	}
	e := join(formula.OpMul, b.before(1), b.worth(b.n.Get("worth")), formula.Money)
	if e != nil && e.Left.Type == formula.Money {
		b.d.Bad(b.n.Get("worth"), document.Fault{Message: b.r.who + ", worth: the difference is money already", Remedy: "leave worth out"})
		return nil
	}
	if by := b.n.Get("uprated"); by != nil && by.Text != "no" {
		e = times(e, b.read(b.n, "uprated", formula.Rate, formula.Number, formula.Plain))
	}
	return e
}

func (b *step) worth(n *document.Node) *formula.Expr {
	switch {
	case n == nil || n.Bad:
		return nil
	case n.Kind == document.Scalar:
		return b.read(b.n, "worth", formula.Money)
	case b.s.UnitCost != nil && n.Value("counted") == "parts":
		return b.literal("£" + b.s.UnitCost.Sum().String())
	case b.s.UnitCost != nil:
		return b.literal("£" + b.s.UnitCost.Headline.String())
	}
	return b.read(n, "certified", formula.Money)
}

// correction is what a grade of evidence takes off, or adds to a cost.
func (b *step) correction(n *document.Node, key string) *formula.Expr {
	if n == nil || n.Bad {
		return nil
	}
	if n.Kind == document.Map {
		return b.read(n, "correction", formula.Rate)
	}
	for _, g := range contracts.EvidenceGrades {
		if strconv.Itoa(g.Grade) == n.Text {
			return b.literal(strconv.Itoa(g.Percent) + "%")
		}
	}
	b.d.Bad(n, document.Fault{Message: b.r.who + ", " + key, Found: fmt.Sprintf("%q", n.Text), Options: gradeOptions})
	return nil
}

// cashable is a part of the saving, or whole steps of what is freed; never more than was saved.
func (b *step) cashable(q *contracts.Quantity) *formula.Expr {
	v := b.n.Get("cashable")
	if v == nil || v.Kind == document.Scalar {
		return times(b.before(1), b.read(b.n, "cashable", formula.Rate))
	}
	q.NotAbove = b.before(2)
	return join(formula.OpMul, join(formula.OpMul, b.before(1), b.read(v, "step", formula.Plain), formula.Number), b.read(v, "each", formula.Money), formula.Money)
}

// costKeys are what a saving may cost: money, what is counted in money, and what other programmes have to spend.
var costKeys = []string{"cash", "in_kind", "elsewhere"}

// lessCosts takes off what it cost, in cash and in kind, with what the grade of the costs adds.
func (b *step) lessCosts() *formula.Expr {
	costs := b.n.Get("costs")
	if costs == nil {
		return nil
	}
	var spent *formula.Expr
	for _, key := range costKeys {
		if !costs.Has(key) {
			continue
		}
		e := b.read(costs, key, formula.Money)
		if spent != nil {
			e = join(formula.OpAdd, spent, e, formula.Money)
		}
		spent = e
	}
	if spent == nil && !slices.ContainsFunc(costKeys, costs.Has) {
		b.d.Bad(costs, document.Fault{Message: b.r.who + ", costs: it states none", Expected: wording.List(costKeys) + ", or some of these"})
	}
	added := join(formula.OpAdd, b.literal("100%"), b.correction(costs.Get("grade"), "costs, grade"), formula.Rate)
	return join(formula.OpSub, b.before(1), times(spent, added), formula.Money)
}

// KeepsMax is how many periods a saving may last.
const KeepsMax = 100

// lasting spreads a saving over the periods in which it comes: it is shifted by the lag and fades as it keeps.
func (b *step) lasting(q *contracts.Quantity) bool {
	n, who := b.n.Get("lasts"), b.r.who+", lasts"
	from := b.before(1)
	if n == nil || from == nil {
		return false
	}
	keeps := n.Get("keeps")
	switch lag, err := strconv.Atoi(n.Value("lag")); {
	case len(b.s.Per.Periods) != 1:
		b.d.Bad(n, document.Fault{Message: who + ": it lasts from period to period, and the saving stands per " + sentences.Level(b.d.c, b.s.Per), Remedy: "let it stand per one period series"})
		return false
	case err != nil || lag < 0 || lag > KeepsMax:
		b.d.Bad(n, document.Fault{Message: who + ", lag", Expected: fmt.Sprintf("a whole number from 0 to %d", KeepsMax), Found: fmt.Sprintf("%q", n.Value("lag"))})
		return false
	case keeps == nil:
		return false
	case len(keeps.Items) == 0 || len(keeps.Items) > KeepsMax:
		b.d.Bad(n, document.Fault{Message: who + ", keeps", Expected: fmt.Sprintf("1 to %d rates", KeepsMax)})
		return false
	default:
		q.Lag = lag
	}
	r := *b.r
	r.who = who + ", keeps"
	for _, item := range keeps.Items {
		e := b.d.formula(&r, item, formula.Rate)
		if e == nil {
			return false
		}
		q.Parts = append(q.Parts, e)
	}
	q.Head, q.Type = contracts.Lasting, from.Type
	q.Source = contracts.Source{Kind: contracts.FromFigure, Index: -1, Field: -1, Slot: from.Slot}
	return true
}
