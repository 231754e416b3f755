package engine

import (
	"outturn/contracts"
	"outturn/contracts/money"
)

// This file sets what each partner put in beside what it had of it, to date: whoever loses by taking part is named, with
// the least that others would have to pay it so that it does not; limit.go makes it good where the contract says so.

// PartnershipSum is who invests and who benefits, to date. The cash of the partners and Others come to nought together;
// what the sides have is what their partners have.
type PartnershipSum struct {
	Clause   string       `json:"clause"`
	Benefits []string     `json:"benefits"` // the figures of savings by which they benefit
	Partners []PartnerSum `json:"partners"`
	Sides    []PartnerSum `json:"sides"`  // local, exchequer, and taxpayer, who is both
	Others   money.Amount `json:"others"` // the cash of everybody else, received less paid
	Waits    []string     `json:"waits,omitempty"`
	Cure     []SidePay    `json:"cure,omitempty"` // the smallest payments by which nobody loses more than it signed for
	Uncured  money.Amount `json:"uncured"`        // what partners lose beyond that and the gains of others do not cover

	// What the contract asks to be worked out beside the money; see partnership_reported.go.
	Periods      []PartnershipPeriod `json:"periods,omitempty"`
	Spend        []SpendSum          `json:"spend,omitempty"`
	Indicators   []IndicatorSum      `json:"indicators,omitempty"`
	SmallNumbers int                 `json:"small_numbers,omitempty"`
}

// PartnerSum is one partner's position. Net is received and benefit less paid and in kind, what makes losses good among
// them.
type PartnerSum struct {
	Party     string        `json:"party,omitempty"`
	Side      string        `json:"side"`
	Paid      money.Amount  `json:"paid"`
	InKind    money.Amount  `json:"in_kind"`
	Received  money.Amount  `json:"received"`
	Benefit   money.Amount  `json:"benefit"`
	Net       money.Amount  `json:"net"`
	Returns   string        `json:"returns,omitempty"` // benefit and received over paid and in kind, exact; "" where nothing was put in
	LossLimit *money.Amount `json:"loss_limit,omitempty"`
	Short     *money.Amount `json:"short,omitempty"`     // what it loses beyond its limit
	MadeGood  *money.Amount `json:"made_good,omitempty"` // of net: what others paid to make its losses good, less what it paid for theirs

	Promised *money.Amount `json:"in_kind_promised,omitempty"` // to date, of what is in kind
	PaidIn   *money.Amount `json:"paid_in,omitempty"`          // what came in of Paid, as somebody tells
}

// SidePay is a payment by which one partner would make good another's loss.
type SidePay struct {
	From   string       `json:"from"`
	To     string       `json:"to"`
	Amount money.Amount `json:"amount"`
}

// partnership is the block of the head; nil where the contract has none.
func (st *settlement) partnership() (*PartnershipSum, error) {
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
func (st *settlement) positions() (*PartnershipSum, error) {
	terms := st.c.Partnership
	out := &PartnershipSum{Clause: terms.Clause, Benefits: []string{}, Partners: []PartnerSum{}, Others: st.amount(0), Uncured: st.amount(0)}
	benefit := st.benefits(out)
	out.Waits = append(out.Waits, st.inKindWaits()...)
	cash := st.amount(0)
	for i, p := range terms.Partners {
		party := st.heir[p.Party] // all that a body had, its successor has
		one := PartnerSum{Party: st.c.Parties[party].ID, Side: string(p.Side), Paid: st.amount(st.totals.paid[party]),
			Received: st.amount(st.totals.parties[party].toDate + st.totals.paid[party]), Benefit: st.amount(benefit[party]), InKind: st.amount(0)}
		if err := st.putIn(out, i, &one); err != nil {
			return nil, err
		}
		one.InKind = one.InKind.Add(st.givenBy(one.Party, -1, 0))
		one.sum()
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
func (st *settlement) benefits(out *PartnershipSum) []int64 {
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

// sum works out what a position comes to.
func (p *PartnerSum) sum() {
	p.Net = p.Received.Add(p.Benefit).Sub(p.Paid).Sub(p.InKind)
	put := p.Paid.Add(p.InKind)
	if ratio, ok := p.Received.Add(p.Benefit).Exact().Quo(put.Exact()); ok {
		p.Returns = ratio.String()
	}
}

// sides are the three views of the same money: local bodies, the Exchequer, and the taxpayer, who is both.
func (st *settlement) sides(partners []PartnerSum) []PartnerSum {
	var all []PartnerSum
	for _, side := range []string{string(contracts.SideLocal), string(contracts.SideExchequer), "taxpayer"} {
		sum := PartnerSum{Side: side, Paid: st.amount(0), InKind: st.amount(0), Received: st.amount(0), Benefit: st.amount(0)}
		for _, p := range partners {
			if side == "taxpayer" || p.Side == side {
				sum.Paid, sum.InKind, sum.Received, sum.Benefit = sum.Paid.Add(p.Paid), sum.InKind.Add(p.InKind), sum.Received.Add(p.Received), sum.Benefit.Add(p.Benefit)
			}
		}
		sum.sum()
		all = append(all, sum)
	}
	return all
}

// cure finds the smallest payments by which nobody loses more than it signed for: what is short in all, from those who
// gain, in proportion to what they gain and never more. Where the gains do not cover it the rest is uncured: the
// partnership loses, and not only one of its partners.
func (st *settlement) cure(out *PartnershipSum) error {
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
				out.Cure = append(out.Cure, SidePay{out.Partners[from].Party, p.Party, paid})
			}
			left, gives[from] = left.Sub(paid), gives[from].Sub(paid)
			if gives[from].IsZero() {
				from++
			}
		}
	}
	return nil
}
