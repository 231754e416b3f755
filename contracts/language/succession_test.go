package language_test

import (
	"strings"
	"testing"

	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/contracts/sentences"
)

const succeededContract = `outturn: 1
contract: {id: followed, currency: GBP, first: 2026-01-01, last: 2027-12-31, paid_elsewhere: pay}
parties:
  - {party: council, role: host}
  - {party: trust, role: partner, succeeded_by: group, succeeded_on: 2026-07-01}
  - {party: group, role: partner}
  - {party: clinic, role: provider, each: site}
units: {site: {}}
calendar: {settle: year, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2026-01-01}}
payments:
  paid: {from: trust, to: council, per: year, of: £1.00, due: on_evidence, clause: 5}
`

func TestSuccessionRefused(t *testing.T) {
	c, err := language.Decode("followed.yaml", []byte(succeededContract))
	if err != nil {
		t.Fatalf("the contract that the cases change does not decode:\n%v", err)
	}
	if said := sentences.Of(c); len(said) == 0 || said[0] != "From 1 July 2026 on the group stands in the place of the trust, with all it holds and owes." {
		t.Errorf("the sentences do not say who follows whom: %q", said)
	}
	for day, want := range map[string]int{"2026-06-30": 1, "2026-07-01": 2} {
		if found := c.Heir(1, mustDate(t, day)); found != want {
			t.Errorf("on %s party %d stands in the trust's place, expected %d", day, found, want)
		}
	}
	for _, k := range []struct{ it, old, new, fault string }{
		{"has no day", ", succeeded_on: 2026-07-01", "", "party trust does not say by whom and from which day"},
		{"has no successor", "succeeded_by: group, ", "", "party trust does not say by whom and from which day"},
		{"is succeeded by nobody known", "succeeded_by: group", "succeeded_by: nobody", `there is no party "nobody"`},
		{"succeeds itself", "succeeded_by: group", "succeeded_by: trust", "it comes to succeed itself"},
		{"comes to succeed itself", "{party: group, role: partner}", "{party: group, role: partner, succeeded_by: trust, succeeded_on: 2027-01-01}", "it comes to succeed itself"},
		{"is succeeded by many units", "succeeded_by: group", "succeeded_by: clinic", "a party that stands for many units has no successor"},
		{"is succeeded out of the term", "succeeded_on: 2026-07-01", "succeeded_on: 2028-07-01", "it is not in the contract's term"},
	} {
		t.Run(k.it, func(t *testing.T) {
			document := strings.Replace(succeededContract, k.old, k.new, 1)
			if document == succeededContract {
				t.Fatalf("%q does not stand in the contract", k.old)
			}
			_, err := language.Decode("followed.yaml", []byte(document))
			if err == nil || !strings.Contains(err.Error(), k.fault) {
				t.Errorf("want a fault with %q, got\n%v", k.fault, err)
			}
		})
	}
}

func mustDate(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
