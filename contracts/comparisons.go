package contracts

import (
	"fmt"
	"strings"

	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// This file reads comparisons: the frame that all have. What the estimators of engine/counterfactual take of it is in
// compare_terms.go.

// comparedType returns the type of a comparison's figure; None when what it compares is at fault.
func (d *decoder) comparedType(i int, f CompareField) formula.Type {
	k := d.c.Compares(&d.c.Comparisons[i])
	if k.Of >= 0 && !d.quantity(k.Of) {
		return formula.None
	}
	return d.c.comparedType(&d.c.Comparisons[i], f)
}

// startComparison reads what the types of its figures stand on: the estimator, its measure, and whom it pools or carries.
func (d *decoder) startComparison(n *node, c *Comparison, who string) {
	c.Estimator = Estimator(n.value("estimator"))
	if t := n.get("treated"); t != nil {
		if at, ok := d.find(t, who+", treated", cohortThing); ok {
			c.Treated = at
		}
	}
	for _, name := range []string{"pools", "carries"} {
		if v := n.get(name); v != nil {
			if at, ok := d.find(v, who+", "+name, comparisonThing); ok {
				c.Pools = at
			}
		}
	}
	if l, ok := d.level(n.get("per"), who, c.Treated); ok {
		c.Per = l
	}
	if of := n.get("of"); of != nil {
		if at, ok := d.find(of, who+", of", quantityThing); ok {
			c.Of = at
		}
	}
	for _, name := range []string{"measure", "method", "log_outcome"} {
		if v := n.get("options"); v.has(name) {
			c.Options = append(c.Options, CompareOption{Name: name, Text: v.value(name), Yes: v.value(name) == "yes"})
		}
	}
}

func (d *decoder) readComparisons() {
	for i, n := range d.comparisons {
		if n.bad {
			continue
		}
		c := &d.c.Comparisons[i]
		who := "comparison " + c.Name
		c.Called, c.Clause = n.value("called"), n.value("clause")
		d.comparisonLevel(n, c, who)
		d.readFixed(n, c, who)
		d.readSelection(n, c, who)
		switch c.Estimator {
		case EstimatorCertified:
			d.needs(n, who, "treated", "certified_by", "selection")
			d.refuses(n, who, "pools", "covers", "carries", "discount", "pays_on", "options", "columns", "control", "benchmark", "in")
			d.readCertified(n.get("certified_by"), c, who+", certified_by", "treated", "comparison", "units")
		case EstimatorMeans:
			d.needs(n, who, "treated", "against", "of", "selection")
			d.refuses(n, who, "certified_by", "pays_on", "pools", "covers", "carries", "discount", "options", "columns", "control", "benchmark", "in")
			d.readMeans(i, n, c, who)
		case EstimatorPooled:
			d.needs(n, who, "pools", "covers")
			d.refuses(n, who, "certified_by", "pays_on", "against", "of", "treated", "selection", "carries", "discount", "columns", "control", "benchmark", "in")
			d.readPooled(i, n, c, who)
		case EstimatorCarried:
			d.needs(n, who, "treated", "carries", "discount", "selection")
			d.refuses(n, who, "certified_by", "pays_on", "against", "of", "pools", "covers", "options", "columns", "control", "benchmark", "in")
			d.readCarried(i, n, c, who)
		default:
			d.refuses(n, who, "pools", "covers", "carries", "discount")
			d.readEstimated(i, n, c, who)
		}
		if against := n.get("against"); against != nil {
			if at, ok := d.find(against, who+", against", cohortThing); ok {
				c.Against = at
				if at == c.Treated {
					d.bad(against, Fault{Message: who + ", against: a cohort is compared with itself"})
				}
			}
		}
		d.readSettles(i, n, c, who+", settles")
	}
}

// readFixed reads when the method was fixed. It is fixed before the data that it judges: a cohort's first day of
// joining comes after it, unless the contract varies the method openly.
func (d *decoder) readFixed(n *node, c *Comparison, who string) {
	c.FixedOn = d.date(n.get("fixed_on"), who+", fixed_on")
	if v := n.get("varied"); v != nil {
		c.Varied = &Varied{On: d.date(v.get("on"), who+", varied"), Because: v.value("because")}
	}
	if c.Treated < 0 || c.FixedOn == 0 {
		return
	}
	first := d.c.Cohorts[c.Treated].Between.First
	switch late := c.FixedOn > first; {
	case late && c.Varied == nil:
		d.fault(n.get("fixed_on").place(), Fault{Message: who + ", fixed_on: the method was fixed after its cohort could begin to be joined", Expected: "a day up to " + first.String(),
			Found: c.FixedOn.String(), Remedy: "a comparison chosen when outcomes may be known proves nothing: give the day on which it was fixed, or say varied: {on: DATE, because: TEXT}, which every statement prints"})
	case !late && c.Varied != nil:
		d.fault(n.get("varied").place(), Fault{Message: who + ", varied: the method was fixed in time", Remedy: "leave varied out"})
	}
}

// gradeUnrandomised is the best grade of evidence that a comparison may have which was not drawn by lot. In the grades
// of the Greater Manchester cost-benefit guidance 1 and 2 are of randomised trials.
const gradeUnrandomised = 3

// readSelection reads how it came about who was treated, and the grade of the evidence.
func (d *decoder) readSelection(n *node, c *Comparison, who string) {
	c.Selection = Selection(n.value("selection"))
	g := n.get("grade")
	if g == nil {
		return
	}
	c.Grade = d.whole1(g, who+", grade")
	switch {
	case g.bad:
	case c.Grade < 1 || c.Grade > 6:
		d.bad(g, Fault{Message: who + ", grade", Expected: "1, the best, to 6", Found: g.text})
	case c.Selection != SelectionRandomised && c.Selection != "" && c.Grade < gradeUnrandomised:
		d.bad(g, Fault{Message: fmt.Sprintf("%s, grade: who was treated was %s, not drawn by lot", who, c.Selection), Expected: fmt.Sprintf("%d to 6", gradeUnrandomised), Found: g.text,
			Remedy: "grades 1 and 2 are of randomised trials"})
	}
}

// readCarried reads an effect found elsewhere, which is carried to a cohort at a stated discount.
func (d *decoder) readCarried(i int, n *node, c *Comparison, who string) {
	if c.Pools < 0 {
		return
	}
	d.note(&reader{self: thing{comparisonThing, i}}, thing{comparisonThing, c.Pools})
	from := &d.c.Comparisons[c.Pools]
	if c.Pools == i || from.Per.Cohort >= 0 || c.Per.Cohort >= 0 {
		d.bad(n.get("carries"), Fault{Message: who + ", carries: an effect is carried from one comparison that stands per contract to another"})
	}
	if f, ok := d.literal(n.get("discount"), who+", discount", formula.Rate, nil); ok {
		c.Discount = f.Num
		if f.Num.Sign() < 0 || f.Num.Cmp(money.Int(1)) > 0 {
			d.bad(n.get("discount"), Fault{Message: who + ", discount", Expected: "0% to 100%", Found: n.value("discount")})
		}
	}
}

// comparisonLevel holds a comparison's level to the cohort or the contract.
func (d *decoder) comparisonLevel(n *node, c *Comparison, who string) {
	per := n.get("per")
	if per == nil {
		return
	}
	if c.Per.Unit >= 0 || c.Per.FactOf >= 0 || len(c.Per.Periods) > 0 || c.Per.Role != "" {
		d.bad(per, Fault{Message: who + ", per", Expected: "cohort or contract", Found: d.c.levelWords(c.Per)})
	}
}

// needs reports the keys that an estimator cannot do without.
func (d *decoder) needs(n *node, who string, keys ...string) {
	for _, name := range keys {
		if !n.has(name) {
			k := slicesKey(comparisonShape, name)
			d.missing(n, who, name, k.says+"; the estimator needs it", k.takes)
		}
	}
}

// refuses reports the keys that an estimator has no use for.
func (d *decoder) refuses(n *node, who string, keys ...string) {
	for _, name := range keys {
		if n.has(name) {
			d.fault(n.place(), Fault{Message: fmt.Sprintf("%s: the estimator %s has no use for the key %q", who, n.value("estimator"), name), Remedy: "leave it out"})
		}
	}
}

// readCertified reads the kind of reading by which the evaluator states the figures named.
func (d *decoder) readCertified(n *node, c *Comparison, who string, names ...string) {
	if n == nil {
		return
	}
	at, ok := d.find(n, who, kindThing)
	if !ok {
		return
	}
	k := &d.c.Evidence[at]
	if k.Form != Reading {
		d.bad(n, Fault{Message: who + ": " + n.text + " is not a reading"})
		return
	}
	switch {
	case c.Per.Cohort >= 0 && (k.Of != OfCohort || k.Unit != c.Per.Cohort):
		d.bad(n, Fault{Message: fmt.Sprintf("%s: %s is not of the cohort that the comparison stands per", who, n.text), Remedy: "say of: " + d.c.Cohorts[c.Per.Cohort].Name + " on it"})
		return
	case c.Per.Cohort < 0 && k.Of != OfContract && k.Of != OfCohort:
		d.bad(n, Fault{Message: fmt.Sprintf("%s: %s is not of the contract or a cohort", who, n.text)})
		return
	}
	for _, name := range names {
		want := formula.Number
		if name == "effect" {
			want = d.c.comparedType(c, CompareEffect)
		}
		if f := fieldIndex(k.Says, name); f < 0 || k.Says[f].Type != want {
			d.bad(n, Fault{Message: fmt.Sprintf("%s: %s does not say %s: %s", who, n.text, name, want), Remedy: "let its says hold " + strings.Join(names, ", ")})
			return
		}
	}
	c.CertifiedBy = at
}

// readMeans holds the quantity compared to one number a unit.
func (d *decoder) readMeans(i int, n *node, c *Comparison, who string) {
	of := n.get("of")
	if of == nil || c.Of < 0 || !d.quantity(c.Of) {
		return
	}
	d.note(&reader{self: thing{comparisonThing, i}}, thing{quantityThing, c.Of})
	q := &d.c.Quantities[c.Of]
	switch {
	case c.Treated >= 0 && (q.Per.Unit != d.c.Cohorts[c.Treated].Unit || len(q.Per.Periods) > 0):
		d.bad(of, Fault{Message: fmt.Sprintf("%s, of: %s stands per %s", who, of.text, d.c.levelWords(q.Per)), Expected: "a quantity per " + d.c.levelWords(unitLevel(d.c.Cohorts[c.Treated].Unit))})
	case q.Type != formula.Number && q.Type != formula.Money && q.Type != formula.Days && q.Type != formula.YesNo && q.Type != formula.Rate:
		d.bad(of, Fault{Message: fmt.Sprintf("%s, of: %s is %s", who, of.text, q.Type), Expected: "a number, money, days, a rate or yes/no"})
	}
}

// readPooled reads whose cohorts are taken together.
func (d *decoder) readPooled(i int, n *node, c *Comparison, who string) {
	pools := n.get("pools")
	switch n.value("covers") {
	case "all_cohorts":
		c.Covers = CoversAll
	case "cohorts_not_paid":
		c.Covers = CoversUnpaid
	}
	if pools == nil || c.Pools < 0 {
		return
	}
	base := &d.c.Comparisons[c.Pools]
	d.note(&reader{self: thing{comparisonThing, i}}, thing{comparisonThing, c.Pools})
	if c.Pools == i || base.Per.Cohort < 0 {
		d.bad(pools, Fault{Message: fmt.Sprintf("%s, pools: %s stands per %s", who, pools.text, d.c.levelWords(base.Per)), Expected: "another comparison, per cohort"})
		return
	}
	c.Treated = base.Treated
	if c.Per.Cohort >= 0 {
		d.bad(n.get("per"), Fault{Message: who + ", per", Expected: "contract: the cohorts are taken together", Found: "cohort"})
	}
	if !base.Estimates() {
		d.refuses(n, who, "options")
		return
	}
	if !n.has("options") {
		d.needs(n, who, "options")
		return
	}
	d.readOptions(n.get("options"), c, who, pooledOptions)
}

// readSettles reads how each figure is rounded before it is used. The effect is always said, and the means where they
// are what was certified or compared; of the rest, whatever is read (comparedFigures).
func (d *decoder) readSettles(i int, n *node, c *Comparison, who string) {
	v := n.get("settles")
	if v == nil {
		return
	}
	c.saidSettles = map[CompareField]bool{}
	base := d.c.Compares(c)
	if !base.Estimates() && c.Estimator != EstimatorCarried {
		d.needsSettled(v, who, "treated", "comparison")
	}
	for _, f := range settledFields {
		name := comparisonColumns[f]
		text := v.get(name)
		if text == nil {
			continue
		}
		if c.Settles == nil {
			c.Settles = map[CompareField]money.Rounding{}
		}
		c.saidSettles[f] = true
		c.Settles[f] = d.rounded(text, who+", "+name, d.comparedType(i, f))
		if c.Settles[f].Mode == money.NoRounding && !text.bad && d.isReal(c, f) {
			d.bad(text, Fault{Message: fmt.Sprintf("%s, %s: it is no fraction of the data, so it has no exact figure to use", who, name), Expected: "a rounding such as {nearest: 0.01%, ties: even}", Found: "exact"})
		}
	}
}

func (d *decoder) needsSettled(n *node, who string, names ...string) {
	for _, name := range names {
		if !n.has(name) {
			k := slicesKey(settlesShape, name)
			d.missing(n, who, name, k.says, k.takes)
		}
	}
}

// isReal says whether a figure of a comparison is no fraction of the data: the ends of an interval, a p-value and a
// standard error never are.
func (d *decoder) isReal(c *Comparison, f CompareField) bool {
	base := d.c.Compares(c)
	t, estimated := estimators[base.Estimator]
	switch {
	case !estimated || base.PaysOn == PaysCertified:
		return false
	case f == CompareEffect && c.Estimator == EstimatorPooled && t.isReal(base):
		return true
	case f == CompareEffect:
		return t.isReal(base)
	}
	return f != CompareTreated && f != CompareComparison
}
