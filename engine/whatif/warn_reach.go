package whatif

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// unreachable warns of measures that cannot be met in their windows and of rules whose conditions exclude each other.
func (v *review) unreachable() {
	for i := range v.c.Measures {
		v.unreachableMeasure(&v.c.Measures[i])
	}
	for i := range v.c.Payments {
		p := &v.c.Payments[i]
		k := v.constraints()
		k.hold(p.When, false)
		k.hold(p.Unless, true)
		if p.Hurdle != nil {
			k.hold(&p.Hurdle.Test, false)
		}
		v.warnContrary(k, "payment "+p.Name, p.Clause, "it never pays")
	}
	for i := range v.c.Quantities {
		q := &v.c.Quantities[i]
		k := v.constraints()
		k.hold(q.Where, false)
		v.warnContrary(k, "quantity "+q.Name, q.Clause, "it gathers nothing")
		k = v.constraints()
		k.hold(q.Met, false)
		v.warnContrary(k, "quantity "+q.Name, q.Clause, "it is never yes")
	}
}

func (v *review) warnContrary(k *constraints, where, clause, so string) {
	if slot := k.contrary(); slot >= 0 {
		v.warn(WarnUnreachable, where, clause, fmt.Sprintf("no value of %s meets all that is asked of it, so %s", spaced(v.c.Refs[slot].Name), so),
			"take out the test that was not meant, or say any_of where either is enough")
	}
}

func (v *review) unreachableMeasure(m *contracts.Measure) {
	where := "measure " + m.Name
	if m.In != nil && m.In.Edge == contracts.FixedWindow && m.In.Fixed.First > v.c.Last {
		v.warn(WarnUnreachable, where, m.Clause, fmt.Sprintf("its window begins on %s, after the contract's last day, %s", m.In.Fixed.First.Long(), v.c.Last.Long()),
			"move the window into the term")
		return
	}
	if m.Form == contracts.EveryRun && m.In != nil && m.In.Length != nil {
		least, _ := lengthDays(m.Every)
		if _, most := lengthDays(*m.In.Length); least > most {
			v.warn(WarnUnreachable, where, m.Clause, fmt.Sprintf("it needs an unbroken %s, and its window, %s, has at most %s", m.Every, spaced(m.In.Text), days(most)),
				"lengthen the window or shorten the run")
			return
		}
	}
	found := false
	conjuncts(m.When, func(test *contracts.Condition) {
		if !found {
			found = v.tooFewDays(m, test)
		}
	})
	if found {
		return
	}
	k := v.constraints()
	k.hold(m.When, false)
	v.warnContrary(k, where, m.Clause, "it is never met")
}

// tooFewDays warns of a test of days for which there is not the time: in the measure's window, in the figure's own, or
// before the contract ends.
func (v *review) tooFewDays(m *contracts.Measure, test *contracts.Condition) bool {
	q, need, needed := v.daysNeeded(test)
	if q == nil {
		return false
	}
	where := "measure " + m.Name
	if m.In != nil && m.In.Length != nil && (m.In.Edge == contracts.BeginningWith || m.In.Edge == contracts.After) && sameDay(m.In, q.In) {
		if _, most := lengthDays(*m.In.Length); int64(most) < need {
			v.warn(WarnUnreachable, where, m.Clause, fmt.Sprintf("it needs %s of %s, counted from the day its window begins with, and the window, %s, has at most %s",
				needed, spaced(q.Name), spaced(m.In.Text), days(most)), "lengthen the window or ask for fewer days")
			return true
		}
	}
	if q.In.Length != nil {
		if _, most := lengthDays(*q.In.Length); int64(most) < need {
			v.warn(WarnUnreachable, where, m.Clause, fmt.Sprintf("it needs %s of %s, which is counted only %s, at most %s", needed, spaced(q.Name), spaced(q.In.Text), days(most)),
				"lengthen the window of "+spaced(q.Name)+" or ask for fewer days")
			return true
		}
	}
	first, ok := v.firstDay(q.In)
	if ok && q.In.Edge == contracts.BeginningWith && first.AddDays(int(need)-1) > v.c.Last {
		v.warn(WarnUnreachable, where, m.Clause, fmt.Sprintf("it needs %s of %s: counted from %s, the first day on which anybody can join, they end on %s, and the contract on %s",
			needed, spaced(q.Name), first.Long(), first.AddDays(int(need)-1).Long(), v.c.Last.Long()), "lengthen the term or ask for fewer days")
		return true
	}
	return false
}

// daysNeeded returns the quantity of days that a test is of, and the fewest days that pass it; nil for any other test.
func (v *review) daysNeeded(test *contracts.Condition) (q *contracts.Quantity, need int64, text string) {
	ref := &v.c.Refs[test.Slot]
	if ref.Kind != contracts.RefQuantity || test.Bound == nil || test.Test != contracts.AtLeast && test.Test != contracts.MoreThan {
		return nil, 0, ""
	}
	q = &v.c.Quantities[ref.Index]
	lo := v.bounds(test.Bound).lo
	if q.Head != contracts.DaysOf && q.Head != contracts.RunOf || q.In == nil || lo == nil {
		return nil, 0, ""
	}
	need, ok := lo.Round(money.Rounding{Mode: money.Up, Unit: money.Int(1)}).Int64()
	if !ok || need > 1_000_000 {
		return nil, 0, ""
	}
	text = test.Bound.String()
	if test.Test == contracts.MoreThan {
		need++
		text = "more than " + text
	}
	if test.Bound.Op != formula.OpLiteral {
		text = fmt.Sprintf("at least %d days", need)
	}
	return q, need, text
}

// sameDay reports whether two windows look at one day.
func sameDay(a, b *contracts.Window) bool {
	return b != nil && a.Day.Kind == b.Day.Kind && a.Day.Index == b.Day.Index && a.Day.Fixed == b.Day.Fixed && a.Edge == b.Edge
}

// firstDay is the first day on which a window's day can be, where it is that of joining a cohort or a date.
func (v *review) firstDay(w *contracts.Window) (calendar.Date, bool) {
	first := calendar.Date(0)
	for i := range v.c.Cohorts {
		k := &v.c.Cohorts[i]
		joins := w.Day.Kind == contracts.DayItem && k.JoinedBy == w.Day.Index || w.Day.Kind == contracts.DayCohort && i == w.Day.Index
		if joins && (first.IsZero() || k.Between.First < first) {
			first = k.Between.First
		}
	}
	if w.Day.Kind == contracts.DayFixed {
		first = w.Day.Fixed
	}
	return first, !first.IsZero()
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
