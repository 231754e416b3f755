package counterfactual

import (
	"fmt"
	"math/big"
	"slices"
)

// The estimators that are least squares. All refuse a column that is a combination of others, no more rows than
// columns, a variance of nought, and, clustered, a single cluster; with fewer than 30 clusters they warn.

var leastSquaresKinds = []string{"classical", "hc0", "hc1", "hc2", "hc3", "cr1"}

// intercept is a column of ones.
func intercept(rows int) *column {
	c := &column{name: "(intercept)", small: make([]int64, rows)}
	for i := range c.small {
		c.small[i] = 1
	}
	return c
}

// interaction is a 0/1 column times another.
func interaction(indicator, c *column) *column {
	out := &column{name: indicator.name + " times " + c.name, places: c.places}
	if c.wide == nil {
		out.small = make([]int64, c.rows())
		for i, on := range indicator.small {
			out.small[i] = on * c.small[i]
		}
		return out
	}
	out.wide = make([]*big.Int, c.rows())
	for i, on := range indicator.small {
		out.wide[i] = new(big.Int)
		if on == 1 {
			out.wide[i] = c.wide[i]
		}
	}
	return out
}

// dummies are 0/1 columns for each group but the first.
func dummies(name string, group []int32, count int) []*column {
	out := make([]*column, 0, count)
	for g := 1; g < count; g++ {
		out = append(out, &column{name: fmt.Sprintf("%s (value %d of %d)", name, g+1, count), small: make([]int64, len(group)), on: []int32{}})
	}
	for i, at := range group {
		if at > 0 {
			c := out[at-1]
			c.small[i] = 1
			c.on = append(c.on, int32(i))
		}
	}
	return out
}

// leastSquares finishes an estimate c'b, clustered or not, with t of the variance's degrees of freedom.
func (s *study) leastSquares(d *design, f *frame, c []*big.Rat) error {
	b := d.regress(f.y)
	v := spread{d, d.residuals(b), d.influence(c), f.clusters}
	variance, df, err := v.variance(s.o.SE)
	if err != nil {
		return err
	}
	if err := s.out.identity(s.terms, exactly(d.combine(b, c)), variance, exactInt(int64(df))); err != nil {
		return err
	}
	if f.cluster != nil {
		s.out.extra("clusters", exactInt(int64(f.count)))
	}
	s.out.extra("k", exactInt(int64(d.k())))
	return nil
}

// ancova answers Ancova.
func ancova(s *study) error {
	if err := oneOf("se", s.o.SE, leastSquaresKinds...); err != nil {
		return err
	}
	f, err := s.frame("treat", "")
	if err != nil {
		return err
	}
	if err := s.twoGroups(&f); err != nil {
		return err
	}
	columns := f.regressors(f.treat)
	first := len(columns)
	interacted := s.o.Interactions != nil && *s.o.Interactions
	if interacted {
		for _, x := range f.covariates {
			columns = append(columns, interaction(f.treat, x))
		}
	}
	d, err := newDesign(columns, "", nil, 0)
	if err != nil {
		return err
	}
	// Centring moves the treatment's coefficient to the covariates' means and changes nothing else, so the sum of it and
	// of the products' coefficients at those means is taken instead.
	c := d.only(1)
	if interacted {
		for j, x := range f.covariates {
			c[first+j] = ratQuotient(x.sum(), ratInt(int64(x.rows())))
		}
	}
	return s.leastSquares(d, &f, c)
}

// didTwoByTwo answers DiDTwoByTwo.
func didTwoByTwo(s *study) error {
	if err := oneOf("se", s.o.SE, leastSquaresKinds...); err != nil {
		return err
	}
	f, err := s.frame("treat", "")
	if err != nil {
		return err
	}
	post, err := s.indicator("post")
	if err != nil {
		return err
	}
	var cells [2][2]int
	for i, t := range f.treat.small {
		cells[t][post.small[i]]++
	}
	for t, group := range []string{"control", "treated"} {
		for p, period := range []string{"before", "after"} {
			if cells[t][p] == 0 {
				return undefined("no %s row was observed %s: a difference in differences needs all four cells", group, period)
			}
		}
	}
	if err := s.twoGroups(&f); err != nil {
		return err
	}
	d, err := newDesign(f.regressors(f.treat, post, interaction(f.treat, post)), "", nil, 0)
	if err != nil {
		return err
	}
	return s.leastSquares(d, &f, d.only(3))
}

