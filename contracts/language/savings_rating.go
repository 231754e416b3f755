package language

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/sentences"
	"outturn/contracts/wording"
)

// This file reads how a saving is rated: each test's answer, what the program can see by itself of a test, and what a
// rating lets through.

// declareTests declares a quantity for each test that a condition answers.
func (d *decoder) declareTests(n *document.Node, saving int, s *contracts.Saving) {
	tests := n.Get("rating").Get("tests")
	if tests == nil {
		return
	}
	s.Rating = &contracts.SavingRating{}
	for i := range contracts.SavingTests {
		s.Rating.Tests[i] = contracts.RatedTest{Met: -1, Told: -1}
		if v := tests.Get(contracts.SavingTests[i].Name); v != nil && v.Kind == document.Map {
			s.Rating.Tests[i].Met = d.derive(n, s.Name+"."+contracts.SavingTests[i].Name, derivation{saving, -1, i})
		}
	}
}

// readTest reads the condition that answers a test.
func (d *decoder) readTest(at derivation, i int, q *contracts.Quantity) bool {
	s, name := &d.c.Savings[at.saving], contracts.SavingTests[at.test].Name
	v := d.savings[at.saving].Get("rating").Get("tests").Get(name)
	r := &reader{who: "saving " + s.Name + ", rating, tests, " + name, self: thing{quantityThing, i}, levels: []contracts.Level{s.Per}, hand: -1}
	q.Head, q.Type, q.Called = contracts.MetWhen, formula.YesNo, wording.Spaced(name)+" of "+wording.OrName(s.Called, s.Name)
	q.Met = d.condition(r, v)
	return q.Met != nil
}

// rated is what the rating lets through of the step before it.
func (b *step) rated(q *contracts.Quantity) bool {
	n, rating := b.n.Get("rating"), b.s.Rating
	from := b.before(1)
	if n == nil || rating == nil || from == nil {
		return false
	}
	for _, item := range n.Get("partial").Texts() {
		at := slices.IndexFunc(contracts.SavingTests[:], func(t contracts.SavingTest) bool { return t.Name == item.Text })
		rating.Partial = append(rating.Partial, at)
	}
	if len(rating.Partial) == 0 {
		b.d.Bad(n, document.Fault{Message: b.r.who + ", rating, partial: it names no test, so that every saving would pass", Options: testOptions})
		return false
	}
	for i := range rating.Tests {
		if met := rating.Tests[i].Met; met >= 0 {
			b.d.note(b.r, thing{quantityThing, met})
			b.d.quantity(met)
			q.Also = append(q.Also, met)
		}
	}
	for at := range contracts.RatingCount {
		inner := *b
		if rating.Pays[at] = (&inner).read(n.Get("pays"), at.String(), formula.Rate); rating.Pays[at] == nil {
			return false
		}
	}
	q.Parts = rating.Pays[:]
	q.Head, q.Type, q.Saving = contracts.Rated, from.Type, slices.IndexFunc(b.d.c.Savings, func(s contracts.Saving) bool { return s.Name == b.s.Name })
	q.Source = contracts.Source{Kind: contracts.FromFigure, Index: -1, Field: -1, Slot: from.Slot}
	return true
}

// rateSavings finds out what the program can see by itself of each saving's tests, once everything is read.
func (d *decoder) rateSavings() {
	for i := range d.c.Savings {
		s := &d.c.Savings[i]
		if s.Rating == nil {
			continue
		}
		tests := d.savings[i].Get("rating").Get("tests")
		for at, t := range contracts.SavingTests {
			one := &s.Rating.Tests[at]
			switch v := tests.Get(t.Name); {
			case v == nil || v.Kind == document.Map: // a condition answers it
			case v.Text == "no":
				one.Fails = "the contract does not test it"
			case t.Name == "data_quality":
				one.Fails = d.unsourced(i, s)
			case t.Name == "net_of_costs":
				if !d.savings[i].Get("costs").Has("elsewhere") {
					one.Fails = "what it cost elsewhere is not stated"
				}
			case t.Name == "realistic_baseline":
				one.Fails = d.unapproved(i, s)
			case t.Name == "realised":
				if one.Told = sentences.StepNamed(s, "cashed"); one.Told < 0 {
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
	var walk func(n *document.Node, key string)
	walk = func(n *document.Node, key string) {
		switch {
		case n == nil || n.Bad:
		case n.Kind == document.Scalar:
			take(key, n.Text)
		case n.Kind == document.List:
			for _, item := range n.Items {
				walk(item, key)
			}
		default:
			for at, k := range n.Keys {
				if !slices.Contains([]string{"unit_cost", "certified", "certified_by", "source", "counting", "counted", "grade", "lag"}, k.Text) {
					walk(n.Items[at], key+", "+k.Text)
				}
			}
		}
	}
	n := d.savings[i]
	for _, key := range []string{"of", "engaged", "retained", "impact", "counterfactual", "additionality", "worth", "uprated", "lasts", "fiscal_share", "cashable", "costs"} {
		walk(n.Get(key), key)
	}
}

// unsourced says which figure of a chain has no source, "" where each has one.
func (d *decoder) unsourced(i int, s *contracts.Saving) (why string) {
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
	case contracts.RefTable:
		if t := &d.c.Tables[ref.Index]; t.Source == "" && d.c.AssumptionOf(ref.Index) == nil {
			return "the table " + t.Name + " has no source"
		}
	case contracts.RefQuantity:
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
func (d *decoder) unapproved(i int, s *contracts.Saving) string {
	way := d.savings[i].Get("counterfactual")
	switch s.Mode {
	case contracts.ModeGross:
		return "it is measured against nothing"
	case contracts.ModeCompared:
		if t, known := d.things[way.Value("comparison")]; known && t.kind == comparisonThing && d.c.Comparisons[t.index].Varied == nil {
			return ""
		}
		return "the comparison was varied after it had begun"
	case contracts.ModeExpected, contracts.ModeDeadweight, contracts.ModeWouldHave, contracts.ModeUnsaid: // made of assumptions, or of what was told
	}
	for at, k := range way.Keys {
		if v := way.Items[at]; k.Text != "actual" && k.Text != "counting" && v.Kind == document.Scalar && !d.decidedBefore(v.Text) {
			return k.Text + ": " + v.Text + " is not an assumption that was decided before it applied"
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
func (d *decoder) twice(i int, s *contracts.Saving) string {
	for j := range d.c.Savings {
		o := &d.c.Savings[j]
		if j == i || o.Form != contracts.SavingChain || d.beginning(i) != d.beginning(j) {
			continue
		}
		for _, b := range s.Beneficiaries {
			if slices.ContainsFunc(o.Beneficiaries, func(other contracts.Beneficiary) bool { return other.Party == b.Party }) {
				return fmt.Sprintf("%s begins with the same figure, for the %s too", wording.Spaced(o.Name), wording.Spaced(d.c.Parties[b.Party].ID))
			}
		}
	}
	return ""
}

// beginning is the figure that a chain begins with, as it was written.
func (d *decoder) beginning(i int) string {
	n := d.savings[i]
	way := n.Get("counterfactual")
	return strings.Join([]string{n.Value("of"), way.Value("comparison"), way.Value("expected"), way.Value("actual")}, "|")
}
