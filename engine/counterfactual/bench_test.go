package counterfactual

import (
	"fmt"
	"math/big"
	"strconv"
	"testing"

	"outturn/contracts/money"
)

// The promise: a match of 100,000 treated to 1,000,000 controls, ten to one within a caliper, in under a minute on two cores
// and 2 GiB; a panel of 100,000 rows in seconds. -bench=Match/100000 and -bench=Panel/10000 try it.

// lot is a small generator of whole numbers, the same everywhere.
type lot uint64

func (l *lot) below(n uint64) uint64 {
	*l = *l*6364136223846793005 + 1442695040888963407
	return uint64(*l>>33) % n
}

func exact(text string) *money.Exact {
	x, err := money.ParseExact(text)
	if err != nil {
		panic(err)
	}
	return &x
}

// cohortCase is a made-up cohort: people with worse records are likelier to be treated.
func cohortCase(treated, controls int) Case {
	names := []string{"id", "treat", "age", "priors", "days", "female", "first", "y"}
	columns := make(map[string][]string, len(names))
	l := lot(1)
	push := func(name string, n uint64) { columns[name] = append(columns[name], strconv.FormatUint(n, 10)) }
	for i := range treated + controls {
		lean := uint64(0)
		if i < treated {
			lean = 1
			push("treat", 1)
		} else {
			push("treat", 0)
		}
		push("id", uint64(i+1))
		push("age", 18+l.below(50)-lean*l.below(2))
		priors := l.below(30) + lean*l.below(4)
		push("priors", priors)
		push("days", 7+l.below(358))
		push("female", l.below(2))
		push("first", 12+l.below(18))
		push("y", l.below(4)+priors/8)
	}
	six, ten, no := int64(6), int64(10), false
	return Case{
		Estimator: "psm",
		Options: Options{
			Alternative: "less", ConfLevel: exact("0.95"), Score: "logit", ScoreDecimals: &six, Ratio: &ten, Replace: &no,
			Covariates: []string{"age", "priors", "days", "female", "first"}, Order: "largest", Caliper: exact("0.2"), CaliperUnits: "sd",
			Measure: "difference",
		},
		Data: Data{
			Columns: map[string]string{"id": "id", "treat": "treat", "outcome": "y"},
			Table:   Table{Rows: treated + controls, Columns: columns},
		},
		Settle: &Settle{4, "half_even"},
	}
}

func BenchmarkMatch(b *testing.B) {
	for _, size := range [][2]int{{1000, 10_000}, {100_000, 1_000_000}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			c := cohortCase(size[0], size[1])
			for b.Loop() {
				r, err := Estimate(c)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(r.Pairs)), "pairs")
			}
		})
	}
}

// panelCase is a made-up panel in which every third unit starts half-way.
func panelCase(units, times int) Case {
	columns := map[string][]string{}
	l := lot(2)
	push := func(name string, n uint64) { columns[name] = append(columns[name], strconv.FormatUint(n, 10)) }
	for u := range units {
		for t := range times {
			on := uint64(0)
			if u%3 == 0 && t >= times/2+u%2 {
				on = 1
			}
			push("unit", uint64(u))
			push("time", uint64(t))
			push("on", on)
			push("x", l.below(100))
			push("y", 1000+uint64(7*u%90)+uint64(5*t)+3*on+l.below(40))
		}
	}
	return Case{
		Estimator: "did_panel",
		Options:   Options{Alternative: "greater", ConfLevel: exact("0.95"), SE: "cr1", Covariates: []string{"x"}},
		Data: Data{
			Columns: map[string]string{"outcome": "y", "treated_now": "on", "unit": "unit", "time": "time"},
			Table:   Table{Rows: units * times, Columns: columns},
		},
		Settle: &Settle{4, "half_even"},
	}
}

func BenchmarkPanel(b *testing.B) {
	for _, size := range [][2]int{{1000, 10}, {10_000, 10}, {400, 250}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			c := panelCase(size[0], size[1])
			for b.Loop() {
				if _, err := Estimate(c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkQuantile(b *testing.B) {
	tail := realOf(big.NewRat(1, 40))
	for b.Loop() {
		studentQuantile(tail, whole(893))
	}
}
