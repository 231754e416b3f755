package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/ingest"
	"outturn/engine/statements"
)

// The edges of caps, of cohorts that close, and of what later statements correct.

// boundaryFamilies is a contract of families with members.
const boundaryFamilies = boundaryHead + `periods: {month: {every: 1 month, beginning: 2020-01-01}, year: {every: 12 months, beginning: 2020-01-01}}
units: {family: {}, person: {part_of: family, facts: {band: [a, b, c]}}}
evidence:
  joined: {of: person, as: event}
  job: {of: person, as: event, if_none: nought}
  grant: {of: contract, as: reading, says: {given: money}, if_none: unknown}
cohorts: {people: {unit: person, joined_by: joined, counts: everyone_who_joined, clause: 1}}
measures: {each_job: {per: person, each: [job], clause: 4}}
`

func member(family, person, joined string) string {
	return fmt.Sprintf("joined: %s, family: %s, person: %s, band: a", joined, family, person)
}

func jobOf(person, day string) string { return "job: " + day + ", person: " + person }

// A cap is filled in its order and cuts or refuses what lies beyond, to the penny.
func TestEdgesOfCaps(t *testing.T) {
	two := `payments:
  fee: {from: payer, to: provider, per: person, for: people, price: £6.00, due: on_evidence, clause: 2}
  bonus: {from: payer, to: provider, per: person, for: each_job, price: £3.00, due: on_evidence, clause: 2}
`
	a := []string{member("F", "A", "2020-02-01"), jobOf("A", "2020-03-01")} // £6.00 and £3.00
	ab := append([]string{member("F", "B", "2020-01-15"), jobOf("B", "2020-04-01")}, a...)
	for _, k := range []struct {
		cap      string
		evidence []string
		due      string
	}{
		{"over: all, per: person, not_above: £9.00, in_order_of: as_listed, beyond: cut", a, "£9.00"},
		{"over: all, per: person, not_above: £8.99, in_order_of: as_listed, beyond: cut", a, "£8.99"},
		{"over: all, per: person, not_above: £8.99, in_order_of: as_listed, beyond: refuse", a, "£6.00"},
		{"over: [bonus, fee], per: person, not_above: £8.99, in_order_of: as_listed, beyond: refuse", a, "£3.00"}, // the bonus first
		{"over: all, per: person, not_above: £0.00, in_order_of: as_listed, beyond: cut", a, ""},
		{"over: [fee], per: person, not_above: £4.00, in_order_of: as_listed, beyond: cut", a, "£7.00"},
		{"over: all, per: person, not_above: £4.50, in_order_of: pro_rata, beyond: cut", a, "£4.50"}, // £3.00 and £1.50
		{"over: all, per: family, not_above: £10.00, in_order_of: as_listed, beyond: cut", ab, "£10.00"},
		{"over: all, per: person, not_above: £8.00, in_order_of: as_listed, beyond: cut", ab, "£16.00"},
		{"over: all, per: contract, not_above: £17.99, in_order_of: as_listed, beyond: refuse", ab, "£15.00"}, // 6 + 6 + 3
		{"over: all, per: contract, not_above: £18.00, in_order_of: as_listed, beyond: refuse", ab, "£18.00"},
		{"over: all, per: contract, not_above: £7.00, in_order_of: [joined], places: move, beyond: cut", ab, "£7.00"},
		{"over: all, per: contract, counting: person, not_above: 1, in_order_of: [joined], places: move, beyond: refuse", ab, "£9.00"},
		{"over: all, per: contract, counting: person, not_above: 2, in_order_of: [joined], places: move, beyond: refuse", ab, "£18.00"},
		{"over: all, per: contract, counting: family, not_above: 0, in_order_of: as_listed, beyond: refuse", ab, ""},
		{"over: all, per: contract, counting: family, not_above: 1, in_order_of: as_listed, beyond: refuse", ab, "£18.00"},
		{"over: all, per: family, counting: person, not_above: 1, in_order_of: [joined], places: move, beyond: refuse", ab, "£9.00"},
		{"over: all, per: [band], not_above: £10.00, in_order_of: as_listed, beyond: cut", ab, "£10.00"},
		{"over: [bonus], per: month, not_above: £2.00, in_order_of: as_listed, dated: met, beyond: cut", ab, "£16.00"}, // March and April
		{"over: [bonus], per: year, not_above: £2.00, in_order_of: as_listed, dated: met, beyond: cut", ab, "£14.00"},
		{"over: [bonus], per: [person, year], not_above: £2.00, in_order_of: as_listed, dated: met, beyond: cut", ab, "£16.00"},
		{"over: [bonus], per: year, counting: person, not_above: 1, in_order_of: [each_job], places: move, dated: met, beyond: refuse", ab, "£15.00"},
		{"over: [bonus], per: month, counting: person, not_above: 1, in_order_of: [each_job], places: move, dated: met, beyond: refuse", append([]string{jobOf("B", "2020-03-01")}, ab...), "£18.00"}, // A or B in March, B in April
	} {
		t.Run(k.cap, func(t *testing.T) {
			edges(t, boundaryFamilies+two+"caps: [{"+k.cap+", clause: 7}]\n", paidCases([]paid{{"fills", "2020-12-31", k.due, k.evidence}}))
		})
	}
}

