package whatif

import (
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/language"
)

// Two payers pay each on evidence of its own, and a third a fee for each who joined.
const threePayers = `outturn: 1
contract: {id: three-payers, currency: GBP, first: 2026-01-01, last: 2026-12-31, paid_elsewhere: pay}
parties: [{party: council, role: commissioner, name: A council}, {party: health, role: commissioner, name: A health body}, {party: fund, role: commissioner, name: A fund}, {party: charity, role: provider, name: A charity}]
calendar: {settle: month, cut_off: 0 days after, last_cut_off: 2027-06-30, run: "0 6 * * *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {month: {every: 1 month, beginning: 2026-01-01}}
units: {participant: {}}
evidence:
  joined: {of: participant, as: event}
  job: {of: participant, as: event}
  visit: {of: participant, as: event}
  survey: {of: contract, as: event, says: {asked: number}, if_none: nought}
cohorts: {participants: {unit: participant, joined_by: joined, counts: everyone_who_joined, clause: "1"}}
measures:
  in_work: {per: participant, first: job}
  visited: {per: participant, first: visit}
payments:
  job_fee: {from: council, to: charity, per: participant, for: in_work, price: £100.00, due: on_evidence, clause: "2"}
  visit_fee: {from: health, to: charity, per: participant, for: visited, price: £10.00, due: on_evidence, clause: "3"}
  fee: {from: fund, to: charity, per: participant, for: participants, price: £1.00, due: on_evidence, clause: "4"}
`

func TestPayersWhoseMoneyEvidenceMoves(t *testing.T) {
	const capped = "caps:\n  - {over: [job_fee, visit_fee], per: contract, not_above: £500.00, in_order_of: as_listed, beyond: cut, clause: \"5\"}\n"
	for _, one := range []struct{ more, kinds, want string }{
		{"", "job", "council"},
		{"", "visit", "health"},
		{"", "job visit", "council health"},
		{"", "joined", "council health fund"}, // who counts in a cohort is read by all
		{"", "survey", "council health fund"}, // nothing reads it: nobody can say whose it is
		{"", "", "council health fund"},       // a withdrawal that does not say of what kind
		{capped, "job", "council health"},     // less room for one is more for the other
	} {
		c, err := language.Decode("contract.yaml", []byte(threePayers+one.more))
		if err != nil {
			t.Fatal(err)
		}
		kinds := []int{}
		for name := range strings.FieldsSeq(one.kinds) {
			kinds = append(kinds, kindOf(c, name))
		}
		if one.kinds == "" {
			kinds = []int{-1}
		}
		var found []string
		for _, p := range Payers(c, kinds) {
			found = append(found, c.Parties[p].ID)
		}
		if got := strings.Join(found, " "); got != one.want {
			t.Errorf("%s: %q, expected %q", one.kinds, got, one.want)
		}
	}
}

func kindOf(c *contracts.Contract, name string) int {
	for i := range c.Evidence {
		if c.Evidence[i].Name == name {
			return i
		}
	}
	return -1
}
