package engine_test

import (
	"strings"
	"testing"

	"outturn/engine"
	"outturn/engine/statements"
)

// The edges of money held back, and of what another scheme paid.

// A part is held until its day has come and its condition holds, and is then due on the line it was kept from.
func TestEdgesOfHeld(t *testing.T) {
	contract := func(held string) string {
		return boundaryPeople + `quantities: {half_a_year: {is: job + 6 months, per: person}, gone: {count: claim, in: beginning with joined, per: person}}
measures: {housed: {per: person, first: job, clause: 4}}
payments: {fee: {from: payer, to: provider, per: person, for: housed, price: £10.05, due: on_evidence, held: {` + held + `}, clause: 2}}
`
	}
	job, claim := on("2020-02-10"), "claim: 2020-07-01, person: P"
	edges(t, contract("share: 20%, released_on: half_a_year"), paidCases([]paid{ // 2.01 of 10.05
		{"the fifth is kept back", "2020-02-10", "£8.04", []string{joins, job}},
		{"until the day before", "2020-08-09", "£8.04", []string{joins, job}},
		{"and is paid on the day", "2020-08-10", "£10.05", []string{joins, job}},
	}))
	edges(t, contract("share: 50%, released_on: 2020-06-30"), paidCases([]paid{ // 5.025, ties up
		{"what is kept is rounded as every sum is", "2020-06-29", "£5.02", []string{joins, job}},
		{"a date is a day too", "2020-06-30", "£10.05", []string{joins, job}},
	}))
	edges(t, contract("share: 100%, released_when: {gone: {at_least: 1}}"), paidCases([]paid{
		{"the whole waits for a condition", "2020-06-30", "", []string{joins, job, claim}},
		{"and is paid when it holds", "2020-07-01", "£10.05", []string{joins, job, claim}},
	}))
	edges(t, contract("share: 20%, released_on: half_a_year, released_when: {gone: 0}"), paidCases([]paid{
		{"of both, the day alone is not enough", "2020-08-10", "£8.04", []string{joins, job, claim}},
		{"nor the condition alone", "2020-08-09", "£8.04", []string{joins, job}},
		{"both are", "2020-08-10", "£10.05", []string{joins, job}},
	}))
	edges(t, contract("share: 0%, released_on: 2020-06-30"), paidCases([]paid{{"nothing of nothing", "2020-02-10", "£10.05", []string{joins, job}}}))
}

// What was released comes back when its condition no longer holds, and says so; all of it when the outcome goes.
func TestEdgesOfHeldReversed(t *testing.T) {
	body := boundaryPeople + `quantities: {gone: {count: claim, in: beginning with joined, per: person}}
measures: {housed: {per: person, first: job, clause: 4}}
payments: {fee: {from: payer, to: provider, per: person, for: housed, price: £10.00, due: on_evidence, held: {share: 20%, released_on: 2020-06-30, released_when: {gone: 0}}, clause: 2}}
examples:
`
	job := "job: 2020-02-10, person: P, id: j"
	c := decoded(t, body+paidCases([]paid{
		{"kept", "2020-02-29", "", []string{joins, job}},
		{"released", "2020-06-30", "", []string{joins, job}},
		{"left after all", "2020-07-31", "", []string{joins, job, "claim: 2020-06-20, person: P, learned: 2020-07-10"}},
		{"never housed", "2020-08-31", "", []string{joins, job, "withdraws: j, person: P, learned: 2020-08-10"}},
	}))
	var chain []*settled
	for n, want := range []struct{ due, held, reason string }{
		{"8.00", "2.00", ""},
		{"2.00", "0.00", "held back before, and now released"},
		{"-2.00", "2.00", "later evidence"},
		{"-8.00", "0.00", "evidence corrected or withdrawn: job j, learned 2020-08-10"},
	} {
		out, err := settleExample(t, c, n, position(c, chain...))
		if err != nil {
			t.Fatal(err)
		}
		chain = append(chain, out)
		sum := &out.statement.Payments[0]
		reason := ""
		if len(out.records) == 1 {
			reason = out.records[0].Lines[0].Reason
		}
		if sum.Due.String() != want.due || sum.Held.String() != want.held || reason != want.reason {
			t.Errorf("%s: %s due, %s held, %q, expected %+v\n%s", c.Examples[n].It, sum.Due, sum.Held, reason, want, out.lines)
		}
		if fault := footed(c, chain); fault != "" {
			t.Error(fault)
		}
		if items := out.statement.Items; n == 2 && (len(items) != 1 || items[0] != (statements.ReasonCount{Reason: "used", Count: 3})) {
			t.Errorf("the leaving is read by the release alone, and is used: %+v", items)
		}
	}
}

