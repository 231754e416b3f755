package engine

import (
	"cmp"
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/contracts/sentences"
	"outturn/engine/statements"
)

// This file says of each stream of money what it holds, what it was asked for and may not pay, and how long it lasts.

// blockedLine is what a line was not paid of what it asked, and why.
type blockedLine struct {
	minor int64
	why   string
}

// ineligible says why a stream may not pay for a use, or "" where it may; known is false where that cannot be told yet.
func (w *whole) ineligible(pi int, pay *contracts.Payment, k key) (why string, known bool, err error) {
	a := &w.c.Accounts[pay.From.Account]
	if !a.Stream || pay.For == contracts.ForLeftOver {
		return "", true, nil
	}
	if !w.open(a, k.periods[a.Period]) {
		return "it may be spent from " + a.Between.First.Long() + " to " + a.Between.Last.Long(), true, nil
	}
	if pay.Eligible == nil {
		return "", true, nil
	}
	sc := w.scope(k)
	switch h, err := w.reader.holds(pay.Eligible, &sc); {
	case err != nil:
		return "", false, fmt.Errorf("eligible of %s: %w", a.Name, err)
	case h == holdsNotYet || h == holdsUnknown:
		w.reader.wait(pi, waitOf(h.figure().State))
		return "", false, nil
	case h == holdsNo:
		return "it pays only where " + sentences.Condition(w.c, pay.Eligible), true, nil
	default: // it holds, or has nothing to say of this use
		return "", true, nil
	}
}

// open says whether one of an account's periods lies within the days on which it may be spent.
func (w *whole) open(a *contracts.Account, n int16) bool {
	span, ok := w.c.Periods[a.Period].Series.Span(int(n))
	return !a.Stream || ok && a.Between.Contains(max(span.First, a.Between.First)) && span.Last >= a.Between.First
}

// lastOf is the last of an account's periods.
func (w *whole) lastOf(a *contracts.Account) int {
	series := &w.c.Periods[a.Period].Series
	if n, ok := series.Number(a.Between.Last); ok && a.Stream {
		return n
	}
	return series.Len()
}

// streamSums says what each stream comes to, in the contract's order.
func (st *settlement) streamSums(w *whole) ([]statements.StreamSum, error) {
	saved := w.reader.trace
	w.reader.trace = nil
	defer func() { w.reader.trace = saved }()
	var all []statements.StreamSum
	for i := range st.c.Accounts {
		if !st.c.Accounts[i].Stream {
			continue
		}
		one, err := st.streamSum(w, i)
		if err != nil {
			return nil, fmt.Errorf("stream %s (%s): %w", st.c.Accounts[i].Name, st.c.Accounts[i].Clause, err)
		}
		all = append(all, one)
	}
	return all, nil
}

func (st *settlement) streamSum(w *whole, ai int) (statements.StreamSum, error) {
	a := &st.c.Accounts[ai]
	series := &st.c.Periods[a.Period].Series
	now := 0
	for ; now < series.Len(); now++ {
		if span, _ := series.Span(now + 1); span.Last > st.through {
			break
		}
	}
	var paidIn, paid, held int64
	for pi := range st.c.Payments {
		pay := &st.c.Payments[pi]
		if pay.To.Account != ai && pay.From.Account != ai {
			continue
		}
		for n := 1; n <= now; n++ {
			sum, err := w.paidIn(pi, ai, int16(n))
			if err != nil {
				return statements.StreamSum{}, err
			}
			if pay.To.Account == ai {
				paidIn += sum
			} else {
				paid += sum
			}
		}
		if pay.From.Account == ai {
			held += st.totals.pay[pi].held
		}
	}
	own, err := w.ownMoney(ai, now)
	if err != nil {
		return statements.StreamSum{}, err
	}
	out := statements.StreamSum{Stream: a.Name, Clause: a.Clause, Owner: st.c.Parties[st.heir[a.Owner]].ID, RestrictedTo: a.RestrictedTo, First: a.Between.First.String(), Last: a.Between.Last.String(),
		PutIn: st.amount(own[now]), PaidIn: st.amount(paidIn), Paid: st.amount(paid), HeldBack: st.amount(held), Holds: st.amount(own[now] + paidIn - paid), Blocked: st.blockedOf(w, ai)}
	if now > 0 && now < w.lastOf(a) {
		out.Forecast, err = st.forecast(w, ai, now, own, own[now]+paidIn-paid)
	}
	return out, err
}

