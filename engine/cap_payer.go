package engine

import (
	"slices"

	"outturn/contracts"
	"outturn/contracts/money"
)

// This file holds what caps on one payer need: its part of a line, wherever the line is divided, and who pays what is
// beyond.

// payers are the parts that each payer has of a line, before what falls to others.
func (r *reader) payers(l *rawLine) ([]part, error) {
	from := &r.c.Payments[l.payment].From
	switch {
	case l.parts != nil:
		return l.parts, nil
	case from.Division < 0:
		return []part{{partyOf(from, &l.key), l.toDate}}, nil
	}
	minors, err := r.split(&r.c.Divisions[from.Division], l.toDate, l.unit, &l.key)
	if err != nil {
		return nil, err
	}
	var parts []part
	for party, minor := range minors {
		if minor != 0 {
			parts = append(parts, part{party, minor})
		}
	}
	return parts, nil
}

// asks is what a line asks for under a cap: its sum, or the part of the payer that the cap is on.
func (r *reader) asks(k *contracts.Cap, l *rawLine) (int64, error) {
	if k.Payer < 0 || l.toDate == 0 {
		return l.toDate, nil
	}
	parts, err := r.payers(l)
	for _, p := range parts {
		if p.party == k.Payer {
			return p.minor, err
		}
	}
	return 0, err
}

// allow lowers a line, or one payer's part, from what was asked to what a cap allows. What is beyond a payer's cap falls
// to another, where the cap says so; otherwise the line is worth so much less.
func (r *reader) allow(k *contracts.Cap, l *rawLine, asked, allowed int64) error {
	if k.Payer < 0 {
		return r.lower(l, allowed)
	}
	parts, err := r.payers(l)
	if err != nil {
		return err
	}
	l.parts = slices.Clone(parts) // lines are shared as they were before caps
	for i := range l.parts {
		if l.parts[i].party == k.Payer {
			l.parts[i].minor = allowed
		}
	}
	if k.Beyond != contracts.BeyondFalls {
		l.toDate -= asked - allowed
		return nil
	}
	at := slices.IndexFunc(l.parts, func(p part) bool { return p.party == k.BeyondTo })
	if at < 0 {
		at = len(l.parts)
		l.parts = append(l.parts, part{party: k.BeyondTo})
	}
	l.parts[at].minor += asked - allowed
	return nil
}

// lower makes a line worth less. Where caps have said what each payer has of it, each has less in proportion, and none more.
func (r *reader) lower(l *rawLine, to int64) error {
	if l.parts != nil && to != l.toDate {
		weights := make([]money.Exact, len(l.parts))
		for i := range l.parts {
			weights[i] = money.Int(l.parts[i].minor)
		}
		amounts, err := money.Allocate(money.FromMinor(r.c.Currency, to), r.c.Currency, r.c.Rounding.Unit, weights, money.LargestRemainder)
		if err != nil {
			return err
		}
		l.parts = slices.Clone(l.parts)
		for i := range l.parts {
			l.parts[i].minor, _ = amounts[i].Minor()
		}
	}
	l.toDate = to
	return nil
}

// capText says a cap's limit, and whose it is.
func (p *plan) capText(k *contracts.Cap, limit string) string {
	text := "not above " + limit
	if k.Claims {
		text = "no more than " + limit + " of these payments"
	}
	if k.Payer >= 0 {
		text = p.c.Parties[k.Payer].ID + " pays " + text
	}
	if k.Beyond == contracts.BeyondFalls {
		text += ", the rest falls to " + p.c.Parties[k.BeyondTo].ID
	}
	return text
}
