package engine_test

import (
	"strings"
	"testing"

	"outturn/engine"
)

// The edges of caps on one payer: of its payments and its parts of payments, one by one to the penny. Each person is worth
// £10.00, of which the payer has 60% and the lottery 40%; each job is worth £3.00 of the lottery's; and each year £5.00 of
// the lottery's. The council pays what falls to it.
const payerCaps = boundaryFamilies + `payments:
  fee: {from: shared, to: provider, per: person, for: people, price: £10.00, due: on_evidence, clause: 2}
  bonus: {from: lottery, to: provider, per: person, for: each_job, price: £3.00, due: on_evidence, clause: 2}
  yearly: {from: lottery, to: provider, per: year, of: £5.00, due: on_evidence, clause: 2}
divisions: {shared: {tranches: [{among: {payer: 60%, lottery: 40%}}], clause: 4}}
`

func TestEdgesOfCapsOnOnePayer(t *testing.T) {
	a := member("F", "A", "2020-02-01")
	b := member("F", "B", "2020-03-01")
	job := jobOf("A", "2020-04-01")
	for _, k := range []struct {
		caps, asAt              string
		evidence                []string
		payer, lottery, council string // what each pays
	}{
		{"{over: all, payer: lottery, per: contract, not_above: £15.00, in_order_of: as_listed, beyond: cut, clause: 7}", "2020-12-31", []string{a, b, job}, "12.00", "15.00", "0.00"},
		{"{over: all, payer: lottery, per: contract, not_above: £16.00, in_order_of: as_listed, beyond: cut, clause: 7}", "2020-12-31", []string{a, b, job}, "12.00", "16.00", "0.00"}, // 4 + 4 + 3 + 5, all of it
		{"{over: all, payer: lottery, per: contract, not_above: £15.99, in_order_of: as_listed, beyond: {to: council}, clause: 7}", "2020-12-31", []string{a, b, job}, "12.00", "15.99", "0.01"},
		{"{over: all, payer: lottery, per: contract, not_above: £15.99, in_order_of: as_listed, beyond: refuse, clause: 7}", "2020-12-31", []string{a, b, job}, "12.00", "11.00", "0.00"}, // the yearly sum does not fit
		{"{over: [fee, yearly], payer: lottery, per: contract, not_above: £6.00, in_order_of: as_listed, beyond: cut, clause: 7}", "2020-12-31", []string{a, b, job}, "12.00", "9.00", "0.00"},
		{"{over: [yearly, fee], payer: lottery, per: contract, not_above: £6.00, in_order_of: as_listed, beyond: {to: council}, clause: 7}", "2020-12-31", []string{a, b, job}, "12.00", "9.00", "7.00"}, // 5 and 1 of 8
		{"{over: all, payer: lottery, per: contract, not_above: £8.00, in_order_of: pro_rata, beyond: {to: council}, clause: 7}", "2020-12-31", []string{a, b, job}, "12.00", "8.00", "8.00"},
		{"{over: all, payer: lottery, per: year, dated: met, not_above: £16.00, in_order_of: as_listed, beyond: cut, clause: 7}", "2021-12-31", []string{a, b, job}, "12.00", "21.00", "0.00"},
		{"{over: all, payer: lottery, per: year, dated: met, not_above: £4.50, in_order_of: as_listed, beyond: {to: council}, clause: 7}", "2021-12-31", []string{a, b, job}, "12.00", "9.00", "12.00"},
		{"{over: [fee], payer: lottery, per: person, not_above: £2.50, in_order_of: as_listed, beyond: {to: council}, clause: 7}", "2020-12-31", []string{a, b}, "12.00", "10.00", "3.00"},
		{"{over: [fee], payer: lottery, per: person, not_above: £2.50, in_order_of: as_listed, beyond: cut, clause: 7}", "2020-12-31", []string{a, b}, "12.00", "10.00", "0.00"},
		{"{over: [yearly], payer: lottery, per: contract, not_above: £7.00, in_order_of: as_listed, beyond: {to: council}, clause: 7}", "2021-12-31", []string{a}, "6.00", "11.00", "3.00"},
		// The caps of both: what falls to the council is under the council's own, and the rest nobody pays.
		{"{over: all, payer: lottery, per: contract, not_above: £10.00, in_order_of: as_listed, beyond: {to: council}, clause: 7}, {over: all, payer: council, per: contract, not_above: £4.00, in_order_of: as_listed, beyond: cut, clause: 7}",
			"2020-12-31", []string{a, b, job}, "12.00", "10.00", "4.00"},
		// A cap on the sums after one on a payer takes of each payer in proportion: 6 and 2 are a fifth less each.
		{"{over: [fee], payer: lottery, per: contract, not_above: £2.00, in_order_of: as_listed, beyond: cut, clause: 7}, {over: [fee], per: contract, not_above: £6.40, in_order_of: as_listed, beyond: cut, clause: 7}",
			"2020-06-30", []string{a}, "4.80", "1.60", "0.00"},
		// And one before it: the fee is cut to 5.00, of which 2.00 is the lottery's.
		{"{over: [fee], per: contract, not_above: £5.00, in_order_of: as_listed, beyond: cut, clause: 7}, {over: [fee], payer: lottery, per: contract, not_above: £1.50, in_order_of: as_listed, beyond: {to: council}, clause: 7}",
			"2020-06-30", []string{a}, "3.00", "1.50", "0.50"},
	} {
		t.Run(k.caps, func(t *testing.T) {
			c := decoded(t, payerCaps+"caps: ["+k.caps+"]\nexamples:\n"+paidCases([]paid{{"pays", k.asAt, "", k.evidence}}))
			out, err := settleExample(t, c, 0, engine.Position{})
			if err != nil {
				t.Fatal(err)
			}
			expectPaid(t, out, map[string]string{"payer": "-" + k.payer, "lottery": "-" + k.lottery, "council": "-" + k.council})
		})
	}
}

