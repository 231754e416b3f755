package language_test

import (
	"errors"
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/language"
	"outturn/contracts/money"
)

const baselineContract = `outturn: 1
contract: {id: based, currency: GBP, first: 2026-01-01, last: 2027-12-31, paid_elsewhere: pay}
parties:
  - {party: council, role: partner}
  - {party: police, role: partner}
  - {party: charity, role: provider}
calendar: {settle: year, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2026-01-01}}
units: {family: {}, house: {}}
evidence:
  file_read: {of: family, as: event, says: {cost: money, calls: number, kind: [old, new]}}
  visit: {of: house, as: event, says: {price: money}}
  told: {of: contract, as: reading, each: year, says: {spent: money, prices: number, families: number}, if_none: unknown}
  agreed: {of: partner, as: event, says: {amount: money}, if_none: nought}
  nodded: {of: partner, as: event, if_none: nought}
  heard: {of: contract, as: event, if_none: nought}
cohorts:
  read_ones: {unit: family, joined_by: file_read, counts: compared_only, clause: 1}
baselines:
  files:
    per: year
    sample:
      cohort: read_ones
      mean_of: cost
      at_least: 2
      drawn: by_lot
      stands_for: 10
      correction: finite_population
      critical: 1.96
      rounded: {nearest: £0.01, ties: up}
      takes: estimate
    fixed_on: 2025-12-01
    grade: 2
    adjustments:
      - {routine: since, times: prices / 100, clause: 3}
      - {non_routine: credit, less: £5.00, approved_by: [council, police], told_by: agreed, clause: 4}
    clause: 2
  ledger: {per: year, stated: £1000.00, fixed_on: 2025-12-01, grade: 3, clause: 2}
savings:
  x: {per: year, class: fiscal, budget: local, origin: prevention, prices: nominal, beneficiaries: council, counterfactual: {expected: files.expected, actual: spent}, grade: [1, files], cashable: nought, clause: 5}
  y: {per: year, class: fiscal, budget: local, origin: prevention, prices: nominal, beneficiaries: council, counterfactual: {expected: ledger.expected, actual: spent}, grade: 3, cashable: nought, clause: 5}
payments:
  back: {from: council, to: charity, per: year, of: spent, due: on_evidence, clause: 6}
`

