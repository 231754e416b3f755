package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/engine"
	"outturn/engine/ingest"
)

// claims pays £1,000.00 for a job within a year of joining, once it was claimed within 26 weeks and checked, five working
// days later.
const claims = `outturn: 1
contract: {id: claims, currency: GBP, first: 2026-01-01, last: 2027-12-31, paid_elsewhere: pay}
parties: [{party: council, role: commissioner, name: A council}, {party: charity, role: provider, name: A charity}]
calendar: {settle: quarter, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1,4,7,10 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {quarter: {every: 3 months, beginning: 2026-01-01}}
units: {participant: {}}
evidence:
  attachment: {of: participant, as: event}
  job_start: {of: participant, as: event}
  job_claim: {of: participant, as: event}
  job_check: {of: participant, as: check}
  survey: {of: participant, as: reading, says: {score: number}, if_none: unknown}
  gossip: {of: participant, as: event}
quantities:
  scored: {latest: survey.score, in: 30 days beginning with attachment, per: participant}
cohorts: {participants: {unit: participant, joined_by: attachment, between: 2026-01-01 to 2026-12-31, counts: everyone_who_joined, clause: schedule 1}}
measures:
  into_work: {per: participant, first: job_start, in: 12 months beginning with attachment}
payments:
  job_fee: {from: council, to: charity, per: participant, for: into_work, price: £1000.00, due: {on: job_claim, within: 26 weeks after into_work, validated_by: job_check, wait: 5 working days}, clause: chapter 9}
  survey_fee: {from: council, to: charity, per: participant, of: £10.00 * scored, due: on_evidence, clause: chapter 10}
examples:
  - it: is looked at while some of it is still to come
    as_at: 2026-03-31
    evidence:
      - {attachment: 2026-01-05, participant: P1}
      - {survey: 2026-01-06, score: 3, participant: P1}
      - {gossip: 2026-01-06, participant: P1}
      - {attachment: 2026-01-05, participant: P2}
      - {job_start: 2026-02-02, participant: P2}
      - {attachment: 2026-01-05, participant: P3}
      - {job_start: 2026-02-02, participant: P3}
      - {job_claim: 2026-03-02, participant: P3}
      - {attachment: 2026-01-05, participant: P4}
      - {job_start: 2026-02-02, participant: P4}
      - {job_claim: 2026-03-02, participant: P4}
      - {job_check: 2026-03-26, participant: P4, found: passed}
      - {attachment: 2026-01-05, participant: P5}
      - {job_start: 2026-02-02, participant: P5}
      - {job_claim: 2026-03-02, participant: P5}
      - {job_check: 2026-03-04, participant: P5, found: passed}
      - {attachment: 2026-03-20, participant: P6}
      - {job_start: 2026-02-02, participant: P7}
    due: {council: -£1030.00, charity: £1030.00}
`

// trails are the trails of an example of a contract, by unit.
func trails(t *testing.T, document string, unit string) (map[string]*engine.Trail, []string) {
	t.Helper()
	c, err := language.Decode("contract.yaml", []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	e := &c.Examples[0]
	snapshot, err := ingest.FromExamples(c, e.Evidence, e.AsAt)
	if err != nil {
		t.Fatal(err)
	}
	found, order := map[string]*engine.Trail{}, []string{}
	err = engine.Trails(c, engine.Occasion{Through: e.AsAt, CutOff: calendar.MustDate("2026-04-15")}, snapshot, engine.Position{}, unit, func(one *engine.Trail) error {
		found[one.Unit] = one
		order = append(order, one.Unit)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, order
}

// Each of six waits for something else. The windows by hand: twelve months beginning with 5 January 2026 end on 4 January
// 2027; 26 weeks after 2 February on 3 August; 30 days beginning with 20 March on 18 April; five working days after
// Thursday 26 March fall on 2 April.
func TestTrailsSayWhatIsWaitedFor(t *testing.T) {
	found, order := trails(t, claims, "")
	if strings.Join(order, " ") != "P1 P2 P3 P4 P5 P6 P7" {
		t.Errorf("in this order: %v", order)
	}
	const unpaid = "survey_fee: not observed, wants survey"
	for unit, want := range map[string]string{
		"P1": "job_fee: not met so far, wants job_start until 2027-01-04",
		"P2": "job_fee: met, not claimed of 2026-02-02, wants job_claim until 2026-08-03; " + unpaid,
		"P3": "job_fee: claimed, not yet validated of 2026-02-02, wants job_check; " + unpaid,
		"P4": "job_fee: met, not yet due of 2026-02-02 due 2026-04-02; " + unpaid,
		"P5": unpaid,
		"P6": "job_fee: not met so far, wants job_start until 2027-03-19; survey_fee: not yet known, wants survey until 2026-04-18",
		"P7": "",
	} {
		var said []string
		for _, w := range found[unit].Waits {
			text := w.Payment + ": " + w.Reason
			if w.Day != 0 {
				text += " of " + w.Day.String()
			}
			if w.Due != 0 {
				text += " due " + w.Due.String()
			}
			for _, l := range w.Lacks {
				text += ", wants " + l.Kind
				if l.Until != 0 {
					text += " until " + l.Until.String()
				}
			}
			if w.Mends != (len(w.Lacks) > 0) || w.Clause == "" {
				t.Errorf("%s: %+v", unit, w)
			}
			said = append(said, text)
		}
		if got := strings.Join(said, "; "); got != want {
			t.Errorf("%s waits: %s\nexpected: %s", unit, got, want)
		}
	}
}

// Who counts, what is earned, and what became of each item, by which payment.
func TestTrailsFollowAnItem(t *testing.T) {
	found, _ := trails(t, claims, "")
	earned := ""
	for _, unit := range []string{"P1", "P5"} {
		for _, e := range found[unit].Earned {
			earned += fmt.Sprintf("%s %s %s (%s); ", unit, e.Payment, e.ToDate, e.Clause)
		}
	}
	if earned != "P1 survey_fee 30.00 (chapter 10); P5 job_fee 1000.00 (chapter 9); " {
		t.Errorf("earned: %s", earned)
	}
	items := ""
	for _, unit := range []string{"P1", "P5", "P7"} {
		for _, i := range found[unit].Items {
			items += fmt.Sprintf("%s %s: %s by %v; ", unit, i.Kind, i.Use, i.By)
		}
	}
	if want := "P1 attachment: used by [job_fee survey_fee]; P1 gossip: of a kind that no rule reads by []; P1 survey: used by [survey_fee]; " +
		"P5 attachment: used by [job_fee survey_fee]; P5 job_start: used by [job_fee]; P5 job_claim: used by [job_fee]; P5 job_check: used by [job_fee]; " +
		"P7 job_start: outside every window that a rule looked at by []; "; items != want {
		t.Errorf("items: %s\nexpected: %s", items, want)
	}
	if p := found["P7"].Cohorts; len(p) != 1 || p[0].Counted || p[0].Reason != "has not joined" || p[0].Clause != "schedule 1" {
		t.Errorf("P7: %+v", p)
	}
	one, order := trails(t, claims, "P5")
	if len(order) != 1 || one["P5"].Earned[0].ToDate.String() != "1000.00" {
		t.Errorf("of one unit: %v", order)
	}
}