// ownMoney is what came into an account of its owner's by the end of each of its periods, from 0, as far as it is known
// and never rounded up. Of periods to come it is what the contract says already.
func (w *whole) ownMoney(ai, now int) ([]int64, error) {
	a := &w.c.Accounts[ai]
	sum, err := w.balance(a, money.Exact{}, money.Exact{})
	if err != nil {
		return nil, err
	}
	out := make([]int64, 0, w.lastOf(a)+1)
	known := true
	for n := 0; n <= max(w.lastOf(a), now); n++ {
		if n > 0 && known && a.Receives != nil && w.open(a, int16(n)) {
			var k key
			k.periods[a.Period] = int16(n)
			sc := w.scope(k)
			f, err := w.reader.eval(a.Receives, &sc)
			if err != nil && n <= now {
				return nil, err
			}
			if known = err == nil && f.State == formula.Known; known {
				sum = sum.Add(f.Num)
			}
		}
		minor, err := sum.Minor(w.c.Currency, money.Rounding{Mode: money.Down, Unit: w.c.Rounding.Unit})
		if err != nil {
			return nil, err
		}
		out = append(out, minor)
	}
	return out, nil
}

// blockedOf lists what a stream was asked for and did not pay, in the order of its periods.
func (st *settlement) blockedOf(w *whole, ai int) []statements.Blocked {
	a := &st.c.Accounts[ai]
	var all []statements.Blocked
	for pi := range st.c.Payments {
		pay := &st.c.Payments[pi]
		if pay.From.Account != ai {
			continue
		}
		for _, k := range w.keysOf(pi) {
			if b, ok := w.blocked[lineAt{pi, k}]; ok {
				all = append(all, statements.Blocked{Payment: pay.Name, Of: levelText(st.plan, pay.Per, k), Period: int(k.periods[a.Period]), Amount: st.amount(b.minor), Why: b.why})
			}
		}
	}
	slices.SortStableFunc(all, func(x, y statements.Blocked) int { return cmp.Compare(x.Period, y.Period) })
	return all
}

// forecast carries a stream on at the pace of its latest period until it ends.
func (st *settlement) forecast(w *whole, ai, now int, own []int64, holds int64) (*statements.Forecast, error) {
	a := &st.c.Accounts[ai]
	var pace, inflow int64
	for pi := range st.c.Payments {
		pay := &st.c.Payments[pi]
		if pay.From.Account != ai && pay.To.Account != ai || pay.For == contracts.ForLeftOver {
			continue
		}
		sum, err := w.paidIn(pi, ai, int16(now))
		if err != nil {
			return nil, err
		}
		if pay.From.Account == ai {
			pace += sum
		} else {
			inflow += sum
		}
	}
	last := w.lastOf(a)
	out := &statements.Forecast{Pace: st.amount(pace), Inflow: st.amount(inflow), Periods: last - now, ToCome: st.amount(own[last] - own[now])}
	short := int64(0)
	for n := now + 1; n <= last; n++ {
		holds += own[n] - own[n-1] + inflow - pace
		if holds < 0 {
			if short == 0 {
				out.RunsOut = st.lastDay(a, n).String()
			}
			short, holds = short-holds, 0
		}
	}
	out.Short, out.Unspent = st.amount(short), st.amount(holds)
	return out, nil
}

func (st *settlement) lastDay(a *contracts.Account, n int) calendar.Date {
	span, _ := st.c.Periods[a.Period].Series.Span(n)
	return min(span.Last, a.Between.Last)
}
