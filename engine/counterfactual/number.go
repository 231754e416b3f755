package counterfactual

import (
	"math/big"
	"strings"

	"outturn/contracts/money"
)

// Number is a figure as exactly as it is known: a rational, or a real with a bound on its error. The zero Number is
// not a figure.
type Number struct {
	exact  *big.Rat   // nil for what is not rational
	near   *big.Float // always there
	within *big.Float // the most by which near may be wrong; nil for a rational
}

// sureBits is how many bits of a real are relied on: results of a few thousand operations at realBits, with much to
// spare. iteratedBits is the same for what was iterated in pairs of floats (about 106 bits).
const (
	sureBits     = 140
	iteratedBits = 62
)

func exactly(r *big.Rat) Number { return Number{exact: r, near: realOf(r)} }
func exactInt(n int64) Number   { return exactly(big.NewRat(n, 1)) }
func nearly(x *big.Float) Number {
	return Number{near: x, within: newReal().SetMantExp(magnitude(x), -sureBits)}
}
func roughly(x *big.Float) Number {
	// An estimate may be a small difference of larger figures: the bound is on the scale of 1 at least.
	return Number{near: x, within: newReal().SetMantExp(greater(magnitude(x), whole(1)), -iteratedBits)}
}

// Known reports whether there is a figure.
func (n Number) Known() bool { return n.near != nil }

// Rat returns the figure as a rational of the caller's own, and false when it is not rational or there is none.
func (n Number) Rat() (*big.Rat, bool) {
	if n.exact == nil {
		return nil, false
	}
	return new(big.Rat).Set(n.exact), true
}

// Float64 returns the nearest float, for showing and for comparing with other programs; never for money.
func (n Number) Float64() float64 {
	if n.exact != nil {
		f, _ := n.exact.Float64()
		return f
	}
	f, _ := n.near.Float64()
	return f
}

// Sign returns -1, 0 or 1.
func (n Number) Sign() int { return n.near.Sign() }

// Cmp compares the figure with a rational: -1, 0 or 1. A real that lies too near x for its error to tell is refused;
// the contract should then state the figure's rounding and compare the rounded one.
func (n Number) Cmp(x *big.Rat) (int, error) {
	if n.exact != nil {
		return n.exact.Cmp(x), nil
	}
	difference := minus(n.near, realOf(x))
	if magnitude(difference).Cmp(n.within) <= 0 {
		return 0, undefined("the figure %s lies so near %s that it cannot be told which is larger: compare the figure as rounded, or let an evaluator certify it", n.near.Text('g', 20), x.FloatString(12))
	}
	return difference.Sign(), nil
}

// PlacesMax is the most decimal places that a figure is rounded to.
const PlacesMax = 30

// Text returns the figure rounded half to even at so many decimal places, as a settlement reads it. Nought has no
// sign. A real that lies so near half-way that its error decides is refused, not guessed.
func (n Number) Text(places int) (string, error) {
	if places < 0 || places > PlacesMax {
		return "", invalid("%d decimal places were asked for: expected 0 to %d", places, PlacesMax)
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	if n.exact != nil {
		return decimalText(roundRat(new(big.Rat).Mul(n.exact, new(big.Rat).SetInt(scale))), places), nil
	}
	factor := newReal().SetInt(scale)
	low := roundReal(times(minus(n.near, n.within), factor))
	high := roundReal(times(plus(n.near, n.within), factor))
	if low.Cmp(high) != 0 {
		return "", undefined("the figure %s lies so near half-way at %d places that its rounding cannot be told: state other places in the contract, or let an evaluator certify the figure", n.near.Text('g', 20), places)
	}
	return decimalText(low, places), nil
}

// Round returns the figure rounded by a contract's rule, which a settlement may use; NoRounding gives a rational as it
// is. A real that lies so near a boundary of the rounding that its error decides is refused, and so is one that nothing
// rounds.
func (n Number) Round(r money.Rounding) (money.Exact, error) {
	if n.exact != nil {
		return money.FromRat(n.exact).Round(r), nil
	}
	if r.Mode == money.NoRounding {
		return money.Exact{}, invalid("the figure %s is no fraction: state how it is rounded", n.near.Text('g', 20))
	}
	low, _ := minus(n.near, n.within).Rat(nil)
	high, _ := plus(n.near, n.within).Rat(nil)
	rounded := money.FromRat(low).Round(r)
	if !rounded.Equal(money.FromRat(high).Round(r)) {
		return money.Exact{}, undefined("the figure %s lies so near the edge of its rounding that it cannot be told: state another rounding in the contract, or let an evaluator certify the figure", n.near.Text('g', 20))
	}
	return rounded, nil
}

// roundRat rounds to a whole number, half to even.
func roundRat(r *big.Rat) *big.Int {
	quotient, rest := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	switch c := rest.Lsh(rest, 1).Cmp(r.Denom()); {
	case c > 0, c == 0 && quotient.Bit(0) == 1:
		quotient.Add(quotient, big.NewInt(1))
	}
	return quotient
}

// roundReal rounds to a whole number, half to even.
func roundReal(x *big.Float) *big.Int {
	r, _ := x.Rat(nil)
	return roundRat(r)
}

// decimalText writes a whole number of units of 10^-places.
func decimalText(units *big.Int, places int) string {
	digits := new(big.Int).Abs(units).String()
	if places > 0 {
		if len(digits) <= places {
			digits = strings.Repeat("0", places-len(digits)+1) + digits
		}
		digits = digits[:len(digits)-places] + "." + digits[len(digits)-places:]
	}
	if units.Sign() < 0 {
		return "-" + digits
	}
	return digits
}
