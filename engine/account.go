package engine

import (
	"errors"
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// errCircle is returned where a payment would be worked out from itself.
var errCircle = errors.New("is worked out from itself; break the circle")

// lineAt is one line of a payment for the whole: the payment and the key it stands at.
type lineAt struct {
	payment int
	key     key
}

// wholeLine is a line once worked out; ok is false where nothing is due or known.
type wholeLine struct {
	line  rawLine
	ok    bool
	waits bool // nothing is due yet, because a figure is not yet known or not observed
}

// payAt works out a payment for the whole at one key, once. What an account paid in earlier periods is asked of those
// periods alone, so that a payment may read what its own account has paid so far.
func (w *whole) payAt(pi int, k key) (wholeLine, error) {
	at := lineAt{pi, k}
	if l, ok := w.paidAt[at]; ok {
		return l, nil
	}
	pay := &w.c.Payments[pi]
	if w.busy[at] {
		return wholeLine{}, fmt.Errorf("payment %s (%s) %w", pay.Name, pay.Clause, errCircle)
	}
	w.busy[at] = true
	defer delete(w.busy, at)
	w.reader.lastWait = counted
	l, ok, err := w.payLine(pi, pay, k)
	waits := !ok && (w.reader.lastWait == waitNotYet || w.reader.lastWait == waitUnknown || w.reader.lastWait == waitNotDue)
	switch {
	case err != nil || pay.From.Account < 0:
	case ok:
		ok, err = w.fromAccount(pi, pay, k, &l)
		waits = waits || !ok
	default:
		l, ok = w.standing(pi, pay, k)
	}
	if err != nil {
		return wholeLine{}, fmt.Errorf("payment %s%s (%s): %w", pay.Name, keyText(w.plan, pay.Per, k), pay.Clause, err)
	}
	w.paidAt[at] = wholeLine{l, ok, waits}
	return w.paidAt[at], nil
}

// fromAccount keeps a payment within what its account may be spent on and holds, and, where the account is final, at no
// less than was paid. It is false where it is not known whether the use is eligible.
func (w *whole) fromAccount(pi int, pay *contracts.Payment, k key, l *rawLine) (bool, error) {
	asked, why := l.toDate, ""
	a := &w.c.Accounts[pay.From.Account]
	switch blocked, known, err := w.ineligible(pi, pay, k); {
	case err != nil:
		return false, err
	case !known:
		*l, known = w.standing(pi, pay, k)
		return known, nil
	case blocked != "":
		l.toDate, why = 0, blocked
		w.step(l, a.Name, blocked, a.Clause)
	}
	room, err := w.room(pi, pay.From.Account, k)
	if err != nil {
		return false, err
	}
	if l.toDate > room {
		l.toDate, why = max(room, 0), "it holds no more"
		w.step(l, a.Name, why, a.Clause)
	}
	if settled := w.settledAt(pi, k, -1); a.Final && l.toDate < settled {
		l.toDate = settled
		w.step(l, a.Name, "what it paid is not taken back", a.Clause)
	}
	if a.Stream && asked > l.toDate {
		w.blocked[lineAt{pi, k}] = blockedLine{asked - l.toDate, why}
	}
	return true, nil
}

// standing is the line of a payment from a final account that was paid and of which nothing is due or known any more.
func (w *whole) standing(pi int, pay *contracts.Payment, k key) (rawLine, bool) {
	a := &w.c.Accounts[pay.From.Account]
	l := rawLine{payment: pi, unit: -1, key: k, toDate: w.settledAt(pi, k, -1)}
	if !a.Final || l.toDate <= 0 {
		return l, false
	}
	l.first, _ = w.ended(pay.Per, k)
	l.period = w.settlePeriod(l.first)
	settle := int(k.periods[w.c.Calendar.Settle]) // a level's text leaves it out, so that it tells no two periods apart
	for i := range w.settled {
		if s := &w.settled[i]; s.payment == pi && s.of == levelText(w.plan, pay.Per, k) && (settle == 0 || s.period == settle) && s.minor == l.toDate {
			l.period = s.period
		}
	}
	w.step(&l, a.Name, "what it paid is not taken back", a.Clause)
	return l, true
}

// step adds a last step to a line's working.
func (w *whole) step(l *rawLine, name, text, clause string) {
	l.steps = append(l.steps[:len(l.steps):len(l.steps)], statements.Step{Name: name, Text: text, Clause: clause,
		Value: money.FromMinor(w.c.Currency, l.toDate).Format(w.c.Currency)})
}

// settledAt is what earlier statements settled of a payment for the whole at a key, or of one payer's part of it (-1: all).
func (w *whole) settledAt(pi int, k key, payer int) int64 {
	per := w.c.Payments[pi].Per
	of := levelText(w.plan, per, k)
	settle := k.periods[w.c.Calendar.Settle] // the level's text leaves the settlement period out
	var sum int64
	for i := range w.settled {
		if s := &w.settled[i]; s.payment == pi && s.of == of && (settle == 0 || s.period == int(settle)) {
			sum += w.reader.settledBy(s, &rawLine{payment: pi, key: k}, payer)
		}
	}
	return sum
}

// promised is what a final account has paid already, and does not take back, in one of its periods: of a key's own period
// only under what stands after it in order, later payments and later parts of the same. It is spent, and no longer there
// to be paid.
func (w *whole) promised(pi, ai int, k key, m int16) int64 {
	a := &w.c.Accounts[ai]
	var sum int64
	n, later := k.periods[a.Period], false
	for after := range w.c.Payments {
		if w.c.Payments[after].From.Account != ai {
			continue
		}
		for _, at := range w.keysOf(after) {
			if at.periods[a.Period] == m && (m > n || after > pi || after == pi && later) {
				sum += w.settledAt(after, at, -1)
			}
			later = later || after == pi && at == k
		}
	}
	return sum
}

// afterPromises is the room there is of what an account holds in a key's period when what it has paid already stands: in
// no later period may it have paid more than it then holds. What came in later counts too, unless that is itself worked
// out from the payment in hand.
func (w *whole) afterPromises(pi, ai int, k key, held int64) (int64, error) {
	a := &w.c.Accounts[ai]
	n := k.periods[a.Period]
	held -= w.promised(pi, ai, k, n)
	least, circle := held, false
	for m := n + 1; ; m++ {
		if span, ok := w.c.Periods[a.Period].Series.Span(int(m)); !ok || span.Last > w.through {
			return least, nil
		}
		if !circle {
			came, state, err := w.receivedIn(ai, m)
			switch {
			case errors.Is(err, errCircle):
				circle = true
			case err != nil:
				return 0, err
			case state == formula.Known:
				minor, err := came.Minor(w.c.Currency, money.Rounding{Mode: money.Down, Unit: w.c.Rounding.Unit})
				if err != nil {
					return 0, err
				}
				held += minor
			}
		}
		held -= w.promised(pi, ai, k, m)
		least = min(least, held)
	}
}

// room is what an account can still pay in a key's period when the payments listed before one have been paid.
func (w *whole) room(pi, ai int, k key) (int64, error) {
	f, err := w.account(ai, contracts.AccountBalance, k)
	if err != nil || f.State != formula.Known {
		return 0, err
	}
	// A balance is never rounded up: an account pays no more than it holds.
	held, err := f.Num.Minor(w.c.Currency, money.Rounding{Mode: money.Down, Unit: w.c.Rounding.Unit})
	if err != nil {
		return 0, err
	}
	for before := range pi {
		if w.c.Payments[before].From.Account == ai {
			paid, err := w.paidIn(before, ai, k.periods[w.c.Accounts[ai].Period])
			if err != nil {
				return 0, err
			}
			held -= paid
		}
	}
	for _, before := range w.keysOf(pi) { // the parts of one payment share what is held, in the order of its level
		if before == k {
			break
		}
		if before.periods[w.c.Accounts[ai].Period] == k.periods[w.c.Accounts[ai].Period] {
			l, err := w.payAt(pi, before)
			if err != nil {
				return 0, err
			}
			if l.ok {
				held -= l.line.toDate
			}
		}
	}
	if w.c.Accounts[ai].Final && len(w.settled) > 0 {
		return w.afterPromises(pi, ai, k, held)
	}
	return held, nil
}

// paidIn is what a payment comes to in one period of an account, in minor units.
func (w *whole) paidIn(pi, ai int, n int16) (int64, error) {
	at := paidKey{pi, ai, n}
	if sum, ok := w.paidSums[at]; ok {
		return sum, nil
	}
	var sum int64
	for _, k := range w.keysOf(pi) {
		if k.periods[w.c.Accounts[ai].Period] != n {
			continue
		}
		l, err := w.payAt(pi, k)
		if err != nil {
			return 0, err
		}
		if l.ok {
			sum += l.line.toDate
		}
	}
	w.paidSums[at] = sum
	return sum, nil
}

// paidKey is what a payment from or to an account comes to in one of its periods.
type paidKey struct {
	payment, account int
	period           int16
}

// keysOf lists the keys of a payment for the whole, worked out once.
func (w *whole) keysOf(pi int) []key {
	keys, ok := w.keys[pi]
	if !ok {
		keys = w.domain(w.c.Payments[pi].Per)
		w.keys[pi] = keys
	}
	return keys
}

// leftOver is what is left of an account when its other payments of a period are paid: at the end of each period, or of
// the last.
func (w *whole) leftOver(pi int, pay *contracts.Payment, k key) (rawLine, bool, error) {
	a := &w.c.Accounts[pay.Index]
	n := int(k.periods[a.Period])
	if a.LeftOver == contracts.LeftAtEnd && n != w.lastOf(a) {
		return rawLine{}, false, nil
	}
	if waits, err := w.waiting(pi, pay.Index, k.periods[a.Period]); err != nil || waits {
		w.reader.wait(pi, waitNotYet)
		return rawLine{}, false, err
	}
	room, err := w.room(pi, pay.Index, k)
	if err != nil {
		return rawLine{}, false, err
	}
	span, _ := w.c.Periods[a.Period].Series.Span(n)
	l := rawLine{payment: pi, unit: -1, key: k, first: span.Last, period: w.settlePeriod(span.Last), toDate: max(room, 0)}
	w.step(&l, pay.Name, "what is left at the end of "+span.String(), a.Clause)
	return l, true, nil
}

// waiting says whether another payment from an account, up to a period, is still to be known: what is left is not known
// before it is.
func (w *whole) waiting(leftOver, ai int, n int16) (bool, error) {
	for pi := range w.c.Payments {
		if pi == leftOver || w.c.Payments[pi].From.Account != ai {
			continue
		}
		for _, k := range w.keysOf(pi) {
			if k.periods[w.c.Accounts[ai].Period] > n {
				continue
			}
			l, err := w.payAt(pi, k)
			if err != nil || l.waits {
				return l.waits, err
			}
		}
	}
	return false, nil
}

// account reads a figure of an account in a key's period.
func (w *whole) account(ai int, f contracts.AccountField, k key) (formula.Figure, error) {
	a := &w.c.Accounts[ai]
	out := formula.Figure{Type: formula.Money}
	n := k.periods[a.Period]
	span, ok := w.c.Periods[a.Period].Series.Span(int(n))
	if !ok || span.Last > w.through {
		out.State = formula.NotYet
		return out, nil
	}
	if f != contracts.AccountPaid {
		received, state, err := w.received(ai, n)
		if err != nil || state != formula.Known {
			out.State = state
			return out, err
		}
		out.Num = received
	}
	if f != contracts.AccountReceived {
		paid, err := w.paidBefore(ai, n)
		if err != nil {
			return out, err
		}
		if f == contracts.AccountPaid {
			out.Num = paid
		} else if out.Num, err = w.balance(a, out.Num, paid); err != nil {
			return out, err
		}
	}
	w.reader.trace.leaf(a.Name+"."+accountWords[f], span.String(), out, a.Clause)
	return out, nil
}

var accountWords = [...]string{contracts.AccountReceived: "received", contracts.AccountPaid: "paid", contracts.AccountBalance: "balance"}

// balance is what an account opened with and received, less what it paid.
func (w *whole) balance(a *contracts.Account, received, paid money.Exact) (money.Exact, error) {
	if a.OpensWith != nil {
		sc := w.scope(key{})
		f, err := w.reader.eval(a.OpensWith, &sc)
		if err != nil {
			return received, err
		}
		received = received.Add(f.Num)
	}
	return received.Sub(paid), nil
}

// received is what came into an account up to the end of a period.
func (w *whole) received(ai int, n int16) (money.Exact, formula.State, error) {
	var sum money.Exact
	for m := int16(1); m <= n; m++ {
		came, state, err := w.receivedIn(ai, m)
		if err != nil || state != formula.Known {
			return sum, state, err
		}
		sum = sum.Add(came)
	}
	return sum, formula.Known, nil
}

// receivedIn is what came into an account in one period: what it receives, and what is paid into it.
func (w *whole) receivedIn(ai int, m int16) (money.Exact, formula.State, error) {
	a := &w.c.Accounts[ai]
	var sum money.Exact
	if a.Receives != nil && w.open(a, m) {
		var k key
		k.periods[a.Period] = m
		sc := w.scope(k)
		f, err := w.reader.eval(a.Receives, &sc)
		if err != nil || f.State != formula.Known {
			return sum, f.State, err
		}
		sum = f.Num
	}
	for pi := range w.c.Payments {
		if w.c.Payments[pi].To.Account == ai {
			minor, err := w.paidInto(pi, ai, m)
			if err != nil {
				return sum, formula.Known, err
			}
			sum = sum.Add(money.FromMinor(w.c.Currency, minor).Exact())
		}
	}
	return sum, formula.Known, nil
}

// paidInto is what a payment brings into an account in one of its periods, in minor units: after the caps it stands under.
func (w *whole) paidInto(pi, ai int, n int16) (int64, error) {
	if !w.underCap(pi) {
		return w.paidIn(pi, ai, n)
	}
	lines, ok := w.capped[pi]
	if !ok {
		var err error
		if lines, err = w.afterCaps(pi); err != nil {
			return 0, err
		}
		w.capped[pi] = lines
	}
	var sum int64
	for i := range lines {
		if lines[i].key.periods[w.c.Accounts[ai].Period] == n {
			sum += lines[i].toDate
		}
	}
	return sum, nil
}

// underCap says whether a payment stands under a cap.
func (p *plan) underCap(pi int) bool {
	return slices.ContainsFunc(p.c.Caps, func(k contracts.Cap) bool { return slices.Contains(k.Over, pi) })
}

// paidBefore is what an account paid in the periods before one.
func (w *whole) paidBefore(ai int, n int16) (money.Exact, error) {
	var sum int64
	for m := int16(1); m < n; m++ {
		for pi := range w.c.Payments {
			if w.c.Payments[pi].From.Account != ai {
				continue
			}
			minor, err := w.paidIn(pi, ai, m)
			if err != nil {
				return money.Exact{}, err
			}
			sum += minor
		}
	}
	return money.FromMinor(w.c.Currency, sum).Exact(), nil
}

// hold takes off a line what the contract keeps back until a day or a condition. It returns what is kept.
func (st *settlement) hold(r *reader, l *rawLine) (int64, error) {
	h := st.c.Payments[l.payment].Held
	if h == nil || l.toDate == 0 {
		return 0, nil
	}
	sc := r.lineScope(l)
	released, err := r.released(h, &sc)
	if err != nil || released {
		return 0, err
	}
	share, err := r.eval(h.Share, &sc)
	if err != nil {
		return 0, err
	}
	if share.State != formula.Known {
		share = formula.Figure{Type: formula.Rate, Num: money.Int(1)} // what part is kept is not known, so all of it is
	}
	kept, err := money.FromMinor(st.c.Currency, l.toDate).Exact().Mul(share.Num).Minor(st.c.Currency, st.c.Rounding)
	if err != nil {
		return 0, err
	}
	if from := st.c.Payments[l.payment].From.Account; from >= 0 && st.c.Accounts[from].Final { // what it paid is not kept back again
		kept = min(kept, l.toDate-r.whole.settledAt(l.payment, l.key, -1))
	}
	kept = min(max(kept, 0), l.toDate)
	if err := r.lower(l, l.toDate-kept); err != nil {
		return 0, err
	}
	if r.trace != nil {
		r.trace.say("held", figureText(share, st.c.Currency)+" kept back", money.FromMinor(st.c.Currency, kept).Format(st.c.Currency))
	}
	return kept, nil
}

// released says whether money held back is paid after all: its day has come, and its condition holds.
func (r *reader) released(h *contracts.Held, sc *scope) (bool, error) {
	if h.ReleasedOn != nil {
		d, _, err := r.day(h.ReleasedOn, sc)
		if err != nil || d.IsZero() || !r.come(d, r.through) {
			return false, err
		}
	}
	if h.ReleasedWhen != nil {
		v, err := r.holds(h.ReleasedWhen, sc)
		return v == holdsYes, err
	}
	return true, nil
}
