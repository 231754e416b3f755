package counterfactual

import (
	"math/big"

	"outturn/contracts/money"
)

// Result is what an estimator found. Figures that an estimator does not define are not Known.
type Result struct {
	Estimator string
	Estimate  Number
	SE        Number // of the estimate; of the logarithm of the ratio where inference is on the log scale
	CILow     Number
	CIHigh    Number
	POneSided Number // in the direction of Options.Alternative
	PTwoSided Number
	NTreated  *big.Rat // nil when the data do not say
	NControl  *big.Rat
	Extra     []Extra // further figures, in the order in which they are shown
	Settled   string  // the estimate at the contract's places; "" when the case does not settle
	// EstimateExact is the estimate as a fraction, where it is a rational of counts; else "".
	EstimateExact string
	Warnings      []Warning
	Pairs         []Pair    // psm: in the order in which they were made
	Balance       []Balance // psm, ipw, entropy_balance: each covariate before and after

	test test
}

// test is the distance from the null on the scale of inference, its variance, and the direction of the alternative.
type test struct {
	distance, variance Number
	less               bool
}

// Extra is a further figure by name: one number, several, or a text.
type Extra struct {
	Name   string
	Values []Number
	Single bool // one number, rather than a list of one
	Text   string
}

// Warning is a doubt about an answer. It stands on the statement beside the figure; it never changes it.
type Warning struct{ Code, Text string }

// Pair is a control given to a treated unit in a round of matching, by the texts of their ids.
type Pair struct {
	Treated, Control string
	Round            int
}

// Balance is how far apart the groups are on one covariate, as a difference of means in standard deviations of the
// treated, before and after matching or weighting. It is not Known for a covariate that does not vary among the treated.
type Balance struct {
	Covariate     string
	Before, After Number
}

// Beyond reports whether the estimate lies beyond the null by more than critical standard errors in the direction of
// the alternative, comparing squares, which are exact wherever the variance is rational. Exact tests have no standard
// error to compare and are refused: gate them on the p-value.
func (r *Result) Beyond(critical money.Exact) (bool, error) {
	return r.beyond(critical, r.test.less)
}

// Contrary reports the same of the other direction: the effect lies beyond the null the way that nobody hoped for.
func (r *Result) Contrary(critical money.Exact) (bool, error) {
	return r.beyond(critical, !r.test.less)
}

func (r *Result) beyond(critical money.Exact, less bool) (bool, error) {
	d, v := r.test.distance, r.test.variance
	if !d.Known() {
		return false, invalid("%s was tested exactly, without a standard error: gate it on its p-value", r.Estimator)
	}
	if critical.Sign() <= 0 {
		return false, invalid("a critical value of %s: expected one above 0", critical)
	}
	if sign := d.Sign(); sign == 0 || sign < 0 != less {
		return false, nil
	}
	bound := critical.Rat()
	bound.Mul(bound, bound)
	if d.exact != nil && v.exact != nil {
		square := new(big.Rat).Mul(d.exact, d.exact)
		return square.Cmp(bound.Mul(bound, v.exact)) > 0, nil
	}
	ratio := roughly(over(squared(d.near), v.near))
	order, err := ratio.Cmp(bound)
	return order > 0, err
}

func (r *Result) extra(name string, n Number) {
	if n.Known() {
		r.Extra = append(r.Extra, Extra{Name: name, Values: []Number{n}, Single: true})
	}
}

func (r *Result) extras(name string, ns []Number) {
	r.Extra = append(r.Extra, Extra{Name: name, Values: ns})
}

func (r *Result) warn(code, text string) { r.Warnings = append(r.Warnings, Warning{code, text}) }

func (r *Result) counts(treated, control int) {
	r.NTreated, r.NControl = big.NewRat(int64(treated), 1), big.NewRat(int64(control), 1)
}
