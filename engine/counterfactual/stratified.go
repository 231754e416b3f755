package counterfactual

import "math/big"

// stratified answers Stratified.
func stratified(s *study) error {
	if err := oneOf("method", s.o.Method, "mh_rd", "mh_rr", "mh_or", "mh_irr", "mh_ird", "post_stratified"); err != nil {
		return err
	}
	if err := s.stratifiedOptions(); err != nil {
		return err
	}
	if len(s.Data.Strata) == 0 {
		return undefined("there are no strata to compare")
	}
	if s.o.Method == "mh_irr" || s.o.Method == "mh_ird" {
		return s.stratifiedRates()
	}
	strata := make([][2]share, len(s.Data.Strata))
	s.out.NTreated, s.out.NControl = new(big.Rat), new(big.Rat)
	for i, stratum := range s.Data.Strata {
		for arm, data := range []*Arm{&stratum.Treated, &stratum.Control} {
			side := []string{"treated", "control"}[arm]
			cell, err := shareOf("stratum "+stratum.Name+" "+side, data, s.o.Method != "post_stratified")
			if err != nil {
				return err
			}
			strata[i][arm] = cell
		}
		if strata[i][0].n+strata[i][1].n == 0 {
			return undefined("stratum %s has nobody in it", stratum.Name)
		}
		if strata[i][0].n == 0 || strata[i][1].n == 0 {
			s.out.warn("one_armed_stratum", "stratum "+stratum.Name+" has people in one arm only, and adds nothing to the comparison")
		}
		s.out.NTreated.Add(s.out.NTreated, ratInt(strata[i][0].n))
		s.out.NControl.Add(s.out.NControl, ratInt(strata[i][1].n))
	}
	var err error
	switch s.o.Method {
	case "mh_rd":
		err = s.mantelDifference(strata)
	case "mh_rr":
		err = s.mantelRatio(strata)
	case "mh_or":
		err = s.mantelOdds(strata)
	case "post_stratified":
		err = s.postStratified(strata)
	}
	if err == nil {
		s.settleExact()
	}
	return err
}

// stratifiedOptions checks which options go with which method.
func (s *study) stratifiedOptions() error {
	measures := map[string][]string{
		"mh_rr": {"risk_ratio", "relative_reduction"}, "mh_or": {"odds_ratio", "relative_reduction"},
		"mh_irr": {"rate_ratio", "relative_reduction"},
	}[s.o.Method]
	if measures != nil {
		if err := oneOf("measure", s.o.Measure, measures...); err != nil {
			return err
		}
	} else if s.o.Measure != "" && s.o.Measure != "difference" {
		return invalid("measure is %q, and %s gives a difference", s.o.Measure, s.o.Method)
	}
	if s.o.Test != "" {
		if s.o.Method != "mh_or" {
			return invalid("%s has no choice of test: leave test out", s.o.Method)
		}
		if err := oneOf("test", s.o.Test, "cmh"); err != nil {
			return err
		}
		if err := s.terms.noNull("cmh", map[bool]int64{false: 1, true: 0}[s.o.Measure == "relative_reduction"]); err != nil {
			return err
		}
	}
	if s.o.Method == "post_stratified" {
		return oneOf("weights", s.o.Weights, "treated", "all")
	}
	if s.o.Weights != "" {
		return invalid("%s has its own weights: leave weights out", s.o.Method)
	}
	return nil
}

// per returns a b/c.
func per(a, b, c int64) *big.Rat { return ratQuotient(ratProduct(ratInt(a), ratInt(b)), ratInt(c)) }

var errNoComparison = undefined("no stratum has both arms with people in them, so nothing is compared")

func (s *study) mantelDifference(strata [][2]share) error {
	top, weight, first, second := new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat)
	for _, arms := range strata {
		x1, n1, x0, n0 := arms[0].events, arms[0].n, arms[1].events, arms[1].n
		n := n1 + n0
		top.Add(top, ratDifference(per(x1, n0, n), per(x0, n1, n)))
		weight.Add(weight, per(n1, n0, n))
		inner := ratDifference(ratProduct(ratInt(x0), per(n1, n1, 1)), ratProduct(ratInt(x1), per(n0, n0, 1)))
		inner.Add(inner, ratProduct(per(n1, n0, 1), big.NewRat(n0-n1, 2)))
		first.Add(first, ratQuotient(inner, per(n, n, 1)))
		second.Add(second, ratSum(per(x1, n0-x0, n), per(x0, n1-x1, n)))
	}
	if weight.Sign() == 0 {
		return errNoComparison
	}
	estimate := ratQuotient(top, weight)
	variance := ratSum(ratProduct(estimate, first), second.Quo(second, ratInt(2)))
	variance.Quo(variance, ratProduct(weight, weight))
	return s.out.identity(s.terms, exactly(estimate), exactly(variance), Number{})
}

var errNoEventsInStrata = undefined("no stratum has events in one of the arms, so the ratio or its logarithm does not exist: compare differences, or wait for events")

func (s *study) mantelRatio(strata [][2]share) error {
	r, sum, top := new(big.Rat), new(big.Rat), new(big.Rat)
	for _, arms := range strata {
		x1, n1, x0, n0 := arms[0].events, arms[0].n, arms[1].events, arms[1].n
		n := n1 + n0
		r.Add(r, per(x1, n0, n))
		sum.Add(sum, per(x0, n1, n))
		inner := ratDifference(ratProduct(per(n1, n0, 1), ratInt(x1+x0)), ratProduct(per(x1, x0, 1), ratInt(n)))
		top.Add(top, ratQuotient(inner, per(n, n, 1)))
	}
	if r.Sign() == 0 || sum.Sign() == 0 {
		return errNoEventsInStrata
	}
	variance := top.Quo(top, ratProduct(r, sum))
	return s.out.logRatio(s.terms, exactRatio(ratQuotient(r, sum), variance, s.o.Measure == "relative_reduction"))
}

