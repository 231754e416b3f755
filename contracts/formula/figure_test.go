package formula

import (
	"strings"
	"testing"

	"outturn/contracts/calendar"
	"outturn/contracts/money"

	"pgregory.net/rapid"
)

func currency(code string) money.Currency {
	c, ok := money.LookupCurrency(code)
	if !ok {
		panic(code)
	}
	return c
}

var gbp, usd = currency("GBP"), currency("USD")

func TestFormat(t *testing.T) {
	num := func(typ Type, n, d int64) Figure { return Figure{Type: typ, Num: money.Frac(n, d)} }
	for _, c := range []struct {
		f    Figure
		want string
	}{
		{num(Money, 1200, 1), "£1,200.00"}, {num(Money, -5, 1), "-£5.00"}, {num(Money, 1, 8), "£0.125"}, {num(Money, -1, 8), "-£0.125"},
		{num(Money, 100, 3), "100/3 (£33.333...)"}, {num(Money, -100, 3), "-100/3 (-£33.333...)"},
		{num(Rate, 17, 20), "85%"}, {num(Rate, 839, 10000), "8.39%"}, {num(Rate, 1, 1), "100%"}, {num(Rate, 0, 1), "0%"}, {num(Rate, -1, 20), "-5%"},
		{num(Rate, 13, 155), "13/155 (8.387...%)"},   // 13/155 = 0.0838709...
		{num(Rate, 1, 30000), "1/30000 (0.003...%)"}, // 0.00333 per cent
		{num(Rate, -2, 3), "-2/3 (-66.666...%)"},     // cut, not rounded
		{num(Points, 57, 1000), "5.7 points"}, {num(Points, 1, 20), "5 points"}, {num(Points, 1, 100), "1 point"}, {num(Points, -1, 100), "-1 point"}, {num(Points, 1, 3), "1/3 (33.333... points)"},
		{num(Number, 1400, 1), "1400"}, {num(Number, 5, 6), "5/6 (0.833...)"}, {num(Plain, 13, 10), "1.3"},
		{num(Days, 182, 1), "182 days"}, {num(Days, 1, 1), "1 day"}, {num(Days, 183, 2), "91.5 days"}, {num(Run, 91, 1), "91 days"},
		{Figure{Type: Length, Num: money.Int(26), Unit: calendar.Week}, "26 weeks"}, {Figure{Type: Length, Num: money.Int(1), Unit: calendar.Month}, "1 month"},
		{Figure{Type: Length, Num: money.Int(15), Unit: calendar.WorkingDay}, "15 working days"},
		{num(Date, int64(calendar.MustDate("2012-04-01")), 1), "2012-04-01"}, {num(Date, 5, 1), "day 5"}, {num(YesNo, 1, 1), "yes"}, {num(YesNo, 0, 1), "no"},
		{num(Choice, 3, 1), "choice 3"}, {num(Text, 2, 1), "text 2"}, {num(Spells, 2, 1), "2 spells"},
		{Figure{Type: Money, State: NotYet}, "not yet"}, {Figure{Type: Rate, State: Unknown}, "unknown"}, {Figure{State: Neutral}, "neutral"},
	} {
		if got := c.f.Format(gbp); got != c.want {
			t.Errorf("%s %s prints as %q, want %q", c.f.Type, c.f.Num, got, c.want)
		}
	}
}

func TestParseLiteral(t *testing.T) {
	for _, c := range []struct {
		text string
		t    Type
		want money.Exact
		unit calendar.Unit
	}{
		{"1.3", Plain, money.Frac(13, 10), 0}, {"-3", Number, money.Int(-3), 0}, {"5/6", Plain, money.Frac(5, 6), 0},
		{"85%", Rate, money.Frac(17, 20), 0}, {"-0.5%", Rate, money.Frac(-1, 200), 0}, {"5/6", Rate, money.Frac(5, 6), 0},
		{"£1,200.00", Money, money.Int(1200), 0}, {"-£0.05", Money, money.Frac(-1, 20), 0}, {"1200.5", Money, money.Frac(2401, 2), 0},
		{"5 points", Points, money.Frac(1, 20), 0}, {"1 point", Points, money.Frac(1, 100), 0}, {"-2.5 points", Points, money.Frac(-1, 40), 0},
		{"26 weeks", Days, money.Int(182), 0}, {"182 days", Run, money.Int(182), 0}, {"-1 day", Days, money.Int(-1), 0},
		{"26 weeks", Length, money.Int(26), calendar.Week}, {"6 months", Length, money.Int(6), calendar.Month}, {"15 working days", Length, money.Int(15), calendar.WorkingDay},
		{"2012-04-01", Date, money.Int(int64(calendar.MustDate("2012-04-01"))), 0}, {"yes", YesNo, money.Int(1), 0}, {"no", YesNo, money.Int(0), 0},
	} {
		f, err := ParseLiteral(c.text, c.t, gbp)
		if err != nil || f.Type != c.t || !f.Num.Equal(c.want) || f.Unit != c.unit || f.State != Known {
			t.Errorf("ParseLiteral(%q, %s) = %+v, %v; want %s", c.text, c.t, f, err, c.want)
		}
	}
	for _, c := range []struct {
		text string
		t    Type
		says string
	}{
		{"1,667", Number, "commas"}, {"85", Rate, "write it as 85%"}, {"0.85", Rate, "write it as 85%"}, {"85 %", Rate, "blanks"}, {"5%", Points, "write them as 5 points"}, {"5", Points, "5 points"},
		{"5/6%", Rate, "not a rate"}, {"$5", Money, "USD ($), and GBP (£)"}, {"£5.001", Money, "3 places"}, {"6 months", Days, "no number of days"}, {"15 working days", Run, "no number of days"},
		{"-6 months", Length, "length"}, {"182", Days, "length"}, {"1 April 2012", Date, "YYYY-MM-DD"}, {"true", YesNo, "neither yes nor no"}, {"Yes", YesNo, "neither"}, {"a", Choice, "a choice"},
		{"a", Text, "a text"}, {"2 spells", Spells, "spells"}, {"", None, "nothing"}, {"1e3", Number, "exponents"}, {"1e3%", Rate, "exponents"}, {"%", Rate, "no digits"},
	} {
		if f, err := ParseLiteral(c.text, c.t, gbp); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("ParseLiteral(%q, %s) = %+v, %v; want an error that says %q", c.text, c.t, f, err, c.says)
		}
	}
}

func TestLiteralsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom([]Type{Number, Plain, Money, Rate, Points}).Draw(t, "type")
		f := Figure{Type: typ, Num: money.Frac(rapid.Int64Range(-1e12, 1e12).Draw(t, "n"), 100)}
		if back, err := ParseLiteral(f.Format(gbp), typ, gbp); err != nil || !back.Num.Equal(f.Num) {
			t.Fatalf("%s prints as %q, which is %s, %v", f.Num, f.Format(gbp), back.Num, err)
		}
	})
}

func TestCompare(t *testing.T) {
	read := func(text string, typ Type) Figure {
		f, err := ParseLiteral(text, typ, gbp)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for _, c := range []struct {
		a    string
		ta   Type
		b    string
		tb   Type
		want int
	}{
		{"84.99%", Rate, "85%", Rate, -1}, {"85%", Rate, "85%", Rate, 0}, {"17/20", Rate, "84.99%", Rate, 1}, {"£5", Money, "£5.01", Money, -1},
		{"181 days", Days, "26 weeks", Length, -1}, {"182 days", Days, "26 weeks", Length, 0}, {"26 weeks", Length, "181 days", Days, 1}, {"13 weeks", Run, "91 days", Length, 0},
		{"92 days", Run, "91 days", Run, 1}, {"12 months", Length, "1 year", Length, 0}, {"11 months", Length, "1 year", Length, -1}, {"8 days", Length, "1 week", Length, 1},
		{"14 working days", Length, "15 working days", Length, -1}, {"2012-04-01", Date, "2012-03-31", Date, 1}, {"yes", YesNo, "yes", YesNo, 0}, {"no", YesNo, "yes", YesNo, -1},
	} {
		if got, err := Compare(read(c.a, c.ta), read(c.b, c.tb)); err != nil || got != c.want {
			t.Errorf("%s against %s: %d, %v; want %d", c.a, c.b, got, err, c.want)
		}
		if got, err := Compare(read(c.b, c.tb), read(c.a, c.ta)); err != nil || got != -c.want {
			t.Errorf("%s against %s: %d, %v; want %d", c.b, c.a, got, err, -c.want)
		}
	}
	for _, c := range []struct {
		a, b Figure
		says string
	}{
		{read("5%", Rate), read("5 points", Points), "a rate cannot be compared with points"}, {read("3", Number), read("3", Plain), "a plain figure"},
		{read("91 days", Run), read("6 months", Length), "no fixed number of days"}, {read("91 days", Days), read("6 months", Length), "no fixed number of days"}, {read("91 days", Days), read("5 working days", Length), "working day"},
		{read("4 weeks", Length), read("1 month", Length), "no fixed number of days"}, {read("91 days", Run), read("91 days", Days), "cannot be compared"}, {Figure{}, Figure{}, "nothing"},
		{Figure{Type: Spells}, Figure{Type: Spells}, "spells"}, {Figure{Type: Rate, State: NotYet}, read("5%", Rate), "not yet"}, {read("5%", Rate), Figure{Type: Rate, State: Unknown}, "unknown"},
	} {
		if got, err := Compare(c.a, c.b); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v against %+v: %d, %v; want an error that says %q", c.a, c.b, got, err, c.says)
		}
	}
}

func TestStatesCombine(t *testing.T) {
	// NotYet prevails over Unknown over Neutral over Known.
	rank := []State{Known, Neutral, Unknown, NotYet}
	for i, a := range rank {
		for j, b := range rank {
			if got := a.Combine(b); got != rank[max(i, j)] {
				t.Errorf("%s with %s is %s", a, b, got)
			}
		}
	}
}
