package whatif

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"outturn/contracts/language"
)

// pricedFrame is a contract in which something of section, payments and evidence is left open.
const pricedFrame = `outturn: 1
contract: {id: open, currency: GBP, first: 2026-01-01, last: 2027-12-31, paid_elsewhere: pay}
parties:
  - {party: council, role: partner}
  - {party: fund, role: funder}
  - {party: charity, role: provider}
calendar: {settle: year, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2026-01-01}}
units: {person: {}}
evidence:
  joined:   {of: person, as: event}
  job:      {of: person, as: event}
  elsewhere: {of: person, as: event, says: {amount: money}}
  bad:      {of: person, as: event, if_none: nought}
  in_care:  {of: person, as: event, says: {nights: number}, if_none: nought}
  told:     {of: contract, as: reading, each: year, says: {base: money, fall: rate, families: number, planned: money, last_year: money, spent: money, deflator: rate, places: number}, if_none: unknown}
  study:    {of: contract, as: reading, says: {treated: number, comparison: number, units: number}, if_none: unknown}
cohorts:
  people: {unit: person, joined_by: joined, between: 2026-01-01 to 2026-06-30, counts: everyone_who_joined, clause: 1}
  later:  {unit: person, joined_by: joined, between: 2026-07-01 to 2026-12-31, counts: everyone_who_joined, clause: 1}
%s
examples:
  - it: shows what hangs on it
    as_at: %s
    due: {}
    evidence:
%s`

// openRow is one point on which schemes were ambiguous: a contract that leaves it open, and what each answer to it pays
// whom on the contract's own example. Every sum is worked out in the comment or follows from its digits.
type openRow struct {
	row, sections, evidence string
	asAt                    string
	leave, put              string // of the whole document, before it is read
	choice                  string
	pays                    []string // "answer: party amount, party amount"
}

const yearTold = "{told: 2026-12-31, base: £10000000.00, fall: 12%, families: 525, planned: £1000.00, last_year: £950.00, spent: £900.00, deflator: 112.5%, places: 25}"

func chain(terms, of string) string {
	return "savings:\n  x: {per: year, class: fiscal, budget: local, origin: prevention, beneficiaries: council, clause: 4, " + terms + "}\npayments:\n  share: {from: council, to: charity, per: year, of: " + of + ", due: on_evidence, clause: 5}"
}

func sumOf(of, more string) string {
	return "payments:\n  share: {from: council, to: charity, per: year, of: " + of + more + ", due: on_evidence, clause: 5}"
}

const trial = "comparisons:\n  trial: {treated: people, per: contract, estimator: certified, certified_by: study, selection: randomised, grade: 1, fixed_on: 2025-12-01, settles: {effect: exact, treated: exact, comparison: exact}, clause: 3}\n"

// lot is a comparison of those who joined first with 50 of 100 before them: none of two did worse.
const lot = "quantities:\n  bads: {count: bad, in: 1 month beginning with joined, per: person}\n  worse: {met_when: {bads: {at_least: 1}}, per: person}\n  fewer: {is: (0 points - %s.effect) * %s.units, rounded: exact}\n" +
	"comparisons:\n  lot: {treated: people, control: {events: 50, n: 100}, of: worse, estimator: prop_diff, options: {alternative: less, conf_level: 95%%, ci: wald, test: z_pooled}, %sgrade: 3, per: contract, fixed_on: 2025-12-01, settles: {effect: exact}, clause: 3}\n%s" +
	"payments:\n  fee: {from: council, to: charity, per: contract, for: fewer, price: £1000.00, due: on_evidence, clause: 5}"

const fourPeople = "{joined: 2026-02-02, person: A}, {joined: 2026-02-02, person: B}, {joined: 2026-08-02, person: C}, {joined: 2026-08-02, person: D}"

