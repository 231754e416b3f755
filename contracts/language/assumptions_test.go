package language_test

import (
	"errors"
	"strings"
	"testing"

	"outturn/contracts/document"
	"outturn/contracts/language"
)

const assumedContract = `outturn: 1
contract: {id: assumed, currency: GBP, first: 2026-01-01, last: 2027-12-31, paid_elsewhere: pay}
parties:
  - {party: council, role: partner}
  - {party: charity, role: provider}
calendar: {settle: year, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2026-01-01}}
evidence:
  told: {of: contract, as: reading, each: year, says: {families: number, put_at: money, booked: money}, if_none: unknown}
assumptions:
  anyway:
    gives: rate
    dated: year
    versions:
      - {is: 1/6, source: a study, grade: 3, challenged_by: nobody, decision: kept, decided_on: 2025-11-03}
      - {is: 20%, from: 2027-01-01, source: a count, grade: 2, challenged_by: the board, decision: raised, decided_on: 2026-12-01}
    clause: 2
quantities:
  spent: {standing: {provisional: put_at, certified: booked}, clause: 3}
savings:
  x: {per: year, class: fiscal, budget: local, origin: prevention, prices: nominal, beneficiaries: council, of: families, counterfactual: {deadweight: anyway}, worth: £100.00, grade: 4, cashable: nought, clause: 4}
payments:
  share: {from: council, to: charity, per: year, of: x.corrected, when: {spent.standing: certified}, due: on_evidence, clause: 7}
`

func TestAssumptionsAndStandingsRefused(t *testing.T) {
	c, err := language.Decode("assumed.yaml", []byte(assumedContract))
	if err != nil {
		t.Fatalf("the contract that the cases change does not decode:\n%v", err)
	}
	if a := c.Assumptions[0]; len(a.Versions) != 2 || a.Versions[1].Grade != 2 || strings.Join(a.ReadBy, " ") != "x" {
		t.Errorf("the register is %+v", a)
	}
	for _, k := range []struct{ it, old, new, fault string }{
		{"has no source", "source: a study, ", "", `does not say "source"`},
		{"is not graded", "grade: 3, ", "", `does not say "grade"`},
		{"was challenged by nobody that it names", "challenged_by: nobody, ", "", `does not say "challenged_by"`},
		{"was not decided", "decision: kept, ", "", `does not say "decision"`},
		{"has no day of decision", ", decided_on: 2025-11-03", "", `does not say "decided_on"`},
		{"changes without a day", "from: 2027-01-01, ", "", `assumption anyway, version 2 does not say "from"`},
		{"lists a version before the one it follows", "decided_on: 2026-12-01}\n", "decided_on: 2026-12-01}\n      - {is: 30%, from: 2027-01-01, source: a count, grade: 2, challenged_by: the board, decision: raised, decided_on: 2026-12-01}\n", "it does not come after the version before it"},
		{"begins late", "{is: 1/6, ", "{is: 1/6, from: 2026-02-01, ", "the first version applies from the start"},
		{"changes and is not dated", "    dated: year\n", "", `assumption anyway does not say "dated"`},
		{"is dated by a day and not by periods", "dated: year", "dated: 2026-01-01", "a version applies to whole periods"},
		{"is worked out", "is: 20%", "is: spent / put_at", "it is worked out from other figures"},
		{"is of another type", "is: 20%", "is: £20.00", "expected a rate, found money"},
		{"has one standing", ", certified: booked", "", "one figure has no standing among others"},
		{"has standings of two types", "certified: booked", "certified: families", "is a number"},
		{"asks for a standing that there is none of", "spent.standing: certified", "spent.standing: agreed", `"agreed"`},
		{"asks of a figure that has none", "spent.standing: certified", "x.standing: certified", `has no column "standing"`},
		{"asks for another column", "spent.standing: certified", "spent.state: certified", `has no column "state"`},
	} {
		t.Run(k.it, func(t *testing.T) {
			text := strings.Replace(assumedContract, k.old, k.new, 1)
			if text == assumedContract {
				t.Fatalf("%q does not stand in the contract", k.old)
			}
			_, err := language.Decode("assumed.yaml", []byte(text))
			var faults *document.Faults
			if !errors.As(err, &faults) || !strings.Contains(err.Error(), k.fault) {
				t.Errorf("expected a fault with\n%s\nfound\n%v", k.fault, err)
			}
		})
	}
}
