package counterfactual

import "math/big"

// Quantiles, found by Newton's method on the logarithm of a tail, kept within a bracket that only ever narrows.

// tailAt evaluates a tail and the size of its slope at x.
type tailAt func(x *big.Float) (tail, slope *big.Float)

// solveTail finds where a tail comes to target within lo and hi, from start. rising says whether it grows with x.
func solveTail(lo, hi, start, target *big.Float, rising bool, at tailAt) *big.Float {
	x := start
	if x.Cmp(lo) <= 0 || x.Cmp(hi) >= 0 {
		x = half(plus(lo, hi))
	}
	logTarget := logOf(target)
	for range 2000 {
		tail, slope := at(x)
		if (tail.Cmp(target) > 0) == rising {
			hi = x
		} else {
			lo = x
		}
		next := half(plus(lo, hi))
		if tail.Sign() > 0 && slope.Sign() > 0 {
			step := over(times(minus(logOf(tail), logTarget), tail), slope)
			if rising {
				step = negated(step)
			}
			if newton := plus(x, step); newton.Cmp(lo) > 0 && newton.Cmp(hi) < 0 {
				next = newton
			}
		}
		moved := minus(next, x)
		x = next
		if negligible(moved, x, tailBits/2) { // the next step would be beyond tailBits: convergence is quadratic
			return x
		}
	}
	panic("counterfactual: a quantile was not found within its bracket")
}

// normalQuantile returns the x that a standard normal exceeds with chance tail, 0 < tail < 1/2.
func normalQuantile(tail *big.Float) *big.Float {
	t := root(double(negated(logOf(tail))))
	num := plus(fromFloat(2.30753), times(fromFloat(0.27061), t))
	den := plus(plus(whole(1), times(fromFloat(0.99229), t)), times(fromFloat(0.04481), squared(t)))
	return solveTail(newReal(), t, minus(t, over(num, den)), tail, false, func(x *big.Float) (*big.Float, *big.Float) {
		return normalTail(x), normalDensity(x)
	})
}

// studentQuantile returns the x that Student's t with df degrees of freedom exceeds with chance tail, 0 < tail < 1/2.
func studentQuantile(tail, df *big.Float) *big.Float {
	z := normalQuantile(tail)
	start := plus(z, over(times(z, plus(squared(z), whole(1))), times(whole(4), df)))
	t := newBeta(half(df), fromFloat(0.5))
	hi := double(start)
	for t.student(hi).Cmp(tail) > 0 {
		hi = times(hi, whole(4))
	}
	h := half(plus(df, whole(1)))
	return solveTail(newReal(), hi, start, tail, false, func(x *big.Float) (*big.Float, *big.Float) {
		// The density is that at nought, 1/(sqrt(df) B(df/2, 1/2)), times (1 + x²/df)^-(df+1)/2.
		log := minus(minus(t.front, half(logOf(df))), times(h, logOf(plus(whole(1), over(squared(x), df)))))
		return t.student(x), expOf(log)
	})
}

// betaQuantile returns the x below which (lower) or above which a beta variable with shapes a and b lies with chance
// tail.
func betaQuantile(tail, a, b *big.Float, lower bool) *big.Float {
	shape := newBeta(a, b)
	one := whole(1)
	start := over(a, plus(a, b))
	return solveTail(newReal(), one, start, tail, lower, func(x *big.Float) (*big.Float, *big.Float) {
		y := minus(one, x)
		below, above := shape.tails(x, y)
		density := expOf(plus(shape.front, plus(times(minus(a, one), logOf(x)), times(minus(b, one), logOf(y)))))
		return pick(lower, below, above), density
	})
}

// gammaQuantile returns the x below which (lower) or above which a gamma variable with shape a lies with chance tail.
func gammaQuantile(tail, a *big.Float, lower bool) *big.Float {
	logGamma := lnGamma(a)
	hi := plus(double(a), whole(4))
	for {
		below, above := gammaTailsWith(a, hi, logGamma)
		if lower && below.Cmp(tail) > 0 || !lower && above.Cmp(tail) < 0 {
			break
		}
		hi = double(hi)
	}
	one := whole(1)
	return solveTail(newReal(), hi, a, tail, lower, func(x *big.Float) (*big.Float, *big.Float) {
		below, above := gammaTailsWith(a, x, logGamma)
		density := expOf(minus(minus(times(minus(a, one), logOf(x)), x), logGamma))
		return pick(lower, below, above), density
	})
}

// clopperPearson returns the exact limits of a share, x of n, each with chance tail beyond it.
func clopperPearson(x, n int64, tail *big.Float) (low, high *big.Float) {
	low, high = newReal(), whole(1)
	if x > 0 {
		low = betaQuantile(tail, whole(x), whole(n-x+1), true)
	}
	if x < n {
		high = betaQuantile(tail, whole(x+1), whole(n-x), false)
	}
	return low, high
}

// poissonLimits returns the exact limits of a Poisson mean of which x events were seen, each with chance tail beyond.
func poissonLimits(x int64, tail *big.Float) (low, high *big.Float) {
	low = newReal()
	if x > 0 {
		low = gammaQuantile(tail, whole(x), true)
	}
	return low, gammaQuantile(tail, whole(x+1), false)
}
