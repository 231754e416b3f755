package engine

import (
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/estimators"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// gatherCompared adds what a comparison looks at of the members of one side: the figure compared, and for an estimator
// the row of all that it reads. A member of whom something is not yet known, or was not observed, is counted so, and the
// comparison then waits: no row is left out because it has a gap.
func (r *reader) gatherCompared(ci int, treated bool, into func(key) *tally) error {
	c := &r.c.Comparisons[ci]
	side := c.Treated
	if !treated {
		side = c.Against
	}
	for u := range r.tree.Units {
		if r.tree.Units[u].Type != r.c.Cohorts[side].Unit {
			continue
		}
		j, err := r.join(side, u)
		if err != nil || !j.joined {
			if err != nil {
				return err
			}
			continue
		}
		var k key
		if c.Per.Cohort >= 0 {
			if k.cohort = r.sideNumber(c, treated, u, j); k.cohort == 0 {
				continue
			}
		}
		t := into(k)
		sc := r.unitScope(u)
		switch {
		case estimatorOverPeriods(c):
			err = r.panelRows(c, t, &sc)
		case estimators.Estimates(c):
			err = r.compareRow(c, t, &sc, j.day)
		case c.Of < 0: // a carried effect asks only how many there are
			t.add(number(1), j.day)
		default:
			var f formula.Figure
			if f, err = r.quantity(c.Of, &sc); err == nil {
				t.add(f, j.day)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// panelRows adds a row for each of the comparison's periods.
func (r *reader) panelRows(c *contracts.Comparison, t *tally, sc *scope) error {
	series := r.c.Quantities[c.Of].Per.Periods[0]
	numbers, ended := r.whole.periodsIn(c, series)
	if !ended {
		t.notYet++
		return nil
	}
	for _, n := range numbers {
		at := *sc
		at.key.periods[series] = int16(n)
		span, _ := r.c.Periods[series].Series.Span(n)
		if err := r.compareRow(c, t, &at, span.Last); err != nil {
			return err
		}
	}
	return nil
}

// compareRow adds one row: the unit's number, its figures in the order of the comparison's columns, and of a panel the
// period's number. A unit whose outcome the contract leaves out of the test (neutral) is no part of the comparison.
func (r *reader) compareRow(c *contracts.Comparison, t *tally, sc *scope, day calendar.Date) error {
	from := len(t.cells)
	t.cells = append(t.cells, r.unitNumber(sc.unit))
	known := day
	for i := range c.Columns {
		col := &c.Columns[i]
		if col.Unit >= 0 {
			t.cells = append(t.cells, r.unitNumber(r.unitFor(col.Unit, sc.unit)))
			continue
		}
		f, err := r.ref(col.Slot, sc)
		if err != nil {
			return err
		}
		if f.State != formula.Known {
			t.cells = t.cells[:from]
			switch f.State {
			case formula.NotYet:
				t.notYet++
			case formula.Neutral:
				if i > 0 {
					t.unknown++
				}
			default:
				t.unknown++
			}
			return nil
		}
		known = max(known, f.Known)
		t.cells = append(t.cells, f.Num)
	}
	if estimatorOverPeriods(c) {
		t.cells = append(t.cells, money.Int(int64(sc.key.periods[r.c.Quantities[c.Of].Per.Periods[0]])))
	}
	t.n++
	t.known = max(t.known, known)
	return nil
}

// unitNumber is a number of a unit of the tree that stands in canonical order over the whole snapshot.
func (r *reader) unitNumber(u int) money.Exact {
	const members = 1 << 20
	return money.Int(int64(r.ordinal)).Mul(money.Int(members)).Add(money.Int(int64(u)))
}

// sideNumber is the number of the cohort a unit is in, or, for one only compared with, of the cohort open on its day.
func (r *reader) sideNumber(c *contracts.Comparison, treated bool, u int, j membership) int32 {
	switch {
	case treated:
		return r.cohortNumber(c.Treated, u)
	case !r.closing[c.Treated]:
		return 1
	}
	return r.whole.numbers[c.Treated].byDay(j.day)
}