// Caps of every sort stand in one list and each still binds, whatever stands before it; a limit may be worked out from
// the whole, and a payment may be a part of what another comes to after its caps.
func TestEdgesOfCapsTogether(t *testing.T) {
	body := boundaryFamilies + `quantities: {jobs: {count: each_job, per: contract}, pot: {latest: grant.given, in: beginning with 2020-01-01, per: contract}}
payments:
  fee: {from: payer, to: provider, per: person, for: people, price: £6.00, due: on_evidence, clause: 2}
  bonus: {from: payer, to: provider, per: person, for: each_job, price: £3.00, due: on_evidence, clause: 2}
  base: {from: payer, to: provider, per: contract, of: jobs * £1.00, due: on_evidence, clause: 2}
  tithe: {from: payer, to: provider, per: contract, of: (fee + bonus) * 10%, due: on_evidence, clause: 2}
caps:
`
	ab := []string{member("F", "B", "2020-01-15"), jobOf("B", "2020-04-01"), member("F", "A", "2020-02-01"), jobOf("A", "2020-03-01")}
	whole := "  - {over: [base], per: contract, not_above: £1.50, in_order_of: as_listed, beyond: cut, clause: 7}\n"
	person := "  - {over: [fee, bonus], per: person, not_above: £8.00, in_order_of: as_listed, beyond: cut, clause: 7}\n"
	late := "  - {over: [fee, bonus], per: person, not_above: jobs * £4.00, in_order_of: as_listed, beyond: cut, clause: 7}\n"
	cross := "  - {over: [fee, bonus], per: contract, not_above: £15.00, in_order_of: as_listed, beyond: cut, clause: 7}\n"
	for _, k := range []struct{ it, caps, due string }{
		{"over the whole first", whole + person, "£19.10"},              // 1.50 + 2 x 8 + 1.60
		{"over the whole last", person + whole, "£19.10"},               //
		{"within, then across", person + cross, "£18.50"},               // 2 + 15 + 1.50
		{"across, then within", cross + person, "£17.40"},               // fees of £6.00 each, then A £3.00, cut to 8: 2 + 14 + 1.40
		{"a limit from the whole", late, "£19.60"},                      // 2 jobs: £8.00 each: 2 + 16 + 1.60
		{"a limit from the whole, then across", late + cross, "£18.50"}, //
		{"across, then a limit from the whole", cross + late, "£17.40"}, // likewise
		{"a limit that is not known does not bind", "  - {over: [fee, bonus], per: contract, not_above: pot, in_order_of: as_listed, beyond: cut, clause: 7}\n", "£21.80"}, // 2 + 18 + 1.80
	} {
		t.Run(k.it, func(t *testing.T) {
			edges(t, body+k.caps, paidCases([]paid{{"binds", "2020-12-31", k.due, ab}}))
		})
	}
}

