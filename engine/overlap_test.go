package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts"
	"outturn/contracts/language"
	"outturn/engine"
	"outturn/engine/ingest"
	"outturn/engine/statements"
)

// overlapFrame is a basket of three outcomes of one person; the cap over it is to be written in.
const overlapFrame = `outturn: 1
contract: {id: basket, currency: GBP, first: 2026-01-01, last: 2027-12-31, %s}
parties: [{party: council, role: commissioner}, {party: charity, role: provider}]
calendar: {settle: year, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2026-01-01}}
units: {person: {}}
evidence:
  joined: {of: person, as: event}
  job:    {of: person, as: event}
  course: {of: person, as: event}
  home:   {of: person, as: event}
  paid:   {of: person, as: event, says: {amount: {type: money, optional: yes}, outcome: {type: date, optional: yes}, register: {type: [work_programme, european_fund], optional: yes}}}
cohorts: {people: {unit: person, joined_by: joined, counts: everyone_who_joined, clause: 1}}
measures:
  worked: {per: person, each: [job]}
  taught: {per: person, each: [course]}
  housed: {per: person, each: [home]}
payments:
  job_fee:    {from: council, to: charity, per: person, for: worked, price: £900.00, due: on_evidence, clause: 2}
  course_fee: {from: council, to: charity, per: person, for: taught, price: £1200.00, due: on_evidence, clause: 2}
  home_fee:   {from: council, to: charity, per: person, for: housed, price: £500.00, due: on_evidence, clause: 2}
%sexamples:
  - {it: pays, as_at: 2027-12-31, due: {}, evidence: [%s]}
`

func basket(t *testing.T, elsewhere, caps string, items ...string) statements.Statement {
	t.Helper()
	if caps != "" {
		caps = "caps: [{" + caps + ", clause: 3}]\n"
	}
	c := decoded(t, fmt.Sprintf(overlapFrame, elsewhere, caps, "{"+strings.Join(items, "}, {")+"}"))
	out, err := settleExample(t, c, 0, engine.Position{})
	if err != nil {
		t.Fatal(err)
	}
	return out.statement
}

// Four people: A has a job, a course and a home, B two jobs and a course, C a job in each of two years, D a home.
var fourPeople = []string{
	"joined: 2026-01-05, person: A", "joined: 2026-01-05, person: B", "joined: 2026-01-05, person: C", "joined: 2026-01-05, person: D",
	"job: 2026-06-01, person: A", "course: 2026-03-02, person: A", "home: 2026-02-02, person: A",
	"job: 2026-06-01, person: B", "job: 2026-09-01, person: B", "course: 2026-03-02, person: B",
	"job: 2026-06-01, person: C", "job: 2027-06-01, person: C",
	"home: 2026-05-05, person: D",
}

