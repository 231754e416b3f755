package counterfactual

import (
	"math"
	"math/big"
)

// entropyBalance answers EntropyBalance.
func entropyBalance(s *study) error {
	if s.o.Moments == nil || *s.o.Moments != 1 && *s.o.Moments != 2 {
		return invalid("moments is not stated, or is neither 1 nor 2: write 1 to balance means, 2 to balance means and squares")
	}
	w, err := s.weighing()
	if err != nil {
		return err
	}
	var squares []*column
	if *s.o.Moments == 2 {
		for _, c := range w.covariates {
			if _, values := c.groups(); values > 2 {
				squares = append(squares, c)
			}
		}
	}
	keep, n := armsOf(w.treat)
	if constraints := len(w.covariates) + len(squares); n[1] <= constraints {
		return undefined("%d controls cannot meet %d constraints: state fewer covariates", n[1], constraints)
	}
	w.weight = make([]pair, w.y.rows())
	controls, err := balancing(w.covariates, squares, keep, n)
	if err != nil {
		return err
	}
	at := 0
	for i := range w.weight {
		if keep[0][i] {
			w.weight[i] = single(1)
		} else {
			w.weight[i] = controls[at]
			at++
		}
	}
	w.plain = len(w.covariates) == 0
	return w.finish()
}

// square is a column times itself.
func square(c *column) *column {
	out := &column{name: "square of " + c.name, places: 2 * c.places, wide: make([]*big.Int, c.rows())}
	for i := range out.wide {
		n := c.int(i)
		out.wide[i] = new(big.Int).Mul(n, n)
	}
	return out
}

// dual is the problem that the weights solve: the least of ln sum(e^(lambda'c)), c the controls' constraints less the
// treated's, in standard deviations of the controls.
type dual struct {
	c [][]pair
	n int
}

// balancing returns the controls' weights, which balance the means of some columns and of the squares of some of them.
func balancing(means, squares []*column, keep [2][]bool, n [2]int) ([]pair, error) {
	d := &dual{n: n[1]}
	independents := []*column{intercept(n[1])}
	for j, c := range append(append([]*column(nil), means...), squares...) {
		own, theirs := c.filter(keep[1]), c.filter(keep[0])
		centre := ratQuotient(theirs.sum(), ratInt(int64(n[0])))
		values, target := own.pairs(), pairOf(realOf(centre))
		for i, v := range values {
			values[i] = v.sub(target)
		}
		if j >= len(means) {
			// Where the mean is met, so is that of the square if that of the squared distance from the mean is: the same
			// weights, and far better conditioned.
			spread := ratQuotient(dot(theirs, theirs), ratInt(int64(n[0])))
			target = pairOf(realOf(spread.Sub(spread, ratProduct(centre, centre))))
			for i, v := range values {
				values[i] = v.mul(v).sub(target)
			}
			own = square(own)
		}
		if own.least().Cmp(own.most()) == 0 {
			return nil, undefined("the controls do not differ on %s, so no weights can move its mean: leave it out of the contract's list", own.name)
		}
		independents = append(independents, own)
		d.c = append(d.c, scaled(values))
	}
	if err := (&design{columns: independents, common: big.NewInt(1)}).prepare(); err != nil { // as many controls as columns will do: nothing is estimated yet
		return nil, err
	}
	lambda, ok := d.solve()
	if !ok {
		return nil, undefined("no weights of the controls meet the %d constraints: some treated mean lies at or beyond the edge of what controls can be; state fewer covariates, or moments: 1", len(d.c))
	}
	weights, _ := d.weights(lambda)
	return weights, nil
}

// scaled divides values by their standard deviation, or thereabouts: the steps alone depend on it.
func scaled(values []pair) []pair {
	sum, squares := 0.0, 0.0
	for _, v := range values {
		sum += v.hi
		squares += float64(v.hi * v.hi)
	}
	n := float64(len(values))
	size := math.Sqrt(max(squares/n-float64(sum/n*(sum/n)), float64(squares/n*1e-6)))
	for i, v := range values {
		values[i] = v.quo(single(size))
	}
	return values
}

// weights returns e^(lambda'c) less its largest exponent, and the logarithm of their sum.
func (d *dual) weights(lambda []pair) ([]pair, float64) {
	out := make([]pair, d.n)
	top := math.Inf(-1)
	for i := range out {
		for j, c := range d.c {
			out[i] = out[i].add(lambda[j].mul(c[i]))
		}
		top = max(top, out[i].hi)
	}
	var total pair
	for i, x := range out {
		out[i] = x.sub(single(top)).exp()
		total = total.add(out[i])
	}
	return out, top + total.log().hi
}

// solve returns lambda by Newton's method with halved steps, and false when it runs off.
func (d *dual) solve() ([]pair, bool) {
	k := len(d.c)
	lambda := make([]pair, k)
	w, value := d.weights(lambda)
	last := math.Inf(1)
	for range 2 * passesMax {
		gradient, matrix := d.slopes(w)
		step, ok := cholesky(matrix, gradient)
		if !ok {
			return nil, false
		}
		reach := 0.0
		for _, s := range step {
			reach = max(reach, math.Abs(s))
		}
		if k == 0 || reach < settledShare || reach < nearShare && reach >= last/2 {
			return stepped(lambda, step, 1), true
		}
		last = reach
		next := stepped(lambda, step, 1)
		nextW, nextValue := d.weights(next)
		for halving := 1; reach > 1e-6 && !(nextValue <= value+1e-12); halving++ {
			if halving > 40 {
				return nil, false
			}
			next = stepped(lambda, step, math.Ldexp(1, -halving))
			nextW, nextValue = d.weights(next)
		}
		lambda, w, value = next, nextW, nextValue
	}
	return nil, false
}

// slopes returns minus the gradient, the weighted means, and the matrix of weighted covariances.
func (d *dual) slopes(w []pair) ([]pair, [][]float64) {
	k := len(d.c)
	var total pair
	mean, matrix := make([]pair, k), make([][]float64, k)
	for j := range matrix {
		matrix[j] = make([]float64, k)
	}
	for i, weight := range w {
		total = total.add(weight)
		for a := range k {
			x := weight.mul(d.c[a][i])
			mean[a] = mean[a].add(x)
			for b := range a + 1 {
				matrix[a][b] += float64(x.hi * d.c[b][i].hi)
			}
		}
	}
	for a := range k {
		mean[a] = mean[a].quo(total)
	}
	for a := range k {
		for b := range a + 1 {
			matrix[a][b] = matrix[a][b]/total.hi - float64(mean[a].hi*mean[b].hi)
		}
	}
	for a := range k {
		mean[a] = mean[a].neg()
	}
	return mean, matrix
}
