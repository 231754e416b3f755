package counterfactual

import "math/big"

// rateDiff answers RateDiff.
func rateDiff(s *study) error {
	treated, control, err := s.exposures()
	if err != nil {
		return err
	}
	variance := ratSum(ratQuotient(treated.rate(), treated.exposure), ratQuotient(control.rate(), control.exposure))
	estimate := ratDifference(treated.rate(), control.rate())
	if err := s.out.identity(s.terms, exactly(estimate), exactly(variance), Number{}); err != nil {
		return err
	}
	s.settleExact()
	s.out.extra("treated_rate", exactly(treated.rate()))
	s.out.extra("control_rate", exactly(control.rate()))
	return nil
}

// rateRatio answers RateRatio.
func rateRatio(s *study) error {
	if err := oneOf("method", s.o.Method, "wald_log", "exact"); err != nil {
		return err
	}
	if err := oneOf("measure", s.o.Measure, "rate_ratio", "relative_reduction"); err != nil {
		return err
	}
	reduction := s.o.Measure == "relative_reduction"
	treated, control, err := s.exposures()
	if err != nil {
		return err
	}
	if control.events == 0 {
		return undefined("the control arm has no events, so the ratio does not exist: compare differences of rates, or wait for events")
	}
	value := ratQuotient(treated.rate(), control.rate())
	if treated.events > 0 {
		variance := ratSum(big.NewRat(1, treated.events), big.NewRat(1, control.events))
		if s.o.Method == "wald_log" {
			if err := s.out.logRatio(s.terms, exactRatio(value, variance, reduction)); err != nil {
				return err
			}
			s.settleExact()
			return nil
		}
		s.out.SE = nearly(ratRoot(variance))
		s.out.extra("log_ratio", nearly(logOf(realOf(value))))
	} else if s.o.Method == "wald_log" {
		return undefined("the treated arm has no events, and the logarithm of nought does not exist; no half is added: state the method exact")
	}
	null, err := s.terms.nullRatio(reduction)
	if err != nil {
		return err
	}
	s.out.reported(exactly(value), reduction)
	s.settleExact()
	weighted := ratProduct(null, treated.exposure)
	events := treated.events + control.events
	s.out.pExact(s.terms, binomialTails(treated.events, events, ratQuotient(weighted, ratSum(weighted, control.exposure))), reduction)
	low, high := clopperPearson(treated.events, events, s.terms.tail)
	scale := realOf(ratQuotient(control.exposure, treated.exposure))
	carry := func(v *big.Float) *big.Float { return times(over(v, minus(whole(1), v)), scale) }
	s.out.interval(carry(low), carry(high), reduction)
	return nil
}

// baselineRate answers BaselineRate.
func baselineRate(s *study) error {
	if err := oneOf("measure", s.o.Measure, "rate_ratio", "relative_reduction"); err != nil {
		return err
	}
	cohort, err := exposedOf("treated", s.Data.Treated)
	if err != nil {
		return err
	}
	rate, err := s.benchmark()
	if err != nil {
		return err
	}
	switch rate.Sign() {
	case -1:
		return invalid("the fixed rate is %s: expected one above 0", rate.RatString())
	case 0:
		return undefined("the fixed rate is nought: no ratio to it exists")
	}
	s.out.NTreated, s.out.NControl = cohort.n, new(big.Rat)
	s.tinyCell(cohort.events)
	if err := s.poissonRatio(cohort.events, ratProduct(cohort.exposure, rate), s.o.Measure == "relative_reduction"); err != nil {
		return err
	}
	s.settleExact()
	s.out.extra("treated_rate", exactly(cohort.rate()))
	return nil
}

// poissonRatio finishes a result of x events against an expected number of them.
func (s *study) poissonRatio(x int64, expected *big.Rat, reduction bool) error {
	null, err := s.terms.nullRatio(reduction)
	if err != nil {
		return err
	}
	s.out.reported(exactly(ratQuotient(ratInt(x), expected)), reduction)
	if x > 0 {
		s.out.SE = nearly(ratRoot(big.NewRat(1, x)))
	}
	s.out.pExact(s.terms, poissonTails(x, ratProduct(expected, null)), reduction)
	low, high := poissonLimits(x, s.terms.tail)
	e := realOf(expected)
	s.out.interval(over(low, e), over(high, e), reduction)
	return nil
}

// observedExpected answers ObservedExpected.
func observedExpected(s *study) error {
	if err := oneOf("method", s.o.Method, "ratio_exact", "difference_normal"); err != nil {
		return err
	}
	measures := []string{"rate_ratio", "ratio", "relative_reduction"}
	if s.o.Method == "difference_normal" {
		measures = []string{"difference"}
	}
	if err := oneOf("measure", s.o.Measure, measures...); err != nil {
		return err
	}
	outcome, err := s.column("outcome")
	if err != nil {
		return err
	}
	score, err := s.column("expected")
	if err != nil {
		return err
	}
	n := outcome.rows()
	observed, expected := outcome.sum(), score.sum()
	s.out.counts(n, 0)
	if s.o.Method == "difference_normal" {
		err = s.observedDifference(outcome, score)
	} else {
		if !observed.IsInt() || !observed.Num().IsInt64() || outcome.least().Sign() < 0 || observed.Num().Int64() > countMax {
			return invalid("the outcome column sums to %s: expected counts of events", observed.FloatString(3))
		}
		if score.least().Sign() < 0 {
			return invalid("the expected column holds a number below 0: expected numbers of events")
		}
		if expected.Sign() == 0 {
			return undefined("nothing was expected, so no ratio to it exists")
		}
		s.tinyCell(observed.Num().Int64())
		err = s.poissonRatio(observed.Num().Int64(), expected, s.o.Measure == "relative_reduction")
	}
	if err != nil {
		return err
	}
	s.out.extra("observed", exactly(observed))
	s.out.extra("expected", exactly(expected))
	return nil
}

func (s *study) observedDifference(outcome, score *column) error {
	if !outcome.binary() {
		return invalid("the outcome column holds something other than 0 and 1: expected whether each person had the event")
	}
	if score.least().Sign() < 0 || score.most().Cmp(ratInt(1)) > 0 {
		return invalid("the expected column holds something outside 0 to 1: expected chances")
	}
	n := ratInt(int64(outcome.rows()))
	variance := ratDifference(score.sum(), dot(score, score)) // the sum of p - p²
	variance.Quo(variance, ratProduct(n, n))
	estimate := ratQuotient(ratDifference(outcome.sum(), score.sum()), n)
	return s.out.identity(s.terms, exactly(estimate), exactly(variance), Number{})
}
