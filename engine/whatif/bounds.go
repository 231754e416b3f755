package whatif

import (
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// span is what a figure can be on any evidence: no lower than lo, no higher than hi, where nil is no bound known.
type span struct{ lo, hi *money.Exact }

func exactly(x money.Exact) span { return span{&x, &x} }

func atLeast(n int64) span { x := money.Int(n); return span{lo: &x} }

// value returns the figure where it can be only one.
func (s span) value() (money.Exact, bool) {
	if s.lo == nil || s.hi == nil || s.lo.Cmp(*s.hi) != 0 {
		return money.Exact{}, false
	}
	return *s.lo, true
}

// among returns the span that holds both.
func (s span) among(t span) span {
	out := span{}
	if s.lo != nil && t.lo != nil {
		if out.lo = s.lo; t.lo.Cmp(*s.lo) < 0 {
			out.lo = t.lo
		}
	}
	if s.hi != nil && t.hi != nil {
		if out.hi = s.hi; t.hi.Cmp(*s.hi) > 0 {
			out.hi = t.hi
		}
	}
	return out
}

// boundsDepth is how far figures within figures are followed.
const boundsDepth = 40

// bounder bounds figures; given holds figures that are supposed to be something, by slot.
type bounder struct {
	c     *contracts.Contract
	given map[int]money.Exact
}

func (v *review) bounds(e *formula.Expr) span { return (&bounder{c: v.c}).of(e, boundsDepth) }

func (b *bounder) of(e *formula.Expr, depth int) span {
	if e == nil || depth == 0 {
		return span{}
	}
	switch e.Op {
	case formula.OpLiteral:
		return literalSpan(e.Literal)
	case formula.OpRef:
		return b.slot(e.Slot, depth-1)
	default: // both sides, below
	}
	x, y := b.of(e.Left, depth-1), b.of(e.Right, depth-1)
	switch e.Op {
	case formula.OpAdd:
		return span{both(x.lo, y.lo, money.Exact.Add), both(x.hi, y.hi, money.Exact.Add)}
	case formula.OpSub:
		return span{both(x.lo, y.hi, money.Exact.Sub), both(x.hi, y.lo, money.Exact.Sub)}
	case formula.OpMul:
		return product(x, y)
	case formula.OpDiv:
		return quotient(x, y)
	default:
		return span{}
	}
}

func both(x, y *money.Exact, with func(money.Exact, money.Exact) money.Exact) *money.Exact {
	if x == nil || y == nil {
		return nil
	}
	z := with(*x, *y)
	return &z
}

// product bounds a product of figures neither of which is below nought; of others it knows nothing unless both are
// bounded on either side.
func product(x, y span) span {
	if x.lo != nil && y.lo != nil && x.lo.Sign() >= 0 && y.lo.Sign() >= 0 {
		out := span{both(x.lo, y.lo, money.Exact.Mul), both(x.hi, y.hi, money.Exact.Mul)}
		for _, hi := range []*money.Exact{x.hi, y.hi} {
			if hi != nil && hi.IsZero() {
				out.hi = hi
			}
		}
		return out
	}
	if x.lo == nil || x.hi == nil || y.lo == nil || y.hi == nil {
		return span{}
	}
	out := exactly(x.lo.Mul(*y.lo))
	for _, z := range []money.Exact{x.lo.Mul(*y.hi), x.hi.Mul(*y.lo), x.hi.Mul(*y.hi)} {
		out = out.among(exactly(z))
	}
	return out
}

// quotient bounds a quotient of a figure not below nought by one above it.
func quotient(x, y span) span {
	if x.lo == nil || x.lo.Sign() < 0 || y.lo == nil || y.lo.Sign() <= 0 {
		return span{}
	}
	over := func(a, b *money.Exact) *money.Exact {
		if a == nil || b == nil {
			return nil
		}
		z, _ := a.Quo(*b) // b is above nought
		return &z
	}
	out := span{over(x.lo, y.hi), over(x.hi, y.lo)}
	if out.lo == nil {
		out.lo = atLeast(0).lo
	}
	return out
}

// literalSpan bounds a literal; lengths count in days, whatever month is meant.
func literalSpan(f formula.Figure) span {
	if f.State != formula.Known {
		return span{}
	}
	if f.Type != formula.Length && f.Type != formula.Run {
		return exactly(f.Num)
	}
	least, most := daysOf(f)
	return span{&least, &most}
}

// daysOf bounds a length in days.
func daysOf(f formula.Figure) (least, most money.Exact) {
	n, _ := f.Num.Int64()
	low, high := lengthDays(calendar.Length{N: int(n), Unit: f.Unit})
	return money.Int(int64(low)), money.Int(int64(high))
}

// lengthDays is the fewest and the most days that a length of the calendar's can have. Of working days it takes a week
// to have at least one.
func lengthDays(l calendar.Length) (least, most int) {
	switch l.Unit {
	case calendar.Week:
		return 7 * l.N, 7 * l.N
	case calendar.Month:
		return 28 * l.N, 31 * l.N
	case calendar.Year:
		return 365 * l.N, 366 * l.N
	case calendar.WorkingDay:
		return l.N, 7 * (l.N + 1)
	default:
		return l.N, l.N
	}
}

// slot bounds what a name stands for.
func (b *bounder) slot(slot, depth int) span {
	if x, ok := b.given[slot]; ok {
		return exactly(x)
	}
	ref := &b.c.Refs[slot]
	switch ref.Kind {
	case contracts.RefQuantity:
		return b.quantity(&b.c.Quantities[ref.Index], depth)
	case contracts.RefTable:
		return b.table(&b.c.Tables[ref.Index], ref.Field, depth)
	case contracts.RefMeasure:
		return span{atLeast(0).lo, b.times(&b.c.Measures[ref.Index], depth).hi}
	case contracts.RefPeriod:
		last := money.Int(int64(b.c.Periods[ref.Index].Series.Len()))
		return span{atLeast(1).lo, &last}
	case contracts.RefCohort, contracts.RefPayment:
		return atLeast(0)
	case contracts.RefComparison:
		if contracts.CompareField(ref.Field) == contracts.CompareUnits {
			return atLeast(0)
		}
	case contracts.RefCheck:
		if contracts.CheckField(ref.Field) == contracts.CheckErrorRate {
			one := money.Int(1)
			return span{atLeast(0).lo, &one}
		}
		return atLeast(0)
	default: // anything that evidence may say
	}
	return span{}
}

func (b *bounder) quantity(q *contracts.Quantity, depth int) span {
	var s span
	switch q.Head {
	case contracts.Is:
		s = b.of(q.Is, depth)
	case contracts.Count:
		s = atLeast(0)
		if q.Source.Kind == contracts.FromMeasure && q.Per.Unit >= 0 && q.Per.Unit == b.c.Measures[q.Source.Index].Per.Unit {
			s.hi = b.times(&b.c.Measures[q.Source.Index], depth).hi
		}
	case contracts.DaysOf, contracts.RunOf:
		s = atLeast(0)
		if q.In != nil && q.In.Length != nil {
			_, most := lengthDays(*q.In.Length)
			hi := money.Int(int64(most))
			s.hi = &hi
		}
	case contracts.MetWhen:
		one := money.Int(1)
		s = span{atLeast(0).lo, &one}
	default: // of values: nothing is known of them beforehand
	}
	if floor := b.of(q.NotBelow, depth).lo; floor != nil && (s.lo == nil || s.lo.Cmp(*floor) < 0) {
		s.lo = floor
	}
	if ceiling := b.of(q.NotAbove, depth).hi; ceiling != nil && (s.hi == nil || s.hi.Cmp(*ceiling) > 0) {
		s.hi = ceiling
	}
	if q.Rounded.Mode == money.NoRounding {
		return s
	}
	round := func(x *money.Exact) *money.Exact {
		if x == nil {
			return nil
		}
		y := x.Round(q.Rounded)
		return &y
	}
	return span{round(s.lo), round(s.hi)}
}

// table bounds what a table gives, whichever row is read. Slices add up without a bound.
func (b *bounder) table(t *contracts.Table, field, depth int) span {
	if t.Reads == contracts.ReadsSlice {
		return span{}
	}
	var s span
	first := true
	take := func(row *contracts.Row) {
		if row == nil || field >= len(row.Values) {
			return
		}
		one := b.of(row.Values[field], depth)
		if first {
			s, first = one, false
			return
		}
		s = s.among(one)
	}
	for i := range t.Rows {
		take(&t.Rows[i])
	}
	take(t.Otherwise)
	return s
}

// times bounds how often one unit can meet a measure.
func (b *bounder) times(m *contracts.Measure, depth int) span {
	s := atLeast(0)
	if m.Form == contracts.AsSoonAs || m.Form == contracts.FirstItem {
		one := money.Int(1)
		s.hi = &one
	}
	if m.Form == contracts.EveryRun && m.In != nil && m.In.Length != nil {
		_, most := lengthDays(*m.In.Length)
		if least, _ := lengthDays(m.Every); least > 0 {
			n := money.Int(int64(most / least))
			s.hi = &n
		}
	}
	if hi := b.of(m.NotAbove, depth).hi; hi != nil && (s.hi == nil || s.hi.Cmp(*hi) > 0) {
		s.hi = hi
	}
	return s
}