// didPanel answers DiDPanel.
func didPanel(s *study) error {
	if err := oneOf("se", s.o.SE, "cr1"); err != nil {
		return err
	}
	f, err := s.frame("treated_now", "unit")
	if err != nil {
		return err
	}
	unit, err := s.column("unit")
	if err != nil {
		return err
	}
	time, err := s.column("time")
	if err != nil {
		return err
	}
	units, unitCount := unit.groups()
	moments, timeCount := time.groups()
	ever := make([]bool, unitCount)
	treated := 0
	for i, on := range f.treat.small {
		if on == 1 && !ever[units[i]] {
			ever[units[i]] = true
			treated++
		}
	}
	if treated == 0 {
		return undefined("no unit is ever treated, so there is no effect to estimate")
	}
	s.out.counts(treated, unitCount-treated)
	columns := slices.Concat([]*column{f.treat}, f.covariates, f.factors)
	absorbs, group, groups := "unit", units, unitCount
	if timeCount > unitCount {
		absorbs, group, groups = "time", moments, timeCount
		columns = append(columns, dummies("unit", units, unitCount)...)
	} else {
		if timeCount > RegressorsMax {
			return invalid("the panel has %d units and %d times: the smaller of the two may be at most %d", unitCount, timeCount, RegressorsMax)
		}
		columns = append(columns, dummies("time", moments, timeCount)...)
	}
	d, err := newDesign(columns, absorbs, group, groups)
	if err != nil {
		return err
	}
	if err := s.leastSquares(d, &f, d.only(0)); err != nil {
		return err
	}
	s.out.extra("rows", exactInt(int64(f.y.rows())))
	return nil
}

// weakF is the first-stage F below which an instrument is called weak (Staiger and Stock 1997).
const weakF = 10

// cace answers CACE.
func cace(s *study) error {
	if err := oneOf("se", s.o.SE, leastSquaresKinds...); err != nil {
		return err
	}
	f, err := s.frame("assigned", "")
	if err != nil {
		return err
	}
	received, err := s.indicator("received")
	if err != nil {
		return err
	}
	if err := s.twoGroups(&f); err != nil {
		return err
	}
	d, err := newDesign(f.regressors(f.treat), "", nil, 0)
	if err != nil {
		return err
	}
	c := d.only(1)
	onOutcome, onUptake := d.regress(f.y), d.regress(received)
	itt, uptake := d.combine(onOutcome, c), d.combine(onUptake, c)
	if uptake.Sign() == 0 {
		return undefined("assignment makes no difference to who received, so the effect of having received cannot be told: compare by assignment (ancova)")
	}
	effect := ratQuotient(itt, uptake)
	first := spread{d, d.residuals(onUptake), d.influence(c), f.clusters}
	second := spread{d, lessTimes(d.residuals(onOutcome), first.e, effect), first.s, f.clusters}
	variance, df, err := second.variance(s.o.SE)
	if err != nil {
		return err
	}
	firstVariance, _, err := first.variance(s.o.SE)
	if err != nil {
		return err
	}
	square := ratProduct(uptake, uptake)
	if err := s.out.identity(s.terms, exactly(effect), quotient(variance, square), exactInt(int64(df))); err != nil {
		return err
	}
	s.out.extra("itt", exactly(itt))
	s.out.extra("uptake_difference", exactly(uptake))
	if firstVariance.Sign() > 0 {
		f := over(realOf(square), firstVariance.near)
		s.out.extra("first_stage_f", nearly(f))
		if f.Cmp(whole(weakF)) < 0 {
			s.out.warn("weak_instrument", "the first stage's F is "+f.Text('f', 2)+": below 10, assignment moves receipt too little for the interval to be trusted")
		}
	}
	if f.cluster != nil {
		s.out.extra("clusters", exactInt(int64(f.count)))
	}
	return nil
}

// quotient divides a figure by a rational.
func quotient(n Number, by *big.Rat) Number {
	if n.exact != nil {
		return exactly(ratQuotient(n.exact, by))
	}
	return nearly(over(n.near, realOf(by)))
}

// lessTimes returns x - factor y.
func lessTimes(x, y series, factor *big.Rat) series {
	// x.num/x.den - (p y.num)/(q y.den), over q y.den x.den
	a := new(big.Int).Mul(factor.Denom(), y.den)
	b := new(big.Int).Mul(factor.Num(), x.den)
	out := series{make([]*big.Int, len(x.num)), new(big.Int).Mul(a, x.den)}
	term := new(big.Int)
	for i := range x.num {
		out.num[i] = new(big.Int).Mul(x.num[i], a)
		out.num[i].Sub(out.num[i], term.Mul(y.num[i], b))
	}
	return out
}
