package calendar

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// aDay draws a day that a document may name.
func aDay() *rapid.Generator[Date] {
	return rapid.Custom(func(t *rapid.T) Date {
		return Date(rapid.Int32Range(int32(MinDate), int32(MaxDate)).Draw(t, "day"))
	})
}

func TestEveryDayIsTheDayAfterTheOneBefore(t *testing.T) {
	// Counted by hand, month by month, over the whole calendar: the reckoning may be wrong nowhere.
	lengths := [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	d := Date(0)
	for year := 1; year <= 9999; year++ {
		leap := year%400 == 0 || year%4 == 0 && year%100 != 0
		for month := 1; month <= 12; month++ {
			days := lengths[month]
			if month == 2 && leap {
				days = 29
			}
			for day := 1; day <= days; day++ {
				d++
				if y, m, n := d.Civil(); y != year || m != month || n != day {
					t.Fatalf("day %d is %d-%d-%d, want %d-%d-%d", d, y, m, n, year, month, day)
				}
				if got, err := NewDate(year, month, day); err != nil || got != d {
					t.Fatalf("NewDate(%d, %d, %d) = %d, %v; want %d", year, month, day, got, err, d)
				}
			}
		}
	}
	if d != lastDay {
		t.Errorf("the last day is %d, want %d", d, lastDay)
	}
}

func TestNewDateRefusesImpossibleDays(t *testing.T) {
	for _, c := range []struct {
		year, month, day int
		want             string
	}{
		{0, 1, 1, "year 0: expected a year from 1 to 9999"},
		{10000, 1, 1, "year 10000"},
		{2012, 0, 1, "month 0: expected a month from 1 to 12"},
		{2012, 13, 1, "month 13"},
		{2012, 2, 0, "day 0"},
		{2012, 2, 30, "day 30: February 2012 has days 1 to 29"},
		{2013, 2, 29, "day 29: February 2013 has days 1 to 28"},
		{1900, 2, 29, "February 1900 has days 1 to 28"}, // a hundredth year is no leap year
		{2012, 4, 31, "April 2012 has days 1 to 30"},
	} {
		if _, err := NewDate(c.year, c.month, c.day); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("NewDate(%d, %d, %d): error %v, want %q", c.year, c.month, c.day, err, c.want)
		}
	}
	if _, err := NewDate(2000, 2, 29); err != nil { // a four-hundredth is
		t.Error(err)
	}
}

func TestParseDate(t *testing.T) {
	for _, c := range []struct{ text, fault string }{
		{"1900-01-01", ""},
		{"2199-12-31", ""},
		{"2012-02-29", ""},
		{"1899-12-31", "expected a year from 1900 to 2199, found 1899"},
		{"2200-01-01", "found 2200"},
		{"2013-02-29", "there is no such day: day 29: February 2013 has days 1 to 28"},
		{"2012-13-01", "month 13: expected a month from 1 to 12"},
		{"2012-00-01", "month 0"},
		{"2012-01-00", "day 0"},
		{"2012-01-32", "day 32: January 2012 has days 1 to 31"},
		{"", `date "": expected YYYY-MM-DD`},
		{"2012-4-1", "expected YYYY-MM-DD"},
		{"2012/04/01", "expected YYYY-MM-DD"},
		{"01-04-2012", "expected YYYY-MM-DD"},
		{" 2012-04-01", "expected YYYY-MM-DD"},
		{"2012-04-01 ", "expected YYYY-MM-DD"},
		{"2012-04-01T00:00:00Z", "expected YYYY-MM-DD"},
		{"+012-04-01", "expected YYYY-MM-DD"},
		{"2012-04-0x", "expected YYYY-MM-DD"},
		{"２012-04-0", "expected YYYY-MM-DD"},
		{strings.Repeat("9", 1000), "..."},
	} {
		d, err := ParseDate(c.text)
		fast, ok := ParseDateBytes([]byte(c.text))
		if d != fast || ok != (err == nil) {
			t.Errorf("%q: ParseDate says %d, %v; ParseDateBytes says %d, %v", c.text, d, err, fast, ok)
		}
		if c.fault == "" {
			if err != nil || d.String() != c.text {
				t.Errorf("ParseDate(%q) = %s, %v", c.text, d, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.fault) || len(err.Error()) > 200 {
			t.Errorf("ParseDate(%q): error %v, want %q", c.text, err, c.fault)
		}
	}
	if MustDate("1900-01-01") != MinDate || MustDate("2199-12-31") != MaxDate {
		t.Error("MinDate or MaxDate is not the first or last day that may be written")
	}
}

func TestMustDatePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	MustDate("2013-02-29")
}

func TestDatesAgreeWithTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := aDay().Draw(t, "d")
		y, m, day := d.Civil()
		std := time.Date(y, time.Month(m), day, 0, 0, 0, 0, time.UTC)
		if got, want := d.String(), std.Format(time.DateOnly); got != want {
			t.Fatalf("String %s, want %s", got, want)
		}
		if got, want := d.Long(), std.Format("2 January 2006"); got != want {
			t.Fatalf("Long %s, want %s", got, want)
		}
		if got, want := d.Weekday(), (int(std.Weekday())+6)%7; got != want {
			t.Fatalf("%s: Weekday %d, want %d", d, got, want)
		}
		n := rapid.IntRange(-70_000, 70_000).Draw(t, "n")
		if got, want := d.AddDays(n).String(), std.AddDate(0, 0, n).Format(time.DateOnly); got != want {
			t.Fatalf("%s and %d days: %s, want %s", d, n, got, want)
		}
		if back, err := ParseDate(d.String()); err != nil || back != d {
			t.Fatalf("%s read back as %s, %v", d, back, err)
		}
	})
}

