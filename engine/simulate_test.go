package engine_test

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/evidence"
)

var simulationSeed = flag.Uint64("simulation.seed", 1, "the seed of the first simulated life of a contract")

// simulationText is a contract with most of what the language has, settled by the month for three years.
const simulationText = `outturn: 1
contract: {id: simulated, currency: GBP, first: 2020-01-01, last: 2022-12-31, paid_elsewhere: refuse, told_by: other_scheme}
parties:
  - {party: ministry, role: exchequer, name: The ministry}
  - {party: council, role: fund, name: A council}
  - {party: lottery, role: fund, name: A fund}
  - {party: provider, role: provider, name: The provider}
calendar: {settle: month, cut_off: 30 days after, last_cut_off: 2023-12-31, run: "0 6 1 * *", zone: Europe/London, holidays: [2020-12-25, 2021-12-27]}
rounding: {nearest: £0.01, ties: even, spare: largest_remainder}
periods: {month: {every: 1 month, beginning: 2020-01-01}, year: {every: 12 months, beginning: 2020-01-01}}
units: {family: {}, person: {part_of: family, facts: {band: [a, b, c]}}}
evidence:
  joined: {of: person, as: event}
  job: {of: person, as: event, if_none: nought, says: {wage: {type: money, optional: yes}}}
  work: {of: person, as: spell, if_none: nought}
  benefit: {of: person, as: spell, if_none: nought}
  claim: {of: person, as: event, if_none: nought}
  answer: {of: person, as: check}
  audit: {of: person, as: check}
  other_scheme: {of: person, as: event, says: {outcome: {type: date, optional: yes}}}
  saving: {of: fund, as: event, if_none: nought, says: {taken: money}}
cohorts: {people: {unit: person, joined_by: joined, between: 2020-01-01 to 2021-12-31, counts: everyone_who_joined, clause: 1}}
tables:
  fees: {by: [year, band], dated: joined, gives: {joining: money, outcome: money, most: number}, clause: 2, rows: [
    {year: 1, joining: £100.00, outcome: £500.00, most: 6}, {year: 1, band: c, joining: £150.00, outcome: £900.00, most: 9}, {year: 2, joining: £50.00, outcome: £333.33, most: 3}]}
quantities:
  cover: {spells: work, except: benefit, bridging: 2 days, per: person}
  worked: {days: cover, in: beginning with joined, per: person}
  help_ends: {is: joined + 52 weeks}
  gap: {first_gap: cover, in: beginning with help_ends, per: person}
  reached: {count: into_work, per: [band, year], dated: into_work}
  joiners: {count: people, per: [band, year], dated: joined}
  threshold: {is: 30% * joiners, rounded: {up: 1}}
  taken_out: {total: saving.taken, in: beginning with 2020-01-01, per: fund}
measures:
  into_work: {per: person, as_soon_as: {worked: {at_least: 13 weeks}}, in: 52 weeks beginning with joined, clause: 3}
  sustained: {per: person, every: 4 weeks, run: cover, in: after into_work, until: gap, not_above: fees.most, clause: 3}
payments:
  joining: {from: ministry, to: provider, per: person, for: people, price: fees.joining, due: on_evidence, clause: 4.1}
  outcome_fee: {from: sharers, to: provider, per: person, for: into_work, price: fees.outcome, due: {on: claim, within: 26 weeks after into_work, validated_by: answer, wait: 15 working days}, clause: 4.2}
  sustainment: {from: ministry, to: provider, per: person, for: sustained, price: £45.67, when: {into_work: yes}, due: on_evidence, clause: 4.3}
  incentive: {from: ministry, to: provider, per: [band, year], for: reached, price: £250.00, hurdle: {reached: {more_than: threshold}, pays_on: excess}, due: on_evidence, clause: 4.4}
  recovery: {from: provider, to: ministry, per: year, of: audits.error_rate * audits.unchecked, due: on_evidence, clause: 4.5}
divisions: {sharers: {tranches: [{among: fund, claim: 10% * taken_out}, {among: {ministry: 66.6%, council: 33.4%}}], clause: 5}}
caps:
  - {over: [joining, outcome_fee, sustainment], per: contract, counting: family, not_above: 25, in_order_of: [joined], places: PLACES, beyond: refuse, clause: 6.1}
  - {over: [joining, outcome_fee, sustainment], per: family, not_above: £1500.00, in_order_of: as_listed, beyond: cut, clause: 6.2}
  - {over: [sustainment], per: year, not_above: £2000.00, in_order_of: as_listed, dated: met, beyond: cut, clause: 6.3}
checks:
  audits: {over: [outcome_fee], per: year, dated: into_work, found_by: audit, sample: {share: 5%, at_least: 2, drawn: by seed published first}, error: by_claims, recovers: extrapolated, clause: 7}
`