// A settled place stands, or moves, when an earlier claim is learned later.
func TestEdgesOfPlaces(t *testing.T) {
	contract := func(limit, places string) string {
		return boundaryFamilies + "payments: {fee: {from: payer, to: provider, per: person, for: people, price: £6.00, due: on_evidence, clause: 2}}\n" +
			"caps: [{over: all, " + limit + ", in_order_of: [joined], places: " + places + ", beyond: refuse, clause: 7}]\nexamples:\n" +
			paidCases([]paid{{"first", "2020-03-31", "£6.00", []string{member("F", "A", "2020-02-01")}},
				{"then", "2020-04-30", "", []string{member("F", "A", "2020-02-01"), member("F", "B", "2020-01-15") + ", learned: 2020-04-15"}}})
	}
	for _, limit := range []string{"per: contract, counting: person, not_above: 1", "per: family, counting: person, not_above: 1",
		"per: contract, not_above: £6.00", "per: family, not_above: £6.00", "per: year, not_above: £6.00, dated: met"} {
		for _, k := range []struct{ places, a, b string }{{"stand", "", ""}, {"move", "-6.00", "6.00"}} {
			t.Run(limit+" "+k.places, func(t *testing.T) {
				c := decoded(t, contract(limit, k.places))
				first, err := settleExample(t, c, 0, engine.Position{})
				if err != nil {
					t.Fatal(err)
				}
				then, err := settleExample(t, c, 1, position(c, first))
				if err != nil {
					t.Fatal(err)
				}
				due := map[string]string{}
				for _, r := range then.records {
					for _, l := range r.Lines {
						due[l.Of] = l.Due.String()
					}
				}
				if due["A"] != k.a || due["B"] != k.b {
					t.Errorf("A is due %q and B %q, expected %q and %q", due["A"], due["B"], k.a, k.b)
				}
				e := &c.Examples[1] // explained, it keeps its place too
				snapshot, err := ingest.FromExamples(c, e.Evidence, e.AsAt)
				if err != nil {
					t.Fatal(err)
				}
				lines, _, err := engine.Explain(c, engine.Occasion{Through: e.AsAt, CutOff: e.AsAt, Final: true}, snapshot, position(c, first), "F", "")
				if err != nil {
					t.Fatal(err)
				}
				paid := map[string]int64{}
				for i := range lines {
					paid[lines[i].Unit] += minor(lines[i].Line.ToDate)
				}
				if want := map[string]int64{"stand": 600}[k.places]; paid["A"] != want || paid["B"] != 600-want {
					t.Errorf("explained, A is paid %d pence to date and B %d; expected %d and %d", paid["A"], paid["B"], want, 600-want)
				}
			})
		}
	}
}

// Who joined on the same day is taken in the order of keys, whole roots and members alike.
func TestEdgesOfTies(t *testing.T) {
	for _, k := range []struct{ body, first, second string }{
		{boundaryPeople, "joined: 2020-02-01, person: A, band: a", "joined: 2020-02-01, person: B, band: a"},
		{boundaryFamilies, member("F", "A", "2020-02-01"), member("F", "B", "2020-02-01")},
		{boundaryFamilies, member("E", "A", "2020-02-01"), member("F", "B", "2020-02-01")},
	} {
		for _, limit := range []string{"counting: person, not_above: 1", "not_above: £6.00"} {
			c := decoded(t, k.body+"payments: {fee: {from: payer, to: provider, per: person, for: people, price: £6.00, due: on_evidence, clause: 2}}\n"+
				"caps: [{over: all, per: contract, "+limit+", in_order_of: [joined], places: move, beyond: refuse, clause: 7}]\nexamples:\n"+
				paidCases([]paid{{"ties", "2020-12-31", "£6.00", []string{k.second, k.first}}}))
			s, err := settleExample(t, c, 0, engine.Position{})
			if err != nil {
				t.Fatal(err)
			}
			if len(s.records) != 1 || s.records[0].Unit != "A" && s.records[0].Lines[0].Of != "A" {
				t.Errorf("%s: expected A alone: %s", limit, s.lines)
			}
		}
	}
}

