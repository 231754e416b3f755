package language_test

import (
	"errors"
	"strings"
	"testing"

	"outturn/contracts/document"
	"outturn/contracts/language"
)

// stakeContract has a stake and a partnership; the cases change a line of it.
const stakeContract = `outturn: 1
contract: {id: staked, currency: GBP, first: 2026-01-01, last: 2027-12-31, paid_elsewhere: pay}
parties: [{party: payer, role: payer}, {party: council, role: council}, {party: bank, role: investor}]
calendar: {settle: year, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2026-01-01}, month: {every: 1 month, beginning: 2026-01-01}, decade: {every: 120 months, beginning: 2021-01-01}}
evidence:
  told: {of: contract, as: reading, each: year, says: {drawn: money, families: number}, if_none: unknown}
quantities: {drawn_in_all: {total: told.drawn, in: 2026-01-01 to 2027-12-31, per: contract}, drawn_now: {total: told.drawn, per: year, dated: year}}
savings:
  x: {per: year, class: fiscal, budget: local, origin: prevention, prices: nominal, beneficiaries: council, of: families, counterfactual: gross, worth: £10.00, grade: 1, cashable: 50%, clause: 4}
  y: {per: year, class: fiscal, budget: local, origin: prevention, prices: nominal, beneficiaries: council, of: families, counterfactual: gross, worth: £10.00, grade: 1, cashable: nought, clause: 4}
stakes:
  loan: {per: year, opens_with: £100.00, puts_in: drawn, put_in_on: last_day, grows: 5%, compounds: each_period, days: actual_365, rounded: exact, had_by: [repayment], clause: 5}
payments:
  repayment: {from: payer, to: bank, per: year, of: loan.balance, due: on_evidence, clause: 6}
  monthly:   {from: payer, to: bank, per: month, of: £1.00, due: on_evidence, clause: 6}
partnership:
  partners: [{party: council, side: local, loss_limit: £0.00}, {party: payer, side: exchequer, loss_limit: any}]
  below_limit: shown
  benefits: [x.corrected, y.corrected]
  clause: 7
`

func TestStakesAndPartnersRefused(t *testing.T) {
	if _, err := language.Decode("staked.yaml", []byte(stakeContract)); err != nil {
		t.Fatalf("the contract that the cases change does not decode:\n%v", err)
	}
	for _, k := range []struct{ it, old, new, fault string }{
		{"does not say whether growth grows", "compounds: each_period, ", "", `stake loan does not say "compounds"`},
		{"does not say what a year is", "days: actual_365, ", "", `stake loan does not say "days"`},
		{"does not say how growth is rounded", "rounded: exact, ", "", `stake loan does not say "rounded"`},
		{"does not say from when on it grows", "put_in_on: last_day, ", "", `stake loan does not say "put_in_on"`},
		{"puts nothing in", "opens_with: £100.00, puts_in: drawn, put_in_on: last_day, ", "", "stake loan: nothing is put in"},
		{"has its return by other periods", "had_by: [repayment]", "had_by: [monthly]", "the stake stands per year, and the payment per month"},
		{"has its return under a cap", "partnership:\n", "caps:\n  - {over: [repayment], per: contract, not_above: £1.00, in_order_of: as_listed, beyond: cut, clause: 8}\npartnership:\n", "which stands under a cap"},
		{"grows by a sum", "grows: 5%", "grows: £5.00", "stake loan, grows: expected a rate"},
		{"a partner does not say what it may lose", ", loss_limit: £0.00}", "}", `does not say "loss_limit"`},
		{"nobody says whether losses are made good", "  below_limit: shown\n", "", `partnership does not say "below_limit"`},
		{"nobody has a limit to be below", "loss_limit: £0.00", "loss_limit: any", "every partner signed for any loss"},
		{"losses are made good after the term", "below_limit: shown", "below_limit: {made_good: pro_rata, from: 2029-01-01}", "expected a day of the term"},
		{"it does not say from when on losses are made good", "below_limit: shown", "below_limit: {made_good: pro_rata}", `does not say "from"`},
		{"losses are made good in another way", "below_limit: shown", "below_limit: {made_good: evenly, from: 2026-01-01}", `found "evenly"`},
		{"another payment has the name", "monthly:   {from: payer, to: bank, per: month, of: £1.00, due: on_evidence, clause: 6}\npartnership:\n  partners: [{party: council, side: local, loss_limit: £0.00}, {party: payer, side: exchequer, loss_limit: any}]\n  below_limit: shown",
			"losses_made_good: {from: payer, to: bank, per: month, of: £1.00, due: on_evidence, clause: 6}\npartnership:\n  partners: [{party: council, side: local, loss_limit: £0.00}, {party: payer, side: exchequer, loss_limit: any}]\n  below_limit: {made_good: pro_rata, from: 2026-01-01}", "and that name is taken"},
		{"a partner may lose less than nothing", "loss_limit: £0.00", "loss_limit: -£1.00", "expected a sum of nought or more, or any"},
		{"a partner stands twice", "{party: payer, side: exchequer", "{party: council, side: exchequer", "council stands twice"},
		{"a beneficiary is no partner", "{party: council, side: local", "{party: bank, side: local", "the council has a part of x and is no partner"},
		{"a benefit is a count", "benefits: [x.corrected", "benefits: [x.outcomes", `"x.outcomes" is no sum of money`},
		{"positions by periods that are not those settled", "benefits: [", "by: month\n  benefits: [", "does not fall into one month"},
		{"positions by periods that a benefit has not", "benefits: [x.corrected", "by: decade\n  benefits: [x.corrected", "positions are worked out by decade, and x.corrected stands per year"},
		{"in kind by period is of all of them", "side: local, loss_limit: £0.00}, {party: payer, side: exchequer, loss_limit: any}]", "side: local, in_kind: drawn_in_all, loss_limit: any}, {party: payer, side: exchequer, loss_limit: any}]\n  by: year", "it is of each year, and what it reads is of all of them"},
		{"spending stands per unlike", "benefits: [", "spend: {reactive: drawn_now, preventative: drawn_in_all}\n  benefits: [", "reactive stands per year and preventative per contract"},
		{"spending is a saving", "benefits: [", "spend: {reactive: x, preventative: drawn_now}\n  benefits: [", `"x" is a saving, not a quantity`},
		{"an indicator is nothing", "benefits: [", "indicators: [smiles]\n  benefits: [", `"smiles" is not a quantity`},
		{"small numbers hide nothing", "benefits: [", "small_numbers: 2\n  benefits: [", "expected a whole number from 3 to 1000"},
		{"benefits are unlike", "benefits: [x.corrected, y", "benefits: [x.cashable, y", "state: cashable (x); avoided (y)"},
	} {
		t.Run(k.it, func(t *testing.T) {
			text := strings.Replace(stakeContract, k.old, k.new, 1)
			if text == stakeContract {
				t.Fatalf("%q does not stand in the contract", k.old)
			}
			_, err := language.Decode("staked.yaml", []byte(text))
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
