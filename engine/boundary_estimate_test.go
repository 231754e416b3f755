package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/ingest"
)

// The edges of comparisons that an estimator works out: the gate on the exact or the rounded figure, significance either
// way, certified figures beside what is worked out, what stands in the way of an estimate. The sums are done by hand.

// estimateContract is a contract of ours and theirs, arrested or not, with a comparison and a rule of payment.
func estimateContract(comparison, quantities, payment string) string {
	return boundaryHead + `periods: {month: {every: 1 month, beginning: 2020-01-01}}
units: {person: {facts: {side: [ours, theirs]}}}
evidence:
  left: {of: person, as: event}
  arrest: {of: person, as: event, if_none: nought}
  score: {of: person, as: reading, says: {marks: number}, if_none: unknown}
  evaluation: {of: contract, as: reading, says: {effect: points, units: number}, if_none: unknown}
cohorts:
  ours: {unit: person, joined_by: left, where: {side: ours}, between: 2020-01-01 to 2020-12-31, counts: everyone_who_joined, clause: 1}
  theirs: {unit: person, joined_by: left, where: {side: theirs}, between: 2020-01-01 to 2020-12-31, counts: compared_only, clause: 1}
quantities:
  arrests: {count: arrest, in: 6 months beginning with left, per: person}
  arrested: {met_when: {arrests: {at_least: 1}}, per: person}
  before: {count: arrest, in: 6 months before left, per: person}
  arrested_before: {met_when: {before: {at_least: 1}}, per: person}
  last_score: {latest: score.marks, in: 6 months beginning with left, per: person}
` + quantities + `comparisons:
  found: {treated: ours, ` + comparison + `, per: contract, fixed_on: 2020-01-01, clause: 8}
payments: {fee: {from: payer, to: provider, per: contract, ` + payment + `, due: on_evidence, clause: 2}}
`
}

// arrested is n of ours and n of theirs, of whom so many were arrested.
func arrested(n, ours, theirs int) []string {
	var items []string
	for i := range n {
		items = append(items, fmt.Sprintf("left: 2020-01-06, person: A%02d, side: ours", i), fmt.Sprintf("left: 2020-01-06, person: B%02d, side: theirs", i))
		if i < ours {
			items = append(items, fmt.Sprintf("arrest: 2020-03-02, person: A%02d", i))
		}
		if i < theirs {
			items = append(items, fmt.Sprintf("arrest: 2020-03-02, person: B%02d", i))
		}
	}
	return items
}

const (
	proportions = "against: theirs, of: arrested, estimator: prop_diff, selection: matched, options: {alternative: less, conf_level: 95%, ci: wald, test: z_unpooled"
	fewerPeople = "  fewer: {is: (0 points - found.effect) * found.units, rounded: exact}\n"
)

func TestEdgesOfEstimates(t *testing.T) {
	// One of three against two of three: 33.33... points fewer, and a third of three is one.
	for _, k := range []struct{ settles, gate, due string }{
		{"exact", "at_most: -33.33 points", "£9.00"},
		{"exact", "at_most: -33.34 points", ""},
		{"{nearest: 0.01 points, ties: even}", "at_most: -33.33 points", "£9.00"},
		{"{nearest: 0.01 points, ties: even}", "less_than: -33.33 points", ""},
		{"{up: 1 points}", "at_most: -34 points", "£9.18"}, // used as 34 points of three: 1.02
	} {
		edges(t, estimateContract(proportions+"}, settles: {effect: "+k.settles+"}", fewerPeople, "for: fewer, price: £9.00, when: {found.effect: {"+k.gate+"}}"),
			paidCases([]paid{{"the gate on " + k.settles + ", " + k.gate, "2021-01-31", k.due, arrested(3, 1, 2)}}))
	}
	significant := proportions + ", critical: 1.6449}, settles: {effect: exact}"
	// Of ten: 2 against 8 is 60 points, the variance (0.16 + 0.16)/10 = 0.032, so 3.35 standard errors; 4 against 7 is 30
	// points, the variance (0.24 + 0.21)/10 = 0.045, so 1.41.
	edges(t, estimateContract(significant, fewerPeople, "for: fewer, price: £9.00, when: {found.significant: yes}"), paidCases([]paid{
		{"significant", "2021-01-31", "£54.00", arrested(10, 2, 8)},
		{"not significant", "2021-01-31", "", arrested(10, 4, 7)},
		{"the other way is not significant", "2021-01-31", "", arrested(10, 8, 2)},
		{"nothing before the last day of joining", "2020-12-30", "", arrested(10, 2, 8)},
	}))
	edges(t, estimateContract(significant, fewerPeople, "of: £5.00, when: {found.contrary: yes}"), paidCases([]paid{
		{"a deduction where it is significant the other way", "2021-01-31", "£5.00", arrested(10, 8, 2)},
		{"none where it is as hoped", "2021-01-31", "", arrested(10, 2, 8)},
	}))
}

