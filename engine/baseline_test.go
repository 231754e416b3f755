package engine_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/engine"
	"outturn/engine/ingest"
	"outturn/engine/statements"
)

// baselineFrame is a contract of two years with one baseline, whose sample and adjustments are to be written in, and one
// saving that rests on it and is paid.
const baselineFrame = `outturn: 1
contract: {id: based, currency: GBP, first: 2026-01-01, last: 2027-12-31, paid_elsewhere: pay}
parties:
  - {party: council, role: partner}
  - {party: police, role: partner}
  - {party: charity, role: provider}
calendar: {settle: year, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2026-01-01}}
units: {family: {}}
evidence:
  file_read: {of: family, as: event, says: {cost: money, calls: number}}
  told: {of: contract, as: reading, each: year, says: {spent: money, prices: number}, if_none: unknown}
  agreed: {of: partner, as: event, says: {amount: money}, if_none: nought}
  nodded: {of: partner, as: event, if_none: nought}
cohorts:
  read_ones: {unit: family, joined_by: file_read, counts: compared_only, clause: 1}
baselines:
  files:
    per: year
    sample: {cohort: read_ones, mean_of: %s, drawn: by_lot, critical: 1.96, rounded: {nearest: £0.01, ties: up}, %s}
    fixed_on: 2025-12-01
    grade: 2
    adjustments: [%s]
    clause: 2
savings:
  x: {per: year, class: fiscal, budget: local, origin: prevention, prices: nominal, beneficiaries: council, counterfactual: {expected: files.expected, actual: spent}, grade: [1, files], cashable: 100%%, clause: 5}
payments:
  back: {from: council, to: charity, per: year, of: x.cashable, due: on_evidence, clause: 6}
examples:
  - {it: settles, as_at: 2026-12-31, due: {}, evidence: [%s]}
`

// based settles the frame on one year's evidence.
func based(t fataler, of, sample, adjustments, items string) (statements.Statement, error) {
	t.Helper()
	frame := baselineFrame
	if of == "calls" {
		frame = strings.NewReplacer("£0.01, ties: up}, %s", "0.01, ties: up}, %s", "files.expected, actual: spent", "files.expected, actual: prices", "says: {amount: money}", "says: {amount: number}",
			"grade: [1, files]", "grade: [1, files], worth: £10.00").Replace(frame)
	}
	c, err := language.Decode("based.yaml", fmt.Appendf(nil, frame, of, sample, adjustments, items))
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
		return statements.Statement{}, err
	}
	return out.statement, nil
}

// four families of ten cost £100, £200, £300 and £400: a mean of 250, and deviations of 150, 50, 50 and 150, whose squares
// are 50,000, over 3. The variance of their mean is 50,000 / 12, and, of ten, 6/10 of that: 2,500, whose root is 50.
const (
	four = `{file_read: 2026-01-05, family: A, cost: £100.00, calls: 1}, {file_read: 2026-01-05, family: B, cost: £200.00, calls: 2},
    {file_read: 2026-01-05, family: C, cost: £300.00, calls: 3}, {file_read: 2026-01-05, family: D, cost: £400.00, calls: 4}, {told: 2026-12-31, spent: £1000.00, prices: 110}`
	ofTen  = "at_least: 4, stands_for: 10, correction: finite_population, takes: estimate"
	since  = "{routine: since, times: prices / 100, clause: 3}"
	credit = ", {non_routine: credit, less: £5.00, approved_by: [council, police], told_by: agreed, clause: 4}"
	nod    = "{non_routine: merger, times: 2, approved_by: [police], told_by: nodded, clause: 4}"
)

