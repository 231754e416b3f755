package counterfactual

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts/money"
)

// What is iterated is held against what can be had without iterating.

// repeatRows makes a table from rows and how often each stands in it.
func repeatRows(names []string, rows ...[]int) Table {
	t := Table{Columns: map[string][]string{}}
	for _, row := range rows {
		for range row[len(names)] {
			for j, name := range names {
				t.Columns[name] = append(t.Columns[name], fmt.Sprint(row[j]))
			}
			t.Rows++
		}
	}
	t.Columns["id"] = nil
	for i := range t.Rows {
		t.Columns["id"] = append(t.Columns["id"], fmt.Sprint(i+1))
	}
	return t
}

// With one 0/1 covariate the logit is saturated: its coefficients are logarithms of odds. Among x = 0, 3 of 10 are
// treated: ln(3/7). Among x = 1, 8 of 12: ln(8/4) - ln(3/7) = ln(14/3).
func TestLogitOfTwoCells(t *testing.T) {
	table := repeatRows([]string{"t", "x", "y"}, []int{1, 0, 2, 3}, []int{0, 0, 1, 7}, []int{1, 1, 6, 8}, []int{0, 1, 4, 2}, []int{0, 1, 3, 2})
	s := &study{Case: &Case{Data: Data{Table: table}}, out: &Result{}, cols: map[string]*column{}}
	treat, _ := s.named("", "t")
	x, _ := s.named("", "x")
	fitted, err := s.fitLogit(treat, []*column{x})
	if err != nil {
		t.Fatal(err)
	}
	closeTo(t, "intercept", fitted.coefficients[0].real(), logOf(realOf(big.NewRat(3, 7))), 85)
	closeTo(t, "slope", fitted.coefficients[1].real(), logOf(realOf(big.NewRat(14, 3))), 85)

	// ATT weights are p/(1-p): 3/7 for the seven at x = 0, 2 for the four at x = 1, so that the controls' mean is
	// (3/7*7*1 + 2*(2*4 + 2*3))/(3 + 8) = 31/11; the treated's is (3*2 + 8*6)/11 = 54/11. The difference is 23/11.
	c := Case{Estimator: IPW, Options: Options{Alternative: "greater", ConfLevel: exact("0.95"), Estimand: "att", SE: "hc0", Covariates: []string{"x"}},
		Data: Data{Table: table, Columns: map[string]string{"treat": "t", "outcome": "y"}}, Settle: &Settle{6, "half_even"}}
	r := answer(t, c)
	closeTo(t, "att", r.Estimate.near, realOf(big.NewRat(23, 11)), 85)
	if r.Settled != "2.090909" {
		t.Errorf("settled %s", r.Settled)
	}
	// Entropy balance on x: the same weights, as the treated's mean of x is 8/11 and the controls have two cells.
	one := int64(1)
	c.Estimator, c.Options = EntropyBalance, Options{Alternative: "greater", ConfLevel: exact("0.95"), Moments: &one, SE: "hc0", Covariates: []string{"x"}}
	closeTo(t, "entropy", answer(t, c).Estimate.near, realOf(big.NewRat(23, 11)), 85)
	// Trimming away x = 1, whose p is 2/3, leaves 2 - 1.
	c.Estimator, c.Options = IPW, Options{Alternative: "greater", ConfLevel: exact("0.95"), Estimand: "att", SE: "hc0", Covariates: []string{"x"}, Trim: &[2]money.Exact{*exact("0"), *exact("0.666666")}}
	if _, err := Estimate(c); err == nil {
		t.Error("without variance there is no answer")
	}
	c.Options.Trim[1] = *exact("0.666667") // p rounds to 0.666667: kept
	if r := answer(t, c); r.NTreated.Cmp(ratInt(11)) != 0 {
		t.Errorf("a score at the bound was dropped: %v treated", r.NTreated)
	}
}

