package counterfactual

import (
	"math"
	"math/big"
)

// countModel answers CountModel.
func countModel(s *study) error {
	if err := s.countOptions(); err != nil {
		return err
	}
	f, err := s.frame("treat", "")
	if err != nil {
		return err
	}
	y, err := s.counted(f.y)
	if err != nil {
		return err
	}
	if err := s.twoGroups(&f); err != nil {
		return err
	}
	columns := f.regressors(f.treat)
	if err := independent(columns); err != nil {
		return err
	}
	columns = columns[1:] // a model has an intercept of its own
	c := &counts{y: y, model: newModel(columns, y.rows())}
	exposure, err := s.offset(c.model)
	if err != nil {
		return err
	}
	if err := c.begin(f.treat, s.out); err != nil {
		return err
	}
	if s.o.Family == "negbin" {
		err = c.fitNegbin()
	} else {
		err = c.fitPoisson()
	}
	if err != nil {
		return err
	}
	variance, dispersion, err := c.variance(s.o.SE, f.clusters)
	if err != nil {
		return err
	}
	coefficient := c.beta[1].real()
	estimate := ratio{roughly(expOf(coefficient)), coefficient, roughly(variance), s.o.Measure == "relative_reduction"}
	if s.o.Family == "poisson" && len(columns) == 1 {
		// Without covariates the likelihood's maximum is the ratio of the two rates, exactly.
		if exact := c.rates(f.treat, exposure); exact != nil {
			estimate.value, estimate.log = exactly(exact), logOf(realOf(exact))
		}
	}
	if err := s.out.logRatio(s.terms, estimate); err != nil {
		return err
	}
	if s.o.Family == "negbin" {
		s.out.extra("theta", roughly(c.theta.real()))
	}
	if s.o.SE == "quasi" {
		s.out.extra("dispersion", roughly(dispersion))
	}
	return nil
}

func (s *study) countOptions() error {
	if err := oneOf("family", s.o.Family, "poisson", "negbin"); err != nil {
		return err
	}
	if err := oneOf("se", s.o.SE, "model", "quasi", "hc0", "cr1"); err != nil {
		return err
	}
	return oneOf("measure", s.o.Measure, "rate_ratio", "relative_reduction")
}

// eventsMax bounds one row's count, and so the work of the negative binomial.
const eventsMax = 10_000_000

// counted is an outcome of whole numbers, none below 0.
func (s *study) counted(y *column) (*column, error) {
	out := &column{name: y.name, small: make([]int64, y.rows())}
	for i := range out.small {
		n := y.rat(i)
		if !n.IsInt() || n.Sign() < 0 || n.Cmp(ratInt(eventsMax)) > 0 {
			return nil, invalid("the outcome column %s, row %d, holds %s: expected a whole count from 0 to %d", y.name, s.row(i), n.FloatString(3), eventsMax)
		}
		out.small[i] = n.Num().Int64()
	}
	return out, nil
}

// offset reads the exposure, where one is named, and gives the model its logarithm.
func (s *study) offset(m *model) (*column, error) {
	if _, ok := s.Data.Columns["exposure"]; !ok {
		return nil, nil
	}
	exposure, err := s.column("exposure")
	if err != nil {
		return nil, err
	}
	values := exposure.pairs()
	for i, v := range values {
		switch n := exposure.int(i).Sign(); {
		case n < 0:
			return nil, invalid("the exposure column %s, row %d, holds a number below 0: expected a time above 0", exposure.name, s.row(i))
		case n == 0:
			return nil, undefined("the exposure column %s, row %d, holds nought, whose logarithm does not exist: somebody not exposed has no rate", exposure.name, s.row(i))
		}
		values[i] = v.log()
	}
	m.offset = values
	return exposure, nil
}

// counts is a count model being fitted.
type counts struct {
	*model
	y     *column
	beta  []pair  // of the centred columns
	theta pair    // nought for poisson
	above []int64 // negbin: how many rows count more than j
}

