package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"outturn/engine"
)

// The edges of accounts: what they hold, what is caught up, what is left, and what stands once it is paid.

// boundaryAccount is a contract that pays £10.00 a job from an account that stands per quarter. There is one person.
func boundaryAccount(account, payment string) string {
	return boundaryPeople + `quantities:
  found: {count: job, per: quarter, dated: job}
  asked: {count: claim, per: quarter, dated: claim}
  net: {is: found - asked, per: quarter}
  net_to_date: {total: net, per: quarter, to_date: yes}
accounts: {pot: {owner: payer, per: quarter, ` + account + `, clause: 9}}
payments: {fee: {from: pot, to: provider, per: quarter, ` + payment + `, due: on_evidence, clause: 2}}
`
}

// jobsIn are so many jobs in a month of 2020.
func jobsIn(month, n int) []string {
	var out []string
	for i := range n {
		out = append(out, on(fmt.Sprintf("2020-%02d-%02d", month, i+10)))
	}
	return out
}

func all(parts ...[]string) []string {
	out := []string{joins}
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// An account pays what it holds, to the penny, and no more; what is not paid is there for the next period.
func TestEdgesOfWhatAnAccountHolds(t *testing.T) {
	const paysJobs = "of: found * £10.00"
	for _, k := range []struct {
		account string
		cases   []paid
	}{
		{"opens_with: £20.00, left_over: carried", []paid{
			{"two jobs empty it", "2020-03-31", "£20.00", all(jobsIn(2, 2))},
			{"three take no more than it holds", "2020-03-31", "£20.00", all(jobsIn(2, 3))},
			{"one leaves half for the next quarter", "2020-06-30", "£20.00", all(jobsIn(2, 1), jobsIn(5, 1))},
			{"and no more than that", "2020-06-30", "£20.00", all(jobsIn(2, 1), jobsIn(5, 2))},
			{"a quarter that has not ended pays nothing", "2020-03-30", "", all(jobsIn(2, 1))},
		}},
		{"opens_with: £19.99, left_over: carried", []paid{{"a penny short", "2020-03-31", "£19.99", all(jobsIn(2, 2))}}},
		{"opens_with: £20.01, left_over: carried", []paid{{"a penny over stays", "2020-03-31", "£20.00", all(jobsIn(2, 2))},
			{"and is paid in the next", "2020-06-30", "£20.01", all(jobsIn(2, 2), jobsIn(5, 1))}}},
		{"opens_with: £0.00, left_over: carried", []paid{{"nothing from nothing", "2020-03-31", "", all(jobsIn(2, 2))}}},
		{"receives: £15.00, left_over: carried", []paid{
			{"what the first quarter brings", "2020-03-31", "£15.00", all(jobsIn(2, 2))},
			{"what two quarters bring, 30, of 40", "2020-06-30", "£30.00", all(jobsIn(2, 2), jobsIn(5, 2))},
			{"a quarter later than it came in: 10, then 20 of the 20 left", "2020-06-30", "£30.00", all(jobsIn(2, 1), jobsIn(5, 2))},
			{"what comes in later does not pay an earlier quarter", "2020-06-30", "£15.00", all(jobsIn(2, 3))},
		}},
	} {
		t.Run(k.account, func(t *testing.T) { edges(t, boundaryAccount(k.account, paysJobs), paidCases(k.cases)) })
	}
	t.Run("a bad quarter is caught up", func(t *testing.T) { // to date less what was paid: 3; 3 - 2 = 1 of 3; 1 + 4 = 5
		body := boundaryAccount("opens_with: £45.00, left_over: carried", "of: net_to_date * £10.00, then: [{less: pot.paid}]")
		bad := []string{"claim: 2020-05-04, person: P", "claim: 2020-05-05, person: P"}
		edges(t, body, paidCases([]paid{
			{"30 in the first", "2020-03-31", "£30.00", all(jobsIn(2, 3))},
			{"nothing in the bad one", "2020-06-30", "£30.00", all(jobsIn(2, 3), bad)},
			{"nor until it is made good: 10 + 20", "2020-09-30", "£30.00", all(jobsIn(2, 3), bad, jobsIn(8, 2))},
			{"then what is beyond: 10 + 30", "2020-09-30", "£40.00", all(jobsIn(2, 3), bad, jobsIn(8, 3))},
			{"as far as it holds: 45 of 10 + 40", "2020-09-30", "£45.00", all(jobsIn(2, 3), bad, jobsIn(8, 4))},
		}))
	})
}

// Payments into an account are there in their own period, payments from it are filled in the order listed, and the
// parts of one payment in the order of its level.
func TestEdgesOfPaymentsOfAnAccount(t *testing.T) {
	body := func(payments string) string {
		return boundaryPeople + `quantities: {joined_in: {count: people, per: [band, quarter], dated: joined}, heads: {count: people, per: quarter, dated: joined}}
accounts: {pot: {owner: council, per: quarter, opens_with: £5.00, left_over: carried, clause: 9}}
payments:
` + payments
	}
	into := "  into: {from: payer, to: pot, per: quarter, of: heads * £10.00, due: on_evidence, clause: 2}\n"
	from := func(name, to, of string) string {
		return "  " + name + ": {from: pot, to: " + to + ", per: quarter, of: " + of + ", due: on_evidence, clause: 2}\n"
	}
	two := "joined: 2020-02-15, person: A, band: a}, {joined: 2020-02-15, person: B, band: b"
	for _, k := range []struct{ it, payments, asAt, due string }{
		{"what comes in can go out in the same quarter", into + from("out", "provider", "£30.00"), "2020-03-31", "payer: -£20.00, council: -£5.00, provider: £25.00"}, // 5 + 20
		{"whatever the order in which they stand", from("out", "provider", "£30.00") + into, "2020-03-31", "payer: -£20.00, council: -£5.00, provider: £25.00"},
		{"the first listed is filled first", into + from("out", "provider", "£24.00") + from("rest", "lottery", "£9.00"), "2020-03-31", "payer: -£20.00, council: -£5.00, provider: £24.00, lottery: £1.00"},
		{"to the penny", into + from("out", "provider", "£24.99") + from("rest", "lottery", "£9.00"), "2020-03-31", "payer: -£20.00, council: -£5.00, provider: £24.99, lottery: £0.01"},
		{"the next quarter has what is left", into + from("out", "provider", "£15.00"), "2020-06-30", "payer: -£20.00, council: -£5.00, provider: £25.00"},                                                             // 15 + 10
		{"parts of one payment share what it holds", "  out: {from: pot, to: provider, per: [band, quarter], of: joined_in * £4.00, due: on_evidence, clause: 2}\n", "2020-03-31", "council: -£5.00, provider: £5.00"}, // 4 + 1 of 4
	} {
		t.Run(k.it, func(t *testing.T) {
			edges(t, body(k.payments), fmt.Sprintf("  - {it: shares, as_at: %s, due: {%s}, evidence: [{%s}]}\n", k.asAt, k.due, two))
		})
	}
}

// What is left goes to a party at the end of each period or of the last, or is carried.
func TestEdgesOfWhatIsLeft(t *testing.T) {
	for _, k := range []struct{ left, asAt, due string }{
		{"carried", "2020-03-31", "payer: -£10.00, provider: £10.00"},
		{"carried", "2023-12-31", "payer: -£20.00, provider: £20.00"},
		{"{to: lottery, at: each_period}", "2020-03-30", ""},
		{"{to: lottery, at: each_period}", "2020-03-31", "payer: -£25.00, provider: £10.00, lottery: £15.00"},
		{"{to: lottery, at: each_period}", "2020-06-30", "payer: -£25.00, provider: £10.00, lottery: £15.00"}, // nothing is left for May
		{"{to: lottery, at: last_period}", "2023-12-30", "payer: -£20.00, provider: £20.00"},
		{"{to: lottery, at: last_period}", "2023-12-31", "payer: -£25.00, provider: £20.00, lottery: £5.00"},
	} {
		t.Run(k.left+" "+k.asAt, func(t *testing.T) {
			edges(t, boundaryAccount("opens_with: £25.00, left_over: "+k.left, "of: found * £10.00"), fmt.Sprintf("  - {it: goes, as_at: %s, due: {%s}, evidence: [{%s}]}\n",
				k.asAt, k.due, strings.Join(all(jobsIn(2, 1), jobsIn(5, 1)), "}, {")))
		})
	}
}

// What a final account paid is a fact: a correction takes nothing back, and what it paid once it cannot pay again.
func TestEdgesOfFinalAccounts(t *testing.T) {
	one, two := all(jobsIn(2, 1), jobsIn(5, 1)), all(jobsIn(2, 2), jobsIn(5, 1))
	gone := []string{joins, "job: 2020-02-10, person: P, id: j", "withdraws: j, person: P, learned: 2020-04-05"}
	came := []string{joins, "job: 2020-02-10, person: P, id: j"}
	late := func(e []string, n int) []string {
		out := append([]string{}, e...)
		for i := range n {
			out = append(out, on(fmt.Sprintf("2020-02-%02d", 20+i))+", learned: 2020-07-02")
		}
		return out
	}
	for _, k := range []struct {
		it, account  string
		first, then  []string
		on, after    string
		paid, listed string // what the second statement moves: by payment and settlement period
	}{
		{"taken back where it is not final", "opens_with: £25.00, left_over: carried", came, gone, "2020-03-31", "2020-04-30", "0.00", "fee 3 -10.00"},
		{"not taken back where it is", "opens_with: £25.00, left_over: carried, final: once_paid", came, gone, "2020-03-31", "2020-04-30", "10.00", ""},
		{"nor where nothing is due any more", "opens_with: £25.00, left_over: carried, final: once_paid", came, gone, "2020-03-31", "2020-04-30", "10.00", ""},
		{"nor where the month after paid as much, by the month", "opens_with: £25.00, left_over: carried, final: once_paid", append(came[:2:2], on("2020-03-10")), append(gone[:3:3], on("2020-03-10")), "2020-03-31", "2020-04-30", "20.00", ""},
		{"a late job is paid while it holds", "opens_with: £30.00, left_over: carried, final: once_paid", one, late(one, 1), "2020-06-30", "2020-07-31", "30.00", "fee 3 10.00"},
		{"and as far as it holds", "opens_with: £25.00, left_over: carried, final: once_paid", one, late(one, 1), "2020-06-30", "2020-07-31", "25.00", "fee 3 5.00"},
		{"not out of what a later quarter had", "opens_with: £30.00, left_over: carried, final: once_paid", two, late(two, 1), "2020-06-30", "2020-07-31", "30.00", ""},
		{"where it is not final it is", "opens_with: £30.00, left_over: carried", two, late(two, 1), "2020-06-30", "2020-07-31", "30.00", "fee 3 10.00; fee 6 -10.00"},
		{"nor out of what was left and given away", "opens_with: £30.00, left_over: {to: lottery, at: each_period}, final: once_paid", came, late(came, 1), "2020-03-31", "2020-07-31", "10.00", ""},
		{"where it is not final it comes back from there", "opens_with: £30.00, left_over: {to: lottery, at: each_period}", came, late(came, 1), "2020-03-31", "2020-07-31", "20.00", "fee 3 10.00; pot_left_over 3 -10.00"},
		{"what a later quarter had of its own is no bar", "receives: £20.00, left_over: carried, final: once_paid", all(jobsIn(2, 1), jobsIn(5, 2)), late(all(jobsIn(2, 1), jobsIn(5, 2)), 1), "2020-06-30", "2020-07-31", "40.00", "fee 3 10.00"}, // 40 came in, 10 + 20 were paid
		{"but no more than was left of both", "receives: £20.00, left_over: carried, final: once_paid", all(jobsIn(2, 1), jobsIn(5, 3)), late(all(jobsIn(2, 1), jobsIn(5, 3)), 1), "2020-06-30", "2020-07-31", "40.00", ""},                        // 10 + 30
	} {
		t.Run(k.it, func(t *testing.T) {
			terms := "of: found * £10.00"
			if strings.HasPrefix(k.it, "nor where") {
				terms += ", when: {found: {at_least: 1}}"
			}
			contract := boundaryAccount(k.account, terms)
			if strings.HasSuffix(k.it, "by the month") {
				contract = strings.ReplaceAll(contract, "per: quarter", "per: month")
			}
			c := decoded(t, contract+"examples:\n"+paidCases([]paid{{"first", k.on, "", k.first}, {"then", k.after, "", k.then}}))
			first, err := settleExample(t, c, 0, engine.Position{})
			if err != nil {
				t.Fatal(err)
			}
			then, err := settleExample(t, c, 1, position(c, first))
			if err != nil {
				t.Fatal(err)
			}
			if fault := footed(c, []*settled{first, then}); fault != "" {
				t.Error(fault)
			}
			if paid, listed := then.statement.Payments[0].ToDate.String(), movedLines(then); paid != k.paid || listed != k.listed {
				t.Errorf("paid %s by the lines %q, expected %s by %q\n%s", paid, listed, k.paid, k.listed, then.lines)
			}
		})
	}
}

// movedLines are the lines of a statement in short: payment, settlement period and what is due.
func movedLines(s *settled) string {
	var out []string
	for _, r := range s.records {
		for _, l := range r.Lines {
			out = append(out, fmt.Sprintf("%s %d %s", l.Payment, l.Period, l.Due))
		}
	}
	return strings.Join(out, "; ")
}

// What an account says stands per its periods, and is gathered over those that have ended: 15 + 30, and 30 the highest.
func TestEdgesOfGatheringAnAccount(t *testing.T) {
	body := strings.NewReplacer("accounts:", `  most: {highest: pot.received, per: contract, if_none: nought}
  sum: {total: pot.received, per: contract}
accounts:`, "payments: {", `payments: {gathered: {from: payer, to: provider, per: contract, of: most + sum, due: on_evidence, clause: 3}, `).
		Replace(boundaryAccount("receives: £15.00, left_over: carried", "of: found * £10.00"))
	edges(t, body, paidCases([]paid{
		{"none has ended", "2020-03-30", "", all()},
		{"one has: 15 and 15", "2020-03-31", "£30.00", all()},
		{"two have: 30 and 15 + 30", "2020-06-30", "£75.00", all()},
	}))
}

// What comes into an account is paid out in the same settlement, so that no part of it can be kept back.
func TestNothingIsHeldOfWhatComesIntoAnAccount(t *testing.T) {
	const body = boundaryPeople + `quantities: {found: {count: job, per: quarter, dated: job}}
accounts: {pot: {owner: payer, per: quarter, left_over: carried, clause: 9}}
payments:
  in_it: {from: payer, to: pot, per: quarter, of: found * £10.00, held: {share: 20%, released_on: 2020-12-31}, due: on_evidence, clause: 2}
  out_of_it: {from: pot, to: provider, per: quarter, of: pot.balance, due: on_evidence, clause: 2}
`
	c := decoded(t, body+"examples:\n  - {it: is refused, as_at: 2020-03-31, due: {}, evidence: [{"+strings.Join(all(jobsIn(2, 2)), "}, {")+"}]}\n")
	if _, err := settleExample(t, c, 0, engine.Position{}); err == nil || !strings.Contains(err.Error(), "the account would pay out what is still kept back") {
		t.Errorf("expected it to be refused, found %v", err)
	}
}
