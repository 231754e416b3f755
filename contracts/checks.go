package contracts

import (
	"fmt"
	"slices"

	"outturn/contracts/formula"
	"outturn/contracts/money"
)

func (d *decoder) readChecks() {
	for i, n := range d.checks {
		if n.bad {
			continue
		}
		c := &d.c.Checks[i]
		who := "check " + c.Name
		c.Called, c.Clause = n.value("called"), n.value("clause")
		c.Over = d.readOver(n.get("over"), who+", over")
		self := thing{checkThing, i}
		r := &reader{who: who, self: self, levels: []Level{c.Per}, hand: -1}
		for _, p := range c.Over {
			d.note(r, thing{paidThing, p})
			r.levels = append(r.levels, d.lineLevel(&d.c.Payments[p]))
		}
		d.readCheckDated(r, n, c)
		if by := n.get("found_by"); by != nil {
			if at, ok := d.find(by, who+", found_by", kindThing); ok {
				c.FoundBy = at
				if d.c.Evidence[at].Form != ExaminedClaim {
					d.bad(by, Fault{Message: who + ", found_by: " + by.text + " is not evidence of checks", Remedy: "say as: check on it"})
				}
			}
		}
		sample := n.get("sample")
		if f, ok := d.literal(sample.get("share"), who+", sample, share", formula.Rate, nil); ok {
			c.SampleShare = f
			if f.Num.Sign() < 0 || f.Num.Cmp(money.Int(1)) > 0 {
				d.bad(sample.get("share"), Fault{Message: who + ", sample, share", Expected: "from 0% to 100%", Found: sample.value("share")})
			}
		}
		c.SampleAtLeast = d.whole1(sample.get("at_least"), who+", sample, at_least")
		c.Drawn = sample.value("drawn")
		switch n.value("error") {
		case "by_claims":
			c.Error = ErrorByClaims
		case "by_money":
			c.Error = ErrorByMoney
		}
		switch n.value("recovers") {
		case "found_only":
			c.Recovers = RecoversFound
		case "extrapolated":
			c.Recovers = RecoversExtrapolated
		}
	}
}

func (d *decoder) readCheckDated(r *reader, n *node, c *Check) {
	var from []Level
	for _, p := range c.Over {
		from = append(from, d.c.Payments[p].Per)
	}
	inner := *r
	inner.who, inner.met = inner.who+", dated", true
	period, needed := d.needsDated(c.Per, from...)
	switch {
	case n.get("dated") != nil:
		c.Dated = d.dated(&inner, n.get("dated"))
	case needed && !n.has("dated"):
		d.missing(n, r.who, "dated", "it stands per "+spaced(period)+", so it must say in which a claim falls", dayShape)
	}
}

func (d *decoder) readExamples(n *node) {
	if n == nil {
		return
	}
	for _, item := range n.items {
		if item.bad {
			continue
		}
		e := Example{It: item.value("it"), Line: item.line}
		who := "the example that " + e.It
		e.AsAt = d.date(item.get("as_at"), who+", as_at")
		if evidence := item.get("evidence"); evidence != nil {
			for _, one := range evidence.items {
				if !one.bad {
					e.Evidence = append(e.Evidence, d.exampleItem(one, who))
				}
			}
		}
		d.readGiven(item.get("given"), &e, who)
		d.readExampleDue(item.get("due"), &e, who)
		d.c.Examples = append(d.c.Examples, e)
	}
}

// itemWords are the keys that any item of evidence may have beside its units and fields.
var itemWords = []string{"learned", "id", "corrects", "withdraws", "source", "state", "party", "cohort", "kind", "day", "until"}

