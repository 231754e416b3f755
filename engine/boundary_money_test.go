package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"outturn/engine"
)

// The edges of conditions, tables, hurdles, steps, divisions, caps and of when a payment falls due.

// One part that fails decides an all-of and one that holds an any-of, whatever is not known beside it; neutral parts are
// left out; not yet and unknown never pay.
func TestEdgesOfConditions(t *testing.T) {
	contract := func(condition string) string {
		return boundaryPeople + `quantities:
  jobs: {count: job, in: beginning with joined, per: person}
  later: {count: claim, in: 12 months beginning with joined, per: person}
  wages: {total: job.wage, in: beginning with joined, per: person}
  left: {count: claim, in: beginning with joined, neutral_if: {band: c}, per: person}
payments: {fee: {from: payer, to: provider, per: person, for: people, price: £1.00, ` + condition + `, due: on_evidence, clause: 2}}
`
	}
	const b, c = "joined: 2020-01-15, person: P, band: b", "joined: 2020-01-15, person: P, band: c"
	unknown := "job: 2020-02-01, person: P" // its wage was not observed
	for _, k := range []struct {
		condition string
		cases     []paid
	}{
		{"when: {band: a, wages: {at_least: £50.00}}", []paid{
			{"both hold", "2020-06-30", "£1.00", []string{joins, on("2020-02-01")}},
			{"one fails and one is unknown", "2020-06-30", "", []string{b, unknown}},
			{"one holds and one is unknown", "2020-06-30", "", []string{joins, unknown}}}},
		{"when: {any_of: [{band: a}, {wages: {at_least: £50.00}}]}", []paid{
			{"one holds and one is unknown", "2020-06-30", "£1.00", []string{joins, unknown}},
			{"one fails and one is unknown", "2020-06-30", "", []string{b, unknown}}}},
		{"when: {any_of: [{wages: {at_least: £50.00}}, {band: a}]}", []paid{
			{"the one that holds decides, unknown before it", "2020-06-30", "£1.00", []string{joins, unknown}}}},
		{"unless: {wages: {at_least: £50.00}, band: a}", []paid{
			{"the one that fails decides, unknown before it", "2020-06-30", "£1.00", []string{b, unknown}},
			{"where it holds, what is unknown holds back", "2020-06-30", "", []string{joins, unknown}}}},
		{"unless: {wages: {at_least: £50.00}}", []paid{
			{"unknown holds back", "2020-06-30", "", []string{joins, unknown}},
			{"under pays", "2020-06-30", "£1.00", []string{joins, "job: 2020-02-01, person: P, wage: £49.99"}},
			{"on does not", "2020-06-30", "", []string{joins, "job: 2020-02-01, person: P, wage: £50.00"}}}},
		{"when: {later: 0}", []paid{
			{"not yet does not pay", "2021-01-13", "", []string{joins}},
			{"known pays", "2021-01-14", "£1.00", []string{joins}}}}, // 12 months from 15 January 2020 end on 14 January 2021
		{"unless: {later: {at_least: 1}}", []paid{
			{"what is not yet does not hold back", "2021-01-13", "£1.00", []string{joins}},
			{"what came to hold does", "2021-01-14", "", []string{joins, "claim: 2020-05-01, person: P"}}}},
		{"when: {not: {wages: {at_least: £50.00}}}", []paid{
			{"the contrary of unknown is unknown", "2020-06-30", "", []string{joins, unknown}},
			{"the contrary of no", "2020-06-30", "£1.00", []string{joins}}}},
		{"when: {left: {at_least: 1}, jobs: {at_least: 1}}", []paid{
			{"a neutral part is left out", "2020-06-30", "£1.00", []string{c, on("2020-02-01")}},
			{"and the other decides", "2020-06-30", "", []string{c}},
			{"where it counts it decides", "2020-06-30", "", []string{joins, on("2020-02-01")}}}},
		{"when: {left: {at_least: 1}}", []paid{{"all parts neutral do not pay", "2020-06-30", "", []string{c}}}},
		{"when: {wages: {observed: yes}}", []paid{
			{"observed", "2020-06-30", "£1.00", []string{joins, on("2020-02-01")}},
			{"not observed", "2020-06-30", "", []string{joins, unknown}}}},
		{"when: {wages: {observed: no}}", []paid{{"not observed", "2020-06-30", "£1.00", []string{joins, unknown}}}},
		{"when: {jobs: [1, 3]}", []paid{
			{"one of them", "2020-06-30", "£1.00", []string{joins, on("2020-02-01")}},
			{"between them", "2020-06-30", "", []string{joins, on("2020-02-01"), on("2020-02-02")}}}},
		{"when: {jobs: {more_than: 1, at_most: 2}}", []paid{
			{"under both", "2020-06-30", "", []string{joins, on("2020-02-01")}},
			{"on the edge", "2020-06-30", "£1.00", []string{joins, on("2020-02-01"), on("2020-02-02")}},
			{"over", "2020-06-30", "", []string{joins, on("2020-02-01"), on("2020-02-02"), on("2020-02-03")}}}},
		{"when: {jobs: {less_than: 1}}", []paid{{"none is less than one", "2020-06-30", "£1.00", []string{joins}}}},
	} {
		t.Run(k.condition, func(t *testing.T) { edges(t, contract(k.condition), paidCases(k.cases)) })
	}
}

