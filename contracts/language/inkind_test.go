package language_test

import (
	"strings"
	"testing"

	"outturn/contracts/language"
)

// inKindContract has a contribution in kind by the parties of a role, and one by a party; the cases change a line of it.
const inKindContract = `outturn: 1
contract: {id: given, currency: GBP, first: 2026-01-01, last: 2027-12-31, paid_elsewhere: pay}
parties: [{party: council, role: host}, {party: police, role: partner}, {party: health, role: partner}, {party: charity, role: provider}]
calendar: {settle: year, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2026-01-01}}
units: {person: {}}
evidence:
  joined: {of: person, as: event}
  worked: {of: partner, as: event, says: {hours: number}, if_none: nought}
cohorts: {people: {unit: person, joined_by: joined, counts: everyone_who_joined, clause: 1}}
quantities:
  hours_worked: {total: worked.hours, per: [partner, year], dated: worked}
  told: {total: worked.hours, per: year, dated: worked}
  all_given: {total: staff, per: contract}
in_kind:
  staff: {by: partner, to: council, per: [partner, year], offered: hours_worked, accepted: hours_worked * 90%, price: £30.00, clause: 2}
  rooms: {by: charity, to: council, per: year, offered: told, accepted: told, price: £5.00, clause: 3}
accounts: {pot: {owner: council, per: year, opens_with: £1.00, left_over: carried, clause: 4}}
payments:
  paid: {from: pot, to: charity, per: year, of: £1.00 + rooms * 0, due: on_evidence, clause: 5}
partnership:
  partners: [{party: council, side: local, loss_limit: any}, {party: police, side: local, in_kind: £1.00, loss_limit: any}]
  benefits: [x.corrected]
  clause: 6
savings:
  x: {per: year, class: fiscal, budget: local, origin: prevention, prices: nominal, beneficiaries: council, of: told, counterfactual: gross, worth: £10.00, grade: 1, cashable: nought, clause: 7}
`

func TestInKindRefused(t *testing.T) {
	if _, err := language.Decode("given.yaml", []byte(inKindContract)); err != nil {
		t.Fatalf("the contract that the cases change does not decode:\n%v", err)
	}
	for _, k := range []struct{ it, old, new, fault string }{
		{"does not say what was offered", "offered: hours_worked, ", "", `does not say "offered"`},
		{"does not say what was accepted", "accepted: told, ", "", `does not say "accepted"`},
		{"comes from an account", "rooms: {by: charity", "rooms: {by: pot", "pot is no one party"},
		{"is given to itself", "to: council, per: year, offered: told", "to: charity, per: year, offered: told", "charity gives it to itself"},
		{"is priced in hours", "price: £5.00", "price: 5", "contribution in kind rooms, price"},
		{"offers a sum of money", "offered: told", "offered: £1.00", "contribution in kind rooms, offered"},
		{"stands per a unit", "per: year, offered: told, accepted: told", "per: person, offered: 1, accepted: 1", "gather first what units give"},
		{"is given by a role that it does not stand per", "per: [partner, year], offered: hours_worked, accepted: hours_worked * 90%", "per: year, offered: told, accepted: told", "several parties have the role partner"},
		{"is counted twice for a partner", "in_kind: £1.00", "in_kind: all_given", "it reads staff, which is counted for it already"},
		{"is a payment", "due: on_evidence, clause: 5", "in_kind: yes, due: on_evidence, clause: 5", "never paid: write it under in_kind"},
	} {
		t.Run(k.it, func(t *testing.T) {
			document := strings.Replace(inKindContract, k.old, k.new, 1)
			if document == inKindContract {
				t.Fatalf("%q does not stand in the contract", k.old)
			}
			_, err := language.Decode("given.yaml", []byte(document))
			if err == nil || !strings.Contains(err.Error(), k.fault) {
				t.Errorf("want a fault with %q, got\n%v", k.fault, err)
			}
		})
	}
}
