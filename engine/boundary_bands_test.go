package engine_test

import (
	"fmt"
	"strings"
	"testing"
)

// The edges of bands, of runs that are counted anew, of prices that the item says, and of what is gathered of finer
// figures.

// A step is the whole of its row: up to its end with the end, or below it without; further columns and dated rows have
// bands of their own.
func TestEdgesOfBands(t *testing.T) {
	contract := func(reads, rows string) string {
		return boundaryPeople + "quantities: {wages: {total: job.wage, in: beginning with joined, per: person}}\n" +
			"tables: {price: {by: [wages, band], dated: joined, reads: " + reads + ", gives: money, clause: 3, rows: [" + rows + "]}}\n" +
			"payments: {fee: {from: payer, to: provider, per: person, for: people, price: price, due: on_evidence, clause: 2}}\n"
	}
	one := func(day, band, wage string) []string {
		return []string{"joined: " + day + ", person: P, band: " + band, "job: 2020-12-01, person: P, wage: " + wage}
	}
	for _, k := range []struct {
		rows, day, band string
		reads           string
		due             map[string]string // by wage
	}{
		{"{up_to: £100.00, is: £1.00}, {up_to: £200.00, is: £2.00}, {otherwise: £3.00}", "2020-02-01", "a", "step",
			map[string]string{"£99.99": "£1.00", "£100.00": "£1.00", "£100.01": "£2.00", "£200.00": "£2.00", "£200.01": "£3.00"}},
		{"{below: £100.00, is: £1.00}, {below: £200.00, is: £2.00}, {otherwise: £3.00}", "2020-02-01", "a", "step",
			map[string]string{"£99.99": "£1.00", "£100.00": "£2.00", "£100.01": "£2.00", "£199.99": "£2.00", "£200.00": "£3.00"}},
		{"{below: £100.00, is: £1.00}, {up_to: £200.00, is: £2.00}, {otherwise: £3.00}", "2020-02-01", "a", "step", // one row of each word
			map[string]string{"£99.99": "£1.00", "£100.00": "£2.00", "£200.00": "£2.00", "£200.01": "£3.00"}},
		{"{below: £100.00, is: £1.00}, {otherwise: £3.00}, {band: b, below: £50.00, is: £5.00}, {band: b, up_to: £999.00, is: £6.00}", "2020-02-01", "b", "step",
			map[string]string{"£49.99": "£5.00", "£50.00": "£6.00", "£100.00": "£6.00", "£999.00": "£6.00", "£999.01": "£3.00"}}, // no row of its own beyond £999.00
		{"{below: £100.00, is: £1.00}, {otherwise: £3.00}, {band: b, below: £50.00, is: £5.00}, {band: b, up_to: £999.00, is: £6.00}", "2020-02-01", "a", "step",
			map[string]string{"£49.99": "£1.00", "£100.00": "£3.00"}},
		{"{up_to: £100.00, is: £1.00}, {up_to: £900.00, is: £2.00}, {from: 2020-07-01, up_to: £50.00, is: £7.00}, {from: 2020-07-01, up_to: £900.00, is: £8.00}", "2020-06-30", "a", "step",
			map[string]string{"£50.01": "£1.00", "£100.01": "£2.00"}},
		{"{up_to: £100.00, is: £1.00}, {up_to: £900.00, is: £2.00}, {from: 2020-07-01, up_to: £50.00, is: £7.00}, {from: 2020-07-01, up_to: £900.00, is: £8.00}", "2020-07-01", "a", "step",
			map[string]string{"£50.00": "£7.00", "£50.01": "£8.00", "£100.01": "£8.00"}},
		{"{up_to: £100.00, is: 1}, {otherwise: 2}, {band: b, up_to: £10.00, is: 3}, {band: b, up_to: £30.00, is: 4}", "2020-02-01", "b", "slice",
			map[string]string{"£10.00": "£30.00", "£30.00": "£110.00", "£30.01": "£110.02"}}, // 10 x 3 + 20 x 4, and a penny at the otherwise row's 2
		{"{up_to: £100.00, is: £1.00}, {up_to: £200.00, is: £2.00}, {band: b, up_to: £100.00, is: £10.00}, {band: b, up_to: £200.00, is: £20.00}", "2020-02-01", "b", "straight_line",
			map[string]string{"£99.99": "£10.00", "£100.00": "£10.00", "£150.00": "£15.00", "£200.00": "£20.00", "£200.01": "£20.00"}},
		{"{up_to: £100.00, is: £1.00}, {up_to: £200.00, is: £2.00}, {from: 2020-07-01, up_to: £100.00, is: £4.00}, {from: 2020-07-01, up_to: £200.00, is: £6.00}", "2020-07-01", "a", "straight_line",
			map[string]string{"£100.00": "£4.00", "£150.00": "£5.00"}},
	} {
		t.Run(k.reads+" "+k.rows+" "+k.day+" "+k.band, func(t *testing.T) {
			rows := k.rows
			if k.reads == "slice" { // so much money for each pound
				rows = strings.NewReplacer("is: ", "is: £", "otherwise: ", "otherwise: £").Replace(rows)
			}
			body := contract(k.reads, rows)
			if k.reads == "slice" {
				body = strings.Replace(body, "reads: slice", "reads: slice, for_each: £1.00", 1)
			}
			var cases []paid
			for wage, due := range k.due {
				cases = append(cases, paid{wage, "2020-12-31", due, one(k.day, k.band, wage)})
			}
			edges(t, body, paidCases(cases))
		})
	}
}