// The particular row prevails over the general, then the later dated over the earlier.
func TestEdgesOfTables(t *testing.T) {
	contract := func(table, dated string) string {
		return boundaryPeople + "quantities: {jobs: {count: job, in: beginning with joined, per: person}, wages: {total: job.wage, in: beginning with joined, per: person}}\ntables: {price: {" + table + ", gives: money, clause: 3}}\n" +
			"payments: {fee: {from: payer, to: provider, per: person, for: " + dated + ", price: price, due: on_evidence, clause: 2}}\n"
	}
	t.Run("rows", func(t *testing.T) {
		edges(t, contract("by: [year, band], dated: joined, rows: [{year: 1, is: £1.00}, {year: 1, band: b, is: £2.00}, {from: 2020-07-01, year: 1, is: £3.00}, {year: 2, band: [a, b], is: £4.00}, {otherwise: £9.00}]", "people"), paidCases([]paid{
			{"the general row", "2021-12-31", "£1.00", []string{"joined: 2020-06-30, person: P, band: a"}},
			{"the later from over the earlier, on its day", "2021-12-31", "£3.00", []string{"joined: 2020-07-01, person: P, band: a"}},
			{"the particular over the general", "2021-12-31", "£2.00", []string{"joined: 2020-06-30, person: P, band: b"}},
			{"and over a later general one", "2021-12-31", "£2.00", []string{"joined: 2020-07-01, person: P, band: b"}},
			{"the year of the dated day", "2021-12-31", "£3.00", []string{"joined: 2020-12-31, person: P, band: a"}},
			{"the day after", "2021-12-31", "£4.00", []string{"joined: 2021-01-01, person: P, band: a"}},
			{"no row but otherwise", "2021-12-31", "£9.00", []string{"joined: 2021-01-01, person: P, band: c"}},
		}))
	})
	wage := func(w string) string { return "job: 2020-02-01, person: P, wage: " + w }
	t.Run("slices", func(t *testing.T) {
		body := strings.Replace(contract("by: [jobs], reads: slice, rows: [{up_to: 2, is: £1.00}, {up_to: 3, is: £10.00}, {otherwise: £100.00}]", "people"), "clause: 3}", "clause: 3}", 1)
		jobs := func(n int) []string {
			e := []string{joins}
			for i := range n {
				e = append(e, on(fmt.Sprintf("2020-02-%02d", i+1)))
			}
			return e
		}
		edges(t, body, paidCases([]paid{
			{"none is in no slice", "2020-12-31", "", jobs(0)},
			{"two fill the first", "2020-12-31", "£2.00", jobs(2)},
			{"a third is in the second", "2020-12-31", "£12.00", jobs(3)},
			{"a fourth is beyond", "2020-12-31", "£112.00", jobs(4)},
		}))
	})
	t.Run("a straight line", func(t *testing.T) {
		edges(t, contract("by: [wages], reads: straight_line, rows: [{up_to: £100.00, is: £1.00}, {up_to: £300.00, is: £5.00}]", "people"), paidCases([]paid{
			{"before the first point", "2020-12-31", "£1.00", []string{joins, wage("£99.00")}},
			{"on it", "2020-12-31", "£1.00", []string{joins, wage("£100.00")}},
			{"half way", "2020-12-31", "£3.00", []string{joins, wage("£200.00")}},
			{"a quarter, to the penny", "2020-12-31", "£2.01", []string{joins, wage("£150.30")}}, // 1 + 4 x 50.30/200 = 2.006
			{"on the last", "2020-12-31", "£5.00", []string{joins, wage("£300.00")}},
			{"past it", "2020-12-31", "£5.00", []string{joins, wage("£900.00")}},
		}))
	})
	t.Run("steps", func(t *testing.T) {
		edges(t, contract("by: [wages], reads: step, rows: [{up_to: £100.00, is: £1.00}, {up_to: £300.00, is: £5.00}, {otherwise: £7.00}]", "people"), paidCases([]paid{
			{"in the first row", "2020-12-31", "£1.00", []string{joins, wage("£50.00")}},
			{"its upper end is within it", "2020-12-31", "£1.00", []string{joins, wage("£100.00")}},
			{"a penny over is in the next", "2020-12-31", "£5.00", []string{joins, wage("£100.01")}},
			{"beyond the last", "2020-12-31", "£7.00", []string{joins, wage("£300.01")}},
		}))
	})
	t.Run("by the outcome's own day", func(t *testing.T) {
		body := contract("by: [], dated: met, rows: [{from: 2020-01-01, is: £1.00}, {from: 2020-03-01, is: £2.00}]", "each_job") + "measures: {each_job: {per: person, each: [job], clause: 4}}\n"
		edges(t, body, paidCases([]paid{
			{"each at its own price", "2020-12-31", "£5.00", []string{joins, on("2020-02-29"), on("2020-03-01"), on("2020-03-02")}},
		}))
	})
}

