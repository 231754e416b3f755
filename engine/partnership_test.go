package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/ingest"
	"outturn/engine/statements"
)

// Laws of a partnership: the sides are their partners and the taxpayer both sides; all cash comes to nought; the benefits
// are the saving to the penny; a cure is as large as the losses beyond the limits, or as the gains, and not a penny more;
// it comes from those who gain and leaves none of them below nought; it leaves nobody short whom it cures; pooled money
// (each pays a host, who pays on) and aligned money (each pays the provider) leave every partner where it is.
func TestLawPartnersReconcile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pence := func(label string) int64 { return rapid.Int64Range(0, 500_000).Draw(t, label) }
		names := []string{"nhs", "council", "police"}
		paid, kind, limits := make([]int64, 3), make([]int64, 3), make([]int64, 3)
		weights := []int64{rapid.Int64Range(1, 9).Draw(t, "w"), rapid.Int64Range(0, 9).Draw(t, "w"), rapid.Int64Range(0, 9).Draw(t, "w")}
		for i := range names {
			paid[i], kind[i], limits[i] = pence("paid"), pence("in kind"), pence("limit")
		}
		families := rapid.Int64Range(0, 10_000).Draw(t, "families")
		settle := func(pooled bool) *statements.PartnershipSum {
			payments, partners := "", ""
			var all int64
			for i, name := range names {
				to := "provider"
				if pooled {
					to = "host"
				}
				payments += fmt.Sprintf("  pays_%s: {from: %s, to: %s, per: year, of: %s, due: on_evidence, clause: 7}\n", name, name, to, sum(paid[i]))
				limit := "any"
				if limits[i]%3 != 0 {
					limit = sum(limits[i])
				}
				partners += fmt.Sprintf("    - {party: %s, side: %s, in_kind: %s, loss_limit: %s}\n", name, []string{"exchequer", "local", "local"}[i], sum(kind[i]), limit)
				all += paid[i]
			}
			below := ""
			if strings.Contains(partners, "loss_limit: £") {
				below = "  below_limit: shown\n"
			}
			if pooled {
				payments += fmt.Sprintf("  pays_over: {from: host, to: provider, per: year, of: %s, due: on_evidence, clause: 7}\n", sum(all))
			}
			c, err := language.Decode("partners.yaml", fmt.Appendf(nil, partnersFrame, weights[0], weights[1], weights[2], payments, partners+below, families))
			if err != nil {
				t.Fatal(err)
			}
			e := &c.Examples[0]
			snapshot, err := ingest.FromExamples(c, e.Evidence, e.AsAt)
			if err != nil {
				t.Fatal(err)
			}
			out, err := settleOn(c, engine.Occasion{Through: e.AsAt, CutOff: e.AsAt}, snapshot, engine.Position{})
			if err != nil {
				t.Fatal(err)
			}
			return out.statement.Partnership
		}
		p := settle(false)
		net, short, gains, benefit, cash := map[string]int64{}, int64(0), int64(0), int64(0), minor(p.Others)
		for i, one := range p.Partners {
			if minor(one.Paid) != paid[i] || minor(one.InKind) != kind[i] || minor(one.Net) != minor(one.Benefit)-paid[i]-kind[i] {
				t.Fatalf("%s stands at %+v, and paid %d and put in %d", names[i], one, paid[i], kind[i])
			}
			net[one.Party] = minor(one.Net)
			benefit, cash = benefit+minor(one.Benefit), cash+minor(one.Received)-minor(one.Paid)
			gains += max(minor(one.Net), 0)
			if limits[i]%3 != 0 {
				short += max(-minor(one.Net)-limits[i], 0)
			}
		}
		if benefit != families*1000 || cash != 0 {
			t.Fatalf("the benefits make %d of %d pence, and the cash %d", benefit, families*1000, cash)
		}
		local, exchequer, both := p.Sides[0], p.Sides[1], p.Sides[2]
		if minor(local.Net)+minor(exchequer.Net) != minor(both.Net) || minor(both.Net) != net["nhs"]+net["council"]+net["police"] || minor(exchequer.Net) != net["nhs"] {
			t.Fatalf("the sides do not add up: %+v", p.Sides)
		}
		var cure int64
		for _, pay := range p.Cure {
			m := minor(pay.Amount)
			cure, net[pay.From], net[pay.To] = cure+m, net[pay.From]-m, net[pay.To]+m
			if m <= 0 || net[pay.From] < 0 {
				t.Errorf("%s pays %d pence and is left with %d", pay.From, m, net[pay.From])
			}
		}
		if cure != min(short, gains) || minor(p.Uncured) != max(short-gains, 0) {
			t.Errorf("%d pence are short and %d gained: the cure is %d and %s stays uncured", short, gains, cure, p.Uncured)
		}
		for i, name := range names {
			if short <= gains && limits[i]%3 != 0 && net[name] < -limits[i] {
				t.Errorf("%s is still short: %d pence, with a limit of %d", name, net[name], limits[i])
			}
		}
		other := settle(true)
		for i := range p.Partners {
			if !p.Partners[i].Net.Equal(other.Partners[i].Net) {
				t.Errorf("%s has %s with money aligned and %s with it pooled", names[i], p.Partners[i].Net, other.Partners[i].Net)
			}
		}
	})
}

// sum writes pence as a contract does, without commas.
func sum(pence int64) string { return "£" + money.FromMinor(pounds, pence).String() }

const partnersFrame = `outturn: 1
contract: {id: partners, currency: GBP, first: 2026-01-01, last: 2026-12-31, paid_elsewhere: pay}
parties: [{party: nhs, role: a}, {party: council, role: b}, {party: police, role: c}, {party: host, role: host}, {party: provider, role: provider}]
calendar: {settle: year, cut_off: 15 days after, last_cut_off: 2028-06-30, run: "0 6 16 1 *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {year: {every: 12 months, beginning: 2026-01-01}}
evidence:
  told: {of: contract, as: reading, each: year, says: {families: number}, if_none: unknown}
savings:
  x: {per: year, class: fiscal, budget: local, origin: prevention, prices: nominal, beneficiaries: {nhs: %d, council: %d, police: %d}, of: families, counterfactual: gross, worth: £10.00, grade: 1, cashable: nought, clause: 4}
payments:
%spartnership:
  partners:
%s  benefits: [x.corrected]
  clause: 5
examples:
  - {it: settles, as_at: 2026-12-31, due: {}, evidence: [{told: 2026-12-31, families: %d}]}
`
