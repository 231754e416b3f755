package engine

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// This file applies caps to lines of the whole: those over payments for the whole as these are read, and those over
// payments by unit too once all units have been gone through.

// wholeOrdinal puts lines of the whole after all units.
const wholeOrdinal = 1 << 62

// cappedWith lists the payments for the whole whose lines decide what the caps before one leave of some: all under a cap
// that any of them stands under, but those listed later where it is filled as listed, which take nothing from it.
func (p *plan) cappedWith(of []int, before int) []int {
	needed := slices.Clone(of)
	for ci := before - 1; ci >= 0; ci-- {
		if !p.mixed[ci] && !slices.Contains(p.wholeCaps, ci) {
			continue
		}
		k, last := &p.c.Caps[ci], -1
		for _, pay := range needed {
			last = max(last, slices.Index(k.Over, pay))
		}
		switch {
		case last < 0:
		case k.Order == contracts.OrderListed:
			needed = append(needed, k.Over[:last]...)
		default:
			needed = append(needed, k.Over...)
		}
	}
	slices.Sort(needed)
	return slices.DeleteFunc(slices.Compact(needed), func(pay int) bool { return p.unitPay[pay] })
}

// linesBefore are the lines of payments for the whole after the caps before one, and of others that take room from them.
func (w *whole) linesBefore(of []int, before int) ([]rawLine, error) {
	var lines []rawLine
	for _, i := range w.cappedWith(of, before) {
		own, err := w.payLines(i)
		if err != nil {
			return nil, err
		}
		lines = append(lines, own...)
	}
	return lines, w.capWhole(lines, before, nil)
}

// afterCaps is a payment's lines after the caps it stands under.
func (w *whole) afterCaps(pi int) ([]rawLine, error) {
	if w.capping[pi] { // the contract's own check of circles finds them first
		return nil, fmt.Errorf("payment %s (%s) %w", w.c.Payments[pi].Name, w.c.Payments[pi].Clause, errCircle)
	}
	w.capping[pi] = true
	defer delete(w.capping, pi)
	lines, err := w.linesBefore([]int{pi}, len(w.c.Caps))
	return slices.DeleteFunc(lines, func(l rawLine) bool { return l.payment != pi }), err
}

// candidates are the lines of the whole that ask for room under a cap which stands over payments by unit too.
func (w *whole) candidates(ci int) ([]candidate, error) {
	k := &w.c.Caps[ci]
	var own []int
	for _, pay := range k.Over {
		if !w.unitPay[pay] {
			own = append(own, pay)
		}
	}
	lines, err := w.linesBefore(own, ci)
	if err != nil {
		return nil, err
	}
	var out []candidate
	for i := range lines {
		l := &lines[i]
		if !slices.Contains(own, l.payment) {
			continue
		}
		e, err := w.entry(k, l)
		if err != nil {
			return nil, err
		}
		if e.amount != 0 {
			out = append(out, candidate{payment: l.payment, period: l.period, key: l.key, at: w.capKey(k, l), capEntry: e})
		}
	}
	return out, nil
}

// entry is a line of the whole as it asks for room under a cap.
func (w *whole) entry(k *contracts.Cap, l *rawLine) (capEntry, error) {
	asked, err := w.reader.asks(k, l)
	e := capEntry{listed: slices.Index(k.Over, l.payment), ordinal: wholeOrdinal, unit: -1, amount: asked}
	if k.Order == contracts.OrderDays {
		e.days[0] = l.first
	}
	if k.Places == contracts.PlacesStand {
		e.kept = max(w.settledAt(l.payment, l.key, k.Payer), 0)
	}
	return e, err
}

// capKey is the key at which a line of the whole is charged to a cap.
func (w *whole) capKey(k *contracts.Cap, l *rawLine) key {
	sc := w.scope(l.key)
	sc.met = l.first
	return w.reader.keyOf(k.Per, &sc)
}