// A hurdle lets through the whole or the excess, and its word decides on the edge.
func TestEdgesOfHurdles(t *testing.T) {
	contract := func(hurdle string) string {
		return boundaryPeople + "quantities: {jobs: {count: job, in: beginning with joined, per: person}}\n" +
			"payments: {fee: {from: payer, to: provider, per: person, for: jobs, price: £1.00, hurdle: {" + hurdle + "}, due: on_evidence, clause: 2}}\n"
	}
	one, two, three := []string{joins, on("2020-02-01")}, []string{joins, on("2020-02-01"), on("2020-02-02")}, []string{joins, on("2020-02-01"), on("2020-02-02"), on("2020-02-03")}
	for _, k := range []struct{ hurdle, one, two, three string }{
		{"jobs: {at_least: 2}, pays_on: whole", "", "£2.00", "£3.00"},
		{"jobs: {more_than: 2}, pays_on: whole", "", "", "£3.00"},
		{"jobs: {at_least: 2}, pays_on: excess", "", "", "£1.00"},
		{"jobs: {more_than: 1}, pays_on: excess", "", "£1.00", "£2.00"},
		{"jobs: {at_most: 2}, pays_on: whole", "£1.00", "£2.00", ""},
		{"jobs: {less_than: 2}, pays_on: whole", "£1.00", "", ""},
	} {
		t.Run(k.hurdle, func(t *testing.T) {
			edges(t, contract(k.hurdle), paidCases([]paid{{"one", "2020-12-31", k.one, one}, {"two", "2020-12-31", k.two, two}, {"three", "2020-12-31", k.three, three}}))
		})
	}
}

