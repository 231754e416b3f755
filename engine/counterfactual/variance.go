package counterfactual

import "math/big"

// Variances of a combination of least-squares coefficients, from the residuals e_i and the influences s_i of its rows:
//
//	classical  sum(s²) sum(e²)/(n-k)                    n-k degrees of freedom
//	hc0        sum(e² s²)                               n-k
//	hc1        hc0 times n/(n-k)                        n-k
//	hc2, hc3   hc0 with e²/(1-h), e²/(1-h)²             n-k
//	cr1        the sum over clusters of (sum of e s in the cluster)², times G/(G-1) (n-1)/(n-k)    G-1
//
// hc2 and hc3 divide by something else in each row. Their sum is exact while its fraction stays below sumBits, and is
// otherwise taken on reals.
const sumBits = 1 << 21

// clusterFew is the number of clusters below which the few that there are are doubted.
const clusterFew = 30

// spread is what a variance is worked out from.
type spread struct {
	design *design
	e, s   series
	clusters
}

// variance returns the variance named, and its degrees of freedom.
func (v spread) variance(kind string) (variance Number, df int, err error) {
	n, k := v.design.rows(), v.design.k()
	df = n - k
	factor := big.NewRat(1, 1)
	switch kind {
	case "classical":
		total := ratProduct(v.squares(v.s), v.squares(v.e))
		return exactly(total.Quo(total, ratInt(int64(df)))), df, nil
	case "hc2", "hc3":
		variance, err = v.leveraged(kind == "hc3", sumBits)
		return variance, df, err
	case "hc1":
		factor = big.NewRat(int64(n), int64(df))
	case "cr1":
		g := int64(v.count)
		factor = ratProduct(big.NewRat(g, g-1), big.NewRat(int64(n-1), int64(df)))
		return exactly(factor.Mul(factor, v.clustered())), v.count - 1, nil
	}
	total, square := new(big.Int), new(big.Int)
	for i, e := range v.e.num {
		square.Mul(e, v.s.num[i])
		total.Add(total, square.Mul(square, square))
	}
	below := new(big.Int).Mul(v.e.den, v.s.den)
	hc0 := new(big.Rat).SetFrac(total, below.Mul(below, below))
	return exactly(hc0.Mul(hc0, factor)), df, nil
}

// squares returns the sum of squares of a series.
func (v spread) squares(x series) *big.Rat {
	total, square := new(big.Int), new(big.Int)
	for _, n := range x.num {
		total.Add(total, square.Mul(n, n))
	}
	return new(big.Rat).SetFrac(total, square.Mul(x.den, x.den))
}

// clustered returns the sum over clusters of squared sums of e s.
func (v spread) clustered() *big.Rat {
	below := new(big.Int).Mul(v.e.den, v.s.den)
	if v.design.group == nil {
		sums := make([]*big.Int, v.count)
		for g := range sums {
			sums[g] = new(big.Int)
		}
		term := new(big.Int)
		for i, e := range v.e.num {
			sums[v.cluster[i]].Add(sums[v.cluster[i]], term.Mul(e, v.s.num[i]))
		}
		total := new(big.Int)
		for _, sum := range sums {
			total.Add(total, term.Mul(sum, sum))
		}
		return new(big.Rat).SetFrac(total, below.Mul(below, below))
	}
	// Within absorbed groups both series stand over the size of the row's group: bring all to the common multiple.
	common := v.design.common
	scales := make([]*big.Int, len(v.design.size))
	for g, n := range v.design.size {
		scale := new(big.Int).Quo(common, big.NewInt(n))
		scales[g] = scale.Mul(scale, scale)
	}
	type cell struct{ cluster, group int32 }
	cells := map[cell]*big.Int{}
	term := new(big.Int)
	for i, e := range v.e.num {
		at := cell{v.cluster[i], v.design.group[i]}
		if cells[at] == nil {
			cells[at] = new(big.Int)
		}
		cells[at].Add(cells[at], term.Mul(e, v.s.num[i]))
	}
	sums := make([]*big.Int, v.count)
	for at, sum := range cells { // sums of whole numbers: their order cannot be told
		if sums[at.cluster] == nil {
			sums[at.cluster] = new(big.Int)
		}
		sums[at.cluster].Add(sums[at.cluster], sum.Mul(sum, scales[at.group]))
	}
	total := new(big.Int)
	for _, sum := range sums {
		total.Add(total, term.Mul(sum, sum))
	}
	below.Mul(below, new(big.Int).Mul(common, common))
	return new(big.Rat).SetFrac(total, below.Mul(below, below))
}

// leveraged returns hc2 or hc3, exact while its fraction takes at most so many bits.
func (v spread) leveraged(square bool, most int) (Number, error) {
	h := v.design.leverages()
	below := new(big.Int).Mul(v.e.den, v.s.den)
	below.Mul(below, below)
	sums := map[string]*fraction{} // rows of the same leverage share a denominator
	var order []*fraction
	for i, e := range v.e.num {
		rest := new(big.Int).Sub(h.den, h.num[i])
		if rest.Sign() == 0 {
			return Number{}, undefined("row %d alone determines a coefficient (its leverage is 1), so hc2 and hc3 do not exist: state another variance, or leave the column that singles it out", i+1)
		}
		key := string(rest.Bytes())
		if sums[key] == nil {
			sums[key] = &fraction{new(big.Int), rest}
			order = append(order, sums[key])
		}
		es := new(big.Int).Mul(e, v.s.num[i])
		sums[key].num.Add(sums[key].num, es.Mul(es, es))
	}
	parts := make([]fraction, len(order))
	bits := 0
	for i, f := range order {
		num, den := f.num.Mul(f.num, h.den), f.den
		if square {
			num, den = num.Mul(num, h.den), new(big.Int).Mul(den, den)
		}
		parts[i] = fraction{num, den}
		bits += den.BitLen()
	}
	if bits <= most {
		total := sumFractions(parts)
		return exactly(new(big.Rat).SetFrac(total.num, total.den.Mul(total.den, below))), nil
	}
	total := newReal()
	for _, f := range parts {
		total = plus(total, over(newReal().SetInt(f.num), newReal().SetInt(f.den)))
	}
	return nearly(over(total, newReal().SetInt(below))), nil
}

// fraction is a sum not brought to lowest terms.
type fraction struct{ num, den *big.Int }

// sumFractions adds by halves, so that large numbers meet only large numbers.
func sumFractions(parts []fraction) fraction {
	switch len(parts) {
	case 0:
		return fraction{new(big.Int), big.NewInt(1)}
	case 1:
		return parts[0]
	}
	a, b := sumFractions(parts[:len(parts)/2]), sumFractions(parts[len(parts)/2:])
	num := new(big.Int).Mul(a.num, b.den)
	num.Add(num, new(big.Int).Mul(b.num, a.den))
	return fraction{num, new(big.Int).Mul(a.den, b.den)}
}
