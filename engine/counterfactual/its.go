package counterfactual

import (
	"math/big"
	"slices"
)

// its answers ITS.
func its(s *study) error {
	if err := s.itsOptions(); err != nil {
		return err
	}
	y, err := s.column("outcome")
	if err != nil {
		return err
	}
	time, err := s.column("time")
	if err != nil {
		return err
	}
	order, err := s.inTime(time)
	if err != nil {
		return err
	}
	y, time = y.inOrder(order), time.inOrder(order)
	n := y.rows()
	lag := *s.o.Lag
	if lag >= int64(n) {
		return invalid("lag is %d and there are %d periods: expected a lag below their number", lag, n)
	}
	post, since, err := s.interruption(time)
	if err != nil {
		return err
	}
	after := int(post.units().Int64())
	if after == 0 || after == n {
		return undefined("there are %d periods from the start on and %d before: an interruption needs both", after, n-after)
	}
	s.out.counts(after, n-after)
	columns := []*column{intercept(n), time, post, since}
	if s.o.SeasonColumn != "" {
		season, err := s.named("season_column", s.o.SeasonColumn)
		if err != nil {
			return err
		}
		group, count := season.inOrder(order).groups()
		columns = append(columns, dummies(s.o.SeasonColumn, group, count)...)
	}
	c := []*big.Rat{new(big.Rat), new(big.Rat), ratInt(1), new(big.Rat)}
	switch s.o.Estimand {
	case "slope":
		c[2], c[3] = new(big.Rat), ratInt(1)
	case "effect_at":
		c[3] = s.o.Horizon.Rat()
	case "average_post":
		c[3] = ratQuotient(since.sum(), ratInt(int64(after)))
	}
	if *s.o.LogOutcome || s.o.Harmonics != nil {
		return s.itsReal(columns, y, time, c)
	}
	return s.itsExact(columns, y, c)
}

func (s *study) itsOptions() error {
	o := s.o
	if err := oneOf("estimand", o.Estimand, "level", "slope", "effect_at", "average_post"); err != nil {
		return err
	}
	switch {
	case o.Start == nil:
		return invalid("start is not stated: write the first time after the interruption")
	case o.Lag == nil || *o.Lag < 0:
		return invalid("lag is not stated, or is below 0: write the lag of Newey and West, such as 12 for monthly figures")
	case o.Adjust == nil || o.LogOutcome == nil:
		return invalid("adjust and log_outcome must both be stated: write true or false")
	case o.SeasonColumn != "" && o.Harmonics != nil:
		return invalid("season_column and harmonics are both stated: state one way of taking the season out")
	case o.Estimand == "effect_at" && o.Horizon == nil:
		return invalid("effect_at needs a horizon: write how long after the start")
	case o.Estimand != "effect_at" && o.Horizon != nil:
		return invalid("%s has no horizon: leave it out", o.Estimand)
	case o.Harmonics != nil && (o.Harmonics.Period.Sign() <= 0 || o.Harmonics.Count < 1 || o.Harmonics.Count > RegressorsMax/2):
		return invalid("harmonics have a period of %s and a count of %d: expected a period above 0 and a count of at least 1", o.Harmonics.Period, o.Harmonics.Count)
	}
	return nil
}

// inTime returns the rows in order of time, and refuses two at the same time.
func (s *study) inTime(time *column) ([]int32, error) {
	order := make([]int32, time.rows())
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int { return time.compare(int(i), int(j)) })
	var gap *big.Int
	even := true
	for at := 1; at < len(order); at++ {
		step := new(big.Int).Sub(time.int(int(order[at])), time.int(int(order[at-1])))
		if step.Sign() == 0 {
			return nil, invalid("two rows are at time %s: a time series has one row for each", time.rat(int(order[at])).RatString())
		}
		even = even && (gap == nil || gap.Cmp(step) == 0)
		gap = step
	}
	if !even {
		s.out.warn("uneven_times", "the periods are not evenly spaced: lags are counted in rows")
	}
	return order, nil
}

// inOrder returns the column with its rows in another order.
func (c *column) inOrder(order []int32) *column {
	out := &column{name: c.name, places: c.places}
	if c.wide != nil {
		out.wide = make([]*big.Int, len(order))
		for at, i := range order {
			out.wide[at] = c.wide[i]
		}
		return out
	}
	out.small = make([]int64, len(order))
	for at, i := range order {
		out.small[at] = c.small[i]
	}
	return out
}

