package counterfactual

import "math/big"

// moments are the sums of one arm, exact.
type moments struct {
	n     int64
	y, yy *big.Rat
	x, xx *big.Rat // of a second column, where there is one
	xy    *big.Rat
}

// momentsOf sums the rows in which keep holds.
func momentsOf(keep []bool, y, x *column) moments {
	y = y.filter(keep)
	m := moments{n: int64(y.rows())}
	if m.n == 0 {
		return m
	}
	m.y, m.yy = y.sum(), dot(y, y)
	if x != nil {
		x = x.filter(keep)
		m.x, m.xx, m.xy = x.sum(), dot(x, x), dot(x, y)
	}
	return m
}

// centred returns sum(a b) - sum(a) sum(b)/n.
func (m moments) centred(ab, a, b *big.Rat) *big.Rat {
	return ratDifference(ab, ratQuotient(ratProduct(a, b), ratInt(m.n)))
}

// armsOf splits the rows by a 0/1 column, in the order treated, control.
func armsOf(treat *column) (keep [2][]bool, n [2]int) {
	keep[0], keep[1] = make([]bool, treat.rows()), make([]bool, treat.rows())
	for i, t := range treat.small {
		keep[1-t][i] = true
		n[1-t]++
	}
	return keep, n
}

// meanDiff answers MeanDiff.
func meanDiff(s *study) error {
	if err := oneOf("variance", s.o.Variance, "welch", "pooled"); err != nil {
		return err
	}
	f, err := s.frame("treat", "")
	if err != nil {
		return err
	}
	keep, n := armsOf(f.treat)
	arms, err := s.twoEach(n)
	if err != nil {
		return err
	}
	var mean, ss [2]*big.Rat
	for g := range arms {
		m := momentsOf(keep[g], f.y, nil)
		mean[g], ss[g] = ratQuotient(m.y, arms[g]), m.centred(m.yy, m.y, m.y)
	}
	return s.compareMeans(mean, ss, arms, s.o.Variance == "pooled")
}

// twoEach refuses arms of fewer than two rows.
func (s *study) twoEach(n [2]int) (arms [2]*big.Rat, err error) {
	if n[0] < 2 || n[1] < 2 {
		return arms, undefined("there are %d treated and %d control rows: a variance needs two of each", n[0], n[1])
	}
	s.out.counts(n[0], n[1])
	return [2]*big.Rat{ratInt(int64(n[0])), ratInt(int64(n[1]))}, nil
}

// compareMeans finishes a difference of means from each arm's mean, sum of squares about it and size.
func (s *study) compareMeans(mean, ss, n [2]*big.Rat, pooled bool) error {
	var variance, df *big.Rat
	less := [2]*big.Rat{ratDifference(n[0], ratInt(1)), ratDifference(n[1], ratInt(1))}
	if pooled {
		df = ratSum(less[0], less[1])
		variance = ratQuotient(ratSum(ss[0], ss[1]), df)
		variance.Mul(variance, ratSum(new(big.Rat).Inv(n[0]), new(big.Rat).Inv(n[1])))
	} else {
		a := ratQuotient(ss[0], ratProduct(less[0], n[0]))
		b := ratQuotient(ss[1], ratProduct(less[1], n[1]))
		variance = ratSum(a, b)
		if variance.Sign() > 0 {
			below := ratSum(ratQuotient(ratProduct(a, a), less[0]), ratQuotient(ratProduct(b, b), less[1]))
			df = ratQuotient(ratProduct(variance, variance), below)
		} else {
			df = ratInt(1) // not used: there is no variance, and identity refuses
		}
	}
	if err := s.out.identity(s.terms, exactly(ratDifference(mean[0], mean[1])), exactly(variance), exactly(df)); err != nil {
		return err
	}
	s.out.extra("treated_mean", exactly(mean[0]))
	s.out.extra("control_mean", exactly(mean[1]))
	return nil
}

// cuped answers Cuped.
func cuped(s *study) error {
	f, err := s.frame("treat", "")
	if err != nil {
		return err
	}
	x, err := s.column("pre")
	if err != nil {
		return err
	}
	keep, n := armsOf(f.treat)
	arms, err := s.twoEach(n)
	if err != nil {
		return err
	}
	all := moments{n: int64(x.rows()), y: f.y.sum(), x: x.sum(), xx: dot(x, x), xy: dot(x, f.y)}
	spread := all.centred(all.xx, all.x, all.x)
	if spread.Sign() == 0 {
		return undefined("the pre column %s does not vary, so it can adjust nothing: compare means (mean_diff), or name another column", x.name)
	}
	theta := ratQuotient(all.centred(all.xy, all.x, all.y), spread)
	centre := ratQuotient(all.x, ratInt(all.n))
	var mean, ss [2]*big.Rat
	for g := range arms {
		m := momentsOf(keep[g], f.y, x)
		mean[g] = ratDifference(ratQuotient(m.y, arms[g]), ratProduct(theta, ratDifference(ratQuotient(m.x, arms[g]), centre)))
		ss[g] = ratDifference(m.centred(m.yy, m.y, m.y), ratProduct(ratProduct(ratInt(2), theta), m.centred(m.xy, m.x, m.y)))
		ss[g].Add(ss[g], ratProduct(ratProduct(theta, theta), m.centred(m.xx, m.x, m.x)))
	}
	if err := s.compareMeans(mean, ss, arms, false); err != nil {
		return err
	}
	s.out.extra("theta", exactly(theta))
	return nil
}

// baselineMean answers BaselineMean.
func baselineMean(s *study) error {
	y, err := s.column("outcome")
	if err != nil {
		return err
	}
	benchmark, err := s.benchmark()
	if err != nil {
		return err
	}
	if y.rows() < 2 {
		return undefined("there is one row: a variance needs two")
	}
	s.out.counts(y.rows(), 0)
	m := moments{n: int64(y.rows()), y: y.sum(), yy: dot(y, y)}
	n, df := ratInt(m.n), ratInt(m.n-1)
	mean := ratQuotient(m.y, n)
	variance := ratQuotient(m.centred(m.yy, m.y, m.y), ratProduct(n, df))
	if err := s.out.identity(s.terms, exactly(ratDifference(mean, benchmark)), exactly(variance), exactly(df)); err != nil {
		return err
	}
	s.out.extra("treated_mean", exactly(mean))
	return nil
}