// Each change to a contract that settles is refused, with a fault that says what is wrong.
func TestBaselinesRefused(t *testing.T) {
	if _, err := language.Decode("based.yaml", []byte(baselineContract)); err != nil {
		t.Fatal(err)
	}
	for _, k := range []struct{ it, old, new, fault string }{
		{"does not say the correction", "      correction: finite_population\n", "", `does not say "correction"`},
		{"does not say how they were drawn", "      drawn: by_lot\n", "", `does not say "drawn"`},
		{"does not say which figure it takes", "      takes: estimate\n", "", `does not say "takes"`},
		{"does not say how many are enough", "      at_least: 2\n", "", `does not say "at_least"`},
		{"is of one case", "at_least: 2", "at_least: 1", "one case has no spread"},
		{"rounds a root exactly", "rounded: {nearest: £0.01, ties: up}\n      takes", "rounded: exact\n      takes", "a square root never ends"},
		{"rounds by another unit", "rounded: {nearest: £0.01, ties: up}\n      takes", "rounded: {nearest: 1 day, ties: up}\n      takes", "baseline files, sample, rounded"},
		{"has no interval", "critical: 1.96", "critical: 0", "more than nought, such as 1.96"},
		{"takes a sample for a census", "grade: 2\n", "grade: 1\n", "a sample is no count of all"},
		{"takes chosen cases for drawn ones", "drawn: by_lot", "drawn: chosen", "expected grade 3 to 6"},
		{"is read from no cohort", "cohort: read_ones", "cohort: nobody", `"nobody" is not a cohort`},
		{"is the mean of a choice", "mean_of: cost", "mean_of: kind", "expected money, a number or days"},
		{"is the mean of what stands per a year", "mean_of: cost", "mean_of: spent", "and the cases read are each a family"},
		{"is the mean of other units", "mean_of: cost", "mean_of: prices_of_house", "and the cases read are each a family"},
		{"stands for a number of each year", "stands_for: 10", "stands_for: families", "stands per contract and may not use"},
		{"is stated and sampled", "    per: year\n    sample:", "    per: year\n    stated: £1.00\n    sample:", "either stated or read from a sample"},
		{"is neither", "stated: £1000.00, ", "", "either stated or read from a sample"},
		{"stands per a family", "  ledger: {per: year", "  ledger: {per: family", "a baseline stands for the whole"},
		{"is fixed when cases can be drawn", "    fixed_on: 2025-12-01", "    fixed_on: 2026-01-02", "after the first case could be drawn"},
		{"is stated when the contract runs", "stated: £1000.00, fixed_on: 2025-12-01", "stated: £1000.00, fixed_on: 2026-02-01", "after the contract began"},
		{"is adjusted neither by rule nor not", "routine: since, ", "", "one is either routine or not"},
		{"is adjusted by both", "{routine: since, ", "{routine: since, non_routine: later, ", "one is either routine or not"},
		{"is adjusted two ways at once", "times: prices / 100", "times: prices / 100, plus: £1.00", "an adjustment does one thing"},
		{"is adjusted in no way", ", times: prices / 100", "", "an adjustment does one thing"},
		{"is adjusted by another thing", "less: £5.00", "less: 5", "found a plain"},
		{"asks leave for what is routine", "times: prices / 100,", "times: prices / 100, approved_by: [council],", "what is routine needs no approval"},
		{"does not say who approves", "approved_by: [council, police], ", "", `does not say "approved_by"`},
		{"does not say how they tell it", ", told_by: agreed", "", `does not say "told_by"`},
		{"is approved by nobody", "[council, police]", "[]", "it names nobody"},
		{"is approved by a stranger", "[council, police]", "[council, treasury]", `there is no party "treasury"`},
		{"is approved by one twice", "[council, police]", "[council, council]", "council stands twice"},
		{"is approved by who cannot tell it", "[council, police]", "[council, charity]", "charity is a provider, and agreed is told by a partner"},
		{"is approved by what no party tells", "told_by: agreed", "told_by: heard", "an approval is an event of a party"},
		{"approves a sum for a factor", "less: £5.00", "less: 5%", "agreed says an amount, which is money, and the adjustment is by a rate"},
		{"calls an adjustment as a step", "routine: since", "routine: total", "it is a word of the language"},
		{"calls two adjustments alike", "non_routine: credit", "non_routine: since", "it is a word of the language"},
		{"is graded better than its sample may be", "grade: [1, files]", "grade: 2", "it rests on files, which is read from a sample"},
		{"is graded better than what was stated", "grade: 3, cashable", "grade: 2, cashable", "it rests on ledger, which is of grade 3"},
		{"names no grade of its own", "grade: [1, files]", "grade: [files]", "a list is of the saving's own grade"},
		{"names a baseline that there is not", "grade: [1, files]", "grade: [1, filez]", `"filez" is not a baseline`},
		{"is worked out from itself", "times: prices / 100", "times: x.value / x.value", "worked out from itself"},
		{"reads a column that there is not", "files.expected", "files.expect", `has no column "expect"`},
	} {
		t.Run(k.it, func(t *testing.T) {
			text := strings.Replace(baselineContract, k.old, k.new, 1)
			if text == baselineContract {
				t.Fatalf("%q does not stand in the contract", k.old)
			}
			if strings.Contains(k.new, "prices_of_house") {
				text = strings.Replace(text, "baselines:\n", "quantities:\n  prices_of_house: {total: visit.price, per: house}\nbaselines:\n", 1)
				text = strings.Replace(text, "says: {price: money}}", "says: {price: money}, if_none: nought}", 1)
			}
			_, err := language.Decode("based.yaml", []byte(text))
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

// An error's grade is that of the first row of the table that allows it.
func TestErrorsHaveTheGradeOfTheTable(t *testing.T) {
	for _, k := range []struct {
		n, d int64
		is   int
	}{{0, 1, 1}, {2, 100, 1}, {2001, 100000, 2}, {5, 100, 2}, {10, 100, 3}, {101, 1000, 4}, {15, 100, 4}, {20, 100, 5}, {2001, 10000, 6}, {25, 100, 6}, {9, 10, 6}, {-1, 100, 6}} {
		if got := contracts.GradeOfError(money.Frac(k.n, k.d)); got != k.is {
			t.Errorf("an error of %d/%d has grade %d, and %d was expected", k.n, k.d, got, k.is)
		}
	}
}
