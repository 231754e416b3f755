package counterfactual

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/big"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Each example works out distributions to many digits, so fewer are drawn than is usual; -rapid.checks draws more.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "25"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// Laws that hold for any data: what swapping arms, adding, scaling, repeating and shuffling do to an answer.

func answer(t rapid.TB, c Case) Result {
	t.Helper()
	r, err := Estimate(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// answerIfDefined passes over a drawn case that has no answer: a covariate that depends on treatment, a row singled
// out, no freedom or no variance left. Any other refusal is a fault of the drawing or of the estimator.
func answerIfDefined(t *rapid.T, c Case) Result {
	t.Helper()
	r, err := Estimate(c)
	var refusal *Refusal
	if errors.As(err, &refusal) && refusal.Class == Undefined {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func rat(t rapid.TB, n Number) *big.Rat {
	t.Helper()
	r, ok := n.Rat()
	if !ok {
		t.Fatal("not rational")
	}
	return r
}

func equalRat(t rapid.TB, what string, got, want *big.Rat) {
	t.Helper()
	if got.Cmp(want) != 0 {
		t.Fatalf("%s: %s, want %s", what, got.FloatString(12), want.FloatString(12))
	}
}

func drawArm(t *rapid.T, name string) *Arm {
	n := rapid.Int64Range(2, 900).Draw(t, name+" n")
	events := rapid.Int64Range(1, n-1).Draw(t, name+" events")
	return &Arm{Events: exact(fmt.Sprint(events)), N: exact(fmt.Sprint(n))}
}

func TestSwappingArms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawArm(t, "a"), drawArm(t, "b")
		for _, o := range []Options{{CI: "wald", Test: "z_pooled"}, {CI: "newcombe", Test: "fisher"}, {CI: "agresti_caffo", Test: "z_unpooled"}} {
			o.Alternative, o.ConfLevel = "greater", exact("0.9")
			there := answer(t, Case{Estimator: "prop_diff", Options: o, Data: Data{Treated: a, Control: b}})
			o.Alternative = "less"
			back := answer(t, Case{Estimator: "prop_diff", Options: o, Data: Data{Treated: b, Control: a}})
			equalRat(t, "the difference", rat(t, there.Estimate), new(big.Rat).Neg(rat(t, back.Estimate)))
			if !negligible(minus(there.POneSided.near, back.POneSided.near), there.POneSided.near, 100) || !negligible(plus(there.CILow.near, back.CIHigh.near), whole(1), 100) {
				t.Fatal("the p-value or the interval does not turn round")
			}
		}
		o := Options{Alternative: "less", ConfLevel: exact("0.95"), Measure: "odds_ratio"}
		there := answer(t, Case{Estimator: "prop_ratio", Options: o, Data: Data{Treated: a, Control: b}})
		back := answer(t, Case{Estimator: "prop_ratio", Options: o, Data: Data{Treated: b, Control: a}})
		equalRat(t, "the odds ratio", rat(t, there.Estimate), new(big.Rat).Inv(rat(t, back.Estimate)))
	})
}

// drawTable is a small table with both groups, some covariate and clusters.
func drawTable(t *rapid.T) Table {
	n := rapid.IntRange(8, 24).Draw(t, "rows")
	columns := map[string][]string{}
	for i := range n {
		for name, value := range map[string]int{
			"id": i, "t": i % 2, "p": i / 2 % 2, "g": i / 3,
			"y": rapid.IntRange(-500, 500).Draw(t, "y"), "x": rapid.IntRange(-40, 40).Draw(t, "x"),
		} {
			columns[name] = append(columns[name], fmt.Sprint(value))
		}
	}
	return Table{Rows: n, Columns: columns}
}

// change returns the table with one column changed.
func (t Table) change(name string, to func(i int, text string) string) Table {
	columns := maps.Clone(t.Columns)
	columns[name] = nil
	for i, text := range t.Columns[name] {
		columns[name] = append(columns[name], to(i, text))
	}
	return Table{t.Rows, columns}
}

// repeat returns the table with every row a number of times.
func (t Table) repeat(times int) Table {
	columns := map[string][]string{}
	for name, column := range t.Columns {
		columns[name] = slices.Repeat(column, times)
	}
	return Table{t.Rows * times, columns}
}

func regression(kind string) Case {
	return Case{
		Estimator: "ancova",
		Options:   Options{Alternative: "less", ConfLevel: exact("0.95"), SE: kind, Covariates: []string{"x"}},
		Data:      Data{Columns: map[string]string{"outcome": "y", "treat": "t", "cluster": "g"}},
	}
}

func parseRat(text string) *big.Rat { return exact(text).Rat() }

func TestAlgebraOfOutcomes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t)
		kind := rapid.SampledFrom(leastSquaresKinds).Draw(t, "variance")
		c := regression(kind)
		c.Data.Table = table
		base := answerIfDefined(t, c)
		shifted, scaled, swapped, twice := c, c, c, c
		shifted.Data.Table = table.change("y", func(_ int, y string) string { return ratSum(parseRat(y), big.NewRat(5, 2)).FloatString(1) })
		scaled.Data.Table = table.change("y", func(_ int, y string) string { return ratProduct(parseRat(y), big.NewRat(-3, 10)).FloatString(1) })
		swapped.Data.Table = table.change("t", func(_ int, t string) string { return map[string]string{"0": "1", "1": "0"}[t] })
		twice.Data.Table = table.repeat(2)
		estimate, variance := rat(t, base.Estimate), rat(t, base.test.variance)
		r := answer(t, shifted)
		equalRat(t, "a constant more", rat(t, r.Estimate), estimate)
		equalRat(t, "its variance", rat(t, r.test.variance), variance)
		r = answer(t, scaled)
		equalRat(t, "scaled by -0.3", rat(t, r.Estimate), ratProduct(estimate, big.NewRat(-3, 10)))
		equalRat(t, "its variance", rat(t, r.test.variance), ratProduct(variance, big.NewRat(9, 100)))
		r = answer(t, swapped)
		equalRat(t, "the groups swapped", rat(t, r.Estimate), new(big.Rat).Neg(estimate))
		equalRat(t, "its variance", rat(t, r.test.variance), variance)
		r = answer(t, twice)
		equalRat(t, "every row twice", rat(t, r.Estimate), estimate)
		if kind == "hc0" {
			equalRat(t, "its variance", rat(t, r.test.variance), ratProduct(variance, big.NewRat(1, 2)))
		}
		if kind == "cr1" { // the same clusters, with all of their rows twice: only (n-1)/(n-k) changes
			n, k := int64(table.Rows), int64(3)
			factor := ratQuotient(big.NewRat(2*n-1, 2*n-k), big.NewRat(n-1, n-k))
			equalRat(t, "its variance", rat(t, r.test.variance), ratProduct(variance, factor))
		}
	})
}

