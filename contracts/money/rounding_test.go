package money

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

var penny = Frac(1, 100)

func mustExact(t testing.TB, text string) Exact {
	t.Helper()
	x, err := ParseExact(text)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// The penny rules of three laws, at the tie on which they part and a hair to either side. A contract states one of them.
func TestHalfPenniesOfTheLaw(t *testing.T) {
	for _, law := range []struct {
		name string
		rule Rounding
		want [3]string // of £10.00499, £10.005 and £10.00501
	}{
		// "disregarded if it is less than half a penny and otherwise ... treated as a penny" (Universal Credit Regulations 2013, reg 6)
		{"welfare awards", Rounding{Nearest, TiesUp, penny}, [3]string{"10", "10.01", "10.01"}},
		// "nearest penny and any amount of a halfpenny or less shall be disregarded" (SI 2001/1004, reg 12(1))
		{"National Insurance", Rounding{Nearest, TiesDown, penny}, [3]string{"10", "10", "10.01"}},
		// the total of a VAT invoice may be rounded down (VATREC12010)
		{"a VAT invoice", Rounding{Down, NoTies, penny}, [3]string{"10", "10", "10"}},
	} {
		for i, x := range []string{"10.00499", "10.005", "10.00501"} {
			if got := mustExact(t, x).Round(law.rule).String(); got != law.want[i] {
				t.Errorf("%s: %s becomes %s, and %s was expected", law.name, x, got, law.want[i])
			}
		}
	}
	// A deduction is "rounded up ... to the next higher multiple of five pence" (SI 2013/380, schedule 6 paragraph 1).
	if got := mustExact(t, "18.4401").Round(Rounding{Up, NoTies, Frac(5, 100)}).String(); got != "18.45" {
		t.Errorf("a deduction of 18.4401 becomes %s", got)
	}
}

func TestRoundTable(t *testing.T) {
	// The columns: nearest with ties up, ties down, ties even; up; down. Units are 0.01.
	for _, c := range []struct{ x, tiesUp, tiesDown, tiesEven, up, down string }{
		{"1.004", "1", "1", "1", "1.01", "1"},
		{"1.005", "1.01", "1", "1", "1.01", "1"},
		{"1.015", "1.02", "1.01", "1.02", "1.02", "1.01"},
		{"1.006", "1.01", "1.01", "1.01", "1.01", "1"},
		{"-1.004", "-1", "-1", "-1", "-1.01", "-1"},
		{"-1.005", "-1.01", "-1", "-1", "-1.01", "-1"},
		{"-1.015", "-1.02", "-1.01", "-1.02", "-1.02", "-1.01"},
		{"0.005", "0.01", "0", "0", "0.01", "0"},
		{"-0.005", "-0.01", "0", "0", "-0.01", "0"},
		{"0", "0", "0", "0", "0", "0"},
		{"1.23", "1.23", "1.23", "1.23", "1.23", "1.23"},
		{"1/3", "0.33", "0.33", "0.33", "0.34", "0.33"},
		{"2/3", "0.67", "0.67", "0.67", "0.67", "0.66"},
		// Beyond 64 bits: 10^20 + 0.005 and its mirror.
		{"100000000000000000000.005", "100000000000000000000.01", "100000000000000000000", "100000000000000000000", "100000000000000000000.01", "100000000000000000000"},
		{"-100000000000000000000.015", "-100000000000000000000.02", "-100000000000000000000.01", "-100000000000000000000.02", "-100000000000000000000.02", "-100000000000000000000.01"},
	} {
		x := mustExact(t, c.x)
		for _, r := range []struct {
			Rounding
			want string
		}{
			{Rounding{Nearest, TiesUp, penny}, c.tiesUp}, {Rounding{Nearest, TiesDown, penny}, c.tiesDown}, {Rounding{Nearest, TiesEven, penny}, c.tiesEven},
			{Rounding{Up, NoTies, penny}, c.up}, {Rounding{Down, NoTies, penny}, c.down},
		} {
			if got := x.Round(r.Rounding).String(); got != r.want {
				t.Errorf("%s %s: got %s, want %s", c.x, r.Rounding, got, r.want)
			}
		}
	}
	// Five in six of 1,680 families is 1,400; of 1,681 is 1,400 5/6, down to 1,400. Of a unit other than a power of ten: 7 to 0.05 units of 3/7.
	if got := Frac(5*1681, 6).Round(Rounding{Down, NoTies, Int(1)}); !got.Equal(Int(1400)) {
		t.Errorf("5/6 of 1681 down: %s", got)
	}
	// 1 over 3/7 is 7/3 = 2 1/3 units: two of them are 6/7.
	if got := Int(1).Round(Rounding{Nearest, TiesUp, Frac(3, 7)}); !got.Equal(Frac(6, 7)) {
		t.Errorf("1 to the nearest 3/7: %s", got)
	}
	if got := Frac(1, 3).Round(Rounding{}); !got.Equal(Frac(1, 3)) {
		t.Errorf("no rounding changed 1/3 to %s", got)
	}
}

// reference rounds by floor and comparison of the two neighbours' distances: another road than Round's.
func reference(x *big.Rat, r Rounding) *big.Rat {
	unit := r.Unit.Rat()
	q := new(big.Rat).Quo(x, unit)
	floor := new(big.Int).Div(q.Num(), q.Denom()) // Euclidean; the denominator is positive
	below := new(big.Rat).SetInt(floor)
	if below.Cmp(q) == 0 {
		return x
	}
	above := new(big.Rat).Add(below, big.NewRat(1, 1))
	near, far := below, above // towards nought, away from it
	if q.Sign() < 0 {
		near, far = above, below
	}
	pick := near
	switch toNear, toFar := distance(q, near), distance(q, far); {
	case r.Mode == Up:
		pick = far
	case r.Mode == Down:
		pick = near
	case toFar.Cmp(toNear) < 0:
		pick = far
	case toFar.Cmp(toNear) == 0 && r.Ties == TiesUp:
		pick = far
	case toFar.Cmp(toNear) == 0 && r.Ties == TiesEven && far.Num().Bit(0) == 0:
		pick = far
	}
	return new(big.Rat).Mul(pick, unit)
}

func distance(a, b *big.Rat) *big.Rat {
	d := new(big.Rat).Sub(a, b)
	return d.Abs(d)
}

func genRounding() *rapid.Generator[Rounding] {
	return rapid.Custom(func(t *rapid.T) Rounding {
		r := Rounding{Mode: Mode(rapid.IntRange(1, 3).Draw(t, "mode"))}
		if r.Mode == Nearest {
			r.Ties = Ties(rapid.IntRange(1, 3).Draw(t, "ties"))
		}
		r.Unit = rapid.OneOf(
			rapid.SampledFrom([]Exact{penny, Int(1), Frac(1, 10000), Frac(1, 20), Int(1000), Frac(3, 7)}),
			rapid.Map(rapid.Int64Range(1, maxInt), Int),
		).Draw(t, "unit")
		return r
	})
}

func TestRoundEqualsReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := genRounding().Draw(t, "rounding")
		x := genExact().Draw(t, "x")
		if rapid.Bool().Draw(t, "tie") { // ties and multiples are rare by chance: make them
			x = r.Unit.Mul(Frac(genInt().Draw(t, "halves"), 2))
		}
		got := x.Round(r)
		sound(t, "round", got, reference(x.Rat(), r))
		if !got.Round(r).Equal(got) {
			t.Fatalf("rounding %s twice changed it", got)
		}
		if !x.Neg().Round(r).Equal(got.Neg()) {
			t.Fatalf("%s and its mirror round differently %s", x, r)
		}
	})
}

