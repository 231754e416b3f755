package language

import (
	"slices"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
)

// This file reads who has to speak before a saving counts for more: whoever validates it, and whoever holds the budget.

// told gathers what somebody says of a saving: of validated what it found, of cashed what the budget holder took out.
func (b *step) told(q *contracts.Quantity, key string) bool {
	n := b.n.Get(key)
	who := b.r.who + ", " + key
	at, ok := b.d.find(n, who, kindThing)
	if !ok {
		return false
	}
	k := &b.d.c.Evidence[at]
	field := fieldIndex(k.Says, "amount")
	if field < 0 || k.Says[field].Type != formula.Money {
		b.d.Bad(n, document.Fault{Message: who + ": " + n.Text + " does not say how much", Remedy: "let it say amount: money"})
		return false
	}
	switch {
	case key == "validated" && !b.validates(k):
		b.d.Bad(n, document.Fault{Message: who + ": a saving is validated by one named party that has no part of it, and " + n.Text + " is told by others",
			Remedy: "let it be evidence of a role that one party has, and no beneficiary"})
		return false
	case key == "validated":
	case k.Of != contracts.OfRole || slices.ContainsFunc(b.s.Beneficiaries, func(o contracts.Beneficiary) bool { return b.d.c.Parties[o.Party].Role != k.Role }):
		b.d.Bad(n, document.Fault{Message: who + ": a saving is cashed on the word of whoever holds the budget, and " + n.Text + " is not told by every beneficiary",
			Remedy: "let it be evidence of the role that the beneficiaries have"})
		return false
	}
	b.d.gathered(at, b.r.who)
	q.Head, q.Type = contracts.Total, formula.Money
	q.Source = contracts.Source{Kind: contracts.FromItems, Index: at, Field: field, Slot: -1}
	if len(q.Per.Periods) > 0 {
		q.Dated = &contracts.DayRef{Kind: contracts.DayItem, Index: at, Name: k.Name}
	}
	return true
}

// validates reports whether a kind is told by one party, which has no part of the saving: nobody validates its own.
func (b *step) validates(k *contracts.Kind) bool {
	tellers := 0
	for i := range b.d.c.Parties {
		if p := &b.d.c.Parties[i]; k.Of == contracts.OfRole && p.Role == k.Role {
			tellers++
			if p.Each >= 0 || slices.ContainsFunc(b.s.Beneficiaries, func(o contracts.Beneficiary) bool { return o.Party == i }) {
				return false
			}
		}
	}
	return tellers == 1
}
