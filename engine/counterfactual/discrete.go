package counterfactual

import "math/big"

// Exact tests. Each p-value is a sum of chances of whole tables or counts; two-sided sums take every outcome that is
// no likelier than the observed one, with the slack of one part in ten million that R allows for its rounding.

// slack is 1.0000001.
var slack = big.NewRat(10000001, 10000000)

// tails3 is the chances of at most what was seen, of at least that, and of anything no likelier.
type tails3 struct{ less, greater, two *big.Float }

// binomialTails tests x events of n against a share p, 0 < p < 1.
func binomialTails(x, n int64, p *big.Rat) tails3 {
	share, rest := realOf(p), realOf(new(big.Rat).Sub(big.NewRat(1, 1), p))
	atLeast := func(k int64) *big.Float {
		if k <= 0 {
			return whole(1)
		}
		if k > n {
			return newReal()
		}
		lower, _ := betaTails(whole(k), whole(n-k+1), share, rest)
		return lower
	}
	atMost := func(k int64) *big.Float {
		if k < 0 {
			return newReal()
		}
		if k >= n {
			return whole(1)
		}
		_, upper := betaTails(whole(k+1), whole(n-k), share, rest)
		return upper
	}
	logShare, logRest, logAll := logOf(share), logOf(rest), lnGamma(whole(n+1))
	chance := func(k int64) *big.Float {
		ways := minus(logAll, plus(lnGamma(whole(k+1)), lnGamma(whole(n-k+1))))
		return plus(ways, plus(times(whole(k), logShare), times(whole(n-k), logRest)))
	}
	mode, _ := new(big.Float).Mul(share, whole(n+1)).Int64() // the floor of (n+1)p
	return unimodal(x, min(mode, n), n, chance, atMost, atLeast)
}

// poissonTails tests x events against a mean.
func poissonTails(x int64, mean *big.Rat) tails3 {
	m := realOf(mean)
	atLeast := func(k int64) *big.Float {
		if k <= 0 {
			return whole(1)
		}
		lower, _ := gammaTails(whole(k), m)
		return lower
	}
	atMost := func(k int64) *big.Float {
		if k < 0 {
			return newReal()
		}
		_, upper := gammaTails(whole(k+1), m)
		return upper
	}
	logMean := logOf(m)
	chance := func(k int64) *big.Float {
		return minus(minus(times(whole(k), logMean), m), lnGamma(whole(k+1)))
	}
	mode, _ := m.Int64()
	return unimodal(x, mode, -1, chance, atMost, atLeast)
}

// unimodal puts the tails together for counts whose log chances rise to the mode and fall after it; most is the
// largest count, or -1 for none.
func unimodal(x, mode, most int64, chance, atMost, atLeast func(int64) *big.Float) tails3 {
	out := tails3{less: atMost(x), greater: atLeast(x)}
	bound := plus(chance(x), logOf(realOf(slack)))
	unlikely := func(k int64) bool { return chance(k).Cmp(bound) <= 0 }
	if unlikely(mode) {
		out.two = whole(1)
		return out
	}
	// The largest unlikely count below the mode, or -1.
	lo, hi := int64(-1), mode
	for hi-lo > 1 {
		if k := lo + (hi-lo)/2; unlikely(k) {
			lo = k
		} else {
			hi = k
		}
	}
	below := lo
	// The smallest unlikely count above the mode, or one beyond the largest.
	lo, hi = mode, most+1
	if most < 0 {
		for hi = 2*mode + 2; !unlikely(hi); hi *= 2 {
			lo = hi
		}
	}
	for hi-lo > 1 {
		if k := lo + (hi-lo)/2; unlikely(k) {
			hi = k
		} else {
			lo = k
		}
	}
	out.two = plus(atMost(below), atLeast(hi))
	return out
}

// fisherTails tests a table of x1 of n1 and x0 of n0 given both margins, by the hypergeometric chances of x1. They are
// summed as multiples of the observed table's, each made from its neighbour, so that nothing cancels.
func fisherTails(x1, n1, x0, n0 int64) tails3 {
	events := x1 + x0
	lo, hi := max(0, events-n0), min(events, n1)
	bound := realOf(slack)
	less, greater, two := whole(1), whole(1), whole(1)
	all := whole(1)
	count := func(relative *big.Float, side **big.Float) {
		*side = plus(*side, relative)
		all = plus(all, relative)
		if relative.Cmp(bound) <= 0 {
			two = plus(two, relative)
		}
	}
	relative := whole(1)
	for k := x1 + 1; k <= hi; k++ {
		relative = over(times(relative, product(n1-k+1, events-k+1)), product(k, n0-events+k))
		count(relative, &greater)
	}
	relative = whole(1)
	for k := x1 - 1; k >= lo; k-- {
		relative = over(times(relative, product(k+1, n0-events+k+1)), product(n1-k, events-k))
		count(relative, &less)
	}
	return tails3{over(less, all), over(greater, all), over(two, all)}
}

func product(a, b int64) *big.Float { return times(whole(a), whole(b)) }
