package money

import (
	"testing"

	"pgregory.net/rapid"
)

// Roots by hand, on either side of a tie and on it: 6.25 is 2.5 squared.
func TestRootsByHand(t *testing.T) {
	whole := Rounding{Mode: Nearest, Ties: TiesUp, Unit: Int(1)}
	pence := Rounding{Mode: Nearest, Ties: TiesUp, Unit: Frac(1, 100)}
	for _, k := range []struct {
		x     Exact
		r     Rounding
		wants string
	}{
		{Int(0), pence, "0"}, {Int(4), pence, "2"}, {Int(2), pence, "1.41"}, {Int(3), pence, "1.73"}, {Frac(1, 4), pence, "0.5"},
		{Frac(625, 100), whole, "3"}, {Frac(62499, 10000), whole, "2"}, {Frac(62501, 10000), whole, "3"},
		{Frac(625, 100), Rounding{Mode: Nearest, Ties: TiesDown, Unit: Int(1)}, "2"}, {Frac(625, 100), Rounding{Mode: Nearest, Ties: TiesEven, Unit: Int(1)}, "2"},
		{Frac(1225, 100), Rounding{Mode: Nearest, Ties: TiesEven, Unit: Int(1)}, "4"},
		{Int(2), Rounding{Mode: Up, Unit: Frac(1, 100)}, "1.42"}, {Int(2), Rounding{Mode: Down, Unit: Frac(1, 100)}, "1.41"}, {Int(4), Rounding{Mode: Up, Unit: Frac(1, 100)}, "2"},
		{Frac(190000000, 21), pence, "3007.93"}, // the standard error of fixtures/west-cheshire-families-together
	} {
		if got, ok := k.x.Root(k.r); !ok || got.String() != k.wants {
			t.Errorf("the root of %s, %s, is %s, and %s was expected", k.x, k.r, got, k.wants)
		}
	}
	if _, ok := Int(-1).Root(pence); ok {
		t.Error("there is a root of -1")
	}
}

// Rounded down, a root's square is no more than what it is the root of, and that of the next is more.
func TestRootsBracket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := Frac(rapid.Int64Range(0, 1<<60).Draw(t, "n"), rapid.Int64Range(1, 1<<40).Draw(t, "d"))
		unit := Frac(1, rapid.Int64Range(1, 1000).Draw(t, "unit"))
		low, _ := x.Root(Rounding{Mode: Down, Unit: unit})
		if next := low.Add(unit); low.Mul(low).Cmp(x) > 0 || next.Mul(next).Cmp(x) <= 0 {
			t.Fatalf("the root of %s is said to be %s in steps of %s", x, low, unit)
		}
		high, _ := x.Root(Rounding{Mode: Up, Unit: unit})
		near, _ := x.Root(Rounding{Mode: Nearest, Ties: TiesUp, Unit: unit})
		if !near.Equal(low) && !near.Equal(high) {
			t.Fatalf("the root of %s lies between %s and %s, and the nearest is said to be %s", x, low, high, near)
		}
	})
}
