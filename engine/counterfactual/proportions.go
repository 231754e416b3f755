package counterfactual

import "math/big"

// propDiff answers PropDiff.
func propDiff(s *study) error {
	if err := oneOf("ci", s.o.CI, "wald", "newcombe", "agresti_caffo"); err != nil {
		return err
	}
	if err := oneOf("test", s.o.Test, "z_pooled", "z_unpooled", "fisher"); err != nil {
		return err
	}
	treated, control, err := s.shares()
	if err != nil {
		return err
	}
	estimate := ratDifference(treated.rate(), control.rate())
	variance := ratSum(treated.spread(), control.spread())
	s.out.Estimate, s.out.SE = exactly(estimate), nearly(ratRoot(variance))
	s.settleExact()
	if err := s.propTest(treated, control, estimate, variance); err != nil {
		return err
	}
	s.propInterval(treated, control, realOf(estimate), variance)
	s.out.extra("treated_rate", exactly(treated.rate()))
	s.out.extra("control_rate", exactly(control.rate()))
	return nil
}

// propTest sets the p-values of a difference of proportions.
func (s *study) propTest(treated, control share, estimate, variance *big.Rat) error {
	distance := estimate
	switch s.o.Test {
	case "fisher":
		if err := s.terms.noNull("fisher", 0); err != nil {
			return err
		}
		s.out.pExact(s.terms, fisherTails(treated.events, treated.n, control.events, control.n), false)
		return nil
	case "z_pooled":
		if err := s.terms.noNull("z_pooled", 0); err != nil {
			return err
		}
		all := share{treated.events + control.events, treated.n + control.n}
		variance = ratProduct(all.rate(), big.NewRat(all.n-all.events, all.n))
		variance.Mul(variance, ratSum(big.NewRat(1, treated.n), big.NewRat(1, control.n)))
	case "z_unpooled":
		distance = ratDifference(estimate, s.terms.nullOr(0))
	}
	if variance.Sign() == 0 {
		return undefined("the variance of the test %s is nought, as no arm has both people with the event and people without: state the test fisher, or wait for events", s.o.Test)
	}
	s.out.test = test{exactly(distance), exactly(variance), s.terms.less}
	s.out.pValues(s.terms, over(realOf(distance), ratRoot(variance)), nil, false)
	return nil
}

// propInterval sets the interval of a difference of proportions.
func (s *study) propInterval(treated, control share, estimate *big.Float, variance *big.Rat) {
	z := s.terms.critical(nil)
	low, high := newReal(), newReal()
	switch s.o.CI {
	case "newcombe":
		p1, p0 := realOf(treated.rate()), realOf(control.rate())
		l1, u1 := wilson(treated, z)
		l0, u0 := wilson(control, z)
		low = minus(estimate, root(plus(squared(minus(p1, l1)), squared(minus(u0, p0)))))
		high = plus(estimate, root(plus(squared(minus(u1, p1)), squared(minus(p0, l0)))))
		s.out.CILow, s.out.CIHigh = nearly(low), nearly(high)
		return
	case "wald":
		if variance.Sign() == 0 {
			s.out.warn("zero_width", "the Wald interval has no width, as the standard error is nought")
		}
		width := times(z, ratRoot(variance))
		low, high = minus(estimate, width), plus(estimate, width)
	case "agresti_caffo":
		treated, control = share{treated.events + 1, treated.n + 2}, share{control.events + 1, control.n + 2}
		middle := realOf(ratDifference(treated.rate(), control.rate()))
		width := times(z, ratRoot(ratSum(treated.spread(), control.spread())))
		low, high = minus(middle, width), plus(middle, width)
	}
	s.out.CILow, s.out.CIHigh = nearly(greater(low, whole(-1))), nearly(lesser(high, whole(1)))
}

// wilson returns the score limits of a proportion, without continuity correction.
func wilson(a share, z *big.Float) (low, high *big.Float) {
	n, p, z2 := whole(a.n), realOf(a.rate()), squared(z)
	below := plus(whole(1), over(z2, n))
	middle := plus(p, over(z2, double(n)))
	width := times(z, root(plus(realOf(a.spread()), over(z2, times(whole(4), squared(n))))))
	low, high = over(minus(middle, width), below), over(plus(middle, width), below)
	// At no events, and at all, the limit is exactly the end: say so, rather than a rounding error beside it.
	if a.events == 0 {
		low = newReal()
	}
	if a.events == a.n {
		high = whole(1)
	}
	return low, high
}

