// Package money holds exact values, roundings and payable amounts.
//
// Two number types are kept apart by the compiler: an Exact is an unrounded sum and cannot be paid;
// an Amount stands at its currency's places and can. The one road from the first to the second is
// Exact.Amount, which takes the contract's rounding. Nothing here uses floats or division with an
// implied precision.
package money

import (
	"math/big"
	"math/bits"
)

// maxInt is the largest numerator or denominator that the small form holds. The least int64 is left
// out, so that negation and absolute value of a small value are always small.
const maxInt = 1<<63 - 1

// Exact is an exact rational number without limit of size. Values whose numerator and denominator in
// lowest terms both fit an int64 are held without allocation; others in a big.Rat. The zero value is 0.
//
// The form is canonical: a value that fits the small form is never held in the large one, so small
// values may be compared with ==, but Cmp or Equal is what compares every value.
type Exact struct {
	n, d int64    // lowest terms, d > 1; d == 0 means 1
	r    *big.Rat // never changed once made; nil for small values
}

// Int returns the whole number n.
func Int(n int64) Exact {
	if n == -maxInt-1 {
		return Exact{r: new(big.Rat).SetInt64(n)}
	}
	return Exact{n: n}
}

// Frac returns n over d in lowest terms. A d of nought is a programming error and panics: divide figures
// that come from evidence with Quo, which reports it.
func Frac(n, d int64) Exact {
	if d == 0 {
		panic("money: Frac with a denominator of nought")
	}
	if n == -maxInt-1 || d == -maxInt-1 {
		return shrink(new(big.Rat).SetFrac(big.NewInt(n), big.NewInt(d)))
	}
	if d < 0 {
		n, d = -n, -d
	}
	g := gcd(n, d)
	return small(n/g, d/g)
}

// Add returns x + y.
func (x Exact) Add(y Exact) Exact {
	if x.r == nil && y.r == nil {
		if z, ok := addSmall(x, y); ok {
			return z
		}
	}
	return shrink(new(big.Rat).Add(x.rat(), y.rat()))
}

// Sub returns x - y.
func (x Exact) Sub(y Exact) Exact { return x.Add(y.Neg()) }

// Mul returns x * y.
func (x Exact) Mul(y Exact) Exact {
	if x.r == nil && y.r == nil {
		if z, ok := mulSmall(x.n, x.den(), y.n, y.den()); ok {
			return z
		}
	}
	return shrink(new(big.Rat).Mul(x.rat(), y.rat()))
}

// Quo returns x / y, and false when y is nought: the caller names the clause that divided by it.
func (x Exact) Quo(y Exact) (Exact, bool) {
	if y.IsZero() {
		return Exact{}, false
	}
	if x.r == nil && y.r == nil {
		n, d := y.den(), y.n
		if d < 0 {
			n, d = -n, -d
		}
		if z, ok := mulSmall(x.n, x.den(), n, d); ok {
			return z, true
		}
	}
	return shrink(new(big.Rat).Quo(x.rat(), y.rat())), true
}

// Neg returns -x.
func (x Exact) Neg() Exact {
	if x.r != nil {
		return shrink(new(big.Rat).Neg(x.r))
	}
	x.n = -x.n
	return x
}

// Abs returns x without its sign.
func (x Exact) Abs() Exact {
	if x.Sign() < 0 {
		return x.Neg()
	}
	return x
}

// Cmp returns -1, 0 or 1 as x is less than, equal to or more than y. It never allocates for small values.
func (x Exact) Cmp(y Exact) int {
	if x.r != nil || y.r != nil {
		return x.rat().Cmp(y.rat())
	}
	if x.d == y.d {
		return compare(x.n, y.n)
	}
	sign := x.Sign()
	if other := y.Sign(); sign != other {
		return compare(int64(sign), int64(other))
	}
	// Cross products in 128 bits: the signs are equal, so the magnitudes decide.
	xh, xl := bits.Mul64(magnitude(x.n), uint64(y.den()))
	yh, yl := bits.Mul64(magnitude(y.n), uint64(x.den()))
	switch {
	case xh == yh && xl == yl:
		return 0
	case xh > yh || xh == yh && xl > yl:
		return sign
	default:
		return -sign
	}
}

// Equal reports whether x and y are the same number. Tests that compare whole structures use it.
func (x Exact) Equal(y Exact) bool { return x.Cmp(y) == 0 }

