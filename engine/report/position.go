package report

import (
	"slices"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/money"
	"outturn/engine/discount"
	"outturn/engine/statements"
)

// This file sets what each partner put in beside what it had: its return, when it came back, who loses and what would cure
// it, and the same money seen by the taxpayer, by local bodies, by the Exchequer and by one agency.

// Matrix is who invests and who benefits, to date.
type Matrix struct {
	Partners []Position           `json:"partners"`
	Sides    []Position           `json:"sides"` // local, exchequer, taxpayer
	Others   money.Amount         `json:"others"`
	Cure     []statements.SidePay `json:"cure"`
	Uncured  *money.Amount        `json:"uncured,omitempty"`
	Waits    []string             `json:"waits"`
	Hidden   bool                 `json:"hidden,omitempty"` // benefits would say a small count
	Rate     string               `json:"discounted_at,omitempty"`
}

// Position is one partner's, or one side's. Return is what it had over what it put in, exact. The discounted figures are an
// appraisal's and settle nothing.
type Position struct {
	Party             string        `json:"party,omitempty"`
	Name              string        `json:"name,omitempty"`
	Side              string        `json:"side"`
	Paid              money.Amount  `json:"paid"`
	InKind            money.Amount  `json:"in_kind"`
	Received          money.Amount  `json:"received"`
	Benefit           *money.Amount `json:"benefit,omitempty"`
	Net               *money.Amount `json:"net,omitempty"`
	Return            string        `json:"return,omitempty"`
	Payback           *Payback      `json:"payback,omitempty"`
	PaybackDiscounted *Payback      `json:"payback_discounted,omitempty"`
	PutDiscounted     *money.Amount `json:"put_discounted,omitempty"`
	HadDiscounted     *money.Amount `json:"had_discounted,omitempty"`
	LossLimit         *money.Amount `json:"loss_limit,omitempty"`
	Short             *money.Amount `json:"short,omitempty"`
	MadeGood          *money.Amount `json:"made_good,omitempty"`
}

// The states of what was put in: it came back, not yet, never (the contract is over), or nothing was put in.
const (
	PaidBack      = "paid_back"
	PaybackNotYet = "not_yet"
	PaybackNever  = "never"
	PaybackNone   = "nothing_put_in"
)

// Payback says in which period what was put in to date had first come back.
type Payback struct {
	State  string `json:"state"`
	In     string `json:"in,omitempty"`      // its days
	AtPace string `json:"at_pace,omitempty"` // not yet: the days of the period in which it would be, at the pace of the last that has ended, or AfterTerm
}

// AfterTerm is said where the periods end before what was put in would have come back.
const AfterTerm = "after the last period"

// series is what somebody put in and had, period by period.
type series struct{ put, had []money.Exact }

func (m *maker) matrix(b *Board) error {
	p := m.last.Partnership
	if p == nil {
		return nil
	}
	out := &Matrix{Partners: []Position{}, Sides: []Position{}, Others: p.Others, Cure: []statements.SidePay{}, Waits: append([]string{}, p.Waits...), Hidden: m.benefitHidden()}
	if !out.Hidden {
		out.Cure, out.Uncured = append(out.Cure, p.Cure...), &p.Uncured
	}
	if m.yearly() {
		out.Rate = discount.DiscountSource
	}
	for i := range p.Partners {
		one, err := m.position(&p.Partners[i], func(party string) bool { return party == p.Partners[i].Party })
		if err != nil {
			return err
		}
		one.Name = m.party(one.Party).Name
		out.Partners = append(out.Partners, one)
	}
	for i := range p.Sides {
		side := p.Sides[i].Side
		one, err := m.position(&p.Sides[i], func(party string) bool { return side == "taxpayer" || m.partner(party).Side == side })
		if err != nil {
			return err
		}
		out.Sides = append(out.Sides, one)
	}
	b.Matrix = out
	return nil
}

// position is a partner's or a side's, of which some partners are.
func (m *maker) position(p *statements.PartnerSum, is func(party string) bool) (Position, error) {
	one := Position{Party: p.Party, Side: p.Side, Paid: p.Paid, InKind: p.InKind, Received: p.Received, LossLimit: p.LossLimit, MadeGood: p.MadeGood}
	if m.benefitHidden() {
		return one, nil
	}
	one.Benefit, one.Net, one.Return, one.Short = &p.Benefit, &p.Net, p.Returns, p.Short
	if len(m.last.Partnership.Periods) == 0 {
		return one, nil
	}
	s := m.seriesOf(is)
	if one.Payback = m.payback(s); one.Payback.State == PaybackNotYet {
		one.Payback.AtPace = m.atPace(s)
	}
	if !m.yearly() {
		return one, nil
	}
	discounted, err := m.discounted(s)
	if err != nil {
		return one, err
	}
	one.PaybackDiscounted = m.payback(discounted)
	for _, sum := range []struct {
		of []money.Exact
		to **money.Amount
	}{{discounted.put, &one.PutDiscounted}, {discounted.had, &one.HadDiscounted}} {
		var whole money.Exact
		for _, x := range sum.of {
			whole = whole.Add(x)
		}
		amount, err := m.round(whole)
		if err != nil {
			return one, err
		}
		*sum.to = &amount
	}
	return one, nil
}

// seriesOf adds up the periods of some partners.
func (m *maker) seriesOf(is func(party string) bool) series {
	var s series
	for _, p := range m.last.Partnership.Periods {
		var put, had money.Exact
		for _, one := range p.Partners {
			if is(one.Party) {
				put, had = put.Add(one.Paid.Add(one.InKind).Exact()), had.Add(one.Received.Add(one.Benefit).Exact())
			}
		}
		s.put, s.had = append(s.put, put), append(s.had, had)
	}
	return s
}

