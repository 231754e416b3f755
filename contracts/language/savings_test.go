package language_test

import (
	"errors"
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/contracts/sentences"
)

// savingContract is a contract with one chain; %s of a case stands instead of a line of it.
const savingContract = `outturn: 1
contract: {id: saved, currency: GBP, first: 2026-01-01, last: 2027-12-31, paid_elsewhere: pay}
parties:
  - {party: council, role: partner}
  - {party: police, role: partner}
  - {party: charity, role: provider}
calendar: {settle: year, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2026-01-01}}
units: {person: {}}
evidence:
  joined: {of: person, as: event}
  told: {of: contract, as: reading, each: year, says: {families: number, spent: money}, if_none: unknown}
  study: {of: contract, as: reading, says: {treated: number, comparison: number, units: number}, if_none: unknown}
  cut: {of: partner, as: event, says: {amount: money}, if_none: nought}
  finding: {of: provider, as: event, says: {amount: money}, if_none: nought}
  hearsay: {of: contract, as: event, says: {amount: money}, if_none: nought}
cohorts:
  people: {unit: person, joined_by: joined, counts: everyone_who_joined, clause: 1}
quantities:
  fewer: {is: (trial.comparison - trial.treated) * trial.units}
comparisons:
  trial: {treated: people, per: contract, estimator: certified, certified_by: study, selection: randomised, grade: 2, fixed_on: 2025-12-01, settles: {effect: exact, treated: exact, comparison: exact}, clause: 3}
savings:
  x:
    per: year
    class: fiscal
    budget: local
    origin: prevention
    prices: nominal
    beneficiaries: {council: 3, police: 1}
    of: families
    impact: 30%
    counterfactual: {deadweight: 1/6}
    worth: £100.00
    grade: 4
    cashable: 40%
    clause: 4
  y: {per: year, class: fiscal, budget: del, origin: prevention, prices: nominal, beneficiaries: {council: 3, police: 1}, of: families, counterfactual: gross, worth: £100.00, grade: 4, cashable: nought, clause: 5}
  plan: {stated: £5.00, source: a plan, class: fiscal, state: avoided, budget: local, origin: prevention, horizon: 5 years, prices: nominal, basis: gross, beneficiaries: council, grade: 4, clause: 6}
payments:
  share: {from: council, to: charity, per: year, of: x.cashable, due: on_evidence, clause: 7}
`

// rated is a rating with no test answered.
const rated = "    rating: {partial: [realised], pays: {sufficient: 100%, partial: 50%, insufficient: 0%}, tests: {data_quality: no, properly_calculated: no, net_of_costs: no, impact_on_services: no, realistic_baseline: no, not_reallocated: no, sustainable: no, realised: no, not_double_counted: no, in_scope: no}}\n"

