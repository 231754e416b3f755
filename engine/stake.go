package engine

import (
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// This file works out stakes period by period: what was put in grows, what was paid comes off, each period's growth is
// rounded once. A payment may read the stake that it pays, since what the stake has had is asked of earlier periods alone.

// stakeLevel is the level a stake's figures stand at.
func stakeLevel(c *contracts.Contract, si int) contracts.Level {
	l := contracts.ContractLevel()
	l.Periods = []int{c.Stakes[si].Period}
	return l
}

// stakeReady is the pass from which a stake can be read: when what is put in and all it has can.
func (s *stager) stakeReady(i int) int {
	if s.stake[i] == working {
		return 0
	}
	k := &s.p.c.Stakes[i]
	return s.memo(s.stake, i, k.Name, func() int {
		at := s.expr(k.OpensWith, k.PutsIn, k.Rate)
		for _, pi := range k.HadBy {
			if s.payment[pi] != working {
				at = max(at, s.paymentReady(pi))
			}
		}
		return at
	})
}

// stakeAt is where a stake stands in a period, before what is paid in it.
type stakeAt struct {
	putIn, had, growth money.Exact
	state              formula.State
}

func (a *stakeAt) balance() money.Exact { return a.putIn.Add(a.growth).Sub(a.had) }

// principal is what was put in and has not come back, where growth is met first.
func (a *stakeAt) principal() money.Exact {
	if back := a.had.Sub(a.growth); back.Sign() > 0 {
		return a.putIn.Sub(back)
	}
	return a.putIn
}

// stake reads a figure of a stake in a key's period.
func (w *whole) stake(si int, f contracts.StakeField, k key) (formula.Figure, error) {
	s := &w.c.Stakes[si]
	out := formula.Figure{Type: formula.Money}
	n := k.periods[s.Period]
	span, ok := w.c.Periods[s.Period].Series.Span(int(n))
	if !ok || span.Last > w.through {
		out.State = formula.NotYet
		return out, nil
	}
	at, err := w.stakeIn(si, n)
	if err != nil || at.state != formula.Known {
		out.State = at.state
		return out, err
	}
	out.Num = [...]money.Exact{contracts.StakePutIn: at.putIn, contracts.StakeHad: at.had, contracts.StakeGrowth: at.growth, contracts.StakeBalance: at.balance()}[f]
	w.reader.trace.leaf(s.Name+"."+f.String(), span.String(), out, s.Clause)
	return out, nil
}

// stakeIn works a stake out up to a period. The periods before it are few, and payments remember their lines.
func (w *whole) stakeIn(si int, n int16) (stakeAt, error) {
	s := &w.c.Stakes[si]
	var at stakeAt
	if s.OpensWith != nil {
		sc := w.scope(key{})
		f, err := w.reader.eval(s.OpensWith, &sc)
		if err != nil || f.State != formula.Known {
			at.state = f.State
			return at, err
		}
		at.putIn = f.Num
	}
	for m := int16(1); m <= n; m++ {
		if err := w.stakePeriod(s, m, &at); err != nil || at.state != formula.Known {
			return at, err
		}
		if m == n {
			break
		}
		for _, pi := range s.HadBy {
			had, err := w.paidInSeries(pi, s.Period, m)
			if err != nil {
				return at, err
			}
			at.had = at.had.Add(money.FromMinor(w.c.Currency, had).Exact())
		}
	}
	return at, nil
}

// stakePeriod adds what one period puts in and the growth of it.
func (w *whole) stakePeriod(s *contracts.Stake, m int16, at *stakeAt) error {
	var k key
	k.periods[s.Period] = m
	sc := w.scope(k)
	var putIn money.Exact
	if s.PutsIn != nil {
		f, err := w.reader.eval(s.PutsIn, &sc)
		if err != nil || f.State != formula.Known {
			at.state = f.State
			return err
		}
		putIn = f.Num
	}
	if s.OnFirstDay {
		at.putIn = at.putIn.Add(putIn)
	}
	rate, err := w.reader.eval(s.Rate, &sc)
	if err != nil || rate.State != formula.Known {
		at.state = rate.State
		return err
	}
	base := at.balance()
	if !s.Compounds {
		base = at.principal()
	}
	if base.Sign() > 0 { // what was paid beyond the balance does not shrink
		span, _ := w.c.Periods[s.Period].Series.Span(int(m))
		growth := base.Mul(rate.Num).Mul(yearPart(s.Days, span))
		if s.Rounded.Mode != money.NoRounding {
			growth = growth.Round(s.Rounded)
		}
		at.growth = at.growth.Add(growth)
	}
	if !s.OnFirstDay {
		at.putIn = at.putIn.Add(putIn)
	}
	return nil
}

// yearPart is what part of a year a span is.
func yearPart(by contracts.DayCount, span calendar.Span) money.Exact {
	days, of := int64(span.Days()), int64(365)
	switch by {
	case contracts.Actual360:
		of = 360
	case contracts.Thirty360:
		from, to := span.First, span.Last.AddDays(1)
		y1, m1, d1 := from.Civil()
		y2, m2, d2 := to.Civil()
		days, of = int64(360*(y2-y1)+30*(m2-m1)+min(d2, 30)-min(d1, 30)), 360
	default: // actual days over 365
	}
	part, _ := money.Int(days).Quo(money.Int(of))
	return part
}

// paidInSeries is what a payment comes to in one period of a series, in minor units.
func (w *whole) paidInSeries(pi, series int, n int16) (int64, error) {
	var sum int64
	for _, k := range w.keysOf(pi) {
		if k.periods[series] != n {
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
	return sum, nil
}
