package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// payLines works out the lines of a payment for the whole, before caps, once.
func (w *whole) payLines(pi int) ([]rawLine, error) {
	if lines, ok := w.lines[pi]; ok {
		return lines, nil
	}
	var out []rawLine
	for _, k := range w.domain(w.c.Payments[pi].Per) {
		l, err := w.payAt(pi, k)
		if err != nil {
			return nil, err
		}
		if l.ok {
			out = append(out, l.line)
		}
	}
	w.lines[pi] = out
	return out, nil
}

// payLine works out one line; it is false where nothing is due or known.
func (w *whole) payLine(pi int, pay *contracts.Payment, k key) (rawLine, bool, error) {
	sc := w.scope(k)
	sc.met, _ = w.ended(pay.Per, k)
	r := w.reader
	if pay.For == contracts.ForLeftOver {
		l, ok, err := w.leftOver(pi, pay, k)
		return l, ok && !w.inShadow(pi, l.first), err
	}
	saved, gate := r.trace, r.onGate
	r.onGate, r.notes = w.onGate, nil
	defer func() { r.trace, r.onGate = saved, gate }()
	if w.recording { // each line's working is whole: what an earlier line worked out is written down again
		r.trace = &trace{currency: w.c.Currency}
		clear(w.memo)
	}
	if !within(pay, sc.met) {
		return rawLine{}, false, nil
	}
	r.tested = 0
	if ok, err := r.allowed(pi, &sc); err != nil || !ok {
		return rawLine{}, false, err
	}
	judged := r.tested
	l, why, err := r.sum(pi, &sc)
	l.first = max(l.first, judged) // it is not known to be due before its conditions are
	switch {
	case err != nil:
		return l, false, err
	case why == counted && l.first > w.through:
		why = waitNotDue
	case why == counted && !within(pay, l.first):
		return l, false, nil
	}
	if why == counted && w.inShadow(pi, dayOf(sc.met, l.first)) {
		why = waitShadow
	}
	if why != counted {
		r.wait(pi, why)
		return l, false, nil
	}
	l.payment, l.unit, l.key, l.period = pi, -1, k, w.linePeriod(k, l.first)
	if ok, err := r.closeLine(pi, &l, &sc); err != nil || !ok {
		return l, false, err
	}
	l.notes = r.notes
	if r.trace != nil {
		l.steps = r.trace.steps
	}
	return l, true, nil
}

// paid is the total of a payment within a key, after caps.
func (w *whole) paid(pi int, k key) (formula.Figure, error) {
	out := formula.Figure{Type: formula.Money}
	if w.unitPay[pi] {
		g := w.byPayment[pi]
		if w.gathers[g].stage >= w.done {
			return out, fmt.Errorf("the total of %s was read before all units were gone through", w.c.Payments[pi].Name)
		}
		for at, t := range w.tallies[g] {
			if contains(at, k) {
				out.Num = out.Num.Add(t.sum)
				out.Known = max(out.Known, t.known)
			}
		}
		return out, nil
	}
	lines, err := w.afterCaps(pi)
	if err != nil {
		return out, err
	}
	for i := range lines {
		if contains(w.everyPeriod(lines[i].key, lines[i].first), k) {
			out.Num = out.Num.Add(money.FromMinor(w.c.Currency, lines[i].toDate).Exact())
			out.Known = max(out.Known, lines[i].first)
		}
	}
	return out, nil
}

// everyPeriod fills a line's key with the period of every series in which its day falls, so that what a payment per
// quarter comes to can be read by the year.
func (p *plan) everyPeriod(k key, day calendar.Date) key {
	for s := range p.c.Periods {
		if k.periods[s] == 0 {
			if n, ok := p.c.Periods[s].Series.Number(day); ok {
				k.periods[s] = int16(n)
			}
		}
	}
	return k
}