// Each case changes one thing and is refused by the fault it names. Were the check not there, the contract would decode.
func TestSavingsRefused(t *testing.T) {
	if _, err := language.Decode("saved.yaml", []byte(savingContract)); err != nil {
		t.Fatalf("the contract that the cases change does not decode:\n%v", err)
	}
	for _, k := range []struct{ it, old, new, fault string }{
		{"says nothing of the counterfactual", "    counterfactual: {deadweight: 1/6}\n", "", `saving x does not say "counterfactual"`},
		{"says nothing of what is cashable", "    cashable: 40%\n", "", `saving x does not say "cashable"`},
		{"says nothing of its evidence", "    grade: 4\n    cash", "    cash", `saving x does not say "grade"`},
		{"takes off twice", "{deadweight: 1/6}", "{deadweight: 1/6, would_have: 5%}", "it takes off what would have happened anyway more than once: deadweight and would_have"},
		{"takes deadweight off a comparison", "    of: families\n", "    of: fewer\n", "the number it begins with comes from a comparison"},
		{"begins with a number and a comparison", "{deadweight: 1/6}", "{comparison: trial, counting: fewer}", "a difference is a number by itself"},
		{"takes a rate from no impact", "    impact: 30%\n    counterfactual: {deadweight: 1/6}", "    counterfactual: {would_have: 1/6}", "a rate is taken from the impact, and there is none"},
		{"does not say which way is better", "    of: families\n    impact: 30%\n    counterfactual: {deadweight: 1/6}", "    counterfactual: {comparison: trial}", "a comparison says which way is better"},
		{"names a unit cost that was not checked", "worth: £100.00\n    grade", "worth: {unit_cost: HE2.0.3}\n    grade", `"HE2.0.3" is not among the unit costs that were checked`},
		{"leaves an agency to nobody", "beneficiaries: {council: 3, police: 1}\n    of: families\n    impact: 30%\n    counterfactual: {deadweight: 1/6}\n    worth: £100.00",
			"beneficiaries: {council: [nhs, la_children], police: [police, cjs]}\n    uprated: no\n    of: families\n    impact: 30%\n    counterfactual: {deadweight: 1/6}\n    worth: {unit_cost: CR2.0}", "nobody stands for la_housing"},
		{"does not say whether it uprates", "worth: £100.00\n    grade", "worth: {unit_cost: CR2.0}\n    grade", `saving x does not say "uprated": CR2.0 is in prices of 2008-09`},
		{"gives up what is in no budget", "class: fiscal\n    budget: local", "class: social\n    budget: local", "what is social is in no budget"},
		{"is cashed on hearsay", "    cashable: 40%\n", "    cashable: 40%\n    cashed: hearsay\n", "a saving is cashed on the word of whoever holds the budget"},
		{"is validated by a beneficiary", "    cashable: 40%\n", "    cashable: 40%\n    validated: cut\n", "a saving is validated by one named party that has no part of it"},
		{"is validated on hearsay", "    cashable: 40%\n", "    cashable: 40%\n    validated: hearsay\n", "a saving is validated by one named party that has no part of it"},
		{"says nothing of what a rating pays", "    cashable: 40%\n", "    cashable: 40%\n" + strings.Replace(rated, ", insufficient: 0%", "", 1), `saving x, rating, pays does not say "insufficient"`},
		{"says nothing of a test", "    cashable: 40%\n", "    cashable: 40%\n" + strings.Replace(rated, ", in_scope: no", "", 1), `saving x, rating, tests does not say "in_scope"`},
		{"takes its own word for a test that it cannot see", "    cashable: 40%\n", "    cashable: 40%\n" + strings.Replace(rated, "in_scope: no", "in_scope: yes", 1), `in_scope: expected no, or a condition, found "yes"`},
		{"is partial by no test", "    cashable: 40%\n", "    cashable: 40%\n" + strings.Replace(rated, "[realised]", "[]", 1), "it names no test"},
		{"is paid past its rating", "    cashable: 40%\n", "    cashable: 40%\n" + rated, "pays on x.cashable, and the saving is rated"},
		{"stands per a unit", "    per: year\n", "    per: person\n", "a saving stands for the whole"},
		{"leaves a trait unstated", "    origin: prevention\n", "    origin: unstated\n", "a saving that is worked out says what it is"},
		{"is discounted", "    grade: 4\n    cash", "    grade: 4\n    discounted: 3.5%\n    cash", "a settlement is never of a present value"},
		{"adds unlike savings in a payment", "of: x.cashable,", "of: x.corrected + y.corrected,", "budget: local (x); del (y)"},
		{"adds avoided to cashable", "of: x.cashable,", "of: x.cashable + x.corrected,", "state: cashable (x); avoided (x)"},
		{"hides the sum in a quantity", "quantities:\n", "quantities:\n  both: {is: x.corrected - y.corrected}\n", "quantity both: x.corrected - y.corrected adds what is unlike"},
		{"pays on a plan", "of: x.cashable,", "of: plan.stated,", "which is what a plan says and nobody has verified"},
		{"pays on old prices", "prices: nominal\n    bene", "prices: 2008-09\n    bene", "which is in prices of 2008-09"},
		{"pays on what is not fiscal", "class: fiscal\n    budget: local\n    origin: prevention\n    prices: nominal\n    beneficiaries: {council: 3, police: 1}\n    of: families\n    impact: 30%\n    counterfactual: {deadweight: 1/6}\n    worth: £100.00\n    grade: 4\n    cashable: 40%",
			"class: [fiscal, social]\n    budget: local\n    origin: prevention\n    prices: nominal\n    beneficiaries: {council: 3, police: 1}\n    of: families\n    fiscal_share: 60%\n    counterfactual: gross\n    worth: £100.00\n    grade: 4\n    cashable: nought", `has no column "cashable"`},
		{"shares AME under no cap", "budget: local\n    origin", "budget: ame\n    origin", "an AME saving, and no cap limits it"},
		{"shares an AME saving of others", "budget: local\n    origin: prevention\n    prices: nominal\n    beneficiaries: {council: 3, police: 1}", "budget: ame\n    origin: prevention\n    prices: nominal\n    beneficiaries: police", "whoever pays has no part of it"},
		{"agrees to a difference that is none", "  plan: {", "  two: {adds: [plan.stated], despite: [horizon], agreed_by: council, clause: 8}\n  plan: {", "what it adds does not differ in horizon"},
		{"agrees to a difference, and nobody answers for it", "  plan: {", "  two: {adds: [x.cashable, plan.stated], despite: [horizon, state], clause: 8}\n  plan: {", `does not say "agreed_by"`},
		{"adds what is no saving", "  plan: {", "  two: {adds: [spent], clause: 8}\n  plan: {", `"spent" is no figure of a saving`},
		{"lasts for nothing", "    cashable: 40%\n", "    cashable: 40%\n    lasts: {lag: 0, keeps: []}\n", "expected 1 to 100 rates"},
		{"begins before its outcomes", "    cashable: 40%\n", "    cashable: 40%\n    lasts: {lag: -1, keeps: [100%]}\n", "expected a whole number from 0 to 100"},
		{"is surer than the comparison it rests on", "    of: families\n    impact: 30%\n    counterfactual: {deadweight: 1/6}\n    worth: £100.00\n    grade: 4", "    counterfactual: {comparison: trial, counting: fewer}\n    worth: £100.00\n    grade: 1", "on which it rests, of grade 2"},
		{"is worked out from itself", "    of: families\n    impact", "    of: x.affected\n    impact", "worked out from itself"},
	} {
		t.Run(k.it, func(t *testing.T) {
			text := strings.Replace(savingContract, k.old, k.new, 1)
			if text == savingContract {
				t.Fatalf("%q does not stand in the contract", k.old)
			}
			_, err := language.Decode("saved.yaml", []byte(text))
			var faults *document.Faults
			if !errors.As(err, &faults) {
				t.Fatalf("it decodes, and was expected to be refused by %q", k.fault)
			}
			if !strings.Contains(err.Error(), k.fault) {
				t.Errorf("expected a fault with\n%s\nfound\n%v", k.fault, err)
			}
		})
	}
}