// What was arrested before is taken off: (2/4 - 3/4) - (4/4 - 2/4) = -75 points, of the cells and of the rows alike.
func TestEdgesOfDifferencesInDifferences(t *testing.T) {
	items := arrested(4, 2, 4)
	for i := range 3 {
		items = append(items, fmt.Sprintf("arrest: 2019-12-02, person: A%02d", i))
	}
	for i := range 2 {
		items = append(items, fmt.Sprintf("arrest: 2019-12-02, person: B%02d", i))
	}
	for _, estimator := range []string{"did_cells, options: {alternative: less, conf_level: 95%}", "did_2x2, options: {alternative: less, conf_level: 95%, se: cr1}, "} {
		columns := "columns: {before: arrested_before}"
		if strings.HasPrefix(estimator, "did_2x2") {
			estimator, columns = strings.TrimSuffix(estimator, ", "), "columns: {before: arrested_before, cluster: person}"
		}
		edges(t, estimateContract("against: theirs, of: arrested, "+columns+", selection: matched, estimator: "+estimator+", settles: {effect: exact}", "  fewer: {is: (0 points - found.effect) * found.units, rounded: exact}\n",
			"for: fewer, price: £9.00"), paidCases([]paid{{"75 points of four: " + estimator[:8], "2021-01-31", "£27.00", items}}))
	}
}

// A comparison for the contract stands when nobody more can join either side, and every window has ended.
func TestEstimatesWaitForBothSides(t *testing.T) {
	contract := estimateContract(proportions+"}, settles: {effect: exact}", fewerPeople, "for: fewer, price: £9.00, when: {found.effect: {at_most: -10 points}}")
	late := strings.Replace(contract, "where: {side: theirs}, between: 2020-01-01 to 2020-12-31", "where: {side: theirs}, between: 2020-01-01 to 2021-03-31", 1)
	items := arrested(3, 1, 2)
	edges(t, late, paidCases([]paid{{"not while others may still be compared", "2021-03-30", "", items}, {"but then", "2021-03-31", "£9.00", items}}))
	open := append(items[:len(items):len(items)], "left: 2020-12-15, person: A99, side: ours")
	edges(t, contract, paidCases([]paid{{"not while a window runs, to 14 June", "2021-06-13", "", open}, {"then: 1/4 less 2/3 is 41.66... points of four", "2021-06-14", "£15.00", open}}))
	for due, want := range map[string]bool{"£9.00": true, "": false} {
		n := map[bool]int{true: 1, false: 2}[want]
		c := decoded(t, contract+"examples:\n"+paidCases([]paid{{"x", "2021-01-31", due, arrested(3, n, 2)}}))
		out, err := settleExample(t, c, 0, engine.Position{})
		if err != nil {
			t.Fatal(err)
		}
		if gates := out.statement.Comparisons[0].Gates; len(gates) != 1 || gates[0].Passed != want || gates[0].Reads != "effect" || gates[0].Threshold != "-0.1" {
			t.Errorf("gates %+v", gates)
		}
	}
}