// Steps are done in the order listed, on the exact sum; then nought if below, and rounding once.
func TestEdgesOfSteps(t *testing.T) {
	for _, k := range []struct{ price, then, due string }{
		{"£10.00", "{times: 50%}", "£5.00"},
		{"£10.00", "{times: 1.5}", "£15.00"},
		{"£10.00", "{less: 2%}", "£9.80"},
		{"£10.00", "{less: £2.50}", "£7.50"},
		{"£10.00", "{plus: £0.01}", "£10.01"},
		{"£10.00", "{not_above: £9.99}", "£9.99"},
		{"£10.00", "{not_above: £10.00}", "£10.00"},
		{"£10.00", "{not_above: £10.01}", "£10.00"},
		{"£10.00", "{not_below: £9.99}", "£10.00"},
		{"£10.00", "{not_below: £10.01}", "£10.01"},
		{"£10.00", "{less: £10.00}", ""},
		{"£10.00", "{less: £10.01}", ""},
		{"£10.00", "{less: £20.00}, {plus: £15.00}", "£5.00"}, // below nought only at the end
		{"£10.00", "{times: 50%}, {less: £1.00}", "£4.00"},
		{"£10.00", "{less: £1.00}, {times: 50%}", "£4.50"},
		{"£0.01", "{times: 50%}", "£0.01"}, // half a penny, ties up
		{"£0.01", "{times: 49%}", ""},
		{"£0.01", "{times: 50%}, {times: 50%}, {times: 3}", "£0.01"}, // 0.75p: rounded once, at the end
	} {
		t.Run(k.price+" "+k.then, func(t *testing.T) {
			edges(t, boundaryPeople+"payments: {fee: {from: payer, to: provider, per: person, for: people, price: "+k.price+", then: ["+k.then+"], due: on_evidence, clause: 2}}\n",
				paidCases([]paid{{"once", "2020-12-31", k.due, []string{joins}}}))
		})
	}
}

// A division splits what a line is worth to date; spare pennies go by the stated rule; a tranche is full before the next.
func TestEdgesOfDivisions(t *testing.T) {
	contract := func(price, division, spare string) string {
		body := boundaryPeople + "payments: {fee: {from: shared, to: provider, per: person, for: people, price: " + price + ", due: on_evidence, clause: 2}}\n" +
			"divisions: {shared: {tranches: [" + division + "], clause: 4}}\n"
		body = strings.Replace(body, "  joined: {of: person, as: event}\n", "  joined: {of: person, as: event}\n  saving: {of: fund, as: event, if_none: nought, says: {taken: money}}\n", 1)
		body += "quantities: {taken_out: {total: saving.taken, in: beginning with 2020-01-01, per: fund}}\n"
		return strings.Replace(body, "spare: largest_remainder", "spare: "+spare, 1)
	}
	const thirds = "{among: {payer: 33.3%, council: 33.3%, lottery: 33.4%}}"
	for _, k := range []struct{ name, price, division, spare, due, savings string }{
		{"shares", "£1.00", "{among: {payer: 62.5%, lottery: 37.5%}}", "largest_remainder", "payer: -£0.63, lottery: -£0.37, provider: £1.00", ""}, // 62.5p and 37.5p: a tie, to the first party
		{"the residual to a party", "£1.00", "{among: {payer: 62.5%, lottery: 37.5%}}", "lottery", "payer: -£0.62, lottery: -£0.38, provider: £1.00", ""},
		{"a penny among three", "£0.01", thirds, "largest_remainder", "lottery: -£0.01, provider: £0.01", ""},
		{"under the claims", "£1.00", "{among: fund, claim: 10% * taken_out}, {among: {payer: 100%}}", "largest_remainder", "council: -£0.60, lottery: -£0.40, provider: £1.00", "council 6.00 lottery 4.00"},
		{"a penny over the claims", "£1.01", "{among: fund, claim: 10% * taken_out}, {among: {payer: 100%}}", "largest_remainder", "council: -£0.60, lottery: -£0.40, payer: -£0.01, provider: £1.01", "council 6.00 lottery 4.00"},
		{"short of the claims, in proportion", "£0.50", "{among: fund, claim: 10% * taken_out}, {among: {payer: 100%}}", "largest_remainder", "council: -£0.30, lottery: -£0.20, provider: £0.50", "council 6.00 lottery 4.00"},
		{"no claims", "£1.00", "{among: fund, claim: 10% * taken_out}, {among: {payer: 100%}}", "largest_remainder", "payer: -£1.00, provider: £1.00", ""},
		{"by weights", "£1.00", "{among: fund, by: taken_out}", "largest_remainder", "council: -£0.67, lottery: -£0.33, provider: £1.00", "council 2.00 lottery 1.00"},
	} {
		t.Run(k.name, func(t *testing.T) {
			evidence := []string{joins}
			if f := strings.Fields(k.savings); len(f) > 0 {
				evidence = append(evidence, "saving: 2020-02-01, party: "+f[0]+", taken: £"+f[1], "saving: 2020-02-01, party: "+f[2]+", taken: £"+f[3])
			}
			edges(t, contract(k.price, k.division, k.spare), fmt.Sprintf("  - {it: divides, as_at: 2020-12-31, due: {%s}, evidence: [{%s}]}\n", k.due, strings.Join(evidence, "}, {")))
		})
	}
}