// How many payments of a basket are paid for one person, and which, with the matrix of who is claimed under what.
func TestEdgesOfPaymentsCounted(t *testing.T) {
	for _, k := range []struct{ cap, paid, matrix string }{
		// A 900, B 1,800, C 1,800, D 500. A's course and home, and B's course, are refused.
		{"over: all, per: person, counting: payments, not_above: 1, in_order_of: as_listed, beyond: refuse", "5000.00",
			"job_fee [3 2 1] 0 0.00; course_fee [2 2 1] 2 2400.00; home_fee [1 1 2] 1 500.00"},
		// A 1,200, B's two jobs are 1,800 and come before a course of 1,200, C 1,800, D 500.
		{"over: all, per: person, counting: payments, not_above: 1, in_order_of: largest, beyond: refuse", "5300.00",
			"job_fee [3 2 1] 1 900.00; course_fee [2 2 1] 1 1200.00; home_fee [1 1 2] 1 500.00"},
		// By the day of each: A's home of February, B's course of March, C's jobs, D's home.
		{"over: all, per: person, counting: payments, not_above: 1, in_order_of: [met], places: move, beyond: refuse", "4000.00",
			"job_fee [3 2 1] 2 2700.00; course_fee [2 2 1] 1 1200.00; home_fee [1 1 2] 0 0.00"},
		// Two of three: A's job and course, B's both.
		{"over: all, per: person, counting: payments, not_above: 2, in_order_of: as_listed, beyond: refuse", "7400.00",
			"job_fee [3 2 1] 0 0.00; course_fee [2 2 1] 0 0.00; home_fee [1 1 2] 1 500.00"},
		// All of them, and only the matrix: 900 x 5 + 1,200 x 2 + 500 x 2.
		{"over: all, per: person, counting: payments, not_above: 3, in_order_of: as_listed, beyond: refuse", "7900.00",
			"job_fee [3 2 1] 0 0.00; course_fee [2 2 1] 0 0.00; home_fee [1 1 2] 0 0.00"},
		// Of two of them a year: the home stands outside it, and C's jobs are of two years.
		{"over: [course_fee, job_fee], per: [person, year], dated: met, counting: payments, not_above: 1, in_order_of: as_listed, beyond: refuse", "5200.00",
			"course_fee [2 2] 0 0.00; job_fee [2 4] 2 2700.00"},
		{"over: all, per: person, counting: payments, not_above: 0, in_order_of: as_listed, beyond: refuse", "0.00",
			"job_fee [3 2 1] 3 4500.00; course_fee [2 2 1] 2 2400.00; home_fee [1 1 2] 2 1000.00"},
	} {
		t.Run(k.cap, func(t *testing.T) {
			st := basket(t, "paid_elsewhere: pay", k.cap, fourPeople...)
			if got := st.Due[1].ToDate.String(); got != k.paid {
				t.Errorf("the charity has %s, expected %s", got, k.paid)
			}
			var lines []string
			for _, l := range st.Overlaps[0].Payments {
				lines = append(lines, fmt.Sprintf("%s %v %d %s", l.Payment, l.With, l.Refused, l.Sum))
			}
			if got := strings.Join(lines, "; "); got != k.matrix {
				t.Errorf("the overlaps are\n  %s, expected\n  %s", got, k.matrix)
			}
		})
	}
}

// What other schemes paid for is reported by the register that told of it: outcomes, and what came off their prices.
func TestWhatOthersPaidIsReportedByRegister(t *testing.T) {
	join := "joined: 2026-01-05, person: "
	for _, k := range []struct {
		elsewhere string
		items     []string
		paid, by  string
	}{
		{"paid_elsewhere: refuse, told_by: paid", []string{join + "A", "job: 2026-06-01, person: A", "paid: 2026-07-01, person: A, register: european_fund"}, "0.00", "european_fund job_fee 1 900.00"},
		{"paid_elsewhere: refuse, told_by: paid", []string{join + "A", "job: 2026-06-01, person: A", "paid: 2026-07-01, person: A"}, "0.00", "paid job_fee 1 900.00"},
		{"paid_elsewhere: pay_the_difference, told_by: paid", []string{join + "A", "job: 2026-06-01, person: A", "paid: 2026-07-01, person: A, register: european_fund, amount: £250.00"}, "650.00", "european_fund job_fee 1 250.00"},
		// £250.00 and £400.00 of one price; £1,000.00 of another of £900.00 takes no more than that.
		{"paid_elsewhere: pay_the_difference, told_by: paid", []string{join + "A", "job: 2026-06-01, person: A", "paid: 2026-07-01, person: A, register: european_fund, amount: £250.00", "paid: 2026-07-02, person: A, register: work_programme, amount: £400.00",
			join + "B", "job: 2026-06-01, person: B", "paid: 2026-07-01, person: B, register: work_programme, amount: £1000.00"}, "250.00", "work_programme job_fee 2 1300.00; european_fund job_fee 1 250.00"},
		// Both say that they paid more than there is: the first has it all.
		{"paid_elsewhere: pay_the_difference, told_by: paid", []string{join + "A", "job: 2026-06-01, person: A", "paid: 2026-07-01, person: A, register: european_fund, amount: £950.00", "paid: 2026-07-02, person: A, register: work_programme, amount: £950.00"},
			"0.00", "european_fund job_fee 1 900.00"},
		// The second job is the one told of, by its day; the course has nothing to do with it.
		{"paid_elsewhere: refuse, told_by: paid", []string{join + "A", "job: 2026-06-01, person: A", "job: 2026-09-01, person: A", "course: 2026-06-01, person: A", "paid: 2026-10-01, person: A, register: work_programme, outcome: 2026-09-01"}, "2100.00", "work_programme job_fee 1 900.00"},
	} {
		st := basket(t, k.elsewhere, "", k.items...)
		var got []string
		for _, e := range st.Elsewhere {
			got = append(got, fmt.Sprintf("%s %s %d %s", e.Register, e.Payment, e.Outcomes, e.Sum))
		}
		if text := strings.Join(got, "; "); text != k.by || st.Due[1].ToDate.String() != k.paid {
			t.Errorf("%v: paid %s, and taken off %s; expected %s and %s", k.items, st.Due[1].ToDate, text, k.paid, k.by)
		}
	}
}

