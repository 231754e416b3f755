package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
)

// met returns the days on which a unit met a measure, in order, worked out once a unit. The state is Unknown when one
// of its tests could not be told, and NotYet when one is still to come.
func (r *reader) met(m, u int) ([]outcome, formula.State, error) {
	at := u*len(r.c.Measures) + m
	if cell := &r.measured[at]; cell.stamp == r.stamp {
		return r.outcomes[cell.from:cell.upTo], cell.state, nil
	}
	me := &r.c.Measures[m]
	sc := r.unitScope(u)
	// One measure may ask for another while it is being found, so each depth has a list of its own.
	if r.depth == len(r.finding) {
		r.finding = append(r.finding, nil)
	}
	depth, tested := r.depth, r.tested
	r.depth++
	defer func() { r.depth, r.tested = depth, tested }() // what its own tests read is not read again where it was found before
	found, state, err := r.find(me, &sc, r.finding[depth][:0])
	if err != nil {
		return nil, state, err
	}
	r.finding[depth] = found
	if found, err = r.limit(me, &sc, found); err != nil {
		return nil, state, err
	}
	from := len(r.outcomes)
	r.outcomes = append(r.outcomes, found...)
	r.measured[at] = memoMeasure{r.stamp, state, from, len(r.outcomes)}
	return r.outcomes[from:], state, nil
}

// find looks for a measure's days by its form, within its window and before its end.
func (r *reader) find(me *contracts.Measure, sc *scope, dst []outcome) ([]outcome, formula.State, error) {
	w, err := r.place(me.In, sc)
	if err != nil || !w.ok {
		return dst, max(w.state, formula.NotYet), err
	}
	span := w.span.Intersect(calendar.Span{First: calendar.MinDate, Last: r.through})
	if me.Until != nil {
		end, state, err := r.day(me.Until, sc)
		if err != nil || state == formula.Unknown {
			return dst, state, err
		}
		if !end.IsZero() { // from that day on it cannot be met
			span.Last = min(span.Last, end.AddDays(-1))
		}
	}
	switch me.Form {
	case contracts.OnItem:
		return r.onItems(me, span, sc, dst)
	case contracts.AsSoonAs:
		return r.asSoonAs(me, span, sc, dst)
	case contracts.EveryRun:
		dst, err = r.everyRun(me, span, sc, dst)
	default:
		dst = r.items(me, span, sc, dst)
	}
	return dst, formula.Known, err
}

// limit keeps the first so many outcomes.
func (r *reader) limit(me *contracts.Measure, sc *scope, found []outcome) ([]outcome, error) {
	if me.NotAbove == nil || len(found) == 0 {
		return found, nil
	}
	f, err := r.eval(me.NotAbove, sc)
	if err != nil || f.State != formula.Known {
		return found[:0], err
	}
	if n, ok := f.Num.Round(wholeDown).Int64(); ok && int64(len(found)) > max(n, 0) {
		found = found[:max(n, 0)]
	}
	return found, nil
}

// onItems looks at each item of a kind and tests the measure's condition with it in hand.
func (r *reader) onItems(me *contracts.Measure, span calendar.Span, sc *scope, dst []outcome) ([]outcome, formula.State, error) {
	state := formula.Known
	for v := range r.tree.Units {
		if !r.within(v, sc.unit) {
			continue
		}
		items := r.tree.Units[v].Items
		for i := range items {
			it := &items[i]
			if it.Kind != me.Kinds[0] || !speaks(it, r.through) || !span.Contains(it.First) {
				continue
			}
			r.use(v, i)
			in := *sc
			in.item, in.itemUnit = it, v
			h, err := r.holds(me.When, &in)
			if err != nil {
				return dst, state, err
			}
			switch {
			case h == holdsYes, h == holdsNeutral && me.IfAllNeutral == contracts.NeutralMet:
				dst = append(dst, outcome{it.First, it, v})
			case h == holdsUnknown:
				state = formula.Unknown
			case h == holdsNotYet && state == formula.Known:
				state = formula.NotYet
			}
		}
	}
	sortOutcomes(dst)
	return dst, state, nil
}