// A payment falls due on its claim within the window, once validated, and after its wait.
func TestEdgesOfDue(t *testing.T) {
	contract := func(due string) string {
		return boundaryPeople + "measures: {each_job: {per: person, each: [job], clause: 4}}\n" +
			"payments: {fee: {from: payer, to: provider, per: person, for: each_job, price: £1.00, due: " + due + ", clause: 2}}\n"
	}
	claim := func(day string) string { return "claim: " + day + ", person: P" }
	job := on("2020-03-02")
	for _, k := range []struct {
		due   string
		cases []paid
	}{
		{"{on: claim, within: 4 weeks after met}", []paid{
			{"a claim on the day itself is too soon", "2020-12-31", "", []string{joins, job, claim("2020-03-02")}},
			{"the day after is the first", "2020-12-31", "£1.00", []string{joins, job, claim("2020-03-03")}},
			{"28 days after is the last", "2020-12-31", "£1.00", []string{joins, job, claim("2020-03-30")}},
			{"29 is too late", "2020-12-31", "", []string{joins, job, claim("2020-03-31")}},
			{"one claim is for one outcome", "2020-12-31", "£1.00", []string{joins, job, on("2020-03-04"), claim("2020-03-05")}},
			{"two for two", "2020-12-31", "£2.00", []string{joins, job, on("2020-03-04"), claim("2020-03-05"), claim("2020-03-06")}},
			{"it falls due on the claim", "2020-03-29", "", []string{joins, job, claim("2020-03-30")}}}},
		{"{on: claim, within: 4 weeks beginning with met}", []paid{
			{"the day itself counts", "2020-12-31", "£1.00", []string{joins, job, claim("2020-03-02")}},
			{"27 days after is the last", "2020-12-31", "£1.00", []string{joins, job, claim("2020-03-29")}},
			{"28 is too late", "2020-12-31", "", []string{joins, job, claim("2020-03-30")}}}},
		{"{on: evidence, validated_by: answer}", []paid{
			{"no answer", "2020-12-31", "", []string{joins, job}},
			{"passed", "2020-12-31", "£1.00", []string{joins, job, "answer: 2020-04-01, person: P, found: passed"}},
			{"not before the answer", "2020-03-31", "", []string{joins, job, "answer: 2020-04-01, person: P, found: passed"}},
			{"failed", "2020-12-31", "", []string{joins, job, "answer: 2020-04-01, person: P, found: failed"}},
			{"about another outcome", "2020-12-31", "", []string{joins, job, "answer: 2020-04-01, person: P, found: passed, outcome: 2020-03-03"}},
			{"about each its own", "2020-12-31", "£1.00", []string{joins, job, on("2020-03-03"), "answer: 2020-04-01, person: P, found: failed, outcome: 2020-03-02", "answer: 2020-04-02, person: P, found: passed, outcome: 2020-03-03"}}}},
		{"{on: evidence, wait: 15 working days}", []paid{
			{"14 are not 15", "2020-03-20", "", []string{joins, job}}, // Monday 2 March; 15 working days after it is Monday 23 March
			{"15 are", "2020-03-23", "£1.00", []string{joins, job}},
			{"holidays are no working days", "2021-01-06", "", []string{joins, on("2020-12-14")}}, // 15-18, 21-24, 29-31 December, 4-7 January: 4 + 4 + 3 + 4
			{"and then it pays", "2021-01-07", "£1.00", []string{joins, on("2020-12-14")}}}},
		{"{on: evidence, wait: 1 month}", []paid{
			{"a month after the 2nd is the 2nd", "2020-04-02", "£1.00", []string{joins, job}},
			{"and not the 1st", "2020-04-01", "", []string{joins, job}}}},
	} {
		t.Run(k.due, func(t *testing.T) { edges(t, contract(k.due), paidCases(k.cases)) })
	}
}