// A run is counted anew from an item so long after it began or later, as often as that happens.
func TestEdgesOfRestarts(t *testing.T) {
	contract := func(restarts string) string {
		return boundaryPeople + "quantities: {cover: {spells: work, per: person}}\n" +
			"measures: {sustained: {per: person, every: 4 weeks, run: cover, in: beginning with joined, restarts_on: {" + restarts + "}, clause: 2}}\n" +
			"payments: {fee: {from: payer, to: provider, per: person, for: sustained, price: £1.00, due: on_evidence, clause: 2}}\n"
	}
	work := func(to string) string { return "work: 2020-02-01 to " + to + ", person: P" }
	moves := func(days ...string) []string {
		out := []string{joins}
		for _, d := range days {
			out = append(out, "claim: "+d+", person: P")
		}
		return out
	}
	// The run begins on 1 February; its first two weeks end on the 14th and its first four on the 28th.
	edges(t, contract("item: claim, from: 2 weeks"), paidCases([]paid{
		{"without a move, 28 days", "2020-12-31", "£1.00", append(moves(), work("2020-02-28"))},
		{"a move on the last day of the first two weeks starts nothing", "2020-12-31", "£1.00", append(moves("2020-02-14"), work("2020-02-28"))},
		{"on the day after it starts the count again", "2020-12-31", "", append(moves("2020-02-15"), work("2020-02-28"))},
		{"from the day of the move: 27 days", "2020-12-31", "", append(moves("2020-02-15"), work("2020-03-12"))}, // 15 + 12
		{"28 days", "2020-12-31", "£1.00", append(moves("2020-02-15"), work("2020-03-13"))},
		{"a move on the last day of the four weeks is in time", "2020-12-31", "", append(moves("2020-02-28"), work("2020-03-25"))}, // 2 + 25 = 27
		{"and pays 28 days from there", "2020-12-31", "£1.00", append(moves("2020-02-28"), work("2020-03-26"))},
		{"one on the day after is a new stretch's first day", "2020-12-31", "£2.00", append(moves("2020-02-29"), work("2020-03-27"))},                                   // 28 and 28 days
		{"several, each from the one before: 15 February, 1 March", "2020-12-31", "£1.00", append(moves("2020-02-15", "2020-02-29", "2020-03-01"), work("2020-03-27"))}, // the 29th is the 15th day of its stretch: counted from there, 1 March is too early
		{"and a day less is none", "2020-12-31", "", append(moves("2020-02-15", "2020-02-29", "2020-03-01"), work("2020-03-26"))},                                       // 1 + 26
		{"one too early between two changes nothing", "2020-12-31", "£1.00", append(moves("2020-02-15", "2020-02-20"), work("2020-03-13"))},
		{"one after the run has ended changes nothing", "2020-12-31", "£1.00", append(moves("2020-03-01"), work("2020-02-28"))},
		{"a break starts it again as ever", "2020-12-31", "£1.00", append(moves("2020-02-15"), work("2020-02-20"), "work: 2020-03-01 to 2020-03-28, person: P")},
		{"two at once are one", "2020-12-31", "£1.00", append(moves("2020-02-15", "2020-02-15"), work("2020-03-13"))},
		{"what was reached before a later move stands", "2020-12-31", "£1.00", append(moves("2020-03-20"), work("2020-04-15"))}, // 28 days; then 20 March to 15 April, 27
		{"and what is reached after it is paid", "2020-12-31", "£2.00", append(moves("2020-03-20"), work("2020-04-16"))},
		{"a move beyond the last day settled is not looked at", "2020-02-28", "£1.00", append(moves("2020-03-20"), work("2020-04-16"))},
		{"nor one that is not learned of", "2020-02-28", "£1.00", append(moves(), "claim: 2020-02-20, person: P, learned: 2020-03-05", work("2020-04-16"))},
		{"which once learned takes it back", "2020-03-06", "", append(moves(), "claim: 2020-02-20, person: P, learned: 2020-03-05", work("2020-04-16"))}, // 20 February: 28 days end on 18 March
	}))
	edges(t, contract("item: claim"), paidCases([]paid{
		{"without from, the first day is no move", "2020-12-31", "£1.00", append(moves("2020-02-01"), work("2020-02-28"))},
		{"the second is", "2020-12-31", "", append(moves("2020-02-02"), work("2020-02-28"))},
		{"and counts from there", "2020-12-31", "£1.00", append(moves("2020-02-02"), work("2020-02-29"))},
	}))
}

