package engine_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/ingest"
	"outturn/engine/statements"
)

// savingFrame is a contract of one year whose one saving is to be written in.
const savingFrame = `outturn: 1
contract: {id: saved, currency: GBP, first: 2026-01-01, last: 2026-12-31, paid_elsewhere: pay}
parties:
  - {party: nhs, role: partner}
  - {party: council, role: partner}
  - {party: police, role: partner}
  - {party: host, role: host}
calendar: {settle: year, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2026-01-01}}
units: {person: {}}
evidence:
  joined: {of: person, as: event}
  told: {of: contract, as: reading, each: year, says: {families: number, planned: money, spent: money, index: number, places: number}, if_none: unknown}
  study: {of: contract, as: reading, says: {treated: number, comparison: number, units: number}, if_none: unknown}
  finding: {of: host, as: event, says: {amount: money}, if_none: nought}
  cut: {of: partner, as: event, says: {amount: money}, if_none: nought}
  bad: {of: person, as: event, if_none: nought}
cohorts:
  people: {unit: person, joined_by: joined, counts: everyone_who_joined, clause: 1}
assumptions:
  early: {gives: rate, clause: 2, versions: [{is: 20%%, source: a study, grade: 3, challenged_by: nobody, decision: kept, decided_on: 2025-12-31}]}
  late:  {gives: rate, clause: 2, versions: [{is: 20%%, source: a study, grade: 3, challenged_by: nobody, decision: kept, decided_on: 2026-01-01}]}
quantities:
  bads:  {count: bad, in: 1 month beginning with joined, per: person}
  worse: {met_when: {bads: {at_least: 1}}, per: person}
  studied: {latest: study.treated, per: contract}
comparisons:
  lot: {treated: people, control: {events: 50, n: 100}, of: worse, estimator: prop_diff, options: {alternative: less, conf_level: 95%%, ci: wald, test: z_pooled}, selection: earlier, grade: 3, per: contract, fixed_on: 2025-12-01, settles: {effect: exact}, clause: 3}
  trial: {treated: people, per: contract, estimator: certified, certified_by: study, selection: randomised, grade: 1, fixed_on: 2025-12-01, settles: {effect: exact, treated: exact, comparison: exact}, clause: 3}
savings:
  x: {per: year, budget: local, origin: prevention, prices: nominal, clause: 4, %s}
payments:
  spent_back: {from: host, to: nhs, per: year, of: spent, due: on_evidence, clause: 7}
examples:
  - {it: settles, as_at: 2026-12-31, due: {}, evidence: [%s]}
`

// fataler is a test, or a drawn case of one.
type fataler interface {
	Helper()
	Fatal(...any)
}

// saved settles one saving on one year's evidence.
func saved(t fataler, saving, items string) statements.SavingSum {
	t.Helper()
	c, err := language.Decode("saved.yaml", fmt.Appendf(nil, savingFrame, saving, items))
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
	return out.statement.Savings[0]
}

var pounds, _ = money.LookupCurrency("GBP")

const agencies = "beneficiaries: {nhs: nhs, police: [police, cjs], council: [la_children, la_housing]}, worth: {unit_cost: CR2.0}, uprated: no"