// levelText names the values of a level at a key: "jsa_18_24 / 4", "cohort 1". The settlement period is left out,
// since a line names it by itself.
func levelText(p *plan, l contracts.Level, k key) string {
	var parts []string
	for _, f := range l.Facts {
		fact := &p.c.Units[l.FactOf].Facts[f]
		switch n := int(k.facts[f]) - 1; {
		case n >= 0 && n < len(fact.Choices):
			parts = append(parts, fact.Choices[n])
		case n >= 0:
			parts = append(parts, fact.Name+" "+[]string{"no", "yes"}[min(n, 1)])
		}
	}
	if l.Cohort >= 0 && k.cohort > 0 {
		parts = append(parts, "cohort "+strconv.Itoa(int(k.cohort)))
	}
	if l.Role != "" && k.party > 0 {
		parts = append(parts, p.c.Parties[k.party-1].ID)
	}
	for _, s := range l.Periods {
		if s != p.c.Calendar.Settle && k.periods[s] > 0 {
			parts = append(parts, strconv.Itoa(int(k.periods[s])))
		}
	}
	return strings.Join(parts, " / ")
}

// keyText is a level's values in brackets, for names.
func keyText(p *plan, l contracts.Level, k key) string {
	text := levelText(p, l, k)
	for _, s := range l.Periods {
		if s == p.c.Calendar.Settle && k.periods[s] > 0 {
			if text != "" {
				text += " / "
			}
			text += strconv.Itoa(int(k.periods[s]))
		}
	}
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// capEntry is one sum, or one place, that asks for room under a cap.
type capEntry struct {
	kept    int64 // what was settled of it, where the contract says that settled places stand
	days    [3]calendar.Date
	listed  int
	ordinal int
	unit    int
	sub     int // order within the unit
	amount  int64
	size    int64 // what a payment that is counted comes to
	allowed int64
}

// fill gives room under a limit to entries in the cap's order: first to what was settled of those that keep their places,
// then to the rest. It sorts them.
func fill(c *contracts.Contract, k *contracts.Cap, entries []capEntry, limit int64) {
	if k.Order == contracts.OrderProRata {
		proRata(c, entries, limit)
		return
	}
	slices.SortFunc(entries, func(a, b capEntry) int {
		if k.Order == contracts.OrderLargest {
			return cmp.Or(cmp.Compare(max(b.size, b.amount), max(a.size, a.amount)), a.before(&b))
		}
		return a.before(&b)
	})
	left := limit
	take := func(asked int64) int64 {
		given := asked
		switch {
		case asked <= left:
		case k.Beyond != contracts.BeyondRefuse:
			given = left
		default:
			given = 0
		}
		left -= given
		return given
	}
	for i := range entries {
		e := &entries[i]
		e.kept = max(min(e.kept, e.amount), 0)
		e.allowed = take(e.kept)
	}
	for i := range entries {
		if e := &entries[i]; e.allowed == e.kept { // what does not even keep its place asks for no more
			e.allowed += take(e.amount - e.kept)
		}
	}
}

func (e *capEntry) before(o *capEntry) int {
	for i := range e.days {
		if e.days[i] != o.days[i] {
			return dayOrder(e.days[i], o.days[i])
		}
	}
	for _, d := range [4]int{e.listed - o.listed, e.ordinal - o.ordinal, e.unit - o.unit, e.sub - o.sub} {
		if d != 0 {
			return d
		}
	}
	return 0
}

// dayOrder puts a day that has not come last.
func dayOrder(a, b calendar.Date) int {
	switch {
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return int(a) - int(b)
}

// proRata shares a limit in proportion to what is asked, by the largest remainder.
func proRata(c *contracts.Contract, entries []capEntry, limit int64) {
	var asked int64
	weights := make([]money.Exact, len(entries))
	for i, e := range entries {
		asked += e.amount
		weights[i] = money.Int(e.amount)
		entries[i].allowed = e.amount
	}
	if asked <= limit {
		return
	}
	parts, err := money.Allocate(money.FromMinor(c.Currency, limit), c.Currency, c.Rounding.Unit, weights, money.LargestRemainder)
	if err != nil {
		return // nothing was asked
	}
	for i := range entries {
		entries[i].allowed, _ = parts[i].Minor()
	}
}
