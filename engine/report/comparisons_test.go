package report

import (
	"encoding/json"
	"strings"
	"testing"

	"outturn/engine/statements"
)

// compared is one comparison of two sides, whose shares are of an outcome.
func compared(cohort int, treated, against, share string, covers ...int) statements.ComparisonSum {
	return statements.ComparisonSum{Comparison: "work", Cohort: cohort, State: "known", Covers: covers, Treated: &statements.ComparedSide{Cohort: "joined", Units: treated}, Against: &statements.ComparedSide{Cohort: "like_them", Units: against},
		Figures:   []statements.ComparedFigure{{Name: "effect", Found: "0.1", Used: "10%"}, {Name: "treated", Found: share}},
		Gates:     []statements.ComparedGate{{Payment: "fee", Test: "the effect is at least 5%", Figure: "3/30 (10%)", Passed: true}},
		Certified: &statements.ComparedCertified{Effect: "0.1", Used: true, Difference: "0.01"},
		Extra:     []statements.ComparedExtra{{Name: "unmatched_treated", Found: "3"}, {Name: "pairs", Found: "27"}, {Name: "df", Found: "2.5"}},
		Warnings:  []statements.ComparedWarning{{Code: "unmatched_treated", Text: "3 of 30 treated have no control and are left out"}, {Code: "imbalance", Text: "age differs by 0.41 (0.1 is usual at most)"}},
		Trend:     []statements.ComparedTrend{{Period: "2024-01-01", Treated: "0.1", Comparison: "0.4"}}}
}

// Each on the edge and on either side of it, with a threshold of 5.
func TestComparisonsWithoutSmallCounts(t *testing.T) {
	for _, c := range []struct {
		it    string
		all   []statements.ComparisonSum
		hides string
	}{
		{"four are treated", []statements.ComparisonSum{compared(0, "4", "40", "0.5")}, "h"},
		{"five are, of whom too few had it", []statements.ComparisonSum{compared(0, "5", "40", "0.4")}, "h"},
		{"four are compared with", []statements.ComparisonSum{compared(0, "40", "4", "0.5")}, "h"},
		{"five of 25 had the outcome", []statements.ComparisonSum{compared(0, "25", "40", "0.2")}, "."},
		{"four of 25 had it", []statements.ComparisonSum{compared(0, "25", "40", "0.16")}, "h"},
		{"four of 25 had it not", []statements.ComparisonSum{compared(0, "25", "40", "0.84")}, "h"},
		{"a third of 12, rounded where it was found", []statements.ComparisonSum{compared(0, "12", "40", "0.333333333333")}, "h"},
		{"none had it", []statements.ComparisonSum{compared(0, "25", "40", "0")}, "."},
		{"all had it", []statements.ComparisonSum{compared(0, "25", "40", "1")}, "."},
		{"nothing is known of how many", []statements.ComparisonSum{compared(0, "", "", "0.5")}, "."},
		{"a pool would say the small cohort: the next goes with it", []statements.ComparisonSum{compared(1, "3", "40", "0.5"), compared(2, "30", "40", "0.5"), compared(3, "20", "40", "0.5"), compared(0, "53", "120", "0.5", 1, 2, 3)}, "h.h."},
		{"with two cohorts both go", []statements.ComparisonSum{compared(1, "3", "40", "0.5"), compared(2, "30", "40", "0.5"), compared(0, "33", "80", "0.5", 1, 2)}, "hh."},
		{"of one cohort the pool goes", []statements.ComparisonSum{compared(1, "3", "40", "0.5"), compared(0, "3", "40", "0.5", 1)}, "hh"},
	} {
		found := ""
		for _, one := range Comparisons(c.all, 5) {
			found += map[bool]string{true: "h", false: "."}[one.Hidden]
		}
		if found != c.hides {
			t.Errorf("%s: it hides %s, expected %s", c.it, found, c.hides)
		}
	}
}

// Of what is hidden nothing says the count; of what is shown, nothing beside it does; and without a threshold all stands.
func TestComparisonsSayNothingBesideThem(t *testing.T) {
	said := func(of any) string {
		text, err := json.Marshal(of)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	hidden := said(Comparisons([]statements.ComparisonSum{compared(0, "4", "37", "0.5")}, 5))
	for _, kept := range []string{`"4"`, `"37"`, "10%", "3/30", "0.01", "unmatched", `"0.5"`, "2024-01-01"} {
		if strings.Contains(hidden, kept) {
			t.Errorf("it says %q: %s", kept, hidden)
		}
	}
	shown := Comparisons([]statements.ComparisonSum{compared(0, "30", "40", "0.5")}, 5)[0]
	if shown.Hidden || len(shown.Extra) != 2 || shown.Extra[0].Name != "pairs" || strings.Contains(shown.Warnings[0].Text, "3 of 30") || !strings.Contains(shown.Warnings[1].Text, "0.41") ||
		shown.Trend[0].Treated != "" || shown.Trend[0].Comparison != "0.4" || shown.Figures[0].Used != "10%" || shown.Gates[0].Figure == "" {
		t.Errorf("shown: %+v", shown)
	}
	all := compared(0, "4", "37", "0.5")
	if whole := Comparisons([]statements.ComparisonSum{all}, 0)[0]; said(whole) != said(all) {
		t.Errorf("without a threshold: %+v", whole)
	}
	if all.Extra[0].Name != "unmatched_treated" || all.Trend[0].Treated == "" {
		t.Error("the statement itself was changed")
	}
}