// capWhole applies the caps before one to lines of the whole, in the order listed.
func (w *whole) capWhole(lines []rawLine, before int, took func(capIndex int, lines int, minor int64, limit string)) error {
	for ci := range before {
		var err error
		switch {
		case w.mixed[ci]:
			err = w.capMixed(ci, lines, took)
		case slices.Contains(w.wholeCaps, ci):
			err = w.capOne(ci, lines, took)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// capOne applies one cap over payments for the whole.
func (w *whole) capOne(ci int, lines []rawLine, took func(int, int, int64, string)) error {
	k := &w.c.Caps[ci]
	groups := map[key][]*rawLine{}
	var order []key
	for i := range lines {
		l := &lines[i]
		if !slices.Contains(k.Over, l.payment) {
			continue
		}
		at := w.capKey(k, l)
		if groups[at] == nil {
			order = append(order, at)
		}
		groups[at] = append(groups[at], l)
	}
	for _, at := range order {
		if err := w.capGroup(ci, at, groups[at], took); err != nil {
			return err
		}
	}
	return nil
}

// capMixed applies what a cap over payments by unit and for the whole decided when all units had been gone through.
func (w *whole) capMixed(ci int, lines []rawLine, took func(int, int, int64, string)) error {
	k := &w.c.Caps[ci]
	if w.capStage[ci] >= w.done {
		return fmt.Errorf("%s (%s) was read before all units were gone through", k.Name, k.Clause)
	}
	n, cut := 0, int64(0)
	for i := range lines {
		l := &lines[i]
		if !slices.Contains(k.Over, l.payment) {
			continue
		}
		allowed, decided := w.allowed[claimant{cap: ci, ordinal: wholeOrdinal, unit: -1, payment: l.payment, period: l.period, key: l.key}]
		if !decided {
			continue
		}
		asked, err := w.reader.asks(k, l)
		if err != nil {
			return err
		}
		n, cut = n+1, cut+asked-allowed
		if err := w.lowered(ci, l, asked, allowed, w.limits[ci]); err != nil {
			return err
		}
	}
	if n > 0 && took != nil {
		took(ci, n, cut, w.limits[ci])
	}
	return nil
}

// lowered cuts a line of the whole to what a cap allows, and writes the step into its working.
func (w *whole) lowered(ci int, l *rawLine, asked, allowed int64, limit string) error {
	k := &w.c.Caps[ci]
	if err := w.reader.allow(k, l, asked, allowed); err != nil {
		return err
	}
	l.steps = append(l.steps[:len(l.steps):len(l.steps)], statements.Step{Name: k.Name, Text: w.capText(k, limit), Clause: k.Clause,
		Value: money.FromMinor(w.c.Currency, allowed).Format(w.c.Currency)})
	return nil
}

// capGroup fills one cap at one key with lines of the whole.
func (w *whole) capGroup(ci int, at key, lines []*rawLine, took func(int, int, int64, string)) error {
	k := &w.c.Caps[ci]
	limit, text, known, err := w.limit(ci, at)
	if err != nil || !known {
		return err
	}
	entries := make([]capEntry, len(lines))
	for i, l := range lines {
		if entries[i], err = w.entry(k, l); err != nil {
			return err
		}
		entries[i].ordinal = i
	}
	fill(w.c, k, entries, limit)
	n, cut := 0, int64(0)
	for _, e := range entries {
		if e.allowed == e.amount {
			continue
		}
		n, cut = n+1, cut+e.amount-e.allowed
		if err := w.lowered(ci, lines[e.ordinal], e.amount, e.allowed, text); err != nil {
			return err
		}
	}
	if n > 0 && took != nil {
		took(ci, n, cut, text)
	}
	return nil
}

// limit is what a cap allows at a key, in minor units or in places. A cap that is not yet known, not observed or left
// out does not bind.
func (w *whole) limit(ci int, at key) (int64, string, bool, error) {
	k := &w.c.Caps[ci]
	sc := w.scope(at)
	f, err := w.reader.eval(k.NotAbove, &sc)
	if err != nil {
		return 0, "", false, fmt.Errorf("%s (%s): %w", k.Name, k.Clause, err)
	}
	if f.State != formula.Known {
		return 0, "", false, nil
	}
	n, err := w.limitOf(k, f)
	return n, figureText(f, w.c.Currency), true, err
}

// limitOf is a cap's limit in minor units, or in places. A cap is never rounded up: what is paid under it stays at or
// below it.
func (p *plan) limitOf(k *contracts.Cap, f formula.Figure) (int64, error) {
	if k.Counting >= 0 || k.Claims {
		n, _ := f.Num.Round(wholeDown).Int64()
		return max(n, 0), nil
	}
	m, err := f.Num.Minor(p.c.Currency, money.Rounding{Mode: money.Down, Unit: p.c.Rounding.Unit})
	return max(m, 0), err
}
