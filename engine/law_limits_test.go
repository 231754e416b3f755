package engine_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/engine"
	"outturn/engine/bookkeeping"
	"outturn/engine/ingest"
	"outturn/engine/statements"
)

// limited is a drawn partnership whose losses are made good from a day on: each partner's share of the cost, part of the
// benefit and limit in pence (-1: any), and the cost and families of three years. The second's families are corrected in
// the third.
type limited struct {
	names                   []string
	shares, benefit, limits []int64
	how, from               string
	cost, families          []int64
	corrected               int64
}

func drawLimited(t *rapid.T) limited {
	n := func(label string, most int64) int64 { return rapid.Int64Range(0, most).Draw(t, label) }
	l := limited{names: []string{"nhs", "council", "police", "ministry"}[:rapid.IntRange(2, 4).Draw(t, "partners")], corrected: n("corrected", 500),
		how:  rapid.SampledFrom([]string{"pro_rata", "as_listed"}).Draw(t, "how"),
		from: rapid.SampledFrom([]string{"2026-01-01", "2027-06-30", "2028-12-31"}).Draw(t, "from")}
	for i := range l.names {
		limit := n("limit", 200_000)
		if limit%3 == 0 && i > 0 {
			limit = -1
		}
		l.shares, l.benefit, l.limits = append(l.shares, n("share", 9)+1), append(l.benefit, n("benefit", 9)+1), append(l.limits, limit)
	}
	for range 3 {
		l.cost, l.families = append(l.cost, n("cost", 500_000)), append(l.families, n("families", 400))
	}
	return l
}

