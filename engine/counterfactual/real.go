package counterfactual

import (
	"math/big"
	"sync"
)

// Reals: what is not rational (roots, logarithms, distributions) is worked out on big.Float, whose results do not
// depend on the machine. The standard library's Exp and Log do: they have assembly kernels and fused products.

// realBits is the precision of every real, about 96 decimal digits; guardBits are kept beyond it inside exp and log.
const (
	realBits  = 320
	guardBits = 64
)

func newReal() *big.Float                { return new(big.Float).SetPrec(realBits) }
func realOf(r *big.Rat) *big.Float       { return newReal().SetRat(r) }
func whole(n int64) *big.Float           { return newReal().SetInt64(n) }
func fromFloat(x float64) *big.Float     { return newReal().SetFloat64(x) }
func plus(x, y *big.Float) *big.Float    { return newReal().Add(x, y) }
func minus(x, y *big.Float) *big.Float   { return newReal().Sub(x, y) }
func times(x, y *big.Float) *big.Float   { return newReal().Mul(x, y) }
func over(x, y *big.Float) *big.Float    { return newReal().Quo(x, y) }
func root(x *big.Float) *big.Float       { return newReal().Sqrt(x) }
func negated(x *big.Float) *big.Float    { return newReal().Neg(x) }
func magnitude(x *big.Float) *big.Float  { return newReal().Abs(x) }
func half(x *big.Float) *big.Float       { return newReal().SetMantExp(x, -1) }
func double(x *big.Float) *big.Float     { return newReal().SetMantExp(x, 1) }
func squared(x *big.Float) *big.Float    { return newReal().Mul(x, x) }
func lesser(x, y *big.Float) *big.Float  { return pick(x.Cmp(y) < 0, x, y) }
func greater(x, y *big.Float) *big.Float { return pick(x.Cmp(y) > 0, x, y) }
func pick(first bool, x, y *big.Float) *big.Float {
	if first {
		return x
	}
	return y
}

// negligible reports whether x is less than 2^-bits of y.
func negligible(x, y *big.Float, bits int) bool {
	return x.Sign() == 0 || (y.Sign() != 0 && x.MantExp(nil) < y.MantExp(nil)-bits)
}

// ratRoot returns the root of a rational that is not negative.
func ratRoot(r *big.Rat) *big.Float { return root(realOf(r)) }

func wide() *big.Float { return new(big.Float).SetPrec(realBits + guardBits) }

// ln2 is the natural logarithm of 2: the sum of 1/(k 2^k).
var ln2 = sync.OnceValue(func() *big.Float {
	total, power := wide(), wide().SetInt64(1)
	for k := int64(1); k < realBits+guardBits+8; k++ {
		power.SetMantExp(power, -1)
		total.Add(total, wide().Quo(power, wide().SetInt64(k)))
	}
	return total
})

// pi by Machin: 16 arctan(1/5) - 4 arctan(1/239).
var pi = sync.OnceValue(func() *big.Float {
	arctan := func(n int64) *big.Float {
		total, power := wide(), wide().Quo(wide().SetInt64(1), wide().SetInt64(n))
		for k := int64(0); power.MantExp(nil) > -(realBits + guardBits + 8); k++ {
			term := wide().Quo(power, wide().SetInt64(2*k+1))
			if k%2 == 1 {
				term.Neg(term)
			}
			total.Add(total, term)
			power.Quo(power, wide().SetInt64(n*n))
		}
		return total
	}
	return wide().Sub(wide().Mul(wide().SetInt64(16), arctan(5)), wide().Mul(wide().SetInt64(4), arctan(239)))
})

// expLimit is the largest exponent that is worked out; beyond it the result is nought or infinite.
const expLimit = 1 << 29

