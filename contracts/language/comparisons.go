package language

import (
	"fmt"
	"strings"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/estimators"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/contracts/sentences"
)

// This file reads comparisons: the frame that all have. What the estimators of engine/counterfactual take of it is in
// compare_terms.go.

// comparedType returns the type of a comparison's figure; None when what it compares is at fault.
func (d *decoder) comparedType(i int, f contracts.CompareField) formula.Type {
	k := d.c.Compares(&d.c.Comparisons[i])
	if k.Of >= 0 && !d.quantity(k.Of) {
		return formula.None
	}
	return estimators.TypeOf(d.c, &d.c.Comparisons[i], f)
}

// startComparison reads what the types of its figures stand on: the estimator, its measure, and whom it pools or carries.
func (d *decoder) startComparison(n *document.Node, c *contracts.Comparison, who string) {
	c.Estimator = contracts.Estimator(n.Value("estimator"))
	if t := n.Get("treated"); t != nil {
		if at, ok := d.find(t, who+", treated", cohortThing); ok {
			c.Treated = at
		}
	}
	for _, name := range []string{"pools", "carries"} {
		if v := n.Get(name); v != nil {
			if at, ok := d.find(v, who+", "+name, comparisonThing); ok {
				c.Pools = at
			}
		}
	}
	if l, ok := d.level(n.Get("per"), who, c.Treated); ok {
		c.Per = l
	}
	if of := n.Get("of"); of != nil {
		if at, ok := d.find(of, who+", of", quantityThing); ok {
			c.Of = at
		}
	}
	for _, name := range []string{"measure", "method", "log_outcome"} {
		if v := n.Get("options"); v.Has(name) {
			c.Options = append(c.Options, contracts.CompareOption{Name: name, Text: v.Value(name), Yes: v.Value(name) == "yes"})
		}
	}
}

func (d *decoder) readComparisons() {
	for i, n := range d.comparisons {
		if n.Bad {
			continue
		}
		c := &d.c.Comparisons[i]
		who := "comparison " + c.Name
		c.Called, c.Clause = n.Value("called"), n.Value("clause")
		d.comparisonLevel(n, c, who)
		d.readFixed(n, c, who)
		d.readSelection(n, c, who)
		switch c.Estimator {
		case contracts.EstimatorCertified:
			d.needs(n, who, "treated", "certified_by", "selection")
			d.refuses(n, who, "pools", "covers", "carries", "discount", "pays_on", "options", "columns", "control", "benchmark", "in")
			d.readCertified(n.Get("certified_by"), c, who+", certified_by", "treated", "comparison", "units")
		case contracts.EstimatorMeans:
			d.needs(n, who, "treated", "against", "of", "selection")
			d.refuses(n, who, "certified_by", "pays_on", "pools", "covers", "carries", "discount", "options", "columns", "control", "benchmark", "in")
			d.readMeans(i, n, c, who)
		case contracts.EstimatorPooled:
			d.needs(n, who, "pools", "covers")
			d.refuses(n, who, "certified_by", "pays_on", "against", "of", "treated", "selection", "carries", "discount", "columns", "control", "benchmark", "in")
			d.readPooled(i, n, c, who)
		case contracts.EstimatorCarried:
			d.needs(n, who, "treated", "carries", "discount", "selection")
			d.refuses(n, who, "certified_by", "pays_on", "against", "of", "pools", "covers", "options", "columns", "control", "benchmark", "in")
			d.readCarried(i, n, c, who)
		default:
			d.refuses(n, who, "pools", "covers", "carries", "discount")
			d.readEstimated(i, n, c, who)
		}
		if against := n.Get("against"); against != nil {
			if at, ok := d.find(against, who+", against", cohortThing); ok {
				c.Against = at
				if at == c.Treated {
					d.Bad(against, document.Fault{Message: who + ", against: a cohort is compared with itself"})
				}
			}
		}
		d.readSettles(i, n, c, who+", settles")
	}
}

// readFixed reads when the method was fixed. It is fixed before the data that it judges: a cohort's first day of
// joining comes after it, unless the contract varies the method openly.
func (d *decoder) readFixed(n *document.Node, c *contracts.Comparison, who string) {
	c.FixedOn = d.date(n.Get("fixed_on"), who+", fixed_on")
	if v := n.Get("varied"); v != nil {
		c.Varied = &contracts.Varied{On: d.date(v.Get("on"), who+", varied"), Because: v.Value("because")}
	}
	if c.Treated < 0 || c.FixedOn == 0 {
		return
	}
	first := d.c.Cohorts[c.Treated].Between.First
	switch late := c.FixedOn > first; {
	case late && c.Varied == nil:
		d.Fault(n.Get("fixed_on").Place(), document.Fault{Message: who + ", fixed_on: the method was fixed after its cohort could begin to be joined", Expected: "a day up to " + first.String(),
			Found: c.FixedOn.String(), Remedy: "a comparison chosen when outcomes may be known proves nothing: give the day on which it was fixed, or say varied: {on: DATE, because: TEXT}, which every statement prints"})
	case !late && c.Varied != nil:
		d.Fault(n.Get("varied").Place(), document.Fault{Message: who + ", varied: the method was fixed in time", Remedy: "leave varied out"})
	}
}