// Whoever was not observed leaves the comparison unknown; nobody is left out for it.
func TestEstimatesWaitForEveryRow(t *testing.T) {
	contract := estimateContract("against: theirs, of: last_score, estimator: mean_diff, selection: matched, options: {alternative: greater, conf_level: 95%, variance: welch}, settles: {effect: exact}",
		"  gained: {is: found.effect * found.units, rounded: exact}\n", "for: gained, price: £1.00")
	scores := arrested(2, 0, 0)
	for i, side := range []string{"A", "B"} {
		for j := range 2 {
			scores = append(scores, fmt.Sprintf("score: 2020-05-0%d, person: %s%02d, marks: %d", j+1, side, j, 10*(2-i)+j))
		}
	}
	edges(t, contract, paidCases([]paid{
		{"20 and 21 against 10 and 11: ten points each", "2021-01-31", "£20.00", scores},
		{"one not observed", "2021-01-31", "", scores[:len(scores)-1]},
	}))
}

// A share of people is known when the last of them is, though a yes or no is what is gathered of each.
func TestEstimatesOfSharesAreKnownWithTheLastWindow(t *testing.T) {
	c := decoded(t, estimateContract(proportions+"}, settles: {effect: exact}", fewerPeople, "for: fewer, price: £9.00")+"examples:\n"+
		paidCases([]paid{{"x", "2021-06-30", "", append(arrested(2, 1, 2), "left: 2020-12-01, person: A99, side: ours")}}))
	out, err := settleExample(t, c, 0, engine.Position{})
	if err != nil {
		t.Fatal(err)
	}
	// The cohort closed on 31 December 2020; six months beginning with 1 December end on 31 May, in the seventeenth month.
	if got := out.statement.Comparisons[0].Known; got != "2021-05-31" {
		t.Errorf("known from %s", got)
	}
	if l := out.records[0].Lines[0]; l.Period != 17 {
		t.Errorf("the line is of period %d", l.Period)
	}
}

// settleItems settles a contract on items, a month after the last day of joining.
func settleItems(t *testing.T, body string, items []string) (*settled, error) {
	t.Helper()
	c := decoded(t, body+"examples:\n"+paidCases([]paid{{"x", "2021-01-31", "", items}}))
	e := &c.Examples[0]
	s, err := ingest.FromExamples(c, e.Evidence, e.AsAt)
	if err != nil {
		t.Fatal(err)
	}
	day := calendar.MustDate("2021-01-31")
	return settleOn(c, engine.Occasion{Through: day, CutOff: day, Final: true}, s, engine.Position{})
}

