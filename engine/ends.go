package engine

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// This file holds what was settled against the contract as it now is: that each payment is still between the same.

// sameEnds refuses a contract in which a payment that was settled is now between others: what was posted to one party
// cannot be taken from another. A variation ends a payment and adds one. What fell to a party beyond a cap on another may
// be taken back from it when the cap is no longer there.
func sameEnds(c *contracts.Contract, number int, prior *Prior) error {
	for _, p := range prior.Postings {
		at := c.PaymentIndex(p.Payment)
		if at < 0 {
			continue // folding the lines says so
		}
		pay := &c.Payments[at]
		from, to := isEnd(c, &pay.From, p.From) || mayPay(c, at, p.From), isEnd(c, &pay.To, p.To)
		if to && !from {
			var err error
			if from, err = fellTo(c, prior, &p); err != nil {
				return fmt.Errorf("statement %d: %w", number, err)
			}
		}
		if !from || !to {
			return fmt.Errorf("statement %d settled payment %s (%s) from %s to %s, and the contract now has it between others: end the payment with between, and add another",
				number, pay.Name, pay.Clause, p.From, p.To)
		}
	}
	return nil
}

// fellTo says whether a party of the contract paid what it did of a payment under a cap on another: whether it has a part
// of lines that a cap cut, and of no others.
func fellTo(c *contracts.Contract, prior *Prior, p *statements.Posting) (bool, error) {
	named := func(leg *statements.Leg) bool {
		at := slices.IndexFunc(c.Parties, func(o contracts.Party) bool { return o.ID == leg.Party })
		return at >= 0 && leg.Side == "from" && (leg.Party == p.From || follows(c, p.From, at))
	}
	if prior.Whole {
		return false, fmt.Errorf("whether what %s paid of %s fell to it is said by the lines of roots, and here are those of the whole alone", p.From, p.Payment)
	}
	fell := false
	first := evidence.Unit{Type: len(c.Units)}
	for i := range c.Units {
		if one := (evidence.Unit{Type: i}); c.Units[i].PartOf < 0 && (first.Type == len(c.Units) || evidence.CompareUnits(c, &one, &first) < 0) {
			first = one
		}
	}
	for r, err := range prior.Lines(first.Type, "") {
		if err != nil {
			return false, err
		}
		for i := range r.Lines {
			l := &r.Lines[i]
			if l.Payment != p.Payment || !slices.ContainsFunc(l.Legs, func(leg statements.Leg) bool { return named(&leg) }) {
				continue
			}
			if len(l.Notes) == 0 {
				return false, nil
			}
			fell = true
		}
	}
	return fell, nil
}

// mayPay says whether a party may pay a payment, or what of it falls to it beyond another's cap.
func mayPay(c *contracts.Contract, payment int, party string) bool {
	return slices.ContainsFunc(c.Payers(payment), func(p int) bool { return c.Parties[p].ID == party })
}

// isEnd says whether a party may stand at an end of a payment.
func isEnd(c *contracts.Contract, e *contracts.Payee, party string) bool {
	if e.Party >= 0 {
		return c.Parties[e.Party].ID == party || follows(c, party, e.Party)
	}
	if e.Division < 0 {
		return true // the party of a role, at the line's level
	}
	for _, t := range c.Divisions[e.Division].Tranches {
		for _, p := range t.Parties {
			if c.Parties[p].ID == party || follows(c, party, p) {
				return true
			}
		}
	}
	return false
}

// follows says whether a party takes another's place at some time.
func follows(c *contracts.Contract, party string, other int) bool {
	for other = c.Parties[other].SucceededBy; other >= 0; other = c.Parties[other].SucceededBy {
		if c.Parties[other].ID == party {
			return true
		}
	}
	return false
}