// What is gathered of finer figures where there are none is nought or unknown, as the contract says; and what is counted
// of judgements is those that are yes.
func TestEdgesOfFinerFigures(t *testing.T) {
	contract := func(figure, price string) string {
		return strings.Replace(boundaryFamilies, "job: {of: person, as: event, if_none: nought}", "job: {of: person, as: event, if_none: nought}\n  seen: {of: family, as: event, if_none: nought}", 1) +
			"quantities: {jobs: {count: job, in: beginning with joined, where: {people: yes}, per: person}, busy: {met_when: {jobs: {at_least: 2}}, per: person}, most: {" + figure + ", per: family}}\n" +
			"payments: {fee: {from: payer, to: provider, per: family, for: most, price: £1.00, " + price + "due: on_evidence, clause: 2}}\n"
	}
	a, b := member("F", "A", "2020-02-01"), member("F", "B", "2020-02-01")
	jobs := func(person string, n int) (out []string) {
		for i := range n {
			out = append(out, jobOf(person, fmt.Sprintf("2020-03-%02d", i+1)))
		}
		return out
	}
	mixed := append(append([]string{a, b}, jobs("A", 3)...), jobs("B", 1)...) // 3 and 1
	for _, k := range []struct{ figure, due, none string }{
		{"highest: jobs, if_none: nought", "£3.00", ""},
		{"lowest: jobs, if_none: nought", "£1.00", ""},
		{"mean: jobs, if_none: nought, rounded: exact", "£2.00", ""},
		{"total: jobs", "£4.00", ""},
		{"count: busy", "£1.00", ""}, // A of the two
	} {
		t.Run(k.figure, func(t *testing.T) {
			edges(t, contract(k.figure, ""), paidCases([]paid{{"of two", "2020-12-31", k.due, mixed}, {"of none that did anything", "2020-12-31", "", []string{a, b}}}))
		})
	}
	t.Run("judgements", func(t *testing.T) {
		edges(t, contract("count: busy", ""), paidCases([]paid{
			{"one job is not two", "2020-12-31", "", append([]string{a}, jobs("A", 1)...)},
			{"two are", "2020-12-31", "£1.00", append([]string{a}, jobs("A", 2)...)},
			{"of each member", "2020-12-31", "£2.00", append(append([]string{a, b}, jobs("A", 2)...), jobs("B", 2)...)},
		}))
	})
	// No member at all: a bonus of £1.00 is paid on what is known, be it nought, and on nothing that is not.
	for _, head := range []string{"highest: jobs", "lowest: jobs", "latest: jobs", "mean: jobs, rounded: exact"} {
		for silence, due := range map[string]string{"nought": "£1.00", "unknown": ""} {
			t.Run(head+" of nobody is "+silence, func(t *testing.T) {
				edges(t, contract(head+", if_none: "+silence, "then: [{plus: £1.00}], "), paidCases([]paid{{"nobody", "2020-12-31", due, []string{"seen: 2020-02-01, family: F"}}}))
			})
		}
	}
}

