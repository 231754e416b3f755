package whatif

import (
	"fmt"
	"math/big"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// The limits of a look at chance: the most units it is worked out for, above which a gate of a few per cent is seldom
// weak, and how often a programme without effect may pass before it is worth a word.
const (
	chanceUnitsMax = 100_000
	chancePrec     = 192 // bits
)

var chanceMost = big.NewFloat(0.1)

// weakGates warns of hurdles on the effect of a comparison that a programme without any effect passes more than one
// time in ten, at the size at which the cohort closes.
//
// The model favours the gate: the comparison's mean is taken to be known without error, units to be independent, and
// events of a count to fall at an even rate (Poisson). Yes/no outcomes are binomial. A comparison that has chance of its
// own, and people who have several events each, make a gate weaker than is said.
func (v *review) weakGates() {
	for i := range v.c.Payments {
		p := &v.c.Payments[i]
		if p.Hurdle != nil {
			v.weakGate(p, &p.Hurdle.Test)
		}
	}
}

func (v *review) weakGate(p *contracts.Payment, test *contracts.Condition) {
	ref := &v.c.Refs[test.Slot]
	least, ok := v.bounds(test.Bound).value()
	if ref.Kind != contracts.RefComparison || contracts.CompareField(ref.Field) != contracts.CompareEffect || !ok ||
		test.Test != contracts.AtLeast && test.Test != contracts.MoreThan {
		return
	}
	base := v.pooledFrom(ref.Index)
	n := v.closesAt(ref.Index, base)
	if n == 0 || n > chanceUnitsMax {
		return
	}
	mean, basis := v.baseRate(base)
	allowed := money.Int(n).Mul(mean).Mul(money.Int(1).Sub(least))
	if test.Test == contracts.MoreThan {
		allowed = allowed.Round(money.Rounding{Mode: money.Up, Unit: money.Int(1)}).Sub(money.Int(1))
	}
	most, whole := allowed.Round(money.Rounding{Mode: money.Down, Unit: money.Int(1)}).Int64()
	if !whole || most < 0 {
		return
	}
	binary := v.isBinary(base)
	if binary && mean.Cmp(money.Int(1)) > 0 {
		return
	}
	chance := binomialAtMost(n, mean.Rat(), most)
	if !binary {
		chance = poissonAtMost(new(big.Rat).Mul(mean.Rat(), new(big.Rat).SetInt64(n)), most)
	}
	if chance.Cmp(chanceMost) <= 0 {
		return
	}
	percent, _ := new(big.Float).Mul(chance, big.NewFloat(100)).Int64()
	v.warn(WarnChance, "payment "+p.Name, p.Clause, fmt.Sprintf("with %d units, and %s, a programme that changes nothing passes by chance (%s %s) at least %d times in 100",
		n, basis, v.name(test.Slot), test.Text, percent), "let cohorts close at more units, pool them, or raise the threshold")
}

// pooledFrom is the comparison that a pool is made of, or the comparison itself.
func (v *review) pooledFrom(i int) int {
	for range v.c.Comparisons {
		if v.c.Comparisons[i].Pools < 0 {
			break
		}
		i = v.c.Comparisons[i].Pools
	}
	return i
}

// closesAt is how many units a gate is decided on: the number at which the treated cohort closes, of a pool times the
// cohorts that an example states; else the units that an example states. 0 when the contract tells of none.
func (v *review) closesAt(comparison, base int) int64 {
	cohorts, stated := int64(0), int64(0)
	for i := range v.c.Examples {
		of, units := int64(0), int64(0)
		for _, g := range v.c.Examples[i].Given {
			if g.Comparison == base {
				n, _ := g.Figures[contracts.CompareUnits].Num.Int64()
				of, units = of+1, max(units, n)
			}
		}
		cohorts, stated = max(cohorts, of), max(stated, units)
	}
	if treated := v.c.Comparisons[base].Treated; treated >= 0 && v.c.Cohorts[treated].CloseAt > 0 {
		stated = int64(v.c.Cohorts[treated].CloseAt)
	}
	if comparison != base {
		stated *= max(cohorts, 1)
	}
	return stated
}

// isBinary reports whether a comparison is of a yes/no figure, each unit's outcome or none.
func (v *review) isBinary(comparison int) bool {
	k := &v.c.Comparisons[comparison]
	if k.Of >= 0 {
		return v.c.Quantities[k.Of].Type == formula.YesNo
	}
	g, it := v.given(comparison)
	return it == "" || g.Figures[contracts.CompareComparison].Num.Cmp(money.Int(1)) <= 0
}

// baseRate is the mean without the programme: as an example states it, else a half, or one event each.
func (v *review) baseRate(comparison int) (money.Exact, string) {
	if g, it := v.given(comparison); it != "" {
		mean := g.Figures[contracts.CompareComparison]
		return mean.Num, fmt.Sprintf("%s each in the comparison, as an example has it", mean.Format(v.c.Currency))
	}
	if v.isBinary(comparison) {
		return money.Frac(1, 2), "if half of those in the comparison have the outcome"
	}
	return money.Int(1), "if those in the comparison have one event each"
}

// binomialAtMost is the chance of at most k of n, each with chance p.
func binomialAtMost(n int64, p *big.Rat, k int64) *big.Float {
	if k >= n {
		return big.NewFloat(1)
	}
	q := new(big.Rat).Sub(big.NewRat(1, 1), p)
	if q.Sign() <= 0 {
		return big.NewFloat(0)
	}
	odds := precise().SetRat(new(big.Rat).Quo(p, q))
	return sharesUpTo(k, n, func(term *big.Float, i int64) { // C(n,i) odds^i from C(n,i-1) odds^(i-1)
		term.Mul(term, odds)
		term.Mul(term, precise().SetInt64(n-i+1))
		term.Quo(term, precise().SetInt64(i))
	})
}

// poissonAtMost is the chance of at most k events where mean are expected. The sum is taken so far beyond the mean that
// what is left out is less than any figure that is shown.
func poissonAtMost(mean *big.Rat, k int64) *big.Float {
	m := precise().SetRat(mean)
	whole, _ := m.Int64()
	return sharesUpTo(k, max(k, 4*whole+200), func(term *big.Float, i int64) {
		term.Mul(term, m)
		term.Quo(term, precise().SetInt64(i))
	})
}

func precise() *big.Float { return new(big.Float).SetPrec(chancePrec) }

// sharesUpTo adds up terms, the first being 1, and returns those up to k as a share of those up to n.
func sharesUpTo(k, n int64, next func(term *big.Float, i int64)) *big.Float {
	term, sum := precise().SetInt64(1), precise().SetInt64(1)
	upTo := precise().SetInt64(1)
	for i := int64(1); i <= n; i++ {
		next(term, i)
		sum.Add(sum, term)
		if i == k {
			upTo.Set(sum)
		}
	}
	return upTo.Quo(upTo, sum)
}
