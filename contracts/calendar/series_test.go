package calendar

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSeriesEvery(t *testing.T) {
	for _, c := range []struct {
		every, from, through string
		count                int
		spans                map[int]string
	}{
		{"12 months", "2012-04-01", "2015-05-31", 4, map[int]string{1: "2012-04-01 to 2013-03-31", 4: "2015-04-01 to 2016-03-31"}},
		{"3 months", "2012-04-01", "2013-03-31", 4, map[int]string{4: "2013-01-01 to 2013-03-31"}},
		{"3 months", "2012-04-01", "2013-04-01", 5, map[int]string{5: "2013-04-01 to 2013-06-30"}},
		{"6 months", "2010-07-01", "2010-07-01", 1, map[int]string{1: "2010-07-01 to 2010-12-31"}},
		{"1 month", "2013-01-31", "2013-05-30", 4, map[int]string{1: "2013-01-31 to 2013-02-28", 2: "2013-03-01 to 2013-03-30",
			3: "2013-03-31 to 2013-04-30", 4: "2013-05-01 to 2013-05-30"}},
		{"1 year", "2012-02-29", "2017-01-01", 5, map[int]string{1: "2012-02-29 to 2013-02-28", 2: "2013-03-01 to 2014-02-28",
			4: "2015-03-01 to 2016-02-28", 5: "2016-02-29 to 2017-02-28"}},
		{"4 weeks", "2012-04-01", "2012-04-29", 2, map[int]string{1: "2012-04-01 to 2012-04-28", 2: "2012-04-29 to 2012-05-26"}},
		{"1 day", "2012-04-01", "2012-04-03", 3, map[int]string{3: "2012-04-03 to 2012-04-03"}},
	} {
		s, err := NewSeriesEvery(mustLength(t, c.every), MustDate(c.from), MustDate(c.through))
		if err != nil || s.Len() != c.count {
			t.Errorf("every %s from %s through %s: %d periods, %v; want %d", c.every, c.from, c.through, s.Len(), err, c.count)
			continue
		}
		for n, want := range c.spans {
			if got, ok := s.Span(n); !ok || got.String() != want {
				t.Errorf("every %s from %s, period %d: %s, want %s", c.every, c.from, n, got, want)
			}
		}
		for _, n := range []int{-1, 0, c.count + 1} {
			if got, ok := s.Span(n); ok {
				t.Errorf("every %s: there is a period %d: %s", c.every, n, got)
			}
		}
	}
}

func TestSeriesRefused(t *testing.T) {
	day := MustDate("2012-04-01")
	for _, c := range []struct {
		l             Length
		from, through Date
		want          string
	}{
		{Length{0, Month}, day, day, "expected one or more"},
		{Length{-1, Month}, day, day, "expected one or more"},
		{Length{5, WorkingDay}, day, day, "expected one or more"},
		{Length{1, 77}, day, day, "expected one or more"},
		{Length{2401, Month}, day, day, "expected one or more"},
		{Length{1, Month}, day, day - 1, "comes before the first"},
		{Length{1, Month}, 0, day, "comes before the first"},
		{Length{1, Day}, day, day + 73_050, "more than 73050 periods"},
	} {
		if _, err := NewSeriesEvery(c.l, c.from, c.through); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("every %s: error %v, want %q", c.l, err, c.want)
		}
	}
	if s, err := NewSeriesEvery(Length{1, Day}, day, day+73_049); err != nil || s.Len() != 73_050 {
		t.Errorf("as many periods as there may be: %d, %v", s.Len(), err)
	}
	for _, c := range []struct {
		begins  []Date
		through Date
		want    string
	}{
		{nil, day, "found 0"},
		{[]Date{0}, day, "period 1 begins on no day"},
		{[]Date{day, day}, day, "period 2 begins on 2012-04-01, not after period 1"},
		{[]Date{day, day - 1}, day, "put the days in order"},
		{[]Date{day, day + 1}, day, "after the last day of all"},
		{make([]Date, PeriodsMax+1), day, "found 73051"},
	} {
		if _, err := NewSeriesBegins(c.begins, c.through); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d first days: error %v, want %q", len(c.begins), err, c.want)
		}
	}
}

