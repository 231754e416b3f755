package counterfactual

import "math/big"

// pooled answers Pooled.
func pooled(s *study) error {
	if err := oneOf("method", s.o.Method, "fixed", "random_dl", "n_weighted"); err != nil {
		return err
	}
	if len(s.Data.Cohorts) == 0 {
		return undefined("there are no cohorts to pool")
	}
	for _, c := range s.Data.Cohorts {
		if c.Estimate == nil || c.SE == nil {
			return invalid("cohort %s lacks its estimate or its se: write both", c.Name)
		}
		if c.SE.Sign() < 0 {
			return invalid("cohort %s has a standard error of %s: expected one above 0", c.Name, c.SE)
		}
		if c.SE.Sign() == 0 && s.o.Method != "n_weighted" {
			return undefined("cohort %s has a standard error of nought, and would weigh infinitely: pool by n_weighted, or state its error", c.Name)
		}
	}
	if s.o.Method == "n_weighted" {
		return s.pooledBySize()
	}
	estimate, total, q, squares := s.pooledWith(new(big.Rat))
	tau := new(big.Rat)
	if s.o.Method == "random_dl" {
		below := ratDifference(total, ratQuotient(squares, total))
		if below.Sign() == 0 {
			return undefined("one cohort has no variance between cohorts: pool by fixed, or wait for the second")
		}
		tau = ratQuotient(ratDifference(q, ratInt(int64(len(s.Data.Cohorts)-1))), below)
		if tau.Sign() < 0 {
			tau = new(big.Rat)
		}
		estimate, total, _, _ = s.pooledWith(tau)
	}
	if err := s.out.identity(s.terms, exactly(estimate), exactly(new(big.Rat).Inv(total)), Number{}); err != nil {
		return err
	}
	s.out.extra("q", exactly(q))
	s.out.extra("tau2", exactly(tau))
	return nil
}

// pooledWith returns the mean with weights 1/(se² + tau²), the sum of the weights, the weighted sum of squares about the
// mean, and the sum of the weights' squares.
func (s *study) pooledWith(tau *big.Rat) (mean, total, q, squares *big.Rat) {
	mean, total, q, squares = new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat)
	weights := make([]*big.Rat, len(s.Data.Cohorts))
	for i, c := range s.Data.Cohorts {
		w := new(big.Rat).Inv(ratSum(tau, ratProduct(c.SE.Rat(), c.SE.Rat())))
		weights[i] = w
		mean.Add(mean, ratProduct(w, c.Estimate.Rat()))
		total.Add(total, w)
		squares.Add(squares, ratProduct(w, w))
	}
	mean.Quo(mean, total)
	for i, c := range s.Data.Cohorts {
		d := ratDifference(c.Estimate.Rat(), mean)
		q.Add(q, ratProduct(weights[i], ratProduct(d, d)))
	}
	return mean, total, q, squares
}

func (s *study) pooledBySize() error {
	mean, total, variance := new(big.Rat), new(big.Rat), new(big.Rat)
	for _, c := range s.Data.Cohorts {
		size, err := wholeCount("cohort "+c.Name+" n", c.N)
		if err != nil {
			return err
		}
		n := ratInt(size)
		mean.Add(mean, ratProduct(n, c.Estimate.Rat()))
		total.Add(total, n)
		weighted := ratProduct(n, c.SE.Rat())
		variance.Add(variance, ratProduct(weighted, weighted))
	}
	if total.Sign() == 0 {
		return undefined("the cohorts have nobody in them")
	}
	variance.Quo(variance, ratProduct(total, total))
	return s.out.identity(s.terms, exactly(mean.Quo(mean, total)), exactly(variance), Number{})
}