// life is the evidence of a contract as it comes in over the years: late, wrong, put right, and missing.
type life struct {
	c        *contracts.Contract
	r        *rand.Rand
	told     told
	sequence uint64
}

func (l *life) kind(name string) int {
	for i := range l.c.Evidence {
		if l.c.Evidence[i].Name == name {
			return i
		}
	}
	panic(name)
}

// item tells of something on a day; now and then it is learned much later, told twice, wrongly, or withdrawn again.
func (l *life) item(u *evidence.Unit, kind string, first, last calendar.Date, values ...formula.Figure) {
	l.sequence++
	it := evidence.Item{Kind: l.kind(kind), First: first, Last: last, Learned: first.AddDays(l.r.IntN(12)), Sequence: l.sequence, Values: values, ID: fmt.Sprintf("%s-%d", kind, l.sequence)}
	if l.r.IntN(6) == 0 {
		it.Learned = it.Learned.AddDays(l.r.IntN(300))
	}
	u.Items = append(u.Items, it)
	again := it
	l.sequence++
	again.Sequence, again.ID, again.Points = l.sequence, it.ID+"'", it.ID
	again.Learned = it.Learned.AddDays(l.r.IntN(200))
	switch l.r.IntN(12) {
	case 0:
		again.Standing = evidence.Withdrawing
		u.Items = append(u.Items, again)
	case 1:
		again.First, again.Last = first.AddDays(l.r.IntN(30)), last.AddDays(30+l.r.IntN(60))
		if l.c.Evidence[it.Kind].Form != contracts.Spell {
			again.Last = again.First
		}
		u.Items = append(u.Items, again)
	case 2:
		again.ID, again.Points = it.ID, ""
		u.Items = append(u.Items, again)
	}
}

// person adds a member of a family with a plausible life.
func (l *life) person(t *evidence.Tree, key string) {
	t.Units = append(t.Units, evidence.Unit{Type: 1, Key: key, Parent: 0, Facts: []formula.Figure{{Type: formula.Choice, Num: money.Int(int64(l.r.IntN(3)))}}})
	u := &t.Units[len(t.Units)-1]
	if l.r.IntN(10) == 0 {
		return // known, and never joined
	}
	joined := l.c.First.AddDays(l.r.IntN(760))
	l.item(u, "joined", joined, joined)
	day := joined
	for range l.r.IntN(4) {
		day = day.AddDays(l.r.IntN(120))
		last := day.AddDays(l.r.IntN(300))
		l.item(u, "work", day, last)
		if l.r.IntN(3) == 0 {
			off := day.AddDays(l.r.IntN(100))
			l.item(u, "benefit", off, off.AddDays(l.r.IntN(40)))
		}
		day = last
	}
	unknown := formula.Figure{Type: formula.Date, State: formula.Unknown}
	if l.r.IntN(4) > 0 {
		claim := joined.AddDays(91 + l.r.IntN(250))
		l.item(u, "claim", claim, claim)
		found := func() formula.Figure {
			return formula.Figure{Type: formula.Choice, Num: money.Int(int64(l.r.IntN(5) / 4))}
		}
		if l.r.IntN(5) > 0 {
			l.item(u, "answer", claim.AddDays(10), claim.AddDays(10), found(), unknown)
		}
		if l.r.IntN(3) == 0 {
			l.item(u, "audit", claim.AddDays(100), claim.AddDays(100), found(), unknown)
		}
	}
	if l.r.IntN(12) == 0 {
		l.item(u, "other_scheme", joined.AddDays(120), joined.AddDays(120), unknown)
	}
}

