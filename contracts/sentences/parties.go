package sentences

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/wording"
)

// This file says who tells what, whose payments wait for whose, who takes a party's place, and streams of money.

// handSentences say who tells what, and whose payments wait for whose, in the contract's order.
func handSentences(c *contracts.Contract) (all []string) {
	for i := range c.Evidence {
		k := &c.Evidence[i]
		if len(k.ToldBy) == 0 {
			continue
		}
		tell := make([]string, len(k.ToldBy))
		for j, who := range k.ToldBy {
			tell[j] = "the " + wording.Spaced(who)
		}
		all = append(all, fmt.Sprintf("%s is told by %s alone.%s", wording.Capital(wording.Spaced(k.Name)), strings.Join(tell, " or "), clauseWords(k.Clause)))
	}
	for i := range c.Parties {
		if p := &c.Parties[i]; p.ReleasesAfter >= 0 {
			all = append(all, fmt.Sprintf("What the %s pays is released after what the %s pays the same payee on the same statement.", wording.Spaced(p.ID), wording.Spaced(c.Parties[p.ReleasesAfter].ID)))
		}
	}
	return all
}

// streamWords says what a stream may be spent on, and when.
func streamWords(c *contracts.Contract, a *contracts.Account) string {
	text := ", may be spent on " + wording.Spaced(a.RestrictedTo) + " alone"
	if a.RestrictedTo == "" {
		text = ", may be spent on anything"
	}
	if a.Between != (calendar.Span{First: c.First, Last: c.Last}) {
		text += ", from " + a.Between.First.Long() + " to " + a.Between.Last.Long()
	}
	of := slices.IndexFunc(c.Payments, func(p contracts.Payment) bool {
		return p.Eligible != nil && p.From.Account >= 0 && &c.Accounts[p.From.Account] == a
	})
	if of >= 0 {
		text += ", where " + conditionWords(c, c.Payments[of].Eligible, " is ")
	}
	return text
}

// successionSentence says who takes a party's place.
func successionSentence(c *contracts.Contract, p *contracts.Party) string {
	return "From " + p.SucceededOn.Long() + " on the " + wording.Spaced(c.Parties[p.SucceededBy].ID) + " stands in the place of the " + wording.Spaced(p.ID) + ", with all it holds and owes."
}