// The parts of a unit cost make its headline, but for the rows that are known not to: these are published so.
func TestUnitCostsAndTheirResiduals(t *testing.T) {
	residuals := map[string]string{"E&S1.0": "0.33", "E&S2.0": "-0.37", "HE11.3": "-0.01", "CR8.6": "-1", "CR8.8": "-1", "SS15.3": "2"}
	for _, u := range contracts.UnitCosts {
		want := residuals[u.Code]
		if want == "" {
			want = "0"
		}
		if got := u.Sum().Sub(u.Headline).String(); got != want {
			t.Errorf("%s: the parts make %s and the headline is %s: a residual of %s, and %s was expected", u.Code, u.Sum(), u.Headline, got, want)
		}
		if u.Headline.Cmp(money.Exact{}) <= 0 {
			t.Errorf("%s is worth %s", u.Code, u.Headline)
		}
	}
	if len(contracts.UnitCosts) != 23 {
		t.Errorf("there are %d unit costs, and 23 were checked", len(contracts.UnitCosts))
	}
}

// A row of the database that was not checked is refused, by code or by what it looks like; a party may answer for it, and
// the sentence names the party. A row that was checked needs nobody.
func TestUnitCostsThatWereNotChecked(t *testing.T) {
	for _, k := range []struct{ it, worth, fault string }{
		{"a row with a fault of parsing", "{unit_cost: SS7.1.3}", `"SS7.1.3" is not among the unit costs that were checked`},
		{"a row by the week", "{unit_cost: HO1.0}", `"HO1.0" is not among the unit costs that were checked`},
		{"a row whose police part is missing", "{unit_cost: CR8.0}", `"CR8.0" is not among the unit costs that were checked`},
		{"a checked row, misspelt", "{unit_cost: cr2.0}", `did you mean "CR2.0"?`},
		{"nobody certifies it", "{unit_cost: CR8.0, certified: £609.00, source: v1.4}", `"CR8.0" is not among`},
		{"it has no source", "{unit_cost: CR8.0, certified: £609.00, certified_by: council}", `"CR8.0" is not among`},
		{"nobody of this contract certifies it", "{unit_cost: CR8.0, certified: £609.00, certified_by: treasury, source: v1.4}", `there is no party "treasury"`},
		{"a checked row is certified too", "{unit_cost: CR7.0, certified: £600.00, certified_by: council, source: v1.4}", "CR7.0 is among the checked unit costs"},
		{"a party certifies it", "{unit_cost: CR8.0, certified: £609.00, certified_by: council, source: v1.4 with the police row put back}", ""},
		{"a checked row", "{unit_cost: CR7.0}", ""},
	} {
		t.Run(k.it, func(t *testing.T) {
			c, err := language.Decode("saved.yaml", []byte(strings.Replace(savingContract, "worth: £100.00", "worth: "+k.worth, 1)))
			if k.fault == "" {
				if err != nil {
					t.Fatal(err)
				}
				said := sentences.Saving(c, &c.Savings[0])
				if want := map[bool]string{true: "CR8.0, certified by the council: v1.4 with the police row put back", false: "£593.00 (CR7.0, arrest and detention"}[c.Savings[0].Certified != nil]; !strings.Contains(said, want) {
					t.Errorf("%q does not say %q", said, want)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), k.fault) {
				t.Errorf("expected a fault with %q, found %v", k.fault, err)
			}
		})
	}
}
