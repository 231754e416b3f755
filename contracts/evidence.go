package contracts

import (
	"outturn/contracts/formula"
)

// readEvidence reads the kinds of evidence: what an item is about, its form and its fields.
func (d *decoder) readEvidence() {
	for i, n := range d.evidence {
		k := &d.c.Evidence[i]
		who := "evidence " + k.Name
		if n.bad {
			continue
		}
		d.readOf(k, n.get("of"), who)
		switch n.value("as") {
		case "event":
			k.Form = Event
		case "spell":
			k.Form = Spell
		case "reading":
			k.Form = Reading
		case "check":
			k.Form = ExaminedClaim
		}
		k.Clause = n.value("clause")
		if each := n.get("each"); each != nil {
			if at, ok := d.find(each, who+", each", periodThing); ok {
				k.Each = at
			}
			if k.Form == Spell {
				d.fault(each.place(), Fault{Message: who + ", each: a spell lasts as long as it does", Remedy: "only readings and events come one a period; leave each out"})
			}
		}
		switch n.value("if_none") {
		case "nought":
			k.IfNone = SilenceNought
		case "unknown":
			k.IfNone = SilenceUnknown
		}
		k.Says = d.readFields(n.get("says"), who+", says", d.fields, i)
		if k.Form == ExaminedClaim {
			d.checkFields(k, i)
		}
	}
}

// checkFields adds the fields that every answer to an examined claim has, where they are not stated.
func (d *decoder) checkFields(k *Kind, owner int) {
	for _, f := range []Field{{Name: "found", Type: formula.Choice, Choices: []string{"passed", "failed"}}, {Name: "outcome", Type: formula.Date, Optional: true}} {
		if fieldIndex(k.Says, f.Name) < 0 {
			d.fields[f.Name] = append(d.fields[f.Name], position{owner, len(k.Says)})
			k.Says = append(k.Says, f)
		}
	}
}

// readOf reads what an item is about.
func (d *decoder) readOf(k *Kind, n *node, who string) {
	if n == nil || n.kind != scalarNode {
		return
	}
	t, known := d.things[n.text]
	switch {
	case n.text == "contract":
		k.Of = OfContract
	case known && t.kind == unitThing:
		k.Of, k.Unit = OfUnit, t.index
	case known && t.kind == cohortThing:
		k.Of, k.Unit = OfCohort, t.index
	case !known && d.isRole(n.text):
		k.Of, k.Role = OfRole, n.text
	default:
		all := append(append(d.names(unitThing, cohortThing), d.roles()...), "contract")
		d.bad(n, Fault{Message: who + ", of: " + n.text + " is not a unit type, a role or a cohort", Remedy: meant(n.text, all)})
	}
}

// readToldBy reads which kind of evidence tells what another scheme has paid for an outcome.
func (d *decoder) readToldBy(n *node) {
	if n == nil {
		return
	}
	const who = "contract, told_by"
	at, ok := d.find(n, who, kindThing)
	if !ok || d.evidence[at].bad {
		return
	}
	k := &d.c.Evidence[at]
	amount := fieldIndex(k.Says, "amount")
	switch {
	case d.c.PaidElsewhere == ElsewherePay:
		d.bad(n, Fault{Message: who + ": an outcome that another scheme paid for is paid in full, so nothing need tell of it", Remedy: "leave told_by out"})
	case k.Of != OfUnit || k.Form != Event:
		d.bad(n, Fault{Message: who + ": " + n.text + " must be an event of a unit", Expected: "of: a unit type, as: event"})
	case d.c.PaidElsewhere == ElsewhereDifference && (amount < 0 || k.Says[amount].Type != formula.Money):
		d.bad(n, Fault{Message: who + ": " + n.text + " must say what was paid, so that it can be taken off", Expected: "says: {amount: money}"})
	case !d.registers(k):
		d.bad(n, Fault{Message: who + ": the register of " + n.text + " is not a list of choices", Expected: "says: {register: [work_programme, european_fund]}"})
	default:
		d.c.ToldBy = at
	}
}

// registers says whether a kind that names a register has a list of them, so that a statement can add up by register.
func (d *decoder) registers(k *Kind) bool {
	at := fieldIndex(k.Says, "register")
	return at < 0 || len(k.Says[at].Choices) > 0
}

// gathered reports it when a kind is gathered that does not say what no item means.
func (d *decoder) gathered(kind int, by string) {
	k, n := &d.c.Evidence[kind], d.evidence[kind]
	if k.IfNone != SilenceUnsaid || n.bad || n.has("if_none") {
		return
	}
	d.missing(n, "evidence "+k.Name, "if_none", "it is gathered by "+by+", so it must say what no item means", ifNoneShape)
	n.keys = append(n.keys, &node{kind: scalarNode, text: "if_none"}) // said once
	n.items = append(n.items, &node{bad: true})
}

// startCohorts reads what other sections need of the cohorts: the unit type, and who joins them by what.
func (d *decoder) startCohorts() {
	for i, n := range d.cohorts {
		c := &d.c.Cohorts[i]
		who := "cohort " + c.Name
		if unit := n.get("unit"); unit != nil {
			if at, ok := d.find(unit, who+", unit", unitThing); ok {
				c.Unit = at
			}
		}
		if by := n.get("joined_by"); by != nil {
			if at, ok := d.find(by, who+", joined_by", kindThing); ok {
				c.JoinedBy = at
			}
		}
		c.Called, c.Clause = n.value("called"), n.value("clause")
	}
}

// readCohorts reads the rest of the cohorts, once figures can be read.
func (d *decoder) readCohorts() {
	for i, n := range d.cohorts {
		c := &d.c.Cohorts[i]
		if n.bad {
			continue
		}
		who := "cohort " + c.Name
		if c.JoinedBy >= 0 && c.Unit >= 0 {
			if k := d.c.Evidence[c.JoinedBy]; k.Of != OfUnit || k.Unit != c.Unit {
				by := n.get("joined_by")
				d.bad(by, Fault{Message: who + ", joined_by: " + by.text + " is not evidence of " + spaced(d.c.Units[c.Unit].Name),
					Remedy: "a unit joins by an item of its own"})
			}
		}
		r := &reader{who: who + ", where", self: thing{cohortThing, i}, levels: []Level{unitLevel(c.Unit)}, hand: c.JoinedBy}
		c.Where = d.condition(r, n.get("where"))
		c.Between = d.span(n.get("between"), who+", between", d.term())
		d.readCloses(c, n.get("closes"), who+", closes")
		counts := n.get("counts")
		switch {
		case counts == nil:
		case counts.kind == mapNode:
			r.who = who + ", counts"
			c.Counts, c.CountsWhere = CountsCondition, d.condition(r, counts)
		case counts.text == "compared_only":
			c.Counts = CountsComparedOnly
		default:
			c.Counts = CountsEveryone
		}
	}
}

func (d *decoder) readCloses(c *Cohort, n *node, who string) {
	if n == nil {
		return
	}
	c.CloseAfter = d.length(n.get("or_after"), who+", or_after")
	if at := n.get("at"); at != nil {
		c.CloseAt = d.whole1(at, who+", at")
	}
	c.NextOpens = n.value("then") == "next_opens"
	if !n.has("at") && !n.has("or_after") {
		d.fault(n.place(), Fault{Message: who + " does not say when", Options: []Option{{"at", "at a number of members"}, {"or_after", "so long after the first joined"}}})
	}
}
