package engine_test

import (
	"bytes"
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
	"outturn/engine/statements"
)

// Until which last day settled a root comes to the same, if nothing more is told of it: the day before something turns.
// All that was told of P had happened by the day settled, but where a case says otherwise.
func TestEdgesOfUntil(t *testing.T) {
	people := strings.Replace(boundaryPeople, "  breakdown: ", "  budget: {of: contract, as: reading, says: {pot: money}, if_none: unknown}\n  breakdown: ", 1)
	fee := func(terms string) string {
		return "payments: {fee: {from: payer, to: provider, per: person, " + terms + ", clause: 2}}\n"
	}
	const (
		housed = "measures: {housed: {per: person, first: job, clause: 4}}\n"
		jobs   = "quantities: {jobs: {count: job, in: beginning with joined, per: person}}\n"
		job    = "job: 2020-02-10, person: P, wage: £100.00"
		worked = "work: 2020-01-20 to 2020-02-10, person: P"
	)
	for _, k := range []struct {
		it, terms string
		until     string // "" for ever
		evidence  []string
	}{
		{"nothing is to come", jobs + fee("for: jobs, price: £1.00, due: on_evidence"), "", []string{job}},
		{"an item that is told already happens", jobs + fee("for: jobs, price: £1.00, due: on_evidence"), "2020-03-04", []string{"job: 2020-03-05, person: P, wage: £100.00"}},
		{"money held is released half a year after the job", "quantities: {half_a_year: {is: job + 6 months, per: person}}\n" + housed +
			fee("for: housed, price: £10.00, held: {share: 20%, released_on: half_a_year}, due: on_evidence"), "2020-08-09", []string{job}},
		{"money held is released on a date", housed + fee("for: housed, price: £10.00, held: {share: 20%, released_on: 2020-06-30}, due: on_evidence"), "2020-06-29", []string{job}},
		{"half a year of unbroken work can no longer be had", "quantities: {cover: {spells: work, per: person}, stretch: {run: cover, in: 8 months beginning with joined, per: person}}\n" +
			fee("for: people, price: £1.00, unless: {stretch: {at_least: 6 months}}, due: on_evidence"), "2020-09-13", []string{worked}},
		{"a figure of the whole may be another any day", "quantities: {pot_now: {latest: budget.pot, in: beginning with 2020-01-01, per: contract}}\n" +
			fee("for: people, price: £1.00, then: [{not_above: pot_now}], due: on_evidence"), "2020-02-29", nil},
		{"a window ends", "quantities: {jobs: {count: job, in: 6 months beginning with joined, per: person}}\n" + fee("for: jobs, price: £1.00, due: on_evidence"), "2020-07-13", []string{job}},
		{"another month ends, of those added up", "quantities: {monthly: {count: job, dated: job, per: [person, month]}, every_job: {total: monthly, per: person}}\n" +
			fee("for: every_job, price: £1.00, due: on_evidence"), "2020-03-30", []string{job}},
		{"another month ends, of those paid for", "quantities: {monthly: {count: job, dated: job, per: [person, month]}}\n" +
			strings.Replace(fee("for: monthly, price: £1.00, due: on_evidence"), "per: person", "per: [person, month]", 1), "2020-03-30", []string{job}},
		{"the days were worked before the window in which they count begins", "quantities: {cover: {spells: work, per: person}, days_worked: {days: cover, in: beginning with joined, per: person}}\n" +
			"measures: {soon: {per: person, as_soon_as: {days_worked: {at_least: 10 days}}, in: 2020-06-01 to 2020-08-31, clause: 4}}\n" + fee("for: soon, price: £1.00, due: on_evidence"), "2020-05-31", []string{worked}},
		{"a test of no days is passed when its window begins", "quantities: {half_a_year: {is: job + 6 months, per: person}, cover: {spells: work, per: person}, days_worked: {days: cover, in: beginning with half_a_year, per: person}}\n" +
			"measures: {soon: {per: person, as_soon_as: {days_worked: {at_least: 0 days}}, clause: 4}}\n" + fee("for: soon, price: £1.00, due: on_evidence"), "2020-08-09", []string{worked, job}},
		{"what is looked for day by day is looked for on the next", jobs + "measures: {soon: {per: person, as_soon_as: {jobs: {at_least: 2}}, clause: 4}}\n" +
			fee("for: soon, price: £1.00, due: on_evidence"), "2020-02-29", []string{job}},
		{"an outcome falls due", housed + fee("for: housed, price: £1.00, due: {on: evidence, wait: 15 working days}"), "2020-03-01", []string{job}}, // 4 days of work in the week of 11 February, 5 and 5 in the next two, and 2 March
		{"a count falls due", "quantities: {jobs: {count: job, in: 1 month beginning with joined, per: person}}\n" +
			fee("for: jobs, price: £1.00, due: {on: evidence, wait: 3 months}"), "2020-05-13", []string{job}}, // the month ends on 14 February
		{"a count that was validated falls due", "quantities: {jobs: {count: job, in: 1 month beginning with joined, per: person}}\n" +
			fee("for: jobs, price: £1.00, due: {on: evidence, validated_by: answer, wait: 10 days}"), "2020-03-05", []string{job, "answer: 2020-02-25, person: P, found: passed"}},
		{"the window in which days are counted ends", "quantities: {cover: {spells: work, per: person}, days_worked: {days: cover, in: 6 months beginning with joined, per: person}}\n" +
			fee("for: people, price: £1.00, when: {days_worked: {at_least: 28 days}}, due: on_evidence"), "2020-07-13", []string{worked}},
		{"a gap may begin on any day", "quantities: {cover: {spells: work, per: person}, gap: {first_gap: cover, in: beginning with joined, per: person}}\n" +
			fee("for: people, price: £1.00, when: {gap: {observed: yes}}, due: on_evidence"), "2020-02-29", []string{"work: 2020-01-15 to 2020-02-29, person: P"}},
		{"a spell goes on", "quantities: {cover: {spells: work, per: person}, days_worked: {days: cover, in: beginning with joined, per: person}}\n" +
			fee("for: people, price: £1.00, when: {days_worked: {at_least: 60 days}}, due: on_evidence"), "2020-02-29", []string{"work: 2020-01-20 to 2020-12-31, person: P"}},
	} {
		t.Run(k.it, func(t *testing.T) {
			c := decoded(t, people+k.terms+"examples:\n"+paidCases([]paid{{k.it, "2020-02-29", "", append([]string{joins}, k.evidence...)}}))
			e := &c.Examples[0]
			s, err := ingest.FromExamples(c, e.Evidence, c.Calendar.LastCutOff)
			if err != nil {
				t.Fatal(err)
			}
			kept, err := engine.AssessKeeping(c, engine.Occasion{Through: e.AsAt, CutOff: c.Calendar.LastCutOff, Final: true}, s, engine.Position{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			until := kept.Until[0].String()
			if kept.Until[0] >= c.Last {
				until = ""
			}
			if until != k.until {
				t.Errorf("it holds until %q, expected %q", until, k.until)
			}
		})
	}
}

// What was taken off a price, and is no longer, leaves nothing behind in a statement made of what changed: the other
// scheme's word is withdrawn, and it was the only one.
func TestEdgesOfRenewedWithdrawn(t *testing.T) {
	body := strings.Replace(boundaryPeople, "paid_elsewhere: pay}", "paid_elsewhere: refuse, told_by: other}", 1)
	body = strings.Replace(body, "  breakdown: ", "  other: {of: person, as: event}\n  breakdown: ", 1)
	c := decoded(t, body+`measures: {housed: {per: person, first: job, clause: 4}}
payments: {fee: {from: payer, to: provider, per: person, for: housed, price: £10.00, due: on_evidence, clause: 2}}
examples:
`+paidCases([]paid{{"told and withdrawn", "2020-03-31", "", []string{joins, on("2020-02-10"), "other: 2020-02-20, person: P, id: o", "withdraws: o, person: P, learned: 2020-03-10"}}}))
	var chain []*settled
	var kept engine.Kept
	var last engine.Occasion
	var had evidence.Snapshot
	for n, day := range []string{"2020-02-29", "2020-03-31"} {
		through := calendar.MustDate(day)
		occasion := engine.Occasion{Through: through, CutOff: through, Final: true}
		s, err := ingest.FromExamples(c, c.Examples[0].Evidence, through)
		if err != nil {
			t.Fatal(err)
		}
		pos := position(c, chain...)
		var next engine.Kept
		full, err := settledBy(c, func(sink engine.Sink) (st statements.Statement, err error) {
			st, next, err = engine.SettleKeeping(c, occasion, s, pos, sink)
			return st, err
		})
		if err != nil {
			t.Fatal(err)
		}
		if told := len(full.statement.Elsewhere); told != 1-n {
			t.Fatalf("through %s other schemes are named %d times", day, told)
		}
		if n > 0 {
			if renewed := renewedOf(t, c, last, had, kept, occasion, s, pos); !bytes.Equal(full.head, renewed.head) || !bytes.Equal(full.lines, renewed.lines) {
				t.Errorf("made of what changed:\n%s\n%s\nand in full:\n%s\n%s", renewed.head, renewed.lines, full.head, full.lines)
			}
		}
		chain, kept, last, had = append(chain, full), next, occasion, s
	}
}

// renewedOf makes a statement of what was kept where every root changed.
func renewedOf(t *testing.T, c *contracts.Contract, last engine.Occasion, had evidence.Snapshot, kept engine.Kept, now engine.Occasion, s evidence.Snapshot, pos engine.Position) *settled {
	t.Helper()
	was, err := engine.AssessKeeping(c, last, had, engine.Position{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var lines []byte
	pos = wholeOf(c, pos)
	settled := map[string][]byte{}
	left := settledList(kept)
	for shard := range had.Shards() {
		for tree, err := range had.Units(shard) {
			if err != nil {
				t.Fatal(err)
			}
			settled[tree.Units[0].Key], left = left[0], left[1:]
		}
	}
	pos.Of = func(_ int, key string) []byte { return settled[key] }
	is, err := engine.AssessKeeping(c, now, s, pos, func(b []byte) error { lines = append(lines, b...); return nil })
	if err != nil {
		t.Fatal(err)
	}
	out, err := settledBy(c, func(sink engine.Sink) (statements.Statement, error) {
		st, _, err := engine.Renew(c, now, s, pos, kept.Found, was.Found, is.Found, func(yield func([]byte, error) bool) { yield(lines, nil) }, sink)
		return st, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
