package calendar

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseSpan(t *testing.T) {
	s := mustSpan(t, "2012-09-03 to 2013-02-01")
	// September from the 3rd 28, October 31, November 30, December 31, January 31, February 1: 152.
	if s.Days() != 152 || s.String() != "2012-09-03 to 2013-02-01" {
		t.Errorf("%s has %d days, want 152", s, s.Days())
	}
	if mustSpan(t, "2012-09-03 to 2012-09-03").Days() != 1 {
		t.Error("a single day is not one day")
	}
	for text, fault := range map[string]string{
		"":                              "expected a first and a last day",
		"2012-09-03":                    "expected a first and a last day",
		"2012-09-03 - 2012-09-04":       "expected a first and a last day",
		"2012-09-03 to 2012-09-02":      "the last day, 2012-09-02, comes before the first, 2012-09-03",
		"2012-02-30 to 2012-09-02":      "first day: date \"2012-02-30\"",
		"2012-02-01 to 2012-09-31":      "last day: date \"2012-09-31\"",
		"2012-02-01 to 2012-03-01 to x": "last day",
		"2012-02-01  to 2012-03-01":     "first day",
		"from 2012-02-01 to 2012-03-01": "first day",
	} {
		if _, err := ParseSpan(text); err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("ParseSpan(%q): error %v, want %q", text, err, fault)
		}
	}
}

func TestSpan(t *testing.T) {
	s := Span{10, 20}
	for d, want := range map[Date]bool{9: false, 10: true, 20: true, 21: false, 0: false} {
		if s.Contains(d) != want {
			t.Errorf("Contains(%d) is %v", d, !want)
		}
	}
	if (Span{}).Contains(0) || !(Span{}).IsEmpty() || (Span{}).Days() != 0 || (Span{5, 4}).Days() != 0 || (Span{0, 9}).Days() != 0 {
		t.Error("an empty stretch holds a day")
	}
	for _, c := range []struct{ with, want Span }{
		{Span{1, 9}, Span{}}, {Span{1, 10}, Span{10, 10}}, {Span{20, 30}, Span{20, 20}}, {Span{21, 30}, Span{}},
		{Span{12, 14}, Span{12, 14}}, {Span{1, 99}, Span{10, 20}},
	} {
		if got := s.Intersect(c.with); got != c.want && !(got.IsEmpty() && c.want.IsEmpty()) {
			t.Errorf("%v with %v: %v, want %v", s, c.with, got, c.want)
		}
	}
}

