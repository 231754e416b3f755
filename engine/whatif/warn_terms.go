package whatif

import (
	"fmt"
	"strconv"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
)

// tablesRunOut warns of tables by a period that have no row for a period in which they may be read, and of dated tables
// whose first row begins after the first day on which they may be.
func (v *review) tablesRunOut() {
	for i := range v.c.Tables {
		t := &v.c.Tables[i]
		if t.Otherwise != nil || len(t.Rows) == 0 {
			continue
		}
		readable := v.readable(t)
		for column := range t.By {
			if ref := &v.c.Refs[t.By[column].Slot]; ref.Kind == contracts.RefPeriod {
				v.tableRunsOut(t, i, column, ref.Index, readable)
			}
		}
		first := t.Rows[0].From
		for _, row := range t.Rows {
			first = min(first, row.From)
		}
		if first > readable.First {
			v.warn(WarnRunsOut, "table "+t.Name, t.Clause, fmt.Sprintf("its first row applies from %s, and it may be read from %s: until then it gives nothing and the settlement stops", first.Long(), readable.First.Long()),
				"add a row without a from, or an otherwise")
		}
	}
}

// readable is when a table may be read: on the days of joining where these select its rows, else in the whole term.
func (v *review) readable(t *contracts.Table) calendar.Span {
	term := calendar.Span{First: v.c.First, Last: v.c.Last}
	if t.Dated == nil {
		return term
	}
	var days calendar.Span
	for i := range v.c.Cohorts {
		k := &v.c.Cohorts[i]
		if !counted(k) || !(t.Dated.Kind == contracts.DayItem && t.Dated.Index == k.JoinedBy || t.Dated.Kind == contracts.DayCohort && t.Dated.Index == i) {
			continue
		}
		if days.IsEmpty() {
			days = k.Between
		}
		days = calendar.Span{First: min(days.First, k.Between.First), Last: max(days.Last, k.Between.Last)}
	}
	if days.IsEmpty() {
		return term
	}
	return days.Intersect(term)
}

func (v *review) tableRunsOut(t *contracts.Table, index, column, series int, readable calendar.Span) {
	has := map[int64]bool{}
	for _, row := range t.Rows {
		match := &row.Match[column]
		if match.Any || match.Test != nil {
			return // a row for any period, or by a test of its number
		}
		for _, f := range match.Values {
			n, _ := f.Num.Int64()
			has[n] = true
		}
	}
	periods := &v.c.Periods[series]
	wanted := v.periodsAsked(index, series)
	var missing []string
	for n := 1; n <= periods.Series.Len(); n++ {
		span, ok := periods.Series.Span(n)
		if ok && !has[int64(n)] && !span.Intersect(readable).IsEmpty() && wanted(int64(n)) {
			missing = append(missing, strconv.Itoa(n))
		}
	}
	if len(missing) == 0 {
		return
	}
	const most = 6
	if len(missing) > most {
		missing = append(missing[:most], fmt.Sprintf("%d more", len(missing)-most))
	}
	v.warn(WarnRunsOut, "table "+t.Name, t.Clause, fmt.Sprintf("it has no row for %s %s, which the term has, and no otherwise: a payment that reads it then stops the settlement", spaced(periods.Name), listed(missing)),
		"add the rows, an otherwise, or when on the payments that read it")
}

// periodsAsked tells for which periods of a series the payments that read a table pay at all.
func (v *review) periodsAsked(table, series int) func(n int64) bool {
	var asking []*allowed
	for i := range v.c.Payments {
		w := &walker{c: v.c, seen: map[thing]bool{}}
		w.reads(thing{paymentThing, i})
		if !w.seen[thing{tableThing, table}] {
			continue
		}
		k := v.constraints()
		k.hold(v.c.Payments[i].When, false)
		found := &allowed{any: true}
		for slot, a := range k.on {
			if ref := &v.c.Refs[slot]; ref.Kind == contracts.RefPeriod && ref.Index == series {
				found = a
			}
		}
		asking = append(asking, found)
	}
	return func(n int64) bool {
		f := formula.Figure{Num: exactInt(n)}
		for _, a := range asking {
			if a.within(f.Num) && (a.any || holdsFigure(a.values, f)) && !holdsFigure(a.out, f) {
				return true
			}
		}
		return len(asking) == 0
	}
}

// termRunsOut warns of a contract that goes on after the last day on which anything can be earned under it, and of
// evidence that ends before it may still be counted.
func (v *review) termRunsOut() {
	if last, ok := v.lastEarned(); ok {
		settle := &v.c.Periods[v.c.Calendar.Settle]
		n, in := settle.Series.Number(last)
		if next, more := settle.Series.Span(n + 1); in && more && next.Last <= v.c.Last {
			v.warn(WarnRunsOut, "contract "+v.c.ID, "", fmt.Sprintf("nothing can be earned after %s: who may join and every window has ended by then, and the contract runs to %s", last.Long(), v.c.Last.Long()),
				"let people join for longer, or end the contract with its last window")
		}
	}
	if cutOff := v.c.Calendar.CutOff.AddTo(v.c.Last, v.c.Calendar.Holidays); v.c.Calendar.LastCutOff < cutOff {
		v.warn(WarnRunsOut, "calendar", "", fmt.Sprintf("evidence of the last days is to count until %s (%s after %s), and nothing is learned after %s, the last cut-off",
			cutOff.Long(), v.c.Calendar.CutOff, v.c.Last.Long(), v.c.Calendar.LastCutOff.Long()), "move last_cut_off to "+cutOff.String()+" or later")
	}
}

// lastEarned is the last day on which an outcome can fall; false where some payment has no such day before the end.
func (v *review) lastEarned() (calendar.Date, bool) {
	var last calendar.Date
	for i := range v.c.Payments {
		p := &v.c.Payments[i]
		day := calendar.Date(0)
		switch {
		case p.Due.ClaimedBy >= 0 || p.Due.Wait != nil || p.Held != nil:
			return 0, false
		case p.For == contracts.ForCohort:
			day = v.c.Cohorts[p.Index].Between.Last
		case p.For == contracts.ForMeasure:
			end, ok := v.windowEnd(v.c.Measures[p.Index].In)
			if !ok {
				return 0, false
			}
			day = end
		default:
			return 0, false
		}
		last = max(last, min(day, p.Between.Last))
	}
	return last, !last.IsZero()
}

// windowEnd is the last day of a window that begins with the joining of a cohort or is fixed.
func (v *review) windowEnd(w *contracts.Window) (calendar.Date, bool) {
	switch {
	case w == nil:
		return 0, false
	case w.Edge == contracts.FixedWindow:
		return w.Fixed.Last, true
	case w.Length == nil || w.Edge != contracts.BeginningWith && w.Edge != contracts.After:
		return 0, false
	}
	var last calendar.Date
	for i := range v.c.Cohorts {
		k := &v.c.Cohorts[i]
		if w.Day.Kind == contracts.DayItem && k.JoinedBy == w.Day.Index || w.Day.Kind == contracts.DayCohort && i == w.Day.Index {
			last = max(last, k.Between.Last)
		}
	}
	if last.IsZero() {
		return 0, false
	}
	if w.Edge == contracts.After {
		return w.Length.After(last, v.c.Calendar.Holidays).Last, true
	}
	return w.Length.BeginningWith(last, v.c.Calendar.Holidays).Last, true
}