// Chains worked by hand, each with the step on which it turns. What is not known is not nought.
func TestChainsByHand(t *testing.T) {
	const families = "{told: 2026-12-31, families: 525, planned: £1000.00, spent: £900.00, index: 110, places: 25}"
	const reach = "of: families, engaged: 80%, retained: 90%, impact: 30%, grade: 4, class: fiscal, "
	for _, k := range []struct{ it, saving, evidence, last, steps, shares string }{
		{"a share of the outcomes", reach + agencies + ", counterfactual: {deadweight: 1/6}, cashable: 40%", families, "cashable £79,361.10", "net_outcomes 94.5; value £233,415.00; corrected £198,402.75", "nhs £37,624.23; council £9,735.39; police £32,001.48"},
		{"the rate taken from the impact", reach + agencies + ", counterfactual: {would_have: 1/6}, cashable: nought", families, "corrected £105,814.80", "net_outcomes 50.4; value £124,488.00", ""},
		{"nothing taken off, and it says so", reach + agencies + ", counterfactual: gross, cashable: nought", families, "corrected £238,083.30", "outcomes 113.4; value £280,098.00", ""},
		{"shares of the parts of a cost and not of its headline", "of: families, grade: 1, class: fiscal, beneficiaries: {nhs: nhs, council: la}, worth: {unit_cost: HE11.3, counted: headline}, uprated: no, counterfactual: gross, cashable: 100%", strings.Replace(families, "525", "1", 1),
			"cashable £1,354.84", "value £1,354.84", "nhs £1,219.36; council £135.48"},
		{"what a comparison found, a thousand units", "beneficiaries: nhs, worth: £700.00, grade: 1, class: fiscal, counterfactual: {comparison: trial, counting: fewer}, cashable: nought", families + ", {study: 2026-11-30, treated: 1.39, comparison: 1.55, units: 1000}",
			"corrected £112,000.00", "net_outcomes 160", "nhs £112,000.00"},
		{"more is better", "beneficiaries: nhs, worth: £700.00, grade: 1, class: fiscal, counterfactual: {comparison: trial, counting: more}, cashable: nought", families + ", {study: 2026-11-30, treated: 1.55, comparison: 1.39, units: 1000}",
			"corrected £112,000.00", "net_outcomes 160", ""},
		{"an estimator's difference, of two people", "beneficiaries: nhs, worth: £700.00, grade: 3, class: fiscal, counterfactual: {comparison: lot, counting: fewer}, cashable: nought", families + ", {joined: 2026-02-02, person: A}, {joined: 2026-02-02, person: B}",
			"corrected £630.00", "net_outcomes 1", ""}, // 50 points of 2: none of them did worse, and 50 of 100 would have
		{"a comparison that nobody has certified", "beneficiaries: nhs, worth: £700.00, grade: 1, class: fiscal, counterfactual: {comparison: trial, counting: fewer}, cashable: nought", families, "corrected not yet known", "", ""},
		{"less than was expected, though it may be more than last year", "beneficiaries: council, grade: 2, class: fiscal, counterfactual: {expected: planned, actual: spent}, cashable: nought", families, "corrected £95.00", "value £100.00", "council £95.00"},
		{"more than was expected is a saving below nought", "beneficiaries: council, grade: 1, class: fiscal, counterfactual: {expected: spent, actual: planned}, cashable: nought", families, "corrected -£100.00", "", "council -£100.00"},
		{"moved, leaked and replaced", "of: families, beneficiaries: nhs, worth: £10.00, grade: 1, class: fiscal, counterfactual: gross, additionality: {displacement: 20%, leakage: 10%, substitution: 50%}, cashable: nought", families, "corrected £1,890.00", "additional 189", ""},
		{"uprated", "of: families, beneficiaries: nhs, worth: £10.00, uprated: index / 100, grade: 1, class: fiscal, counterfactual: gross, cashable: nought", families, "corrected £5,775.00", "", ""},
		{"of which part is fiscal", "of: families, beneficiaries: nhs, worth: £10.00, fiscal_share: 60%, grade: 1, class: [fiscal, social], counterfactual: gross, cashable: 50%", families, "cashable £1,575.00", "fiscal £3,150.00", ""},
		{"one's own correction", "of: families, beneficiaries: nhs, worth: £10.00, grade: {is: \"4\", correction: 12%, source: two closed years}, class: fiscal, counterfactual: gross, cashable: nought", families, "corrected £4,620.00", "", ""},
		{"less what it cost, in cash and in kind, with what their grade adds", "of: families, beneficiaries: nhs, worth: £10.00, grade: 1, class: fiscal, counterfactual: gross, cashable: 100%, costs: {cash: £1000.00, in_kind: spent, grade: \"3\"}", families, "net £3,160.00", "cashable £5,250.00", ""},
		{"the cost of what is only avoided", "of: families, beneficiaries: nhs, worth: £10.00, grade: 1, class: fiscal, counterfactual: gross, cashable: nought, costs: {in_kind: £250.00, grade: \"1\"}", families, "net £5,000.00", "", ""},
		{"two steps of ten places of 25", "of: families, beneficiaries: nhs, worth: £100.00, grade: 1, class: fiscal, counterfactual: gross, cashable: {freed: places, step: 10, each: £2000.00}", families, "cashable £40,000.00", "steps_freed 2", ""},
		{"no step of nine", "of: families, beneficiaries: nhs, worth: £100.00, grade: 1, class: fiscal, counterfactual: gross, cashable: {freed: places, step: 10, each: £2000.00}", strings.Replace(families, "25}", "9}", 1), "cashable £0.00", "steps_freed 0", ""},
		{"one step of ten", "of: families, beneficiaries: nhs, worth: £100.00, grade: 1, class: fiscal, counterfactual: gross, cashable: {freed: places, step: 10, each: £2000.00}", strings.Replace(families, "25}", "10}", 1), "cashable £20,000.00", "steps_freed 1", ""},
		{"never more than was saved", "of: families, beneficiaries: nhs, worth: £10.00, grade: 1, class: fiscal, counterfactual: gross, cashable: {freed: places, step: 10, each: £2000.00}", families, "cashable £5,250.00", "", ""},
		{"no step of a saving below nought, whatever is freed", "beneficiaries: nhs, grade: 1, class: fiscal, counterfactual: {expected: spent, actual: planned}, cashable: {freed: places, step: 10, each: £2000.00}", families, "cashable £0.00", "value -£100.00; saved £0.00; steps_freed 2", ""},
		{"nothing cashed of a saving below nought", "beneficiaries: nhs, grade: 1, class: fiscal, counterfactual: {expected: spent, actual: planned}, cashable: 50%, cashed: cut", families + ", {cut: 2026-06-01, party: nhs, amount: £300.00}", "cashed £0.00", "told £300.00", ""},
		{"what was cashed, of two budgets", "of: families, beneficiaries: {nhs: 1, council: 1}, worth: £10.00, grade: 1, class: fiscal, counterfactual: gross, cashable: 100%, cashed: cut", families + ", {cut: 2026-06-01, party: nhs, amount: £300.00}, {cut: 2026-07-01, party: council, amount: £200.01}", "cashed £500.01", "told £500.01", "nhs £250.01; council £250.00"},
		{"never more cashed than can be", "of: families, beneficiaries: nhs, worth: £1.00, grade: 1, class: fiscal, counterfactual: gross, cashable: 10%, cashed: cut", families + ", {cut: 2026-06-01, party: nhs, amount: £300.00}", "cashed £52.50", "told £300.00", ""},
		{"nothing cashed on nobody's word", "of: families, beneficiaries: nhs, worth: £1.00, grade: 1, class: fiscal, counterfactual: gross, cashable: 10%, cashed: cut", families, "cashed £0.00", "told £0.00", ""},
		{"what was found valid of what was avoided", "of: families, beneficiaries: nhs, worth: £1.00, grade: 1, class: fiscal, counterfactual: gross, validated: finding, cashable: nought", families + ", {finding: 2026-06-01, party: host, amount: £300.00}", "validated £300.00", "found_valid £300.00", ""},
		{"never more valid than was avoided", "of: families, beneficiaries: nhs, worth: £1.00, grade: 1, class: fiscal, counterfactual: gross, validated: finding, cashable: nought", families + ", {finding: 2026-06-01, party: host, amount: £525.01}", "validated £525.00", "found_valid £525.01", ""},
		{"cashable of what is valid, and nothing on nobody's word", "of: families, beneficiaries: nhs, worth: £1.00, grade: 1, class: fiscal, counterfactual: gross, validated: finding, cashable: 40%", families, "cashable £0.00", "validated £0.00", ""},
		{"cashable of what is valid", "of: families, beneficiaries: nhs, worth: £1.00, grade: 1, class: fiscal, counterfactual: gross, validated: finding, cashable: 40%", families + ", {finding: 2026-06-01, party: host, amount: £300.00}", "cashable £120.00", "", ""},
		{"nothing told is not nought", "of: families, beneficiaries: nhs, worth: £1.00, grade: 1, class: fiscal, counterfactual: gross, cashable: nought", "", "corrected not observed", "", ""},
	} {
		t.Run(k.it, func(t *testing.T) {
			f := saved(t, k.saving, k.evidence).Figures[0]
			found := f.Last + " " + f.Why
			if f.ComesTo != nil {
				found = f.Last + " " + f.ComesTo.Format(pounds)
			}
			if found != k.last {
				t.Errorf("it comes to %s, and %s was worked out", found, k.last)
			}
			for _, step := range strings.Split(k.steps, "; ") {
				name, value, _ := strings.Cut(step, " ")
				at := slices.IndexFunc(f.Steps, func(s statements.Step) bool { return s.Name == "x."+name+" (1)" })
				if name != "" && (at < 0 || f.Steps[at].Value != value) {
					t.Errorf("step %s: %s was worked out, and the steps are %v", name, value, f.Steps)
				}
			}
			var shares []string
			for _, s := range f.Shares {
				shares = append(shares, s.Party+" "+s.Amount.Format(pounds))
			}
			if got := strings.Join(shares, "; "); k.shares != "" && got != k.shares {
				t.Errorf("the shares are %s, and %s were worked out", got, k.shares)
			}
		})
	}
}