// gradeUnrandomised is the best grade of evidence that a comparison may have which was not drawn by lot. In the grades
// of the Greater Manchester cost-benefit guidance 1 and 2 are of randomised trials.
const gradeUnrandomised = 3

// readSelection reads how it came about who was treated, and the grade of the evidence.
func (d *decoder) readSelection(n *document.Node, c *contracts.Comparison, who string) {
	c.Selection = contracts.Selection(n.Value("selection"))
	g := n.Get("grade")
	if g == nil {
		return
	}
	c.Grade = d.whole1(g, who+", grade")
	switch {
	case g.Bad:
	case c.Grade < 1 || c.Grade > 6:
		d.Bad(g, document.Fault{Message: who + ", grade", Expected: "1, the best, to 6", Found: g.Text})
	case c.Selection != contracts.SelectionRandomised && c.Selection != "" && c.Grade < gradeUnrandomised:
		d.Bad(g, document.Fault{Message: fmt.Sprintf("%s, grade: who was treated was %s, not drawn by lot", who, c.Selection), Expected: fmt.Sprintf("%d to 6", gradeUnrandomised), Found: g.Text,
			Remedy: "grades 1 and 2 are of randomised trials"})
	}
}

// readCarried reads an effect found elsewhere, which is carried to a cohort at a stated discount.
func (d *decoder) readCarried(i int, n *document.Node, c *contracts.Comparison, who string) {
	if c.Pools < 0 {
		return
	}
	d.note(&reader{self: thing{comparisonThing, i}}, thing{comparisonThing, c.Pools})
	from := &d.c.Comparisons[c.Pools]
	if c.Pools == i || from.Per.Cohort >= 0 || c.Per.Cohort >= 0 {
		d.Bad(n.Get("carries"), document.Fault{Message: who + ", carries: an effect is carried from one comparison that stands per contract to another"})
	}
	if f, ok := d.literal(n.Get("discount"), who+", discount", formula.Rate, nil); ok {
		c.Discount = f.Num
		if f.Num.Sign() < 0 || f.Num.Cmp(money.Int(1)) > 0 {
			d.Bad(n.Get("discount"), document.Fault{Message: who + ", discount", Expected: "0% to 100%", Found: n.Value("discount")})
		}
	}
}

// comparisonLevel holds a comparison's level to the cohort or the contract.
func (d *decoder) comparisonLevel(n *document.Node, c *contracts.Comparison, who string) {
	per := n.Get("per")
	if per == nil {
		return
	}
	if c.Per.Unit >= 0 || c.Per.FactOf >= 0 || len(c.Per.Periods) > 0 || c.Per.Role != "" {
		d.Bad(per, document.Fault{Message: who + ", per", Expected: "cohort or contract", Found: sentences.Level(d.c, c.Per)})
	}
}

// needs reports the keys that an estimator cannot do without.
func (d *decoder) needs(n *document.Node, who string, keys ...string) {
	for _, name := range keys {
		if !n.Has(name) {
			k := slicesKey(comparisonShape, name)
			d.missing(n, who, name, k.says+"; the estimator needs it", k.takes)
		}
	}
}

// refuses reports the keys that an estimator has no use for.
func (d *decoder) refuses(n *document.Node, who string, keys ...string) {
	for _, name := range keys {
		if n.Has(name) {
			d.Fault(n.Place(), document.Fault{Message: fmt.Sprintf("%s: the estimator %s has no use for the key %q", who, n.Value("estimator"), name), Remedy: "leave it out"})
		}
	}
}

// readCertified reads the kind of reading by which the evaluator states the figures named.
func (d *decoder) readCertified(n *document.Node, c *contracts.Comparison, who string, names ...string) {
	if n == nil {
		return
	}
	at, ok := d.find(n, who, kindThing)
	if !ok {
		return
	}
	k := &d.c.Evidence[at]
	if k.Form != contracts.Reading {
		d.Bad(n, document.Fault{Message: who + ": " + n.Text + " is not a reading"})
		return
	}
	switch {
	case c.Per.Cohort >= 0 && (k.Of != contracts.OfCohort || k.Unit != c.Per.Cohort):
		d.Bad(n, document.Fault{Message: fmt.Sprintf("%s: %s is not of the cohort that the comparison stands per", who, n.Text), Remedy: "say of: " + d.c.Cohorts[c.Per.Cohort].Name + " on it"})
		return
	case c.Per.Cohort < 0 && k.Of != contracts.OfContract && k.Of != contracts.OfCohort:
		d.Bad(n, document.Fault{Message: fmt.Sprintf("%s: %s is not of the contract or a cohort", who, n.Text)})
		return
	}
	for _, name := range names {
		want := formula.Number
		if name == "effect" {
			want = estimators.TypeOf(d.c, c, contracts.CompareEffect)
		}
		if f := fieldIndex(k.Says, name); f < 0 || k.Says[f].Type != want {
			d.Bad(n, document.Fault{Message: fmt.Sprintf("%s: %s does not say %s: %s", who, n.Text, name, want), Remedy: "let its says hold " + strings.Join(names, ", ")})
			return
		}
	}
	c.CertifiedBy = at
}

