package money

import (
	"math/big"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// genInt draws whole numbers of every size, with the edges of int64 well represented.
func genInt() *rapid.Generator[int64] {
	return rapid.OneOf(
		rapid.Int64Range(-12, 12),
		rapid.Int64Range(-1_000_000, 1_000_000),
		rapid.Int64Range(-1<<33, 1<<33),
		rapid.Int64(),
		rapid.Int64Range(maxInt-3, maxInt),
		rapid.Int64Range(-maxInt-1, -maxInt+3),
	)
}

func genExact() *rapid.Generator[Exact] {
	return rapid.Custom(func(t *rapid.T) Exact {
		d := genInt().Filter(func(d int64) bool { return d != 0 }).Draw(t, "d")
		if rapid.IntRange(0, 3).Draw(t, "whole") == 0 {
			d = 1
		}
		x := Frac(genInt().Draw(t, "n"), d)
		if rapid.IntRange(0, 9).Draw(t, "large") == 0 {
			x = x.Mul(Frac(genInt().Draw(t, "m"), 7))
		}
		return x
	})
}

// sound fails unless x is the value of want, in the canonical form.
func sound(t *rapid.T, what string, x Exact, want *big.Rat) {
	t.Helper()
	if x.Rat().Cmp(want) != 0 {
		t.Fatalf("%s: got %s, want %s", what, x.Rat(), want)
	}
	fits := want.Num().IsInt64() && want.Num().Int64() != -maxInt-1 && want.Denom().IsInt64()
	if fits != (x.r == nil) || x.r != nil && (x.n != 0 || x.d != 0) {
		t.Fatalf("%s: %s is not in canonical form: %#v", what, want, x)
	}
	if x.r == nil && (x.d < 0 || x.d == 1 || x.den() != want.Denom().Int64()) {
		t.Fatalf("%s: %s is not in lowest terms: %#v", what, want, x)
	}
}

func TestExactEqualsRat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := genExact().Draw(t, "x"), genExact().Draw(t, "y")
		rx, ry := x.Rat(), y.Rat()
		sound(t, "x", x, rx)
		sound(t, "add", x.Add(y), new(big.Rat).Add(rx, ry))
		sound(t, "sub", x.Sub(y), new(big.Rat).Sub(rx, ry))
		sound(t, "mul", x.Mul(y), new(big.Rat).Mul(rx, ry))
		sound(t, "neg", x.Neg(), new(big.Rat).Neg(rx))
		sound(t, "abs", x.Abs(), new(big.Rat).Abs(rx))
		q, ok := x.Quo(y)
		if ok != (ry.Sign() != 0) {
			t.Fatalf("quo by %s: ok is %v", ry, ok)
		}
		if ok {
			sound(t, "quo", q, new(big.Rat).Quo(rx, ry))
		}
		if got, want := x.Cmp(y), rx.Cmp(ry); got != want {
			t.Fatalf("%s cmp %s: got %d, want %d", rx, ry, got, want)
		}
		if x.Cmp(x) != 0 || !x.Equal(x) || x.Sign() != rx.Sign() || x.IsZero() != (rx.Sign() == 0) || x.IsInt() != rx.IsInt() {
			t.Fatalf("sign, nought or wholeness of %s", rx)
		}
		n, ok := x.Int64()
		if ok != (rx.IsInt() && rx.Num().IsInt64()) || ok && n != rx.Num().Int64() {
			t.Fatalf("Int64 of %s: %d, %v", rx, n, ok)
		}
		if rx.Cmp(x.Rat()) != 0 || ry.Cmp(y.Rat()) != 0 {
			t.Fatal("an operation changed its operand")
		}
	})
}

func TestFracPanicsOnNought(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("Frac(1, 0) did not panic")
		}
	}()
	Frac(1, 0)
}