// A refusal stops the settlement and says what to do; where a certified figure is paid on it is only shown.
func TestRefusedEstimates(t *testing.T) {
	ratios := "against: theirs, of: arrested, estimator: prop_ratio, selection: matched, options: {alternative: greater, conf_level: 95%, measure: relative_reduction}, settles: {effect: exact}"
	_, err := settleItems(t, estimateContract(ratios, "", "of: £1.00, when: {found.effect: {at_least: 10%}}"), arrested(3, 0, 0))
	if err == nil || !strings.Contains(err.Error(), "comparison found (8): prop_ratio refuses it as undefined: ") {
		t.Errorf("no events: %v", err)
	}
	certified := "against: theirs, of: arrested, estimator: prop_diff, selection: matched, options: {alternative: less, conf_level: 95%, ci: wald, test: z_pooled}, certified_by: evaluation, pays_on: certified, settles: {effect: exact}"
	out, err := settleItems(t, estimateContract(certified, fewerPeople, "for: fewer, price: £9.00"), append(arrested(3, 1, 2), "evaluation: 2021-01-10, effect: -50 points, units: 4"))
	if err != nil {
		t.Fatal(err)
	}
	c := out.statement.Comparisons[0]
	// Certified -0.5, worked out -1/3: the difference is -1/6.
	if c.Certified == nil || !c.Certified.Used || c.Certified.Effect != "-0.5" || c.Certified.Difference != "-0.166666666667" || out.statement.Payments[0].Due.String() != "18.00" {
		t.Errorf("certified: %+v, due %s", c.Certified, out.statement.Payments[0].Due)
	}
	paysOnWorked := strings.Replace(certified, "pays_on: certified", "pays_on: worked_out", 1)
	worked, err := settleItems(t, estimateContract(paysOnWorked, fewerPeople, "for: fewer, price: £9.00"), append(arrested(3, 1, 2), "evaluation: 2021-01-10, effect: -50 points, units: 4"))
	if err != nil {
		t.Fatal(err)
	}
	if w := worked.statement.Comparisons[0].Certified; w == nil || w.Used || w.Effect != "-0.5" || w.Difference != "-0.166666666667" || worked.statement.Payments[0].Due.String() != "9.00" {
		t.Errorf("worked out: %+v, due %s", w, worked.statement.Payments[0].Due) // a third of three is one
	}
	if f := c.Figures[0]; f.Name != "effect" || f.Found != "-0.333333333333" || f.Used != "-50 points" {
		t.Errorf("the effect found is what was worked out, and the one used what was certified: %+v", f)
	}
	how := workingOf(out, "found.effect")
	if !strings.HasPrefix(how, "certified: -50 points; prop_diff: ") {
		t.Errorf("the working of the effect is %q", how)
	}
	// Nobody of either side was arrested, so a reduction has no estimate: nothing was found, and the certified one is used.
	undefined := strings.Replace(certified, "prop_diff, selection: matched, options: {alternative: less, conf_level: 95%, ci: wald, test: z_pooled}", "prop_ratio, selection: matched, options: {alternative: greater, conf_level: 95%, measure: relative_reduction}", 1)
	body := strings.Replace(estimateContract(undefined, "", "of: £1.00, when: {found.effect: {at_least: 10%}}"), "says: {effect: points", "says: {effect: rate", 1)
	if out, err = settleItems(t, body, append(arrested(3, 0, 0), "evaluation: 2021-01-10, effect: 12%, units: 3")); err != nil {
		t.Fatal(err)
	}
	c = out.statement.Comparisons[0]
	if f := c.Figures[0]; f.Found != "" || f.Used != "12%" || c.Refused == "" || c.Certified.Difference != "" {
		t.Errorf("refused: %+v, certified %+v, refused %q", f, c.Certified, c.Refused)
	}
}

// A late item is in both answers: the comparison is run again, and the difference is a line that says so.
func TestComparisonsRunAgainGiveAdjustments(t *testing.T) {
	c := decoded(t, estimateContract(proportions+"}, settles: {effect: exact}", fewerPeople, "for: fewer, price: £9.00")+"examples:\n"+
		paidCases([]paid{{"first", "2021-01-31", "", arrested(4, 1, 3)}, {"then", "2021-02-28", "", append(arrested(4, 1, 3), "arrest: 2020-03-05, person: A01, learned: 2021-02-10")}}))
	first, err := settleExample(t, c, 0, engine.Position{})
	if err != nil {
		t.Fatal(err)
	}
	second, err := settleExample(t, c, 1, position(c, first))
	if err != nil {
		t.Fatal(err)
	}
	// Two of four fewer (£18.00), then one (£9.00).
	if got := first.statement.Payments[0].Due.String() + " then " + second.statement.Payments[0].Due.String(); got != "18.00 then -9.00" {
		t.Errorf("due %s", got)
	}
	if l := second.records[0].Lines[0]; l.Reason == "" || l.Corrects != 1 {
		t.Errorf("the line says %+v", l)
	}
}

// workingOf is how the lines of the whole came by a figure; "" where they did not.
func workingOf(out *settled, figure string) string {
	for i := range out.records {
		for j := range out.records[i].Lines {
			for _, step := range out.records[i].Lines[j].Working {
				if step.Name == figure {
					return step.Text
				}
			}
		}
	}
	return ""
}