func (s *study) mantelOdds(strata [][2]share) error {
	r, q := new(big.Rat), new(big.Rat)
	pr, mixed, qs := new(big.Rat), new(big.Rat), new(big.Rat)
	top, below := new(big.Rat), new(big.Rat)
	for i, arms := range strata {
		x1, n1, x0, n0 := arms[0].events, arms[0].n, arms[1].events, arms[1].n
		b, d, n := n1-x1, n0-x0, n1+n0
		ri, si := per(x1, d, n), per(b, x0, n)
		pi, qi := big.NewRat(x1+d, n), big.NewRat(b+x0, n)
		r.Add(r, ri)
		q.Add(q, si)
		pr.Add(pr, ratProduct(pi, ri))
		mixed.Add(mixed, ratSum(ratProduct(pi, si), ratProduct(qi, ri)))
		qs.Add(qs, ratProduct(qi, si))
		if s.o.Test == "cmh" {
			if n < 2 {
				return undefined("stratum %s has one person, and the test cmh needs two", s.Data.Strata[i].Name)
			}
			m := x1 + x0
			top.Add(top, ratDifference(ratInt(x1), per(n1, m, n)))
			below.Add(below, ratQuotient(ratProduct(per(n1, n0, n), per(m, n-m, n)), ratInt(n-1)))
		}
	}
	if r.Sign() == 0 || q.Sign() == 0 {
		return undefined("no stratum has both an event and its absence across the arms, so the odds ratio or its logarithm does not exist")
	}
	variance := ratQuotient(pr, ratProduct(r, r))
	variance.Add(variance, ratQuotient(mixed, ratProduct(r, q)))
	variance.Add(variance, ratQuotient(qs, ratProduct(q, q)))
	variance.Quo(variance, ratInt(2))
	reduction := s.o.Measure == "relative_reduction"
	if err := s.out.logRatio(s.terms, exactRatio(ratQuotient(r, q), variance, reduction)); err != nil {
		return err
	}
	if s.o.Test == "cmh" {
		if below.Sign() == 0 {
			return undefined("the test cmh has no variance: no stratum has two arms and both outcomes")
		}
		s.out.Extra = s.out.Extra[1:] // the statistic of the logarithm gives way to the test's
		s.out.test = test{exactly(top), exactly(below), s.terms.less != reduction}
		s.out.pValues(s.terms, over(realOf(top), ratRoot(below)), nil, reduction)
	}
	return nil
}

func (s *study) postStratified(strata [][2]share) error {
	all := new(big.Rat).Set(s.out.NTreated)
	if s.o.Weights == "all" {
		all.Add(all, s.out.NControl)
	}
	estimate, variance := new(big.Rat), new(big.Rat)
	for _, arms := range strata {
		n := arms[0].n
		if s.o.Weights == "all" {
			n += arms[1].n
		}
		weight := ratQuotient(ratInt(n), all)
		estimate.Add(estimate, ratProduct(weight, ratDifference(arms[0].rate(), arms[1].rate())))
		variance.Add(variance, ratProduct(ratProduct(weight, weight), ratSum(arms[0].spread(), arms[1].spread())))
	}
	return s.out.identity(s.terms, exactly(estimate), exactly(variance), Number{})
}

// stratifiedRates is mh_irr and mh_ird.
func (s *study) stratifiedRates() error {
	treatedN, controlN := new(big.Rat), new(big.Rat)
	sum := func(total, n *big.Rat) *big.Rat {
		if total == nil || n == nil {
			return nil
		}
		return total.Add(total, n)
	}
	r, q, spread := new(big.Rat), new(big.Rat), new(big.Rat)
	weights, rates := new(big.Rat), new(big.Rat)
	for _, stratum := range s.Data.Strata {
		treated, err := exposedOf("stratum "+stratum.Name+" treated", &stratum.Treated)
		if err != nil {
			return err
		}
		control, err := exposedOf("stratum "+stratum.Name+" control", &stratum.Control)
		if err != nil {
			return err
		}
		treatedN, controlN = sum(treatedN, treated.n), sum(controlN, control.n)
		n := ratSum(treated.exposure, control.exposure)
		weight := ratQuotient(ratProduct(treated.exposure, control.exposure), n)
		r.Add(r, ratQuotient(ratProduct(ratInt(treated.events), control.exposure), n))
		q.Add(q, ratQuotient(ratProduct(ratInt(control.events), treated.exposure), n))
		spread.Add(spread, ratProduct(ratQuotient(weight, n), ratInt(treated.events+control.events)))
		weights.Add(weights, weight)
		variance := ratSum(ratQuotient(treated.rate(), treated.exposure), ratQuotient(control.rate(), control.exposure))
		rates.Add(rates, ratProduct(ratProduct(weight, weight), variance))
	}
	s.out.NTreated, s.out.NControl = treatedN, controlN
	var err error
	if s.o.Method == "mh_ird" {
		estimate := ratQuotient(ratDifference(r, q), weights)
		err = s.out.identity(s.terms, exactly(estimate), exactly(ratQuotient(rates, ratProduct(weights, weights))), Number{})
	} else {
		if r.Sign() == 0 || q.Sign() == 0 {
			return errNoEventsInStrata
		}
		variance := ratQuotient(spread, ratProduct(r, q))
		err = s.out.logRatio(s.terms, exactRatio(ratQuotient(r, q), variance, s.o.Measure == "relative_reduction"))
	}
	if err == nil {
		s.settleExact()
	}
	return err
}