// items takes the first item, or each, of the kinds named.
func (r *reader) items(me *contracts.Measure, span calendar.Span, sc *scope, dst []outcome) []outcome {
	for v := range r.tree.Units {
		if !r.within(v, sc.unit) {
			continue
		}
		items := r.tree.Units[v].Items
		for i := range items {
			it := &items[i]
			if !speaks(it, r.through) || !span.Contains(it.First) || !isOne(me.Kinds, it.Kind) {
				continue
			}
			r.use(v, i)
			dst = append(dst, outcome{it.First, it, v})
		}
	}
	sortOutcomes(dst)
	if me.Form == contracts.FirstItem && len(dst) > 1 {
		dst = dst[:1]
	}
	return dst
}

func isOne(kinds []int, kind int) bool {
	for _, k := range kinds {
		if k == kind {
			return true
		}
	}
	return false
}

// sortOutcomes puts outcomes in order of day; equal days keep the order of units and items. They are few.
func sortOutcomes(found []outcome) {
	for i := 1; i < len(found); i++ {
		for j := i; j > 0 && found[j].day < found[j-1].day; j-- {
			found[j], found[j-1] = found[j-1], found[j]
		}
	}
}

// asSoonAs finds the first day on which a condition over running figures holds: at once where it is one test of
// covered days, else by looking at each day in turn.
func (r *reader) asSoonAs(me *contracts.Measure, span calendar.Span, sc *scope, dst []outcome) ([]outcome, formula.State, error) {
	if span.IsEmpty() {
		r.come(span.First, r.through)
		return dst, formula.NotYet, nil
	}
	day, state, done, err := r.daysReach(me.When, span, sc)
	if !done && err == nil {
		day, state, err = r.firstDay(me, span, sc)
	}
	if err != nil || day.IsZero() {
		return dst, max(state, formula.NotYet), err
	}
	if day = max(day, span.First); day > span.Last {
		r.come(day, r.through)
		return dst, formula.Known, nil
	}
	return append(dst, outcome{day: day}), formula.Known, nil
}

// daysReach answers "covered days at least so many" (or more than) without looking at each day.
func (r *reader) daysReach(k *contracts.Condition, span calendar.Span, sc *scope) (calendar.Date, formula.State, bool, error) {
	for k.Op == contracts.AllOf && len(k.Parts) == 1 {
		k = &k.Parts[0]
	}
	if k.Op != contracts.Test || k.Test != contracts.AtLeast && k.Test != contracts.MoreThan || r.c.Refs[k.Slot].Kind != contracts.RefQuantity {
		return 0, 0, false, nil
	}
	q := &r.c.Quantities[r.c.Refs[k.Slot].Index]
	if q.Head != contracts.DaysOf && q.Head != contracts.RunOf || q.NotAbove != nil || q.NotBelow != nil || q.NeutralIf != nil || q.Rounded.Mode != 0 {
		return 0, 0, false, nil
	}
	w, err := r.place(q.In, sc)
	if err != nil || !w.ok {
		return 0, max(w.state, formula.NotYet), true, err
	}
	b, err := r.eval(k.Bound, sc)
	if err != nil || b.State != formula.Known {
		return 0, b.State, true, err
	}
	n, whole := b.Num.Int64()
	l := calendar.Length{N: int(n), Unit: b.Unit}
	if b.Type != formula.Length {
		l.Unit = calendar.Day
	}
	need, fixed := lengthDays(l)
	if !w.open || !whole || !fixed && (q.Head != contracts.RunOf || k.Test != contracts.AtLeast) {
		return 0, 0, false, nil
	}
	spans, err := r.spansOf(q.Source, sc)
	if err != nil {
		return 0, 0, true, err
	}
	if k.Test == contracts.MoreThan {
		need++
	}
	within := w.span.Intersect(calendar.Span{First: calendar.MinDate, Last: r.through})
	var day calendar.Date
	var ok bool
	switch {
	case need <= 0 && fixed:
		day, ok = within.First, true
	case q.Head == contracts.DaysOf:
		day, ok = calendar.NthDay(spans, within, need)
	case fixed:
		day, ok = calendar.FirstRunReaching(spans, within, calendar.Length{N: need, Unit: calendar.Day})
	default:
		day, ok = calendar.FirstRunReaching(spans, within, l)
	}
	if !ok {
		return 0, formula.NotYet, true, nil
	}
	return day, formula.Known, true, nil
}