// interruption returns post and post times (time - start).
func (s *study) interruption(time *column) (post, since *column, err error) {
	start := s.o.Start.Rat()
	places := time.places
	for !ratProduct(start, new(big.Rat).SetInt(tenTo(places))).IsInt() {
		if places++; places > 2*digitsMax {
			return nil, nil, invalid("start is %s: expected a decimal", s.o.Start)
		}
	}
	scale := tenTo(places - time.places)
	from := roundRat(new(big.Rat).Mul(start, new(big.Rat).SetInt(tenTo(places))))
	post = &column{name: "post", small: make([]int64, time.rows())}
	since = &column{name: "post times (time - start)", wide: make([]*big.Int, time.rows()), places: places}
	for i := range post.small {
		at := new(big.Int).Mul(time.int(i), scale)
		since.wide[i] = new(big.Int)
		if at.Cmp(from) >= 0 {
			post.small[i] = 1
			since.wide[i].Sub(at, from)
		}
	}
	return post, since, nil
}

// itsExact is the series whose columns are all rational.
func (s *study) itsExact(columns []*column, y *column, c []*big.Rat) error {
	d, err := newDesign(columns, "", nil, 0)
	if err != nil {
		return err
	}
	for len(c) < len(columns) {
		c = append(c, new(big.Rat))
	}
	b := d.regress(y)
	e, influence := d.residuals(b), d.influence(c)
	u := make([]*big.Int, len(e.num))
	for i := range u {
		u[i] = new(big.Int).Mul(e.num[i], influence.num[i])
	}
	below := new(big.Int).Mul(e.den, influence.den)
	below.Mul(below, below)
	total, term := new(big.Rat), new(big.Int)
	for j := range int(*s.o.Lag) + 1 {
		sum := new(big.Int)
		for i := j; i < len(u); i++ {
			sum.Add(sum, term.Mul(u[i], u[i-j]))
		}
		total.Add(total, ratProduct(s.bartlett(j), new(big.Rat).SetInt(sum)))
	}
	variance := total.Quo(total, new(big.Rat).SetInt(below))
	if *s.o.Adjust {
		variance.Mul(variance, big.NewRat(int64(d.rows()), int64(d.rows()-d.k())))
	}
	return s.itsFinish(exactly(d.combine(b, c)), exactly(variance), d.rows(), d.k(), exactly(d.combine(b, d.only(2))), exactly(d.combine(b, d.only(3))))
}

// bartlett is the weight of lag j, both ways.
func (s *study) bartlett(j int) *big.Rat {
	if j == 0 {
		return ratInt(1)
	}
	lag := *s.o.Lag
	return big.NewRat(2*(lag+1-int64(j)), lag+1)
}

func (s *study) itsFinish(estimate, variance Number, n, k int, level, slope Number) error {
	if err := s.out.identity(s.terms, estimate, variance, exactInt(int64(n-k))); err != nil {
		return err
	}
	s.out.extra("k", exactInt(int64(k)))
	s.out.extra("level", level)
	s.out.extra("slope", slope)
	return nil
}