func TestBaselinesByHand(t *testing.T) {
	for _, k := range []struct{ it, of, sample, adjustments, more, steps, expected, states, saved string }{
		{"ten stand behind four", "cost", ofTen, "", "", "read 4; mean £250.00; variance 50000/3 (16666.666...); se £50.00; total £2,500.00; margin £980.00; low £1,520.00; high £3,480.00; error 39.2%; grade 6", "£2,500.00", "",
			"value £1,500.00; correction 40%; corrected £900.00"}, // beyond 25% either way: grade 6
		{"the same without the correction", "cost", strings.Replace(ofTen, "finite_population", "none", 1), "", "", "se £64.55; margin £1,265.18; low £1,234.82; high £3,765.18", "£2,500.00", "", ""}, // the root of 4,166.67
		{"the low end", "cost", strings.Replace(ofTen, "estimate", "low", 1), since, "", "low £1,520.00; since £1,672.00", "£1,672.00", "since routine true", "value £672.00"},
		{"the high end", "cost", strings.Replace(ofTen, "estimate", "high", 1), "", "", "", "£3,480.00", "", ""},
		{"four of four are no sample any more", "cost", strings.Replace(ofTen, "10", "4", 1), "", "", "se £0.00; low £1,000.00; high £1,000.00; error 0%; grade 2", "£1,000.00", "", ""},
		{"a number of calls", "calls", ofTen, "{routine: since, plus: 2, clause: 3}, {routine: fewer, less: 10%, clause: 4}", "", "mean 2.5; se 0.5; total 25; since 27; fewer 24.3", "24.3", "since routine true; fewer routine true", "net_outcomes -85.7; value -£857.00"},
		{"too few were read", "cost", strings.Replace(ofTen, "at_least: 4", "at_least: 5", 1), since, "", "read not yet known; mean not yet known; se not yet known", "not yet known", "since routine true", "corrected not yet known"},
		{"nobody has approved", "cost", ofTen, since + credit, "", "since £2,750.00; credit £2,750.00", "£2,750.00", "since routine true; credit non_routine false, waits for council, police", "value £1,750.00"},
		{"one has not", "cost", ofTen, since + credit, ", {agreed: 2026-03-02, party: police, amount: £5.00}", "", "£2,750.00", "since routine true; credit non_routine false, waits for council", ""},
		{"one approved another sum", "cost", ofTen, since + credit, ", {agreed: 2026-03-02, party: police, amount: £5.00}, {agreed: 2026-03-02, party: council, amount: £4.00}", "", "£2,750.00", "since routine true; credit non_routine false, waits for council", ""},
		{"it thought again", "cost", ofTen, since + credit, ", {agreed: 2026-03-02, party: police, amount: £5.00}, {agreed: 2026-03-02, party: council, amount: £4.00}, {agreed: 2026-03-09, party: council, amount: £5.00}", "credit £2,745.00", "£2,745.00",
			"since routine true; credit non_routine true", "value £1,745.00; cashable £1,047.00"},
		{"it took its word back", "cost", ofTen, since + credit, ", {agreed: 2026-03-02, party: police, amount: £5.00}, {agreed: 2026-03-02, party: council, amount: £5.00, id: a}, {agreed: 2026-03-09, party: council, withdraws: a}", "", "£2,750.00",
			"since routine true; credit non_routine false, waits for council", ""},
		{"a factor that waits", "cost", ofTen, nod, "", "merger £2,500.00", "£2,500.00", "merger non_routine false, waits for police", ""},
		{"a factor that is approved, and then adjusted by rule", "cost", ofTen, nod + ", " + since, ", {nodded: 2026-05-04, party: police}", "merger £5,000.00; since £5,500.00", "£5,500.00", "merger non_routine true; since routine true", ""},
		{"one who need not approve approves", "cost", ofTen, nod, ", {nodded: 2026-05-04, party: council}", "", "£2,500.00", "merger non_routine false, waits for police", ""},
		{"what comes to nothing waits for nobody", "cost", ofTen, strings.Replace(nod, "times: 2", "times: 1", 1), "", "", "£2,500.00", "merger non_routine true", ""},
	} {
		t.Run(k.it, func(t *testing.T) {
			s, err := based(t, k.of, k.sample, k.adjustments, four+k.more)
			if err != nil {
				t.Fatal(err)
			}
			f := s.Baselines[0].Figures[0]
			holdsSteps(t, "files.", f.Steps, k.steps)
			holdsSteps(t, "x.", s.Savings[0].Figures[0].Steps, k.saved)
			if f.Expected != k.expected {
				t.Errorf("it expects %s, and %s was worked out by hand", f.Expected, k.expected)
			}
			var states []string
			for _, a := range f.Adjustments {
				text := fmt.Sprint(a.Adjustment, " ", a.Kind, " ", a.Applied)
				for i, w := range a.WaitsFor {
					text += map[bool]string{true: ", waits for ", false: ", "}[i == 0] + w.Party
				}
				states = append(states, text)
			}
			if got := strings.Join(states, "; "); got != k.states {
				t.Errorf("its adjustments are\n%s\nand should be\n%s", got, k.states)
			}
		})
	}
}