// A saving that begins a year after its outcomes and fades: each year has what is left of the years before it, and what
// comes after the last period of the contract is in no year of it.
func TestLastingSavings(t *testing.T) {
	document := strings.NewReplacer("last: 2026-12-31", "last: 2029-12-31", "last_cut_off: 2028-06-30", "last_cut_off: 2030-06-30", "as_at: 2026-12-31", "as_at: 2029-12-31").Replace(savingFrame)
	told := func(year, families int) string {
		return fmt.Sprintf("{told: %d-12-31, families: %d, planned: £0.00, spent: £0.00, index: 1, places: 1}", year, families)
	}
	for _, k := range []struct {
		lasts string
		want  []string // of 100, 0, 10 and 1 families at £10.00
	}{
		{"{lag: 0, keeps: [100%]}", []string{"1000.00", "0.00", "100.00", "10.00"}},
		{"{lag: 1, keeps: [100%, 60%]}", []string{"0.00", "1000.00", "600.00", "100.00"}},
		{"{lag: 0, keeps: [100%, 50%, 25%]}", []string{"1000.00", "500.00", "350.00", "60.00"}}, // 250 + 100; 0 + 50 + 10
		{"{lag: 4, keeps: [100%]}", []string{"0.00", "0.00", "0.00", "0.00"}},
	} {
		c := decoded(t, fmt.Sprintf(document, "of: families, beneficiaries: nhs, worth: £10.00, grade: 1, class: fiscal, counterfactual: gross, cashable: nought, lasts: "+k.lasts,
			strings.Join([]string{told(2026, 100), told(2027, 0), told(2028, 10), told(2029, 1)}, ", ")))
		out, err := settleExample(t, c, 0, engine.Position{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range out.statement.Savings[0].Figures {
			got = append(got, f.ComesTo.String())
		}
		if !slices.Equal(got, k.want) {
			t.Errorf("%s: by the year %v, and %v was worked out", k.lasts, got, k.want)
		}
	}
}

// Laws of a chain, held against sums in fractions that share nothing with the engine: every chain comes to what a
// calculator makes of it; its parts make the whole and lie within a penny of their exact share; no step gives up more
// than the one before it had; and the order in which the beneficiaries are written changes nothing.
func TestLawChainsReconcile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		percent := func(label string) int64 { return rapid.Int64Range(0, 100).Draw(t, label) }
		families, engaged, retained, impact := rapid.Int64Range(0, 5000).Draw(t, "families"), percent("engaged"), percent("retained"), percent("impact")
		deadweight, fiscal, cashable := percent("deadweight"), percent("fiscal"), percent("cashable")
		pence := rapid.Int64Range(1, 10_000_00).Draw(t, "worth")
		grade := rapid.IntRange(1, 6).Draw(t, "grade")
		weights := []int64{rapid.Int64Range(0, 500).Draw(t, "nhs"), rapid.Int64Range(0, 500).Draw(t, "council"), rapid.Int64Range(1, 500).Draw(t, "police")}
		named := []string{fmt.Sprintf("nhs: %d", weights[0]), fmt.Sprintf("council: %d", weights[1]), fmt.Sprintf("police: %d", weights[2])}
		chain := func(order []int) string {
			var who []string
			for _, i := range order {
				who = append(who, named[i])
			}
			return fmt.Sprintf("of: families, engaged: %d%%, retained: %d%%, impact: %d%%, counterfactual: {deadweight: %d%%}, worth: £%d.%02d, grade: %d, class: [fiscal, social], fiscal_share: %d%%, cashable: %d%%, beneficiaries: {%s}",
				engaged, retained, impact, deadweight, pence/100, pence%100, grade, fiscal, cashable, strings.Join(who, ", "))
		}
		evidence := fmt.Sprintf("{told: 2026-12-31, families: %d, planned: £1.00, spent: £0.00, index: 1, places: 1}", families)
		f := saved(t, chain([]int{0, 1, 2}), evidence).Figures[0]

		exact := new(big.Rat).SetInt64(families * pence)
		for _, p := range []int64{engaged, retained, impact, 100 - deadweight, 100 - []int64{0, 5, 10, 15, 25, 40}[grade-1], fiscal, cashable} {
			exact.Mul(exact, big.NewRat(p, 100))
		}
		want := halfUp(exact)
		got, _ := f.ComesTo.Minor()
		if got != want {
			t.Fatalf("it comes to %d pence, and a calculator makes it %d of %s", got, want, exact.FloatString(4))
		}
		var total, sum int64
		for _, w := range weights {
			total += w
		}
		for i, s := range f.Shares {
			part, _ := s.Amount.Minor()
			sum += part
			share := new(big.Rat).Mul(big.NewRat(want, 1), big.NewRat(weights[i], total))
			if off := new(big.Rat).Sub(big.NewRat(part, 1), share); off.Cmp(big.NewRat(1, 1)) >= 0 || off.Cmp(big.NewRat(-1, 1)) <= 0 || weights[i] == 0 && part != 0 {
				t.Errorf("%s has %d pence of an exact %s", s.Party, part, share.FloatString(4))
			}
		}
		if sum != want {
			t.Errorf("the shares make %d pence of %d", sum, want)
		}
		other := saved(t, chain(rapid.Permutation([]int{0, 1, 2}).Draw(t, "order")), evidence).Figures[0]
		if !slices.EqualFunc(f.Shares, other.Shares, func(a, b statements.PartyShare) bool { return a.Party == b.Party && a.Amount.Cmp(b.Amount) == 0 }) {
			t.Errorf("written in another order the shares are %v instead of %v", other.Shares, f.Shares)
		}
	})
}

// halfUp rounds a fraction of nought or more to the nearest whole, halves up.
func halfUp(x *big.Rat) int64 {
	twice := new(big.Int).Mul(x.Num(), big.NewInt(2))
	twice.Add(twice, x.Denom())
	return new(big.Int).Quo(twice, new(big.Int).Mul(x.Denom(), big.NewInt(2))).Int64()
}
