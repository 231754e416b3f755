package counterfactual

import "math/big"

// Inference: from an estimate, its variance and degrees of freedom to an interval and p-values.

// terms are the options that every estimator reads.
type terms struct {
	less bool     // the alternative is that the estimate lies below the null
	conf *big.Rat // of the two-sided interval
	tail *big.Float
	null *big.Rat // nil when the case states none
}

// readTerms checks the options common to all.
func readTerms(o *Options) (terms, error) {
	var t terms
	switch o.Alternative {
	case "greater":
	case "less":
		t.less = true
	default:
		return t, invalid("alternative is %q: expected greater or less, of the reported estimate against its null", o.Alternative)
	}
	if o.ConfLevel == nil {
		return t, invalid("conf_level is not stated: write for instance 0.95")
	}
	t.conf = o.ConfLevel.Rat()
	if t.conf.Sign() <= 0 || t.conf.Cmp(big.NewRat(1, 1)) >= 0 {
		return t, invalid("conf_level is %s: expected a share above 0 and below 1, such as 0.95", o.ConfLevel)
	}
	tail := new(big.Rat).Sub(big.NewRat(1, 1), t.conf)
	t.tail = half(realOf(tail))
	if o.NullValue != nil {
		t.null = o.NullValue.Rat()
	}
	return t, nil
}

// nullOr returns the null that the case states, or the usual one.
func (t terms) nullOr(usual int64) *big.Rat {
	if t.null != nil {
		return t.null
	}
	return big.NewRat(usual, 1)
}

// noNull refuses a null that the named test cannot speak of.
func (t terms) noNull(test string, usual int64) error {
	if t.null != nil && t.null.Cmp(big.NewRat(usual, 1)) != 0 {
		return invalid("null_value is %s, and the test %s is of %d only: state another test, or leave null_value out", t.null.RatString(), test, usual)
	}
	return nil
}

// upper returns the chance beyond x: normal, or Student's t where df is given.
func upper(x, df *big.Float) *big.Float {
	if df == nil {
		return normalTail(x)
	}
	return studentTail(x, df)
}

// critical returns the two-sided critical value at the confidence level.
func (t terms) critical(df *big.Float) *big.Float {
	if df == nil {
		return normalQuantile(t.tail)
	}
	return studentQuantile(t.tail, df)
}

// pValues sets both p-values from a statistic; flip is for estimates that fall as the statistic rises.
func (r *Result) pValues(t terms, statistic, df *big.Float, flip bool) {
	if t.less != flip {
		r.POneSided = nearly(upper(negated(statistic), df))
	} else {
		r.POneSided = nearly(upper(statistic, df))
	}
	r.PTwoSided = nearly(double(upper(magnitude(statistic), df)))
	r.extra("statistic", nearly(statistic))
}

// pExact sets both p-values from the tails of an exact test.
func (r *Result) pExact(t terms, p tails3, flip bool) {
	r.POneSided = nearly(pick(t.less != flip, p.less, p.greater))
	r.PTwoSided = nearly(lesser(p.two, whole(1)))
}

// identity finishes a result whose inference is on the scale of the estimate; df is nil for the normal distribution.
func (r *Result) identity(t terms, estimate, variance, df Number) error {
	r.Estimate = estimate
	if variance.Sign() <= 0 {
		return undefined("the variance of the estimate is nought, so there is neither a test nor an interval: the outcome does not vary within the groups compared")
	}
	null := t.nullOr(0)
	distance := minus(estimate.near, realOf(null))
	if estimate.exact != nil {
		r.test.distance = exactly(new(big.Rat).Sub(estimate.exact, null))
		distance = r.test.distance.near
	} else {
		r.test.distance = roughly(distance)
	}
	r.test.variance, r.test.less = variance, t.less
	se := root(variance.near)
	r.SE = nearly(se)
	r.pValues(t, over(distance, se), df.near, false)
	r.extra("df", df)
	q := t.critical(df.near)
	r.extra("critical", nearly(q))
	r.CILow = nearly(minus(estimate.near, times(q, se)))
	r.CIHigh = nearly(plus(estimate.near, times(q, se)))
	return nil
}

// ratio is an estimate on the log scale and how it is reported.
type ratio struct {
	value     Number     // the ratio, above 0
	log       *big.Float // its natural logarithm
	variance  Number     // of the logarithm
	reduction bool       // reported as 1 - ratio
}

// reported sets the estimate from the ratio, or from one less it.
func (r *Result) reported(value Number, reduction bool) {
	r.Estimate = value
	if !reduction {
		return
	}
	if value.exact != nil {
		r.Estimate = exactly(new(big.Rat).Sub(big.NewRat(1, 1), value.exact))
		return
	}
	r.Estimate = Number{near: minus(whole(1), value.near), within: value.within}
}

// interval sets the limits of a ratio, or of one less it.
func (r *Result) interval(low, high *big.Float, reduction bool) {
	if reduction {
		low, high = minus(whole(1), high), minus(whole(1), low)
	}
	r.CILow, r.CIHigh = nearly(low), nearly(high)
}

// nullRatio returns the null as a ratio above 0.
func (t terms) nullRatio(reduction bool) (*big.Rat, error) {
	null := t.nullOr(1)
	if reduction {
		null = new(big.Rat).Sub(big.NewRat(1, 1), t.nullOr(0))
	}
	if null.Sign() <= 0 {
		return nil, invalid("the null is a ratio of %s: expected one above 0", null.RatString())
	}
	return null, nil
}

// logRatio finishes a result whose inference is normal on the log scale.
func (r *Result) logRatio(t terms, x ratio) error {
	null, err := t.nullRatio(x.reduction)
	if err != nil {
		return err
	}
	if x.variance.Sign() <= 0 {
		return undefined("the variance of the logarithm of the ratio is nought, so there is neither a test nor an interval")
	}
	r.reported(x.value, x.reduction)
	se := root(x.variance.near)
	r.SE = nearly(se)
	distance := minus(x.log, logOf(realOf(null)))
	r.test = test{roughly(distance), x.variance, t.less != x.reduction}
	r.pValues(t, over(distance, se), nil, x.reduction)
	z := t.critical(nil)
	r.extra("critical", nearly(z))
	r.extra("log_ratio", nearly(x.log))
	r.interval(expOf(minus(x.log, times(z, se))), expOf(plus(x.log, times(z, se))), x.reduction)
	return nil
}

// exactRatio is a ratio above 0 that is known exactly.
func exactRatio(value, variance *big.Rat, reduction bool) ratio {
	return ratio{exactly(value), logOf(realOf(value)), exactly(variance), reduction}
}