// expectPaid compares what parties have to date, and holds that nothing is lost between them.
func expectPaid(t *testing.T, out *settled, want map[string]string) {
	t.Helper()
	sum := int64(0)
	for _, p := range out.statement.Due {
		sum += minor(p.ToDate)
		if w, ok := want[p.Party]; ok && p.ToDate.String() != w && (w != "-0.00" || !p.ToDate.IsZero()) {
			t.Errorf("%s has %s, expected %s", p.Party, p.ToDate, w)
		}
	}
	if sum != 0 {
		t.Errorf("the parties come to %d pence", sum)
	}
}

// A line that was its payer's alone and is later shared with whoever pays what is beyond moves the difference between them,
// and moves it back when the room returns.
func TestWhatFallsToAnotherIsMovedAndMovedBack(t *testing.T) {
	body := payerCaps + "caps: [{over: [bonus], payer: lottery, per: contract, not_above: £4.00, in_order_of: [each_job], places: move, beyond: {to: council}, clause: 7}]\nexamples:\n"
	c := decoded(t, body+paidCases([]paid{
		{"pays one", "2020-04-30", "", []string{member("F", "A", "2020-02-01"), member("F", "B", "2020-02-01"), jobOf("B", "2020-04-20")}},
		{"pays both", "2020-05-31", "", []string{member("F", "A", "2020-02-01"), member("F", "B", "2020-02-01"), jobOf("B", "2020-04-20") + ", id: b, learned: 2020-04-20", jobOf("A", "2020-04-10") + ", learned: 2020-05-05, id: a"}},
		{"takes one back", "2020-06-30", "", []string{member("F", "A", "2020-02-01"), member("F", "B", "2020-02-01"), jobOf("B", "2020-04-20") + ", id: b, learned: 2020-04-20", jobOf("A", "2020-04-10") + ", learned: 2020-05-05, id: a",
			"job: 2020-04-10, person: A, learned: 2020-06-02, withdraws: a"}},
	}))
	var chain []*settled
	for i, want := range []map[string]string{
		{"payer": "-12.00", "lottery": "-11.00", "council": "-0.00"},
		{"payer": "-12.00", "lottery": "-12.00", "council": "-2.00"}, // the earlier job first: 3 of A's, 1 of B's
		{"payer": "-12.00", "lottery": "-11.00", "council": "-0.00"},
	} {
		out, err := settleExample(t, c, i, position(c, chain...))
		if err != nil {
			t.Fatal(err)
		}
		expectPaid(t, out, want)
		chain = append(chain, out)
	}
	for i, want := range []string{"council 2.00, lottery 1.00", "council -2.00, lottery -1.00"} {
		got := ""
		for _, p := range chain[i+1].statement.Postings {
			if got != "" {
				got += ", "
			}
			got += p.From + " " + p.Amount.String()
		}
		if got != want {
			t.Errorf("statement %d moves %s, expected %s", i+2, got, want)
		}
	}
}

// A variation that takes out a cap takes back what fell to another beyond it, and the payer pays it; one that names another
// payer is refused.
func TestACapThatIsTakenOutGivesBackWhatFell(t *testing.T) {
	cases := "examples:\n" + paidCases([]paid{{"pays both", "2020-05-31", "", []string{member("F", "A", "2020-02-01"), jobOf("A", "2020-04-10"), "job: 2020-04-20, person: A"}}})
	capped := "caps: [{over: [fee], payer: lottery, per: contract, not_above: £1.00, in_order_of: as_listed, beyond: {to: council}, clause: 7}]\n"
	before, err := settleExample(t, decoded(t, payerCaps+capped+cases), 0, engine.Position{})
	if err != nil {
		t.Fatal(err)
	}
	expectPaid(t, before, map[string]string{"payer": "-6.00", "lottery": "-7.00", "council": "-3.00"}) // 1 of the fee's 4, and both jobs
	settleAgain := func(body string) (*settled, error) {
		c := decoded(t, body+cases)
		pos := position(c, before)
		pos.Prior[0].Postings = before.statement.Postings
		return settleExample(t, c, 0, pos)
	}
	after, err := settleAgain(payerCaps)
	if err != nil {
		t.Fatal(err)
	}
	expectPaid(t, after, map[string]string{"payer": "-6.00", "lottery": "-10.00", "council": "-0.00"})
	moved := map[string]int64{}
	for _, p := range after.statement.Postings {
		moved[p.From] += minor(p.Amount)
	}
	if len(moved) != 2 || moved["lottery"] != 300 || moved["council"] != -300 {
		t.Errorf("%v moves, expected 3.00 from the lottery and as much back to the council", moved)
	}
	if _, err := settleAgain(strings.Replace(payerCaps, "bonus: {from: lottery", "bonus: {from: payer", 1)); err == nil || !strings.Contains(err.Error(), "now has it between others") {
		t.Errorf("with another payer it is not refused: %v", err)
	}
}
