package report

import (
	"errors"
	"fmt"

	"outturn/contracts/money"
	"outturn/engine/statements"
)

// This file asks what would be left of a partnership if a party withdrew, a partner or whoever pays a grant: the same
// evidence without what it puts in. It moves no money and settles nothing.

// Bear says by what the others would bear what a party no longer puts in.
type Bear string

// By what each benefits, or by what each puts in now.
const (
	BearBenefit      Bear = "benefit"
	BearContribution Bear = "contribution"
)

// Withdrawal is what would be left. What the party paid to others than partners, and put in in kind, would have to be borne
// by those who stay, so that the programme goes on as it did; what it paid partners they would no longer have, and what it
// received they would no longer pay it. Its own benefit stays with it: the programme goes on.
type Withdrawal struct {
	Party   string       `json:"party"`
	By      Bear         `json:"by"`
	ToBear  money.Amount `json:"to_bear"`
	Lost    money.Amount `json:"lost"` // what partners no longer receive from it, less what they no longer pay it
	Stay    []Left       `json:"stay"`
	Put     money.Amount `json:"put"`     // by all who stay, with what they would bear
	Had     money.Amount `json:"had"`     // by all who stay
	Exceeds bool         `json:"exceeds"` // what they have covers what they put in
	Free    money.Amount `json:"free"`    // the benefit that the party would have for nothing
}

// Left is how one who stays would stand.
type Left struct {
	Party string        `json:"party"`
	Name  string        `json:"name,omitempty"`
	Bears money.Amount  `json:"bears"`
	Lost  money.Amount  `json:"lost"`
	Was   money.Amount  `json:"was"` // net
	Net   money.Amount  `json:"net"`
	Short *money.Amount `json:"short,omitempty"` // what it would lose beyond what it signed for
}

// Without works out what would be left if a party withdrew. Counts are not in it, so none is kept out: it is for those who
// settle.
func Without(in Input, party string, by Bear) (*Withdrawal, error) {
	in.Small = 0
	m, err := newMaker(in)
	if err != nil {
		return nil, err
	}
	switch {
	case m.last.Partnership == nil:
		return nil, fmt.Errorf("%s has no partnership that anybody could leave", m.c.ID)
	case m.party(party) == nil:
		return nil, fmt.Errorf("%s is no party of %s", party, m.c.ID)
	}
	out := &Withdrawal{Party: party, By: by, Lost: m.none(), Stay: []Left{}, Put: m.none(), Had: m.none(), Free: m.none()}
	partner := func(id string) bool { return m.partner(id) != nil && id != party }
	_, gave := m.sum(func(f *flow) bool { return f.from == party && !partner(f.to) && f.to != party })
	_, had := m.sum(func(f *flow) bool { return f.to == party && !partner(f.from) && f.from != party })
	out.ToBear = gave.Sub(had)
	if out.ToBear.Sign() < 0 {
		out.ToBear = m.none() // it took more out than it put in: nobody has to bear that
	}
	var stay []*statements.PartnerSum
	for i := range m.last.Partnership.Partners {
		p := &m.last.Partnership.Partners[i]
		if p.Party == party {
			out.ToBear, out.Free = out.ToBear.Add(p.InKind), p.Benefit
			continue
		}
		stay = append(stay, p)
	}
	parts, err := m.borne(out.ToBear, stay, by)
	if err != nil {
		return nil, err
	}
	for i, p := range stay {
		_, from := m.sum(func(f *flow) bool { return f.from == party && f.to == p.Party })
		_, back := m.sum(func(f *flow) bool { return f.from == p.Party && f.to == party })
		one := Left{Party: p.Party, Name: m.party(p.Party).Name, Bears: parts[i], Lost: from.Sub(back), Was: p.Net}
		one.Net = p.Net.Sub(one.Bears).Sub(one.Lost)
		if p.LossLimit != nil {
			if short := one.Net.Add(*p.LossLimit).Neg(); short.Sign() > 0 {
				one.Short = &short
			}
		}
		out.Stay, out.Lost = append(out.Stay, one), out.Lost.Add(one.Lost)
		out.Put = out.Put.Add(p.Paid.Sub(back)).Add(p.InKind).Add(one.Bears)
		out.Had = out.Had.Add(p.Received.Sub(from)).Add(p.Benefit)
	}
	out.Exceeds = out.Had.Cmp(out.Put) >= 0
	return out, nil
}

// borne divides what is to be borne among those who stay. Who has no part of what it goes by bears nothing.
func (m *maker) borne(sum money.Amount, stay []*statements.PartnerSum, by Bear) ([]money.Amount, error) {
	parts := make([]money.Amount, len(stay))
	for i := range parts {
		parts[i] = m.none()
	}
	if sum.IsZero() {
		return parts, nil
	}
	weights := make([]money.Exact, len(stay))
	any := false
	for i, p := range stay {
		switch by {
		case BearBenefit:
			weights[i] = p.Benefit.Exact()
		case BearContribution:
			weights[i] = p.Paid.Add(p.InKind).Exact()
		default:
			return nil, fmt.Errorf("what is to be borne is divided by %s or %s, not by %q", BearBenefit, BearContribution, by)
		}
		if weights[i].Sign() < 0 {
			weights[i] = money.Exact{}
		}
		any = any || weights[i].Sign() > 0
	}
	if !any {
		return nil, errors.New("nobody who stays has any " + string(by) + " by which it could bear a part; divide by the other")
	}
	return money.Allocate(sum, m.c.Currency, m.c.Rounding.Unit, weights, money.LargestRemainder)
}
