package language

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/document"
)

// This file reads what becomes of what a partner loses beyond its limit: it is shown, or those who gain make it good.

var belowLimitShape = either("shown, or made_good and from",
	words("what becomes of it", option("shown", "the statement shows it, and the payments that would cure it; nobody pays them")),
	mapOf("made_good and from",
		must("made_good", "how those who gain make it good", words("how those who gain pay", madeGoodWords...)),
		must("from", "the first day through which a settlement makes it good", dateShape)))

var madeGoodWords = []document.Option{{Word: "pro_rata", Means: "each in proportion to what it gains; where that does not cover all, the same part of each loss beyond a limit"},
	{Word: "as_listed", Means: "in the order of the parties, each as far as its gain goes; and so whose loss is made good"}}

// readBelowLimit reads below_limit, which must stand where a limit was signed, and adds the payment that makes good.
func (d *decoder) readBelowLimit(n *document.Node, p *contracts.Partnership) {
	said := n.Get("below_limit")
	limited := slices.ContainsFunc(p.Partners, func(o contracts.Partner) bool { return o.LossLimit != nil })
	switch {
	case !n.Has("below_limit") && limited:
		f := document.Fault{Message: "partnership does not say \"below_limit\": a partner signed to lose only so much, and whether what it loses beyond that is made good moves money",
			Options: []document.Option{belowLimitShape.options()[0]}}
		for _, how := range madeGoodWords {
			for _, from := range []struct {
				day  calendar.Date
				when string
			}{{d.c.First, "at every settlement"}, {d.c.Last, "once the term is over"}} {
				f.Options = append(f.Options, option(fmt.Sprintf("{made_good: %s, from: %s}", how.Word, from.day), "those who gain make it good, "+from.when+": "+how.Means))
			}
		}
		d.Fault(n.Place(), f)
		return
	case said == nil || said.Bad || said.Kind == document.Scalar && limited:
		return
	case !limited:
		d.Bad(said, document.Fault{Message: "partnership, below_limit: every partner signed for any loss, so that none is below its limit", Remedy: "leave it out, or give a partner a loss_limit"})
		return
	}
	from := said.Get("from")
	b := contracts.BelowLimit{MadeGood: contracts.ProRata, From: d.date(from, "partnership, below_limit, from")}
	if said.Value("made_good") == "as_listed" {
		b.MadeGood = contracts.AsListed
	}
	if from == nil || from.Bad || said.Get("made_good") == nil {
		return
	}
	switch t, taken := d.things[contracts.LossesMadeGood]; {
	case !d.term().Contains(b.From):
		d.Bad(from, document.Fault{Message: "partnership, below_limit, from", Expected: "a day of the term, " + d.term().String(), Found: from.Text})
		return
	case d.c.Shadow.First <= b.From && b.From <= d.c.Shadow.Last:
		d.Bad(from, document.Fault{Message: "partnership, below_limit, from: on " + from.Text + " the contract is in the shadow and nobody pays", Remedy: "name a day outside " + d.c.Shadow.String()})
		return
	case taken:
		d.Bad(d.nodeOf(t), document.Fault{Message: "partnership, below_limit: losses are made good by a payment called " + contracts.LossesMadeGood + ", and that name is taken", Remedy: "rename the other"})
		return
	case len(d.c.ExclusiveWith) > 0:
		d.Bad(said, document.Fault{Message: "partnership, below_limit: the contract excludes others, and what makes a loss good is of no one unit, so that the part of one who is claimed elsewhere cannot be left out", Remedy: "write shown"})
		return
	}
	p.BelowLimit = b
	partners := contracts.Payee{Party: -1, Division: -1, Account: -1, Name: "partners"}
	d.payments = append(d.payments, n)
	d.c.Payments = append(d.c.Payments, contracts.Payment{Name: contracts.LossesMadeGood, Clause: p.Clause, From: partners, To: partners, Per: contracts.ContractLevel(), For: contracts.ForLosses,
		Due: contracts.Due{ClaimedBy: -1, ValidatedBy: -1}, Between: calendar.Span{First: b.From, Last: d.c.Last}})
}
