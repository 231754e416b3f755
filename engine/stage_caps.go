package engine

import (
	"fmt"
	"slices"
)

// This file finds the passes of caps and divisions: which caps are filled within one unit, which across units and which
// for the whole, and from which pass what they leave can be read.

// divisionReady is the pass from which a division's weights and claims can be read.
func (s *stager) divisionReady(i int) int {
	if i < 0 {
		return 0
	}
	return s.within(false, func() int {
		at := 0
		for _, t := range s.p.c.Divisions[i].Tranches {
			at = max(at, s.expr(t.Weights...), s.expr(t.Claim))
		}
		return at
	})
}

// wholeTotal is the pass from which a payment for the whole can be read as the caps before one leave it.
func (s *stager) wholeTotal(pay, before int) int {
	p := s.p
	at := s.paymentReady(pay)
	with := p.cappedWith([]int{pay}, before)
	for _, other := range with {
		at = max(at, s.paymentReady(other))
	}
	for i := range before {
		k := &p.c.Caps[i]
		if !p.mixed[i] && !slices.Contains(p.wholeCaps, i) || !slices.ContainsFunc(k.Over, func(o int) bool { return slices.Contains(with, o) }) {
			continue
		}
		at = max(at, s.within(false, func() int { return s.expr(k.NotAbove) }))
		if p.mixed[i] {
			at = max(at, s.capsThrough(i))
		}
		for _, o := range k.Over {
			if k.Payer >= 0 && slices.Contains(with, o) {
				at = max(at, s.divisionReady(p.c.Payments[o].From.Division))
			}
		}
	}
	return at
}

// sortCaps tells the caps within one unit from those across units and those over payments for the whole.
func (s *stager) sortCaps() {
	p := s.p
	for i := range p.c.Caps {
		k := &p.c.Caps[i]
		unit, whole := 0, 0
		for _, pay := range k.Over {
			if p.unitPay[pay] {
				unit++
			} else {
				whole++
			}
		}
		switch {
		case unit > 0 && whole > 0 && (k.Counting >= 0 || k.Claims):
			s.err = fmt.Errorf("%s (%s): it counts places of units and stands over payments for the whole too; leave these out of over", k.Name, k.Clause)
		case unit == 0:
			p.wholeCaps = append(p.wholeCaps, i)
		case k.Per.Unit >= 0:
			p.localCaps = append(p.localCaps, i)
		default:
			p.crossCaps, p.mixed[i] = append(p.crossCaps, i), whole > 0
		}
	}
}

// capsThrough gives the caps up to one, in the order listed, the pass from which each can be applied: one across units has
// its candidates collected in that pass and is decided after it, when every earlier cap has been applied. It returns the
// pass from which they all are. A cap may read what a payment comes to once the last cap over that payment is applied.
func (s *stager) capsThrough(i int) int {
	if i < 0 {
		return 0
	}
	p := s.p
	k := &p.c.Caps[i]
	return s.memo(s.capsAt, i, k.Name+" ("+k.Clause+")", func() int {
		at := s.capsThrough(i - 1)
		if slices.Contains(p.wholeCaps, i) {
			return at
		}
		for _, pay := range k.Over {
			if !p.unitPay[pay] { // read after the pass
				at = max(at, s.wholeTotal(pay, i)-1)
				continue
			}
			at = max(at, s.paymentReady(pay))
			if k.Payer >= 0 {
				at = max(at, s.divisionReady(p.c.Payments[pay].From.Division))
			}
		}
		for d := range k.Days {
			at = max(at, s.day(&k.Days[d]))
		}
		if slices.Contains(p.localCaps, i) {
			at = max(at, s.within(true, func() int { return s.expr(k.NotAbove) }))
			p.capStage[i] = at
			return at
		}
		at = max(at, s.within(false, func() int { return s.expr(k.NotAbove) })-1)
		p.capStage[i] = at
		return at + 1
	})
}

// lastCap is the last cap over payments by unit that a payment stands under, or -1.
func (s *stager) lastCap(pay int) int {
	for i := len(s.p.c.Caps) - 1; i >= 0; i-- {
		if slices.Contains(s.p.c.Caps[i].Over, pay) && !slices.Contains(s.p.wholeCaps, i) {
			return i
		}
	}
	return -1
}
