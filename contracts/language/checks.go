package language

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/estimators"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/contracts/wording"
)

func (d *decoder) readChecks() {
	for i, n := range d.checks {
		if n.Bad {
			continue
		}
		c := &d.c.Checks[i]
		who := "check " + c.Name
		c.Called, c.Clause = n.Value("called"), n.Value("clause")
		c.Over = d.readOver(n.Get("over"), who+", over")
		self := thing{checkThing, i}
		r := &reader{who: who, self: self, levels: []contracts.Level{c.Per}, hand: -1}
		for _, p := range c.Over {
			d.note(r, thing{paidThing, p})
			r.levels = append(r.levels, d.lineLevel(&d.c.Payments[p]))
		}
		d.readCheckDated(r, n, c)
		if by := n.Get("found_by"); by != nil {
			if at, ok := d.find(by, who+", found_by", kindThing); ok {
				c.FoundBy = at
				if d.c.Evidence[at].Form != contracts.ExaminedClaim {
					d.Bad(by, document.Fault{Message: who + ", found_by: " + by.Text + " is not evidence of checks", Remedy: "say as: check on it"})
				}
			}
		}
		sample := n.Get("sample")
		if f, ok := d.literal(sample.Get("share"), who+", sample, share", formula.Rate, nil); ok {
			c.SampleShare = f
			if f.Num.Sign() < 0 || f.Num.Cmp(money.Int(1)) > 0 {
				d.Bad(sample.Get("share"), document.Fault{Message: who + ", sample, share", Expected: "from 0% to 100%", Found: sample.Value("share")})
			}
		}
		c.SampleAtLeast = d.whole1(sample.Get("at_least"), who+", sample, at_least")
		c.Drawn = sample.Value("drawn")
		switch n.Value("error") {
		case "by_claims":
			c.Error = contracts.ErrorByClaims
		case "by_money":
			c.Error = contracts.ErrorByMoney
		}
		switch n.Value("recovers") {
		case "found_only":
			c.Recovers = contracts.RecoversFound
		case "extrapolated":
			c.Recovers = contracts.RecoversExtrapolated
		}
	}
}

func (d *decoder) readCheckDated(r *reader, n *document.Node, c *contracts.Check) {
	var from []contracts.Level
	for _, p := range c.Over {
		from = append(from, d.c.Payments[p].Per)
	}
	inner := *r
	inner.who, inner.met = inner.who+", dated", true
	period, needed := d.needsDated(c.Per, from...)
	switch {
	case n.Get("dated") != nil:
		c.Dated = d.dated(&inner, n.Get("dated"))
	case needed && !n.Has("dated"):
		d.missing(n, r.who, "dated", "it stands per "+wording.Spaced(period)+", so it must say in which a claim falls", dayShape)
	}
}

func (d *decoder) readExamples(n *document.Node) {
	if n == nil {
		return
	}
	for _, item := range n.Items {
		if item.Bad {
			continue
		}
		e := contracts.Example{It: item.Value("it"), Line: item.Line}
		who := "the example that " + e.It
		e.AsAt = d.date(item.Get("as_at"), who+", as_at")
		if evidence := item.Get("evidence"); evidence != nil {
			for _, one := range evidence.Items {
				if !one.Bad {
					e.Evidence = append(e.Evidence, d.exampleItem(one, who))
				}
			}
		}
		d.readGiven(item.Get("given"), &e, who)
		d.readExampleDue(item.Get("due"), &e, who)
		d.c.Examples = append(d.c.Examples, e)
	}
}

// itemWords are the keys that any item of evidence may have beside its units and fields.
var itemWords = []string{"learned", "id", "corrects", "withdraws", "source", "state", "party", "cohort", "kind", "day", "until"}

// exampleItem reads one item as it is written; whoever reads evidence reads its values.
func (d *decoder) exampleItem(n *document.Node, who string) contracts.ExampleItem {
	item := contracts.ExampleItem{Line: n.Line}
	known := append(d.names(unitThing, kindThing), itemWords...)
	known = append(known, d.roles()...)
	for name := range d.facts {
		known = append(known, name)
	}
	for name := range d.fields {
		known = append(known, name)
	}
	slices.Sort(known)
	for i, k := range n.Keys {
		if n.Items[i].Bad {
			continue
		}
		if !slices.Contains(known, k.Text) {
			d.Fault(k.Place(), document.Fault{Message: fmt.Sprintf("%s, evidence: %q is no kind, unit type, fact or field", who, k.Text), Remedy: document.Meant(k.Text, known)})
			continue
		}
		item.Keys, item.Values = append(item.Keys, k.Text), append(item.Values, n.Items[i].Text)
	}
	return item
}