func newLife(c *contracts.Contract, seed uint64) *life {
	l := &life{c: c, r: rand.New(rand.NewPCG(seed, 7))}
	for f := range 30 {
		t := evidence.Tree{Units: []evidence.Unit{{Type: 0, Key: fmt.Sprintf("F%02d", f), Parent: -1}}}
		for p := range 1 + l.r.IntN(3) {
			l.person(&t, fmt.Sprintf("P%02d-%d", f, p))
		}
		l.told.trees = append(l.told.trees, t)
	}
	for range 8 {
		l.sequence++
		day := c.First.AddDays(l.r.IntN(1000))
		l.told.whole = append(l.told.whole, evidence.Item{Kind: l.kind("saving"), First: day, Last: day, Learned: day.AddDays(l.r.IntN(60)), Sequence: l.sequence,
			Party: []string{"council", "lottery"}[l.r.IntN(2)], Values: []formula.Figure{{Type: formula.Money, Num: money.Frac(int64(l.r.IntN(1_000_000)), 100)}}})
	}
	return l
}

// A contract is settled each month for three years on what is known by then, and the laws hold after every month.
func TestSimulatedLife(t *testing.T) {
	for _, places := range []string{"move", "stand"} {
		for n := range uint64(3) {
			seed := *simulationSeed + n
			t.Run(fmt.Sprintf("places %s, seed %d", places, seed), func(t *testing.T) { simulate(t, places, seed) })
		}
	}
}

// simulationCaps are the caps of simulationText as the laws work them out again.
var simulationCaps = []drawnCap{
	{over: []string{"joining", "outcome_fee", "sustainment"}, per: "contract", counting: "family", limit: 25},
	{over: []string{"joining", "outcome_fee", "sustainment"}, per: "family", limit: 150000},
	{over: []string{"sustainment"}, per: "year", limit: 200000},
}

func simulate(t *testing.T, places string, seed uint64) {
	c := decoded(t, strings.Replace(simulationText, "PLACES", places, 1))
	l := newLife(c, seed)
	w := &drawn{c: c, told: l.told}
	months := &c.Periods[c.Calendar.Settle].Series
	var chain []*settled
	adjusted := 0
	for n := 1; n <= months.Len(); n++ {
		span, _ := months.Span(n)
		on := engine.Occasion{Through: span.Last, CutOff: span.Last.AddDays(30), Final: true}
		snapshot, err := w.told.snapshot(c, on.CutOff)
		if err != nil {
			t.Fatalf("seed %d, month %d: %v", seed, n, err)
		}
		s, err := settleOn(c, on, snapshot, position(c, chain...))
		if err != nil {
			t.Fatalf("seed %d, month %d: %v", seed, n, err)
		}
		chain = append(chain, s)
		if fault := cmp.Or(footed(c, chain), committed(c, s), accounted(c, w.told, s), overCaps(c, simulationCaps, chain)); fault != "" {
			t.Fatalf("seed %d, month %d: %s\n%s", seed, n, fault, s.text())
		}
		again, err := settleOn(c, on, reshard(snapshot, 4), position(c, chain...))
		if err != nil || len(again.records) > 0 {
			t.Fatalf("seed %d, month %d: settled again it has lines (%v)\n%s", seed, n, err, again.lines)
		}
		for i := range s.statement.Payments {
			adjusted += s.statement.Payments[i].Adjusted
		}
		if places == "move" && n%6 == 0 {
			sameInstalments(t, seed, c, on, snapshot, chain)
		}
	}
	if adjusted < 5 {
		t.Errorf("seed %d: %d lines were adjusted in three years; the evidence is too tame to prove anything", seed, adjusted)
	}
}

// sameInstalments checks that what the chain paid so far is what one settlement of it all would.
func sameInstalments(t *testing.T, seed uint64, c *contracts.Contract, on engine.Occasion, s evidence.Snapshot, chain []*settled) {
	t.Helper()
	once, err := settleOn(c, on, s, engine.Position{})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range chain[len(chain)-1].statement.Due {
		if !p.ToDate.Equal(once.statement.Due[i].ToDate) {
			t.Fatalf("seed %d, through %s: %s has %s in instalments and %s at once", seed, on.Through, p.Party, p.ToDate, once.statement.Due[i].ToDate)
		}
	}
}
