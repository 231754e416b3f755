package contracts

import (
	"fmt"

	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// comparedType returns the type of a comparison's means: that of the quantity it compares, a number when the figures
// are certified.
func (d *decoder) comparedType(i int) formula.Type {
	c := &d.c.Comparisons[i]
	for steps := 0; c.Pools >= 0 && steps < len(d.c.Comparisons); steps++ {
		c = &d.c.Comparisons[c.Pools]
	}
	if c.Of >= 0 && !d.quantity(c.Of) {
		return formula.None
	}
	return d.c.comparedType(&d.c.Comparisons[i], CompareTreated)
}

func (d *decoder) readComparisons() {
	for i, n := range d.comparisons {
		if n.bad {
			continue
		}
		c := &d.c.Comparisons[i]
		who := "comparison " + c.Name
		c.Called, c.Clause = n.value("called"), n.value("clause")
		c.Estimator = Estimator(n.value("estimator"))
		c.FixedOn = d.date(n.get("fixed_on"), who+", fixed_on")
		d.comparisonLevel(n, c, who)
		switch c.Estimator {
		case EstimatorCertified:
			d.needs(n, who, "treated", "certified_by")
			d.refuses(n, who, "pools", "covers")
			d.readCertified(n.get("certified_by"), c, who+", certified_by")
		case EstimatorMeans:
			d.needs(n, who, "treated", "against", "of")
			d.refuses(n, who, "certified_by", "pools", "covers")
			d.readMeans(i, n, c, who)
		case EstimatorPooled:
			d.needs(n, who, "pools", "covers")
			d.refuses(n, who, "certified_by", "against", "of", "treated")
			d.readPooled(i, n, c, who)
		}
		if against := n.get("against"); against != nil {
			if at, ok := d.find(against, who+", against", cohortThing); ok {
				c.Against = at
				if at == c.Treated {
					d.bad(against, Fault{Message: who + ", against: a cohort is compared with itself"})
				}
			}
		}
		d.readSettles(i, n.get("settles"), c, who+", settles")
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

// readCertified reads the kind of reading by which the evaluator states the figures.
func (d *decoder) readCertified(n *node, c *Comparison, who string) {
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
	for _, name := range []string{"treated", "comparison", "units"} {
		if f := fieldIndex(k.Says, name); f < 0 || k.Says[f].Type != formula.Number {
			d.bad(n, Fault{Message: fmt.Sprintf("%s: %s does not say %s: number", who, n.text, name), Remedy: "let its says be {treated: number, comparison: number, units: number}"})
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
	if pools == nil {
		return
	}
	at, ok := d.find(pools, who+", pools", comparisonThing)
	if !ok {
		return
	}
	d.note(&reader{self: thing{comparisonThing, i}}, thing{comparisonThing, at})
	if at == i || d.c.Comparisons[at].Per.Cohort < 0 {
		d.bad(pools, Fault{Message: fmt.Sprintf("%s, pools: %s stands per %s", who, pools.text, d.c.levelWords(d.c.Comparisons[at].Per)), Expected: "another comparison, per cohort"})
		return
	}
	c.Pools, c.Treated = at, d.c.Comparisons[at].Treated
	if c.Per.Cohort >= 0 {
		d.bad(n.get("per"), Fault{Message: who + ", per", Expected: "contract: the cohorts are taken together", Found: "cohort"})
	}
}

// readSettles reads how each figure is rounded before it is used.
func (d *decoder) readSettles(i int, n *node, c *Comparison, who string) {
	if n == nil {
		return
	}
	of := d.comparedType(i)
	for field, t := range map[CompareField]formula.Type{CompareEffect: formula.Rate, CompareTreated: of, CompareComparison: of} {
		name := comparisonColumns[field]
		if v := n.get(name); v != nil {
			if c.Settles == nil {
				c.Settles = map[CompareField]money.Rounding{}
			}
			c.Settles[field] = d.rounded(v, who+", "+name, t)
		}
	}
}
