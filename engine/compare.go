package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// estimate is what a comparison found, exact, before it is settled to the places the contract states.
type estimate struct {
	treated, comparison money.Exact // means a unit
	units               money.Exact
	effect              *money.Exact // stated, else worked out
	state               formula.State
	known               calendar.Date
}

// compared reads one figure of a comparison, rounded as the contract says it settles.
func (w *whole) compared(ci int, f contracts.CompareField, k key) (formula.Figure, error) {
	c := &w.c.Comparisons[ci]
	e, err := w.estimate(ci, k)
	out := formula.Figure{Type: formula.Number, State: e.state, Known: e.known}
	switch f {
	case contracts.CompareEffect:
		out.Type = formula.Rate
	case contracts.CompareTreated, contracts.CompareComparison:
		out.Type = w.comparedType(c)
	case contracts.CompareUnits: // a number
	}
	if err != nil || e.state != formula.Known {
		return out, err
	}
	switch f {
	case contracts.CompareTreated:
		out.Num = e.treated
	case contracts.CompareComparison:
		out.Num = e.comparison
	case contracts.CompareUnits:
		out.Num = e.units
	case contracts.CompareEffect:
		if e.effect != nil {
			out.Num = *e.effect
			break
		}
		ratio, ok := e.treated.Quo(e.comparison)
		if !ok {
			return out, fmt.Errorf("comparison %s%s (%s): the comparison is nought, so there is no relative effect", c.Name, keyText(w.plan, c.Per, k), c.Clause)
		}
		out.Num = money.Int(1).Sub(ratio)
	}
	exact := out.Num
	if r := c.Settles[f]; r.Mode != money.NoRounding {
		out.Num = out.Num.Round(r)
	}
	if t := w.reader.trace; t != nil {
		exactly := out
		exactly.Num = exact
		text := fmt.Sprintf("treated %s, comparison %s, units %s", e.treated, e.comparison, e.units)
		if f == contracts.CompareEffect {
			text = fmt.Sprintf("100%% - %s / %s = %s; %d units", e.treated, e.comparison, figureText(exactly, w.c.Currency), unitsOf(e))
		}
		t.say(c.Name+"."+[]string{"effect", "treated", "comparison", "units"}[f]+keyText(w.plan, c.Per, k), text, figureText(out, w.c.Currency))
	}
	return out, nil
}

// comparedType is the type of a comparison's means: that of the figure compared, or a number where it comes certified.
func (w *whole) comparedType(c *contracts.Comparison) formula.Type {
	for c.Estimator == contracts.EstimatorPooled {
		c = &w.c.Comparisons[c.Pools]
	}
	if c.Of >= 0 {
		return w.c.Quantities[c.Of].Type
	}
	return formula.Number
}

// estimate works a comparison out by its estimator, or takes it as an example gives it.
func (w *whole) estimate(ci int, k key) (estimate, error) {
	c := &w.c.Comparisons[ci]
	for i := range w.on.Given {
		if g := &w.on.Given[i]; g.Comparison == ci && (c.Per.Cohort < 0 || int32(g.Cohort) == k.cohort) {
			e := estimate{treated: g.Treated.Num, comparison: g.Comparator.Num, units: g.Units.Num, known: w.through}
			if g.Effect != nil {
				e.effect = &g.Effect.Num
			}
			return e, nil
		}
	}
	switch c.Estimator {
	case contracts.EstimatorCertified:
		return w.certified(c, k), nil
	case contracts.EstimatorMeans:
		return w.means(ci, c, k)
	case contracts.EstimatorPooled:
		return w.pooled(c)
	}
	return estimate{}, fmt.Errorf("comparison %s (%s): no estimator %q", c.Name, c.Clause, c.Estimator)
}

// certified takes the figures the contract's evaluator certified.
func (w *whole) certified(c *contracts.Comparison, k key) estimate {
	var e estimate
	for _, part := range []struct {
		name string
		to   *money.Exact
	}{{"treated", &e.treated}, {"comparison", &e.comparison}, {"units", &e.units}} {
		for i, says := range w.c.Evidence[c.CertifiedBy].Says {
			if says.Name != part.name {
				continue
			}
			f := w.field(&contracts.Ref{Index: c.CertifiedBy, Field: i, Type: says.Type}, k, w.through)
			if f.State != formula.Known {
				e.state = formula.NotYet // nothing certified yet
			}
			*part.to, e.known = f.Num, max(e.known, f.Known)
		}
	}
	return e
}

