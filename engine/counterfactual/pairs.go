package counterfactual

import (
	"math"
	"math/big"
)

// Pairs of floats: a number is the unrounded sum of two, some 106 bits, fast enough for a million rows. Every product
// is rounded where it stands (float64(x*y)) or taken whole with math.FMA, which gives the same bits with and without the
// instruction; so the results are the same on every machine. After Dekker (1971) and Knuth.

// pair is the sum hi + lo, |lo| at most half the last bit of hi.
type pair struct{ hi, lo float64 }

func single(x float64) pair { return pair{x, 0} }

func twoSum(a, b float64) pair {
	s := a + b
	t := s - a
	return pair{s, (a - (s - t)) + (b - t)}
}

// quickSum needs |a| >= |b|.
func quickSum(a, b float64) pair {
	s := a + b
	return pair{s, b - (s - a)}
}

func (x pair) add(y pair) pair {
	s, t := twoSum(x.hi, y.hi), twoSum(x.lo, y.lo)
	s = quickSum(s.hi, s.lo+t.hi)
	return quickSum(s.hi, s.lo+t.lo)
}

func (x pair) neg() pair       { return pair{-x.hi, -x.lo} }
func (x pair) sub(y pair) pair { return x.add(y.neg()) }

func (x pair) mul(y pair) pair {
	p := float64(x.hi * y.hi)
	e := math.FMA(x.hi, y.hi, -p)
	e += float64(x.hi*y.lo) + float64(x.lo*y.hi)
	return quickSum(p, e)
}

func (x pair) scale(y float64) pair {
	p := float64(x.hi * y)
	e := math.FMA(x.hi, y, -p)
	return quickSum(p, e+float64(x.lo*y))
}

func (x pair) quo(y pair) pair {
	q1 := x.hi / y.hi
	r := x.sub(y.scale(q1))
	q2 := r.hi / y.hi
	r = r.sub(y.scale(q2))
	q3 := r.hi / y.hi
	return quickSum(q1, q2).add(single(q3))
}

// ldexp is x times a power of two, exact.
func (x pair) ldexp(n int) pair { return pair{math.Ldexp(x.hi, n), math.Ldexp(x.lo, n)} }

func (x pair) real() *big.Float { return plus(fromFloat(x.hi), fromFloat(x.lo)) }

// pairOf returns the pair nearest a real.
func pairOf(x *big.Float) pair {
	hi, _ := x.Float64()
	if math.IsInf(hi, 0) {
		return single(hi)
	}
	lo, _ := minus(x, fromFloat(hi)).Float64()
	return pair{hi, lo}
}

var (
	pairLn2     = pairOf(ln2())
	pairInverse = func() (out [12]pair) { // 1/n!
		factorial := whole(1)
		for n := range out {
			if n > 0 {
				factorial = times(factorial, whole(int64(n)))
			}
			out[n] = pairOf(over(whole(1), factorial))
		}
		return out
	}()
)

// expMost is where e^x leaves what a float holds with full precision in its lower half.
const expMost = 600

// exp returns e^x, for |x| at most expMost; beyond, it returns the value there: what is fitted so far out has no bearing
// on a sum.
func (x pair) exp() pair {
	if x.hi > expMost {
		x = single(expMost)
	} else if x.hi < -expMost {
		x = single(-expMost)
	}
	const halvings = 9
	k := math.Floor(float64(x.hi/pairLn2.hi) + 0.5)
	r := x.sub(pairLn2.scale(k)).ldexp(-halvings)
	// expm1 of |r| < 0.0007 by its series to r^9, then (1+p)^2 - 1 = 2p + p^2.
	p := pairInverse[9]
	for n := 8; n >= 1; n-- {
		p = p.mul(r).add(pairInverse[n])
	}
	p = p.mul(r)
	for range halvings {
		p = p.ldexp(1).add(p.mul(p))
	}
	return p.add(single(1)).ldexp(int(k))
}

// log returns ln x for x > 0.
func (x pair) log() pair {
	mantissa, exponent := math.Frexp(x.hi)
	if mantissa < 0.71 {
		mantissa, exponent = float64(mantissa*2), exponent-1
	}
	m := x.ldexp(-exponent)
	y := single(logNear(mantissa))
	y = y.add(m.mul(y.neg().exp()).sub(single(1))) // Newton: the error squares
	return y.add(pairLn2.scale(float64(exponent)))
}

// pairs returns the column as pairs.
func (c *column) pairs() []pair {
	out := make([]pair, c.rows())
	if c.wide != nil {
		for i := range out {
			out[i] = pairOf(realOf(c.rat(i)))
		}
		return out
	}
	unit := single(1)
	if c.places > 0 {
		unit = pairOf(newReal().SetInt(c.unit()))
	}
	for i, n := range c.small {
		hi := float64(n)
		value := quickSum(hi, float64(n-int64(hi)))
		if c.places > 0 {
			value = value.quo(unit)
		}
		out[i] = value
	}
	return out
}
