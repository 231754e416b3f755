package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/ingest"
)

// Each rule of the engine on its edge, just under it and just over. A case is an example in the contract's own words:
// the evidence, the day, and what is then due; a party that a case does not name is due nothing.

// boundaryHead is the part of the contract that all cases share: settled by the month from 2020 to 2023.
const boundaryHead = `outturn: 1
contract: {id: edges, currency: GBP, first: 2020-01-01, last: 2023-12-31, paid_elsewhere: pay}
parties:
  - {party: payer, role: exchequer, name: The payer}
  - {party: council, role: fund, name: A council}
  - {party: lottery, role: fund, name: A fund}
  - {party: provider, role: provider, name: A provider}
calendar: {settle: month, cut_off: 30 days after, last_cut_off: 2024-12-31, run: "0 6 1 * *", zone: Europe/London, holidays: [2020-12-25, 2020-12-28, 2021-01-01]}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
`

// boundaryPeople is a contract of people who join, take jobs and are in work.
const boundaryPeople = boundaryHead + `periods:
  month: {every: 1 month, beginning: 2020-01-01}
  quarter: {every: 3 months, beginning: 2020-01-01}
  year: {every: 12 months, beginning: 2020-01-01}
  term: {begins: [2020-01-06, 2020-04-20, 2020-09-01, 2021-01-04]}
units: {person: {facts: {band: [a, b, c]}}}
evidence:
  joined: {of: person, as: event}
  job: {of: person, as: event, if_none: nought, says: {wage: {type: money, optional: yes}}}
  claim: {of: person, as: event, if_none: nought}
  work: {of: person, as: spell, if_none: nought}
  benefit: {of: person, as: spell, if_none: nought}
  answer: {of: person, as: check}
  breakdown: {of: person, as: event}
cohorts: {people: {unit: person, joined_by: joined, counts: everyone_who_joined, clause: 1}}
`

// edges decodes a contract with its cases and settles each.
func edges(t *testing.T, body, cases string) {
	t.Helper()
	c := decoded(t, body+"examples:\n"+cases)
	for i := range c.Examples {
		e := &c.Examples[i]
		t.Run(e.It, func(t *testing.T) {
			s, err := ingest.FromExamples(c, e.Evidence, e.AsAt)
			if err != nil {
				t.Fatal(err)
			}
			out, err := settleOn(c, engine.Occasion{Through: e.AsAt, CutOff: e.AsAt, Final: true, Given: e.Given}, s, engine.Position{})
			if err != nil {
				t.Fatal(err)
			}
			expectDue(t, c, e, out)
		})
	}
}

func expectDue(t *testing.T, c *contracts.Contract, e *contracts.Example, out *settled) {
	t.Helper()
	want := map[string]money.Amount{}
	for _, d := range e.Due {
		want[d.Party] = d.Amount
	}
	for _, p := range out.statement.Due {
		expected, ok := want[p.Party]
		if !ok {
			expected = money.FromMinor(c.Currency, 0)
		}
		if !p.Due.Equal(expected) {
			t.Errorf("%s is due %s, expected %s\n%s%v", p.Party, p.Due, expected, out.lines, out.statement.Waiting)
		}
	}
	if fault := footed(c, []*settled{out}); fault != "" {
		t.Error(fault)
	}
}

