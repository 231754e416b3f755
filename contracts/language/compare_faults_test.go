package language_test

import (
	"strings"
	"testing"

	"outturn/contracts/language"
)

// comparedDocument is a contract with a comparison of each kind of trouble that a reader may get into.
const comparedDocument = `outturn: 1
contract: {id: compared, currency: GBP, first: 2026-01-01, last: 2027-12-31, paid_elsewhere: pay}
parties: [{party: payer, role: payer, name: A payer}, {party: provider, role: provider, name: A provider}]
calendar: {settle: month, cut_off: 1 day after, last_cut_off: 2028-12-31, run: "0 6 1 * *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {month: {every: 1 month, beginning: 2026-01-01}}
units: {village: {}, person: {part_of: village, facts: {side: [ours, theirs], age: number}}}
evidence:
  left: {of: person, as: event}
  arrest: {of: person, as: event, if_none: nought}
  evaluation: {of: contract, as: reading, says: {effect: points, units: number}, if_none: unknown}
cohorts:
  ours: {unit: person, joined_by: left, where: {side: ours}, between: 2026-01-01 to 2026-12-31, counts: everyone_who_joined, clause: 1}
  theirs: {unit: person, joined_by: left, where: {side: theirs}, between: 2026-01-01 to 2026-12-31, counts: compared_only, clause: 1}
quantities:
  arrests: {count: arrest, in: 6 months beginning with left, per: person}
  arrested: {met_when: {arrests: {at_least: 1}}, per: person}
  others: {count: theirs, per: contract}
  fewer: {is: (0 points - found.effect) * found.units, rounded: exact}
comparisons:
  found: {treated: ours, against: theirs, of: arrested, estimator: ancova, options: {alternative: less, conf_level: 95%, se: hc1}, selection: matched, per: contract,
          fixed_on: 2025-12-01, settles: {effect: exact}, clause: 8}
payments: {fee: {from: payer, to: provider, per: contract, for: fewer, price: £9.00, due: on_evidence, clause: 2}}
`

// TestComparisonsRefused holds each refusal to a mutation of a sound contract and to the beginning of what it says.
func TestComparisonsRefused(t *testing.T) {
	if _, err := language.Decode("c.yaml", []byte(comparedDocument)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, from, to, says string }{
		{"fixed too late", "fixed_on: 2025-12-01", "fixed_on: 2026-06-01", "comparison found, fixed_on: the method was fixed after its cohort could begin to be joined"},
		{"varied without need", "fixed_on: 2025-12-01", "fixed_on: 2025-12-01, varied: {on: 2026-02-01, because: a better one}", "comparison found, varied: the method was fixed in time"},
		{"a grade that is none", "selection: matched", "selection: matched, grade: 7", "comparison found, grade: expected 1, the best, to 6"},
		{"too good a grade", "selection: matched", "selection: matched, grade: 2", "comparison found, grade: who was treated was matched, not drawn by lot"},
		{"no selection", ", selection: matched", "", `comparison found does not say "selection"`},
		{"stated and a cohort", "selection: matched", "selection: stated", "comparison found, selection: the other side is a cohort"},
		{"an option of another", "se: hc1", "se: hc1, caliper: 0.2", "comparison found, options: ancova takes no caliper"},
		{"an option left out", ", se: hc1", "", `comparison found, options does not say "se"`},
		{"a word that is none", "se: hc1", "se: hc9", `comparison found, options, se: expected classical, hc0, hc1, hc2, hc3 or cr1`},
		{"an alternative left out", "alternative: less, ", "", `comparison found, options does not say "alternative"`},
		{"a covariate that is a sum", "se: hc1", "se: hc1, covariates: [2 * age]", "comparison found, options, covariates: expected the name of a figure"},
		{"a covariate of the whole village", "se: hc1", "se: hc1, covariates: [left]", "comparison found, options, covariates: left is"},
		{"a cluster that it is no part of", "options:", "columns: {cluster: evaluation}, options:", "comparison found, columns, cluster"},
		{"a column of no use", "options:", "columns: {exposure: age}, options:", "comparison found, columns: ancova has no use for exposure"},
		{"a column left out", "estimator: ancova, options: {alternative: less, conf_level: 95%, se: hc1}", "estimator: cuped, options: {alternative: less, conf_level: 95%}", `comparison found, columns does not say "before"`},
		{"counts where there are rows", "against: theirs", "control: {events: 1, n: 2}", `comparison found does not say "against"`},
		{"a benchmark beside a cohort", "against: theirs", "against: theirs, benchmark: 5%", `comparison found: the estimator ancova has no use for the key "benchmark"`},
		{"what is compared is of the whole", "of: arrested", "of: others", "comparison found, of: others stands per contract"},
		{"exact of what is no fraction", "estimator: ancova, options: {alternative: less, conf_level: 95%, se: hc1}", "estimator: ipw, options: {alternative: less, conf_level: 95%, se: hc1, estimand: att, covariates: [age]}",
			"comparison found, settles, effect: it is no fraction of the data"},
		{"a figure that there is not", "found.effect) * found.units", "found.effect) * (found.treated / found.treated)", "found.treated is read, and the estimator ancova has no treated mean"},
		{"the interval's rounding not said", "price: £9.00", "price: £9.00, when: {found.high: {less_than: 0 points}}", `comparison found, settles does not say "high"`},
		{"a critical value not said", "price: £9.00", "price: £9.00, when: {found.significant: yes}", `comparison found, options does not say "critical"`},
		{"certified, and not which is paid on", "selection: matched", "selection: matched, certified_by: evaluation", `comparison found does not say "pays_on"`},
		{"paid on what nobody certifies", "selection: matched", "selection: matched, pays_on: certified", `comparison found: the estimator ancova has no use for the key "pays_on"`},
		{"carried to others", "found.effect) * found.units", "found.effect) * others", "quantity fewer carries the effect of found to theirs"},
		{"no estimator", "estimator: ancova", "estimator: ancovas", `comparison found, estimator`},
	} {
		t.Run(c.name, func(t *testing.T) {
			document := strings.Replace(comparedDocument, c.from, c.to, 1)
			if document == comparedDocument {
				t.Fatal("nothing is changed")
			}
			_, err := language.Decode("c.yaml", []byte(document))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("says %v\nexpected %s", err, c.says)
			}
		})
	}
}

// A figure of a comparison has no type while what is compared is at fault: that fault is said, and none that follows from it.
func TestComparisonsOfWhatIsAtFaultAreSilent(t *testing.T) {
	document := strings.NewReplacer("count: arrest,", "count: arrests_made,", "settles: {effect: exact}", "settles: {effect: {nearest: 0.1 points, ties: even}}", "se: hc1", "se: hc1, null_value: 0 points").Replace(comparedDocument)
	_, err := language.Decode("c.yaml", []byte(document))
	if err == nil || !strings.Contains(err.Error(), "arrests_made") || strings.Contains(err.Error(), "nothing is not written as a figure") {
		t.Errorf("says %v", err)
	}
}