// A price may read the item that met the measure, each outcome its own; what it does not say is not paid.
func TestEdgesOfPricesOfItems(t *testing.T) {
	contract := func(price string) string {
		return boundaryPeople + "measures: {each_job: {per: person, each: [job], clause: 4}}\n" +
			"payments: {fee: {from: payer, to: provider, per: person, for: each_job, price: " + price + ", due: on_evidence, clause: 2}}\n"
	}
	wage := func(day, w string) string { return "job: " + day + ", person: P, wage: " + w }
	edges(t, contract("10% * wage"), paidCases([]paid{
		{"its own", "2020-12-31", "£10.00", []string{joins, wage("2020-02-01", "£100.00")}},
		{"each its own", "2020-12-31", "£30.00", []string{joins, wage("2020-02-01", "£100.00"), wage("2020-02-02", "£200.00")}},
		{"each on one day", "2020-12-31", "£30.00", []string{joins, wage("2020-02-01", "£100.00"), wage("2020-02-01", "£200.00")}},
		{"rounded once a line: 0.5p and 0.4p make 0.9p", "2020-12-31", "£0.01", []string{joins, wage("2020-02-01", "£0.05"), wage("2020-02-02", "£0.04")}},
		{"0.4p is nothing", "2020-12-31", "", []string{joins, wage("2020-02-01", "£0.04")}},
		{"an item that does not say pays nothing, and the other does", "2020-12-31", "£10.00", []string{joins, wage("2020-02-01", "£100.00"), "job: 2020-02-02, person: P"}},
	}))
}

// Where both ends are divided each is shared by its own rule, and payers meet payees in the order of the parties.
func TestEdgesOfBothEndsDivided(t *testing.T) {
	contract := func(price string) string {
		return strings.Replace(boundaryPeople, "  - {party: provider,", "  - {party: lender, role: investor, name: A lender}\n  - {party: provider,", 1) +
			"payments: {fee: {from: payers, to: payees, per: person, for: people, price: " + price + ", due: on_evidence, clause: 2}}\n" +
			"divisions: {payers: {tranches: [{among: {payer: 62.5%, council: 37.5%}}], clause: 6}, payees: {tranches: [{among: [lender], claim: £40.00}, {among: {provider: 50%, lender: 50%}}], clause: 7}}\n"
	}
	for _, k := range []struct{ price, due string }{
		{"£39.99", "payer: -£24.99, council: -£15.00, lender: £39.99"}, // 24.99375 and 14.99625: the penny to the council
		{"£40.00", "payer: -£25.00, council: -£15.00, lender: £40.00"},
		{"£40.01", "payer: -£25.01, council: -£15.00, lender: £40.01"},                    // 25.00625 and 15.00375; half a penny each, to the lender, who is listed first
		{"£100.01", "payer: -£62.51, council: -£37.50, lender: £70.01, provider: £30.00"}, // 62.50625 and 37.50375; 40 + 30.005 and 30.005
	} {
		edges(t, contract(k.price), fmt.Sprintf("  - {it: %q, as_at: 2020-12-31, due: {%s}, evidence: [{%s}]}\n", k.price, k.due, joins))
	}
}

// A payment may stand per the parties of a role, on either end: each pays or is paid its own, in its own period.
func TestEdgesOfRoles(t *testing.T) {
	contract := func(ends string) string {
		return strings.Replace(boundaryPeople, "  breakdown: ", "  saving: {of: fund, as: event, if_none: nought, says: {taken: money}}\n  breakdown: ", 1) +
			"quantities: {taken_in: {total: saving.taken, dated: saving, per: [fund, quarter]}}\n" +
			"payments: {fee: {" + ends + ", per: [fund, quarter], of: taken_in * 25%, due: on_evidence, clause: 2}}\n"
	}
	saving := func(day, party, taken string) string {
		return "saving: " + day + ", party: " + party + ", taken: " + taken
	}
	both := strings.Join([]string{saving("2020-03-31", "council", "£4.00"), saving("2020-04-01", "lottery", "£8.00")}, "}, {")
	for _, k := range []struct{ it, ends, asAt, due, evidence string }{
		{"each pays its own", "from: fund, to: provider", "2020-06-30", "council: -£1.00, lottery: -£2.00, provider: £3.00", both},
		{"when its period has ended", "from: fund, to: provider", "2020-06-29", "council: -£1.00, provider: £1.00", both},
		{"each is paid its own", "from: payer, to: fund", "2020-06-30", "payer: -£3.00, council: £1.00, lottery: £2.00", both},
		{"rounded for each, ties up", "from: payer, to: fund", "2020-06-30", "payer: -£0.02, council: £0.01, lottery: £0.01",
			saving("2020-03-31", "council", "£0.02") + "}, {" + saving("2020-04-01", "lottery", "£0.02")}, // half a penny each
	} {
		edges(t, contract(k.ends), fmt.Sprintf("  - {it: %q, as_at: %s, due: {%s}, evidence: [{%s}]}\n", k.it, k.asAt, k.due, k.evidence))
	}
}