// firstDay looks at each day of a span in turn.
func (r *reader) firstDay(me *contracts.Measure, span calendar.Span, sc *scope) (calendar.Date, formula.State, error) {
	state := formula.NotYet
	span.First = max(span.First, r.c.First.AddDays(-366*10))
	saved := r.trace
	r.trace = nil // the days before the one found are not part of the working
	defer func() { r.trace = saved }()
	for d := span.First; d <= span.Last; d++ {
		in := *sc
		in.asAt = d
		h, err := r.holds(me.When, &in)
		if err != nil {
			return 0, state, err
		}
		if h == holdsYes || h == holdsNeutral && me.IfAllNeutral == contracts.NeutralMet {
			r.trace = saved
			_, err := r.holds(me.When, &in)
			return d, formula.Known, err
		}
		if h == holdsUnknown {
			state = formula.Unknown
		}
	}
	if span.Last == r.through {
		r.moves()
	}
	return 0, state, nil
}

// everyRun finds each further full length of an unbroken run: a break starts the count anew, and what was left of it
// is lost.
func (r *reader) everyRun(me *contracts.Measure, span calendar.Span, sc *scope, dst []outcome) ([]outcome, error) {
	spans, err := r.spells(me.Run, sc)
	if err != nil {
		return dst, err
	}
	most := -1
	if me.NotAbove != nil {
		f, err := r.eval(me.NotAbove, sc)
		if err != nil || f.State != formula.Known {
			return dst, err
		}
		n, _ := f.Num.Round(wholeDown).Int64()
		most = int(n)
	}
	for _, s := range spans {
		run := s.Intersect(span)
		if run.IsEmpty() {
			continue
		}
		for from := run.First; most < 0 || len(dst) < most; {
			block := me.Every.BeginningWith(from, r.c.Calendar.Holidays)
			if again := r.restart(me, sc, from, calendar.Span{First: from, Last: min(block.Last, run.Last)}); !again.IsZero() {
				from = again
				continue
			}
			if block.Last > run.Last {
				break
			}
			dst = append(dst, outcome{day: block.Last})
			from = block.Last.AddDays(1)
		}
	}
	return dst, nil
}

// restart is the first day within a block on which something starts its count anew, so long after it began or later.
func (r *reader) restart(me *contracts.Measure, sc *scope, began calendar.Date, block calendar.Span) calendar.Date {
	if me.RestartsOn < 0 {
		return 0
	}
	if me.RestartsFrom.N > 0 {
		began = me.RestartsFrom.BeginningWith(began, r.c.Calendar.Holidays).Last
	}
	var first calendar.Date
	for v := range r.tree.Units {
		if !r.within(v, sc.unit) {
			continue
		}
		items := r.tree.Units[v].Items
		for i := range items {
			it := &items[i]
			if it.Kind != me.RestartsOn || !speaks(it, r.through) || it.First <= began || !block.Contains(it.First) {
				continue
			}
			r.use(v, i)
			if first.IsZero() || it.First < first {
				first = it.First
			}
		}
	}
	return first
}

// timesMet is how many times a measure was met by the day a figure is read, as a figure.
func (r *reader) timesMet(m int, sc *scope) (formula.Figure, error) {
	u := r.unitFor(r.c.Measures[m].Per.Unit, sc.unit)
	if u < 0 {
		return formula.Figure{}, fmt.Errorf("%s stands per %s and was read where there is none; gather it first", r.c.Measures[m].Name, r.c.Units[r.c.Measures[m].Per.Unit].Name)
	}
	found, state, err := r.met(m, u)
	if err != nil || state == formula.Unknown {
		return inState(formula.Number, state), err
	}
	n := 0
	for n < len(found) && found[n].day <= sc.asAt {
		n++
	}
	return number(int64(n)), nil
}