// contract writes the partnership with its parties in an order, and its evidence as an example's.
func (l *limited) contract(t rapid.TB, order []int) *contracts.Contract {
	var parties, shares, benefit, partners, told []string
	var all int64
	for _, share := range l.shares {
		all += share
	}
	for _, i := range order {
		limit := "any"
		if l.limits[i] >= 0 {
			limit = sum(l.limits[i])
		}
		parties = append(parties, fmt.Sprintf("{party: %s, role: partner}", l.names[i]))
		shares = append(shares, fmt.Sprintf("%s: %d/%d", l.names[i], l.shares[i], all))
		benefit = append(benefit, fmt.Sprintf("%s: %d", l.names[i], l.benefit[i]))
		partners = append(partners, fmt.Sprintf("{party: %s, side: local, loss_limit: %s}", l.names[i], limit))
	}
	for y := range l.cost {
		told = append(told, fmt.Sprintf("{told: %d-12-31, cost: %s, families: %d, id: t%d}", 2026+y, sum(l.cost[y]), l.families[y], y))
	}
	told = append(told, fmt.Sprintf("{told: 2027-12-31, cost: %s, families: %d, corrects: t1, learned: 2028-06-30}", sum(l.cost[1]), l.corrected))
	join := func(parts []string) string { return strings.Join(parts, ", ") }
	c, err := language.Decode("limited.yaml", fmt.Appendf(nil, limitedFrame, join(parties), join(benefit), join(shares), join(partners), l.how, l.from, join(told)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Law of loss limits: what is made good is what is lost beyond limits, or all that is gained, and not a penny more; it is
// paid by those who gain, out of their gain, to those who are short, who have no more than their limits ask; afterwards
// nobody with a limit is below it unless all that is short is disclosed; what was posted makes what is made good to date;
// settled again, nothing is due; and parties in another order move spare pennies alone.
func TestLawNobodyFallsBelowItsLimit(t *testing.T) {
	var seen struct{ made, uncured, back int }
	draws := 0
	round := func(t *rapid.T) {
		draws++
		l := drawLimited(t)
		order := []int{0, 1, 2, 3}[:len(l.names)]
		nets := l.settle(t, order, func(made, uncured, less bool) {
			for _, one := range []struct {
				is bool
				of *int
			}{{made, &seen.made}, {uncured, &seen.uncured}, {less, &seen.back}} {
				if one.is {
					*one.of++
				}
			}
		})
		slices.Reverse(order)
		turned := l.settle(t, order, func(bool, bool, bool) {})
		for i := range nets {
			for name, net := range nets[i] {
				if l.how == "pro_rata" && max(net-turned[i][name], turned[i][name]-net) > int64(2*(i+2)) { // of each year's cost and benefit, and of what is made good
					t.Fatalf("%s has %d pence after %d years, and %d with the parties turned round\n%v\n%v", name, net, i+1, turned[i][name], nets, turned)
				}
			}
		}
	}
	const enough = 5
	few := func() bool { return min(seen.made, seen.uncured, seen.back) < enough }
	for n := 0; n < 20 && (n == 0 || few()); n++ { // some draws show little: more are made until each has been seen
		rapid.Check(t, round)
	}
	if few() {
		t.Errorf("in %d draws losses were made good %d times, some left uncured %d times and less made good than before %d times: too few to mean much", draws, seen.made, seen.uncured, seen.back)
	}
}

// The council gains £8.34 in the first year and pays £5.38 of what the police lose; in the second it loses, and what it paid comes
// back from the police, and more from the nhs: it never pays itself. Nobody may lose anything. By hand, to date:
//
//	       cost  benefit                      nets
//	2026   100   12 x 10.07 = 120.84 in 5:4:1  60.42-10 = 50.42, 48.34-40 = 8.34, 12.08-50 = -37.92
//	2027   200   and 2 x 10.07 = 20.14         70.49-20 = 50.49, 56.40-80 = -23.60, 14.09-100 = -85.91
//
// In 2026 37.92 falls as 50.42 to 8.34: 32.54 and 5.38. In 2027 50.49, all that is gained, falls as 23.60 to 85.91: 10.88 and 39.61.
func TestALossMadeGoodComesBack(t *testing.T) {
	l := limited{names: []string{"nhs", "council", "police"}, shares: []int64{1, 4, 5}, benefit: []int64{5, 4, 1}, limits: []int64{0, 0, 0},
		how: "pro_rata", from: "2026-01-01", cost: []int64{10_000, 10_000, 0}, families: []int64{12, 2, 0}}
	c := l.contract(t, []int{1, 0, 2})
	var chain []*settled
	paid := map[string]int64{}
	for year, want := range []string{"council to police 5.38, nhs to police 32.54", "council to police -5.38, nhs to council 10.88, nhs to police 7.07"} {
		day := calendar.MustDate(fmt.Sprintf("%d-12-31", 2026+year))
		snapshot, err := ingest.FromExamples(c, c.Examples[0].Evidence, day)
		if err != nil {
			t.Fatal(err)
		}
		out, err := settleOn(c, engine.Occasion{Through: day, CutOff: day, Final: true}, snapshot, position(c, chain...))
		if err != nil {
			t.Fatal(err)
		}
		chain = append(chain, out)
		var got []string
		for _, p := range out.statement.Postings {
			paid[p.From] += minor(p.Amount)
			if p.Payment == contracts.LossesMadeGood {
				got = append(got, fmt.Sprintf("%s to %s %s", p.From, p.To, p.Amount))
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, expected %q", day, got, want)
		}
		for _, p := range out.statement.Partnership.Partners {
			if minor(p.Paid) != paid[p.Party] {
				t.Errorf("%s: %s paid %s by its position, and %d pence were posted", day, p.Party, p.Paid, paid[p.Party])
			}
		}
	}
}

// settle settles the three years one after another and returns what each partner is left with.
func (l *limited) settle(t *rapid.T, order []int, saw func(made, uncured, less bool)) []map[string]int64 {
	c := l.contract(t, order)
	var chain []*settled
	var statements []statements.Statement
	var nets []map[string]int64
	posted := map[string]int64{}
	last := int64(0)
	for year := range 3 {
		day := calendar.MustDate(fmt.Sprintf("%d-12-31", 2026+year))
		snapshot, err := ingest.FromExamples(c, c.Examples[0].Evidence, day)
		if err != nil {
			t.Fatal(err)
		}
		on := engine.Occasion{Through: day, CutOff: day, Final: true}
		out, err := settleOn(c, on, snapshot, position(c, chain...))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range out.statement.Postings {
			if p.Payment == contracts.LossesMadeGood {
				posted[p.From] -= minor(p.Amount)
				posted[p.To] += minor(p.Amount)
			}
		}
		made := l.check(t, out.statement, posted)
		saw(made > 0, !out.statement.Partnership.Uncured.IsZero() && made > 0, made < last)
		last = made
		net := map[string]int64{}
		for _, p := range out.statement.Partnership.Partners {
			net[p.Party] = minor(p.Net)
		}
		nets, chain, statements = append(nets, net), append(chain, out), append(statements, out.statement)
		again, err := settleOn(c, on, snapshot, position(c, chain...))
		if err != nil || len(again.statement.Postings) > 0 {
			t.Fatalf("settled again: %v, %v", again, err)
		}
	}
	if _, err := bookkeeping.Books(c, statements); err != nil {
		t.Fatal(err)
	}
	return nets
}

// check holds one statement to the law, and returns what is made good to date.
func (l *limited) check(t *rapid.T, s statements.Statement, posted map[string]int64) int64 {
	p := s.Partnership
	var short, gains, paid, left, all int64
	had := map[string]int64{}
	for i := range p.Partners {
		one := &p.Partners[i]
		at := slices.Index(l.names, one.Party)
		if one.MadeGood == nil {
			if s.Through >= l.from {
				t.Fatalf("through %s nothing is said of losses made good from %s on", s.Through, l.from)
			}
			continue
		}
		good := minor(*one.MadeGood)
		if good != 0 {
			had[one.Party] = good
		}
		before, after := minor(one.Net)-good, minor(one.Net)
		below := l.limits[at] >= 0 && before < -l.limits[at]
		all += after
		gains += max(before, 0)
		paid -= min(good, 0)
		switch {
		case below:
			short += -l.limits[at] - before
			left += max(-l.limits[at]-after, 0)
			if good < 0 || after > -l.limits[at] {
				t.Fatalf("%s has %d pence, lost %d and signed to lose %d: it is left with %d", one.Party, good, -before, l.limits[at], after)
			}
		case good > 0 || good < 0 && after < 0:
			t.Fatalf("%s has %d pence of what makes losses good, had %d before and is left with %d", one.Party, good, before, after)
		}
		if disclosed := one.Short != nil; disclosed != (l.limits[at] >= 0 && after < -l.limits[at]) || disclosed && minor(*one.Short) != -l.limits[at]-after {
			t.Fatalf("%s is left with %d pence of a limit of %d, and disclosed as short is %v", one.Party, after, l.limits[at], one.Short)
		}
	}
	switch {
	case s.Through < l.from:
		return 0
	case paid != min(short, gains) || left != short-paid || minor(p.Uncured) != left:
		t.Fatalf("%d pence are short and %d gained: %d are made good, %d left and %s disclosed", short, gains, paid, left, p.Uncured)
	case all != -minor(p.Others)+l.benefited(p):
		t.Fatalf("what partners are left with makes %d pence: making losses good changed what there is", all)
	}
	maps.DeleteFunc(posted, func(_ string, sum int64) bool { return sum == 0 })
	if !maps.Equal(had, posted) {
		t.Fatalf("made good to date is %v, and posted %v", had, posted)
	}
	return paid
}

func (l *limited) benefited(p *statements.PartnershipSum) int64 {
	var sum int64
	for _, one := range p.Partners {
		sum += minor(one.Benefit)
	}
	return sum
}

const limitedFrame = `outturn: 1
contract: {id: limited, currency: GBP, first: 2026-01-01, last: 2028-12-31, paid_elsewhere: pay}
parties: [%s, {party: provider, role: provider}]
calendar: {settle: year, cut_off: 0 days after, last_cut_off: 2030-06-30, run: "0 6 1 6 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2026-01-01}}
evidence:
  told: {of: contract, as: reading, each: year, says: {cost: money, families: number}, if_none: unknown}
savings:
  x: {per: year, class: fiscal, budget: local, origin: prevention, prices: nominal, beneficiaries: {%s}, of: families, counterfactual: gross, worth: £10.07, grade: 1, cashable: nought, clause: 4}
divisions: {shared: {tranches: [{among: {%s}}], clause: 3}}
payments: {pays: {from: shared, to: provider, per: year, of: cost, due: on_evidence, clause: 7}}
partnership:
  partners: [%s]
  below_limit: {made_good: %s, from: %s}
  benefits: [x.corrected]
  by: year
  clause: 5
examples:
  - {it: settles, as_at: 2028-12-31, due: {}, evidence: [%s]}
`