var openRows = []openRow{
	{row: "MoJ incentive: half, or half to the threshold and all above", // 10m x (5% x 50% + 7% x the share): 250,000 + 350,000, + 0, + 700,000
		sections: "tables:\n  bands: {by: [fall], reads: slice, gives: rate, clause: 3, rows: [{up_to: 5%, is: 50%}, {up_to: 20%}, {otherwise: 0%}]}\n" + sumOf("base * bands", ""),
		evidence: yearTold, choice: "is", pays: []string{"50%: council -600000.00, charity 600000.00", "0%: council -250000.00, charity 250000.00", "100%: council -950000.00, charity 950000.00"}},
	{row: "threshold: 5% or more, or beyond 5%", // at 5% exactly, half of 500,000
		sections: sumOf("base * fall * 50%", ", rest: council, hurdle: {fall: 5%, pays_on: whole}"), evidence: strings.Replace(yearTold, "12%", "5%", 1), choice: "fall",
		pays: []string{"{at_least: 5%}: council -250000.00, charity 250000.00", "{more_than: 5%}: ", "{at_most: 5%}: council -250000.00, charity 250000.00", "{less_than: 5%}: "}},
	{row: "once over the threshold: from the first pound, or the excess", sections: sumOf("planned", ", rest: council, hurdle: {planned: {more_than: £400.00}}"), evidence: yearTold, choice: "pays_on",
		pays: []string{"whole: council -1000.00, charity 1000.00", "excess: council -600.00, charity 600.00"}},
	{row: "deadweight: (1 - dw), or i - d", // 525 x 80% x 90% = 378; x 30% = 113.4 x 5/6 = 94.5; 378 x (30% - 1/6) = 50.4; x 2,470 x 85%
		sections: chain("prices: 2008-09, of: families, engaged: 80%, retained: 90%, impact: 30%, counterfactual: 1/6, worth: £2470.00, grade: 4, cashable: nought", "x.corrected"), leave: "prices: 2008-09", put: "prices: nominal",
		evidence: yearTold, choice: "counterfactual", pays: []string{"{deadweight: 1/6}: council -198402.75, charity 198402.75", "{would_have: 1/6}: council -105814.80, charity 105814.80"}},
	{row: "deadweight and a control group", // 525 x 5/6 = 437.5 x 700; (1.55 - 1.39) x 1,000 = 160 x 700
		sections: trial + chain("prices: nominal, of: families, counterfactual: {deadweight: 1/6, comparison: trial, counting: fewer}, worth: £700.00, grade: 1, cashable: nought", "x.corrected"),
		evidence: yearTold + ", {study: 2026-11-30, treated: 1.39, comparison: 1.55, units: 1000}", choice: "counterfactual",
		pays: []string{"{deadweight: 1/6}: council -306250.00, charity 306250.00", "{comparison: trial, counting: fewer}: council -112000.00, charity 112000.00"}},
	{row: "unit cost: headline, or the sum of its parts", sections: chain("prices: nominal, uprated: no, of: families, counterfactual: gross, worth: {unit_cost: HE11.3}, grade: 1, cashable: nought", "x.corrected"),
		evidence: strings.Replace(yearTold, "525", "100", 1), choice: "counted", pays: []string{"headline: council -135484.00, charity 135484.00", "parts: council -135483.00, charity 135483.00"}},
	{row: "unit cost: price year and deflator", // 100 x 2,470; x 112.5%; x 12%
		sections: chain("prices: nominal, of: families, counterfactual: gross, worth: {unit_cost: CR2.0}, grade: 1, cashable: nought", "x.corrected"), evidence: strings.Replace(yearTold, "525", "100", 1), choice: "uprated",
		pays: []string{"fall: council -29640.00, charity 29640.00", "deflator: council -277875.00, charity 277875.00", "no: council -247000.00, charity 247000.00"}},
	{row: "unit cost: average, or marginal", // 525 x 100 = 52,500: 40% of it; of 25 places two steps of ten at 2,000; of 525 families 52 steps, no more than was saved
		sections: chain("prices: nominal, of: families, counterfactual: gross, worth: £100.00, grade: 1", "x.cashable"), evidence: yearTold, choice: "cashable",
		pays: []string{"40%: council -21000.00, charity 21000.00", "{freed: places, step: 10, each: £2000.00}: council -40000.00, charity 40000.00"}},
	{row: "saving basis: gross, or net", // 525 x 100 = 52,500; less 15%; less 900
		sections: chain("prices: nominal, of: families, counterfactual: gross, worth: £100.00, grade: 4, cashable: nought, costs: {cash: spent, grade: \"1\"}", "x"), evidence: yearTold, choice: "x",
		pays: []string{"x.value: council -52500.00, charity 52500.00", "x.corrected: council -44625.00, charity 44625.00", "x.net: council -43725.00, charity 43725.00"}},
	{row: "saving basis: against a forecast, or against last year", sections: chain("prices: nominal, counterfactual: {actual: spent}, grade: 1, cashable: nought", "x.corrected"), evidence: yearTold, choice: "expected",
		pays: []string{"planned: council -100.00, charity 100.00", "last_year: council -50.00, charity 50.00"}},
	{row: "horizon and profile", asAt: "2027-12-31", // ten families in the first year and none in the second
		sections: chain("prices: nominal, of: families, counterfactual: gross, worth: £100.00, grade: 1, lasts: {lag: 0}, cashable: nought", "x.lasting"),
		evidence: strings.Replace(yearTold, "525", "10", 1) + ", " + strings.NewReplacer("525", "0", "told: 2026", "told: 2027").Replace(yearTold), choice: "keeps",
		pays: []string{"[100%]: council -1000.00, charity 1000.00", "[100%, 100%]: council -2000.00, charity 2000.00"}},
	{row: "as-at date: the cut-off of tracking", // 500 nights less 100, and less 150 when the other 50 are known, at 46 a night
		sections: "quantities:\n  nights_away: {total: in_care.nights, per: contract}\npayments:\n  share: {from: council, to: charity, per: contract, for: 500 - nights_away, price: £46.00, due: on_evidence, clause: 5}",
		evidence: "{joined: 2026-02-02, person: A}, {in_care: 2026-05-01, person: A, nights: 100}, {in_care: 2026-06-01, person: A, nights: 50, learned: 2027-01-20}",
		leave:    "cut_off: 15 days after, ", choice: "cut_off", pays: []string{"0 days after: council -18400.00, charity 18400.00", "20 days after: council -16100.00, charity 16100.00"}},
	{row: "re-performability: each option of the method", // 1 of 4 against 50 of 100: the risks are 1/4 and 1/2, the odds 1/3 and 1; of 900
		sections: "quantities:\n  bads: {count: bad, in: 1 month beginning with joined, per: person}\n  worse: {met_when: {bads: {at_least: 1}}, per: person}\n  paid_on: {is: £900.00 * lot.effect, rounded: exact}\n" +
			"comparisons:\n  lot: {treated: people, control: {events: 50, n: 100}, of: worse, estimator: prop_ratio, options: {alternative: less, conf_level: 95%}, selection: earlier, grade: 3, per: contract, fixed_on: 2025-12-01, settles: {effect: exact}, clause: 3}\n" +
			"payments:\n  fee: {from: council, to: charity, per: contract, of: paid_on, due: on_evidence, clause: 5}",
		asAt:     "2027-12-31",
		evidence: "{joined: 2026-02-02, person: A}, {joined: 2026-02-02, person: B}, {joined: 2026-02-02, person: C}, {joined: 2026-02-02, person: D}, {bad: 2026-02-10, person: A}", choice: "measure",
		pays: []string{"risk_ratio: council -450.00, charity 450.00", "odds_ratio: council -300.00, charity 300.00", "relative_reduction: council -450.00, charity 450.00"}},
	{row: "top-up: a part of the total, or of the local share", // of 10,000.00: 20%; or 20% of 5/6
		sections: "divisions:\n  payers: {tranches: [{among: {council: 100%, fund: 20%}}], clause: 6}\npayments:\n  share: {from: payers, to: charity, per: year, of: planned * 10, due: on_evidence, clause: 5}", evidence: yearTold, choice: "among",
		pays: []string{"{council: 80%, fund: 20%}: council -8000.00, fund -2000.00, charity 10000.00", "{council: 5/6, fund: 1/6}: council -8333.33, fund -1666.67, charity 10000.00"}},
	{row: "half a penny", sections: sumOf("planned / 100", ""), evidence: strings.Replace(yearTold, "£1000.00", "£1000.50", 1), leave: "ties: up, ", choice: "ties",
		pays: []string{"up: council -10.01, charity 10.01", "down: council -10.00, charity 10.00", "even: council -10.00, charity 10.00"}},
	{row: "unearned money: where it goes", asAt: "2027-12-31", // a pot of 5,000 of which 1,000 and then 500 are earned: what is left goes at the end of the first year, or of the last
		sections: "accounts:\n  pot: {owner: council, per: year, opens_with: £5000.00, clause: 6}\npayments:\n  share: {from: pot, to: charity, per: year, of: planned, due: on_evidence, clause: 5}",
		evidence: yearTold + ", " + strings.NewReplacer("£1000.00", "£500.00", "told: 2026", "told: 2027").Replace(yearTold), choice: "left_over",
		pays: []string{"carried: council -1500.00, charity 1500.00", "{to: council, at: each_period}: council -1000.00, charity 1000.00", "{to: fund, at: each_period}: council -5000.00, fund 4000.00, charity 1000.00",
			"{to: fund, at: last_period}: council -5000.00, fund 3500.00, charity 1500.00", "{to: charity, at: each_period}: council -5000.00, charity 5000.00"}},
	{row: "paid by another scheme", // two jobs at 1,000: another paid 400 of one and 1,200 of the other
		sections: "measures:\n  hired: {per: person, first: job, clause: 2}\npayments:\n  fee: {from: council, to: charity, per: person, for: hired, price: £1000.00, due: on_evidence, clause: 5}",
		evidence: "{joined: 2026-02-02, person: A}, {job: 2026-03-02, person: A}, {elsewhere: 2026-04-01, person: A, amount: £400.00}, {joined: 2026-02-02, person: B}, {job: 2026-03-02, person: B}, {elsewhere: 2026-04-01, person: B, amount: £1200.00}",
		leave:    "paid_elsewhere: pay", put: "told_by: elsewhere", choice: "paid_elsewhere", pays: []string{"refuse: ", "pay: council -2000.00, charity 2000.00", "pay_the_difference: council -600.00, charity 600.00"}},
	{row: "selection: how it came about who was treated", asAt: "2027-12-31", // 50 points of two who did not do worse
		sections: fmt.Sprintf(lot, "lot", "lot", "", ""), evidence: fourPeople, choice: "selection",
		pays: []string{"matched: council -1000.00, charity 1000.00", "volunteered: council -1000.00, charity 1000.00", "earlier: council -1000.00, charity 1000.00"}},
	{row: "selection: the discount at which an effect is carried to others", asAt: "2027-12-31", // 50 points of two others
		sections: fmt.Sprintf(lot, "there", "there", "selection: volunteered, ", "  there: {estimator: carried, carries: lot, treated: later, selection: volunteered, per: contract, fixed_on: 2025-12-01, settles: {effect: exact}, clause: 3}\n"),
		evidence: fourPeople, choice: "discount", pays: []string{"0%: council -1000.00, charity 1000.00", "50%: council -500.00, charity 500.00", "100%: "}},
	{row: "what a rating pays", // 525 at £100: one test of ten is passed, so it is partial
		sections: chain("prices: nominal, of: families, counterfactual: gross, worth: £100.00, grade: 1, cashable: nought, rating: {partial: [in_scope], pays: {sufficient: 100%, insufficient: 0%}, tests: {in_scope: {families: {at_least: 1}}, data_quality: no, properly_calculated: no, net_of_costs: no, impact_on_services: no, realistic_baseline: no, not_reallocated: no, sustainable: no, realised: no, not_double_counted: no}}", "x.rated"),
		evidence: yearTold, choice: "partial", pays: []string{"0%: ", "50%: council -26250.00, charity 26250.00", "100%: council -52500.00, charity 52500.00"}},
}