// Two cohorts of two against two: one of ours arrested, both of theirs, in either. The pool is four against four, and it
// stands from the last day on which anybody could join, though both cohorts were known before.
func TestPoolsOfEstimatesSayWhomAndFromWhen(t *testing.T) {
	const pool = "  pool: {pools: found, covers: all_cohorts, estimator: pooled, options: {method: n_weighted, alternative: less, conf_level: 95%}, per: contract, fixed_on: 2020-01-01, settles: {effect: exact}, clause: 9}\n"
	body := estimateContract(proportions+"}, settles: {effect: exact}", "  fewer: {is: (0 points - pool.effect) * pool.units, rounded: exact}\n", "for: fewer, price: £9.00")
	for _, change := range [][2]string{
		{"between: 2020-01-01 to 2020-12-31, counts: everyone_who_joined", "between: 2020-01-01 to 2020-12-31, closes: {at: 2, then: next_opens}, counts: everyone_who_joined"},
		{"per: contract, fixed_on: 2020-01-01, clause: 8}\n", "per: ours, fixed_on: 2020-01-01, clause: 8}\n" + pool},
	} {
		if body = strings.Replace(body, change[0], change[1], 1); !strings.Contains(body, change[1]) {
			t.Fatalf("the contract has no %s", change[0])
		}
	}
	var items []string
	for i, day := range []string{"2020-01-06", "2020-01-06", "2020-02-03", "2020-02-03"} {
		items = append(items, fmt.Sprintf("left: %s, person: A%d, side: ours", day, i), fmt.Sprintf("left: %s, person: B%d, side: theirs", day, i), fmt.Sprintf("arrest: 2020-03-02, person: B%d", i))
	}
	out, err := settleItems(t, body, append(items, "arrest: 2020-03-02, person: A0", "arrest: 2020-03-02, person: A2"))
	if err != nil {
		t.Fatal(err)
	}
	for i, day := range []string{"2020-07-05", "2020-08-02"} { // the last day of the windows, though it is a yes or no that is compared
		if c := out.statement.Comparisons[i]; c.Known != day {
			t.Errorf("%s %d is known from %s", c.Comparison, c.Cohort, c.Known)
		}
	}
	c := out.statement.Comparisons[2]
	if c.Comparison != "pool" || c.Treated.Units != "4" || c.Against.Units != "4" || c.Known != "2020-12-31" || c.Figures[0].Used != "-50 points" {
		t.Errorf("the pool: %+v, %+v against %+v", c, c.Treated, c.Against)
	}
	if l := out.records[0].Lines[0]; l.Due.String() != "18.00" || l.Period != 12 { // 50 points of four are two
		t.Errorf("%s is due in period %d", l.Due, l.Period)
	}
}

// A carried effect says what it was and among whom: 50 points fewer, less a fifth, of four others are 1.6.
func TestCarriedEffectsSayWhatTheyWere(t *testing.T) {
	body := estimateContract(proportions+"}, settles: {effect: exact}", "  fewer: {is: (0 points - elsewhere.effect) * elsewhere.units, rounded: exact}\n", "for: fewer, price: £9.00")
	body = strings.Replace(body, "fixed_on: 2020-01-01, clause: 8}\n", "fixed_on: 2020-01-01, clause: 8}\n"+
		"  elsewhere: {carries: found, treated: theirs, discount: 20%, estimator: carried, selection: matched, per: contract, fixed_on: 2020-01-01, settles: {effect: exact}, clause: 9}\n", 1)
	out, err := settleItems(t, body, arrested(4, 1, 3))
	if err != nil {
		t.Fatal(err)
	}
	if got := workingOf(out, "elsewhere.effect"); got != "-50 points of found, less 20%" {
		t.Errorf("the working of the effect is %q", got)
	}
	if due := out.statement.Payments[0].Due.String(); due != "14.40" {
		t.Errorf("due %s", due)
	}
}
