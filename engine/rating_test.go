package engine_test

import (
	"slices"
	"strings"
	"testing"
)

// Each case is a saving of £525.00 in the frame of the chains, of which the auditor's finding and the budget holder's word
// are told, put to its tests: which it passes, what it is rated and what that lets through.
func TestRatingsByHand(t *testing.T) {
	const families = "{told: 2026-12-31, families: 525, planned: £1000.00, spent: £900.00, index: 110, places: 25}, {cut: 2026-06-01, party: nhs, amount: £400.00}"
	const told = "of: families, beneficiaries: nhs, worth: {unit_cost: own, certified: £1.00, certified_by: host, source: its ledger}, grade: 1, class: fiscal, cashable: 100%, cashed: cut, costs: {cash: spent - spent, elsewhere: £0.00, grade: \"1\"}, "
	rating := func(answers ...string) string {
		at := map[string]string{"data_quality": "yes", "properly_calculated": "{families: 525}", "net_of_costs": "yes", "impact_on_services": "{places: {at_most: 25}}",
			"realistic_baseline": "{planned: {more_than: £0.00}}", "not_reallocated": "{spent: {less_than: planned}}", "sustainable": "{families: {at_least: 500}}", "realised": "yes", "not_double_counted": "yes", "in_scope": "{index: 110}"}
		for i := 0; i < len(answers); i += 2 {
			at[answers[i]] = answers[i+1]
		}
		var tests []string
		for name, answer := range at {
			tests = append(tests, name+": "+answer)
		}
		slices.Sort(tests)
		return "counterfactual: {deadweight: 0%}, rating: {partial: [realised, properly_calculated], pays: {sufficient: 100%, partial: 50%, insufficient: 10%}, tests: {" + strings.Join(tests, ", ") + "}}"
	}
	for _, k := range []struct{ it, saving, evidence, rating, failed, comesTo string }{
		{"every test", told + rating(), families, "sufficient", "", "£400.00"},
		{"one does not last", told + rating("sustainable", "{families: {at_least: 526}}"), families, "partial", "sustainable", "£200.00"},
		{"a share with no day on which it was decided", told + rating("realistic_baseline", "yes"), families, "partial", "realistic_baseline", "£200.00"},
		{"what is not observed is not passed", told + rating("in_scope", "{studied: {at_most: 1}}"), families, "partial", "in_scope", "£200.00"},
		{"a bare figure has no source", strings.Replace(told, "cashable: 100%", "cashable: 80%", 1) + rating(), families, "partial", "data_quality", "£200.00"},
		{"what is not tested is not passed", told + rating("in_scope", "no"), families, "partial", "in_scope", "£200.00"},
		{"one that it must pass is not passed", told + rating("properly_calculated", "{families: 524}"), families, "insufficient", "properly_calculated", "£40.00"},
		{"nobody told that it was given up", told + rating(), strings.Split(families, ", {cut")[0], "insufficient", "realised", "£0.00"},
		{"what it cost elsewhere is not said", strings.Replace(told, ", elsewhere: £0.00", "", 1) + rating(), families, "partial", "net_of_costs", "£200.00"},
	} {
		t.Run(k.it, func(t *testing.T) {
			f := saved(t, k.saving, k.evidence).Figures[0]
			var failed []string
			for _, test := range f.Tests {
				if !test.Passed {
					failed = append(failed, test.Test)
				}
				if test.Why == "" {
					t.Errorf("%s does not say why", test.Test)
				}
			}
			if got := strings.Join(failed, " "); got != k.failed || f.Rating != k.rating || len(f.Tests) != 10 {
				t.Errorf("rated %s, not passed %s; expected %s, %s", f.Rating, got, k.rating, k.failed)
			}
			if got := f.ComesTo.Format(pounds); got != k.comesTo {
				t.Errorf("it lets %s through, and %s was worked out", got, k.comesTo)
			}
		})
	}
}