// Sign returns -1, 0 or 1.
func (x Exact) Sign() int {
	if x.r != nil {
		return x.r.Sign()
	}
	return compare(x.n, 0)
}

// IsZero reports whether x is nought.
func (x Exact) IsZero() bool { return x.r == nil && x.n == 0 }

// IsInt reports whether x is a whole number.
func (x Exact) IsInt() bool {
	if x.r != nil {
		return x.r.IsInt()
	}
	return x.d == 0
}

// Int64 returns x when it is a whole number that fits an int64, and false otherwise.
func (x Exact) Int64() (int64, bool) {
	if x.r != nil {
		if x.r.IsInt() && x.r.Num().IsInt64() {
			return x.r.Num().Int64(), true
		}
		return 0, false
	}
	return x.n, x.d == 0
}

// FromRat returns a rational as an exact value; the rational stays the caller's own.
func FromRat(r *big.Rat) Exact { return shrink(new(big.Rat).Set(r)) }

// Rat returns x as a big.Rat of the caller's own.
func (x Exact) Rat() *big.Rat {
	if x.r != nil {
		return new(big.Rat).Set(x.r)
	}
	return x.rat()
}

// rat returns x as a big.Rat that must not be changed.
func (x Exact) rat() *big.Rat {
	if x.r != nil {
		return x.r
	}
	return big.NewRat(x.n, x.den())
}

// den is the denominator of a small value.
func (x Exact) den() int64 {
	if x.d == 0 {
		return 1
	}
	return x.d
}

// small makes a value from lowest terms with d > 0.
func small(n, d int64) Exact {
	if d == 1 {
		d = 0
	}
	return Exact{n: n, d: d}
}

// shrink gives r its canonical form, and takes it over.
func shrink(r *big.Rat) Exact {
	if r.Num().IsInt64() && r.Denom().IsInt64() && r.Num().Int64() != -maxInt-1 {
		return small(r.Num().Int64(), r.Denom().Int64())
	}
	return Exact{r: r}
}

// addSmall adds two small values; false when a step would overflow.
func addSmall(x, y Exact) (Exact, bool) {
	if x.d == y.d {
		n, ok := addInt(x.n, y.n)
		if !ok || x.d == 0 {
			return Exact{n: n}, ok
		}
		g := gcd(n, x.d)
		return small(n/g, x.d/g), true
	}
	// Knuth, volume 2, 4.5.1: dividing by the common factor first keeps the terms as small as they can be.
	xd, yd := x.den(), y.den()
	g := gcd(xd, yd)
	left, ok1 := mulInt(x.n, yd/g)
	right, ok2 := mulInt(y.n, xd/g)
	n, ok3 := addInt(left, right)
	if !ok1 || !ok2 || !ok3 {
		return Exact{}, false
	}
	h := gcd(n, g)
	d, ok := mulInt(xd/g, yd/h)
	if !ok {
		return Exact{}, false
	}
	return small(n/h, d), true
}

// mulSmall multiplies two fractions in lowest terms with positive denominators; false when the answer
// in lowest terms does not fit.
func mulSmall(an, ad, bn, bd int64) (Exact, bool) {
	g, h := gcd(an, bd), gcd(bn, ad)
	n, ok1 := mulInt(an/g, bn/h)
	d, ok2 := mulInt(ad/h, bd/g)
	if !ok1 || !ok2 {
		return Exact{}, false
	}
	return small(n, d), true
}

// addInt adds; false when the sum lies outside -maxInt..maxInt.
func addInt(a, b int64) (int64, bool) {
	s := a + b
	return s, (a^s)&(b^s) >= 0 && s != -maxInt-1
}

// mulInt multiplies; false when the product lies outside -maxInt..maxInt.
func mulInt(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo > maxInt {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

// gcd returns the greatest common divisor of |a| and b, where b > 0. The gcd of 0 and b is b.
func gcd(a, b int64) int64 {
	if b == 1 {
		return 1
	}
	if a == 0 {
		return b
	}
	x, y := magnitude(a), uint64(b)
	shift := bits.TrailingZeros64(x | y)
	x >>= bits.TrailingZeros64(x)
	for {
		y >>= bits.TrailingZeros64(y)
		if x > y {
			x, y = y, x
		}
		y -= x
		if y == 0 {
			return int64(x << shift)
		}
	}
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return uint64(-a)
	}
	return uint64(a)
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