// begin refuses an arm without events and gives the intercept its start.
func (c *counts) begin(treat *column, out *Result) error {
	var events [2]int64
	for i, n := range c.y.small {
		events[1-treat.small[i]] += n
	}
	if events[0] == 0 || events[1] == 0 {
		return undefined("an arm has no events (treated %d, control %d), so the ratio of rates or its logarithm does not exist", events[0], events[1])
	}
	var exposure pair
	for i := range c.rows {
		if c.offset == nil {
			exposure = exposure.add(single(1))
		} else {
			exposure = exposure.add(c.offset[i].exp())
		}
	}
	c.start = single(float64(events[0] + events[1])).quo(exposure).log()
	return nil
}

var errNoMaximum = undefined("the count model does not exist: its likelihood has no maximum, as the covariates tell some rows without events from all others; leave out of the contract's list the covariate that does")

func (c *counts) fitPoisson() error {
	c.row = func(i int, eta pair) (pair, float64, float64) {
		mu := eta.exp()
		y := float64(c.y.small[i])
		return single(y).sub(mu), mu.hi, float64(y*eta.hi) - mu.hi
	}
	beta, ok := c.fit(c.beta)
	if !ok {
		return errNoMaximum
	}
	c.beta = beta
	return nil
}

// fitGiven fits the coefficients of the negative binomial with its theta held.
func (c *counts) fitGiven(theta pair) bool {
	c.row = func(i int, eta pair) (pair, float64, float64) {
		mu := eta.exp()
		y := single(float64(c.y.small[i]))
		below := mu.add(theta)
		slope := theta.mul(y.sub(mu)).quo(below)
		// The observed second derivative, theta mu (y+theta)/(mu+theta)², is above 0 and makes the steps Newton's own.
		weight := float64(float64(theta.hi*mu.hi) / below.hi * ((y.hi + theta.hi) / below.hi))
		log := float64(y.hi*eta.hi) - float64((y.hi+theta.hi)*below.log().hi)
		return slope, weight, log
	}
	beta, ok := c.fit(c.beta)
	if ok {
		c.beta, c.theta = beta, theta
	}
	return ok
}

// thetaPasses bounds the steps in theta, and thetaSettled is the share of itself by which the last may move it.
const (
	thetaPasses  = 100
	thetaSettled = 1e-24
)

// fitNegbin finds theta by Newton's method on the logarithm of theta along the likelihood's ridge, on which the
// coefficients are at their best for each theta.
func (c *counts) fitNegbin() error {
	if err := c.fitPoisson(); err != nil {
		return err
	}
	// At infinite theta, the likelihood rises towards finite ones when the squares of y - mu are more than Poisson's.
	var excess, squares pair
	most := int64(0)
	for i, n := range c.y.small {
		mu, y := c.predictor(i, c.beta).exp(), single(float64(n))
		excess = excess.add(y.sub(mu).mul(y.sub(mu)).sub(y))
		squares = squares.add(mu.mul(mu))
		most = max(most, n)
	}
	if excess.hi <= 0 {
		return undefined("the counts are no more spread than Poisson's, so theta of the negative binomial has no finite best: state the family poisson")
	}
	c.above = make([]int64, most)
	for _, n := range c.y.small {
		if n > 0 {
			c.above[n-1]++
		}
	}
	for j := most - 2; j >= 0; j-- {
		c.above[j] += c.above[j+1]
	}
	theta := single(squares.hi / excess.hi) // by moments
	last := math.Inf(1)
	for range thetaPasses {
		if !c.fitGiven(theta) {
			return errNoMaximum
		}
		slope, curve, ok := c.ridge()
		if !ok {
			return errNoMaximum
		}
		// In tau = ln theta: slope theta, and curve theta² + slope theta.
		a, b := float64(slope.hi*theta.hi), float64(float64(curve*theta.hi)*theta.hi)+float64(slope.hi*theta.hi)
		move := math.Copysign(1, a)
		if b < 0 {
			move = max(-1, min(1, -a/b))
		}
		size := math.Abs(move)
		theta = theta.mul(single(1).add(single(move).add(single(float64(move*move) / 2)))) // near enough e^move
		if size < thetaSettled || (size < 1e-13 && size >= last/2) {
			return nil
		}
		last = size
		if theta.hi > 1e12 || !(theta.hi > 1e-12) {
			break
		}
	}
	return undefined("theta of the negative binomial has no finite best: state the family poisson")
}

