package language_test

import (
	"strings"
	"testing"

	"outturn/contracts/language"
	"outturn/contracts/sentences"
)

// streamContract has a restricted stream, one beside it, and a payment that stays restricted; the cases change a line.
const streamContract = `outturn: 1
contract: {id: streamed, currency: GBP, first: 2026-01-01, last: 2027-12-31, paid_elsewhere: pay}
parties: [{party: payer, role: payer}, {party: council, role: council}, {party: charity, role: provider}]
calendar: {settle: quarter, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {quarter: {every: 3 months, beginning: 2026-01-01}}
evidence:
  told: {of: contract, as: reading, each: quarter, says: {spent: money, open: yes/no}, if_none: unknown}
accounts:
  grant: {owner: payer, per: quarter, opens_with: £100.00, restricted_to: families, between: 2026-04-01 to 2027-03-31, eligible: {open: yes}, left_over: carried, clause: 3}
  pot:   {owner: council, per: quarter, restricted_to: families, left_over: carried, clause: 4}
payments:
  drawn:  {from: grant, to: pot, per: quarter, of: £10.00, due: on_evidence, clause: 5}
  paid:   {from: pot, to: charity, per: quarter, of: spent, due: on_evidence, clause: 6}
  bonus:  {from: grant, to: charity, per: quarter, of: £1.00, restricted_to: families, due: on_evidence, clause: 7}
`

func TestStreamsRefused(t *testing.T) {
	c, err := language.Decode("streamed.yaml", []byte(streamContract))
	if err != nil {
		t.Fatalf("the contract that the cases change does not decode:\n%v", err)
	}
	if said := strings.Join(sentences.Of(c), "\n"); !strings.Contains(said, "may be spent on families alone, from 1 April 2026 to 31 March 2027, where open") {
		t.Errorf("the sentences do not say what the stream may be spent on:\n%s", said)
	}
	for _, k := range []struct{ it, old, new, fault string }{
		{"has a window and does not say what it is restricted to", "restricted_to: families, between", "between", "account grant says between, and not what it is restricted_to"},
		{"has a test of uses and does not say what it is restricted to", "restricted_to: families, between: 2026-04-01 to 2027-03-31, ", "", "account grant says eligible, and not what it is restricted_to"},
		{"begins within a period", "2026-04-01 to", "2026-04-02 to", "account grant, between: it begins or ends within a quarter"},
		{"ends within a period", "to 2027-03-31", "to 2027-03-30", "account grant, between: it begins or ends within a quarter"},
		{"reaches beyond the term", "to 2027-03-31", "to 2028-03-31", "it reaches beyond the contract's term"},
		{"is restricted to what is no name", "restricted_to: families, between", "restricted_to: Families, between", "this cannot be a name"},
		{"tests what its payment's level does not settle", "eligible: {open: yes}", "eligible: {closed: yes}", "account grant, eligible, of payment drawn"},
		{"loses its purpose in another account", "pot:   {owner: council, per: quarter, restricted_to: families", "pot:   {owner: council, per: quarter, restricted_to: nothing", "goes into pot, which is not restricted to it"},
		{"loses its purpose in a plain account", "per: quarter, restricted_to: families, left_over: carried, clause: 4", "per: quarter, left_over: carried, clause: 4", "goes into pot, which is not restricted to it"},
		{"comes to have another purpose", "of: £1.00, restricted_to: families", "of: £1.00, restricted_to: roads", "cannot become money for roads"},
		{"restricts to nothing", "of: £1.00, restricted_to: families", "of: £1.00, restricted_to: nothing", "nothing is no restriction"},
		{"is paid in what is held back", "of: £10.00, due: on_evidence", "of: £10.00, due: on_evidence, held: {share: 10%, released_on: 2027-01-01}", "what is held has not come into pot"},
	} {
		t.Run(k.it, func(t *testing.T) {
			document := strings.Replace(streamContract, k.old, k.new, 1)
			if document == streamContract {
				t.Fatalf("%q does not stand in the contract", k.old)
			}
			_, err := language.Decode("streamed.yaml", []byte(document))
			if err == nil || !strings.Contains(err.Error(), k.fault) {
				t.Errorf("want a fault with %q, got\n%v", k.fault, err)
			}
		})
	}
}
