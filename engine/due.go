package engine

import (
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// due finds the day on which the outcome in hand falls due: its own day, or its claim's, and what must have been
// validated before; or why it does not.
func (r *reader) due(pi int, sc *scope, taken *taken) (calendar.Date, reason, error) {
	pay, day := &r.c.Payments[pi], sc.met
	if pay.Due.ClaimedBy >= 0 {
		claimed, why, err := r.claimDay(pay, sc, taken)
		if err != nil || why != counted {
			return 0, why, err
		}
		day = max(day, claimed)
	}
	if pay.Due.ValidatedBy >= 0 {
		found, passed, checked := r.checkOf(pay.Due.ValidatedBy, sc)
		if !found {
			r.wanted(pay.Due.ValidatedBy, 0)
			return 0, waitCheck, nil
		}
		if !passed {
			return day, waitFailed, nil
		}
		day = max(day, checked)
	}
	return r.afterWait(pi, day), counted, nil
}

// afterWait is the day something of a payment falls due, its wait counted after a day. Few days ever occur, so each is
// worked out once.
func (r *reader) afterWait(pi int, day calendar.Date) calendar.Date {
	wait := r.c.Payments[pi].Due.Wait
	if wait == nil {
		return day
	}
	if r.waited[pi] == nil {
		r.waited[pi] = map[calendar.Date]calendar.Date{}
	}
	due, ok := r.waited[pi][day]
	if !ok {
		due = wait.After(day, r.c.Calendar.Holidays).Last
		r.waited[pi][day] = due
	}
	return due
}

// taken is what the outcomes of one payment and unit have used of what is told of them.
type taken struct {
	first  bool   // the outcome in hand is the first
	claims []bool // by place among the unit's claims, from 1
}

func (t *taken) used(n int) bool { return n < len(t.claims) && t.claims[n] }

func (t *taken) use(n int) {
	for len(t.claims) <= n {
		t.claims = append(t.claims, false)
	}
	t.claims[n] = true
}

// paidElsewhere is what other schemes paid for the outcome in hand, and whether one did: by the items about that
// outcome's day, and, for a unit's first outcome, those about no day by name. Without an amount the whole was paid.
func (r *reader) paidElsewhere(sc *scope, first bool) (money.Exact, bool, bool) {
	kind := r.c.ToldBy
	if kind < 0 || len(r.c.ExclusiveWith) > 0 { // dropClaimed sees to what the register answers
		return money.Exact{}, false, false
	}
	says := r.elsewhere
	r.told = r.told[:0]
	var sum money.Exact
	said, paid := true, false
	for v := range r.tree.Units {
		if r.tree.Units[v].Type != r.c.Evidence[kind].Unit || !r.within(v, sc.unit) && !r.within(sc.unit, v) {
			continue
		}
		items := r.tree.Units[v].Items
		for i := range items {
			it := &items[i]
			if it.Kind != kind || !speaks(it, r.through) {
				continue
			}
			about := first
			if says.outcome >= 0 && it.Values[says.outcome].State == formula.Known {
				about = it.Values[says.outcome].Num.Cmp(money.Int(int64(sc.met))) == 0
			}
			if !about {
				continue
			}
			r.use(v, i)
			paid = true
			one := told{register: r.register(it.Values)}
			if says.amount < 0 || it.Values[says.amount].State != formula.Known {
				said = false
			} else {
				one.amount, one.said = it.Values[says.amount].Num, true
				sum = sum.Add(one.amount)
			}
			r.told = append(r.told, one)
		}
	}
	return sum, said && paid, paid
}

// claimDay is the day of the first claim not yet used within the outcome's window.
func (r *reader) claimDay(pay *contracts.Payment, sc *scope, taken *taken) (calendar.Date, reason, error) {
	w, err := r.place(pay.Due.Within, sc)
	if err != nil || !w.ok {
		return 0, waitClaim, err
	}
	why, n := waitClaim, 0
	for v := range r.tree.Units {
		if r.tree.Units[v].Type != r.c.Evidence[pay.Due.ClaimedBy].Unit || !r.within(v, sc.unit) && !r.within(sc.unit, v) {
			continue
		}
		items := r.tree.Units[v].Items
		for i := range items {
			it := &items[i]
			if it.Kind != pay.Due.ClaimedBy || !speaks(it, r.through) {
				continue
			}
			n++
			if taken.used(n) {
				continue
			}
			r.use(v, i)
			if w.span.Contains(it.First) {
				taken.use(n)
				return it.First, counted, nil
			}
			if it.First > w.span.Last {
				why = waitClaimLate
			}
		}
	}
	if why == waitClaim {
		r.wanted(pay.Due.ClaimedBy, w.span.Last)
	}
	return 0, why, nil
}

// checkOf finds the answer to a check of the outcome in hand: the latest that is about it, or about no outcome by name.
func (r *reader) checkOf(kind int, sc *scope) (found, passed bool, day calendar.Date) {
	about, result := r.checkFields[kind].outcome, r.checkFields[kind].found
	for v := range r.tree.Units {
		if r.tree.Units[v].Type != r.c.Evidence[kind].Unit || !r.within(v, sc.unit) && !r.within(sc.unit, v) {
			continue
		}
		items := r.tree.Units[v].Items
		for i := range items {
			it := &items[i]
			if it.Kind != kind || !speaks(it, r.through) {
				continue
			}
			if f := it.Values[about]; f.State == formula.Known && f.Num.Cmp(money.Int(int64(sc.met))) != 0 {
				continue
			}
			r.use(v, i)
			f := it.Values[result]
			found = f.State == formula.Known
			passed = found && f.Num.IsZero()
			day = it.First
		}
	}
	return found, passed, day
}

// examined says whether a check of claims over the payment examined the outcome in hand, and whether it failed.
func (r *reader) examined(pi int, sc *scope) (examined, failed bool) {
	for _, ki := range r.payChecks[pi] {
		found, passed, _ := r.checkOf(r.c.Checks[ki].FoundBy, sc)
		examined = examined || found
		failed = failed || found && !passed
	}
	return examined, failed
}