func TestSmallPathDoesNotAllocate(t *testing.T) {
	a, b, unit := Frac(7587900, 100), Frac(35, 100), Frac(1, 100)
	third := Frac(100, 3)
	text := []byte("-1234567.50")
	rounding := Rounding{Mode: Nearest, Ties: TiesEven, Unit: unit}
	var sink Exact
	got := testing.AllocsPerRun(100, func() {
		sink = a.Add(b).Sub(third).Mul(b)
		sink, _ = sink.Quo(third)
		sink = sink.Round(rounding)
		sink, _ = ParseExactBytes(text)
		if sink.Cmp(third) > 0 || sink.Neg().Abs().IsZero() {
			t.Fatal("wrong")
		}
	})
	if got != 0 {
		t.Fatalf("%v allocations on the small path, want none", got)
	}
}

func TestParseExact(t *testing.T) {
	d34, d35 := strings.Repeat("9", 34), strings.Repeat("9", 35)
	for _, c := range []struct{ text, want string }{
		{"0", "0"}, {"-0", "0"}, {"7", "7"}, {"007", "7"}, {"1234.50", "1234.5"}, {"-3", "-3"}, {"-0.05", "-0.05"},
		{"5/6", "5/6"}, {"-10/12", "-5/6"}, {"6/3", "2"}, {"1/8", "0.125"}, {"0.10", "0.1"}, {"100", "100"},
		{"999999999999999999", "999999999999999999"}, // 18 digits, the last of the fast reading
		{"1000000000000000000", "1000000000000000000"},
		{"9223372036854775807", "9223372036854775807"}, {"9223372036854775808", "9223372036854775808"},
		{"-9223372036854775808", "-9223372036854775808"}, {"0.000000000000000000000000000000001", "0.000000000000000000000000000000001"},
		{d34, d34}, {"-" + d34, "-" + d34},
	} {
		x, err := ParseExact(c.text)
		if err != nil || x.String() != c.want {
			t.Errorf("ParseExact(%q) = %s, %v; want %s", c.text, x, err, c.want)
		}
		if strings.Contains(c.text, "/") {
			continue
		}
		if y, ok := ParseExactBytes([]byte(c.text)); !ok || !y.Equal(x) {
			t.Errorf("ParseExactBytes(%q) = %s, %v", c.text, y, ok)
		}
	}
	for _, c := range []struct{ text, says string }{
		{"", "no digits"}, {"-", "no digits"}, {".", "digit was expected"}, {".5", "digit was expected"}, {"-.5", "digit was expected"},
		{"5.", "no digit follows the point"}, {"1.2.3", "digit was expected at character 4"}, {"1e5", "exponents"}, {"1E5", "exponents"},
		{"1.5e-3", "exponents"}, {"NaN", "'N'"}, {"Inf", "'I'"}, {"-Inf", "'I'"}, {"infinity", "'i'"}, {"1_000", "underscores"}, {"+5", "leading +"},
		{" 5", "blanks"}, {"5 ", "blanks"}, {"5\n", "blanks"}, {"1,000", "commas"}, {"--5", "'-'"}, {"0x10", "'x'"}, {"٣", "'٣'"}, {"−5", "'−'"}, {"5%", "'%'"},
		{d35, "35 digits"}, {"0." + d34, "35 digits"}, {strings.Repeat("1", 1<<20), "too long"},
		{"5/", "below the stroke"}, {"/6", "above the stroke"}, {"5/0", "over nought"}, {"5/-6", "in front"}, {"1.5/2", "whole number"}, {"5/6/7", "below the stroke"},
		{d34 + "/1", "35 digits"},
	} {
		x, err := ParseExact(c.text)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("ParseExact(%.40q) = %s, %v; want an error that says %q", c.text, x, err, c.says)
		}
		if err != nil && len(err.Error()) > 300 {
			t.Errorf("ParseExact(%.40q): the error has %d characters", c.text, len(err.Error()))
		}
		if y, ok := ParseExactBytes([]byte(c.text)); ok {
			t.Errorf("ParseExactBytes(%.40q) = %s; want it refused", c.text, y)
		}
	}
	if _, ok := ParseExactBytes([]byte("5/6")); ok {
		t.Error("ParseExactBytes reads decimals only")
	}
}

func TestDecimalRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, places := genInt().Draw(t, "n"), rapid.Int32Range(0, 30).Draw(t, "places")
		d := decimal.New(n, -places)
		x := FromDecimal(d)
		if x.Rat().Cmp(d.Rat()) != 0 {
			t.Fatalf("FromDecimal(%s) = %s", d, x.Rat())
		}
		back, ok := x.Decimal()
		if !ok || !back.Equal(d) {
			t.Fatalf("%s came back as %s, %v", d, back, ok)
		}
		if x.String() != d.String() {
			t.Fatalf("String is %s, the decimal's is %s", x, d)
		}
	})
	if _, ok := Frac(1, 3).Decimal(); ok {
		t.Error("1/3 has no finite decimal")
	}
	if got := FromDecimal(decimal.New(12, 3)).String(); got != "12000" {
		t.Errorf("12e3 is %s", got)
	}
}

func TestStringReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := genExact().Draw(t, "x")
		text := x.String()
		want, ok := new(big.Rat).SetString(text)
		if !ok || want.Cmp(x.Rat()) != 0 || strings.ContainsAny(text, "eE+") {
			t.Fatalf("%s prints as %s", x.Rat(), text)
		}
		back, err := ParseExact(text)
		if err == nil && !back.Equal(x) {
			t.Fatalf("%s read back as %s", text, back)
		}
		if digits := strings.Count(text, "") - 1 - strings.Count(text, "-") - strings.Count(text, ".") - strings.Count(text, "/"); err != nil && digits <= DigitsMax {
			t.Fatalf("%s: %v", text, err)
		}
	})
}

func FuzzParseExact(f *testing.F) {
	for _, s := range []string{"0", "-1.50", "5/6", "1e9", "NaN", "+1", "1_0", " 1", "99999999999999999999.5", "5/0", "-0", "1,000", "010/1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := ParseExact(text)
		y, ok := ParseExactBytes([]byte(text))
		if ok && (err != nil || !x.Equal(y)) || !ok && err == nil && !strings.Contains(text, "/") {
			t.Fatalf("%q: ParseExact gives %s, %v; ParseExactBytes %s, %v", text, x, err, y, ok)
		}
		if err != nil {
			return
		}
		if strings.Trim(text, "-0123456789./") != "" || len(text) > DigitsMax+2 {
			t.Fatalf("%q was read as %s", text, x)
		}
		// Above and below apart: big.Rat takes the 010 of 010/1 for an octal.
		above, below, found := strings.Cut(text, "/")
		want, ok := new(big.Rat).SetString(above)
		if over, fine := new(big.Rat).SetString(below); found && ok && fine {
			want.Quo(want, over)
		}
		if !ok || want.Cmp(x.Rat()) != 0 {
			t.Fatalf("%q was read as %s, big.Rat reads %v", text, x, want)
		}
	})
}

func BenchmarkExact(b *testing.B) {
	price, share, saving := Frac(421550, 100), Frac(35, 100), Frac(100, 3)
	var sink Exact
	b.Run("add-whole", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink = Int(12345).Add(Int(678))
		}
	})
	b.Run("add", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink = price.Add(saving)
		}
	})
	b.Run("mul", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink = price.Mul(share)
		}
	})
	b.Run("quo", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink, _ = price.Quo(saving)
		}
	})
	b.Run("round", func(b *testing.B) {
		b.ReportAllocs()
		r := Rounding{Mode: Nearest, Ties: TiesUp, Unit: Frac(1, 100)}
		for b.Loop() {
			sink = saving.Round(r)
		}
	})
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		text := []byte("1234.50")
		for b.Loop() {
			sink, _ = ParseExactBytes(text)
		}
	})
	_ = sink
}