// readMeans holds the quantity compared to one number a unit.
func (d *decoder) readMeans(i int, n *document.Node, c *contracts.Comparison, who string) {
	of := n.Get("of")
	if of == nil || c.Of < 0 || !d.quantity(c.Of) {
		return
	}
	d.note(&reader{self: thing{comparisonThing, i}}, thing{quantityThing, c.Of})
	q := &d.c.Quantities[c.Of]
	switch {
	case c.Treated >= 0 && (q.Per.Unit != d.c.Cohorts[c.Treated].Unit || len(q.Per.Periods) > 0):
		d.Bad(of, document.Fault{Message: fmt.Sprintf("%s, of: %s stands per %s", who, of.Text, sentences.Level(d.c, q.Per)), Expected: "a quantity per " + sentences.Level(d.c, unitLevel(d.c.Cohorts[c.Treated].Unit))})
	case q.Type != formula.Number && q.Type != formula.Money && q.Type != formula.Days && q.Type != formula.YesNo && q.Type != formula.Rate:
		d.Bad(of, document.Fault{Message: fmt.Sprintf("%s, of: %s is %s", who, of.Text, q.Type), Expected: "a number, money, days, a rate or yes/no"})
	}
}

// readPooled reads whose cohorts are taken together.
func (d *decoder) readPooled(i int, n *document.Node, c *contracts.Comparison, who string) {
	pools := n.Get("pools")
	switch n.Value("covers") {
	case "all_cohorts":
		c.Covers = contracts.CoversAll
	case "cohorts_not_paid":
		c.Covers = contracts.CoversUnpaid
	}
	if pools == nil || c.Pools < 0 {
		return
	}
	base := &d.c.Comparisons[c.Pools]
	d.note(&reader{self: thing{comparisonThing, i}}, thing{comparisonThing, c.Pools})
	if c.Pools == i || base.Per.Cohort < 0 {
		d.Bad(pools, document.Fault{Message: fmt.Sprintf("%s, pools: %s stands per %s", who, pools.Text, sentences.Level(d.c, base.Per)), Expected: "another comparison, per cohort"})
		return
	}
	c.Treated = base.Treated
	if c.Per.Cohort >= 0 {
		d.Bad(n.Get("per"), document.Fault{Message: who + ", per", Expected: "contract: the cohorts are taken together", Found: "cohort"})
	}
	if !estimators.Estimates(base) {
		d.refuses(n, who, "options")
		return
	}
	if !n.Has("options") {
		d.needs(n, who, "options")
		return
	}
	d.readOptions(n.Get("options"), c, who, estimators.Pooled)
}

// readSettles reads how each figure is rounded before it is used. The effect is always said, and the means where they
// are what was certified or compared; of the rest, whatever is read (comparedFigures).
func (d *decoder) readSettles(i int, n *document.Node, c *contracts.Comparison, who string) {
	v := n.Get("settles")
	if v == nil {
		return
	}
	c.SaidSettles = map[contracts.CompareField]bool{}
	base := d.c.Compares(c)
	if !estimators.Estimates(base) && c.Estimator != contracts.EstimatorCarried {
		d.needsSettled(v, who, "treated", "comparison")
	}
	for _, f := range contracts.SettledFields {
		name := contracts.ComparisonColumns[f]
		text := v.Get(name)
		if text == nil {
			continue
		}
		if c.Settles == nil {
			c.Settles = map[contracts.CompareField]money.Rounding{}
		}
		c.SaidSettles[f] = true
		c.Settles[f] = d.rounded(text, who+", "+name, d.comparedType(i, f))
		if c.Settles[f].Mode == money.NoRounding && !text.Bad && d.isReal(c, f) {
			d.Bad(text, document.Fault{Message: fmt.Sprintf("%s, %s: it is no fraction of the data, so it has no exact figure to use", who, name), Expected: "a rounding such as {nearest: 0.01%, ties: even}", Found: "exact"})
		}
	}
}

func (d *decoder) needsSettled(n *document.Node, who string, names ...string) {
	for _, name := range names {
		if !n.Has(name) {
			k := slicesKey(settlesShape, name)
			d.missing(n, who, name, k.says, k.takes)
		}
	}
}

// isReal says whether a figure of a comparison is no fraction of the data: the ends of an interval, a p-value and a
// standard error never are.
func (d *decoder) isReal(c *contracts.Comparison, f contracts.CompareField) bool {
	base := d.c.Compares(c)
	t, estimated := estimators.All[base.Estimator]
	switch {
	case !estimated || base.PaysOn == contracts.PaysCertified:
		return false
	case f == contracts.CompareEffect && c.Estimator == contracts.EstimatorPooled && t.IsReal(base):
		return true
	case f == contracts.CompareEffect:
		return t.IsReal(base)
	}
	return f != contracts.CompareTreated && f != contracts.CompareComparison
}