// payback finds the first period at whose end as much had come back as was put in to date.
func (m *maker) payback(s series) *Payback {
	var put, had money.Exact
	for i := range s.put {
		put, had = put.Add(s.put[i]), had.Add(s.had[i])
		if put.Sign() > 0 && had.Cmp(put) >= 0 {
			p := &m.last.Partnership.Periods[i]
			return &Payback{State: PaidBack, In: p.First + " to " + p.Last}
		}
	}
	switch through, err := calendar.ParseDate(m.last.Through); {
	case put.Sign() <= 0:
		return &Payback{State: PaybackNone}
	case err == nil && through >= m.c.Last:
		return &Payback{State: PaybackNever}
	}
	return &Payback{State: PaybackNotYet}
}

// atPace is the period in which what was put in would have come back, if each further one brought what the last that has
// ended did; "" where that took more than it brought, or something of it is not known.
func (m *maker) atPace(s series) string {
	var out, pace money.Exact
	ended := 0
	for i := range s.put {
		if m.last.Partnership.Periods[i].Last > m.last.Through {
			break
		}
		pace = s.had[i].Sub(s.put[i])
		out, ended = out.Sub(pace), i+1
	}
	if pace.Sign() <= 0 || out.Sign() <= 0 || len(m.last.Partnership.Open()) > 0 {
		return ""
	}
	more, _ := out.Quo(pace)
	n, whole := more.Round(money.Rounding{Mode: money.Up, Unit: money.Int(1)}).Int64()
	periods := &m.c.Periods[m.c.Partnership.By].Series
	if !whole || n > int64(periods.Len()-ended) {
		return AfterTerm
	}
	span, _ := periods.Span(ended + int(n))
	return span.First.String() + " to " + span.Last.String()
}

// discounted is each period's as it is worth in the first.
func (m *maker) discounted(s series) (series, error) {
	var out series
	for i := range s.put {
		at := func(x money.Exact) (money.Exact, error) {
			years := make([]money.Exact, i+1)
			years[i] = x
			return discount.PresentValue(years)
		}
		put, err := at(s.put[i])
		if err != nil {
			return out, err
		}
		had, err := at(s.had[i])
		if err != nil {
			return out, err
		}
		out.put, out.had = append(out.put, put), append(out.had, had)
	}
	return out, nil
}

// yearly reports whether positions are worked out by years, which alone are discounted.
func (m *maker) yearly() bool {
	if m.last.Partnership == nil || len(m.last.Partnership.Periods) == 0 {
		return false
	}
	for _, p := range m.last.Partnership.Periods {
		first, err := calendar.ParseDate(p.First)
		last, otherwise := calendar.ParseDate(p.Last)
		if days := (calendar.Span{First: first, Last: last}).Days(); err != nil || otherwise != nil || days < 365 || days > 366 {
			return false
		}
	}
	return true
}

// benefitHidden reports whether partners' benefits are not shown: a saving that they benefit by counts few.
func (m *maker) benefitHidden() bool {
	if m.c.Partnership == nil {
		return false
	}
	return slices.ContainsFunc(m.c.Partnership.Benefits, func(b contracts.SavingPart) bool {
		name := m.c.Savings[b.Saving].Name
		return slices.ContainsFunc(m.savings, func(s saving) bool { return s.Saving.Saving == name && s.Hidden })
	})
}

// Perspective is the same money as one group sees it: what it pays to and receives from those outside it, what moves within
// it, what it puts in in kind and what it benefits. What the parts of a group pay and receive is what the group does and,
// twice, what moves within.
type Perspective struct {
	View     string        `json:"view"` // taxpayer, local, exchequer, or agency
	Party    string        `json:"party,omitempty"`
	Paid     money.Amount  `json:"paid"`
	Received money.Amount  `json:"received"`
	Within   money.Amount  `json:"within"`
	InKind   money.Amount  `json:"in_kind"`
	Benefit  *money.Amount `json:"benefit,omitempty"`
	Net      *money.Amount `json:"net,omitempty"`
}

func (m *maker) perspectives(b *Board) {
	b.Perspectives = []Perspective{}
	if m.last.Partnership == nil {
		return
	}
	view := func(name, party string, is func(p *statements.PartnerSum) bool) {
		in := func(id string) bool { p := m.partner(id); return p != nil && is(p) }
		one := Perspective{View: name, Party: party, InKind: m.none()}
		_, one.Paid = m.sum(func(f *flow) bool { return in(f.from) && !in(f.to) })
		_, one.Received = m.sum(func(f *flow) bool { return !in(f.from) && in(f.to) })
		_, one.Within = m.sum(func(f *flow) bool { return in(f.from) && in(f.to) })
		benefit := m.none()
		for i := range m.last.Partnership.Partners {
			if p := &m.last.Partnership.Partners[i]; is(p) {
				one.InKind, benefit = one.InKind.Add(p.InKind), benefit.Add(p.Benefit)
			}
		}
		if !m.benefitHidden() {
			net := one.Received.Add(benefit).Sub(one.Paid).Sub(one.InKind)
			one.Benefit, one.Net = &benefit, &net
		}
		b.Perspectives = append(b.Perspectives, one)
	}
	view("taxpayer", "", func(*statements.PartnerSum) bool { return true })
	for _, side := range []string{string(contracts.SideLocal), string(contracts.SideExchequer)} {
		view(side, "", func(p *statements.PartnerSum) bool { return p.Side == side })
	}
	for i := range m.last.Partnership.Partners {
		id := m.last.Partnership.Partners[i].Party
		view("agency", id, func(p *statements.PartnerSum) bool { return p.Party == id })
	}
}