// A place that stands keeps what was settled of it and no more: what was cut before is cut again.
func TestEdgesOfPlacesKept(t *testing.T) {
	a, b := member("F", "A", "2020-02-01"), member("F", "B", "2020-01-15")+", learned: 2020-04-15"
	for _, per := range []string{"contract", "family"} {
		c := decoded(t, boundaryFamilies+"payments: {fee: {from: payer, to: provider, per: person, for: people, price: £6.00, due: on_evidence, clause: 2}}\n"+
			"caps: [{over: all, per: "+per+", not_above: £8.00, in_order_of: [joined], places: stand, beyond: cut, clause: 7}]\nexamples:\n"+
			paidCases([]paid{{"first", "2020-03-31", "", []string{a}}, {"then", "2020-04-30", "", []string{a, b}}, {"again", "2020-05-31", "", []string{a, b}}}))
		var chain []*settled
		for n, lines := range []string{`"of":"A","period":2,"count":"1","due":"6.00"`, `"of":"B","period":1,"count":"1","due":"2.00"`, ""} {
			s, err := settleExample(t, c, n, position(c, chain...))
			if err != nil {
				t.Fatal(err)
			}
			chain = append(chain, s)
			if (lines == "") != (len(s.lines) == 0) || !strings.Contains(string(s.lines), lines) {
				t.Errorf("per %s, statement %d: expected %s, found %s", per, n+1, lines, s.lines)
			}
		}
	}
}

// A measure of a family is met on its days in their order, whichever member's they are.
func TestEdgesOfMembers(t *testing.T) {
	edges(t, strings.Replace(boundaryFamilies, "measures: {each_job:", "measures: {first_job: {per: family, first: [job], clause: 4}, each_job:", 1)+`quantities:
  heads: {count: person, where: {band: a}, per: family}
  most: {highest: member_jobs, if_none: nought, per: family}
  member_jobs: {count: job, in: beginning with joined, per: person}
tables: {price: {by: [], dated: met, gives: money, clause: 3, rows: [{from: 2020-01-01, is: £1.00}, {from: 2020-03-01, is: £2.00}]}}
payments:
  fee: {from: payer, to: provider, per: family, for: first_job, price: price, due: on_evidence, clause: 2}
  each_head: {from: payer, to: provider, per: family, for: heads, price: £0.10, due: on_evidence, clause: 2}
  the_most: {from: payer, to: provider, per: family, for: most, price: £0.01, due: on_evidence, clause: 2}
`, paidCases([]paid{
		{"the earlier day of two members", "2020-12-31", "£1.21", []string{member("F", "A", "2020-01-15"), member("F", "B", "2020-01-15"), jobOf("A", "2020-03-01"), jobOf("B", "2020-02-29")}},
		{"a day later at the later price", "2020-12-31", "£2.22", []string{member("F", "A", "2020-01-15"), member("F", "B", "2020-01-15"), jobOf("A", "2020-03-02"), jobOf("B", "2020-03-01"), jobOf("B", "2020-03-03")}},
	}))
}