// expOf returns e^x, to all bits but the last few.
func expOf(x *big.Float) *big.Float {
	if x.Sign() == 0 {
		return whole(1)
	}
	if magnitude(x).Cmp(whole(expLimit)) > 0 {
		if x.Sign() < 0 {
			return newReal()
		}
		return newReal().SetInf(false)
	}
	quotient := wide().Quo(x, ln2())
	quotient.Add(quotient, wide().SetFloat64(float64(x.Sign())/2))
	k, _ := quotient.Int64()
	const halvings = 12
	r := wide().Sub(x, wide().Mul(wide().SetInt64(k), ln2()))
	r.SetMantExp(r, -halvings)
	// expm1 of the small rest, then (1+p)^2 - 1 = 2p + p^2, so that no digit is lost to the 1.
	p, term := wide(), wide().SetInt64(1)
	for n := int64(1); ; n++ {
		term.Quo(wide().Mul(term, r), wide().SetInt64(n))
		if term.Sign() == 0 || term.MantExp(nil) < -(realBits+guardBits+halvings) {
			break
		}
		p.Add(p, term)
	}
	for range halvings {
		square := wide().Mul(p, p)
		p.Add(wide().SetMantExp(p, 1), square)
	}
	p.Add(p, wide().SetInt64(1))
	return newReal().SetMantExp(newReal().Set(p), int(k))
}

// logOf returns the natural logarithm of x > 0.
func logOf(x *big.Float) *big.Float {
	mantissa := new(big.Float)
	exponent := x.MantExp(mantissa)
	if mantissa.Cmp(big.NewFloat(0.71)) < 0 { // keep away from ln(1/2) + ln 2, which cancels
		mantissa.SetMantExp(mantissa, 1)
		exponent--
	}
	start, _ := mantissa.Float64()
	y := fromFloat(logNear(start))
	m := newReal().Set(mantissa)
	for range 3 { // Halley: each step has three times the digits
		e := expOf(y)
		y = plus(y, double(over(minus(m, e), plus(m, e))))
	}
	return newReal().Add(y, wide().Mul(wide().SetInt64(int64(exponent)), ln2()))
}

// logNear returns ln f for f between 1/2 and 2 to nearly all bits of a float, by the series of 2 artanh((f-1)/(f+1)).
func logNear(f float64) float64 {
	s := (f - 1) / (f + 1)
	square := float64(s * s)
	total := 0.0
	for k := 41; k >= 1; k -= 2 {
		total = float64(total*square) + 1/float64(k)
	}
	return float64(float64(2*s) * total)
}

// sineCosine returns the sine and cosine of a number of whole turns, which need not be whole. Quarters of a turn come
// out as exactly -1, 0 or 1, so that a column of noughts is one.
func sineCosine(turns *big.Rat) (sine, cosine *big.Float) {
	eighths := new(big.Rat).Mul(turns, big.NewRat(8, 1))
	octant := new(big.Int).Div(eighths.Num(), eighths.Denom()) // the floor, as denominators are positive
	octant.Add(octant, big.NewInt(1)).Rsh(octant, 1)           // the nearest quarter turn
	rest := new(big.Rat).Sub(turns, new(big.Rat).SetFrac(octant, big.NewInt(4)))
	angle := newReal().Mul(double(realOf(rest)), pi())
	s, c := taylor(angle, 1), taylor(angle, 0)
	switch new(big.Int).And(octant, big.NewInt(3)).Int64() {
	case 0:
		return s, c
	case 1:
		return c, negated(s)
	case 2:
		return negated(s), negated(c)
	default:
		return negated(c), s
	}
}

// taylor sums the odd (first = 1) or even (first = 0) terms of the sine or cosine of a small angle.
func taylor(angle *big.Float, first int64) *big.Float {
	term := whole(1)
	if first == 1 {
		term = newReal().Set(angle)
	}
	total, square := newReal().Set(term), squared(angle)
	for n := first + 1; term.Sign() != 0 && !negligible(term, total, realBits); n += 2 {
		term = negated(over(times(term, square), whole(n*(n+1))))
		total = plus(total, term)
	}
	return total
}
