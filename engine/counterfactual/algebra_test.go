package counterfactual

import (
	"math/big"
	"slices"
	"testing"

	"outturn/contracts/money"
)

// What a change of the data must do to an answer, held over every reference case of every estimator that it speaks of.

// law is a figure that becomes times x + plus, or, turned, the same of 1/x.
type law struct {
	times, plus string
	turned      bool
}

var (
	unmoved    = law{"1", "0", false}
	opposite   = law{"-1", "0", false}
	upsideDown = law{"1", "0", true}
)

func (l law) of(x *big.Float) *big.Float {
	if l.turned {
		x = over(whole(1), x)
	}
	return plus(times(realOf(parseRat(l.times)), x), realOf(parseRat(l.plus)))
}

// becomes fails unless a figure is what a law makes of another: exactly where both are rational.
func (l law) becomes(t *testing.T, what string, got, before Number) {
	t.Helper()
	if got.Known() != before.Known() {
		t.Errorf("%s: there is one of the two answers only", what)
		return
	}
	if !got.Known() {
		return
	}
	if got.exact != nil && before.exact != nil {
		want := before.exact
		if l.turned {
			want = new(big.Rat).Inv(want)
		}
		if want = ratSum(ratProduct(parseRat(l.times), want), parseRat(l.plus)); got.exact.Cmp(want) != 0 {
			t.Errorf("%s: %s, want %s", what, got.exact.RatString(), want.RatString())
		}
		return
	}
	want := l.of(before.near)
	if !negligible(minus(got.near, want), greater(magnitude(want), whole(1)), 50) {
		t.Errorf("%s: %s, want %s", what, got.near.Text('g', 25), want.Text('g', 25))
	}
}

// outcome changes the text of every outcome.
func (c Case) outcome(to func(y *big.Rat) *big.Rat) Case {
	c.Data.Table = c.Data.Table.change(c.Data.Columns["outcome"], func(_ int, text string) string { return to(parseRat(text)).FloatString(20) })
	return c
}

// inUnits are the estimators whose estimate is in the outcome's unit and speaks of no fixed figure.
var inUnits = []string{MeanDiff, Ancova, Cuped, DiDTwoByTwo, DiDPanel, PSM, IPW, EntropyBalance, CACE, ITS}

func (c Case) inUnits() bool {
	logged := c.Options.LogOutcome != nil && *c.Options.LogOutcome
	return slices.Contains(inUnits, c.Estimator) && c.Options.Measure != "relative_reduction" && !logged
}

// A constant added to every outcome moves no difference; a factor multiplies it, its interval and its standard error.
func TestAddingAndScaling(t *testing.T) {
	cases, _ := readReference(t, "cases.json")
	seen := map[string]bool{}
	for _, asked := range cases {
		c := asked.Case
		c.Options.NullValue, c.Settle = nil, nil // a margin would have to move too
		if c.Estimator == BaselineMean {
			moved := c.outcome(func(y *big.Rat) *big.Rat { return ratSum(y, big.NewRat(5, 2)) })
			law{"1", "2.5", false}.becomes(t, c.ID+", a constant more", answer(t, moved).Estimate, answer(t, c).Estimate)
		}
		if !c.inUnits() {
			continue
		}
		seen[c.Estimator] = true
		t.Run(c.ID, func(t *testing.T) {
			before := answer(t, c)
			shifted := answer(t, c.outcome(func(y *big.Rat) *big.Rat { return ratSum(y, big.NewRat(5, 2)) }))
			scaled := answer(t, c.outcome(func(y *big.Rat) *big.Rat { return ratProduct(y, big.NewRat(-3, 10)) }))
			for _, k := range []struct {
				what               string
				was, added, scaled Number
				by                 string
			}{
				{"estimate", before.Estimate, shifted.Estimate, scaled.Estimate, "-0.3"},
				{"se", before.SE, shifted.SE, scaled.SE, "0.3"},
				{"lower end", before.CILow, shifted.CILow, scaled.CIHigh, "-0.3"},
				{"upper end", before.CIHigh, shifted.CIHigh, scaled.CILow, "-0.3"},
				{"two-sided p", before.PTwoSided, shifted.PTwoSided, scaled.PTwoSided, "1"},
			} {
				unmoved.becomes(t, k.what+", a constant more", k.added, k.was)
				law{k.by, "0", false}.becomes(t, k.what+", scaled", k.scaled, k.was)
			}
		})
	}
	if len(seen) != len(inUnits) {
		t.Errorf("cases were found of %v only", sortedKeys(seen))
	}
}