// itsReal is the series with a logarithm or harmonics, on reals.
func (s *study) itsReal(columns []*column, y, time *column, c []*big.Rat) error {
	var x [][]*big.Float
	var names []string
	for _, col := range columns {
		values := make([]*big.Float, col.rows())
		for i := range values {
			values[i] = realOf(col.rat(i))
		}
		x, names = append(x, values), append(names, col.name)
	}
	if h := s.o.Harmonics; h != nil {
		for turn := int64(1); turn <= h.Count; turn++ {
			sines, cosines := make([]*big.Float, time.rows()), make([]*big.Float, time.rows())
			for i := range sines {
				sines[i], cosines[i] = sineCosine(ratQuotient(ratProduct(ratInt(turn), time.rat(i)), h.Period.Rat()))
			}
			x, names = append(x, sines, cosines), append(names, "sine of harmonic "+ratInt(turn).RatString(), "cosine of harmonic "+ratInt(turn).RatString())
		}
	}
	n, k := y.rows(), len(x)
	if n <= k {
		return undefined("the regression has %d columns and %d rows: a variance needs more rows than columns", k, n)
	}
	outcome := make([]*big.Float, n)
	for i := range outcome {
		value := y.rat(i)
		outcome[i] = realOf(value)
		if *s.o.LogOutcome {
			if value.Sign() <= 0 {
				return undefined("the outcome is %s at one time, and only numbers above 0 have a logarithm: state log_outcome: false", value.FloatString(3))
			}
			outcome[i] = logOf(outcome[i])
		}
	}
	weights := make([]*big.Float, k)
	for j := range weights {
		weights[j] = newReal()
		if j < len(c) {
			weights[j] = realOf(c[j])
		}
	}
	b, a, dependent := regressReal(x, outcome, weights)
	if dependent >= 0 {
		return undefined("column %s of the regression is a combination of the columns before it, so its coefficient does not exist; no column is dropped", names[dependent])
	}
	u := make([]*big.Float, n)
	for i := range u {
		e, influence := outcome[i], newReal()
		for j := range x {
			e = minus(e, times(b[j], x[j][i]))
			influence = plus(influence, times(a[j], x[j][i]))
		}
		u[i] = times(e, influence)
	}
	variance, estimate := newReal(), newReal()
	for j := range int(*s.o.Lag) + 1 {
		sum := newReal()
		for i := j; i < n; i++ {
			sum = plus(sum, times(u[i], u[i-j]))
		}
		variance = plus(variance, times(realOf(s.bartlett(j)), sum))
	}
	if *s.o.Adjust {
		variance = times(variance, realOf(big.NewRat(int64(n), int64(n-k))))
	}
	for j := range weights {
		estimate = plus(estimate, times(weights[j], b[j]))
	}
	return s.itsFinish(certain(estimate), nearly(variance), n, k, certain(b[2]), certain(b[3]))
}

// certain is a real that may be a small difference of larger figures: its bound is on the scale of 1 at least.
func certain(x *big.Float) Number {
	return Number{near: x, within: newReal().SetMantExp(greater(magnitude(x), whole(1)), -sureBits)}
}

// regressReal returns the least-squares coefficients b of y on the columns x, and a = (X'X)^-1 c; or the first column
// that depends on those before it, and -1 when none does.
func regressReal(x [][]*big.Float, y, c []*big.Float) (b, a []*big.Float, dependent int) {
	k := len(x)
	matrix := make([][]*big.Float, k)
	for i := range matrix {
		matrix[i] = make([]*big.Float, k+2)
		for j := range k {
			if j < i {
				matrix[i][j] = matrix[j][i]
			} else {
				matrix[i][j] = dotReal(x[i], x[j])
			}
		}
		matrix[i][k], matrix[i][k+1] = dotReal(x[i], y), c[i]
	}
	dependent = eliminate(matrix)
	if dependent >= 0 {
		return nil, nil, dependent
	}
	for i := range matrix {
		b, a = append(b, matrix[i][k]), append(a, matrix[i][k+1])
	}
	return b, a, -1
}

func dotReal(x, y []*big.Float) *big.Float {
	total, term := newReal(), newReal()
	for i := range x {
		total.Add(total, term.Mul(x[i], y[i]))
	}
	return total
}

// dependentBits is how much of a diagonal must cancel for its column to be called dependent on those before it.
const dependentBits = 180

// eliminate solves a symmetric positive system in place, for every column beyond its square; it returns the first
// column without a pivot, or -1.
func eliminate(m [][]*big.Float) (dependent int) {
	k := len(m)
	diagonal := make([]*big.Float, k)
	for i := range m {
		diagonal[i] = m[i][i]
	}
	for c := range k {
		if m[c][c].Sign() <= 0 || negligible(m[c][c], diagonal[c], dependentBits) {
			return c
		}
		for j := len(m[c]) - 1; j >= c; j-- {
			m[c][j] = over(m[c][j], m[c][c])
		}
		for i := range m {
			if i == c || m[i][c].Sign() == 0 {
				continue
			}
			factor := m[i][c]
			for j := c; j < len(m[i]); j++ {
				m[i][j] = minus(m[i][j], times(factor, m[c][j]))
			}
		}
	}
	return -1
}