// Every point on which published schemes were read in two ways is one that a contract must decide: left open it is
// refused, with the answers and what each would pay on the contract's own example.
func TestWhatEachAnswerWouldPay(t *testing.T) {
	for _, k := range openRows {
		t.Run(k.row, func(t *testing.T) {
			items := "      - " + strings.ReplaceAll(k.evidence, "}, {", "}\n      - {") + "\n"
			asAt := k.asAt
			if asAt == "" {
				asAt = "2026-12-31"
			}
			document := strings.Replace(fmt.Sprintf(pricedFrame, k.sections, asAt, items), k.leave, k.put, 1)
			_, err := language.Decode("open.yaml", []byte(document))
			if err == nil {
				t.Fatal("it is not refused")
			}
			var open *OpenFaults
			if !errors.As(PriceChoices("open.yaml", []byte(document), err), &open) || len(open.Choices) != 1 {
				t.Fatalf("not one open choice:\n%v", err)
			}
			choice := open.Choices[0]
			if choice.Choice != k.choice {
				t.Errorf("the choice is %q", choice.Choice)
			}
			found := map[string]string{}
			for _, o := range choice.Options {
				var due []string
				for _, e := range o.Pays {
					if e.Err != "" {
						due = append(due, e.Err)
					}
					for _, p := range e.Parties {
						due = append(due, p.Party+" "+p.Amount.String())
					}
				}
				if o.Why != "" {
					due = []string{"not settled: " + o.Why}
				}
				found[o.Word] = strings.Join(due, ", ")
			}
			for _, want := range k.pays {
				at := strings.LastIndex(want, ": ")
				if got, listed := found[want[:at]]; !listed || got != want[at+2:] {
					t.Errorf("%s pays %q, listed %v; worked out %q", want[:at], got, listed, want[at+2:])
				}
			}
			var words []string
			for _, f := range open.List {
				for _, o := range f.Options {
					words = append(words, o.Word)
				}
			}
			for word := range found {
				if _, unfilled, _ := strings.Cut(word, " "); len(words) > 0 && !slices.Contains(words, word) && unfilled == "" && !slices.ContainsFunc(words, placeholder.MatchString) && k.choice != "partial" {
					t.Errorf("%q is priced and the fault does not list it", word)
				}
			}
			if t.Failed() {
				t.Logf("found %q", found)
			}
		})
	}
}