// holdsSteps holds steps against what was worked out by hand: "mean £250.00; se £50.00".
func holdsSteps(t *testing.T, of string, steps []statements.Step, want string) {
	t.Helper()
	for part := range strings.SplitSeq(want, "; ") {
		name, value, _ := strings.Cut(part, " ")
		found := part == ""
		for _, s := range steps {
			if called, _, _ := strings.Cut(s.Name, " ("); called == of+name {
				if found = true; s.Value != value {
					t.Errorf("%s%s is %s, and %s was worked out by hand", of, name, s.Value, value)
				}
			}
		}
		if !found {
			t.Errorf("there is no step %s%s", of, name)
		}
	}
}

// What the evidence cannot answer stops the settlement, and says what to do.
func TestBaselinesThatCannotBe(t *testing.T) {
	for _, k := range []struct{ it, sample, items, want string }{
		{"more were read than they stand for", strings.Replace(ofTen, "10", "3", 1), four, "4 were read, and they stand for 3: a sample is no larger than what it stands for"},
		{"more were read, and no correction", "at_least: 4, stands_for: 3, correction: none, takes: estimate", four, "4 were read, and they stand for 3"},
		{"they cost nothing, and so there is no part of it", ofTen, strings.NewReplacer("£100.00", "£0.00", "£200.00", "£0.00", "£300.00", "£0.00", "£400.00", "£0.00").Replace(four), "files.error"},
	} {
		t.Run(k.it, func(t *testing.T) {
			if _, err := based(t, "cost", k.sample, "", k.items); err == nil || !strings.Contains(err.Error(), k.want) {
				t.Errorf("expected an error with %q, found %v", k.want, err)
			}
		})
	}
}

// The statement after an approval came puts the year right, and says why; the one before stands.
func TestAnApprovalThatComesLater(t *testing.T) {
	c, err := language.Decode("based.yaml", fmt.Appendf(nil, baselineFrame, "cost", ofTen, since+credit, four+", {agreed: 2026-03-02, party: council, amount: £5.00}, {agreed: 2027-02-01, party: police, amount: £5.00}"))
	if err != nil {
		t.Fatal(err)
	}
	var position engine.Position
	var due []string
	for _, day := range []string{"2026-12-31", "2027-12-31"} {
		at, _ := calendar.ParseDate(day)
		snapshot, err := ingest.FromExamples(c, c.Examples[0].Evidence, at)
		if err != nil {
			t.Fatal(err)
		}
		out, err := settleOn(c, engine.Occasion{Through: at, CutOff: at, Final: true}, snapshot, position)
		if err != nil {
			t.Fatal(err)
		}
		position.Prior = append(position.Prior, out.prior(c))
		due = append(due, out.statement.Due[2].Due.Format(pounds))
	}
	if got := strings.Join(due, ", "); got != "£1,050.00, -£3.00" { // 60% of 1,750, then of 1,745
		t.Errorf("the statements pay %s; the first was to pay £1,050.00 and the second to take £3.00 back", got)
	}
}

