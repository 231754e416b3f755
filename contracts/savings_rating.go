package contracts

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts/formula"
)

// This file reads how a saving is rated: each test's answer, what the program can see by itself of a test, and what a
// rating lets through.

// declareTests declares a quantity for each test that a condition answers.
func (d *decoder) declareTests(n *node, saving int, s *Saving) {
	tests := n.get("rating").get("tests")
	if tests == nil {
		return
	}
	s.Rating = &SavingRating{}
	for i := range SavingTests {
		s.Rating.Tests[i] = RatedTest{Met: -1, Told: -1}
		if v := tests.get(SavingTests[i].Name); v != nil && v.kind == mapNode {
			s.Rating.Tests[i].Met = d.derive(n, s.Name+"."+SavingTests[i].Name, derivation{saving, -1, i})
		}
	}
}

// readTest reads the condition that answers a test.
func (d *decoder) readTest(at derivation, i int, q *Quantity) bool {
	s, name := &d.c.Savings[at.saving], SavingTests[at.test].Name
	v := d.savings[at.saving].get("rating").get("tests").get(name)
	r := &reader{who: "saving " + s.Name + ", rating, tests, " + name, self: thing{quantityThing, i}, levels: []Level{s.Per}, hand: -1}
	q.Head, q.Type, q.Called = MetWhen, formula.YesNo, spaced(name)+" of "+orName(s.Called, s.Name)
	q.Met = d.condition(r, v)
	return q.Met != nil
}

// rated is what the rating lets through of the step before it.
func (b *step) rated(q *Quantity) bool {
	n, rating := b.n.get("rating"), b.s.Rating
	from := b.before(1)
	if n == nil || rating == nil || from == nil {
		return false
	}
	for _, item := range n.get("partial").texts() {
		at := slices.IndexFunc(SavingTests[:], func(t SavingTest) bool { return t.Name == item.text })
		rating.Partial = append(rating.Partial, at)
	}
	if len(rating.Partial) == 0 {
		b.d.bad(n, Fault{Message: b.r.who + ", rating, partial: it names no test, so that every saving would pass", Options: testOptions})
		return false
	}
	for i := range rating.Tests {
		if met := rating.Tests[i].Met; met >= 0 {
			b.d.note(b.r, thing{quantityThing, met})
			b.d.quantity(met)
			q.Also = append(q.Also, met)
		}
	}
	for at := range RatingCount {
		inner := *b
		if rating.Pays[at] = (&inner).read(n.get("pays"), at.String(), formula.Rate); rating.Pays[at] == nil {
			return false
		}
	}
	q.Parts = rating.Pays[:]
	q.Head, q.Type, q.Saving = Rated, from.Type, slices.IndexFunc(b.d.c.Savings, func(s Saving) bool { return s.Name == b.s.Name })
	q.Source = Source{Kind: FromFigure, Index: -1, Field: -1, Slot: from.Slot}
	return true
}

// rateSavings finds out what the program can see by itself of each saving's tests, once everything is read.
func (d *decoder) rateSavings() {
	for i := range d.c.Savings {
		s := &d.c.Savings[i]
		if s.Rating == nil {
			continue
		}
		tests := d.savings[i].get("rating").get("tests")
		for at, t := range SavingTests {
			one := &s.Rating.Tests[at]
			switch v := tests.get(t.Name); {
			case v == nil || v.kind == mapNode: // a condition answers it
			case v.text == "no":
				one.Fails = "the contract does not test it"
			case t.Name == "data_quality":
				one.Fails = d.unsourced(i, s)
			case t.Name == "net_of_costs":
				if !d.savings[i].get("costs").has("elsewhere") {
					one.Fails = "what it cost elsewhere is not stated"
				}
			case t.Name == "realistic_baseline":
				one.Fails = d.unapproved(i, s)
			case t.Name == "realised":
				if one.Told = stepNamed(s, "cashed"); one.Told < 0 {
					one.Fails = "nobody is asked to tell that a budget gave it up"
				}
			case t.Name == "not_double_counted":
				one.Fails = d.twice(i, s)
			}
		}
	}
}

// chainFormulas are a chain's own formulas as they were written, by the keys they stand under.
func (d *decoder) chainFormulas(i int, take func(key, text string)) {
	var walk func(n *node, key string)
	walk = func(n *node, key string) {
		switch {
		case n == nil || n.bad:
		case n.kind == scalarNode:
			take(key, n.text)
		case n.kind == listNode:
			for _, item := range n.items {
				walk(item, key)
			}
		default:
			for at, k := range n.keys {
				if !slices.Contains([]string{"unit_cost", "certified", "certified_by", "source", "counting", "counted", "grade", "lag"}, k.text) {
					walk(n.items[at], key+", "+k.text)
				}
			}
		}
	}
	n := d.savings[i]
	for _, key := range []string{"of", "engaged", "retained", "impact", "counterfactual", "additionality", "worth", "uprated", "lasts", "fiscal_share", "cashable", "costs"} {
		walk(n.get(key), key)
	}
}

// unsourced says which figure of a chain has no source, "" where each has one.
func (d *decoder) unsourced(i int, s *Saving) (why string) {
	d.chainFormulas(i, func(key, text string) {
		e, err := formula.Parse(text, d.c.Currency)
		if bare := d.bareIn(e); err == nil && bare != "" && why == "" {
			why = key + ": " + bare + " has no source"
		}
	})
	for _, step := range s.Steps {
		if why == "" {
			if bare := d.bareBelow(d.c.Quantities[step.Quantity].Is, map[thing]bool{}); bare != "" {
				why = bare
			}
		}
	}
	return why
}

