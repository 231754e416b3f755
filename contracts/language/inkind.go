package language

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/sentences"
	"outturn/contracts/wording"
)

// This file reads contributions in kind: staff, places and time that one party gives another, at an agreed price. They
// are counted, in shares and against what was saved, and never paid.

var inKindShape = mapOf("by, to, per, offered, accepted, price and clause",
	may("called", "how sentences name it", calledShape),
	must("by", "who gives it", nameShape),
	must("to", "who has the use of it", nameShape),
	must("per", "what it stands per: the contract, period series, a cohort or a role", levelShape),
	must("offered", "how much was offered: hours, days, places", formulaShape),
	must("accepted", "how much of it the partners accepted", formulaShape),
	must("price", "what one counts for", formulaShape),
	must("clause", "where in the signed contract the term stands", clauseShape))

// declareInKind adds a quantity for each contribution, under its name.
func (d *decoder) declareInKind() {
	nodes := d.section("in_kind", quantityThing, func(name string) {
		d.c.InKind = append(d.c.InKind, contracts.InKind{Name: name, Per: contracts.ContractLevel()})
	})
	for i, n := range nodes {
		at := len(d.quantities)
		d.gifts[at] = i
		k := &d.c.InKind[i]
		k.Quantity, k.Called, k.Clause = at, n.Value("called"), n.Value("clause")
		d.things[k.Name] = thing{quantityThing, at}
		d.c.Quantities = append(d.c.Quantities, contracts.Quantity{Name: k.Name, Called: k.Called, Clause: k.Clause, Except: -1, Per: contracts.ContractLevel(), Source: contracts.Source{Index: -1, Field: -1, Slot: -1}})
		d.quantities = append(d.quantities, n)
	}
}

// readInKind works out the formula of a contribution's value.
func (d *decoder) readInKind(at, i int, q *contracts.Quantity) bool {
	k, n := &d.c.InKind[at], d.quantities[i]
	who := "contribution in kind " + k.Name
	var ok bool
	if k.Per, ok = d.level(n.Get("per"), who, -1); !ok {
		return false
	}
	if k.Per.Unit >= 0 {
		d.Bad(n.Get("per"), document.Fault{Message: who + ": it stands per " + sentences.Level(d.c, k.Per), Remedy: "gather first what units give, and let it stand per the contract, period series, a cohort or a role"})
		return false
	}
	r := &reader{who: who, self: thing{quantityThing, i}, levels: []contracts.Level{k.Per}, hand: -1}
	read := func(key string, want ...formula.Type) *formula.Expr {
		inner := *r
		inner.who += ", " + key
		return d.formula(&inner, n.Get(key), want...)
	}
	k.Offered, k.Accepted = read("offered", formula.Number, formula.Days, formula.Plain), read("accepted", formula.Number, formula.Days, formula.Plain)
	k.Price = read("price", formula.Money)
	if k.Offered == nil || k.Accepted == nil || k.Price == nil {
		return false
	}
	q.Head, q.Per, q.Type, q.Rounded = contracts.Is, k.Per, formula.Money, d.c.Rounding
	q.Is = join(formula.OpMul, k.Accepted, k.Price, formula.Money)
	q.NotAbove = join(formula.OpMul, k.Offered, k.Price, formula.Money)
	d.roundingSaid[i] = true
	return true
}

// inKindEnds reads who gives each contribution and who has the use of it.
func (d *decoder) inKindEnds() {
	for i := range d.c.InKind {
		k := &d.c.InKind[i]
		n := d.quantities[k.Quantity]
		if n.Bad || !d.quantity(k.Quantity) {
			continue
		}
		who := "contribution in kind " + k.Name
		k.By, k.To = d.payee(n.Get("by"), who+", by", k.Per), d.payee(n.Get("to"), who+", to", k.Per)
		for _, end := range []struct {
			of  contracts.Payee
			key string
		}{{k.By, "by"}, {k.To, "to"}} {
			if end.of.Account >= 0 || end.of.Division >= 0 || end.of.Party >= 0 && d.c.Parties[end.of.Party].Each >= 0 {
				d.Bad(n.Get(end.key), document.Fault{Message: fmt.Sprintf("%s, %s: %s is no one party", who, end.key, end.of.Name), Remedy: "name a party, or a role that it stands per: what is in kind comes from no account, and is not divided"})
			}
		}
		if k.By == k.To && k.By.Name != "" && !n.Bad {
			d.Bad(n.Get("to"), document.Fault{Message: who + ": " + k.By.Name + " gives it to itself"})
		}
	}
}

// countedOnce refuses a partner's own figure of what it put in in kind that reads a contribution of its own, which
// counts already.
func (d *decoder) countedOnce(n *document.Node, e *formula.Expr, party int) {
	var all []thing
	slotsIn(e, func(slot int) { all = append(all, d.thingOf(d.c.Refs[slot])) })
	seen := map[thing]bool{}
	for len(all) > 0 {
		t := all[0]
		all = all[1:]
		if seen[t] {
			continue
		}
		seen[t] = true
		all = append(all, d.reads[t]...)
		at, gift := d.gifts[t.index]
		if t.kind != quantityThing || !gift {
			continue
		}
		if by := d.c.InKind[at].By; by.Party == party || by.Party < 0 && by.Name == d.c.Parties[party].Role {
			d.Bad(n, document.Fault{Message: fmt.Sprintf("partner %s, in_kind: it reads %s, which is counted for it already", d.c.Parties[party].ID, d.c.InKind[at].Name), Remedy: "leave it out"})
			return
		}
	}
}

// givenByPeriod refuses contributions that have no period where positions are worked out by periods.
func (d *decoder) givenByPeriod(p *contracts.Partnership) {
	for i := range d.c.InKind {
		k := &d.c.InKind[i]
		if p.By >= 0 && k.By.Name != "" && !slices.Contains(k.Per.Periods, p.By) {
			d.Fault(d.quantities[k.Quantity].Place(), document.Fault{Message: fmt.Sprintf("contribution in kind %s: positions are worked out by %s, and it stands per %s", k.Name, wording.Spaced(d.c.Periods[p.By].Name), sentences.Level(d.c, k.Per)),
				Remedy: "let it stand per " + d.c.Periods[p.By].Name + ", or leave by out of partnership"})
		}
	}
}