func TestAddMonths(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2012-01-31", 1, "2012-02-29"},
		{"2013-01-31", 1, "2013-02-28"},
		{"2013-01-28", 1, "2013-02-28"},
		{"2013-01-29", 1, "2013-02-28"},
		{"2012-08-31", 6, "2013-02-28"},
		{"2011-08-31", 6, "2012-02-29"},
		{"2012-02-29", 12, "2013-02-28"},
		{"2012-02-29", 48, "2016-02-29"},
		{"2012-03-31", -1, "2012-02-29"},
		{"2012-12-31", 1, "2013-01-31"},
		{"2012-01-15", -1, "2011-12-15"},
		{"2012-01-15", -13, "2010-12-15"},
		{"2012-05-31", 0, "2012-05-31"},
	} {
		if got := MustDate(c.from).AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s and %d months: %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestReckoningStaysWithinTheCalendar(t *testing.T) {
	d := MustDate("2012-04-01")
	const far = int(^uint(0) >> 1)
	for _, n := range []int{far, 4_000_000} {
		if d.AddDays(n) != lastDay || d.AddMonths(n) != lastDay || d.AddDays(-n) != 1 || d.AddMonths(-n) != 1 {
			t.Errorf("%d either way: want the calendar's first and last day", n)
		}
	}
	// 9999-12 is 12 x 7987 + 8 = 95,852 months after 2012-04, and 0001-01 is 12 x 2011 + 3 = 24,135 before it.
	for n, want := range map[int]string{95_852: "9999-12-01", 95_853: "9999-12-31", -24_135: "0001-01-01", -24_136: "0001-01-01"} {
		if got := d.AddMonths(n).String(); got != want {
			t.Errorf("%d months: %s, want %s", n, got, want)
		}
	}
	if y, m, day := Date(0).Civil(); y != 0 || m != 0 || day != 0 {
		t.Error("no day has a year")
	}
	none := Date(0)
	if none.AddDays(5) != 0 || none.AddMonths(5) != 0 || none.String() != "" || none.Long() != "" || !none.IsZero() ||
		none.Weekday() != 0 || len(none.Append(nil)) != 0 || (Length{3, WorkingDay}).AddTo(none, nil) != 0 {
		t.Error("no day did not stay no day")
	}
	if got := MustDate("2012-04-01").Long(); got != "1 April 2012" {
		t.Errorf("Long: %q", got)
	}
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"2012-04-01", "2012-02-29", "2013-02-29", "", "2012-4-1", "9999-99-99"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDate(text)
		fast, ok := ParseDateBytes([]byte(text))
		if d != fast || ok != (err == nil) {
			t.Fatalf("%q: %d, %v against %d, %v", text, d, err, fast, ok)
		}
		if err == nil && d.String() != text {
			t.Fatalf("%q read as %s", text, d)
		}
		if err != nil && d != 0 {
			t.Fatalf("%q refused, yet a day came back", text)
		}
	})
}

func BenchmarkParseDateBytes(b *testing.B) {
	text := []byte("2012-09-30")
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := ParseDateBytes(text); !ok {
			b.Fatal("refused")
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	buf := make([]byte, 0, 16)
	d := MustDate("2012-09-30")
	b.ReportAllocs()
	for b.Loop() {
		buf = d.Append(buf[:0])
	}
}