// bareIn is the first figure that a formula states itself, "" where it states none: a number that scales, nought and the
// whole come from nowhere.
func (d *decoder) bareIn(e *formula.Expr) string {
	switch {
	case e == nil:
		return ""
	case e.Op == formula.OpLiteral && e.Literal.Type != formula.Plain && !e.Literal.Num.IsZero() && e.String() != "100%":
		return e.String()
	case e.Op == formula.OpDiv && e.Left.Op == formula.OpLiteral && e.Right.Op == formula.OpLiteral:
		return e.String() // a share such as 1/6
	}
	if bare := d.bareIn(e.Left); bare != "" {
		return bare
	}
	return d.bareIn(e.Right)
}

// bareBelow says what a formula reads, however far down, that states a figure without a source.
func (d *decoder) bareBelow(e *formula.Expr, seen map[thing]bool) string {
	if e == nil {
		return ""
	}
	if e.Op != formula.OpRef {
		if bare := d.bareBelow(e.Left, seen); bare != "" {
			return bare
		}
		return d.bareBelow(e.Right, seen)
	}
	ref := &d.c.Refs[e.Slot]
	at := d.thingOf(*ref)
	if seen[at] {
		return ""
	}
	seen[at] = true
	switch ref.Kind {
	case RefTable:
		if t := &d.c.Tables[ref.Index]; t.Source == "" && d.c.AssumptionOf(ref.Index) == nil {
			return "the table " + t.Name + " has no source"
		}
	case RefQuantity:
		if _, step := d.derived[ref.Index]; step {
			return ""
		}
		if step, is := d.baselineSteps[ref.Index]; is {
			if b := &d.c.Baselines[step.baseline]; b.Sample == nil && b.Source == "" {
				return "the baseline " + b.Name + " has no source"
			}
			return ""
		}
		q := &d.c.Quantities[ref.Index]
		if bare := d.bareIn(q.Is); bare != "" {
			return q.Name + ": " + bare + " has no source"
		}
		return d.bareBelow(q.Is, seen)
	default: // evidence has its own source, and what a comparison or payment comes to is worked out
	}
	return ""
}

// unapproved says why it is not seen that what a saving is measured against was approved before.
func (d *decoder) unapproved(i int, s *Saving) string {
	way := d.savings[i].get("counterfactual")
	switch s.Mode {
	case ModeGross:
		return "it is measured against nothing"
	case ModeCompared:
		if t, known := d.things[way.value("comparison")]; known && t.kind == comparisonThing && d.c.Comparisons[t.index].Varied == nil {
			return ""
		}
		return "the comparison was varied after it had begun"
	case ModeExpected, ModeDeadweight, ModeWouldHave, ModeUnsaid: // made of assumptions, or of what was told
	}
	for at, k := range way.keys {
		if v := way.items[at]; k.text != "actual" && k.text != "counting" && v.kind == scalarNode && !d.decidedBefore(v.text) {
			return k.text + ": " + v.text + " is not an assumption that was decided before it applied"
		}
	}
	return ""
}

// decidedBefore reports whether a formula is made of nothing but assumptions that were decided before they applied.
func (d *decoder) decidedBefore(text string) bool {
	e, err := formula.Parse(text, d.c.Currency)
	return err == nil && d.onlyDecided(e)
}

func (d *decoder) onlyDecided(e *formula.Expr) bool {
	switch {
	case e == nil:
		return true
	case e.Op == formula.OpLiteral:
		return e.Literal.Type == formula.Plain || e.String() == "100%"
	case e.Op != formula.OpRef:
		return d.onlyDecided(e.Left) && d.onlyDecided(e.Right)
	}
	if d.things[e.Name].kind == baselineThing { // which is fixed before it applies, or refused
		return true
	}
	t, known := d.things[e.Name]
	if !known || t.kind != tableThing || d.c.AssumptionOf(t.index) == nil {
		return false
	}
	for i, v := range d.c.AssumptionOf(t.index).Versions {
		if v.DecidedOn >= max(d.c.Tables[t.index].Rows[i].From, d.c.First) {
			return false
		}
	}
	return true
}

// twice names another saving that begins with the same figure for one of the same beneficiaries.
func (d *decoder) twice(i int, s *Saving) string {
	for j := range d.c.Savings {
		o := &d.c.Savings[j]
		if j == i || o.Form != SavingChain || d.beginning(i) != d.beginning(j) {
			continue
		}
		for _, b := range s.Beneficiaries {
			if slices.ContainsFunc(o.Beneficiaries, func(other Beneficiary) bool { return other.Party == b.Party }) {
				return fmt.Sprintf("%s begins with the same figure, for the %s too", spaced(o.Name), spaced(d.c.Parties[b.Party].ID))
			}
		}
	}
	return ""
}

// beginning is the figure that a chain begins with, as it was written.
func (d *decoder) beginning(i int) string {
	n := d.savings[i]
	way := n.get("counterfactual")
	return strings.Join([]string{n.value("of"), way.value("comparison"), way.value("expected"), way.value("actual")}, "|")
}
