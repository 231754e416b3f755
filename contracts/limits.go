package contracts

import (
	"fmt"
	"slices"

	"outturn/contracts/calendar"
)

// This file reads what becomes of what a partner loses beyond its limit: it is shown, or those who gain make it good.

// MadeGood says how those who gain make losses good.
type MadeGood uint8

// ProRata: each pays in proportion to what it gains, and where the gains do not cover all, of each loss beyond a limit the
// same part is made good. AsListed: in the order of the parties, each as far as its gain goes, and so whose loss is made good.
const (
	ProRata MadeGood = iota + 1
	AsListed
)

// LossesMadeGood is the payment by which losses beyond a limit are made good. It stands after the contract's own payments.
const LossesMadeGood = "losses_made_good"

// BelowLimit says what becomes of what a partner loses beyond its limit. The zero BelowLimit shows it, and the payments that
// would cure it, and pays nothing.
type BelowLimit struct {
	MadeGood MadeGood
	From     calendar.Date // settlements through this day or later make good
}

var belowLimitShape = either("shown, or made_good and from",
	words("what becomes of it", Option{"shown", "the statement shows it, and the payments that would cure it; nobody pays them"}),
	mapOf("made_good and from",
		must("made_good", "how those who gain make it good", words("how those who gain pay", madeGoodWords...)),
		must("from", "the first day through which a settlement makes it good", dateShape)))

var madeGoodWords = []Option{{"pro_rata", "each in proportion to what it gains; where that does not cover all, the same part of each loss beyond a limit"},
	{"as_listed", "in the order of the parties, each as far as its gain goes; and so whose loss is made good"}}

// readBelowLimit reads below_limit, which must stand where a limit was signed, and adds the payment that makes good.
func (d *decoder) readBelowLimit(n *node, p *Partnership) {
	said := n.get("below_limit")
	limited := slices.ContainsFunc(p.Partners, func(o Partner) bool { return o.LossLimit != nil })
	switch {
	case !n.has("below_limit") && limited:
		f := Fault{Message: "partnership does not say \"below_limit\": a partner signed to lose only so much, and whether what it loses beyond that is made good moves money",
			Options: []Option{belowLimitShape.options()[0]}}
		for _, how := range madeGoodWords {
			for _, from := range []struct {
				day  calendar.Date
				when string
			}{{d.c.First, "at every settlement"}, {d.c.Last, "once the term is over"}} {
				f.Options = append(f.Options, Option{fmt.Sprintf("{made_good: %s, from: %s}", how.Word, from.day), "those who gain make it good, " + from.when + ": " + how.Means})
			}
		}
		d.fault(n.place(), f)
		return
	case said == nil || said.bad || said.kind == scalarNode && limited:
		return
	case !limited:
		d.bad(said, Fault{Message: "partnership, below_limit: every partner signed for any loss, so that none is below its limit", Remedy: "leave it out, or give a partner a loss_limit"})
		return
	}
	from := said.get("from")
	b := BelowLimit{MadeGood: ProRata, From: d.date(from, "partnership, below_limit, from")}
	if said.value("made_good") == "as_listed" {
		b.MadeGood = AsListed
	}
	if from == nil || from.bad || said.get("made_good") == nil {
		return
	}
	switch t, taken := d.things[LossesMadeGood]; {
	case !d.term().Contains(b.From):
		d.bad(from, Fault{Message: "partnership, below_limit, from", Expected: "a day of the term, " + d.term().String(), Found: from.text})
		return
	case d.c.Shadow.First <= b.From && b.From <= d.c.Shadow.Last:
		d.bad(from, Fault{Message: "partnership, below_limit, from: on " + from.text + " the contract is in the shadow and nobody pays", Remedy: "name a day outside " + d.c.Shadow.String()})
		return
	case taken:
		d.bad(d.nodeOf(t), Fault{Message: "partnership, below_limit: losses are made good by a payment called " + LossesMadeGood + ", and that name is taken", Remedy: "rename the other"})
		return
	case len(d.c.ExclusiveWith) > 0:
		d.bad(said, Fault{Message: "partnership, below_limit: the contract excludes others, and what makes a loss good is of no one unit, so that the part of one who is claimed elsewhere cannot be left out", Remedy: "write shown"})
		return
	}
	p.BelowLimit = b
	partners := Payee{Party: -1, Division: -1, Account: -1, Name: "partners"}
	d.payments = append(d.payments, n)
	d.c.Payments = append(d.c.Payments, Payment{Name: LossesMadeGood, Clause: p.Clause, From: partners, To: partners, Per: ContractLevel(), For: ForLosses,
		Due: Due{ClaimedBy: -1, ValidatedBy: -1}, Between: calendar.Span{First: b.From, Last: d.c.Last}})
}

// limitWords say what becomes of what a partner loses beyond its limit.
func (c *Contract) limitWords() string {
	limited := slices.ContainsFunc(c.Partnership.Partners, func(o Partner) bool { return o.LossLimit != nil })
	switch b := c.Partnership.BelowLimit; {
	case !limited:
		return ""
	case b.MadeGood == 0:
		return "; what one loses beyond its limit is shown, and not made good"
	default:
		return "; what one loses beyond its limit is made good from " + b.From.Long() + " on"
	}
}

// lossesSentence says who makes losses good, and how far.
func (c *Contract) lossesSentence(p *Payment) string {
	how := "in proportion to what they gain; where the gains do not cover all, the same part of each is made good"
	if c.Partnership.BelowLimit.MadeGood == AsListed {
		how = "in the order of the parties"
	}
	return "From " + c.Partnership.BelowLimit.From.Long() + " on, partners who gain pay what partners lose beyond what they signed to lose, to date and before this payment, never more than they gain, " + how + ". (" + p.Clause + ")"
}
