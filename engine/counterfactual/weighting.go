package counterfactual

import (
	"fmt"
	"math"
	"math/big"
)

// ipw answers IPW.
func ipw(s *study) error {
	if err := oneOf("estimand", s.o.Estimand, "att", "ate"); err != nil {
		return err
	}
	w, err := s.weighing()
	if err != nil {
		return err
	}
	fitted, err := s.fitLogit(w.treat, w.covariates)
	if err != nil {
		return err
	}
	w.weight = make([]pair, len(fitted.logit))
	outside := 0
	for i, eta := range fitted.logit {
		p, q := logistic(eta)
		keep, err := s.trimmed(p)
		if err != nil {
			return err
		}
		switch treated := w.treat.small[i] == 1; {
		case !keep:
			outside++
		case treated && s.o.Estimand == "att":
			w.weight[i] = single(1)
		case treated:
			w.weight[i] = single(1).quo(p)
		case s.o.Estimand == "att":
			w.weight[i] = p.quo(q)
		default:
			w.weight[i] = single(1).quo(q)
		}
	}
	if outside > 0 {
		s.out.warn("trimmed", fmt.Sprintf("%d rows with scores outside the contract's bounds were left out", outside))
	}
	s.overlap(w.treat, fitted.logit)
	w.plain = len(w.covariates) == 0
	return w.finish()
}

// trimmed reports whether a score is within the contract's bounds, at 6 decimals.
func (s *study) trimmed(p pair) (bool, error) {
	if s.o.Trim == nil {
		return true, nil
	}
	const decimals = 6
	inside := func(q int64) bool {
		rounded := new(big.Rat).SetFrac(big.NewInt(q), tenTo(decimals))
		return rounded.Cmp(s.o.Trim[0].Rat()) >= 0 && rounded.Cmp(s.o.Trim[1].Rat()) <= 0
	}
	low, high := quantise(p, 1e6)
	if inside(low) != inside(high) {
		return false, undefined("a score of %.12f lies half-way between two that trim tells apart: state other bounds", p.hi)
	}
	return inside(low), nil
}

// weighing is a comparison of weighted means.
type weighing struct {
	*study
	frame
	weight []pair // nought for rows left out
	plain  bool   // the weights are the same within each group
}

// weighing reads what ipw and entropy_balance share.
func (s *study) weighing() (*weighing, error) {
	if err := oneOf("se", s.o.SE, "hc0", "hc1"); err != nil {
		return nil, err
	}
	if s.o.Covariates == nil {
		return nil, invalid("covariates are not stated: name the columns that the weights are to balance")
	}
	if t := s.o.Trim; t != nil && t[0].Cmp(t[1]) > 0 {
		return nil, invalid("trim is from %s to %s: expected the least score first", t[0], t[1])
	}
	f, err := s.frame("treat", "")
	if err != nil {
		return nil, err
	}
	if err := s.twoGroups(&f); err != nil {
		return nil, err
	}
	return &weighing{study: s, frame: f}, nil
}

// finish compares the weighted means. The regression on intercept and treatment has them for its fit, so that its
// variance is, in each group, sum(w² e²)/(sum w)².
func (w *weighing) finish() error {
	y := w.y.pairs()
	var total, sum, squares, spread [2]pair
	var n [2]int
	for i, weight := range w.weight {
		if g := 1 - w.treat.small[i]; weight.hi != 0 {
			total[g] = total[g].add(weight)
			sum[g] = sum[g].add(weight.mul(y[i]))
			squares[g] = squares[g].add(weight.mul(weight))
			n[g]++
		}
	}
	if n[0] == 0 || n[1] == 0 {
		return undefined("%d treated and %d control rows are left: a comparison needs both; state wider bounds for trim", n[0], n[1])
	}
	rows := n[0] + n[1]
	if rows <= 2 {
		return undefined("%d rows are left: a variance needs more than two", rows)
	}
	w.out.counts(n[0], n[1])
	mean := [2]pair{sum[0].quo(total[0]), sum[1].quo(total[1])}
	for i, weight := range w.weight {
		g := 1 - w.treat.small[i]
		e := weight.mul(y[i].sub(mean[g]))
		spread[g] = spread[g].add(e.mul(e))
	}
	variance := plus(over(spread[0].real(), squared(total[0].real())), over(spread[1].real(), squared(total[1].real())))
	if w.o.SE == "hc1" {
		variance = times(variance, realOf(big.NewRat(int64(rows), int64(rows-2))))
	}
	estimate := roughly(mean[0].sub(mean[1]).real())
	if w.plain {
		estimate = exactly(w.plainDifference(n))
	}
	extra := w.out.Extra
	w.out.Extra = nil
	if err := w.out.identity(w.terms, estimate, roughly(variance), Number{}); err != nil {
		return err
	}
	ess := over(squared(total[1].real()), squares[1].real())
	w.out.extra("ess_control", roughly(ess))
	w.out.Extra = append(w.out.Extra, extra...)
	if ess.Cmp(fromFloat(essFew)) < 0 {
		w.out.warn("few_effective_controls", "the weights leave the controls worth "+ess.Text('f', 1)+" equal ones: the overlap of the groups is poor")
	}
	w.balance()
	return nil
}