// schoolTerms are the terms of the Troubled Families contract.
func schoolTerms(t *testing.T) Series {
	t.Helper()
	var begins []Date
	for _, text := range []string{"2011-09-01", "2012-01-01", "2012-04-16", "2012-09-01", "2013-01-01"} {
		begins = append(begins, MustDate(text))
	}
	s, err := NewSeriesBegins(begins, MustDate("2013-04-07"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSeriesBegins(t *testing.T) {
	s := schoolTerms(t)
	for day, want := range map[string]int{"2011-08-31": 0, "2011-09-01": 1, "2011-12-31": 1, "2012-01-01": 2, "2012-04-15": 2,
		"2012-04-16": 3, "2013-01-01": 5, "2013-04-07": 5, "2013-04-08": 0} {
		if got, ok := s.Number(MustDate(day)); got != want || ok != (want > 0) {
			t.Errorf("%s is in term %d, %v; want %d", day, got, ok, want)
		}
	}
	for n, want := range []string{"no days", "2011-09-01 to 2011-12-31", "2012-01-01 to 2012-04-15", "2012-04-16 to 2012-08-31",
		"2012-09-01 to 2012-12-31", "2013-01-01 to 2013-04-07", "no days"} {
		if got, ok := s.Span(n); got.String() != want || ok != (want != "no days") {
			t.Errorf("term %d: %s, want %s", n, got, want)
		}
	}
	for _, c := range []struct {
		day  string
		n    int
		want string
	}{
		{"2012-09-01", 3, "2011-09-01 to 2012-08-31"}, // the third term ended the day before
		{"2012-08-31", 3, "no days"},                  // and a day sooner had not
		{"2012-08-31", 2, "2011-09-01 to 2012-04-15"},
		{"2013-03-01", 3, "2012-01-01 to 2012-12-31"},
		{"2013-04-08", 3, "2012-04-16 to 2013-04-07"}, // the day after the series
		{"2013-04-09", 3, "no days"},                  // what ended since, the series does not say
		{"2011-09-01", 1, "no days"},
		{"2011-08-01", 1, "no days"},
		{"2013-03-01", 0, "no days"},
	} {
		if got, ok := s.Before(MustDate(c.day), c.n); got.String() != c.want || ok != (c.want != "no days") {
			t.Errorf("%d terms before %s: %s, %v; want %s", c.n, c.day, got, ok, c.want)
		}
	}
	var none Series
	if _, ok := none.Number(MinDate); ok || none.Len() != 0 {
		t.Error("the zero series has a period")
	}
	if _, ok := none.Before(MinDate, 1); ok {
		t.Error("the zero series has a period before")
	}
}

func TestSeriesLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := aDay().Draw(t, "first")
		l := Length{N: rapid.IntRange(1, 40).Draw(t, "n"), Unit: Unit(rapid.IntRange(0, 3).Draw(t, "unit"))}
		through := first + Date(rapid.IntRange(0, 9000).Draw(t, "through"))
		s, err := NewSeriesEvery(l, first, through)
		if err != nil {
			t.Fatal(err)
		}
		next := first
		for n := 1; n <= s.Len(); n++ {
			span, ok := s.Span(n)
			if !ok || span.First != next || span.IsEmpty() {
				t.Fatalf("every %s from %s: period %d is %s, want it to begin on %s", l, first, n, span, next)
			}
			next = span.Last + 1
			for _, d := range []Date{span.First, span.First + Date(span.Days()/2), span.Last} {
				if got, ok := s.Number(d); !ok || got != n {
					t.Fatalf("every %s from %s: %s is in period %d, want %d", l, first, d, got, n)
				}
			}
		}
		if last, _ := s.Span(s.Len()); !last.Contains(through) {
			t.Fatalf("every %s from %s: the last period, %s, does not hold %s", l, first, last, through)
		}
		if _, ok := s.Number(next); ok {
			t.Fatalf("every %s: %s is past the end and has a number", l, next)
		}
	})
}

func BenchmarkSeriesNumber(b *testing.B) {
	s, err := NewSeriesEvery(Length{3, Month}, MustDate("2012-04-01"), MustDate("2032-03-31"))
	if err != nil {
		b.Fatal(err)
	}
	d := MustDate("2024-09-30")
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := s.Number(d); !ok {
			b.Fatal("no period")
		}
	}
}