func decoded(t *testing.T, document string) *contracts.Contract {
	t.Helper()
	c, err := language.Decode("edges.yaml", []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// paid is the cases of one contract as a table: what it shows, the day, the evidence, and what the payer pays.
type paid struct {
	it, asAt, due string
	evidence      []string
}

// paidCases writes them as examples.
func paidCases(cases []paid) string {
	var b strings.Builder
	for _, k := range cases {
		due := ""
		if k.due != "" {
			due = fmt.Sprintf("payer: -%s, provider: %s", k.due, k.due)
		}
		fmt.Fprintf(&b, "  - it: %q\n    as_at: %s\n    due: {%s}\n    evidence: [{%s}]\n", k.it, k.asAt, due, strings.Join(k.evidence, "}, {"))
	}
	return b.String()
}

const joins = "joined: 2020-01-15, person: P, band: a"

func on(day string) string { return "job: " + day + ", person: P, wage: £100.00" }

// A window's first and last days count and the days beside them do not; the figure stands once it has ended.
func TestEdgesOfWindows(t *testing.T) {
	contract := func(window string) string {
		return boundaryPeople + "quantities: {jobs: {count: job, in: " + window + ", per: person}}\n" +
			"payments: {fee: {from: payer, to: provider, per: person, for: jobs, price: £1.00, due: on_evidence, clause: 2}}\n"
	}
	claim := "claim: 2020-10-10, person: P"
	for _, w := range []struct {
		window      string
		first, last string // days that count
		before, by  string // and the days beside them
		known       string // the day it stands; "" for always
		unknown     string // the day before that
	}{
		{"6 months beginning with joined", "2020-01-15", "2020-07-14", "2020-01-14", "2020-07-15", "2020-07-14", "2020-07-13"},
		{"6 months after joined", "2020-01-16", "2020-07-15", "2020-01-15", "2020-07-16", "2020-07-15", "2020-07-14"},
		{"26 weeks beginning with joined", "2020-01-15", "2020-07-14", "2020-01-14", "2020-07-15", "2020-07-14", "2020-07-13"}, // 182 days: 15 January is the 15th day, 14 July the 196th
		{"3 months before claim", "2020-07-10", "2020-10-09", "2020-07-09", "2020-10-10", "2020-10-10", "2020-10-09"},
		{"3 months ending with claim", "2020-07-11", "2020-10-10", "2020-07-10", "2020-10-11", "2020-10-10", "2020-10-09"},
		{"2 terms before claim", "2020-01-06", "2020-08-31", "2020-01-05", "2020-09-01", "2020-10-10", "2020-10-09"},
		{"2020-03-01 to 2020-05-31", "2020-03-01", "2020-05-31", "2020-02-29", "2020-06-01", "2020-05-31", "2020-05-30"},
		{"beginning with joined", "2020-01-15", "2020-12-31", "2020-01-14", "2021-01-01", "2020-01-15", "2020-01-14"},
		{"after joined", "2020-01-16", "2020-12-31", "2020-01-15", "2021-01-01", "2020-01-16", "2020-01-15"},
	} {
		t.Run(w.window, func(t *testing.T) {
			edges(t, contract(w.window), paidCases([]paid{
				{"the first day counts", "2020-12-31", "£1.00", []string{joins, claim, on(w.first)}},
				{"the last day counts", "2020-12-31", "£1.00", []string{joins, claim, on(w.last)}},
				{"the day before the first does not", "2020-12-31", "", []string{joins, claim, on(w.before)}},
				{"the day after the last does not", "2020-12-31", "", []string{joins, claim, on(w.by)}},
				{"it stands once the window has ended", w.known, "£1.00", []string{joins, claim, on(w.first)}},
				{"it does not the day before", w.unknown, "", []string{joins, claim, on(w.first)}},
			}))
		})
	}
	t.Run("run_out", func(t *testing.T) {
		edges(t, contract("6 months beginning with joined, run_out: 1 month"), paidCases([]paid{
			{"it stands a month after the window", "2020-08-14", "£1.00", []string{joins, on("2020-07-14")}},
			{"it does not the day before", "2020-08-13", "", []string{joins, on("2020-07-14")}},
			{"the run-out adds no days that count", "2020-08-14", "", []string{joins, on("2020-07-15")}},
		}))
	})
}

// A condition over running figures is met on the first day it holds, within the measure's own window.
func TestEdgesOfAsSoonAs(t *testing.T) {
	contract := func(head, test, in string) string {
		return boundaryPeople + "quantities: {cover: {spells: work, except: benefit, bridging: 0 days, per: person}, worked: {" + head + ": cover, in: beginning with joined, per: person}}\n" +
			"measures: {met_it: {per: person, as_soon_as: {worked: " + test + "}, " + in + "clause: 2}}\n" +
			"payments: {fee: {from: payer, to: provider, per: person, for: met_it, price: £1.00, due: on_evidence, clause: 2}}\n"
	}
	work := func(from, to string) string { return "work: " + from + " to " + to + ", person: P" }
	t.Run("days at least 28", func(t *testing.T) {
		edges(t, contract("days", "{at_least: 28 days}", ""), paidCases([]paid{
			{"27 days do not", "2020-12-31", "", []string{joins, work("2020-02-01", "2020-02-27")}},
			{"28 days do", "2020-12-31", "£1.00", []string{joins, work("2020-02-01", "2020-02-28")}},
			{"two spells of 14 days do", "2020-12-31", "£1.00", []string{joins, work("2020-02-01", "2020-02-14"), work("2020-03-01", "2020-03-14")}},
			{"a day worked twice counts once", "2020-12-31", "", []string{joins, work("2020-02-01", "2020-02-14"), work("2020-02-14", "2020-02-27")}},
			{"days on benefit do not count", "2020-12-31", "", []string{joins, work("2020-02-01", "2020-02-28"), "benefit: 2020-02-10 to 2020-02-10, person: P"}},
			{"days before joining do not", "2020-12-31", "", []string{joins, work("2020-01-01", "2020-02-10")}}, // 15 January to 10 February is 27 days
			{"it is met on the 28th day", "2020-02-28", "£1.00", []string{joins, work("2020-02-01", "2020-06-30")}},
			{"and not on the 27th", "2020-02-27", "", []string{joins, work("2020-02-01", "2020-06-30")}},
		}))
	})
	t.Run("days more than 4 weeks", func(t *testing.T) {
		edges(t, contract("days", "{more_than: 4 weeks}", ""), paidCases([]paid{
			{"28 days do not", "2020-12-31", "", []string{joins, work("2020-02-01", "2020-02-28")}},
			{"29 days do", "2020-12-31", "£1.00", []string{joins, work("2020-02-01", "2020-02-29")}},
		}))
	})
	t.Run("an unbroken run", func(t *testing.T) {
		edges(t, contract("run", "{at_least: 28 days}", ""), paidCases([]paid{
			{"28 days on end do", "2020-12-31", "£1.00", []string{joins, work("2020-02-01", "2020-02-28")}},
			{"two spells that touch are one run", "2020-12-31", "£1.00", []string{joins, work("2020-02-01", "2020-02-14"), work("2020-02-15", "2020-02-28")}},
			{"a day's gap breaks it", "2020-12-31", "", []string{joins, work("2020-02-01", "2020-02-14"), work("2020-02-16", "2020-03-10")}},
		}))
	})
	t.Run("a run in months", func(t *testing.T) {
		edges(t, contract("run", "{at_least: 3 months}", ""), paidCases([]paid{
			{"15 February to 14 May is three months", "2020-12-31", "£1.00", []string{joins, work("2020-02-15", "2020-05-14")}},
			{"a day less is not, though it is 89 days", "2020-12-31", "", []string{joins, work("2020-02-15", "2020-05-13")}},
			{"15 June to 14 September is, and is 92 days", "2020-12-31", "£1.00", []string{joins, work("2020-06-15", "2020-09-14")}},
			{"91 days there are not", "2020-12-31", "", []string{joins, work("2020-06-15", "2020-09-13")}},
		}))
	})
	t.Run("within the window", func(t *testing.T) { // 8 weeks from 15 January end on 10 March: 17 + 29 + 10 = 56 days
		edges(t, contract("days", "{at_least: 28 days}", "in: 8 weeks beginning with joined, "), paidCases([]paid{
			{"the last day is in time", "2020-12-31", "£1.00", []string{joins, work("2020-02-12", "2020-12-31")}}, // 18 + 10 = 28
			{"a day later is not", "2020-12-31", "", []string{joins, work("2020-02-13", "2020-12-31")}},
		}))
	})
	t.Run("day by day", func(t *testing.T) { // two tests together are looked at each day in turn
		body := boundaryPeople + "quantities: {jobs: {count: job, in: beginning with joined, per: person}, cover: {spells: work, per: person}, worked: {days: cover, in: beginning with joined, per: person}}\n" +
			"measures: {met_it: {per: person, as_soon_as: {worked: {at_least: 10 days}, jobs: {at_least: 2}}, in: 8 weeks beginning with joined, clause: 2}}\n" +
			"payments: {fee: {from: payer, to: provider, per: person, for: met_it, price: £1.00, due: on_evidence, clause: 2}}\n"
		edges(t, body, paidCases([]paid{
			{"the later of two decides: on the last day", "2020-12-31", "£1.00", []string{joins, work("2020-02-01", "2020-02-10"), on("2020-02-01"), on("2020-03-10")}},
			{"a day later is too late", "2020-12-31", "", []string{joins, work("2020-02-01", "2020-02-10"), on("2020-02-01"), on("2020-03-11")}},
			{"nine days are not ten", "2020-12-31", "", []string{joins, work("2020-02-01", "2020-02-09"), on("2020-02-01"), on("2020-03-10")}},
		}))
	})
}

// Every further length of an unbroken run pays; a break begins it anew; it ends at a day and at a number.
func TestEdgesOfEveryRun(t *testing.T) {
	body := boundaryPeople + `quantities:
  cover: {spells: work, bridging: 2 days, per: person}
  help_ends: {is: joined + 26 weeks}
  gap: {first_gap: cover, in: beginning with help_ends, per: person}
measures: {sustained: {per: person, every: 4 weeks, run: cover, in: beginning with joined, until: gap, not_above: 3, clause: 2}}
payments: {fee: {from: payer, to: provider, per: person, for: sustained, price: £1.00, due: on_evidence, clause: 2}}
`
	work := func(from, to string) string { return "work: " + from + " to " + to + ", person: P" }
	// joined 2020-01-15 + 26 weeks (182 days) = 2020-07-15: the help ends there.
	edges(t, body, paidCases([]paid{
		{"27 days are none", "2021-12-31", "", []string{joins, work("2020-02-01", "2020-02-27")}},
		{"28 are one", "2021-12-31", "£1.00", []string{joins, work("2020-02-01", "2020-02-28")}},
		{"55 are one", "2021-12-31", "£1.00", []string{joins, work("2020-02-01", "2020-03-26")}}, // 29 + 26
		{"56 are two", "2021-12-31", "£2.00", []string{joins, work("2020-02-01", "2020-03-27")}},
		{"a gap of two days is bridged", "2021-12-31", "£1.00", []string{joins, work("2020-02-01", "2020-02-14"), work("2020-02-17", "2020-02-28")}},
		{"one of three days is a break", "2021-12-31", "", []string{joins, work("2020-02-01", "2020-02-14"), work("2020-02-18", "2020-03-15")}},
		{"what a break leaves is lost: 27 and 29 days are one", "2021-12-31", "£1.00", []string{joins, work("2020-02-01", "2020-02-27"), work("2020-03-10", "2020-04-07")}},
		{"no more than three", "2021-12-31", "£3.00", []string{joins, work("2020-02-01", "2020-06-30")}},
		{"a break after the help ends it", "2021-12-31", "", []string{joins, work("2020-08-01", "2020-12-31")}}, // the first gap is 15 July
		{"a run over that day goes on", "2021-12-31", "£3.00", []string{joins, work("2020-07-10", "2020-12-31")}},
		{"the fourth week must have ended", "2020-02-27", "", []string{joins, work("2020-02-01", "2020-12-31")}},
		{"and then pays", "2020-02-28", "£1.00", []string{joins, work("2020-02-01", "2020-12-31")}},
	}))
}

// first takes the first item of any kind named, each takes all, on tests each; not_above and windows limit them.
func TestEdgesOfItemMeasures(t *testing.T) {
	contract := func(form string) string {
		return boundaryPeople + "quantities: {jobs: {count: job, in: 3 months before claim, per: person}, paid_jobs: {count: job, where: {wage: {more_than: £99.99}}, in: beginning with joined, per: person}}\n" +
			"measures: {met_it: {per: person, " + form + ", clause: 2}}\n" +
			"payments: {fee: {from: payer, to: provider, per: person, for: met_it, price: £1.00, due: on_evidence, clause: 2}}\n"
	}
	claim := func(day string) string { return "claim: " + day + ", person: P" }
	edges(t, contract("first: [job, claim], in: 1 month beginning with joined"), paidCases([]paid{
		{"first: once, whatever comes after", "2020-12-31", "£1.00", []string{joins, on("2020-01-20"), claim("2020-01-21")}},
		{"first: on the last day", "2020-12-31", "£1.00", []string{joins, on("2020-02-14")}},
		{"first: not the day after", "2020-12-31", "", []string{joins, on("2020-02-15")}},
	}))
	edges(t, contract("each: [job], not_above: 2"), paidCases([]paid{
		{"each: two", "2020-12-31", "£2.00", []string{joins, on("2020-02-01"), on("2020-03-01")}},
		{"each: not three", "2020-12-31", "£2.00", []string{joins, on("2020-02-01"), on("2020-03-01"), on("2020-04-01")}},
		{"each: a duplicate is one", "2020-12-31", "£1.00", []string{joins, on("2020-02-01"), on("2020-02-01")}},
	}))
	edges(t, contract("on: claim, when: {jobs: {at_least: 2}}, not_above: 1"), paidCases([]paid{
		{"on: the window is that of the item looked at", "2020-12-31", "£1.00", []string{joins, on("2020-07-01"), on("2020-08-01"), claim("2020-04-01"), claim("2020-09-30")}}, // from 30 June
		{"on: a day out of it", "2020-12-31", "", []string{joins, on("2020-07-01"), on("2020-08-01"), claim("2020-10-02")}},
		{"on: once", "2020-12-31", "£1.00", []string{joins, on("2020-07-01"), on("2020-08-01"), claim("2020-09-01"), claim("2020-09-02")}},
	}))
	edges(t, contract("on: claim, when: {paid_jobs: {at_least: 1}}"), paidCases([]paid{
		{"where: more than is not at least", "2020-12-31", "", []string{joins, "job: 2020-02-01, person: P, wage: £99.99", claim("2020-04-01")}},
		{"where: a penny more", "2020-12-31", "£1.00", []string{joins, on("2020-02-01"), claim("2020-04-01")}},
	}))
}

// settleExample settles an example's evidence with earlier statements in the position.
func settleExample(t *testing.T, c *contracts.Contract, n int, pos engine.Position) (*settled, error) {
	t.Helper()
	e := &c.Examples[n]
	s, err := ingest.FromExamples(c, e.Evidence, e.AsAt)
	if err != nil {
		t.Fatal(err)
	}
	return settleOn(c, engine.Occasion{Through: e.AsAt, CutOff: e.AsAt, Final: true}, s, pos)
}