func TestSets(t *testing.T) {
	a := Union(nil, []Span{{30, 35}, {10, 14}, {15, 20}, {0, 0}, {12, 11}, {33, 40}, {50, 50}})
	if want := []Span{{10, 20}, {30, 40}, {50, 50}}; !slices.Equal(a, want) { // 14 and 15 touch; 30-35 and 33-40 overlap
		t.Fatalf("Union %v, want %v", a, want)
	}
	for _, c := range []struct {
		name      string
		got, want []Span
	}{
		{"nothing taken off", Subtract(nil, a, nil), a},
		{"off the middle, an edge, a whole", Subtract(nil, a, []Span{{1, 10}, {15, 16}, {40, 60}}), []Span{{11, 14}, {17, 20}, {30, 39}}},
		{"one stretch off two", Subtract(nil, a, []Span{{20, 30}}), []Span{{10, 19}, {31, 40}, {50, 50}}},
		{"everything off", Subtract(nil, a, []Span{{1, 99}}), nil},
		{"clipped", Clip(nil, a, Span{20, 30}), []Span{{20, 20}, {30, 30}}},
		{"clipped away", Clip(nil, a, Span{21, 29}), nil},
		{"gaps of 8 stay", Bridge(nil, a, 8), a}, // 21 to 29 are nine days, and so are 41 to 49
		{"gaps of 9 close", Bridge(nil, a, 9), []Span{{10, 50}}},
		{"after what was there", Bridge([]Span{{1, 9}}, a, 0), []Span{{1, 9}, {10, 20}, {30, 40}, {50, 50}}},
		{"union after what was there", Union([]Span{{1, 9}}, a[:1]), []Span{{1, 9}, {10, 20}}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestFiguresOfSets(t *testing.T) {
	a := []Span{{10, 20}, {30, 45}}
	if got := CountDays(a, Span{15, 31}); got != 8 { // 15 to 20 are six, 30 and 31 two
		t.Errorf("CountDays %d, want 8", got)
	}
	for n, want := range map[int]Date{0: 0, 1: 15, 6: 20, 7: 30, 8: 31, 9: 0} {
		if got, ok := NthDay(a, Span{15, 31}, n); got != want || ok != (want > 0) {
			t.Errorf("day %d is %d, %v; want %d", n, got, ok, want)
		}
	}
	if got := LongestRun(a, Span{1, 38}); got != 11 {
		t.Errorf("LongestRun %d, want 11", got)
	}
	if got := LongestRun(a, Span{1, 41}); got != 12 {
		t.Errorf("LongestRun %d, want 12", got)
	}
	for _, c := range []struct {
		within, want Span
	}{ // want.First is the first gap, nought for none
		{Span{10, 20}, Span{}}, {Span{10, 21}, Span{First: 21}}, {Span{9, 12}, Span{First: 9}}, {Span{15, 40}, Span{First: 21}},
		{Span{21, 40}, Span{First: 21}}, {Span{46, 50}, Span{First: 46}}, {Span{40, 45}, Span{}}, {Span{45, 44}, Span{}},
	} {
		if got, ok := FirstGap(a, c.within); got != c.want.First || ok != (c.want.First > 0) {
			t.Errorf("first gap within %v: %d, %v; want %d", c.within, got, ok, c.want.First)
		}
	}
}

func TestFirstRunReaching(t *testing.T) {
	// The example of the Troubled Families contract: 13 weeks from 3 September 2012 are 91 days, to 2 December.
	work := []Span{mustSpan(t, "2012-06-01 to 2012-08-20"), mustSpan(t, "2012-09-03 to 2013-02-01")}
	all := Span{MinDate, MaxDate}
	for _, c := range []struct {
		within Span
		l      string
		want   string
	}{
		{all, "13 weeks", "2012-12-02"},
		{all, "81 days", "2012-08-20"}, // 30 + 31 + 20 = 81
		{all, "82 days", "2012-11-23"}, // 3 September and 81: 28 to the 30th, 31 to 31 October, 23
		{all, "4 months", "2013-01-02"},
		{all, "152 days", "2013-02-01"},
		{all, "153 days", ""},
		{all, "5 months", ""}, // to 2 February
		{all, "0 days", ""},
		{mustSpan(t, "2012-09-10 to 2013-02-01"), "13 weeks", "2012-12-09"}, // a week lost before the window
		{mustSpan(t, "2012-09-03 to 2012-12-01"), "13 weeks", ""},
		{mustSpan(t, "2012-09-03 to 2012-12-02"), "13 weeks", "2012-12-02"},
		{all, "5 working days", "2012-06-07"}, // 1 June 2012 is a Friday: 1, 4, 5, 6, 7
	} {
		if got, ok := FirstRunReaching(work, c.within, mustLength(t, c.l)); got.String() != c.want || ok != (c.want != "") {
			t.Errorf("%s within %s: %s, %v; want %s", c.l, c.within, got, ok, c.want)
		}
	}
}

// aSpan draws a short stretch near day 100, now and then empty, so that stretches meet.
func aSpan() *rapid.Generator[Span] {
	return rapid.Custom(func(t *rapid.T) Span {
		first := Date(rapid.Int32Range(1, 150).Draw(t, "first"))
		return Span{First: first, Last: first + Date(rapid.Int32Range(-2, 30).Draw(t, "more"))}
	})
}

// days spells a set out day by day: the plain model that the functions must agree with.
func days(spans []Span) (in [256]bool) {
	for _, s := range spans {
		for d := s.First; d <= s.Last; d++ {
			in[d] = true
		}
	}
	return in
}

func isNormal(spans []Span) bool {
	for i, s := range spans {
		if s.IsEmpty() || i > 0 && s.First <= spans[i-1].Last+1 {
			return false
		}
	}
	return true
}

func TestSetLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		drawn := rapid.SliceOfN(aSpan(), 0, 8)
		x, y := drawn.Draw(t, "x"), drawn.Draw(t, "y")
		kept := slices.Clone(x)
		a, b := Union(nil, x), Union(nil, y)
		if !slices.Equal(x, kept) {
			t.Fatal("Union changed what it read")
		}
		if !isNormal(a) || days(a) != days(x) {
			t.Fatalf("Union of %v is %v", x, a)
		}
		inA, inB := days(a), days(b)
		less, within := Subtract(nil, a, b), aSpan().Draw(t, "within")
		clipped := Clip(nil, a, within)
		gap := rapid.IntRange(0, 9).Draw(t, "gap")
		bridged := Bridge(nil, a, gap)
		inLess, inClipped, inBridged := days(less), days(clipped), days(bridged)
		count, run, longest, firstGap := 0, 0, 0, Date(0)
		for d := Date(1); d < 256; d++ {
			if inLess[d] != (inA[d] && !inB[d]) {
				t.Fatalf("%v less %v is %v", a, b, less)
			}
			in := inA[d] && within.Contains(d)
			if inClipped[d] != in {
				t.Fatalf("%v within %v is %v", a, within, clipped)
			}
			if inA[d] && !inBridged[d] {
				t.Fatalf("%v bridged by %d lost day %d: %v", a, gap, d, bridged)
			}
			run++
			if !in {
				run = 0
				if firstGap == 0 && within.Contains(d) {
					firstGap = d
				}
				continue
			}
			count++
			longest = max(longest, run)
			if got, ok := NthDay(a, within, count); !ok || got != d {
				t.Fatalf("day %d of %v within %v is %d, want %d", count, a, within, got, d)
			}
			if got, ok := FirstRunReaching(a, within, Length{longest, Day}); !ok || got > d {
				t.Fatalf("a run of %d in %v within %v is reached on %d, want %d or sooner", longest, a, within, got, d)
			}
		}
		if got := CountDays(a, within); got != count {
			t.Fatalf("%v within %v: %d days, want %d", a, within, got, count)
		}
		if got := LongestRun(a, within); got != longest {
			t.Fatalf("%v within %v: longest run %d, want %d", a, within, got, longest)
		}
		if got, _ := FirstGap(a, within); got != firstGap {
			t.Fatalf("%v within %v: first gap %d, want %d", a, within, got, firstGap)
		}
		if _, ok := FirstRunReaching(a, within, Length{longest + 1, Day}); ok {
			t.Fatalf("%v within %v: a run longer than the longest", a, within)
		}
		if !isNormal(less) || !isNormal(clipped) || !isNormal(bridged) {
			t.Fatalf("not in order: %v, %v, %v", less, clipped, bridged)
		}
		for i := 1; i < len(bridged); i++ {
			if int(bridged[i].First-bridged[i-1].Last)-1 <= gap {
				t.Fatalf("%v bridged by %d left a gap: %v", a, gap, bridged)
			}
		}
		if again := Clip(a[:0], a, within); !slices.Equal(again, clipped) {
			t.Fatalf("clipped in place: %v, want %v", again, clipped)
		}
	})
}

