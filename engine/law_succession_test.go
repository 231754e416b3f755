package engine_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts/language"
	"outturn/contracts/money"
	"outturn/engine"
	"outturn/engine/bookkeeping"
	"outturn/engine/ledger"
	"outturn/engine/statements"
)

// A body that is reorganised takes nothing with it and leaves nothing behind: from the day on its successor has in the
// statements all that the two would have had, and in the books every balance of the other's, whatever is corrected of
// the time before; and whatever stands elsewhere is as it would have been.
func TestLawSuccessionCarriesEverythingOver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		way := uniform(t, 0, 3, "way")
		share := uniform(t, 0, 100, "share")
		document := sharedCost([]int{share, 100 - share}, way)
		if way < 2 && uniform(t, 0, 1, "held") == 1 { // what is held of a contribution to a pool has not come in
			document = strings.Replace(document, "spent, due: on_evidence, clause: 3", "spent, due: on_evidence, held: {share: 25%, released_on: 2020-11-30}, clause: 3", 1)
		}
		successor := strings.Replace(document, "  - {party: host", "  - {party: heir, role: partner, name: Who follows}\n  - {party: host", 1)
		successor = strings.Replace(successor, "{party: p0, role: partner, name: A partner}", "{party: p0, role: partner, name: A partner, succeeded_by: heir, succeeded_on: 2020-07-01}", 1)
		var both [2]*drawn
		e := drawCosts(t)
		for i, text := range []string{document, successor} {
			c, err := language.Decode("drawn.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			both[i] = &drawn{c: c, told: e}
		}
		var chains [2][]*settled
		for n := uniform(t, 1, 2, "first settled"); n <= 4; n += uniform(t, 1, 2, "settled after") {
			span, _ := both[0].c.Periods[0].Series.Span(n)
			on := engine.Occasion{Through: span.Last, CutOff: span.Last.AddDays(30), Final: true}
			for i, w := range both {
				chains[i] = append(chains[i], w.settle(t, on, w.told, position(w.c, chains[i]...)))
			}
			succeeded(t, both, chains, n >= 3)
		}
	})
}

// succeeded holds the latest statements and books of two chains against each other, with a succession and without.
func succeeded(t *rapid.T, both [2]*drawn, chains [2][]*settled, after bool) {
	var closing [2]map[ledger.Account]money.Amount
	var due [2]map[string]statements.PartySum
	now := map[string]string{"p0": "heir"}
	if !after {
		now = nil
	}
	for i := range both {
		var issued []statements.Statement
		for _, s := range chains[i] {
			issued = append(issued, s.statement)
		}
		book, err := bookkeeping.Books(both[i].c, issued)
		if err != nil {
			t.Fatal(err)
		}
		balances := book.Balances(len(book.Entries()) - 1)
		checkBooks(t, both[i].c, balances)
		closing[i], due[i] = map[ledger.Account]money.Amount{}, map[string]statements.PartySum{}
		for _, b := range balances {
			if !b.Closing.IsZero() {
				closing[i][b.Account] = b.Closing
			}
		}
		for _, p := range issued[len(issued)-1].Due {
			due[i][p.Party] = p
		}
	}
	for party, want := range due[0] {
		found := due[1][party]
		if to := now[party]; to != "" {
			if !found.ToDate.IsZero() || !found.Settled.IsZero() || !found.Due.IsZero() {
				t.Fatalf("%s was succeeded and still has %+v", party, found)
			}
			if found = due[1][to]; len(found.Succeeds) != 1 || found.Succeeds[0] != party {
				t.Fatalf("%s does not say that it succeeds %s: %+v", to, party, found)
			}
		}
		if !found.ToDate.Equal(want.ToDate) || !found.Due.Equal(want.Due) || !found.Settled.Equal(want.Settled) {
			t.Fatalf("%s has %+v, and would have had %+v", party, found, want)
		}
	}
	if len(closing[0]) != len(closing[1]) {
		t.Fatalf("the books close with %v, and would have closed with %v", closing[1], closing[0])
	}
	for account, want := range closing[0] {
		if to := now[account.Party]; to != "" {
			account.Party = to
		}
		if found, ok := closing[1][account]; !ok || !found.Equal(want) {
			t.Fatalf("%s closes at %s, and would have closed at %s", account, found, want)
		}
	}
}