// propRatio answers PropRatio.
func propRatio(s *study) error {
	if err := oneOf("measure", s.o.Measure, "risk_ratio", "relative_reduction", "odds_ratio"); err != nil {
		return err
	}
	treated, control, err := s.shares()
	if err != nil {
		return err
	}
	if treated.events == 0 || control.events == 0 {
		return undefined("an arm has no events (treated %d, control %d), so the ratio or its logarithm does not exist; nothing is added to an empty cell: compare differences, or wait for events", treated.events, control.events)
	}
	value := ratQuotient(treated.rate(), control.rate())
	variance := ratSum(big.NewRat(1, treated.events), big.NewRat(1, control.events))
	if s.o.Measure == "odds_ratio" {
		rest1, rest0 := treated.n-treated.events, control.n-control.events
		if rest1 == 0 || rest0 == 0 {
			return undefined("everybody in an arm has the event, so the odds are infinite: compare proportions")
		}
		value.Mul(value, ratQuotient(big.NewRat(rest0, control.n), big.NewRat(rest1, treated.n)))
		variance.Add(variance, ratSum(big.NewRat(1, rest1), big.NewRat(1, rest0)))
	} else {
		variance.Sub(variance, ratSum(big.NewRat(1, treated.n), big.NewRat(1, control.n)))
	}
	if err := s.out.logRatio(s.terms, exactRatio(value, variance, s.o.Measure == "relative_reduction")); err != nil {
		return err
	}
	s.settleExact()
	return nil
}

// didCells answers DiDCells.
func didCells(s *study) error {
	signs := []int64{1, -1, -1, 1}
	names := []string{"treated_post", "treated_pre", "control_post", "control_pre"}
	arms := []*Arm{s.Data.TreatedPost, s.Data.TreatedPre, s.Data.ControlPost, s.Data.ControlPre}
	estimate, variance := new(big.Rat), new(big.Rat)
	var n [4]int64
	for i, arm := range arms {
		cell, err := shareOf(names[i], arm, false)
		if err != nil {
			return err
		}
		estimate.Add(estimate, ratProduct(ratInt(signs[i]), cell.rate()))
		variance.Add(variance, cell.spread())
		n[i] = cell.n
		s.tinyCell(min(cell.events, cell.n-cell.events))
	}
	s.out.NTreated, s.out.NControl = ratInt(n[0]+n[1]), ratInt(n[2]+n[3])
	if err := s.out.identity(s.terms, exactly(estimate), exactly(variance), Number{}); err != nil {
		return err
	}
	s.settleExact()
	return nil
}

// baselineProp answers BaselineProp.
func baselineProp(s *study) error {
	if err := oneOf("ci", s.o.CI, "exact", "wilson", "wald"); err != nil {
		return err
	}
	if err := oneOf("test", s.o.Test, "exact", "z"); err != nil {
		return err
	}
	cohort, err := shareOf("treated", s.Data.Treated, false)
	if err != nil {
		return err
	}
	p0, err := s.benchmark()
	if err != nil {
		return err
	}
	against := ratSum(p0, s.terms.nullOr(0))
	for _, rate := range []*big.Rat{p0, against} {
		if rate.Sign() < 0 || rate.Cmp(ratInt(1)) > 0 {
			return invalid("the fixed rate is %s: expected one from 0 to 1", rate.RatString())
		}
	}
	if against.Sign() == 0 || against.Cmp(ratInt(1)) == 0 {
		return undefined("the fixed rate is %s: nothing can be tested against a certainty", against.RatString())
	}
	s.out.NTreated, s.out.NControl = ratInt(cohort.n), new(big.Rat)
	s.out.Estimate, s.out.SE = exactly(ratDifference(cohort.rate(), p0)), nearly(ratRoot(cohort.spread()))
	s.settleExact()
	s.tinyCell(min(cohort.events, cohort.n-cohort.events))
	switch s.o.Test {
	case "exact":
		s.out.pExact(s.terms, binomialTails(cohort.events, cohort.n, against), false)
	case "z":
		distance := ratDifference(cohort.rate(), against)
		variance := ratProduct(against, ratDifference(ratInt(1), against))
		variance.Quo(variance, ratInt(cohort.n))
		s.out.test = test{exactly(distance), exactly(variance), s.terms.less}
		s.out.pValues(s.terms, over(realOf(distance), ratRoot(variance)), nil, false)
	}
	var low, high *big.Float
	switch s.o.CI {
	case "exact":
		low, high = clopperPearson(cohort.events, cohort.n, s.terms.tail)
	case "wilson":
		low, high = wilson(cohort, s.terms.critical(nil))
	case "wald":
		width := times(s.terms.critical(nil), s.out.SE.near)
		low, high = minus(realOf(cohort.rate()), width), plus(realOf(cohort.rate()), width)
	}
	s.out.CILow, s.out.CIHigh = nearly(minus(low, realOf(p0))), nearly(minus(high, realOf(p0)))
	s.out.extra("treated_rate", exactly(cohort.rate()))
	return nil
}
