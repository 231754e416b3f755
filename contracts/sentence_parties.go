package contracts

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts/calendar"
)

// This file says who tells what, whose payments wait for whose, who takes a party's place, and streams of money.

// handSentences say who tells what, and whose payments wait for whose, in the contract's order.
func (c *Contract) handSentences() (all []string) {
	for i := range c.Evidence {
		k := &c.Evidence[i]
		if len(k.ToldBy) == 0 {
			continue
		}
		tell := make([]string, len(k.ToldBy))
		for j, who := range k.ToldBy {
			tell[j] = "the " + spaced(who)
		}
		all = append(all, fmt.Sprintf("%s is told by %s alone.%s", capital(spaced(k.Name)), strings.Join(tell, " or "), clauseWords(k.Clause)))
	}
	for i := range c.Parties {
		if p := &c.Parties[i]; p.ReleasesAfter >= 0 {
			all = append(all, fmt.Sprintf("What the %s pays is released after what the %s pays the same payee on the same statement.", spaced(p.ID), spaced(c.Parties[p.ReleasesAfter].ID)))
		}
	}
	return all
}

// streamWords says what a stream may be spent on, and when.
func (c *Contract) streamWords(a *Account) string {
	text := ", may be spent on " + spaced(a.RestrictedTo) + " alone"
	if a.RestrictedTo == "" {
		text = ", may be spent on anything"
	}
	if a.Between != (calendar.Span{First: c.First, Last: c.Last}) {
		text += ", from " + a.Between.First.Long() + " to " + a.Between.Last.Long()
	}
	of := slices.IndexFunc(c.Payments, func(p Payment) bool {
		return p.Eligible != nil && p.From.Account >= 0 && &c.Accounts[p.From.Account] == a
	})
	if of >= 0 {
		text += ", where " + c.conditionWords(c.Payments[of].Eligible, " is ")
	}
	return text
}

// successionSentence says who takes a party's place.
func (c *Contract) successionSentence(p *Party) string {
	return "From " + p.SucceededOn.Long() + " on the " + spaced(c.Parties[p.SucceededBy].ID) + " stands in the place of the " + spaced(p.ID) + ", with all it holds and owes."
}
