package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts/language"
	"outturn/engine"
	"outturn/engine/ingest"
)

// shadowFrame has a fee of £10.00 a person, of which the lottery has 40%, a yearly sum that gives back what the fees come to
// above £15.00, and a pot that pays out what the council puts in; the contract's shadow, and the fee's own, are to be written in.
const shadowFrame = `outturn: 1
contract: {id: shadowed, currency: GBP, first: 2020-01-01, last: 2023-12-31, paid_elsewhere: pay%s}
parties: [{party: payer, role: exchequer}, {party: lottery, role: fund}, {party: provider, role: provider}, {party: keeper, role: keeper}]
calendar: {settle: year, cut_off: 30 days after, last_cut_off: 2024-12-31, run: "0 6 1 * *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2020-01-01}}
units: {person: {}}
evidence: {joined: {of: person, as: event}}
cohorts: {people: {unit: person, joined_by: joined, counts: everyone_who_joined, clause: 1}}
quantities: {joiners: {count: people, per: year, dated: joined}}
accounts: {pot: {owner: keeper, per: year, left_over: carried, clause: 9}}
payments:
  fee:  {from: shared, to: provider, per: person, for: people, price: £10.00, due: on_evidence, clause: 2%s}
  back: {from: provider, to: payer, per: year, of: fee - £15.00, due: on_evidence, clause: 3}
  into: {from: payer, to: pot, per: year, for: joiners, price: £1.00, due: on_evidence, clause: 4}
  out:  {from: pot, to: provider, per: year, of: pot.balance, due: on_evidence, clause: 4}
divisions: {shared: {tranches: [{among: {payer: 60%%, lottery: 40%%}}], clause: 2}}
caps: [{over: [fee], per: contract, not_above: £35.00, in_order_of: [joined], places: move, beyond: cut, clause: 5}]
examples:
  - {it: pays, as_at: 2021-12-31, due: {}, evidence: [%s]}
`

func shadowed(t interface {
	Helper()
	Fatal(...any)
}, contract, payment string, days ...string) *settled {
	t.Helper()
	var items []string
	for i, day := range days {
		items = append(items, fmt.Sprintf("{joined: %s, person: P%d}", day, i))
	}
	c, err := language.Decode("shadowed.yaml", fmt.Appendf(nil, shadowFrame, contract, payment, strings.Join(items, ", ")))
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
	return out
}

// What is in the shadow is shown and not paid, and leaves no trace in what is paid.
func TestWhatIsInTheShadowIsShownAndNotPaid(t *testing.T) {
	days := []string{"2020-03-02", "2020-03-03", "2021-03-01", "2021-03-02"}
	for _, k := range []struct{ it, contract, payment, payer, lottery, provider, payments, parties string }{
		// All live: fees 40 under the cap of 35, in 2020 20, in 2021 15; back 5 and 0; the pot 2 and 2.
		{"nothing in the shadow", "", "", "-20.00", "-14.00", "34.00", "", ""},
		// The fees of 2020 in the shadow: those of 2021 come to 20, all of them below the cap; back 0 and 5. Were they paid: as above.
		{"the fee's first year", "", ", shadow: 2020-01-01 to 2020-12-31", "-11.00", "-8.00", "19.00",
			"fee 4: 35.00 20.00 15.00", "payer -20.00 -11.00 -9.00, lottery -14.00 -8.00 -6.00, provider 34.00 19.00 15.00, keeper 0.00 0.00 0.00"},
		// All of 2020: neither fee, nor what is given back, nor the pot's.
		{"the whole first year", ", shadow: 2020-01-01 to 2020-12-31", "", "-9.00", "-8.00", "17.00",
			"fee 4: 35.00 20.00 15.00; into 4: 4.00 2.00 2.00; out : 4.00 2.00 2.00", "payer -20.00 -9.00 -11.00, lottery -14.00 -8.00 -6.00, provider 34.00 17.00 17.00, keeper 0.00 0.00 0.00"},
		// The edge: the first day that counts is paid.
		{"to a day before the last two", "", ", shadow: 2020-01-01 to 2021-03-01", "-10.00", "-4.00", "14.00",
			"fee 4: 35.00 10.00 25.00; back : 5.00 0.00 5.00", ""},
	} {
		t.Run(k.it, func(t *testing.T) {
			out := shadowed(t, k.contract, k.payment, days...)
			expectPaid(t, out, map[string]string{"payer": k.payer, "lottery": k.lottery, "provider": k.provider, "keeper": "0.00"})
			s := out.statement.Shadow
			if (s == nil) != (k.payments == "") {
				t.Fatalf("the shadow is %v", s)
			}
			if s == nil {
				return
			}
			var payments, parties []string
			for _, one := range s.Payments {
				payments = append(payments, fmt.Sprintf("%s %s: %s %s %s", one.Payment, one.Count, one.WouldBe, one.ToDate, one.Shadow))
			}
			for _, one := range s.Due {
				parties = append(parties, fmt.Sprintf("%s %s %s %s", one.Party, one.WouldBe, one.ToDate, one.Shadow))
			}
			if got := strings.Join(payments, "; "); got != k.payments {
				t.Errorf("in the shadow are %s, expected %s", got, k.payments)
			}
			if got := strings.Join(parties, ", "); k.parties != "" && got != k.parties {
				t.Errorf("the parties would have %s, expected %s", got, k.parties)
			}
		})
	}
}

// Laws of the shadow: what is paid is what would be paid had nobody joined on its days; what would be is what the same
// contract pays without a shadow; and the shadow posts nothing.
func TestLawShadow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all, live []string
		for range rapid.IntRange(0, 6).Draw(t, "people") {
			year, month := rapid.IntRange(2020, 2021).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month")
			day := fmt.Sprintf("%d-%02d-15", year, month)
			if all = append(all, day); year > 2020 {
				live = append(live, day)
			}
		}
		dark := shadowed(t, ", shadow: 2020-01-01 to 2020-12-31", "", all...)
		for text, other := range map[string]*settled{"live": shadowed(t, "", "", live...), "would be": shadowed(t, "", "", all...)} {
			for i, p := range other.statement.Due {
				got := dark.statement.Due[i].ToDate
				if text == "would be" {
					got = dark.statement.Shadow.Due[i].WouldBe
				}
				if !got.Equal(p.ToDate) {
					t.Fatalf("%s, %s: %s, expected %s\n%v", text, p.Party, got, p.ToDate, all)
				}
			}
		}
		posted := int64(0)
		for _, p := range dark.statement.Postings {
			posted += minor(p.Amount)
		}
		paid := int64(0)
		for _, p := range dark.statement.Payments {
			paid += minor(p.ToDate)
		}
		if posted != paid {
			t.Fatalf("%d posted and %d paid", posted, paid)
		}
	})
}