// Without covariates a count model's coefficient is the logarithm of the ratio of rates, whatever theta is.
func TestCountModelOfTwoArms(t *testing.T) {
	table := repeatRows([]string{"t", "y"}, []int{1, 0, 4}, []int{1, 3, 3}, []int{1, 9, 1}, []int{0, 0, 2}, []int{0, 5, 4}, []int{0, 12, 2})
	c := Case{Estimator: CountModel, Options: Options{Alternative: "less", ConfLevel: exact("0.95"), Family: "negbin", SE: "model", Measure: "rate_ratio", Covariates: []string{}},
		Data: Data{Table: table, Columns: map[string]string{"treat": "t", "outcome": "y"}}}
	want := big.NewRat(18*8, 8*44) // 18 events of 8 rows over 44 of 8
	r := answer(t, c)
	closeTo(t, "negbin", r.Estimate.near, realOf(want), 80)
	c.Options.Family = "poisson"
	r = answer(t, c)
	equalRat(t, "poisson", rat(t, r.Estimate), want)
	closeTo(t, "its variance", r.test.variance.near, realOf(ratSum(big.NewRat(1, 18), big.NewRat(1, 44))), 80)
}

// A fitted theta is where the likelihood is flat along the ridge, to many digits.
func TestThetaIsAMaximum(t *testing.T) {
	cases, _ := readReference(t, "cases.json")
	for _, asked := range cases {
		if asked.Case.Options.Family != "negbin" {
			continue
		}
		s := &study{Case: &asked.Case, o: &asked.Case.Options, out: &Result{}, cols: map[string]*column{}}
		f, err := s.frame("treat", "")
		if err != nil {
			t.Fatal(err)
		}
		y, err := s.counted(f.y)
		if err != nil {
			t.Fatal(err)
		}
		c := &counts{y: y, model: newModel(append([]*column{f.treat}, f.covariates...), y.rows())}
		if _, err := s.offset(c.model); err != nil {
			t.Fatal(err)
		}
		if err := c.begin(f.treat, s.out); err != nil {
			t.Fatal(err)
		}
		if err := c.fitNegbin(); err != nil {
			t.Fatal(err)
		}
		slope, curve, _ := c.ridge()
		if math.Abs(slope.hi) > 1e-22*float64(y.rows()) || curve >= 0 {
			t.Errorf("%s: at theta %v the slope is %v and the curve %v", asked.Case.ID, c.theta.hi, slope.hi, curve)
		}
		gradient, _, _ := c.pass(c.beta)
		for j, g := range gradient {
			if math.Abs(g.hi) > 1e-20*float64(y.rows()) {
				t.Errorf("%s: the gradient in coefficient %d is %v", asked.Case.ID, j, g.hi)
			}
		}
	}
}

// The sums of hc2 and hc3 are the same on reals as in fractions.
func TestLeverageOnReals(t *testing.T) {
	cases, _ := readReference(t, "cases.json")
	for _, asked := range cases {
		if asked.Case.ID != "ancova-anorexia-lin-hc2" {
			continue
		}
		s := &study{Case: &asked.Case, o: &asked.Case.Options, out: &Result{}, cols: map[string]*column{}}
		x, _ := s.named("", "pre")
		y, _ := s.named("", "post")
		d, err := newDesign([]*column{intercept(y.rows()), x}, "", nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		v := spread{d, d.residuals(d.regress(y)), d.influence(d.only(1)), clusters{}}
		for _, square := range []bool{false, true} {
			whole, err := v.leveraged(square, sumBits)
			if err != nil {
				t.Fatal(err)
			}
			parts, _ := v.leveraged(square, 0)
			if whole.exact == nil || parts.exact != nil {
				t.Fatal("the two ways are one")
			}
			closeTo(t, "hc", parts.near, whole.near, 250)
		}
	}
}

// A matching made by looking at everybody each time, straight from the nine steps.
func plainMatch(m *matching) matched {
	out := matched{m.treated, make([][]int32, len(m.treated))}
	taken := map[int32]bool{}
	for range m.ratio {
		for i, t := range m.treated {
			best, bestDistance := int32(-1), int64(0)
			for _, c := range m.control {
				d := max(m.q[t]-m.q[c], m.q[c]-m.q[t])
				if m.cell[c] != m.cell[t] || m.width >= 0 && d > m.width || taken[c] || slices.Contains(out.given[i], c) {
					continue
				}
				if best < 0 || d < bestDistance || d == bestDistance && m.id[c] < m.id[best] {
					best, bestDistance = c, d
				}
			}
			if best >= 0 {
				out.given[i] = append(out.given[i], best)
				taken[best] = !m.replace
			}
		}
	}
	return out
}

func TestMatchIsTheNineSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "people")
		m := &matching{ratio: rapid.IntRange(1, 4).Draw(t, "ratio"), replace: rapid.Bool().Draw(t, "replace"), width: rapid.Int64Range(-1, 12).Draw(t, "width")}
		for i := range n {
			m.q = append(m.q, rapid.Int64Range(-15, 15).Draw(t, "q"))
			m.cell = append(m.cell, int32(rapid.IntRange(0, 2).Draw(t, "cell")))
			if rapid.IntRange(0, 2).Draw(t, "treated") == 0 {
				m.treated = append(m.treated, int32(i))
			} else {
				m.control = append(m.control, int32(i))
			}
		}
		for _, i := range rapid.Permutation(slices.Collect(func(yield func(int) bool) {
			for i := range n {
				if !yield(i) {
					return
				}
			}
		})).Draw(t, "ids") {
			m.id = append(m.id, int32(i))
		}
		got, want := m.match(), plainMatch(m)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("matched %v, want %v", got, want)
		}
	})
}

