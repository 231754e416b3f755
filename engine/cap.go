package engine

import (
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/money"
)

// candidate is a line, or a place, that asks for room under a cap across units.
type candidate struct {
	capEntry
	at      key // of the cap
	key     key // of the line
	payment int // -1 for a place
	period  int
}

// claimant names a candidate within one settlement.
type claimant struct {
	cap, ordinal, unit, payment, period int
	key                                 key
}

// applyCaps applies to a tree's lines, in the order listed, the caps within a unit and those across units that earlier
// passes decided, and collects candidates for the one that this pass decides. It stops there: what comes after waits.
func (r *reader) applyCaps(pass int, collect func(ci int, c candidate), took func(ci, lines int, minor int64)) error {
	for ci := range r.c.Caps {
		at := r.capStage[ci]
		switch {
		case at == unseen: // over payments for the whole
		case at > pass:
			return nil
		case r.c.Caps[ci].Per.Unit >= 0:
			if err := r.capWithin(ci, took); err != nil {
				return err
			}
		case at == pass:
			return r.candidates(ci, func(c candidate) { collect(ci, c) })
		default:
			if err := r.capDecided(ci, took); err != nil {
				return err
			}
		}
	}
	return nil
}

// capWithin applies a cap that stands per a unit.
func (r *reader) capWithin(ci int, took func(int, int, int64)) error {
	k := &r.c.Caps[ci]
	for u := range r.tree.Units {
		if r.tree.Units[u].Type != k.Per.Unit {
			continue
		}
		if len(k.Per.Periods) == 0 {
			if err := r.capUnit(ci, u, nil, took); err != nil {
				return err
			}
			continue
		}
		var done []key
		for i := range r.lines {
			at := r.capKey(k, &r.lines[i])
			if r.within(r.lines[i].unit, u) && !slices.Contains(done, at) {
				done = append(done, at)
				if err := r.capUnit(ci, u, &at, took); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// capUnit fills a cap within one unit, at one key of periods where it stands per these.
func (r *reader) capUnit(ci, u int, at *key, took func(int, int, int64)) error {
	k := &r.c.Caps[ci]
	r.entries = r.entries[:0]
	for i := range r.lines {
		l := &r.lines[i]
		if !slices.Contains(k.Over, l.payment) || l.toDate == 0 || !r.within(l.unit, u) || at != nil && r.capKey(k, l) != *at {
			continue
		}
		if k.Counting >= 0 || k.Claims {
			if err := r.placeWithin(k, l); err != nil {
				return err
			}
			continue
		}
		asked, err := r.asks(k, l)
		if err != nil {
			return err
		}
		e := capEntry{kept: r.keptOf(k, l), listed: slices.Index(k.Over, l.payment), unit: l.unit, ordinal: i, sub: l.period, amount: asked}
		if k.Order == contracts.OrderDays {
			if err := r.entryDays(k, l, &e); err != nil {
				return err
			}
		}
		r.entries = append(r.entries, e)
	}
	if len(r.entries) == 0 {
		return nil
	}
	if k.Claims && r.overlaps != nil {
		r.overlaps[ci].claimed(r.entries)
	}
	return r.fillWithin(ci, u, at, took)
}

// placeWithin adds what a line counts for, once: a place for the counted unit, or its payment. A payment stands at the
// earliest of its lines' days.
func (r *reader) placeWithin(k *contracts.Cap, l *rawLine) error {
	place, listed := *l, slices.Index(k.Over, l.payment)
	if !k.Claims {
		place.unit, listed = r.unitFor(k.Counting, l.unit), 0
	}
	n := slices.IndexFunc(r.entries, func(e capEntry) bool { return e.listed == listed && (k.Claims || e.unit == place.unit) })
	var e capEntry
	if k.Order == contracts.OrderDays {
		if err := r.entryDays(k, &place, &e); err != nil {
			return err
		}
	}
	if n < 0 {
		n = len(r.entries)
		r.entries = append(r.entries, capEntry{unit: place.unit, listed: listed, amount: 1, days: e.days})
	}
	own := &r.entries[n]
	if k.Claims {
		own.size += l.toDate
		if slices.CompareFunc(e.days[:], own.days[:], dayOrder) < 0 {
			own.days = e.days
		}
	}
	own.kept = max(own.kept, r.keptPlace(k, l))
	return nil
}

// keptOf is what was settled of a line where the contract says that settled places stand, else nothing.
func (r *reader) keptOf(k *contracts.Cap, l *rawLine) int64 {
	if k.Places != contracts.PlacesStand {
		return 0
	}
	return max(r.settledOf(l, k.Payer), 0)
}

// keptPlace is 1 where anything under a cap was settled for a line's unit, in whatever period, and settled places stand.
func (r *reader) keptPlace(k *contracts.Cap, l *rawLine) int64 {
	if k.Places != contracts.PlacesStand {
		return 0
	}
	of := ""
	if l.unit > 0 {
		of = r.tree.Units[l.unit].Key
	}
	for i := range r.settled {
		s := &r.settled[i]
		if s.minor > 0 && slices.Contains(k.Over, s.payment) && (!k.Claims || s.payment == l.payment) && (s.of == of || of == "" || strings.HasPrefix(s.of, of+" / ")) {
			return 1
		}
	}
	return 0
}

// fillWithin fills a cap within unit u from the entries collected.
func (r *reader) fillWithin(ci, u int, at *key, took func(int, int, int64)) error {
	k := &r.c.Caps[ci]
	sc := r.unitScope(u)
	if at != nil {
		sc.key = *at
	}
	f, err := r.eval(k.NotAbove, &sc)
	if err != nil || f.State != 0 {
		return err
	}
	limit, err := r.limitOf(k, f)
	if err != nil {
		return err
	}
	fill(r.c, k, r.entries, limit)
	n, cut := 0, int64(0)
	refuse := func(l *rawLine, asked, allowed int64) error {
		n, cut = n+1, cut+asked-allowed
		return r.refused(l, ci, asked, allowed, figureText(f, r.c.Currency))
	}
	for i := range r.entries {
		e := &r.entries[i]
		switch {
		case e.allowed == e.amount:
		case k.Counting < 0 && !k.Claims:
			err = refuse(&r.lines[e.ordinal], e.amount, e.allowed)
		default:
			of, over := e.unit, k.Over
			if k.Claims {
				of, over = u, k.Over[e.listed:e.listed+1]
				if r.overlaps != nil {
					r.overlaps[ci].refused(e.listed, e.size)
				}
			}
			for j := range r.lines {
				l := &r.lines[j]
				if err == nil && slices.Contains(over, l.payment) && l.toDate != 0 && r.within(l.unit, of) && (at == nil || r.capKey(k, l) == *at) {
					err = refuse(l, l.toDate, 0)
				}
			}
		}
		if err != nil {
			return err
		}
	}
	if n > 0 && took != nil {
		took(ci, n, cut)
	}
	return nil
}

// refused cuts a line, or one payer's part of it, to what a cap allows of what was asked.
func (r *reader) refused(l *rawLine, ci int, asked, allowed int64, limit string) error {
	k := &r.c.Caps[ci]
	if err := r.allow(k, l, asked, allowed); err != nil {
		return err
	}
	l.notes = append(l.notes[:len(l.notes):len(l.notes)], k.Name+" ("+k.Clause+")")
	if l.toDate == 0 {
		r.wait(l.payment, waitRefused)
	}
	if r.trace != nil {
		r.trace.say(k.Name, r.capText(k, limit)+" ("+k.Clause+")", money.FromMinor(r.c.Currency, allowed).Format(r.c.Currency))
	}
	return nil
}

// entryDays finds the days that order an entry.
func (r *reader) entryDays(k *contracts.Cap, l *rawLine, e *capEntry) error {
	sc := r.lineScope(l)
	for i := range min(len(k.Days), len(e.days)) {
		d, _, err := r.day(&k.Days[i], &sc)
		if err != nil {
			return err
		}
		e.days[i] = d
	}
	return nil
}

// candidates offers every line of the tree under a cap across units, or each unit with a line where places are counted.
func (r *reader) candidates(ci int, offer func(candidate)) error {
	k := &r.c.Caps[ci]
	if k.Counting >= 0 {
		return r.places(ci, offer)
	}
	for i := range r.lines {
		l := &r.lines[i]
		if l.toDate == 0 || !slices.Contains(k.Over, l.payment) {
			continue
		}
		asked, err := r.asks(k, l)
		if err != nil {
			return err
		}
		if asked == 0 {
			continue
		}
		c := candidate{payment: l.payment, period: l.period, key: l.key, at: r.capKey(k, l),
			capEntry: capEntry{listed: slices.Index(k.Over, l.payment), ordinal: r.ordinal, unit: l.unit, sub: l.period, amount: asked}}
		if err := r.entryDays(k, l, &c.capEntry); err != nil {
			return err
		}
		c.kept = r.keptOf(k, l)
		offer(c)
	}
	return nil
}

// lineScope is where a line is judged: at its unit and key, with its first outcome in hand.
func (r *reader) lineScope(l *rawLine) scope {
	sc := r.unitScope(l.unit)
	sc.met, sc.key = l.first, l.key
	if pay := &r.c.Payments[l.payment]; pay.For == contracts.ForMeasure {
		sc.measure = pay.Index + 1
	}
	return sc
}

// capKey is the key at which a line is charged to a cap.
func (r *reader) capKey(k *contracts.Cap, l *rawLine) key {
	sc := r.lineScope(l)
	if k.Dated != nil {
		if d, _, err := r.day(k.Dated, &sc); err == nil && !d.IsZero() {
			sc.met = d
			for _, s := range k.Per.Periods {
				sc.key.periods[s] = 0
			}
		}
	}
	return r.keyOf(k.Per, &sc)
}

// places offers one place for each unit of the counted type that a payment under the cap is due for, at each key of the
// cap that its lines are charged to: one a year, where places are counted by the year.
func (r *reader) places(ci int, offer func(candidate)) error {
	k := &r.c.Caps[ci]
	for u := range r.tree.Units {
		if r.tree.Units[u].Type != k.Counting {
			continue
		}
		r.asked = r.asked[:0]
		for i := range r.lines {
			l := &r.lines[i]
			if l.toDate == 0 || !slices.Contains(k.Over, l.payment) || !r.within(l.unit, u) {
				continue
			}
			place := *l
			place.unit = u
			at := r.capKey(k, &place)
			n := slices.IndexFunc(r.asked, func(c candidate) bool { return c.at == at })
			if n < 0 {
				n = len(r.asked)
				c := candidate{payment: -1, at: at, capEntry: capEntry{ordinal: r.ordinal, unit: u, amount: 1}}
				if err := r.entryDays(k, &place, &c.capEntry); err != nil {
					return err
				}
				r.asked = append(r.asked, c)
			}
			r.asked[n].kept = max(r.asked[n].kept, min(r.keptOf(k, l), 1))
		}
		for _, c := range r.asked {
			offer(c)
		}
	}
	return nil
}

// capDecided applies what a cap across units decided.
func (r *reader) capDecided(ci int, took func(int, int, int64)) error {
	k := &r.c.Caps[ci]
	n, cut := 0, int64(0)
	for i := range r.lines {
		l := &r.lines[i]
		if l.toDate == 0 || !slices.Contains(k.Over, l.payment) {
			continue
		}
		who := claimant{cap: ci, ordinal: r.ordinal, unit: l.unit, payment: l.payment, period: l.period, key: l.key}
		if k.Counting >= 0 {
			place := *l
			place.unit = r.unitFor(k.Counting, l.unit)
			who = claimant{cap: ci, ordinal: r.ordinal, unit: place.unit, payment: -1, key: r.capKey(k, &place)}
		}
		allowed, decided := r.whole.allowed[who]
		if !decided {
			continue
		}
		asked, err := r.asks(k, l)
		if err != nil {
			return err
		}
		if allowed >= asked && k.Counting < 0 {
			continue
		}
		n, cut = n+1, cut+asked-allowed
		if err := r.refused(l, ci, asked, allowed, r.whole.limits[ci]); err != nil {
			return err
		}
	}
	if n > 0 && took != nil {
		took(ci, n, cut)
	}
	return nil
}

// decide fills a cap across units from all its candidates and keeps what is not wholly allowed.
func (w *whole) decide(ci int, all []candidate) error {
	k := &w.c.Caps[ci]
	if w.mixed[ci] {
		own, err := w.candidates(ci)
		if err != nil {
			return err
		}
		all = append(all, own...)
	}
	groups := map[key][]int{}
	var order []key
	for i := range all {
		if groups[all[i].at] == nil {
			order = append(order, all[i].at)
		}
		groups[all[i].at] = append(groups[all[i].at], i)
	}
	for _, at := range order {
		limit, text, known, err := w.limit(ci, at)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		w.limits[ci] = text
		group := groups[at]
		entries := make([]capEntry, len(group))
		for i, g := range group {
			entries[i] = all[g].capEntry
			entries[i].sub = g // candidates came in canonical order, so their place settles ties as the unit's own order does
		}
		fill(w.c, k, entries, limit)
		for _, e := range entries {
			c := &all[e.sub]
			if e.allowed != c.amount {
				who := claimant{cap: ci, ordinal: c.ordinal, unit: c.unit, payment: c.payment, key: c.at}
				if c.payment >= 0 {
					who.period, who.key = c.period, c.key
				}
				w.allowed[who] = e.allowed
			}
		}
	}
	return nil
}
