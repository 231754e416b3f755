package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/bookkeeping"
	"outturn/engine/evidence"
	"outturn/engine/ledger"
	"outturn/engine/statements"
)

// Partners share a cost by parts of a hundred, and the money may be held in four ways: each pays its share; each pays
// it out of a stream of its own; all pay into a pool that pays; and the pool with what they give in kind beside it. Each
// partner, and whoever is paid, has the same in every statement, whatever is corrected; the pool's host has nothing of
// it; and what is in kind stands in accounts of its own.
func TestLawPooledEqualsAligned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var shares []int
		left := 100
		for n := uniform(t, 2, 4, "partners"); len(shares) < n-1; {
			one := uniform(t, 0, left, "share")
			shares, left = append(shares, one), left-one
		}
		shares = append(shares, left)
		e := drawCosts(t)
		var ways [4]*drawn
		for i := range ways {
			c, err := language.Decode("drawn.yaml", []byte(sharedCost(shares, i)))
			if err != nil {
				t.Fatal(err)
			}
			ways[i] = &drawn{c: c, told: e}
		}
		var chains [4][]*settled
		for n := uniform(t, 1, 2, "first settled"); n <= 4; n += uniform(t, 1, 2, "settled after") {
			span, _ := ways[0].c.Periods[0].Series.Span(n)
			on := engine.Occasion{Through: span.Last, CutOff: span.Last.AddDays(30), Final: true}
			for i, w := range ways {
				chains[i] = append(chains[i], w.settle(t, on, w.told, position(w.c, chains[i]...)))
			}
			sameParties(t, chains)
		}
		for i, w := range ways {
			checkCustody(t, w.c, chains[i], i)
		}
	})
}

// drawCosts draws what was spent in each of four quarters, in whole pounds, some of it told anew later, and hours.
func drawCosts(t *rapid.T) told {
	var e told
	day := func(quarter int) calendar.Date {
		d, err := calendar.ParseDate([]string{"2020-03-31", "2020-06-30", "2020-09-30", "2020-12-31"}[quarter])
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for q := range 4 {
		for again := range uniform(t, 1, 2, "times told") {
			it := evidence.Item{Kind: 0, First: day(q), Last: day(q), Learned: day(q).AddDays(10 + 100*again), Sequence: uint64(len(e.whole) + 1)}
			it.Values = []formula.Figure{{Type: formula.Money, Num: money.Int(int64(uniform(t, 0, 9999, "spent")))}, {Type: formula.Number, Num: money.Int(int64(uniform(t, 0, 99, "hours")))}}
			e.whole = append(e.whole, it)
		}
	}
	return e
}

// sharedCost is the contract by which partners share what was spent, held in one of the ways.
func sharedCost(shares []int, way int) string {
	var parties, among, streams, paid strings.Builder
	for i, share := range shares {
		fmt.Fprintf(&parties, "  - {party: p%d, role: partner, name: A partner}\n", i)
		fmt.Fprintf(&among, "%sp%d: %d%%", map[bool]string{true: ", "}[i > 0], i, share)
		fmt.Fprintf(&streams, "  s%d: {owner: p%d, per: quarter, opens_with: £100000.00, restricted_to: programme, left_over: carried, clause: 2}\n", i, i)
		fmt.Fprintf(&paid, "  cost%d: {from: s%d, to: provider, per: quarter, of: %d%% * spent, due: on_evidence, clause: 3}\n", i, i, share)
	}
	document := `outturn: 1
contract: {id: shared, currency: GBP, first: 2020-01-01, last: 2020-12-31, paid_elsewhere: pay}
parties:
` + parties.String() + `  - {party: host, role: host, name: Who holds the pool}
  - {party: provider, role: provider, name: A provider}
calendar: {settle: quarter, cut_off: 30 days after, last_cut_off: 2021-12-31, run: "0 6 1 * *", zone: Europe/London}
rounding: {nearest: £0.01, ties: up, spare: largest_remainder}
periods: {quarter: {every: 3 months, beginning: 2020-01-01}}
evidence: {report: {of: contract, as: reading, each: quarter, says: {spent: money, hours: number}, if_none: unknown}}
`
	divided := "divisions: {partners: {tranches: [{among: {" + among.String() + "}}], clause: 2}}\n"
	pool := divided + `accounts: {pool: {owner: host, per: quarter, restricted_to: programme, left_over: carried, clause: 2}}
payments:
  contribution: {from: partners, to: pool, per: quarter, of: spent, due: on_evidence, clause: 3}
  cost: {from: pool, to: provider, per: quarter, of: spent, due: on_evidence, clause: 3}
`
	switch way {
	case 0:
		return document + divided + "payments: {cost: {from: partners, to: provider, per: quarter, of: spent, due: on_evidence, clause: 3}}\n"
	case 1:
		return document + "accounts:\n" + streams.String() + "payments:\n" + paid.String()
	case 2:
		return document + pool
	}
	return document + pool + "in_kind: {time: {by: p0, to: host, per: quarter, offered: hours, accepted: 80% * hours, price: £21.37, clause: 4}}\n"
}

// sameParties holds what each party has in the latest statements against what it has when everybody pays its own.
func sameParties(t *rapid.T, chains [4][]*settled) {
	want := chains[0][len(chains[0])-1].statement.Due
	for way, chain := range chains {
		for i, found := range chain[len(chain)-1].statement.Due {
			if !found.Due.Equal(want[i].Due) || !found.ToDate.Equal(want[i].ToDate) {
				t.Fatalf("held in way %d %s has %s due and %s to date, and %s and %s when each pays its own", way, found.Party, found.Due, found.ToDate, want[i].Due, want[i].ToDate)
			}
		}
	}
}

// checkCustody holds the books of one way to double entry, and what stands in kind to the statement.
func checkCustody(t *rapid.T, c *contracts.Contract, chain []*settled, way int) {
	var statements []statements.Statement
	for _, s := range chain {
		statements = append(statements, s.statement)
	}
	book, err := bookkeeping.Books(c, statements)
	if err != nil {
		t.Fatal(err)
	}
	balances := book.Balances(len(statements) - 1)
	checkBooks(t, c, balances)
	last := statements[len(statements)-1]
	for _, s := range last.Streams {
		if fault := streamFault(c, s, balances); fault != "" {
			t.Fatalf("way %d, stream %s: %s", way, s.Stream, fault)
		}
		if s.Stream == "pool" && !s.Holds.IsZero() {
			t.Fatalf("the pool holds %s of what was paid in and out", s.Holds)
		}
	}
	for _, b := range balances {
		if b.Kind == ledger.InKind && (len(last.InKind) != 1 || !b.Closing.Equal(last.InKind[0].Value) && !b.Closing.Neg().Equal(last.InKind[0].Value)) {
			t.Fatalf("%s closes at %s, and the statement has %+v in kind", b.Account, b.Closing, last.InKind)
		}
	}
}