// Two sets by hand. Treated 10 with controls 4 and 8 (mean 6), treated 20 with control 12; m1 = 15, m0 = 9.
// V11 = ((10-15)² + (20-15)²)/4 = 12.5; V00 = ((6-9)² + (12-9)²)/4 = 4.5; V01 = (15 + 15)/4 = 7.5; factor 2/1 * 4/3.
func TestMatchedVarianceByHand(t *testing.T) {
	no := false
	s := &study{Case: &Case{Options: Options{Replace: &no, Measure: "difference"}}, out: &Result{}}
	s.o = &s.Options
	s.terms = terms{conf: big.NewRat(19, 20), tail: realOf(big.NewRat(1, 40))}
	y := &column{small: []int64{10, 20, 4, 8, 12}}
	given := matched{[]int32{0, 1}, [][]int32{{2, 3}, {4}}}
	if err := s.matchedEffect(given, y); err != nil {
		t.Fatal(err)
	}
	equalRat(t, "the effect", rat(t, s.out.Estimate), ratInt(6))
	equalRat(t, "the variance", rat(t, s.out.test.variance), big.NewRat(16, 3)) // (12.5 + 4.5 - 15) * 8/3

	// With replacement, both treated share control 8: given {4, 8} and {8}; weights 1/2, 3/2; m0 = (2 + 12)/2 = 7.
	// V00 = (1/4*(4-7)² + 9/4*(8-7)²)/4 = 9/8; V11 = 12.5; factor 4/2.
	yes := true
	s.o.Replace = &yes
	s.out = &Result{}
	if err := s.matchedEffect(matched{[]int32{0, 1}, [][]int32{{2, 3}, {3}}}, y); err != nil {
		t.Fatal(err)
	}
	equalRat(t, "the effect", rat(t, s.out.Estimate), ratInt(8))
	equalRat(t, "the variance", rat(t, s.out.test.variance), big.NewRat(109, 4)) // (9/8 + 100/8) * 2
}

func TestBeyond(t *testing.T) {
	// 60 of 100 less 40 of 100: 0.2, variance 2*0.24/100 = 0.0048, (0.2)²/0.0048 = 8.333: beyond 2.88, not 2.89.
	arm := func(n string) *Arm { return &Arm{Events: exact(n), N: exact("100")} }
	c := Case{Estimator: PropDiff, Options: Options{CI: "wald", Test: "z_unpooled", Alternative: "greater", ConfLevel: exact("0.95")}, Data: Data{Treated: arm("60"), Control: arm("40")}}
	for critical, want := range map[string]bool{"2.88": true, "2.89": false} {
		if got, err := beyond(t, c, critical); err != nil || got != want {
			t.Errorf("beyond %s: %v, %v", critical, got, err)
		}
	}
	c.Options.Alternative = "less"
	if got, _ := beyond(t, c, "1"); got {
		t.Error("a rise lies beyond the null for less")
	}
	c.Options.Test = "fisher"
	if _, err := beyond(t, c, "1"); err == nil {
		t.Error("an exact test has no standard error")
	}
}

func beyond(t *testing.T, c Case, critical string) (bool, error) {
	r := answer(t, c)
	return r.Beyond(*exact(critical))
}
