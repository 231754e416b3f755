package sentences

import (
	"strings"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/wording"
)

// This file says caps in words.

// capWords says a cap as a payment's sentence holds it: "not above £4,000.00 a family".
func capWords(c *contracts.Contract, k *contracts.Cap) string {
	per := LevelParts(c, k.Per)
	for i := range per {
		per[i] = wording.Article(per[i])
	}
	each := " in all"
	if len(per) > 0 {
		each = " " + wording.List(per)
	}
	text := "not above " + valued(c, k.NotAbove) + each
	if k.Payer >= 0 {
		text = "of which the " + wording.Spaced(c.Parties[k.Payer].ID) + " pays " + text
	}
	if k.Counting >= 0 {
		text = "for no more than " + valued(c, k.NotAbove)
		if k.NotAbove.Op == formula.OpLiteral {
			text += " places, each " + wording.Article(wording.Spaced(c.Units[k.Counting].Name)) + ","
			if len(per) == 0 {
				text = strings.TrimSuffix(text, ",")
			}
		}
		if len(per) > 0 {
			text += each
		}
	}
	if k.Claims {
		text = "for no more than " + valued(c, k.NotAbove) + " of these payments" + each
	}
	switch k.Order {
	case contracts.OrderDays:
		days := make([]string, len(k.Days))
		for i := range k.Days {
			days[i] = dayWords(&k.Days[i])
		}
		text += ", first by " + wording.List(days)
	case contracts.OrderProRata:
		text += ", in proportion"
	case contracts.OrderLargest:
		text += ", the largest first"
	case contracts.OrderListed: // the order in which the contract lists them needs no words
	}
	return text
}

func capSentence(c *contracts.Contract, k *contracts.Cap) string {
	text := wording.Capital(PaymentNames(c, k.Over)) + ": " + strings.TrimPrefix(capWords(c, k), "of which ")
	if k.Order == contracts.OrderListed {
		text += ", in the order listed"
	}
	text += "; what is beyond " + beyondWords(c, k)
	switch k.Places {
	case contracts.PlacesStand:
		text += "; settled places stand"
	case contracts.PlacesMove:
		text += "; settled places may move"
	}
	if k.Dated != nil {
		text += "; charged by " + dayWords(k.Dated)
	}
	return text + "." + clauseWords(k.Clause)
}

// beyondWords says what becomes of what a cap leaves out.
func beyondWords(c *contracts.Contract, k *contracts.Cap) string {
	switch k.Beyond {
	case contracts.BeyondFalls:
		return "falls to the " + wording.Spaced(c.Parties[k.BeyondTo].ID)
	case contracts.BeyondRefuse:
		return "is refused"
	default:
		return "is cut"
	}
}