// Laws of baskets: for nobody more payments are paid than are allowed; none is paid while a preferred one is refused; and
// what is paid and what is refused make what is paid without the cap.
func TestLawBaskets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var items []string
		for _, who := range []string{"A", "B", "C", "D"} {
			items = append(items, "joined: 2026-01-05, person: "+who)
			for _, kind := range []string{"job", "course", "home"} {
				for n := range rapid.IntRange(0, 2).Draw(t, kind) {
					items = append(items, fmt.Sprintf("%s: 2026-0%d-01, person: %s", kind, n+2, who))
				}
			}
		}
		most, order := rapid.IntRange(0, 3).Draw(t, "most"), rapid.SampledFrom([]string{"as_listed", "largest", "[met], places: move"}).Draw(t, "order")
		settle := func(caps string) (*settled, *contracts.Contract) {
			c, err := language.Decode("basket.yaml", fmt.Appendf(nil, overlapFrame, "paid_elsewhere: pay", caps, "{"+strings.Join(items, "}, {")+"}"))
			if err != nil {
				t.Fatal(err)
			}
			s, err := ingest.FromExamples(c, c.Examples[0].Evidence, c.Examples[0].AsAt)
			if err != nil {
				t.Fatal(err)
			}
			out, err := settleOn(c, engine.Occasion{Through: c.Examples[0].AsAt, CutOff: c.Examples[0].AsAt, Final: true}, s, engine.Position{})
			if err != nil {
				t.Fatal(err)
			}
			return out, c
		}
		free, _ := settle("")
		kept, _ := settle(fmt.Sprintf("caps: [{over: all, per: person, counting: payments, not_above: %d, in_order_of: %s, beyond: refuse, clause: 3}]\n", most, order))
		paid := map[string]int{}
		for _, r := range kept.records {
			for _, l := range r.Lines {
				if paid[r.Unit]++; paid[r.Unit] > most {
					t.Fatalf("%s is paid for %d payments, and %d are allowed\n%v", r.Unit, paid[r.Unit], most, items)
				}
				if !l.Due.Equal(l.ToDate) {
					t.Fatalf("%s is paid in part", l.Payment)
				}
			}
		}
		refused := int64(0)
		for _, l := range kept.statement.Overlaps[0].Payments {
			refused += minor(l.Sum)
		}
		if minor(free.statement.Due[1].ToDate) != minor(kept.statement.Due[1].ToDate)+refused {
			t.Fatalf("%s without the cap, %s under it and %d refused\n%v", free.statement.Due[1].ToDate, kept.statement.Due[1].ToDate, refused, items)
		}
		for _, r := range free.records { // whoever is claimed under no more than are allowed has them all
			if len(r.Lines) <= most && paid[r.Unit] != len(r.Lines) {
				t.Fatalf("%s has %d of %d payments, and %d are allowed\n%v", r.Unit, paid[r.Unit], len(r.Lines), most, items)
			}
		}
	})
}
