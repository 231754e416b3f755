package engine_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts/language"
	"outturn/engine"
	"outturn/engine/ingest"
)

// stakeFrame is a waterfall of two stakes over what a year brings in; the terms of the first are to be written in.
const stakeFrame = `outturn: 1
contract: {id: staked, currency: GBP, first: 2023-01-01, last: 2026-12-31, paid_elsewhere: pay}
parties: [{party: payer, role: payer}, {party: company, role: company}, {party: bank, role: investor}, {party: fund, role: investor}, {party: charity, role: provider}]
calendar: {settle: year, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2023-01-01}}
evidence:
  brought: {of: contract, as: reading, each: year, says: {outcomes: money, drawn: money}, if_none: unknown}
accounts: {receipts: {owner: company, per: year, left_over: carried, clause: 1}}
stakes:
  senior: {per: year, %s, rounded: {nearest: £0.01, ties: up}, had_by: [first], clause: 2}
  junior: {per: year, opens_with: £500.00, grows: 10%%, compounds: each_period, days: actual_365, rounded: {nearest: £0.01, ties: up}, had_by: [second], clause: 3}
payments:
  fee:    {from: payer, to: receipts, per: year, of: outcomes, due: on_evidence, clause: 4}
  first:  {from: receipts, to: bank, per: year, of: senior.balance, due: on_evidence, clause: 2}
  second: {from: receipts, to: fund, per: year, of: junior.balance, due: on_evidence, clause: 3}
  rest:   {from: receipts, to: charity, per: year, of: receipts.balance, due: on_evidence, clause: 5}
examples:
%s`

// What a stake is owed turns on its terms: each case has one year or two, and what the bank then has of enough money.
func TestEdgesOfStakes(t *testing.T) {
	year := func(y int, outcomes, drawn string) string {
		return fmt.Sprintf("{brought: %d-12-31, outcomes: £%s, drawn: £%s}", y, outcomes, drawn)
	}
	for _, k := range []struct{ it, terms, asAt, items, bank, fund, charity string }{
		{"actual days over 365, a year of 365", "opens_with: £1000.00, grows: 10%, compounds: each_period, days: actual_365", "2023-12-31", year(2023, "5000.00", "0.00"), "1100.00", "550.00", "3350.00"},
		{"over 360", "opens_with: £1000.00, grows: 10%, compounds: each_period, days: actual_360", "2023-12-31", year(2023, "5000.00", "0.00"), "1101.39", "550.00", "3348.61"}, // 100 x 365/360 = 101.3889
		{"months of thirty days", "opens_with: £1000.00, grows: 10%, compounds: each_period, days: thirty_360", "2023-12-31", year(2023, "5000.00", "0.00"), "1100.00", "550.00", "3350.00"},
		{"drawn on the first day, it grows", "puts_in: drawn, put_in_on: first_day, grows: 10%, compounds: each_period, days: thirty_360", "2023-12-31", year(2023, "5000.00", "200.00"), "220.00", "550.00", "4230.00"},
		{"drawn on the last, not yet", "puts_in: drawn, put_in_on: last_day, grows: 10%, compounds: each_period, days: thirty_360", "2023-12-31", year(2023, "5000.00", "200.00"), "200.00", "550.00", "4250.00"},
		{"growth grows: 1,000 to 1,100, less 50, to 1,155", "opens_with: £1000.00, grows: 10%, compounds: each_period, days: thirty_360", "2024-12-31", year(2023, "50.00", "0.00") + ", " + year(2024, "5000.00", "0.00"), "1205.00", "605.15", "3239.85"}, // the fund: 550, a leap year's 366/365 of 55
		{"growth never grows: 1,000 to 1,050 owed, and 100 more", "opens_with: £1000.00, grows: 10%, compounds: never, days: thirty_360", "2024-12-31", year(2023, "50.00", "0.00") + ", " + year(2024, "5000.00", "0.00"), "1200.00", "605.15", "3244.85"},
		{"what is paid meets the growth first, then what was put in", "opens_with: £1000.00, grows: 10%, compounds: never, days: thirty_360", "2024-12-31", year(2023, "600.00", "0.00") + ", " + year(2024, "5000.00", "0.00"), "1150.00", "605.15", "3844.85"}, // 500 of 1,000 came back: 50
		{"a penny short, and nobody below has anything", "opens_with: £1000.00, grows: 10%, compounds: each_period, days: thirty_360", "2023-12-31", year(2023, "1099.99", "0.00"), "1099.99", "0.00", "0.00"},
		{"a penny over goes to the next", "opens_with: £1000.00, grows: 10%, compounds: each_period, days: thirty_360", "2023-12-31", year(2023, "1100.01", "0.00"), "1100.00", "0.01", "0.00"},
		{"nothing drawn is known, nothing is owed", "puts_in: drawn, put_in_on: last_day, grows: 10%, compounds: each_period, days: thirty_360", "2023-12-31", "", "0.00", "0.00", "0.00"},
	} {
		t.Run(k.it, func(t *testing.T) {
			var due []string
			for _, p := range [][2]string{{"bank", k.bank}, {"fund", k.fund}, {"charity", k.charity}} {
				if p[1] != "0.00" {
					due = append(due, p[0]+": £"+p[1])
				}
			}
			c := decoded(t, fmt.Sprintf(stakeFrame, k.terms, fmt.Sprintf("  - {it: pays, as_at: %s, due: {%s}, evidence: [%s]}\n", k.asAt, strings.Join(due, ", "), k.items)))
			out, err := settleExample(t, c, 0, engine.Position{})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range out.statement.Due {
				want := map[string]string{"bank": k.bank, "fund": k.fund, "charity": k.charity}[p.Party]
				if want != "" && p.Due.String() != want {
					t.Errorf("%s has %s, and %s was worked out", p.Party, p.Due, want)
				}
			}
		})
	}
}