// What a final account paid it does not keep back again: the part released stands, and what is held still comes.
func TestEdgesOfHeldFromAFinalAccount(t *testing.T) {
	body := boundaryAccount("opens_with: £25.00, left_over: carried, final: once_paid", "of: found * £10.00, held: {share: 50%, released_on: 2020-06-30}")
	job, back := "job: 2020-02-10, person: P, id: j", "withdraws: j, person: P, learned: 2020-04-10"
	c := decoded(t, body+"examples:\n"+paidCases([]paid{
		{"kept", "2020-03-31", "", []string{joins, job, on("2020-02-20")}},
		{"half is gone", "2020-04-30", "", []string{joins, job, on("2020-02-20"), back}},
		{"released", "2020-06-30", "", []string{joins, job, on("2020-02-20")}},
	}))
	first, err := settleExample(t, c, 0, engine.Position{}) // 20 earned, 10 kept
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{0: "10.00 10.00", 1: "10.00 0.00", 2: "20.00 0.00"} {
		out, err := settleExample(t, c, n, position(c, first))
		if err != nil {
			t.Fatal(err)
		}
		if sum := &out.statement.Payments[0]; sum.ToDate.String()+" "+sum.Held.String() != want {
			t.Errorf("%s: %s to date and %s held, expected %s\n%s", c.Examples[n].It, sum.ToDate, sum.Held, want, out.lines)
		}
	}
}

// What another scheme paid for an outcome is refused, or leaves the difference: by its day where it says one, by its
// amount where it says one.
func TestEdgesOfPaidElsewhere(t *testing.T) {
	contract := func(rule, says string) string {
		body := strings.Replace(boundaryPeople, "paid_elsewhere: pay}", "paid_elsewhere: "+rule+", told_by: other}", 1)
		body = strings.Replace(body, "  breakdown: ", "  other: {of: person, as: event"+says+"}\n  breakdown: ", 1)
		return body + `measures: {each_job: {per: person, each: [job], clause: 4}}
payments: {fee: {from: payer, to: provider, per: person, for: each_job, price: £10.00, due: on_evidence, clause: 2}}
`
	}
	const says = ", says: {amount: {type: money, optional: yes}, outcome: {type: date, optional: yes}}"
	job, other := on("2020-02-10"), "other: 2020-03-01, person: P"
	edges(t, contract("refuse", ""), paidCases([]paid{
		{"told, it is refused", "2020-03-01", "", []string{joins, job, other}},
		{"the day before it is told it is not", "2020-02-29", "£10.00", []string{joins, job, other}},
		{"without a day it is about the first outcome", "2020-03-01", "£10.00", []string{joins, job, on("2020-02-11"), other}},
	}))
	edges(t, contract("refuse", says), paidCases([]paid{
		{"about that day's", "2020-03-01", "", []string{joins, job, other + ", outcome: 2020-02-10"}},
		{"the day after's is another", "2020-03-01", "£10.00", []string{joins, job, other + ", outcome: 2020-02-11"}},
		{"each its own", "2020-03-01", "£10.00", []string{joins, job, on("2020-02-11"), other + ", outcome: 2020-02-11"}},
		{"whatever the amount", "2020-03-01", "", []string{joins, job, other + ", amount: £0.01"}},
	}))
	edges(t, contract("pay_the_difference", says), paidCases([]paid{
		{"the difference", "2020-03-01", "£5.99", []string{joins, job, other + ", amount: £4.01"}},
		{"a penny less than the price", "2020-03-01", "£0.01", []string{joins, job, other + ", amount: £9.99"}},
		{"the price", "2020-03-01", "", []string{joins, job, other + ", amount: £10.00"}},
		{"more than the price", "2020-03-01", "", []string{joins, job, other + ", amount: £10.01"}},
		{"nought", "2020-03-01", "£10.00", []string{joins, job, other + ", amount: £0.00"}},
		{"without an amount it was the whole", "2020-03-01", "", []string{joins, job, other}},
		{"of the outcome of that day only", "2020-03-01", "£16.00", []string{joins, job, on("2020-02-11"), other + ", outcome: 2020-02-11, amount: £4.00"}}, // 10 + 6
		{"of the first where it names none", "2020-03-01", "£16.00", []string{joins, job, on("2020-02-11"), other + ", amount: £4.00"}},                     // 6 + 10
		{"two schemes together", "2020-03-01", "£3.00", []string{joins, job, other + ", amount: £4.00", "other: 2020-02-29, person: P, amount: £3.00"}},
	}))
}
