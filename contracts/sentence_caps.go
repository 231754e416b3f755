package contracts

import (
	"strings"

	"outturn/contracts/formula"
)

// This file says caps in words.

// capWords says a cap as a payment's sentence holds it: "not above £4,000.00 a family".
func (c *Contract) capWords(k *Cap) string {
	per := c.levelParts(k.Per)
	for i := range per {
		per[i] = article(per[i])
	}
	each := " in all"
	if len(per) > 0 {
		each = " " + list(per)
	}
	text := "not above " + c.valued(k.NotAbove) + each
	if k.Payer >= 0 {
		text = "of which the " + spaced(c.Parties[k.Payer].ID) + " pays " + text
	}
	if k.Counting >= 0 {
		text = "for no more than " + c.valued(k.NotAbove)
		if k.NotAbove.Op == formula.OpLiteral {
			text += " places, each " + article(spaced(c.Units[k.Counting].Name)) + ","
			if len(per) == 0 {
				text = strings.TrimSuffix(text, ",")
			}
		}
		if len(per) > 0 {
			text += each
		}
	}
	if k.Claims {
		text = "for no more than " + c.valued(k.NotAbove) + " of these payments" + each
	}
	switch k.Order {
	case OrderDays:
		days := make([]string, len(k.Days))
		for i := range k.Days {
			days[i] = k.Days[i].words()
		}
		text += ", first by " + list(days)
	case OrderProRata:
		text += ", in proportion"
	case OrderLargest:
		text += ", the largest first"
	case OrderListed: // the order in which the contract lists them needs no words
	}
	return text
}

func (c *Contract) capSentence(k *Cap) string {
	text := capital(c.paymentNames(k.Over)) + ": " + strings.TrimPrefix(c.capWords(k), "of which ")
	if k.Order == OrderListed {
		text += ", in the order listed"
	}
	text += "; what is beyond " + c.beyondWords(k)
	switch k.Places {
	case PlacesStand:
		text += "; settled places stand"
	case PlacesMove:
		text += "; settled places may move"
	}
	if k.Dated != nil {
		text += "; charged by " + k.Dated.words()
	}
	return text + "." + clauseWords(k.Clause)
}

// beyondWords says what becomes of what a cap leaves out.
func (c *Contract) beyondWords(k *Cap) string {
	switch k.Beyond {
	case BeyondFalls:
		return "falls to the " + spaced(c.Parties[k.BeyondTo].ID)
	case BeyondRefuse:
		return "is refused"
	default:
		return "is cut"
	}
}