// Whatever is read, the steps are what fractions make of it, and the interval stands about the estimate.
func TestLawBaselinesReconcile(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		costs := rapid.SliceOfN(rapid.Int64Range(1, 5_000_000), 2, 12).Draw(rt, "pence")
		beyond := rapid.Int64Range(0, 500).Draw(rt, "beyond")
		n, population := int64(len(costs)), int64(len(costs))+beyond
		var items []string
		sum := new(big.Rat)
		for i, p := range costs {
			items = append(items, fmt.Sprintf("{file_read: 2026-01-05, family: F%d, cost: £%d.%02d, calls: 1}", i, p/100, p%100))
			sum.Add(sum, big.NewRat(p, 100))
		}
		mean := new(big.Rat).Quo(sum, big.NewRat(n, 1))
		variance := new(big.Rat)
		for _, p := range costs {
			d := new(big.Rat).Sub(big.NewRat(p, 100), mean)
			variance.Add(variance, d.Mul(d, d))
		}
		variance.Quo(variance, big.NewRat(n-1, 1))
		ofMean := new(big.Rat).Mul(variance, big.NewRat(population-n, n*population))
		s, err := based(rt, "cost", fmt.Sprintf("at_least: 2, stands_for: %d, correction: finite_population, takes: estimate", population), "", strings.Join(items, ", ")+", {told: 2026-12-31, spent: £1.00, prices: 1}")
		if err != nil {
			rt.Fatal(err)
		}
		step := func(name string) *big.Rat {
			for _, one := range s.Baselines[0].Figures[0].Steps {
				if one.Name == "files."+name {
					text, _, _ := strings.Cut(strings.NewReplacer("£", "", ",", "").Replace(one.Value), " (")
					if r, ok := new(big.Rat).SetString(text); ok {
						return r
					}
					rt.Fatal(one.Name, " is ", one.Value)
				}
			}
			rt.Fatal("there is no step ", name)
			return nil
		}
		total := new(big.Rat).Mul(mean, big.NewRat(population, 1))
		if step("mean").Cmp(mean) != 0 || step("variance").Cmp(variance) != 0 || step("total").Cmp(total) != 0 {
			rt.Fatalf("of %v, %d stand for %d: mean %s, variance %s, total %s", costs, n, population, step("mean"), step("variance"), step("total"))
		}
		se, half := step("se"), big.NewRat(1, 200)
		above := new(big.Rat).Add(se, half)
		if below := new(big.Rat).Sub(se, half); above.Mul(above, above).Cmp(ofMean) < 0 || below.Sign() > 0 && below.Mul(below, below).Cmp(ofMean) > 0 {
			rt.Fatalf("the standard error %s is not within half a penny of the root of %s", se, ofMean)
		}
		if middle := new(big.Rat).Add(step("low"), step("high")); middle.Quo(middle, big.NewRat(2, 1)).Cmp(total) != 0 {
			rt.Fatal("the estimate is not in the middle of its interval")
		}
	})
}

// What is measured against a baseline is measured against what was agreed before; and a stated one says where it is from,
// or its saving is not of a named source.
func TestASavingAgainstABaselineIsRated(t *testing.T) {
	const rating = `rating: {partial: [realistic_baseline, data_quality], pays: {sufficient: 100%, partial: 50%, insufficient: 0%}, tests: {data_quality: yes, properly_calculated: no, net_of_costs: no,
    impact_on_services: no, realistic_baseline: yes, not_reallocated: no, sustainable: no, realised: no, not_double_counted: no, in_scope: no}}, cashable: 100%`
	for _, k := range []struct{ it, from, source, rating, why string }{
		{"from a sample", "", "", "partial", ""},
		{"stated, with its source", "stated: £2500.00", "source: the budget of 2025, ", "partial", ""},
		{"stated by nobody", "stated: £2500.00", "", "insufficient", "the baseline files has no source"},
	} {
		t.Run(k.it, func(t *testing.T) {
			document := fmt.Sprintf(baselineFrame, "cost", ofTen, since, four)
			document = strings.NewReplacer("cashable: 100%", rating, "of: x.cashable", "of: x.rated").Replace(document)
			if k.from != "" {
				before, rest, _ := strings.Cut(document, "    sample: {")
				_, after, _ := strings.Cut(rest, "\n")
				document = before + "    " + k.from + "\n" + after
				document = strings.Replace(document, "    grade: 2\n", "    grade: 2\n"+strings.TrimSuffix("    "+strings.TrimSuffix(k.source, ", "), "    ")+"\n", 1)
			}
			c, err := language.Decode("based.yaml", []byte(document))
			if err != nil {
				t.Fatal(err)
			}
			out, err := settleExample(t, c, 0, engine.Position{})
			if err != nil {
				t.Fatal(err)
			}
			f := out.statement.Savings[0].Figures[0]
			if f.Rating != k.rating {
				t.Errorf("it is rated %s, and %s was expected", f.Rating, k.rating)
			}
			for _, one := range f.Tests {
				if one.Test == "realistic_baseline" && !one.Passed {
					t.Errorf("its baseline is not realistic: %s", one.Why)
				}
				if one.Test == "data_quality" && one.Passed != (k.why == "") || one.Test == "data_quality" && !strings.Contains(one.Why, k.why) {
					t.Errorf("data quality passed: %v, %s; expected %q", one.Passed, one.Why, k.why)
				}
			}
		})
	}
}