func TestLeastSquaresWithoutCovariatesIsMeans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := regression("classical")
		c.Data.Table, c.Options.Covariates = drawTable(t), nil
		delete(c.Data.Columns, "cluster")
		plain := c
		plain.Estimator, plain.Options = "mean_diff", Options{Alternative: "less", ConfLevel: exact("0.95"), Variance: "pooled"}
		want := answerIfDefined(t, plain)
		got := answer(t, c)
		equalRat(t, "the difference", rat(t, got.Estimate), rat(t, want.Estimate))
		equalRat(t, "the variance", rat(t, got.test.variance), rat(t, want.test.variance))
		if got.CILow.Float64() != want.CILow.Float64() {
			t.Fatal("the intervals differ")
		}
	})
}

// A balanced panel with one start is a two-by-two of its rows.
func TestPanelIsTwoByTwo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units, times, start := rapid.IntRange(3, 9).Draw(t, "units"), rapid.IntRange(2, 6).Draw(t, "times"), 0
		start = rapid.IntRange(1, times-1).Draw(t, "start")
		treated := rapid.IntRange(1, units-1).Draw(t, "treated")
		columns := map[string][]string{}
		for u := range units {
			for m := range times {
				ever, after := 0, 0
				if u < treated {
					ever = 1
				}
				if m >= start {
					after = 1
				}
				for name, value := range map[string]int{"unit": u, "time": m, "ever": ever, "after": after, "now": ever * after, "y": rapid.IntRange(0, 99).Draw(t, "y")} {
					columns[name] = append(columns[name], fmt.Sprint(value))
				}
			}
		}
		table := Table{units * times, columns}
		o := Options{Alternative: "less", ConfLevel: exact("0.95"), SE: "cr1"}
		panel := answerIfDefined(t, Case{Estimator: "did_panel", Options: o, Data: Data{Table: table, Columns: map[string]string{"outcome": "y", "treated_now": "now", "unit": "unit", "time": "time"}}})
		cells := answer(t, Case{Estimator: "did_2x2", Options: o, Data: Data{Table: table, Columns: map[string]string{"outcome": "y", "treat": "ever", "post": "after", "cluster": "unit"}}})
		equalRat(t, "the effect", rat(t, panel.Estimate), rat(t, cells.Estimate))
		// Their variances differ only in how many columns are counted.
		n, k := int64(units*times), int64(units+times)
		equalRat(t, "the variance", ratProduct(rat(t, panel.test.variance), big.NewRat(n-k, 1)), ratProduct(rat(t, cells.test.variance), big.NewRat(n-4, 1)))
	})
}

