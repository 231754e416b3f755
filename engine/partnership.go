package engine

import (
	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// This file sets what each partner put in beside what it had of it, to date: whoever loses by taking part is named, with
// the least that others would have to pay it so that it does not; limit.go makes it good where the contract says so.

// partnership is the block of the head; nil where the contract has none.
func (st *settlement) partnership() (*statements.PartnershipSum, error) {
	if st.c.Partnership == nil {
		return nil, nil
	}
	out, err := st.positions()
	if err != nil {
		return nil, err
	}
	if err := st.reported(out); err != nil {
		return nil, err
	}
	return out, st.cure(out)
}

// positions sets what each partner put in beside what it had of it, by what has been posted to date.
func (st *settlement) positions() (*statements.PartnershipSum, error) {
	terms := st.c.Partnership
	out := &statements.PartnershipSum{Clause: terms.Clause, Benefits: []string{}, Partners: []statements.PartnerSum{}, Others: st.amount(0), Uncured: st.amount(0)}
	benefit := st.benefits(out)
	out.Waits = append(out.Waits, st.inKindWaits()...)
	cash := st.amount(0)
	for i, p := range terms.Partners {
		party := st.heir[p.Party] // all that a body had, its successor has
		one := statements.PartnerSum{Party: st.c.Parties[party].ID, Side: string(p.Side), Paid: st.amount(st.totals.paid[party]),
			Received: st.amount(st.totals.parties[party].toDate + st.totals.paid[party]), Benefit: st.amount(benefit[party]), InKind: st.amount(0)}
		if err := st.putIn(out, i, &one); err != nil {
			return nil, err
		}
		one.InKind = one.InKind.Add(st.givenBy(one.Party, -1, 0))
		addUp(&one)
		cash = cash.Add(one.Received).Sub(one.Paid)
		if p.LossLimit != nil {
			limit, err := p.LossLimit.Literal.Num.Amount(st.c.Currency, st.c.Rounding)
			if err != nil {
				return nil, err
			}
			one.LossLimit = &limit
			if short := one.Net.Add(limit).Neg(); short.Sign() > 0 {
				one.Short = &short
			}
		}
		if st.good != nil {
			sum := st.amount(st.good.to[p.Party] - st.good.from[p.Party])
			one.MadeGood = &sum
		}
		out.Partners = append(out.Partners, one)
	}
	out.Others = cash.Neg()
	out.Sides = st.sides(out.Partners)
	return out, nil
}

// benefits adds up each party's shares of the savings by which partners benefit, over everything they stand per.
func (st *settlement) benefits(out *statements.PartnershipSum) []int64 {
	sums := make([]int64, len(st.c.Parties))
	for _, b := range st.c.Partnership.Benefits {
		s := &st.c.Savings[b.Saving]
		out.Benefits = append(out.Benefits, s.Name+"."+s.Steps[b.Step].Name)
		for _, f := range st.partners.benefited[b] {
			if f.ComesTo == nil {
				at := s.Name
				if f.Of != "" {
					at += " of " + f.Of
				}
				out.Waits = append(out.Waits, at+" is "+f.Why)
			}
			for i, share := range f.Shares {
				minor, _ := share.Amount.Minor()
				sums[st.heir[s.Beneficiaries[i].Party]] += minor
			}
		}
	}
	return sums
}

// addUp works out what a position comes to.
func addUp(p *statements.PartnerSum) {
	p.Net = p.Received.Add(p.Benefit).Sub(p.Paid).Sub(p.InKind)
	put := p.Paid.Add(p.InKind)
	if ratio, ok := p.Received.Add(p.Benefit).Exact().Quo(put.Exact()); ok {
		p.Returns = ratio.String()
	}
}

// sides are the three views of the same money: local bodies, the Exchequer, and the taxpayer, who is both.
func (st *settlement) sides(partners []statements.PartnerSum) []statements.PartnerSum {
	var all []statements.PartnerSum
	for _, side := range []string{string(contracts.SideLocal), string(contracts.SideExchequer), "taxpayer"} {
		sum := statements.PartnerSum{Side: side, Paid: st.amount(0), InKind: st.amount(0), Received: st.amount(0), Benefit: st.amount(0)}
		for _, p := range partners {
			if side == "taxpayer" || p.Side == side {
				sum.Paid, sum.InKind, sum.Received, sum.Benefit = sum.Paid.Add(p.Paid), sum.InKind.Add(p.InKind), sum.Received.Add(p.Received), sum.Benefit.Add(p.Benefit)
			}
		}
		addUp(&sum)
		all = append(all, sum)
	}
	return all
}

// cure finds the smallest payments by which nobody loses more than it signed for: what is short in all, from those who
// gain, in proportion to what they gain and never more. Where the gains do not cover it the rest is uncured: the
// partnership loses, and not only one of its partners.
func (st *settlement) cure(out *statements.PartnershipSum) error {
	short, gains := st.amount(0), st.amount(0)
	weights := make([]money.Exact, len(out.Partners))
	for i, p := range out.Partners {
		if p.Short != nil {
			short = short.Add(*p.Short)
		}
		if p.Net.Sign() > 0 {
			weights[i], gains = p.Net.Exact(), gains.Add(p.Net)
		}
	}
	if short.Cmp(gains) > 0 {
		out.Uncured = short.Sub(gains)
		short = gains
	}
	if short.IsZero() {
		return nil
	}
	gives, err := money.Allocate(short, st.c.Currency, st.c.Rounding.Unit, weights, money.LargestRemainder)
	if err != nil {
		return err
	}
	from := 0
	for _, p := range out.Partners {
		if p.Short == nil {
			continue
		}
		for left := *p.Short; left.Sign() > 0 && from < len(gives); {
			paid := left
			if gives[from].Cmp(left) < 0 {
				paid = gives[from]
			}
			if paid.Sign() > 0 {
				out.Cure = append(out.Cure, statements.SidePay{From: out.Partners[from].Party, To: p.Party, Amount: paid})
			}
			left, gives[from] = left.Sub(paid), gives[from].Sub(paid)
			if gives[from].IsZero() {
				from++
			}
		}
	}
	return nil
}
