package counterfactual

import "math/big"

// The effect among the matched, exact. A treated unit with m controls weighs 1 and gives each of them 1/m.

// controls counts the different controls used.
func (m matched) controls() int {
	used := map[int32]bool{}
	for _, given := range m.given {
		for _, c := range given {
			used[c] = true
		}
	}
	return len(used)
}

// sets are the treated's outcomes and the sums of their controls', for each number of controls apart.
type sets struct{ treated, sums map[int]*column }

func (m matched) sets(y *column) sets {
	out := sets{map[int]*column{}, map[int]*column{}}
	for i, t := range m.treated {
		n := len(m.given[i])
		if out.treated[n] == nil {
			out.treated[n], out.sums[n] = &column{places: y.places}, &column{places: y.places}
		}
		if y.wide == nil && fits(y, m.given[i]) {
			var sum int64
			for _, c := range m.given[i] {
				sum += y.small[c]
			}
			out.sums[n].push(sum, nil)
		} else {
			sum := new(big.Int)
			for _, c := range m.given[i] {
				sum.Add(sum, y.int(int(c)))
			}
			out.sums[n].push(0, sum)
		}
		if y.wide == nil {
			out.treated[n].push(y.small[t], nil)
		} else {
			out.treated[n].push(0, y.wide[t])
		}
	}
	return out
}

// fits reports whether the sum of these rows stays within a word whatever their signs.
func fits(y *column, rows []int32) bool {
	for _, c := range rows {
		if word(y.small[c]) > 1<<62/uint64(len(rows)) {
			return false
		}
	}
	return true
}

// push adds a row, going over to big integers when one comes.
func (c *column) push(n int64, long *big.Int) {
	if long == nil && c.wide == nil {
		c.small = append(c.small, n)
		return
	}
	if c.wide == nil {
		for _, earlier := range c.small {
			c.wide = append(c.wide, big.NewInt(earlier))
		}
		c.small = nil
	}
	if long == nil {
		long = big.NewInt(n)
	}
	c.wide = append(c.wide, long)
}

// means are the weighted means of the treated and of their controls.
func (m matched) means(y *column) (m1, m0 *big.Rat) {
	m1, m0 = new(big.Rat), new(big.Rat)
	sets := m.sets(y)
	for n, treated := range sets.treated { // sums of fractions: their order cannot be told
		m1.Add(m1, treated.sum())
		m0.Add(m0, ratQuotient(sets.sums[n].sum(), ratInt(int64(n))))
	}
	count := ratInt(int64(len(m.treated)))
	return m1.Quo(m1, count), m0.Quo(m0, count)
}

// matchedEffect finishes the estimate from the matched sets.
func (s *study) matchedEffect(given matched, y *column) error {
	sets := len(given.treated)
	rows := int64(sets + given.controls())
	m1, m0 := given.means(y)
	var v11, v00, v01, factor *big.Rat
	var df int64
	if *s.o.Replace {
		if rows <= 2 {
			return undefined("%d rows are matched: a variance needs more than two", rows)
		}
		v11, _, _ = given.products(y, m1, m0)
		v00, v01 = given.reused(y, m0), new(big.Rat)
		factor, df = big.NewRat(rows, rows-2), rows-2
	} else {
		if sets < 2 {
			return undefined("one treated unit is matched: a variance needs two matched sets")
		}
		v11, v00, v01 = given.products(y, m1, m0)
		g := int64(sets)
		factor, df = ratProduct(big.NewRat(g, g-1), big.NewRat(rows-1, rows-2)), g-1
	}
	estimate := ratDifference(m1, m0)
	variance := ratDifference(ratSum(v11, v00), ratProduct(ratInt(2), v01))
	if s.o.Measure == "relative_reduction" {
		if m0.Sign() == 0 {
			return undefined("the matched controls' mean is nought, so no reduction relative to it exists: state the measure difference")
		}
		estimate = ratDifference(ratInt(1), ratQuotient(m1, m0))
		g0, g1 := ratQuotient(m1, ratProduct(m0, m0)), ratQuotient(ratInt(-1), m0)
		variance = ratSum(ratProduct(ratProduct(g0, g0), v00), ratProduct(ratProduct(g1, g1), v11))
		variance.Add(variance, ratProduct(ratInt(2), ratProduct(ratProduct(g0, g1), v01)))
	}
	variance.Mul(variance, factor)
	return s.out.identity(s.terms, exactly(estimate), exactly(variance), exactInt(df))
}

// products returns the sums over matched sets of squares and products of deviations from the two means, over the square
// of their number.
func (m matched) products(y *column, m1, m0 *big.Rat) (v11, v00, v01 *big.Rat) {
	v11, v00, v01 = new(big.Rat), new(big.Rat), new(big.Rat)
	sets := m.sets(y)
	for n, treated := range sets.treated {
		size, sums := ratInt(int64(n)), sets.sums[n]
		v11.Add(v11, dot(treated, treated))
		v00.Add(v00, ratQuotient(dot(sums, sums), ratProduct(size, size)))
		v01.Add(v01, ratQuotient(dot(treated, sums), size))
	}
	count := ratInt(int64(len(m.treated)))
	less := func(v, a, b *big.Rat) {
		v.Sub(v, ratProduct(count, ratProduct(a, b)))
		v.Quo(v, ratProduct(count, count))
	}
	less(v11, m1, m1)
	less(v00, m0, m0)
	less(v01, m1, m0)
	return v11, v00, v01
}

// reused returns sum(w² (y - m0)²)/(sum w)² over the different controls, w the sum of what each was given.
func (m matched) reused(y *column, m0 *big.Rat) *big.Rat {
	common := big.NewInt(1)
	for _, given := range m.given {
		n := big.NewInt(int64(len(given)))
		common.Mul(common, n.Quo(n, new(big.Int).GCD(nil, nil, common, n)))
	}
	weight := map[int32]*big.Int{}
	for _, given := range m.given {
		part := new(big.Int).Quo(common, big.NewInt(int64(len(given))))
		for _, c := range given {
			if weight[c] == nil {
				weight[c] = new(big.Int)
			}
			weight[c].Add(weight[c], part)
		}
	}
	// Whole numbers, summed: the map's order cannot be told.
	w2, w2y, w2yy := new(big.Int), new(big.Int), new(big.Int)
	for c, w := range weight {
		w.Mul(w, w)
		w2.Add(w2, w)
		n := y.int(int(c))
		w2y.Add(w2y, new(big.Int).Mul(w, n))
		w2yy.Add(w2yy, new(big.Int).Mul(w, new(big.Int).Mul(n, n)))
	}
	unit := new(big.Rat).SetInt(y.unit())
	total := ratQuotient(new(big.Rat).SetInt(w2yy), ratProduct(unit, unit))
	total.Sub(total, ratProduct(ratProduct(ratInt(2), m0), ratQuotient(new(big.Rat).SetInt(w2y), unit)))
	total.Add(total, ratProduct(ratProduct(m0, m0), new(big.Rat).SetInt(w2)))
	total.Quo(total, new(big.Rat).SetInt(new(big.Int).Mul(common, common)))
	count := ratInt(int64(len(m.treated)))
	return total.Quo(total, ratProduct(count, count))
}
