package engine

import (
	"cmp"

	"outturn/contracts/calendar"
	"outturn/engine/statements"
)

// This file works out what is in the shadow: payments, or days of them, that are shown as if they were paid and that
// nobody pays. The contract is settled a second time, from the start, with the shadow paid like all else, and what it then
// comes to is set beside what is paid. So nothing in the shadow takes room under a cap, money from an account or a line's
// place: what is paid is what it would be if the shadow were not there.

// inShadow says whether what a payment comes to on a day is shown and not paid, in this settlement.
func (p *plan) inShadow(pi int, day calendar.Date) bool {
	return !p.on.asIfLive && p.c.InShadow(pi, day)
}

// dayOf is the day of a sum: the last of its periods, or the day from which it is known.
func dayOf(ended, known calendar.Date) calendar.Date { return cmp.Or(ended, known) }

// shadow settles again as if nothing were in the shadow.
func (st *settlement) shadow() (*statements.ShadowSum, error) {
	on := st.on
	on.asIfLive = true
	other, err := settle(st.c, on, st.snapshot, Position{}, nil)
	if err != nil {
		return nil, err
	}
	if other.totals.overflow {
		return nil, errTooMuch
	}
	out := &statements.ShadowSum{Payments: []statements.ShadowPayment{}, Due: []statements.ShadowParty{}}
	for i := range st.c.Payments {
		pay, live, would := &st.c.Payments[i], &st.totals.pay[i], &other.totals.pay[i]
		if live.toDate == would.toDate && pay.Shadow.First.IsZero() {
			continue
		}
		one := statements.ShadowPayment{Payment: pay.Name, Clause: pay.Clause, WouldBe: st.amount(would.toDate), ToDate: st.amount(live.toDate), Shadow: st.amount(would.toDate - live.toDate)}
		if !would.count.IsZero() {
			one.Count = would.count.String()
		}
		out.Payments = append(out.Payments, one)
	}
	for i := range st.c.Parties {
		live, would := st.totals.parties[i].toDate, other.totals.parties[i].toDate
		out.Due = append(out.Due, statements.ShadowParty{Party: st.c.Parties[i].ID, WouldBe: st.amount(would), ToDate: st.amount(live), Shadow: st.amount(would - live)})
	}
	return out, nil
}