// Laws of a waterfall, against balances worked out in fractions that share nothing with the engine: what comes out is
// what came in; no level is paid while a higher one is short; none has more than its stake grown at its rate; and each
// period's growth is rounded once.
func TestLawWaterfalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		invested, percent := rapid.Int64Range(0, 200_000).Draw(t, "invested"), rapid.Int64Range(0, 30).Draw(t, "rate")
		years := rapid.IntRange(1, 4).Draw(t, "years")
		var items []string
		brought := make([]int64, years)
		for y := range years {
			brought[y] = rapid.Int64Range(0, 150_000).Draw(t, "outcomes")
			items = append(items, fmt.Sprintf("{brought: %d-12-31, outcomes: £%d.%02d, drawn: £0.00}", 2023+y, brought[y]/100, brought[y]%100))
		}
		document := fmt.Sprintf(stakeFrame, fmt.Sprintf("opens_with: £%d.%02d, grows: %d%%, compounds: each_period, days: actual_365", invested/100, invested%100, percent),
			fmt.Sprintf("  - {it: pays, as_at: %d-12-31, due: {}, evidence: [%s]}\n", 2022+years, strings.Join(items, ", ")))
		c, err := language.Decode("staked.yaml", []byte(document))
		if err != nil {
			t.Fatal(err)
		}
		e := &c.Examples[0]
		snapshot, err := ingest.FromExamples(c, e.Evidence, e.AsAt)
		if err != nil {
			t.Fatal(err)
		}
		out, err := settleOn(c, engine.Occasion{Through: e.AsAt, CutOff: e.AsAt, Final: true}, snapshot, engine.Position{})
		if err != nil {
			t.Fatal(err)
		}
		levels := []struct{ owed, rate int64 }{{invested, percent}, {50_000, 10}}
		had := map[string]int64{}
		for y := range years {
			days := int64(365)
			if 2023+y == 2024 {
				days = 366
			}
			left := brought[y]
			for i, party := range []string{"bank", "fund"} {
				levels[i].owed += halfUp(new(big.Rat).Mul(big.NewRat(levels[i].owed*levels[i].rate, 100), big.NewRat(days, 365)))
				paid := min(left, levels[i].owed)
				levels[i].owed, left, had[party] = levels[i].owed-paid, left-paid, had[party]+paid
			}
			had["charity"] += left
			had["payer"] -= brought[y]
		}
		for _, p := range out.statement.Due {
			if got := minor(p.Due); got != had[p.Party] {
				t.Errorf("%s has %d pence, and %d were worked out\n%s", p.Party, got, had[p.Party], document)
			}
		}
	})
}
