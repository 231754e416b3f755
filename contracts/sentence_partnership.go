package contracts

import (
	"slices"
	"strconv"
	"strings"

	"outturn/contracts/formula"
)

// This file says partnerships, what is given in kind, and stakes.

// InKindSentence says a contribution in kind in one sentence.
func (c *Contract) InKindSentence(k *InKind) string {
	text := capital(c.payeeWords(k.By)) + " gives " + c.payeeWords(k.To) + " " + orName(k.Called, k.Name) + " in kind"
	if per := c.levelWords(k.Per); !slices.Contains([]string{"", "contract", "the contract"}, per) {
		text += ", for each " + per
	}
	return text + ": " + c.formulaWords(k.Accepted) + " of " + c.formulaWords(k.Offered) + ", at " + c.formulaWords(k.Price) + " each; it is counted, and never paid. (" + k.Clause + ")"
}

func (c *Contract) partnershipSentence() string {
	var partners, benefits []string
	for _, p := range c.Partnership.Partners {
		text := spaced(c.Parties[p.Party].ID) + " (" + string(p.Side) + ", may lose "
		switch {
		case p.LossLimit == nil:
			text += "any sum)"
		case p.LossLimit.Literal.Num.IsZero():
			text += "nothing)"
		default:
			text += "up to " + c.formulaWords(p.LossLimit) + ")"
		}
		partners = append(partners, text)
	}
	for _, b := range c.Partnership.Benefits {
		benefits = append(benefits, c.Savings[b.Saving].Name+"."+c.Savings[b.Saving].Steps[b.Step].Name)
	}
	return "The partners are " + list(partners) + "; they benefit by " + spaced(strings.Join(benefits, ", ")) + c.reportedWords() + ". (" + c.Partnership.Clause + ")"
}

// reportedWords say what the board reads beside the money.
func (c *Contract) reportedWords() string {
	p, text := c.Partnership, ""
	if p.By >= 0 {
		text += ", worked out by " + spaced(c.Periods[p.By].Name)
	}
	var names []string
	for _, at := range p.Indicators {
		names = append(names, c.quantityCalled(at))
	}
	if len(names) > 0 {
		text += "; reported without money: " + list(names)
	}
	if p.Spend.Reactive >= 0 {
		text += "; the shift reported is from " + c.quantityCalled(p.Spend.Reactive) + " to " + c.quantityCalled(p.Spend.Preventative)
	}
	if p.SmallNumbers > 0 {
		text += "; reports show no count below " + strconv.Itoa(p.SmallNumbers)
	}
	return text
}

func (c *Contract) quantityCalled(at int) string {
	q := &c.Quantities[at]
	return strings.TrimSpace(orName(q.Called, q.Name))
}

// stakeSentence says a stake: what is put in, how it grows, and by what it has its return.
func (c *Contract) stakeSentence(s *Stake) string {
	each := spaced(c.Periods[s.Period].Name)
	text := "The stake of " + orName(s.Called, s.Name)
	if s.OpensWith != nil {
		text += " opens with " + c.formulaWords(s.OpensWith)
	}
	if s.PutsIn != nil {
		if s.OpensWith != nil {
			text += " and"
		}
		text += " puts in " + c.formulaWords(s.PutsIn) + " each " + each + map[bool]string{true: ", on its first day", false: ", on its last day"}[s.OnFirstDay]
	}
	text += "; it grows by " + c.formulaWords(s.Rate) + " a year, " + [...]string{"", "actual days over 365", "actual days over 360", "months of 30 days over 360"}[s.Days] + ", "
	if s.Compounds {
		text += "added at the end of each " + each
	} else {
		text += "never on growth"
	}
	return text + ", rounded " + c.roundingWords(s.Rounded, formula.Money) + "; it has its return by " + c.paymentNames(s.HadBy) + ". (" + s.Clause + ")"
}
