package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"outturn/engine"
)

// registered is a contract of three years whose assumption changes for the third, and of which a figure is put at one
// sum, certified and reconciled.
const registered = `outturn: 1
contract: {id: registered, currency: GBP, first: 2026-01-01, last: 2028-12-31, paid_elsewhere: pay}
parties: [{party: council, role: partner}, {party: charity, role: provider}]
calendar: {settle: year, cut_off: 15 days after, last_cut_off: 2030-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2026-01-01}}
evidence:
  put:    {of: contract, as: reading, each: year, says: {put_at: money}, if_none: unknown}
  booked: {of: contract, as: reading, each: year, says: {certified_at: money}, if_none: unknown}
  audit:  {of: contract, as: reading, each: year, says: {audited: money}, if_none: unknown}
assumptions:
  part:
    gives: rate
    dated: year
    versions:
      - {is: 1/4, source: a study, grade: 3, challenged_by: nobody, decision: kept, decided_on: 2025-11-03}
      - {is: 50%%, from: 2027-02-01, source: a count, grade: 2, challenged_by: the board, decision: raised, decided_on: 2026-12-01}
    clause: 2
  fee:
    gives: money
    versions: [{is: £5.00, source: a list, grade: 1, challenged_by: nobody, decision: taken, decided_on: 2025-11-03}]
    clause: 3
quantities:
  spent:   {standing: {provisional: put_at, certified: certified_at, reconciled: audited}, clause: 4}
  sure:    {met_when: {spent.standing: [certified, reconciled]}}
payments:
  share: {from: council, to: charity, per: year, of: spent * part, due: on_evidence, clause: 5}
  rest:  {from: council, to: charity, per: year, of: fee * 1, when: {sure: yes}, due: on_evidence, clause: 6}
examples:
  - {it: settles, as_at: %s, due: {}, evidence: [%s]}
`

func TestStandingsAndAssumptionsByHand(t *testing.T) {
	for _, k := range []struct{ it, asAt, items, figures, versions, charity string }{
		{"nothing told", "2026-12-31", "{put: 2027-06-30, put_at: £1.00}", "1:  is not observed", "part 1 in 1, fee 1 in ", "0.00"},
		{"put at", "2026-12-31", "{put: 2026-12-31, put_at: £100.00}", "1: provisional is £100.00", "part 1 in 1, fee 1 in ", "25.00"},
		{"certified beside", "2026-12-31", "{put: 2026-12-31, put_at: £100.00}, {booked: 2026-12-31, certified_at: £80.00}", "1: certified is £80.00", "part 1 in 1, fee 1 in ", "25.00"}, // 20 + 5
		{"reconciled at once", "2026-12-31", "{audit: 2026-12-31, audited: £60.00}", "1: reconciled is £60.00", "part 1 in 1, fee 1 in ", "20.00"},                                        // 15 + 5
		{"reconciled at nought is not silence", "2026-12-31", "{put: 2026-12-31, put_at: £100.00}, {audit: 2026-12-31, audited: £0.00}", "1: reconciled is £0.00", "part 1 in 1, fee 1 in ", "5.00"},
		{"a year that began before the change has the first version", "2027-12-31", "{put: 2026-12-31, put_at: £100.00}, {put: 2027-12-31, put_at: £100.00}", "1: provisional is £100.00; 2: provisional is £100.00", "part 1 in 1 to 2, fee 1 in ", "50.00"},
		{"a year that begins after it has the second", "2028-12-31", "{put: 2026-12-31, put_at: £100.00}, {put: 2028-12-31, put_at: £100.00}", "1: provisional is £100.00; 2:  is not observed; 3: provisional is £100.00", "part 1 in 1 to 2, part 2 in 3, fee 1 in ", "75.00"},
	} {
		t.Run(k.it, func(t *testing.T) {
			out, err := settleExample(t, decoded(t, fmt.Sprintf(registered, k.asAt, k.items)), 0, engine.Position{})
			if err != nil {
				t.Fatal(err)
			}
			var figures, versions []string
			for _, v := range out.statement.Figures[0].Values {
				figures = append(figures, strings.TrimPrefix(v.Of, "year ")+": "+v.Standing+" is "+v.Is)
			}
			for _, a := range out.statement.Assumptions {
				for _, v := range a.Versions {
					versions = append(versions, fmt.Sprintf("%s %d in %s", a.Assumption, v.Version, v.Periods))
				}
			}
			if got := strings.Join(figures, "; "); got != k.figures {
				t.Errorf("figures stand %q, expected %q", got, k.figures)
			}
			if got := strings.Join(versions, ", "); got != k.versions {
				t.Errorf("versions cited %q, expected %q", got, k.versions)
			}
			if got := out.statement.Due[1].Due.String(); got != k.charity {
				t.Errorf("the charity has %s, worked out %s", got, k.charity)
			}
		})
	}
}
