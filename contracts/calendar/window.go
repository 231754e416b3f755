package calendar

import "slices"

// The windows are those of statutes, whose rule is the corresponding date: a month ends on the day of the same number,
// or where the month has no such day, on its last. Whether the day itself counts is in the word:
//
//	6 months beginning with 15 January     15 January to 14 July     (the day counts)
//	6 months after 15 January              16 January to 15 July     (it does not)
//	6 months ending with 14 July           15 January to 14 July     (the day counts)
//	6 months before 15 July                15 January to 14 July     (it does not)
//
// At the ends of months, in a year that is no leap year:
//
//	6 months beginning with 31 August      31 August to 28 February  (there is no 31 February)
//	1 month beginning with 1 March         1 to 31 March
//	6 months after 31 August               1 September to 28 February
//	1 month after 28 February              1 to 28 March             (the corresponding date, not the month's end)
//	3 months ending with 30 June           1 April to 30 June
//	6 months before 31 August              28 February to 30 August
//
// "Before" a day is always "ending with" the day before it. A length of nought, or below, is an empty window.

// BeginningWith returns the window of this length whose first day is d. Its last is the day before the corresponding
// date, or the month's last day where there is no corresponding date. In working days it ends on the Nth of them,
// counting d if it is one. Holidays may be nil; only working days look at them.
func (l Length) BeginningWith(d Date, h *Holidays) Span {
	if l.N <= 0 || d <= 0 {
		return Span{First: d, Last: d - 1}
	}
	if n, ok := l.months(); ok {
		to, moved := d.corresponding(n)
		if !moved {
			to--
		}
		return Span{First: d, Last: to}
	}
	if n, ok := l.days(); ok {
		return Span{First: d, Last: d.AddDays(n - 1)}
	}
	return Span{First: d, Last: h.walk(d-1, l.N)}
}

// After returns the window of this length that begins on the day after d and ends on the date that corresponds to d.
func (l Length) After(d Date, h *Holidays) Span {
	if l.N <= 0 || d <= 0 {
		return Span{First: d.AddDays(1), Last: d}
	}
	return Span{First: d.AddDays(1), Last: l.AddTo(d, h)}
}

// EndingWith returns the window of this length whose last day is d. It begins on the date that corresponds to the day
// after d. In working days it begins on the Nth of them, counting back from d and counting d if it is one.
func (l Length) EndingWith(d Date, h *Holidays) Span {
	if d <= 0 {
		return Span{Last: d - 1}
	}
	return l.Before(d+1, h)
}

// Before returns the window of this length that ends on the day before d. It begins on the date that corresponds to d.
func (l Length) Before(d Date, h *Holidays) Span {
	if l.N <= 0 || d <= 0 {
		return Span{First: d, Last: d - 1}
	}
	return Span{First: Length{N: -l.N, Unit: l.Unit}.AddTo(d, h), Last: d - 1}
}

// AddTo returns the day this length after d, or before it when N is below nought: 104 weeks after a day is 728 days on,
// months and years go to the corresponding date (AddMonths), and working days count only working days, so that one
// working day after a Friday is the Monday. Nought of anything is d itself. Holidays may be nil: weekends only.
func (l Length) AddTo(d Date, h *Holidays) Date {
	if n, ok := l.months(); ok {
		return d.AddMonths(n)
	}
	if n, ok := l.days(); ok {
		return d.AddDays(n)
	}
	if d <= 0 {
		return 0
	}
	return h.walk(d, l.N)
}

// Holidays are the days that are not working days though they fall in the week: a contract's bank holidays. A nil
// *Holidays has none.
type Holidays struct {
	days []Date
}

// NewHolidays returns the holidays on the given days, in any order, repeated or not. It keeps a copy.
func NewHolidays(days []Date) *Holidays {
	sorted := slices.Clone(days)
	slices.Sort(sorted)
	return &Holidays{days: slices.Compact(sorted)}
}

// Contains reports whether d is one of the holidays.
func (h *Holidays) Contains(d Date) bool {
	if h == nil {
		return false
	}
	_, is := slices.BinarySearch(h.days, d)
	return is
}

// IsWorkingDay reports whether d is a Monday to Friday that is no holiday.
func (h *Holidays) IsWorkingDay(d Date) bool {
	return d > 0 && d.Weekday() < 5 && !h.Contains(d)
}

// walk returns the nth working day after d, or before it when n is below nought; d itself for nought. It stops at the
// ends of the calendar.
func (h *Holidays) walk(d Date, n int) Date {
	step := Date(1)
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 && d+step >= 1 && d+step <= lastDay {
		// A whole week on from a weekday is five working days on, where no holiday falls within it.
		if week := d + 7*step; n >= 5 && d.Weekday() < 5 && week >= 1 && week <= lastDay && !h.anyWithin(d, week) {
			d, n = week, n-5
			continue
		}
		d += step
		if h.IsWorkingDay(d) {
			n--
		}
	}
	return d
}

// anyWithin reports whether a holiday falls on or between two days, in either order.
func (h *Holidays) anyWithin(a, b Date) bool {
	if h == nil || len(h.days) == 0 {
		return false
	}
	a, b = min(a, b), max(a, b)
	at, _ := slices.BinarySearch(h.days, a)
	return at < len(h.days) && h.days[at] <= b
}
