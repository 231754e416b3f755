package language_test

import (
	"strings"
	"testing"

	"outturn/contracts/language"
)

// circled has two payments of the whole, one divided by what the other comes to, and a cap over both.
const circled = `outturn: 1
contract: {id: circled, currency: GBP, first: 2026-01-01, last: 2027-12-31, paid_elsewhere: pay}
parties: [{party: council, role: commissioner}, {party: fund, role: commissioner}, {party: charity, role: provider}]
calendar: {settle: year, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2026-01-01}}
evidence: {told: {of: contract, as: reading, each: year, says: {a: money, b: money}, if_none: unknown}}
payments:
  first_pay:  {from: council, to: charity, per: year, of: a, due: on_evidence, clause: 1}
  second_pay: {from: shared, to: charity, per: year, of: b, due: on_evidence, clause: 2}
divisions: {shared: {tranches: [{among: [council, fund], by: {council: 50% + first_pay / £100.00, fund: 50%}}], clause: 3}}
caps:
  - {over: [first_pay, second_pay], per: year, payer: council, not_above: £100.00, in_order_of: pro_rata, beyond: cut, clause: 4}
`

// What a cap on one payer takes of a payment hangs on how that is divided; a division that reads what the cap leaves is a
// circle, and is found before anything is settled.
func TestCirclesThroughCaps(t *testing.T) {
	listed := func(first, second string) string {
		return strings.Replace(circled, "over: [first_pay, second_pay], per: year, payer: council, not_above: £100.00, in_order_of: pro_rata", "over: ["+first+", "+second+"], per: year, payer: council, not_above: £100.00, in_order_of: as_listed", 1)
	}
	circle := "c.yaml:11:21: shared is worked out from itself: shared -> first_pay -> cap 1 -> shared"
	for _, k := range []struct{ it, document, fault string }{
		{"in proportion", circled, circle},
		{"the divided payment is paid first", listed("second_pay", "first_pay"), circle},
		{"the divided payment is paid last", listed("first_pay", "second_pay"), ""},
		{"everybody's", strings.Replace(circled, "payer: council, ", "", 1), ""},
	} {
		t.Run(k.it, func(t *testing.T) {
			_, err := language.Decode("c.yaml", []byte(k.document))
			switch {
			case k.fault == "" && err != nil:
				t.Errorf("it is refused: %v", err)
			case k.fault != "" && (err == nil || !strings.HasPrefix(err.Error(), k.fault)):
				t.Errorf("expected %s, found %v", k.fault, err)
			}
		})
	}
}