// Every row twice over is the same comparison. A match has one row a person and a series one a time, and refuse it.
func TestEveryRowTwice(t *testing.T) {
	cases, _ := readReference(t, "cases.json")
	for _, asked := range cases {
		c := asked.Case
		if c.Data.Table.Rows == 0 {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			twice := c
			twice.Data.Table = c.Data.Table.repeat(2)
			got, err := Estimate(twice)
			if refused := err != nil; refused != (c.Estimator == PSM || c.Estimator == ITS) {
				t.Fatal(err)
			} else if !refused {
				unmoved.becomes(t, "estimate", got.Estimate, answer(t, c).Estimate)
			}
		})
	}
}

// swapped is the case with its two arms changed for each other.
func (c Case) swapped() (Case, bool) {
	d := &c.Data
	role := map[string]string{MeanDiff: "treat", Ancova: "treat", Cuped: "treat", DiDTwoByTwo: "treat", IPW: "treat", CountModel: "treat", CACE: "assigned"}[c.Estimator]
	switch {
	case c.Options.Estimand == "att" || c.Options.Weights == "treated": // these speak of one arm
		return c, false
	case role != "":
		d.Table = d.Table.change(d.Columns[role], func(_ int, text string) string { return ratDifference(ratInt(1), parseRat(text)).RatString() })
	case d.Treated != nil && d.Control != nil:
		d.Treated, d.Control = d.Control, d.Treated
	case d.TreatedPre != nil:
		d.TreatedPre, d.TreatedPost, d.ControlPre, d.ControlPost = d.ControlPre, d.ControlPost, d.TreatedPre, d.TreatedPost
	case d.Strata != nil:
		strata := slices.Clone(d.Strata)
		for i, s := range strata {
			strata[i].Treated, strata[i].Control = s.Control, s.Treated
		}
		d.Strata = strata
	default:
		return c, false
	}
	if trim := c.Options.Trim; trim != nil { // of the other arm's chance
		one := money.Int(1)
		c.Options.Trim = &[2]money.Exact{one.Sub(trim[1]), one.Sub(trim[0])}
	}
	return c, true
}

// Arms changed for each other turn a difference's sign and a ratio upside down, with the same standard error; the effect of
// having received, for which being assigned is only the lever, stays.
func TestSwappingEveryPairOfArms(t *testing.T) {
	cases, _ := readReference(t, "cases.json")
	seen := map[string]bool{}
	for _, asked := range cases {
		c := asked.Case
		c.Options.NullValue, c.Settle = nil, nil
		ratio := c.Estimator == PropRatio || c.Estimator == RateRatio || c.Estimator == CountModel || c.Estimator == Stratified && c.Options.Measure != ""
		if c.Options.Measure == "relative_reduction" { // of which 1 - x is the ratio: one line for all ratios
			c.Options.Measure = map[string]string{PropRatio: "risk_ratio", RateRatio: "rate_ratio", CountModel: "rate_ratio", Stratified: "risk_ratio"}[c.Estimator]
		}
		back, ok := c.swapped()
		if !ok {
			continue
		}
		seen[c.Estimator] = true
		t.Run(c.ID, func(t *testing.T) {
			turns := opposite
			switch {
			case ratio:
				turns = upsideDown
			case c.Estimator == CACE:
				turns = unmoved
			}
			there, here := answer(t, back), answer(t, c)
			turns.becomes(t, "estimate", there.Estimate, here.Estimate)
			unmoved.becomes(t, "se", there.SE, here.SE)
			low, high := here.CILow, here.CIHigh
			if turns != unmoved {
				low, high = high, low
			}
			turns.becomes(t, "lower end", there.CILow, low)
			turns.becomes(t, "upper end", there.CIHigh, high)
			unmoved.becomes(t, "two-sided p", there.PTwoSided, here.PTwoSided)
		})
	}
	if want := []string{Ancova, CACE, CountModel, Cuped, DiDTwoByTwo, DiDCells, IPW, MeanDiff, PropDiff, PropRatio, RateDiff, RateRatio, Stratified}; len(seen) != len(want) {
		t.Errorf("cases were found of %v, want %v", sortedKeys(seen), want)
	}
}