// A cohort closes at its number, or after its time, and the next opens with the next who joins, or none does.
func TestEdgesOfClosing(t *testing.T) {
	contract := func(closes string) string {
		return boundaryHead + `periods: {month: {every: 1 month, beginning: 2020-01-01}}
units: {person: {}}
evidence: {joined: {of: person, as: event}}
cohorts: {people: {unit: person, joined_by: joined, closes: {` + closes + `}, counts: everyone_who_joined, clause: 1}}
quantities: {size: {count: people, per: cohort}}
payments: {fee: {from: payer, to: provider, per: cohort, of: size * £1.00, due: on_evidence, clause: 2}}
`
	}
	for _, k := range []struct {
		closes string
		days   []string
		sizes  string // "closed/units" of each numbered cohort
	}{
		{"at: 2, then: next_opens", []string{"2020-01-10"}, "/1"},
		{"at: 2, then: next_opens", []string{"2020-01-10", "2020-02-10"}, "2020-02-10/2"},
		{"at: 2, then: next_opens", []string{"2020-01-10", "2020-02-10", "2020-02-10"}, "2020-02-10/2 /1"},
		{"at: 2", []string{"2020-01-10", "2020-02-10", "2020-03-10"}, "2020-02-10/2"},
		{"or_after: 3 months, then: next_opens", []string{"2020-01-10", "2020-04-09"}, "2020-04-09/2"}, // three months beginning with 10 January end on 9 April
		{"or_after: 3 months, then: next_opens", []string{"2020-01-10", "2020-04-10"}, "2020-04-09/1 2020-07-09/1"},
		{"at: 2, or_after: 3 months, then: next_opens", []string{"2020-01-10", "2020-01-11", "2020-04-09"}, "2020-01-11/2 2020-07-08/1"},
	} {
		t.Run(k.closes+" "+strings.Join(k.days, " "), func(t *testing.T) {
			var evidence []string
			for i, d := range k.days {
				evidence = append(evidence, fmt.Sprintf("joined: %s, person: P%d", d, i))
			}
			c := decoded(t, contract(k.closes)+"examples:\n"+paidCases([]paid{{"closes", "2020-12-31", "", evidence}}))
			out, err := settleExample(t, c, 0, engine.Position{})
			if err != nil {
				t.Fatal(err)
			}
			var sizes []string
			for _, n := range out.statement.Cohorts[0].Numbered {
				sizes = append(sizes, fmt.Sprintf("%s/%d", n.Closed, n.Units))
			}
			if got := strings.Join(sizes, " "); got != k.sizes {
				t.Errorf("closed %q, expected %q\n%s", got, k.sizes, out.lines)
			}
		})
	}
}

// Who came after a cohort had closed is not counted in it, where nothing that is paid asks who is in it either.
func TestClosedToWhoCameLater(t *testing.T) {
	c := decoded(t, boundaryHead+`periods: {month: {every: 1 month, beginning: 2020-01-01}}
units: {person: {}}
evidence: {joined: {of: person, as: event}}
cohorts: {people: {unit: person, joined_by: joined, closes: {at: 2}, counts: everyone_who_joined, clause: 1}}
payments: {grant: {from: payer, to: provider, per: contract, of: £5.00, due: on_evidence, clause: 2}}
examples:
`+paidCases([]paid{{"three came", "2020-12-31", "£5.00", []string{"joined: 2020-01-10, person: A", "joined: 2020-02-10, person: B", "joined: 2020-03-10, person: C"}}}))
	out, err := settleExample(t, c, 0, engine.Position{})
	if err != nil {
		t.Fatal(err)
	}
	k := out.statement.Cohorts[0]
	if k.Counted != 2 || len(k.Excluded) != 1 || k.Excluded[0] != (statements.ReasonCount{Reason: "joined after the cohort had closed", Count: 1}) {
		t.Errorf("%+v", k)
	}
}

