package calendar

import (
	"fmt"
	"slices"
)

// PeriodsMax is the most periods a series may have: two centuries of days.
const PeriodsMax = 73_050

// Series is stretches of time, numbered from 1, each beginning on the day after the one before it ends. The zero value
// has none.
type Series struct {
	begins []Date // of a listed series; nil when the periods are all of one length
	every  Length
	first  Date
	last   Date // the last day of the last period
	count  int
}

// NewSeriesEvery returns periods of one length from the day beginning, as many whole ones as it takes for one to hold
// the day through. Period n ends where n such lengths beginning with the first day end, so that monthly periods from
// 31 January end on the last of February, 30 March, the last of April, and never drift. The length must be one or more
// days, weeks, months or years; working days make no periods.
func NewSeriesEvery(l Length, beginning Date, through Date) (Series, error) {
	if l.N < 1 || l.Unit > Year || l.N > unitTexts[l.Unit].most {
		return Series{}, fmt.Errorf("periods every %s: expected one or more days, weeks, months or years", l)
	}
	if beginning <= 0 || through < beginning {
		return Series{}, fmt.Errorf("periods every %s from %s through %s: the last day comes before the first", l, beginning, through)
	}
	s := Series{every: l, first: beginning, count: PeriodsMax}
	n := s.estimate(through)
	if n > PeriodsMax {
		return Series{}, fmt.Errorf("periods every %s from %s through %s: more than %d periods", l, beginning, through, PeriodsMax)
	}
	s.count = n
	s.last = s.end(n)
	return s, nil
}

// NewSeriesBegins returns periods that begin on the listed days, each ending on the day before the next begins and the
// last on the day through. The days must ascend, none repeated, and through may not come before the last of them.
func NewSeriesBegins(begins []Date, through Date) (Series, error) {
	if len(begins) == 0 || len(begins) > PeriodsMax {
		return Series{}, fmt.Errorf("periods: expected 1 to %d first days, found %d", PeriodsMax, len(begins))
	}
	for i, d := range begins {
		if d <= 0 {
			return Series{}, fmt.Errorf("period %d begins on no day: state its first day", i+1)
		}
		if i > 0 && d <= begins[i-1] {
			return Series{}, fmt.Errorf("period %d begins on %s, not after period %d, which begins on %s: put the days in order, each once",
				i+1, d, i, begins[i-1])
		}
	}
	n := len(begins)
	if through < begins[n-1] {
		return Series{}, fmt.Errorf("period %d begins on %s, after the last day of all, %s: leave it out or extend the last day", n, begins[n-1], through)
	}
	return Series{begins: slices.Clone(begins), first: begins[0], last: through, count: n}, nil
}

// Number returns the number of the period that holds d; false when none does.
func (s *Series) Number(d Date) (int, bool) {
	if s.count == 0 || d < s.first || d > s.last {
		return 0, false
	}
	if s.begins == nil {
		return s.estimate(d), true
	}
	at, begins := slices.BinarySearch(s.begins, d)
	if begins {
		at++
	}
	return at, true
}

// estimate returns the number of the period of one length that holds d, which is not before the first day, whether or
// not the series has that many.
func (s *Series) estimate(d Date) int {
	if n, ok := s.every.days(); ok {
		return int(d-s.first)/n + 1
	}
	size, _ := s.every.months()
	y0, m0, _ := s.first.Civil()
	y1, m1, _ := d.Civil()
	// Whole calendar months between the two, which is the answer or one too many.
	n := (12*(y1-y0)+m1-m0)/size + 1
	if n > 1 && d <= s.end(n-1) {
		n--
	}
	return n
}

// end returns the last day of period n of one length; the day before the first for n = 0.
func (s *Series) end(n int) Date {
	return Length{N: n * s.every.N, Unit: s.every.Unit}.BeginningWith(s.first, nil).Last
}

// Span returns period n, numbered from 1; false when there is none.
func (s *Series) Span(n int) (Span, bool) {
	if n < 1 || n > s.count {
		return Span{}, false
	}
	if s.begins == nil {
		return Span{First: s.end(n-1) + 1, Last: s.end(n)}, true
	}
	if n == s.count {
		return Span{First: s.begins[n-1], Last: s.last}, true
	}
	return Span{First: s.begins[n-1], Last: s.begins[n] - 1}, true
}

// Len returns the number of periods.
func (s *Series) Len() int { return s.count }

// Before returns, as one stretch, the last n whole periods that ended before d ("3 school terms before the claim"). It
// is false when the series does not tell: fewer than n periods ended before d, or d lies beyond the day after the
// series ends, where later periods may have ended that it does not list.
func (s *Series) Before(d Date, n int) (Span, bool) {
	if n < 1 || s.count == 0 || d > s.last+1 {
		return Span{}, false
	}
	ended := s.count
	if d <= s.last {
		number, ok := s.Number(d)
		if !ok {
			return Span{}, false
		}
		ended = number - 1
	}
	if ended < n {
		return Span{}, false
	}
	from, _ := s.Span(ended - n + 1)
	to, _ := s.Span(ended)
	return Span{First: from.First, Last: to.Last}, true
}
