package engine_test

import (
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/bookkeeping"
	"outturn/engine/ledger"
	"outturn/engine/statements"
)

// Of any stream: what was put in and paid in is what it paid and holds; it is never below nought, unless what it paid is
// a fact; what the books have set aside for it is what it holds and what is held back of its payments; and nothing is
// blocked of what it paid.
func TestLawStreamsBalance(t *testing.T) {
	seen := 0
	rapid.Check(t, func(t *rapid.T) {
		c, d := drawContractWith(rapidChoice{t}, uniform(t, 1, 2, "accounts"), false)
		w := &drawn{c: c, draft: d, told: drawEvidence(rapidChoice{t}, c)}
		chain := w.chain(t)
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
		for _, s := range statements[len(statements)-1].Streams {
			seen++
			if fault := streamFault(c, s, balances); fault != "" {
				t.Fatalf("stream %s: %s\n%+v\n%s", s.Stream, fault, s, c.Source)
			}
		}
	})
	if seen == 0 {
		t.Error("no stream was drawn")
	}
}

func streamFault(c *contracts.Contract, s statements.StreamSum, balances []ledger.Balance) string {
	if !s.PutIn.Add(s.PaidIn).Equal(s.Paid.Add(s.Holds)) {
		return "what came in is not what went out and is there"
	}
	for i := range c.Accounts {
		if a := &c.Accounts[i]; a.Name == s.Stream && !a.Final && s.Holds.Sign() < 0 {
			return "it is below nought"
		}
	}
	aside := money.FromMinor(c.Currency, 0)
	for _, b := range balances {
		if b.Name == s.Stream {
			aside = aside.Add(b.Closing)
		}
	}
	if !aside.Equal(s.Holds.Add(s.HeldBack)) {
		return "the books set aside " + aside.String()
	}
	for _, b := range s.Blocked {
		if b.Amount.Sign() <= 0 || b.Why == "" {
			return "a sum is blocked that is none, or for no reason"
		}
	}
	if f := s.Forecast; f != nil && (f.Short.Sign() < 0 || f.Unspent.Sign() < 0 || f.Short.IsZero() != (f.RunsOut == "")) {
		return "the forecast runs out and is not short, or the other way"
	}
	return ""
}

// checkBooks holds any book to double entry: each column sums to nought, opening and movement are closing, nothing
// recoverable is below nought with whoever has it, and what is given back is owed.
func checkBooks(t *rapid.T, c *contracts.Contract, balances []ledger.Balance) {
	none := money.FromMinor(c.Currency, 0)
	opening, movement, closing, owed := none, none, none, none
	for _, b := range balances {
		opening, movement, closing = opening.Add(b.Opening), movement.Add(b.Movement), closing.Add(b.Closing)
		if !b.Opening.Add(b.Movement).Equal(b.Closing) {
			t.Fatalf("%s: opening and movement are not closing", b.Account)
		}
		if b.Kind == ledger.Recoverable {
			owed = owed.Add(b.Closing)
		}
	}
	if !opening.IsZero() || !movement.IsZero() || !closing.IsZero() || !owed.IsZero() {
		t.Fatalf("the books sum to %s, %s and %s; what is recoverable to %s", opening, movement, closing, owed)
	}
}
