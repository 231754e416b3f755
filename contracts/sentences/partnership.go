package sentences

import (
	"slices"
	"strconv"
	"strings"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/wording"
)

// This file says partnerships, what is given in kind, and stakes.

// InKind says a contribution in kind in one sentence.
func InKind(c *contracts.Contract, k *contracts.InKind) string {
	text := wording.Capital(payeeWords(c, k.By)) + " gives " + payeeWords(c, k.To) + " " + wording.OrName(k.Called, k.Name) + " in kind"
	if per := Level(c, k.Per); !slices.Contains([]string{"", "contract", "the contract"}, per) {
		text += ", for each " + per
	}
	return text + ": " + Formula(c, k.Accepted) + " of " + Formula(c, k.Offered) + ", at " + Formula(c, k.Price) + " each; it is counted, and never paid. (" + k.Clause + ")"
}

func partnershipSentence(c *contracts.Contract) string {
	var partners, benefits []string
	for _, p := range c.Partnership.Partners {
		text := wording.Spaced(c.Parties[p.Party].ID) + " (" + string(p.Side) + ", may lose "
		switch {
		case p.LossLimit == nil:
			text += "any sum)"
		case p.LossLimit.Literal.Num.IsZero():
			text += "nothing)"
		default:
			text += "up to " + Formula(c, p.LossLimit) + ")"
		}
		partners = append(partners, text)
	}
	for _, b := range c.Partnership.Benefits {
		benefits = append(benefits, c.Savings[b.Saving].Name+"."+c.Savings[b.Saving].Steps[b.Step].Name)
	}
	return "The partners are " + wording.List(partners) + limitWords(c) + "; they benefit by " + wording.Spaced(strings.Join(benefits, ", ")) + reportedWords(c) + ". (" + c.Partnership.Clause + ")"
}

// limitWords say what becomes of what a partner loses beyond its limit.
func limitWords(c *contracts.Contract) string {
	limited := slices.ContainsFunc(c.Partnership.Partners, func(o contracts.Partner) bool { return o.LossLimit != nil })
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
func lossesSentence(c *contracts.Contract, p *contracts.Payment) string {
	how := "in proportion to what they gain; where the gains do not cover all, the same part of each is made good"
	if c.Partnership.BelowLimit.MadeGood == contracts.AsListed {
		how = "in the order of the parties"
	}
	return "From " + c.Partnership.BelowLimit.From.Long() + " on, partners who gain pay what partners lose beyond what they signed to lose, to date and before this payment, never more than they gain, " + how + ". (" + p.Clause + ")"
}

// reportedWords say what the board reads beside the money.
func reportedWords(c *contracts.Contract) string {
	p, text := c.Partnership, ""
	if p.By >= 0 {
		text += ", worked out by " + wording.Spaced(c.Periods[p.By].Name)
	}
	var names []string
	for _, at := range p.Indicators {
		names = append(names, quantityCalled(c, at))
	}
	if len(names) > 0 {
		text += "; reported without money: " + wording.List(names)
	}
	if p.Spend.Reactive >= 0 {
		text += "; the shift reported is from " + quantityCalled(c, p.Spend.Reactive) + " to " + quantityCalled(c, p.Spend.Preventative)
	}
	if p.SmallNumbers > 0 {
		text += "; reports show no count below " + strconv.Itoa(p.SmallNumbers)
	}
	return text
}

func quantityCalled(c *contracts.Contract, at int) string {
	q := &c.Quantities[at]
	return strings.TrimSpace(wording.OrName(q.Called, q.Name))
}

// stakeSentence says a stake: what is put in, how it grows, and by what it has its return.
func stakeSentence(c *contracts.Contract, s *contracts.Stake) string {
	each := wording.Spaced(c.Periods[s.Period].Name)
	text := "The stake of " + wording.OrName(s.Called, s.Name)
	if s.OpensWith != nil {
		text += " opens with " + Formula(c, s.OpensWith)
	}
	if s.PutsIn != nil {
		if s.OpensWith != nil {
			text += " and"
		}
		text += " puts in " + Formula(c, s.PutsIn) + " each " + each + map[bool]string{true: ", on its first day", false: ", on its last day"}[s.OnFirstDay]
	}
	text += "; it grows by " + Formula(c, s.Rate) + " a year, " + [...]string{"", "actual days over 365", "actual days over 360", "months of 30 days over 360"}[s.Days] + ", "
	if s.Compounds {
		text += "added at the end of each " + each
	} else {
		text += "never on growth"
	}
	return text + ", rounded " + roundingWords(c, s.Rounded, formula.Money) + "; it has its return by " + PaymentNames(c, s.HadBy) + ". (" + s.Clause + ")"
}
