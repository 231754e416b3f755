package calendar

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func mustLength(t *testing.T, text string) Length {
	t.Helper()
	l, err := ParseLength(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func mustSpan(t *testing.T, text string) Span {
	t.Helper()
	s, err := ParseSpan(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestParseLength(t *testing.T) {
	for _, c := range []struct {
		text  string
		want  Length
		print string
	}{
		{"26 weeks", Length{26, Week}, "26 weeks"},
		{"1 month", Length{1, Month}, "1 month"},
		{"1 months", Length{1, Month}, "1 month"},
		{"2 year", Length{2, Year}, "2 years"},
		{"15 working days", Length{15, WorkingDay}, "15 working days"},
		{"1 working day", Length{1, WorkingDay}, "1 working day"},
		{"0 days", Length{0, Day}, "0 days"},
		{"73050 days", Length{73050, Day}, "73050 days"},
		{"200 years", Length{200, Year}, "200 years"},
	} {
		if got, err := ParseLength(c.text); err != nil || got != c.want || got.String() != c.print {
			t.Errorf("ParseLength(%q) = %v, %v; want %v", c.text, got, err, c.print)
		}
	}
	for text, fault := range map[string]string{
		"":                             `length "": expected a whole number`,
		"26":                           "such as 26 weeks",
		"26weeks":                      "such as 26 weeks",
		"26  weeks":                    "such as 26 weeks",
		" 26 weeks":                    "such as 26 weeks",
		"26 weeks ":                    "such as 26 weeks",
		"-1 days":                      "such as 26 weeks",
		"+1 days":                      "such as 26 weeks",
		"01 days":                      "such as 26 weeks",
		"1.5 days":                     "such as 26 weeks",
		"1 Week":                       "such as 26 weeks",
		"3 fortnights":                 "such as 26 weeks",
		"73051 days":                   "at most 73050 days",
		"10437 weeks":                  "at most 10436 weeks",
		"2401 months":                  "at most 2400 months",
		"201 years":                    "at most 200 years",
		"2611 working days":            "at most 2610 working days",
		"99999999999999999999 days":    "at most 73050 days",
		strings.Repeat("9", 99) + " d": "...",
	} {
		if got, err := ParseLength(text); err == nil || got != (Length{}) || !strings.Contains(err.Error(), fault) {
			t.Errorf("ParseLength(%q) = %v, %v; want an error with %q", text, got, err, fault)
		}
	}
	if got := (Length{3, 99}).String(); got != "3 units" {
		t.Errorf("a unit there is none of prints %q", got)
	}
}

func TestWindows(t *testing.T) {
	begin, after, end, before := Length.BeginningWith, Length.After, Length.EndingWith, Length.Before
	holidays := NewHolidays([]Date{MustDate("2012-12-26"), MustDate("2012-12-25"), MustDate("2012-12-25"), MustDate("2013-01-01")})
	for _, c := range []struct {
		name   string
		window func(Length, Date, *Holidays) Span
		length string
		day    string
		want   string
	}{
		{"beginning with", begin, "6 months", "2013-01-15", "2013-01-15 to 2013-07-14"},
		{"after", after, "6 months", "2013-01-15", "2013-01-16 to 2013-07-15"},
		{"ending with", end, "6 months", "2013-07-14", "2013-01-15 to 2013-07-14"},
		{"before", before, "6 months", "2013-07-15", "2013-01-15 to 2013-07-14"},
		// Beginning with a day that the end month lacks: to that month's last day.
		{"beginning with", begin, "6 months", "2012-08-31", "2012-08-31 to 2013-02-28"},
		{"beginning with", begin, "6 months", "2011-08-31", "2011-08-31 to 2012-02-29"},
		{"beginning with", begin, "6 months", "2012-08-30", "2012-08-30 to 2013-02-28"},
		{"beginning with", begin, "6 months", "2012-08-29", "2012-08-29 to 2013-02-28"},
		{"beginning with", begin, "6 months", "2012-08-28", "2012-08-28 to 2013-02-27"},
		{"beginning with", begin, "6 months", "2011-08-29", "2011-08-29 to 2012-02-28"}, // 29 February 2012 exists
		{"beginning with", begin, "1 month", "2013-03-01", "2013-03-01 to 2013-03-31"},
		{"beginning with", begin, "1 month", "2012-02-01", "2012-02-01 to 2012-02-29"},
		{"beginning with", begin, "1 year", "2012-02-29", "2012-02-29 to 2013-02-28"},
		{"beginning with", begin, "12 months", "2012-03-01", "2012-03-01 to 2013-02-28"},
		{"beginning with", begin, "1 year", "2011-03-01", "2011-03-01 to 2012-02-29"},
		// After: the corresponding date, not the month's end.
		{"after", after, "6 months", "2012-08-31", "2012-09-01 to 2013-02-28"},
		{"after", after, "1 month", "2013-02-28", "2013-03-01 to 2013-03-28"},
		{"after", after, "1 month", "2013-01-30", "2013-01-31 to 2013-02-28"},
		{"after", after, "4 years", "2012-02-29", "2012-03-01 to 2016-02-29"},
		// Counting back.
		{"ending with", end, "3 months", "2013-06-30", "2013-04-01 to 2013-06-30"},
		{"ending with", end, "1 month", "2013-02-28", "2013-02-01 to 2013-02-28"},
		{"ending with", end, "1 year", "2012-02-29", "2011-03-01 to 2012-02-29"},
		{"ending with", end, "12 months", "2013-03-31", "2012-04-01 to 2013-03-31"},
		{"before", before, "6 months", "2013-08-31", "2013-02-28 to 2013-08-30"},
		{"before", before, "6 months", "2012-08-31", "2012-02-29 to 2012-08-30"},
		{"before", before, "1 month", "2013-03-01", "2013-02-01 to 2013-02-28"},
		// Days and weeks. 104 weeks are 728 days: 4 July 2011 and 728 is 1 July 2013 (365 + 366 = 731 to 4 July 2013, less 3).
		{"beginning with", begin, "104 weeks", "2011-07-04", "2011-07-04 to 2013-06-30"},
		{"after", after, "104 weeks", "2011-07-04", "2011-07-05 to 2013-07-01"},
		{"beginning with", begin, "1 day", "2012-02-29", "2012-02-29 to 2012-02-29"},
		{"before", before, "13 weeks", "2012-04-01", "2012-01-01 to 2012-03-31"}, // 31 + 29 + 31 = 91
		{"ending with", end, "91 days", "2012-03-31", "2012-01-01 to 2012-03-31"},
		// Working days. 21 December 2012 is a Friday; the 25th, 26th and 1 January are holidays.
		{"after", after, "1 working day", "2012-12-21", "2012-12-22 to 2012-12-24"},
		{"after", after, "2 working days", "2012-12-21", "2012-12-22 to 2012-12-27"},
		{"after", after, "5 working days", "2012-12-21", "2012-12-22 to 2013-01-02"}, // 24, 27, 28, 31, 2
		{"beginning with", begin, "1 working day", "2012-12-21", "2012-12-21 to 2012-12-21"},
		{"beginning with", begin, "2 working days", "2012-12-21", "2012-12-21 to 2012-12-24"},
		{"beginning with", begin, "1 working day", "2012-12-22", "2012-12-22 to 2012-12-24"},
		{"before", before, "2 working days", "2012-12-28", "2012-12-24 to 2012-12-27"},
		{"ending with", end, "2 working days", "2012-12-28", "2012-12-27 to 2012-12-28"},
		{"ending with", end, "1 working day", "2012-12-30", "2012-12-28 to 2012-12-30"},
		// Nought of anything.
		{"beginning with", begin, "0 months", "2012-12-30", "no days"},
		{"after", after, "0 days", "2012-12-30", "no days"},
		{"ending with", end, "0 weeks", "2012-12-30", "no days"},
		{"before", before, "0 working days", "2012-12-30", "no days"},
	} {
		if got := c.window(mustLength(t, c.length), MustDate(c.day), holidays); got.String() != c.want {
			t.Errorf("%s %s %s: %s, want %s", c.length, c.name, c.day, got, c.want)
		}
		if got := c.window(mustLength(t, c.length), 0, holidays); !got.IsEmpty() {
			t.Errorf("%s %s no day: %s", c.length, c.name, got)
		}
	}
}

func TestAddTo(t *testing.T) {
	for _, c := range []struct {
		from   string
		length Length
		want   string
	}{
		{"2011-07-04", Length{104, Week}, "2013-07-01"},
		{"2012-08-31", Length{6, Month}, "2013-02-28"},
		{"2012-02-29", Length{1, Year}, "2013-02-28"},
		{"2012-03-30", Length{1, WorkingDay}, "2012-04-02"}, // a Friday; the Monday
		{"2012-03-31", Length{1, WorkingDay}, "2012-04-02"},
		{"2012-03-31", Length{0, WorkingDay}, "2012-03-31"}, // nought moves nothing, working day or not
		{"2012-04-02", Length{-1, WorkingDay}, "2012-03-30"},
		{"2012-04-01", Length{-1, WorkingDay}, "2012-03-30"},
		{"2012-03-30", Length{15, WorkingDay}, "2012-04-20"}, // three weeks
		{"2012-03-31", Length{-1, Month}, "2012-02-29"},
		{"2012-04-01", Length{-5, Day}, "2012-03-27"},
	} {
		if got := c.length.AddTo(MustDate(c.from), nil).String(); got != c.want {
			t.Errorf("%s and %s: %s, want %s", c.from, c.length, got, c.want)
		}
	}
}

func TestWindowLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := aDay().Draw(t, "d")
		l := Length{N: rapid.IntRange(1, 120).Draw(t, "n"), Unit: Unit(rapid.IntRange(0, 4).Draw(t, "unit"))}
		h := NewHolidays(rapid.SliceOfN(rapid.Map(rapid.Int32Range(-200, 200), func(n int32) Date { return d + Date(n) }), 0, 20).Draw(t, "holidays"))
		begin, after, end, before := l.BeginningWith(d, h), l.After(d, h), l.EndingWith(d, h), l.Before(d, h)
		if begin.First != d || after.First != d+1 || end.Last != d || before.Last != d-1 {
			t.Fatalf("%s at %s: a window does not keep to its day: %s, %s, %s, %s", l, d, begin, after, end, before)
		}
		if begin.IsEmpty() || after.IsEmpty() || end.IsEmpty() || before.IsEmpty() {
			t.Fatalf("%s at %s: an empty window", l, d)
		}
		if l.AddTo(d, h) != after.Last || before != l.EndingWith(d-1, h) {
			t.Fatalf("%s at %s: windows that should agree do not", l, d)
		}
		if longer := (Length{N: l.N + 1, Unit: l.Unit}); longer.BeginningWith(d, h).Last <= begin.Last ||
			longer.After(d, h).Last <= after.Last || longer.EndingWith(d, h).First >= end.First {
			t.Fatalf("%s at %s: one more is no longer", l, d)
		}
		if l.Unit == WorkingDay {
			for what, s := range map[string]Span{"begin": begin, "after": after, "end": end, "before": before} {
				if got := countWorking(s, h); got != l.N {
					t.Fatalf("%s %s %s holds %d working days", l, what, d, got)
				}
			}
		}
		if days, ok := l.days(); ok && (begin.Days() != days || after.Days() != days || end.Days() != days || before.Days() != days) {
			t.Fatalf("%s at %s: not %d days", l, d, days)
		}
	})
}

func countWorking(s Span, h *Holidays) int {
	n := 0
	for d := s.First; d <= s.Last; d++ {
		if h.IsWorkingDay(d) {
			n++
		}
	}
	return n
}

func FuzzParseLength(f *testing.F) {
	for _, seed := range []string{"26 weeks", "1 month", "15 working days", "0 days", "-1 days", "9999999999 years"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseLength(text)
		if err != nil {
			return
		}
		if again, err := ParseLength(l.String()); err != nil || again != l {
			t.Fatalf("%q prints as %q, read back as %v, %v", text, l, again, err)
		}
		if s := l.BeginningWith(MaxDate, nil); s.Days() > 73_050 {
			t.Fatalf("%q lasts %d days", text, s.Days())
		}
	})
}
