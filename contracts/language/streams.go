package language

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/document"
	"outturn/contracts/wording"
)

// This file reads streams: accounts that say what their money may be spent on. What is restricted stays so wherever the
// money goes.

// unrestricted is what a stream is restricted to whose money may be spent on anything.
const unrestricted = "nothing"

// startStream reads what an account's money may be spent on and when, which decides what its payments may be.
func (d *decoder) startStream(n *document.Node, a *contracts.Account, who string) {
	a.Between = d.term()
	restricted := n.Get("restricted_to")
	if restricted == nil {
		for _, key := range []string{"between", "eligible"} {
			if v := n.Get(key); v != nil && !n.Has("restricted_to") {
				d.Bad(v, document.Fault{Message: fmt.Sprintf("%s says %s, and not what it is restricted_to", who, key), Options: []document.Option{
					{Word: "restricted_to: PURPOSE", Means: "its money may be spent on that one thing, and stays restricted wherever it goes"},
					{Word: "restricted_to: " + unrestricted, Means: "its money may be spent on anything"}}})
			}
		}
		return
	}
	if restricted.Bad || !d.purposeFits(restricted, who) {
		return
	}
	a.Stream = true
	if restricted.Text != unrestricted {
		a.RestrictedTo = restricted.Text
	}
	between := n.Get("between")
	a.Between = d.span(between, who+", between", d.term())
	if between == nil || between.Bad || a.Between.First == 0 || a.Between.Last == 0 {
		return
	}
	series := &d.c.Periods[a.Period].Series
	if a.Between.Intersect(d.term()) != a.Between {
		d.Bad(between, document.Fault{Message: who + ", between: it reaches beyond the contract's term", Expected: "days within " + d.term().String(), Found: a.Between.String()})
	} else if !d.wholePeriods(a.Period, a.Between) {
		f := document.Fault{Message: fmt.Sprintf("%s, between: it begins or ends within a %s, and the account stands per %s", who, wording.Spaced(d.c.Periods[a.Period].Name), wording.Spaced(d.c.Periods[a.Period].Name)), Found: a.Between.String()}
		if number, ok := series.Number(a.Between.Last); ok {
			span, _ := series.Span(number)
			f.Expected = "whole periods: the last would be " + span.String()
		}
		d.Bad(between, f)
	}
}

// wholePeriods says whether a stretch of time begins and ends with periods of a series, or with the contract.
func (d *decoder) wholePeriods(period int, s calendar.Span) bool {
	series := &d.c.Periods[period].Series
	first, begins := series.Number(s.First)
	last, ends := series.Number(s.Last)
	if !begins || !ends {
		return false
	}
	from, _ := series.Span(first)
	to, _ := series.Span(last)
	return max(from.First, d.c.First) == s.First && min(to.Last, d.c.Last) == s.Last
}

// purposeFits holds what money is restricted to against what a name may be.
func (d *decoder) purposeFits(n *document.Node, who string) bool {
	if n.Text == unrestricted {
		return true
	}
	return d.nameFits(n, who+", restricted_to", reserved)
}

// readEligible reads what must hold of a use, at the level of each payment that the stream makes.
func (d *decoder) readEligible(n *document.Node, account int) {
	if n == nil || n.Bad {
		return
	}
	for i := range d.c.Payments {
		p := &d.c.Payments[i]
		if p.From.Account != account || p.For == contracts.ForLeftOver || d.payments[i].Bad {
			continue
		}
		r := &reader{who: fmt.Sprintf("account %s, eligible, of payment %s", d.c.Accounts[account].Name, p.Name), self: thing{paymentThing, i}, levels: []contracts.Level{p.Per}, hand: -1}
		p.Eligible = d.condition(r, n)
	}
}

// purposesKept refuses payments by which restricted money would lose its purpose, or come to have another.
func (d *decoder) purposesKept() {
	for i := range d.c.Payments {
		p, n := &d.c.Payments[i], d.payments[i]
		if n.Bad {
			continue
		}
		who := "payment " + p.Name
		own := ""
		if from := p.From.Account; from >= 0 {
			own = d.c.Accounts[from].RestrictedTo
		}
		said := n.Get("restricted_to")
		if p.For == contracts.ForLeftOver {
			said = nil
		}
		if said != nil && (said.Bad || !d.purposeFits(said, who)) {
			continue
		}
		if said != nil && said.Text == unrestricted {
			p.RestrictedTo = ""
			d.Bad(said, document.Fault{Message: who + ", restricted_to: nothing is no restriction", Remedy: "leave it out: what a party is paid is its own"})
			continue
		}
		if own != "" && p.RestrictedTo != "" && p.RestrictedTo != own {
			d.Bad(said, document.Fault{Message: fmt.Sprintf("%s: it comes from %s, which may be spent on %s alone, and cannot become money for %s", who, p.From.Name, own, p.RestrictedTo),
				Remedy: "restricted money keeps its purpose: write " + own + ", or pay from another account"})
		}
		if p.To.Account < 0 {
			continue
		}
		to := &d.c.Accounts[p.To.Account]
		kept := own
		if p.RestrictedTo != "" {
			kept = p.RestrictedTo
		}
		if kept != "" && to.RestrictedTo != kept {
			d.Fault(n.Place(), document.Fault{Message: fmt.Sprintf("%s: its money may be spent on %s alone, and goes into %s, which is not restricted to it", who, kept, to.Name),
				Remedy: "write restricted_to: " + kept + " of the account " + to.Name})
		}
		if to.Stream && p.Held != nil {
			d.Fault(n.Get("held").Place(), document.Fault{Message: who + ": part of it is held back, and what is held has not come into " + to.Name, Remedy: "hold back of what the stream pays, and not of what it receives"})
		}
	}
}
