package engine_test

import (
	"fmt"
	"testing"
)

// The edges of comparisons: exact means a unit, the gate on the exact or the rounded figure, cohorts pooled, figures
// certified, and when each stands.

// boundaryCompared is a contract of leavers and others, compared a unit over six months.
func boundaryCompared(settles, gate string) string {
	return boundaryHead + `periods: {month: {every: 1 month, beginning: 2020-01-01}}
units: {person: {facts: {side: [ours, theirs]}}}
evidence:
  left: {of: person, as: event}
  offence: {of: person, as: event, if_none: nought}
cohorts:
  ours: {unit: person, joined_by: left, where: {side: ours}, between: 2020-01-01 to 2020-12-31, closes: {at: 3, then: next_opens}, counts: everyone_who_joined, clause: 1}
  theirs: {unit: person, joined_by: left, where: {side: theirs}, between: 2020-01-01 to 2020-12-31, counts: compared_only, clause: 1}
quantities:
  offences: {count: offence, in: 6 months beginning with left, run_out: 1 month, per: person}
  avoided: {is: (rate.comparison - rate.treated) * rate.units, rounded: exact}
comparisons:
  rate: {treated: ours, against: theirs, of: offences, per: cohort, estimator: means, selection: matched, fixed_on: 2020-01-01, settles: {effect: ` + settles + `, treated: exact, comparison: exact}, clause: 8}
payments: {fee: {from: payer, to: provider, per: cohort, for: avoided, price: £9.00, hurdle: {rate.effect: {` + gate + `}, pays_on: whole}, due: on_evidence, clause: 2}}
`
}

// compared is three of ours with so many offences and three of theirs with three.
func compared(offences int) []string {
	items := []string{}
	for i := range 3 {
		items = append(items, fmt.Sprintf("left: 2020-01-%02d, person: A%d, side: ours", i+1, i), fmt.Sprintf("left: 2020-01-%02d, person: B%d, side: theirs", i+1, i),
			fmt.Sprintf("offence: 2020-03-%02d, person: B%d", i+1, i))
	}
	for i := range offences {
		items = append(items, fmt.Sprintf("offence: 2020-03-%02d, person: A0", i+1))
	}
	return items
}

func TestEdgesOfComparisons(t *testing.T) {
	// Two offences against three: the effect is a third, 33.33...%; (1 - 2/3) x 3 = 1 avoided.
	for _, k := range []struct{ settles, gate, due string }{
		{"exact", "at_least: 33.33%", "£9.00"},
		{"exact", "at_least: 33.34%", ""},
		{"exact", "more_than: 33.33%", "£9.00"},
		{"{nearest: 0.01%, ties: up}", "at_least: 33.33%", "£9.00"},
		{"{nearest: 0.01%, ties: up}", "more_than: 33.33%", ""},
		{"{up: 1%}", "at_least: 34%", "£9.00"},
		{"{down: 1%}", "at_least: 33.1%", ""},
	} {
		t.Run(k.settles+" "+k.gate, func(t *testing.T) {
			edges(t, boundaryCompared(k.settles, k.gate), paidCases([]paid{{"gate", "2021-01-31", k.due, compared(2)}}))
		})
	}
	t.Run("stands", func(t *testing.T) { // the last of three left on 3 January: six months to 2 July, and a month after it: 2 August
		edges(t, boundaryCompared("exact", "at_least: 10%"), paidCases([]paid{
			{"when the last window has run out", "2020-08-02", "£9.00", compared(2)},
			{"not the day before", "2020-08-01", "", compared(2)},
			{"not of a cohort that has not closed", "2020-12-30", "", compared(2)[:4]},
			{"and pays nothing without effect", "2021-01-31", "", compared(3)},
		}))
	})
}

// The pool weights the cohorts by their units and covers all, or only those that did not pay on their own.
func TestEdgesOfPools(t *testing.T) {
	contract := func(covers string) string {
		return boundaryHead + `periods: {month: {every: 1 month, beginning: 2020-01-01}}
units: {person: {}}
evidence:
  left: {of: person, as: event}
  certificate: {of: ours, as: reading, if_none: unknown, says: {treated: number, comparison: number, units: number}}
cohorts: {ours: {unit: person, joined_by: left, between: 2020-01-01 to 2020-06-30, closes: {at: 1, then: next_opens}, counts: everyone_who_joined, clause: 1}}
quantities:
  avoided: {is: (one.comparison - one.treated) * one.units, rounded: exact}
  all_avoided: {is: (all_of_it.comparison - all_of_it.treated) * all_of_it.units, rounded: exact}
comparisons:
  one: {treated: ours, certified_by: certificate, per: cohort, estimator: certified, selection: matched, fixed_on: 2020-01-01, settles: {effect: exact, treated: exact, comparison: exact}, clause: 8}
  all_of_it: {pools: one, covers: ` + covers + `, per: contract, estimator: pooled, fixed_on: 2020-01-01, settles: {effect: exact, treated: exact, comparison: exact}, clause: 8}
payments:
  each_one: {from: payer, to: provider, per: cohort, for: avoided, price: £1.00, hurdle: {one.effect: {at_least: 10%}, pays_on: whole}, due: on_evidence, clause: 2}
  together: {from: payer, to: provider, per: contract, for: all_avoided, price: £1.00, hurdle: {all_of_it.effect: {at_least: 7.5%}, pays_on: whole}, due: on_evidence, clause: 2}
`
	}
	certified := func(treated ...string) []string {
		items := []string{"left: 2020-01-01, person: A", "left: 2020-01-02, person: B"}
		for i, n := range treated {
			items = append(items, fmt.Sprintf("certificate: 2020-07-01, cohort: %d, treated: %s, comparison: 1, units: %d00", i+1, n, i+1))
		}
		return items
	}
	// Units 100 and 200. At 0.9 the first pays 10; at 0.92 the second does not. The pool: (90 + 184)/300, an effect of 8.67%, 26 avoided.
	edges(t, contract("all_cohorts"), paidCases([]paid{
		{"one on its own, and the pool of all", "2020-12-31", "£36.00", certified("0.9", "0.92")},
		{"the pool on its edge", "2020-12-31", "£22.50", certified("0.925", "0.925")}, // 7.5% of 300
		{"the pool just under it", "2020-12-31", "", certified("0.925", "0.92501")},
		{"until every cohort is certified the pool does not stand", "2020-12-31", "£10.00", certified("0.9")},
		{"nor before the last day of joining", "2020-06-30", "", certified("0.9", "0.92")},
	}))
	edges(t, contract("cohorts_not_paid"), paidCases([]paid{
		{"only the one that did not pay", "2020-12-31", "£26.00", certified("0.9", "0.92")}, // 10, and 8% of 200
		{"none that did not", "2020-12-31", "£30.00", certified("0.9", "0.9")},              // 10 and 20; nothing is left to pool
		{"both", "2020-12-31", "£22.50", certified("0.925", "0.925")},
	}))
}