// readGiven reads the figures of comparisons that an example states.
func (d *decoder) readGiven(n *document.Node, e *contracts.Example, who string) {
	if n == nil {
		return
	}
	for i, k := range n.Keys {
		at, ok := d.find(&document.Node{Kind: document.Scalar, Text: k.Text, Line: k.Line, Column: k.Column}, who+", given", comparisonThing)
		if !ok || n.Items[i].Bad {
			continue
		}
		lists := []*document.Node{n.Items[i]}
		if n.Items[i].Kind == document.List {
			lists = n.Items[i].Items
		}
		for _, one := range lists {
			if !one.Bad {
				e.Given = append(e.Given, d.given(at, one, who+", given "+k.Text))
			}
		}
	}
}

func (d *decoder) given(at int, n *document.Node, who string) contracts.Given {
	g := contracts.Given{Comparison: at}
	if c := n.Get("cohort"); c != nil {
		g.Cohort = d.whole1(c, who+", cohort")
	}
	if perCohort := d.c.Comparisons[at].Per.Cohort >= 0; perCohort != n.Has("cohort") {
		f := document.Fault{Message: who + ": it stands for the contract and has no cohort", Remedy: "leave cohort out"}
		if perCohort {
			f = document.Fault{Message: who + " does not say which cohort", Expected: "cohort: NUMBER"}
		}
		d.Fault(n.Place(), f)
	}
	k := &d.c.Comparisons[at]
	fields := compareFields(d.c, k)
	g.Figures = map[contracts.CompareField]formula.Figure{}
	for f, name := range contracts.ComparisonColumns {
		v := n.Get(name)
		if v == nil {
			continue
		}
		if !slices.Contains(fields, contracts.CompareField(f)) {
			d.Bad(v, document.Fault{Message: fmt.Sprintf("%s: the estimator %s has no %s", who, k.Estimator, name), Remedy: "leave it out"})
		} else if read, ok := d.literal(v, who+", "+name, d.comparedType(at, contracts.CompareField(f)), nil); ok {
			g.Figures[contracts.CompareField(f)] = read
		}
	}
	for _, name := range d.givenNeeds(k, n) {
		if !n.Has(name) {
			d.Fault(n.Place(), document.Fault{Message: who + " does not say " + name})
		}
	}
	return g
}

// givenNeeds are the figures that an example must state of a comparison: its units, and its effect, or the means that
// the effect is worked out from.
func (d *decoder) givenNeeds(k *contracts.Comparison, n *document.Node) []string {
	if n.Has("effect") || estimators.Estimates(d.c.Compares(k)) || k.Estimator == contracts.EstimatorCarried {
		return []string{"effect", "units"}
	}
	return []string{"treated", "comparison", "units"}
}

// readExampleDue reads what is due to each party, below nought when it pays.
func (d *decoder) readExampleDue(n *document.Node, e *contracts.Example, who string) {
	if n == nil {
		return
	}
	each := slices.ContainsFunc(d.c.Parties, func(p contracts.Party) bool { return p.Each >= 0 })
	for i, k := range n.Keys {
		v := n.Items[i]
		if v.Bad {
			continue
		}
		if d.party(k.Text) < 0 && !each {
			d.Fault(k.Place(), document.Fault{Message: fmt.Sprintf("%s, due: there is no party %q", who, k.Text), Remedy: document.Meant(k.Text, d.partyNames())})
			continue
		}
		a, err := money.ParseAmount(d.c.Currency, v.Text)
		if err != nil {
			d.Bad(v, document.Fault{Message: who + ", due, " + k.Text + ": " + err.Error()})
			continue
		}
		e.Due = append(e.Due, contracts.DueExpected{Party: k.Text, Amount: a})
	}
}