func TestRoundingCheckAndString(t *testing.T) {
	for _, c := range []struct {
		r     Rounding
		says  string
		sound bool
	}{
		{Rounding{Nearest, TiesUp, penny}, "to the nearest 0.01, ties up", true},
		{Rounding{Nearest, TiesEven, Int(1)}, "to the nearest 1, ties even", true},
		{Rounding{Nearest, TiesDown, Frac(1, 10000)}, "to the nearest 0.0001, ties down", true},
		{Rounding{Up, NoTies, Int(1)}, "up to a multiple of 1", true},
		{Rounding{Down, NoTies, penny}, "down to a multiple of 0.01", true},
		{Rounding{}, "not rounded", false},
		{Rounding{Nearest, NoTies, penny}, "to the nearest 0.01, ties none", false},
		{Rounding{Up, TiesUp, penny}, "up to a multiple of 0.01", false},
		{Rounding{Up, NoTies, Int(0)}, "up to a multiple of 0", false},
		{Rounding{Up, NoTies, Int(-1)}, "up to a multiple of -1", false},
		{Rounding{Mode(9), NoTies, penny}, "mode 9 to a multiple of 0.01", false},
	} {
		if got := c.r.String(); got != c.says {
			t.Errorf("%#v says %q, want %q", c.r, got, c.says)
		}
		if err := c.r.Check(); (err == nil) != c.sound {
			t.Errorf("%s: check gives %v", c.r, err)
		}
		if c.sound || c.r.Mode == NoRounding {
			continue
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: Round did not panic", c.r)
				}
			}()
			Frac(1, 3).Round(c.r)
		}()
	}
}