// What differs from what was settled says what it corrects and why; what does not, says nothing.
func TestEdgesOfAdjustments(t *testing.T) {
	contract := boundaryPeople + "measures: {each_job: {per: person, each: [job], clause: 4}}\n" +
		"payments: {fee: {from: payer, to: provider, per: person, for: each_job, price: £1.00, due: on_evidence, clause: 2}}\nexamples:\n"
	job := "job: 2020-02-01, person: P, id: j1"
	c := decoded(t, contract+paidCases([]paid{
		{"first", "2020-02-29", "£1.00", []string{joins, job}},
		{"nothing new", "2020-03-31", "", []string{joins, job}},
		{"late", "2020-03-31", "£1.00", []string{joins, job, on("2020-02-10") + ", learned: 2020-03-05"}},
		{"withdrawn", "2020-03-31", "", []string{joins, job, "withdraws: j1, person: P, learned: 2020-03-05"}},
		{"corrected into another month", "2020-03-31", "", []string{joins, job, "job: 2020-01-20, person: P, corrects: j1, learned: 2020-03-05"}},
		{"new", "2020-03-31", "£1.00", []string{joins, job, on("2020-03-10")}},
	}))
	first, err := settleExample(t, c, 0, engine.Position{})
	if err != nil {
		t.Fatal(err)
	}
	for n, lines := range map[int]string{
		1: "",
		2: `2 2.00-1.00=1.00 corrects 1: later evidence`,
		3: `2 0.00-1.00=-1.00 corrects 1: evidence corrected or withdrawn: job j1, learned 2020-03-05`,
		4: `1 1.00-0.00=1.00 corrects 0: ; 2 0.00-1.00=-1.00 corrects 1: evidence corrected or withdrawn: job j1, learned 2020-03-05`,
		5: `3 1.00-0.00=1.00 corrects 0: `,
	} {
		t.Run(c.Examples[n].It, func(t *testing.T) {
			out, err := settleExample(t, c, n, position(c, first))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range out.records {
				for _, l := range r.Lines {
					got = append(got, fmt.Sprintf("%d %s-%s=%s corrects %d: %s", l.Period, l.ToDate, l.Settled, l.Due, l.Corrects, l.Reason))
				}
			}
			if s := strings.Join(got, "; "); s != lines {
				t.Errorf("lines\n  %s, expected\n  %s", s, lines)
			}
			if fault := footed(c, []*settled{first, out}); fault != "" {
				t.Error(fault)
			}
		})
	}
}

// When only the parts of a line move, because what it is shared by changed, the line says so as any correction does.
func TestEdgesOfALineSharedAnew(t *testing.T) {
	body := strings.Replace(boundaryPeople, "  joined: {of: person, as: event}\n", "  joined: {of: person, as: event}\n  saving: {of: fund, as: event, if_none: nought, says: {taken: money}}\n", 1) +
		`quantities: {taken_out: {total: saving.taken, in: beginning with 2020-01-01, per: fund}}
payments: {fee: {from: shared, to: provider, per: person, for: people, price: £3.00, due: on_evidence, clause: 2}}
divisions: {shared: {tranches: [{among: fund, by: taken_out}], clause: 4}}
examples:
`
	saving := func(party, day string) string { return "saving: " + day + ", party: " + party + ", taken: £1.00" }
	c := decoded(t, body+paidCases([]paid{{"first", "2020-02-29", "", []string{joins, saving("council", "2020-02-01")}},
		{"then", "2020-03-31", "", []string{joins, saving("council", "2020-02-01"), saving("lottery", "2020-03-01")}}}))
	first, err := settleExample(t, c, 0, engine.Position{})
	if err != nil {
		t.Fatal(err)
	}
	then, err := settleExample(t, c, 1, position(c, first))
	if err != nil {
		t.Fatal(err)
	}
	if fault := footed(c, []*settled{first, then}); fault != "" {
		t.Error(fault)
	}
	if fault := committed(c, then); fault != "" {
		t.Error(fault)
	}
	if len(then.records) != 1 || len(then.records[0].Lines) != 1 {
		t.Fatalf("lines: %s", then.lines)
	}
	l := then.records[0].Lines[0]
	if !l.Due.IsZero() || len(l.Legs) != 2 || l.Legs[0].Due.String() != "-1.50" || l.Legs[1].Due.String() != "1.50" {
		t.Errorf("the line: %s", then.lines)
	}
	if l.Corrects != 1 || l.Reason == "" {
		t.Errorf("the line's legs move and it does not say what it corrects: %s", then.lines)
	}
}