// ridge returns the derivative of the log likelihood in theta at the best coefficients for it, and its second derivative
// along the ridge: that in theta alone, and what the coefficients give by moving with it.
func (c *counts) ridge() (slope pair, curve float64, ok bool) {
	theta := c.theta
	for j, rows := range c.above {
		inverse := single(1).quo(theta.add(single(float64(j))))
		slope = slope.add(inverse.scale(float64(rows)))
		curve -= float64(float64(rows) * float64(inverse.hi*inverse.hi))
	}
	cross := make([]pair, len(c.beta))
	_, matrix, _ := c.pass(c.beta)
	for i, n := range c.y.small {
		mu, y := c.predictor(i, c.beta).exp(), single(float64(n))
		below := mu.add(theta)
		slope = slope.add(theta.quo(below).log()).add(mu.sub(y).quo(below))
		rest := (mu.hi - y.hi) / below.hi
		curve += 1/theta.hi - 1/below.hi - rest/below.hi
		lean := single(float64(-rest / below.hi * mu.hi))
		cross[0] = cross[0].add(lean)
		for j, x := range c.columns {
			cross[j+1] = cross[j+1].add(lean.mul(x[i]))
		}
	}
	turned, ok := cholesky(matrix, cross)
	for j, t := range turned {
		curve += float64(t * cross[j].hi)
	}
	return slope, curve, ok
}

// variance returns the variance of the treatment's coefficient, and the dispersion.
func (c *counts) variance(kind string, by clusters) (variance, dispersion *big.Float, err error) {
	n, k := c.rows, len(c.columns)+1
	if n <= k {
		return nil, nil, undefined("the regression has %d columns and %d rows: a variance needs more rows than columns", k, n)
	}
	columns := [][]pair{make([]pair, n)}
	weights, v := make([]pair, n), make([]pair, n)
	var pearson pair
	for i := range n {
		columns[0][i] = single(1)
		mu, y := c.predictor(i, c.beta).exp(), single(float64(c.y.small[i]))
		below := single(1)
		if c.theta.hi > 0 {
			below = below.add(mu.quo(c.theta))
		}
		weights[i], v[i] = mu.quo(below), y.sub(mu).quo(below)
		pearson = pearson.add(y.sub(mu).mul(y.sub(mu)).quo(mu))
	}
	columns = append(columns, c.columns...)
	a, ok := influenceOf(columns, weights, 1)
	if !ok {
		return nil, nil, errNoMaximum
	}
	dispersion = over(pearson.real(), whole(int64(n-k)))
	switch kind {
	case "model":
		return a[1].real(), nil, nil
	case "quasi":
		return times(a[1].real(), dispersion), dispersion, nil
	case "hc0":
		by = clusters{make([]int32, n), n}
		for i := range by.cluster {
			by.cluster[i] = int32(i)
		}
	}
	sums := make([]pair, by.count)
	for i := range n {
		var influence pair
		for j, x := range columns {
			influence = influence.add(a[j].mul(x[i]))
		}
		sums[by.cluster[i]] = sums[by.cluster[i]].add(influence.mul(v[i]))
	}
	var total pair
	for _, sum := range sums {
		total = total.add(sum.mul(sum))
	}
	variance = total.real()
	if kind == "cr1" {
		g := int64(by.count)
		variance = times(variance, realOf(ratProduct(big.NewRat(g, g-1), big.NewRat(int64(n-1), int64(n-k)))))
	}
	return variance, nil, nil
}

// rates returns the ratio of the two arms' rates.
func (c *counts) rates(treat, exposure *column) *big.Rat {
	keep, n := armsOf(treat)
	var rate [2]*big.Rat
	for g := range rate {
		time := ratInt(int64(n[g]))
		if exposure != nil {
			time = exposure.filter(keep[g]).sum()
		}
		rate[g] = ratQuotient(c.y.filter(keep[g]).sum(), time)
	}
	return ratQuotient(rate[0], rate[1])
}