// means compares the mean of a figure over the treated cohort with that over those it is compared with. It stands once
// the cohort has closed and every member's window has ended.
func (w *whole) means(ci int, c *contracts.Comparison, k key) (estimate, error) {
	var e estimate
	if w.gathers[w.byTreated[ci]].stage >= w.done {
		return e, fmt.Errorf("comparison %s was read before all units were gone through", c.Name)
	}
	if closed, ok := w.closedOn(c.Treated, k.cohort); !ok {
		e.state = formula.NotYet
		return e, nil
	} else {
		e.known = closed
	}
	a, b := w.tallies[w.byTreated[ci]][k], w.tallies[w.byAgainst[ci]][k]
	if a == nil || b == nil {
		e.state = formula.Unknown
		return e, nil
	}
	for _, t := range []*tally{a, b} {
		switch {
		case t.notYet > 0:
			e.state = formula.NotYet
			return e, nil
		case t.unknown > 0 || t.n == 0:
			e.state = formula.Unknown
			return e, nil
		}
		e.known = max(e.known, t.known)
	}
	e.units = money.Int(a.n)
	e.treated, _ = a.sum.Quo(e.units)
	e.comparison, _ = b.sum.Quo(money.Int(b.n))
	return e, nil
}

// closedOn is the day a cohort closed; one that is not numbered closes with its last joining day.
func (w *whole) closedOn(ci int, number int32) (calendar.Date, bool) {
	if !w.closing[ci] {
		last := w.c.Cohorts[ci].Between.Last
		return last, last <= w.through
	}
	if number < 1 || int(number) > len(w.numbers[ci].cohorts) {
		return 0, false
	}
	closed := w.numbers[ci].cohorts[number-1].closed
	return closed, !closed.IsZero()
}

// pooled weights the cohorts of another comparison by their treated units. It stands once no more can join and every
// cohort it covers is known.
func (w *whole) pooled(c *contracts.Comparison) (estimate, error) {
	of := &w.c.Comparisons[c.Pools]
	var out estimate
	if len(w.on.Given) == 0 && w.c.Cohorts[of.Treated].Between.Last > w.through {
		out.state = formula.NotYet
		return out, nil
	}
	for n := 1; n <= w.cohorts(of.Treated); n++ {
		k := key{cohort: int32(n)}
		if c.Covers == contracts.CoversUnpaid {
			if paid, err := w.paidOn(c.Pools, k); err != nil || paid {
				if err != nil {
					return out, err
				}
				continue
			}
		}
		e, err := w.estimate(c.Pools, k)
		if err != nil || e.state != formula.Known {
			return e, err
		}
		out.treated = out.treated.Add(e.treated.Mul(e.units))
		out.comparison = out.comparison.Add(e.comparison.Mul(e.units))
		out.units = out.units.Add(e.units)
		out.known = max(out.known, e.known)
	}
	var ok bool
	if out.treated, ok = out.treated.Quo(out.units); !ok {
		out.state = formula.Unknown
		return out, nil
	}
	out.comparison, _ = out.comparison.Quo(out.units)
	return out, nil
}

// paidOn says whether a payment with a hurdle on a comparison paid for a cohort by itself.
func (w *whole) paidOn(ci int, k key) (bool, error) {
	for i := range w.c.Payments {
		pay := &w.c.Payments[i]
		if pay.Hurdle == nil || pay.Per.Cohort < 0 {
			continue
		}
		ref := &w.c.Refs[pay.Hurdle.Test.Slot]
		if ref.Kind != contracts.RefComparison || ref.Index != ci {
			continue
		}
		lines, err := w.payLines(i)
		if err != nil {
			return false, err
		}
		for _, l := range lines {
			if l.key.cohort == k.cohort && l.toDate > 0 {
				return true, nil
			}
		}
	}
	return false, nil
}

// unitsOf is an estimate's treated units as a count.
func unitsOf(e estimate) int64 { n, _ := e.units.Int64(); return n }
