package report

import (
	"slices"
	"strconv"
	"strings"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/disclosure"
	"outturn/engine/statements"
)

// This file keeps small counts out of what is said of comparisons to those who may see no unit: an evaluator, who reads
// effects and gates. A comparison that counts few, or of few, is not shown but for whom it compares and how its gates
// went; what money turned on is no secret.

// Comparison is one comparison as it is shown.
type Comparison struct {
	statements.ComparisonSum
	Hidden bool `json:"hidden,omitempty"` // it counts few, or would say how few others count
}

// Threshold is the count below which nothing is shown: the contract's own where that is higher. 0 shows all.
func Threshold(c *contracts.Contract, small int) int {
	if p := c.Partnership; p != nil && small > 0 {
		return max(small, p.SmallNumbers)
	}
	return small
}

// Comparisons are those of a statement without what would say a count below a threshold: how many units are on a side, and
// how many of them the outcome was seen of, or was not. Of cohorts that are also pooled, one more goes where the pool less
// the others would say it.
func Comparisons(all []statements.ComparisonSum, threshold int) []Comparison {
	out := make([]Comparison, len(all))
	for i := range all {
		out[i] = Comparison{ComparisonSum: all[i], Hidden: few(&all[i], threshold)}
	}
	for i := range all {
		if len(all[i].Covers) > 0 {
			hidePooled(out, i, threshold)
		}
	}
	for i := range out {
		if out[i].Hidden {
			out[i].ComparisonSum = withoutFigures(out[i].ComparisonSum)
		} else {
			out[i].ComparisonSum = withoutSmall(out[i].ComparisonSum, threshold)
		}
	}
	return out
}

// few reports whether a comparison counts few units, or few outcomes among them.
func few(c *statements.ComparisonSum, threshold int) bool {
	for side, s := range []*statements.ComparedSide{c.Treated, c.Against} {
		if s == nil {
			continue
		}
		units, known := countOf(s.Units)
		if !known {
			continue
		}
		if disclosure.Small(threshold, units) {
			return true
		}
		for _, mean := range meansOf(c, side) {
			if smallMean(units, mean, threshold) {
				return true
			}
		}
	}
	return false
}

// meansOf are what a comparison says of one side's mean: 0 the treated, 1 the others.
func meansOf(c *statements.ComparisonSum, side int) []string {
	var all []string
	names := [][]string{{"treated", "treated_rate", "treated_mean"}, {"comparison", "control_rate", "control_mean"}}[side]
	for _, f := range c.Figures {
		if slices.Contains(names, f.Name) {
			all = append(all, f.Found)
		}
	}
	for _, x := range c.Extra {
		if slices.Contains(names, x.Name) {
			all = append(all, x.Found)
		}
	}
	return all
}

// smallMean reports whether so many units, times their mean, are few; or of a share, those who are left are.
func smallMean(units money.Exact, text string, threshold int) bool {
	mean, err := money.ParseExact(text)
	if err != nil || mean.Sign() <= 0 {
		return false
	}
	half := money.Frac(1, 2) // the mean is rounded where it is found
	below := func(n money.Exact) bool { return n.Sign() > 0 && n.Cmp(money.Int(int64(threshold)).Sub(half)) < 0 }
	rest := money.Int(1).Sub(mean)
	return below(units.Mul(mean)) || rest.Sign() > 0 && below(units.Mul(rest))
}

func countOf(text string) (money.Exact, bool) {
	n, err := money.ParseExact(text)
	return n, err == nil
}

// hidePooled hides with the cohorts of a pool that are not shown as many others as leave them open, and failing that the
// pool.
func hidePooled(all []Comparison, pool int, threshold int) {
	for side := range 2 {
		var parts []int
		var counts []money.Exact
		for i := range all {
			if s, of := sideOf(&all[i], side), sideOf(&all[pool], side); s != nil && of != nil && s.Cohort == of.Cohort && slices.Contains(all[pool].Covers, all[i].Cohort) {
				if n, known := countOf(s.Units); known {
					parts, counts = append(parts, i), append(counts, n)
				}
			}
		}
		h := disclosure.Hide(threshold, counts)
		for n, i := range parts {
			all[i].Hidden = all[i].Hidden || h.Parts[n]
		}
		all[pool].Hidden = all[pool].Hidden || h.Total
	}
}

func sideOf(c *Comparison, side int) *statements.ComparedSide {
	if side == 0 {
		return c.Treated
	}
	return c.Against
}

// withoutFigures leaves of a comparison who was compared with whom and how its gates went.
func withoutFigures(c statements.ComparisonSum) statements.ComparisonSum {
	out := statements.ComparisonSum{Comparison: c.Comparison, Clause: c.Clause, Sentence: c.Sentence, Cohort: c.Cohort, Estimator: c.Estimator, Selection: c.Selection, Grade: c.Grade,
		State: c.State, Known: c.Known, Benchmark: c.Benchmark, Covers: c.Covers, Level: c.Level, Null: c.Null}
	bare := func(s *statements.ComparedSide) *statements.ComparedSide {
		if s == nil {
			return nil
		}
		return &statements.ComparedSide{Cohort: s.Cohort}
	}
	out.Treated, out.Against = bare(c.Treated), bare(c.Against)
	if c.Certified != nil {
		out.Certified = &statements.ComparedCertified{Effect: c.Certified.Effect, Used: c.Certified.Used}
	}
	for _, g := range c.Gates {
		g.Figure = ""
		out.Gates = append(out.Gates, g)
	}
	return out
}

// withoutSmall leaves out what an estimator says beside its figures where that may be a small count: how many were left
// unmatched, how many clusters there are, periods in which few were seen.
func withoutSmall(c statements.ComparisonSum, threshold int) statements.ComparisonSum {
	small := func(text string) bool {
		n, err := strconv.Atoi(text)
		return err == nil && disclosure.Small(threshold, money.Int(int64(n)))
	}
	c.Extra = slices.DeleteFunc(slices.Clone(c.Extra), func(x statements.ComparedExtra) bool { return small(x.Found) })
	c.Warnings = slices.Clone(c.Warnings)
	for i := range c.Warnings {
		for word := range strings.FieldsSeq(c.Warnings[i].Text) {
			if small(strings.Trim(word, ".,;:()")) {
				c.Warnings[i].Text = "not shown: it would say a small count"
				break
			}
		}
	}
	c.Trend = slices.Clone(c.Trend)
	for i := range c.Trend {
		for side, mean := range []*string{&c.Trend[i].Treated, &c.Trend[i].Comparison} {
			units := money.Int(1)
			if s := []*statements.ComparedSide{c.Treated, c.Against}[side]; s != nil {
				if n, known := countOf(s.Units); known {
					units = n
				}
			}
			if smallMean(units, *mean, threshold) {
				*mean = ""
			}
		}
	}
	return c
}
