package engine

import (
	"cmp"

	"outturn/contracts/calendar"
	"outturn/contracts/money"
)

// This file works out what is in the shadow: payments, or days of them, that are shown as if they were paid and that
// nobody pays. The contract is settled a second time, from the start, with the shadow paid like all else, and what it then
// comes to is set beside what is paid. So nothing in the shadow takes room under a cap, money from an account or a line's
// place: what is paid is what it would be if the shadow were not there.

// ShadowSum is what the contract would come to if nothing of it were in the shadow, to date and settled at once.
type ShadowSum struct {
	Payments []ShadowPayment `json:"payments"` // those that the shadow changes
	Due      []ShadowParty   `json:"due"`      // every party, in the contract's order
}

// ShadowPayment is one payment with the shadow and without it. Shadow is WouldBe less ToDate.
type ShadowPayment struct {
	Payment string       `json:"payment"`
	Clause  string       `json:"clause"`
	Count   string       `json:"count,omitempty"` // outcomes that would be paid for, exact
	WouldBe money.Amount `json:"would_be"`
	ToDate  money.Amount `json:"to_date"`
	Shadow  money.Amount `json:"shadow"`
}

// ShadowParty is what a party would receive, below nought when it would pay.
type ShadowParty struct {
	Party   string       `json:"party"`
	WouldBe money.Amount `json:"would_be"`
	ToDate  money.Amount `json:"to_date"`
	Shadow  money.Amount `json:"shadow"`
}

// inShadow says whether what a payment comes to on a day is shown and not paid, in this settlement.
func (p *plan) inShadow(pi int, day calendar.Date) bool {
	return !p.on.asIfLive && p.c.InShadow(pi, day)
}

// dayOf is the day of a sum: the last of its periods, or the day from which it is known.
func dayOf(ended, known calendar.Date) calendar.Date { return cmp.Or(ended, known) }

// shadow settles again as if nothing were in the shadow.
func (st *settlement) shadow() (*ShadowSum, error) {
	on := st.on
	on.asIfLive = true
	other, err := settle(st.c, on, st.snapshot, Position{}, nil)
	if err != nil {
		return nil, err
	}
	if other.totals.overflow {
		return nil, errTooMuch
	}
	out := &ShadowSum{Payments: []ShadowPayment{}, Due: []ShadowParty{}}
	for i := range st.c.Payments {
		pay, live, would := &st.c.Payments[i], &st.totals.pay[i], &other.totals.pay[i]
		if live.toDate == would.toDate && pay.Shadow.First.IsZero() {
			continue
		}
		one := ShadowPayment{Payment: pay.Name, Clause: pay.Clause, WouldBe: st.amount(would.toDate), ToDate: st.amount(live.toDate), Shadow: st.amount(would.toDate - live.toDate)}
		if !would.count.IsZero() {
			one.Count = would.count.String()
		}
		out.Payments = append(out.Payments, one)
	}
	for i := range st.c.Parties {
		live, would := st.totals.parties[i].toDate, other.totals.parties[i].toDate
		out.Due = append(out.Due, ShadowParty{st.c.Parties[i].ID, st.amount(would), st.amount(live), st.amount(would - live)})
	}
	return out, nil
}
