package language

import (
	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/wording"
)

// readEvidence reads the kinds of evidence: what an item is about, its form and its fields.
func (d *decoder) readEvidence() {
	for i, n := range d.evidence {
		k := &d.c.Evidence[i]
		who := "evidence " + k.Name
		if n.Bad {
			continue
		}
		d.readOf(k, n.Get("of"), who)
		switch n.Value("as") {
		case "event":
			k.Form = contracts.Event
		case "spell":
			k.Form = contracts.Spell
		case "reading":
			k.Form = contracts.Reading
		case "check":
			k.Form = contracts.ExaminedClaim
		}
		k.Clause = n.Value("clause")
		if each := n.Get("each"); each != nil {
			if at, ok := d.find(each, who+", each", periodThing); ok {
				k.Each = at
			}
			if k.Form == contracts.Spell {
				d.Fault(each.Place(), document.Fault{Message: who + ", each: a spell lasts as long as it does", Remedy: "only readings and events come one a period; leave each out"})
			}
		}
		switch n.Value("if_none") {
		case "nought":
			k.IfNone = contracts.SilenceNought
		case "unknown":
			k.IfNone = contracts.SilenceUnknown
		}
		d.readTellers(k, n.Get("told_by"), who)
		k.Says = d.readFields(n.Get("says"), who+", says", d.fields, i)
		if k.Form == contracts.ExaminedClaim {
			d.checkFields(k, i)
		}
	}
}

// checkFields adds the fields that every answer to an examined claim has, where they are not stated.
func (d *decoder) checkFields(k *contracts.Kind, owner int) {
	for _, f := range []contracts.Field{{Name: "found", Type: formula.Choice, Choices: []string{"passed", "failed"}}, {Name: "outcome", Type: formula.Date, Optional: true}} {
		if fieldIndex(k.Says, f.Name) < 0 {
			d.fields[f.Name] = append(d.fields[f.Name], position{owner, len(k.Says)})
			k.Says = append(k.Says, f)
		}
	}
}

// readOf reads what an item is about.
func (d *decoder) readOf(k *contracts.Kind, n *document.Node, who string) {
	if n == nil || n.Kind != document.Scalar {
		return
	}
	t, known := d.things[n.Text]
	switch {
	case n.Text == "contract":
		k.Of = contracts.OfContract
	case known && t.kind == unitThing:
		k.Of, k.Unit = contracts.OfUnit, t.index
	case known && t.kind == cohortThing:
		k.Of, k.Unit = contracts.OfCohort, t.index
	case !known && d.isRole(n.Text):
		k.Of, k.Role = contracts.OfRole, n.Text
	default:
		all := append(append(d.names(unitThing, cohortThing), d.roles()...), "contract")
		d.Bad(n, document.Fault{Message: who + ", of: " + n.Text + " is not a unit type, a role or a cohort", Remedy: document.Meant(n.Text, all)})
	}
}

// readToldBy reads which kind of evidence tells what another scheme has paid for an outcome.
func (d *decoder) readToldBy(n *document.Node) {
	if n == nil {
		return
	}
	const who = "contract, told_by"
	at, ok := d.find(n, who, kindThing)
	if !ok || d.evidence[at].Bad {
		return
	}
	k := &d.c.Evidence[at]
	amount := fieldIndex(k.Says, "amount")
	switch {
	case d.c.PaidElsewhere == contracts.ElsewherePay:
		d.Bad(n, document.Fault{Message: who + ": an outcome that another scheme paid for is paid in full, so nothing need tell of it", Remedy: "leave told_by out"})
	case k.Of != contracts.OfUnit || k.Form != contracts.Event:
		d.Bad(n, document.Fault{Message: who + ": " + n.Text + " must be an event of a unit", Expected: "of: a unit type, as: event"})
	case d.c.PaidElsewhere == contracts.ElsewhereDifference && (amount < 0 || k.Says[amount].Type != formula.Money):
		d.Bad(n, document.Fault{Message: who + ": " + n.Text + " must say what was paid, so that it can be taken off", Expected: "says: {amount: money}"})
	case !d.registers(k):
		d.Bad(n, document.Fault{Message: who + ": the register of " + n.Text + " is not a list of choices", Expected: "says: {register: [work_programme, european_fund]}"})
	default:
		d.c.ToldBy = at
	}
}

