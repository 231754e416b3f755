package calendar

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Span is a stretch of whole days, both ends included. It is empty when Last comes before First, and the zero value is
// empty. It is never unbounded: MinDate and MaxDate stand for ends that are not stated.
type Span struct{ First, Last Date }

// ParseSpan reads two dates as ParseDate reads them, with " to " between: "2012-09-03 to 2013-02-01". The second may be
// the first, a single day, but not come before it.
func ParseSpan(text string) (Span, error) {
	from, to, ok := strings.Cut(text, " to ")
	if !ok {
		return Span{}, fmt.Errorf("dates %s: expected a first and a last day, such as 2012-09-03 to 2013-02-01", found(text))
	}
	first, err := ParseDate(from)
	if err != nil {
		return Span{}, fmt.Errorf("first day: %w", err)
	}
	last, err := ParseDate(to)
	if err != nil {
		return Span{}, fmt.Errorf("last day: %w", err)
	}
	if last < first {
		return Span{}, fmt.Errorf("dates %q: the last day, %s, comes before the first, %s: put them in order", text, last, first)
	}
	return Span{First: first, Last: last}, nil
}

// IsEmpty reports whether the stretch holds no day.
func (s Span) IsEmpty() bool { return s.Last < s.First || s.First <= 0 }

// Days returns the number of days, both ends counted; 0 when empty.
func (s Span) Days() int {
	if s.IsEmpty() {
		return 0
	}
	return int(s.Last-s.First) + 1
}

// Contains reports whether d is one of the days.
func (s Span) Contains(d Date) bool { return s.First <= d && d <= s.Last && s.First > 0 }

// Intersect returns the days in both stretches, which may be none.
func (s Span) Intersect(t Span) Span {
	return Span{First: max(s.First, t.First), Last: min(s.Last, t.Last)}
}

// String returns the stretch as ParseSpan reads it, and "no days" when empty.
func (s Span) String() string {
	if s.IsEmpty() {
		return "no days"
	}
	return s.First.String() + " to " + s.Last.String()
}

// A set of days is a slice of stretches in order, none empty, with at least one day between each and the next. The
// functions below that return one append it to dst and leave what dst held alone; they allocate only if dst has no
// room, so that dst[:0] of a slice used before costs nothing. Those that read a set expect one.

// Union appends to dst the set of the days in any of the spans, which may stand in any order, overlap, touch or be
// empty. It leaves spans alone, unless dst is spans[:0].
func Union(dst, spans []Span) []Span {
	start := len(dst)
	dst = append(dst, spans...)
	added := dst[start:]
	if !slices.IsSortedFunc(added, byFirst) {
		slices.SortFunc(added, byFirst)
	}
	kept := 0
	for _, s := range added {
		switch {
		case s.IsEmpty():
		case kept > 0 && s.First <= added[kept-1].Last+1:
			added[kept-1].Last = max(added[kept-1].Last, s.Last)
		default:
			added[kept] = s
			kept++
		}
	}
	return dst[:start+kept]
}

func byFirst(a, b Span) int { return cmp.Compare(a.First, b.First) }

// Subtract appends to dst the days of the set a that are not in the set b. Neither may share memory with dst.
func Subtract(dst, a, b []Span) []Span {
	next := 0
	for _, s := range a {
		for next < len(b) && b[next].Last < s.First {
			next++
		}
		for i := next; i < len(b) && b[i].First <= s.Last; i++ {
			if s.First < b[i].First {
				dst = append(dst, Span{First: s.First, Last: b[i].First - 1})
			}
			s.First = b[i].Last + 1
		}
		if s.First <= s.Last {
			dst = append(dst, s)
		}
	}
	return dst
}

// Clip appends to dst the days of the set a that fall within to. dst may be a[:0].
func Clip(dst, a []Span, to Span) []Span {
	for _, s := range a {
		if s = s.Intersect(to); !s.IsEmpty() {
			dst = append(dst, s)
		}
	}
	return dst
}

// Bridge appends to dst the set a with its gaps of at most gapDays days closed, so that the days of the gap count too.
// dst may be a[:0].
func Bridge(dst, a []Span, gapDays int) []Span {
	start := len(dst)
	for _, s := range a {
		if n := len(dst); n > start && int(s.First-dst[n-1].Last)-1 <= gapDays {
			dst[n-1].Last = s.Last
			continue
		}
		dst = append(dst, s)
	}
	return dst
}

// CountDays returns how many days of the set a fall within.
func CountDays(a []Span, within Span) int {
	count := 0
	for _, s := range a {
		count += s.Intersect(within).Days()
	}
	return count
}

// NthDay returns the day on which the nth day of the set a within falls, counting from 1; false when there are fewer.
func NthDay(a []Span, within Span, n int) (Date, bool) {
	if n < 1 {
		return 0, false
	}
	for _, s := range a {
		s = s.Intersect(within)
		days := s.Days()
		if n <= days {
			return s.First + Date(n-1), true
		}
		n -= days
	}
	return 0, false
}

// LongestRun returns the number of days in the longest unbroken run of the set a within.
func LongestRun(a []Span, within Span) int {
	longest := 0
	for _, s := range a {
		longest = max(longest, s.Intersect(within).Days())
	}
	return longest
}

// FirstRunReaching returns the first day on which one unbroken run within has lasted l, counted from the run's first
// day within: days and weeks by days, months and years by the calendar (a run from 15 January has lasted 6 months at
// the end of 14 July), working days by Mondays to Fridays. False when no run does, or l is nought.
func FirstRunReaching(a []Span, within Span, l Length) (Date, bool) {
	if l.N < 1 {
		return 0, false
	}
	for _, s := range a {
		s = s.Intersect(within)
		if s.IsEmpty() {
			continue
		}
		if reached := l.BeginningWith(s.First, nil).Last; reached <= s.Last {
			return reached, true
		}
	}
	return 0, false
}

// FirstGap returns the first day of within that is not in the set a; false when a covers it all.
func FirstGap(a []Span, within Span) (Date, bool) {
	if within.IsEmpty() {
		return 0, false
	}
	gap := within.First
	for _, s := range a {
		if s.First > gap {
			break
		}
		gap = max(gap, s.Last+1)
	}
	if gap > within.Last {
		return 0, false
	}
	return gap, true
}
