package counterfactual

import (
	"math/big"
	"sync"
)

// Special functions on reals. Each of two tails is worked out directly when it is the small one, so that a p-value of
// 1e-40 has all its digits.

// tailBits is how far series and continued fractions are carried: some 45 digits.
const tailBits = 150

// bernoulli holds B2, B4, ... B120.
var bernoulli = sync.OnceValue(func() []*big.Float {
	const most = 120
	row := make([]*big.Rat, most+1)
	var out []*big.Float
	for m := 0; m <= most; m++ { // Akiyama and Tanigawa
		row[m] = big.NewRat(1, int64(m+1))
		for j := m; j >= 1; j-- {
			difference := new(big.Rat).Sub(row[j-1], row[j])
			row[j-1] = difference.Mul(difference, big.NewRat(int64(j), 1))
		}
		if m >= 2 && m%2 == 0 {
			out = append(out, realOf(row[0]))
		}
	}
	return out
})

// lnGamma returns the logarithm of the gamma function at x > 0, by Stirling's series after moving x beyond 80.
func lnGamma(x *big.Float) *big.Float {
	product := whole(1)
	x = newReal().Set(x)
	for x.Cmp(whole(80)) < 0 {
		product = times(product, x)
		x = plus(x, whole(1))
	}
	total := minus(times(minus(x, fromFloat(0.5)), logOf(x)), x)
	total = plus(total, half(logOf(newReal().Set(wide().SetMantExp(pi(), 1)))))
	inverse := over(whole(1), x)
	power, square := inverse, squared(inverse)
	for i, b := range bernoulli() {
		n := int64(2*i + 2)
		total = plus(total, over(times(b, power), whole(n*(n-1))))
		power = times(power, square)
	}
	return minus(total, logOf(product))
}

// normalTail returns the chance that a standard normal exceeds x.
func normalTail(x *big.Float) *big.Float {
	if x.Sign() < 0 {
		return minus(whole(1), normalTail(negated(x)))
	}
	density := normalDensity(x)
	if x.Cmp(whole(12)) > 0 {
		return over(density, continued(x))
	}
	// 1/2 less the density times x + x^3/3 + x^5/15 + ...
	term, total, square := newReal().Set(x), newReal().Set(x), squared(x)
	for n := int64(3); term.Sign() != 0 && !negligible(term, total, realBits); n += 2 {
		term = over(times(term, square), whole(n))
		total = plus(total, term)
	}
	return minus(fromFloat(0.5), times(density, total))
}

func normalDensity(x *big.Float) *big.Float {
	return over(expOf(half(negated(squared(x)))), root(newReal().Set(wide().SetMantExp(pi(), 1))))
}

// continued returns x + 1/(x + 2/(x + 3/...)), for x > 12.
func continued(x *big.Float) *big.Float {
	value := newReal().Set(x)
	for k := int64(400); k >= 1; k-- {
		value = plus(x, over(whole(k), value))
	}
	return value
}

// studentTail returns the chance that Student's t with df degrees of freedom exceeds t.
func studentTail(t, df *big.Float) *big.Float { return newBeta(half(df), fromFloat(0.5)).student(t) }

// student is the same, of the beta distribution with shapes df/2 and 1/2.
func (s beta) student(t *big.Float) *big.Float {
	df := double(s.a)
	below := plus(df, squared(t))
	lower, _ := s.tails(over(df, below), over(squared(t), below))
	if t.Sign() < 0 {
		return minus(whole(1), half(lower))
	}
	return half(lower)
}

// beta is a beta distribution; front is minus the logarithm of the beta function.
type beta struct{ a, b, front *big.Float }

func newBeta(a, b *big.Float) beta {
	return beta{a, b, minus(lnGamma(plus(a, b)), plus(lnGamma(a), lnGamma(b)))}
}

// betaTails returns the chances that a beta variable with shapes a and b is below x, and above it; y is 1 - x.
func betaTails(a, b, x, y *big.Float) (lower, upper *big.Float) { return newBeta(a, b).tails(x, y) }

func (s beta) tails(x, y *big.Float) (lower, upper *big.Float) {
	if x.Sign() <= 0 {
		return newReal(), whole(1)
	}
	if y.Sign() <= 0 {
		return whole(1), newReal()
	}
	if times(x, plus(plus(s.a, s.b), whole(2))).Cmp(plus(s.a, whole(1))) <= 0 {
		lower = s.fraction(x, y)
		return lower, minus(whole(1), lower)
	}
	upper = beta{s.b, s.a, s.front}.fraction(y, x)
	return minus(whole(1), upper), upper
}

// fraction is the lower tail by its continued fraction (Lentz), good where x is below the mean.
func (s beta) fraction(x, y *big.Float) *big.Float {
	a, b := s.a, s.b
	front := plus(s.front, plus(times(a, logOf(x)), times(b, logOf(y))))
	one, ab := whole(1), plus(a, b)
	c := one
	d := over(one, minus(one, over(times(ab, x), plus(a, one))))
	h := d
	for n := int64(1); ; n++ {
		m := whole(n)
		a2 := plus(a, whole(2*n))
		even := over(times(times(m, minus(b, m)), x), times(minus(a2, one), a2))
		d = over(one, plus(one, times(even, d)))
		c = plus(one, over(even, c))
		h = times(h, times(d, c))
		odd := negated(over(times(times(plus(a, m), plus(ab, m)), x), times(a2, plus(a2, one))))
		d = over(one, plus(one, times(odd, d)))
		c = plus(one, over(odd, c))
		step := times(d, c)
		h = times(h, step)
		if negligible(minus(step, one), one, tailBits) {
			break
		}
	}
	return over(times(expOf(front), h), a)
}

// gammaTails returns the chances that a gamma variable with shape a and scale 1 is below x, and above it.
func gammaTails(a, x *big.Float) (lower, upper *big.Float) { return gammaTailsWith(a, x, lnGamma(a)) }

// gammaTailsWith is the same, given the logarithm of the gamma function at a.
func gammaTailsWith(a, x, logGamma *big.Float) (lower, upper *big.Float) {
	if x.Sign() <= 0 {
		return newReal(), whole(1)
	}
	front := expOf(minus(minus(times(a, logOf(x)), x), logGamma))
	if x.Cmp(plus(a, whole(1))) < 0 {
		term := over(whole(1), a)
		total, n := term, a
		for !negligible(term, total, tailBits) {
			n = plus(n, whole(1))
			term = over(times(term, x), n)
			total = plus(total, term)
		}
		lower = times(front, total)
		return lower, minus(whole(1), lower)
	}
	one := whole(1)
	b := minus(plus(x, one), a)
	c, d := newReal().SetMantExp(one, 4*realBits), over(one, b)
	h := d
	for n := int64(1); ; n++ {
		an := times(whole(-n), minus(whole(n), a))
		b = plus(b, whole(2))
		d = over(one, plus(times(an, d), b))
		c = plus(b, over(an, c))
		step := times(d, c)
		h = times(h, step)
		if negligible(minus(step, one), one, tailBits) {
			break
		}
	}
	upper = times(front, h)
	return minus(whole(1), upper), upper
}