// A payment between dates pays for what happens within them, both ends included.
func TestEdgesOfBetween(t *testing.T) {
	edges(t, boundaryPeople+"measures: {each_job: {per: person, each: [job], clause: 4}}\n"+
		"payments: {fee: {from: payer, to: provider, per: person, for: each_job, price: £1.00, between: 2020-03-01 to 2020-03-31, due: on_evidence, clause: 2}}\n",
		paidCases([]paid{
			{"the day before", "2020-12-31", "", []string{joins, on("2020-02-29")}},
			{"the first day", "2020-12-31", "£1.00", []string{joins, on("2020-03-01")}},
			{"the last day", "2020-12-31", "£1.00", []string{joins, on("2020-03-31")}},
			{"the day after", "2020-12-31", "", []string{joins, on("2020-04-01")}},
		}))
}

// What is gathered by period is gathered in its own period, and known when that has ended.
func TestEdgesOfPeriods(t *testing.T) {
	body := boundaryPeople + `quantities: {jobs: {count: job, per: [person, quarter], dated: job}}
payments: {fee: {from: payer, to: provider, per: [person, quarter], of: jobs * jobs * £1.00, due: on_evidence, clause: 2}}
`
	body = strings.Replace(body, "jobs * jobs * £1.00", "jobs * £1.00", 1)
	edges(t, body, paidCases([]paid{
		{"the quarter has ended", "2020-03-31", "£1.00", []string{joins, on("2020-02-01")}},
		{"it has not", "2020-03-30", "", []string{joins, on("2020-02-01")}},
		{"each in its own quarter", "2020-06-30", "£2.00", []string{joins, on("2020-03-31"), on("2020-04-01")}},
		{"and no other", "2020-12-31", "£1.00", []string{joins, on("2020-03-31")}},
	}))
	edges(t, strings.Replace(body, "dated: job}", "dated: job, to_date: yes}", 1), paidCases([]paid{
		{"to date adds the earlier ones", "2020-06-30", "£3.00", []string{joins, on("2020-03-31"), on("2020-04-01")}}, // 1 + 2
	}))
	whole := boundaryPeople + `quantities: {jobs: {count: job, per: quarter, dated: job}}
payments: {fee: {from: payer, to: provider, per: quarter, for: jobs, price: £1.00, due: on_evidence, clause: 2}}
`
	edges(t, whole, paidCases([]paid{
		{"for the whole: the quarter has ended", "2020-03-31", "£1.00", []string{joins, on("2020-02-01")}},
		{"for the whole: it has not", "2020-03-30", "", []string{joins, on("2020-02-01")}},
		{"for the whole: each in its own", "2020-06-30", "£2.00", []string{joins, on("2020-03-31"), on("2020-04-01")}},
	}))
}

// Division by nought and a combination without a row stop the settlement and name payment, unit and clause.
func TestSettlingStopsAndNames(t *testing.T) {
	for _, k := range []struct {
		it, body string
		names    []string
	}{
		{"divides by nought", boundaryPeople + `quantities:
  jobs: {count: job, in: beginning with joined, per: person}
  claims: {count: claim, in: beginning with joined, per: person}
  share: {is: jobs / claims, rounded: exact}
payments: {fee: {from: payer, to: provider, per: person, for: people, price: £1.00 * share, due: on_evidence, clause: schedule 9}}
`, []string{"fee", "schedule 9", "person P", "nought", "share"}},
		{"has no row", boundaryPeople + `tables: {price: {by: [band], gives: money, clause: schedule 3, rows: [{band: b, is: £1.00}]}}
payments: {fee: {from: payer, to: provider, per: person, for: people, price: price, due: on_evidence, clause: schedule 9}}
`, []string{"fee", "schedule 9", "person P", "schedule 3", "band a"}},
	} {
		t.Run(k.it, func(t *testing.T) {
			c := decoded(t, k.body+"examples: [{it: stops, as_at: 2020-12-31, due: {}, evidence: [{"+joins+"}]}]\n")
			_, err := settleExample(t, c, 0, engine.Position{})
			if err == nil {
				t.Fatal("no error")
			}
			for _, name := range k.names {
				if !strings.Contains(err.Error(), name) {
					t.Errorf("the error does not name %q: %v", name, err)
				}
			}
		})
	}
}