// exampleItem reads one item as it is written; whoever reads evidence reads its values.
func (d *decoder) exampleItem(n *node, who string) ExampleItem {
	item := ExampleItem{Line: n.line}
	known := append(d.names(unitThing, kindThing), itemWords...)
	known = append(known, d.roles()...)
	for name := range d.facts {
		known = append(known, name)
	}
	for name := range d.fields {
		known = append(known, name)
	}
	slices.Sort(known)
	for i, k := range n.keys {
		if n.items[i].bad {
			continue
		}
		if !slices.Contains(known, k.text) {
			d.fault(k.place(), Fault{Message: fmt.Sprintf("%s, evidence: %q is no kind, unit type, fact or field", who, k.text), Remedy: meant(k.text, known)})
			continue
		}
		item.Keys, item.Values = append(item.Keys, k.text), append(item.Values, n.items[i].text)
	}
	return item
}

// readGiven reads the figures of comparisons that an example states.
func (d *decoder) readGiven(n *node, e *Example, who string) {
	if n == nil {
		return
	}
	for i, k := range n.keys {
		at, ok := d.find(&node{kind: scalarNode, text: k.text, line: k.line, column: k.column}, who+", given", comparisonThing)
		if !ok || n.items[i].bad {
			continue
		}
		lists := []*node{n.items[i]}
		if n.items[i].kind == listNode {
			lists = n.items[i].items
		}
		for _, one := range lists {
			if !one.bad {
				e.Given = append(e.Given, d.given(at, one, who+", given "+k.text))
			}
		}
	}
}

func (d *decoder) given(at int, n *node, who string) Given {
	g := Given{Comparison: at}
	if c := n.get("cohort"); c != nil {
		g.Cohort = d.whole1(c, who+", cohort")
	}
	if perCohort := d.c.Comparisons[at].Per.Cohort >= 0; perCohort != n.has("cohort") {
		f := Fault{Message: who + ": it stands for the contract and has no cohort", Remedy: "leave cohort out"}
		if perCohort {
			f = Fault{Message: who + " does not say which cohort", Expected: "cohort: NUMBER"}
		}
		d.fault(n.place(), f)
	}
	k := &d.c.Comparisons[at]
	fields := d.c.compareFields(k)
	g.Figures = map[CompareField]formula.Figure{}
	for f, name := range comparisonColumns {
		v := n.get(name)
		if v == nil {
			continue
		}
		if !slices.Contains(fields, CompareField(f)) {
			d.bad(v, Fault{Message: fmt.Sprintf("%s: the estimator %s has no %s", who, k.Estimator, name), Remedy: "leave it out"})
		} else if read, ok := d.literal(v, who+", "+name, d.comparedType(at, CompareField(f)), nil); ok {
			g.Figures[CompareField(f)] = read
		}
	}
	for _, name := range d.givenNeeds(k, n) {
		if !n.has(name) {
			d.fault(n.place(), Fault{Message: who + " does not say " + name})
		}
	}
	return g
}

// givenNeeds are the figures that an example must state of a comparison: its units, and its effect, or the means that
// the effect is worked out from.
func (d *decoder) givenNeeds(k *Comparison, n *node) []string {
	if n.has("effect") || d.c.Compares(k).Estimates() || k.Estimator == EstimatorCarried {
		return []string{"effect", "units"}
	}
	return []string{"treated", "comparison", "units"}
}

// readExampleDue reads what is due to each party, below nought when it pays.
func (d *decoder) readExampleDue(n *node, e *Example, who string) {
	if n == nil {
		return
	}
	each := slices.ContainsFunc(d.c.Parties, func(p Party) bool { return p.Each >= 0 })
	for i, k := range n.keys {
		v := n.items[i]
		if v.bad {
			continue
		}
		if d.party(k.text) < 0 && !each {
			d.fault(k.place(), Fault{Message: fmt.Sprintf("%s, due: there is no party %q", who, k.text), Remedy: meant(k.text, d.partyNames())})
			continue
		}
		a, err := money.ParseAmount(d.c.Currency, v.text)
		if err != nil {
			d.bad(v, Fault{Message: who + ", due, " + k.text + ": " + err.Error()})
			continue
		}
		e.Due = append(e.Due, DueExpected{Party: k.text, Amount: a})
	}
}