// registers says whether a kind that names a register has a list of them, so that a statement can add up by register.
func (d *decoder) registers(k *contracts.Kind) bool {
	at := fieldIndex(k.Says, "register")
	return at < 0 || len(k.Says[at].Choices) > 0
}

// gathered reports it when a kind is gathered that does not say what no item means.
func (d *decoder) gathered(kind int, by string) {
	k, n := &d.c.Evidence[kind], d.evidence[kind]
	if k.IfNone != contracts.SilenceUnsaid || n.Bad || n.Has("if_none") {
		return
	}
	d.missing(n, "evidence "+k.Name, "if_none", "it is gathered by "+by+", so it must say what no item means", ifNoneShape)
	n.Keys = append(n.Keys, &document.Node{Kind: document.Scalar, Text: "if_none"}) // said once
	n.Items = append(n.Items, &document.Node{Bad: true})
}

// startCohorts reads what other sections need of the cohorts: the unit type, and who joins them by what.
func (d *decoder) startCohorts() {
	for i, n := range d.cohorts {
		c := &d.c.Cohorts[i]
		who := "cohort " + c.Name
		if unit := n.Get("unit"); unit != nil {
			if at, ok := d.find(unit, who+", unit", unitThing); ok {
				c.Unit = at
			}
		}
		if by := n.Get("joined_by"); by != nil {
			if at, ok := d.find(by, who+", joined_by", kindThing); ok {
				c.JoinedBy = at
			}
		}
		c.Called, c.Clause = n.Value("called"), n.Value("clause")
	}
}

// readCohorts reads the rest of the cohorts, once figures can be read.
func (d *decoder) readCohorts() {
	for i, n := range d.cohorts {
		c := &d.c.Cohorts[i]
		if n.Bad {
			continue
		}
		who := "cohort " + c.Name
		if c.JoinedBy >= 0 && c.Unit >= 0 {
			if k := d.c.Evidence[c.JoinedBy]; k.Of != contracts.OfUnit || k.Unit != c.Unit {
				by := n.Get("joined_by")
				d.Bad(by, document.Fault{Message: who + ", joined_by: " + by.Text + " is not evidence of " + wording.Spaced(d.c.Units[c.Unit].Name),
					Remedy: "a unit joins by an item of its own"})
			}
		}
		r := &reader{who: who + ", where", self: thing{cohortThing, i}, levels: []contracts.Level{unitLevel(c.Unit)}, hand: c.JoinedBy}
		c.Where = d.condition(r, n.Get("where"))
		c.Between = d.span(n.Get("between"), who+", between", d.term())
		d.readCloses(c, n.Get("closes"), who+", closes")
		counts := n.Get("counts")
		switch {
		case counts == nil:
		case counts.Kind == document.Map:
			r.who = who + ", counts"
			c.Counts, c.CountsWhere = contracts.CountsCondition, d.condition(r, counts)
		case counts.Text == "compared_only":
			c.Counts = contracts.CountsComparedOnly
		default:
			c.Counts = contracts.CountsEveryone
		}
	}
}

func (d *decoder) readCloses(c *contracts.Cohort, n *document.Node, who string) {
	if n == nil {
		return
	}
	c.CloseAfter = d.length(n.Get("or_after"), who+", or_after")
	if at := n.Get("at"); at != nil {
		c.CloseAt = d.whole1(at, who+", at")
	}
	c.NextOpens = n.Value("then") == "next_opens"
	if !n.Has("at") && !n.Has("or_after") {
		d.Fault(n.Place(), document.Fault{Message: who + " does not say when", Options: []document.Option{{Word: "at", Means: "at a number of members"}, {Word: "or_after", Means: "so long after the first joined"}}})
	}
}