func TestSetsDoNotAllocate(t *testing.T) {
	a, b := []Span{{10, 20}, {30, 40}, {50, 50}}, []Span{{15, 16}, {35, 60}}
	shuffled := []Span{{30, 40}, {10, 20}, {50, 50}, {15, 31}}
	dst := make([]Span, 0, 16)
	text := make([]byte, 0, 16)
	series := schoolTerms(t)
	if n := testing.AllocsPerRun(100, func() {
		dst = Union(dst[:0], shuffled)
		dst = Subtract(dst[:0], a, b)
		dst = Clip(dst[:0], a, Span{1, 99})
		dst = Bridge(dst[:0], a, 3)
		text = MustDate("2012-04-01").Append(text[:0])
		_, _ = ParseDateBytes(text)
		_, _ = series.Number(MustDate("2012-05-01"))
		_, _ = series.Before(MustDate("2012-05-01"), 2)
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, seed := range []string{"2012-09-03 to 2013-02-01", "2012-09-03 to 2012-09-02", " to ", "2012-09-03 to "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSpan(text)
		if err != nil {
			return
		}
		if s.IsEmpty() || s.String() != text {
			t.Fatalf("%q read as %s", text, s)
		}
	})
}

func BenchmarkUnion(b *testing.B) {
	spans := []Span{{300, 320}, {10, 14}, {15, 20}, {100, 150}, {140, 200}, {500, 501}, {30, 35}, {33, 40}}
	dst := make([]Span, 0, len(spans))
	b.ReportAllocs()
	for b.Loop() {
		dst = Union(dst[:0], spans)
	}
}

func BenchmarkSubtract(b *testing.B) {
	from := []Span{{10, 20}, {30, 40}, {100, 200}, {300, 320}, {500, 501}}
	off := []Span{{15, 16}, {35, 120}, {150, 160}, {310, 400}}
	dst := make([]Span, 0, 16)
	b.ReportAllocs()
	for b.Loop() {
		dst = Subtract(dst[:0], from, off)
	}
}
