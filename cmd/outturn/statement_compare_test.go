package main

import (
	"strings"
	"testing"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// comparedView is the statement of families, and with it one comparison of each kind, made by hand: matched men in a
// cohort that misses its gate by a certified figure too, both cohorts pooled, districts before and after, a rate
// against a fixed one, one that is not known yet, and one of which the data have no estimate.
func comparedView(t *testing.T) view {
	t.Helper()
	v := familiesView(t)
	v.statement.Comparisons = []statements.ComparisonSum{
		{Comparison: "reconvictions", Clause: "schedule 3", Cohort: 1, Estimator: "psm", Selection: "matched", Grade: 2, State: "known", Known: "2013-12-14",
			Sentence: "Reconvictions of leavers are compared with those of other leavers, matched ten to one on the chance of having been held here.",
			Treated:  &statements.ComparedSide{Cohort: "leavers", Units: "936"}, Against: &statements.ComparedSide{Cohort: "other_leavers", Units: "9360"},
			Level: "95%", Null: "0",
			Figures: []statements.ComparedFigure{
				{Name: "effect", Found: "0.083870967742", Used: "8.39%"}, {Name: "low", Found: "0.005300000000"}, {Name: "high", Found: "0.162450000000"},
				{Name: "p", Found: "0.018310000000"}, {Name: "se", Found: "0.040100000000"},
				{Name: "treated", Found: "1.420000000000", Used: "1.42"}, {Name: "comparison", Found: "1.550000000000", Used: "1.55"}},
			Certified: &statements.ComparedCertified{Effect: "0.084", Used: true, Difference: "0.000129032258"},
			Gates: []statements.ComparedGate{
				{Payment: "attachment_fee", Clause: "schedule 4 paragraph 2", Test: "the effect of reconvictions is at least 10%", Figure: "8.39%", Reads: "effect", Threshold: "0.1"},
				{Payment: "turnaround_fee", Clause: "schedule 4 paragraph 3", Test: "the low end of the interval is more than 0%", Figure: "0.53%", Passed: true, Reads: "low", Threshold: "0"}},
			Balance: []statements.ComparedBalance{{Covariate: "age", Before: "-0.4127", After: "0.0131"}, {Covariate: "earlier_convictions", Before: "0.3806", After: "0.0412"},
				{Covariate: "days_of_sentence", Before: "0.1511", After: "-0.0223"}, {Covariate: "released_in_summer", Before: "0.0202", After: "0.1130"}, {Covariate: "man"}},
			Warnings: []statements.ComparedWarning{{Code: "imbalance", Text: "released in summer is 0.1130 standard deviations apart after matching, more than 0.1"}}},
		{Comparison: "overall", Clause: "schedule 3", Estimator: "pooled", State: "known", Known: "2015-12-12", Covers: []int{1, 2}, Null: "0", Level: "95%",
			Sentence: "Both cohorts are taken together, weighted by how many left.",
			Treated:  &statements.ComparedSide{Cohort: "leavers", Units: "2000"}, Against: &statements.ComparedSide{Cohort: "other_leavers", Units: "20000"},
			Figures: []statements.ComparedFigure{{Name: "effect", Found: "0.090322580645", Used: "9.03%"}, {Name: "low", Found: "0.038100000000"}, {Name: "high", Found: "0.142500000000"}, {Name: "p", Found: "0.000002100000"}},
			Gates:   []statements.ComparedGate{{Payment: "turnaround_fee", Clause: "schedule 4 paragraph 3", Test: "the effect of overall is at least 7.5%", Figure: "9.03%", Passed: true, Reads: "effect", Threshold: "0.075"}}},
		{Comparison: "spending", Clause: "annex B", Estimator: "did_panel", Selection: "volunteer_areas", Grade: 3, State: "known", Known: "2014-04-30", Level: "90%", Null: "0",
			Sentence: "Spending a family in districts that joined is compared with districts that did not, before and after.",
			Treated:  &statements.ComparedSide{Cohort: "districts_that_joined", Units: "24"}, Against: &statements.ComparedSide{Cohort: "other_districts", Units: "31"},
			Figures: []statements.ComparedFigure{{Name: "effect", Found: "-312.500000000000", Used: "-£312.50"}, {Name: "low", Found: "-540.200000000000", Used: "-£540.20"}, {Name: "high", Found: "-84.800000000000", Used: "-£84.80"}},
			Gates:   []statements.ComparedGate{{Payment: "attachment_fee", Clause: "annex B 4", Test: "the high end of the interval is less than £0.00", Figure: "-£84.80", Passed: true, Reads: "high", Threshold: "0"}},
			Trend: []statements.ComparedTrend{{Period: "2012-04-01", Treated: "4210", Comparison: "4015"}, {Period: "2012-07-01", Treated: "4260", Comparison: "4080.5"}, {Period: "2012-10-01", Treated: "4305", Comparison: "4111"},
				{Period: "2013-01-01", Treated: "4080", Comparison: "4140", After: true}, {Period: "2013-04-01", Treated: "3990.25", Comparison: "4105", After: true}, {Period: "2013-07-01", Comparison: "4150", After: true}, {Period: "2013-10-01", Treated: "3905", Comparison: "4160", After: true}, {Period: "2014-01-01", Treated: "3850", Comparison: "4170", After: true}},
			Warnings: []statements.ComparedWarning{{Code: "few_clusters", Text: "55 districts; below 40 a side the interval is too narrow"}}},
		{Comparison: "reoffending", Clause: "schedule 6", Estimator: "baseline_prop", State: "known", Benchmark: "a fixed rate of 58.3%", Null: "0",
			Sentence: "The share that reoffends is held against the rate of 2011.", Treated: &statements.ComparedSide{Cohort: "leavers", Units: "1403"},
			Figures: []statements.ComparedFigure{{Name: "effect", Found: "-0.021000000000", Used: "-2.1%"}}},
		{Comparison: "reconvictions", Clause: "schedule 3", Cohort: 2, Estimator: "psm", State: "not yet", Sentence: "Reconvictions of leavers are compared with those of other leavers."},
		{Comparison: "earnings", Clause: "schedule 7", Estimator: "ancova", State: "known", Null: "0", Sentence: "Earnings are compared with those of the families that were not offered a place.",
			Treated: &statements.ComparedSide{Cohort: "families", Units: "88"}, Against: &statements.ComparedSide{Cohort: "families_not_offered", Units: "91"},
			Refused: "the covariates are collinear", Certified: &statements.ComparedCertified{Effect: "41.25", Used: true}},
	}
	return v
}

func TestComparisonsForPeople(t *testing.T) {
	v := comparedView(t)
	golden(t, "comparisons.txt", printStatement(v))
	v.width = terminal.PageWidthMin
	for line := range strings.SplitSeq(printStatement(v), "\n") {
		if terminal.Letters(line) > terminal.PageWidthMin+2 && !strings.Contains(line, "statement") && len(strings.Fields(line)) > 2 {
			t.Errorf("%d letters: %s", terminal.Letters(line), line)
		}
	}
}

// What speaks of the effect is written in the effect's unit, and a fraction shows as its decimal.
func TestComparedFiguresAreInTheEffectsUnit(t *testing.T) {
	currency := money.Currency{Code: "USD", Symbol: "$", Places: 2}
	headline := func(found, used, low, high string) string {
		return compared{ComparisonSum: statements.ComparisonSum{Level: "95%", Figures: []statements.ComparedFigure{{Name: "effect", Found: found, Used: used},
			{Name: "low", Found: low}, {Name: "high", Found: high}}}, currency: currency}.Headline()
	}
	for _, c := range []struct{ got, want string }{
		{headline("1794.342120582121", "$1,794.34", "550.574194321683", "-3038.10"), "effect $1,794.34; 95% interval from $550.57 to -$3,038.10"},
		{headline("-0.5", "-50 points", "-0.989990996135", "-0.010009"), "effect -50 points; 95% interval from -99 points to -1 point"},
		{headline("0.157157621649", "7451/47411 (15.715...%)", "-0.082785127", "0.397100370"), "effect 15.715...%; 95% interval from -8.28% to 39.71%"},
		{headline("-9.846880056814", "-9.8469", "-12.961809113011", "-6.731951000617"), "effect -9.8469; 95% interval from -12.9618 to -6.732"},
	} {
		if c.got != c.want {
			t.Errorf("%q, expected %q", c.got, c.want)
		}
	}
	refused := compared{ComparisonSum: statements.ComparisonSum{Refused: "undefined: no events", Figures: []statements.ComparedFigure{{Name: "effect", Used: "12%"}},
		Certified: &statements.ComparedCertified{Effect: "0.12", Used: true}}, currency: currency}
	if got := refused.Headline() + " | " + refused.CertifiedLine() + " | " + refused.FoundText(); got != "effect 12%, as certified | certified 12%; the contract pays on the certified figure | nothing" {
		t.Errorf("%q", got)
	}
	if drawn, err := refused.effectPlot("x"); err != nil || strings.Contains(string(drawn), "worked out here") {
		t.Errorf("the plot shows what was not worked out: %v", err)
	}
}