// essFew is the effective number of controls below which the overlap is called poor.
const essFew = 30

// plainDifference is the difference of means of the rows kept, exact.
func (w *weighing) plainDifference(n [2]int) *big.Rat {
	var mean [2]*big.Rat
	for g := range mean {
		keep := make([]bool, len(w.weight))
		for i, weight := range w.weight {
			keep[i] = weight.hi != 0 && w.treat.small[i] == int64(1-g)
		}
		mean[g] = ratQuotient(w.y.filter(keep).sum(), ratInt(int64(n[g])))
	}
	return ratDifference(mean[0], mean[1])
}

// imbalanceMax is the standardised difference above which a covariate is called out of balance.
const imbalanceMax = 0.1

// balance records each covariate before and after weighting.
func (w *weighing) balance() {
	one := make([]pair, len(w.weight))
	for i := range one {
		one[i] = single(1)
	}
	for _, c := range w.covariates {
		x := c.pairs()
		sd := treatedSpread(c, w.treat)
		b := Balance{Covariate: c.name}
		if sd != nil {
			b.Before = roughly(over(gap(x, one, w.treat).real(), sd))
			b.After = roughly(over(gap(x, w.weight, w.treat).real(), sd))
		}
		w.out.balanced(b)
	}
}

// gap is the difference of weighted means.
func gap(x, weight []pair, treat *column) pair {
	var total, sum [2]pair
	for i, w := range weight {
		g := 1 - treat.small[i]
		total[g] = total[g].add(w)
		sum[g] = sum[g].add(w.mul(x[i]))
	}
	return sum[0].quo(total[0]).sub(sum[1].quo(total[1]))
}

// treatedSpread is the standard deviation of a column among the treated, or nil when there is none.
func treatedSpread(c, treat *column) *big.Float {
	keep, n := armsOf(treat)
	if n[0] < 2 {
		return nil
	}
	m := momentsOf(keep[0], c, nil)
	variance := ratQuotient(m.centred(m.yy, m.y, m.y), ratInt(m.n-1))
	if variance.Sign() == 0 {
		return nil
	}
	return ratRoot(variance)
}

// balanced records a covariate, and warns when it is still out of balance.
func (r *Result) balanced(b Balance) {
	r.Balance = append(r.Balance, b)
	if b.After.Known() && magnitude(b.After.near).Cmp(fromFloat(imbalanceMax)) > 0 {
		r.warn("imbalance", "the groups still differ on "+b.Covariate+" by "+b.After.near.Text('f', 2)+" standard deviations of the treated (0.1 is usual at most)")
	}
}

// overlapFew is the share of treated beyond the controls' scores above which the overlap is called poor.
const overlapFew = 0.05

// overlap warns when many treated have scores beyond those of all controls.
func (s *study) overlap(treat *column, logit []pair) {
	low, high := math.Inf(1), math.Inf(-1)
	for i, eta := range logit {
		if treat.small[i] == 0 {
			low, high = min(low, eta.hi), max(high, eta.hi)
		}
	}
	treated, beyond := 0, 0
	for i, eta := range logit {
		if treat.small[i] == 1 {
			treated++
			if eta.hi < low || eta.hi > high {
				beyond++
			}
		}
	}
	if float64(beyond) > float64(overlapFew*float64(treated)) {
		s.out.warn("poor_overlap", fmt.Sprintf("%d of %d treated have scores beyond those of every control: there is nobody like them to compare with", beyond, treated))
	}
}