// Dummies solved away and dummies written out are the same regression, on unbalanced data too.
func TestAbsorbingIsDummies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t)
		c := regression("cr1")
		c.Options.Factors = []string{"g", "p"}
		c.Data.Table = table
		want := answerIfDefined(t, c)
		panel := Case{Estimator: "did_panel", Options: c.Options, Data: Data{Table: table, Columns: map[string]string{"outcome": "y", "treated_now": "t", "unit": "g", "time": "p", "cluster": "g"}}}
		panel.Options.Factors = nil
		got := answer(t, panel)
		equalRat(t, "the effect", rat(t, got.Estimate), rat(t, want.Estimate))
		equalRat(t, "the variance", rat(t, got.test.variance), rat(t, want.test.variance))
		if got.PTwoSided.Float64() != want.PTwoSided.Float64() || got.CIHigh.Float64() != want.CIHigh.Float64() {
			t.Fatal("the inference differs")
		}
	})
}

// figures is every figure of a result as text, for comparing results.
func (r Result) figures() string {
	var b strings.Builder
	for _, n := range []Number{r.Estimate, r.SE, r.CILow, r.CIHigh, r.POneSided, r.PTwoSided} {
		if n.Known() {
			fmt.Fprint(&b, n.Float64(), " ")
		}
	}
	return b.String() + r.Settled + fmt.Sprint(r.NTreated, r.NControl)
}

// everything is what a result says.
func everything(r Result) string {
	text := r.figures() + fmt.Sprint(r.Pairs, r.Warnings)
	for _, e := range r.Extra {
		text += e.Name
		for _, v := range e.Values {
			text += fmt.Sprint(" ", v.Float64())
		}
	}
	for _, b := range r.Balance {
		if b.After.Known() {
			text += fmt.Sprint(b.Before.Float64(), b.After.Float64())
		}
	}
	return text
}

// Neither the order of rows, nor the names of columns, nor the number of processors changes anything.
func TestNothingElseChangesAnAnswer(t *testing.T) {
	cases, _ := readReference(t, "cases.json")
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, asked := range cases {
		c := asked.Case
		want := everything(answer(t, c))
		renamed := func(name string) string { return "c_" + name }
		rows := make([]int, c.Data.Table.Rows)
		l := lot(7)
		for i := range rows {
			at := int(l.below(uint64(i + 1)))
			rows[i], rows[at] = rows[at], i
		}
		columns := map[string][]string{}
		for name, column := range c.Data.Table.Columns {
			shuffled := make([]string, len(column))
			for i, at := range rows {
				shuffled[i] = column[at]
			}
			columns[renamed(name)] = shuffled
		}
		c.Data.Table.Columns = columns
		roles := map[string]string{}
		for role, name := range c.Data.Columns {
			roles[role] = renamed(name)
		}
		c.Data.Columns = roles
		for _, list := range []*[]string{&c.Options.Covariates, &c.Options.Factors, &c.Options.Exact} {
			if *list != nil {
				names := make([]string, len(*list))
				for i, name := range *list {
					names[i] = renamed(name)
				}
				*list = names
			}
		}
		if c.Options.SeasonColumn != "" {
			c.Options.SeasonColumn = renamed(c.Options.SeasonColumn)
		}
		runtime.GOMAXPROCS(1 + len(rows)%3)
		got := strings.ReplaceAll(everything(answer(t, c)), "c_", "")
		if got != want {
			t.Errorf("%s: shuffled and renamed\n%s\nwas\n%s", c.ID, got, want)
		}
	}
}