// A unit that was settled before must be in the evidence for ever after, whichever statement settled it and wherever in
// the order it stands.
func TestEdgesOfMissingUnits(t *testing.T) {
	body := boundaryPeople + "payments: {fee: {from: payer, to: provider, per: person, for: people, price: £1.00, due: on_evidence, clause: 2}}\nexamples:\n"
	join := func(keys string) []string {
		var e []string
		for i, k := range keys {
			e = append(e, fmt.Sprintf("joined: 2020-%02d-10, person: %c, band: a", i%2+1, k))
		}
		return e
	}
	c := decoded(t, body+paidCases([]paid{{"a", "2020-01-31", "", join("A")}, {"ab", "2020-02-29", "", join("AB")}, {"all", "2020-03-31", "", join("ABCDEF")}}))
	var chain []*settled
	for n := range c.Examples {
		s, err := settleExample(t, c, n, position(c, chain...))
		if err != nil {
			t.Fatal(err)
		}
		chain = append(chain, s)
	}
	span := calendar.MustDate("2020-04-30")
	for _, k := range []struct {
		keys    string
		refused bool
	}{{"ABCDEF", false}, {"ABCDEFG", false}, {"BCDEF", true}, {"ACDEF", true}, {"ABDEF", true}, {"ABCDE", true}, {"ABCDEGHIJ", true}, {"A", true}, {"GHIJKL", true}, {"", true}} {
		var items []string
		for _, e := range join("ABCDEFGHIJKL") {
			if i := strings.Index(e, "person: ") + 8; strings.Contains(k.keys, e[i:i+1]) {
				items = append(items, e)
			}
		}
		text := body + "  - {it: now, as_at: 2020-04-30, due: {}, evidence: []}\n"
		if len(items) > 0 {
			text = body + paidCases([]paid{{"now", "2020-04-30", "", items}})
		}
		now := decoded(t, text)
		s, err := ingest.FromExamples(now, now.Examples[0].Evidence, span)
		if err != nil {
			t.Fatal(err)
		}
		for _, shards := range []int{1, 2, 5} {
			_, err = settleOn(c, engine.Occasion{Through: span, CutOff: span, Final: true}, reshard(s, shards), position(c, chain...))
			switch {
			case k.refused && err == nil:
				t.Errorf("%q in %d shards: settled, with units missing", k.keys, shards)
			case k.refused && !strings.Contains(err.Error(), "put it back"):
				t.Errorf("%q: the error does not say what to do: %v", k.keys, err)
			case !k.refused && err != nil:
				t.Errorf("%q: %v", k.keys, err)
			}
		}
	}
}

// An item that any rule read is used, also where the rule was worked out in an earlier pass over the units.
func TestEdgesOfItemsUsed(t *testing.T) {
	body := boundaryPeople + `quantities:
  all_jobs: {count: job, in: 6 months beginning with joined, per: contract}
  cap_jobs: {is: all_jobs * £1.00}
payments: {fee: {from: payer, to: provider, per: person, for: people, price: £1.00 * all_jobs, due: on_evidence, clause: 2}}
caps: [{over: all, per: contract, not_above: £5.00 * all_jobs, in_order_of: as_listed, beyond: cut, clause: 7}]
examples:
` + paidCases([]paid{{"now", "2020-12-31", "", []string{joins, on("2020-02-01"), on("2020-10-01"), "claim: 2020-02-02, person: P", "job: 2021-02-01, person: P, learned: 2020-06-01"}}})
	c := decoded(t, body)
	out, err := settleExample(t, c, 0, engine.Position{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"used": 2, "outside every window that a rule looked at": 1, "of a kind that no rule reads": 1, "happened after the last day settled": 1}
	for _, r := range out.statement.Items {
		if want[r.Reason] != r.Count {
			t.Errorf("%d items are %q, expected %d", r.Count, r.Reason, want[r.Reason])
		}
		delete(want, r.Reason)
	}
	for reason, n := range want {
		t.Errorf("no item is %q, expected %d", reason, n)
	}
}
