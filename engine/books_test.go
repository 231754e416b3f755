package engine_test

import (
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts/money"
	"outturn/engine/bookkeeping"
	"outturn/engine/ledger"
	"outturn/engine/statements"
)

// The books of any chain of statements sum to nought, and say of each party what the statements say: what it had of all
// its payments is its balance, and what moved is what the latest statement has due. The head's totals come by the lines
// and the book's by the postings, so that neither is the other's.
func TestLawBooksSayWhatStatementsSay(t *testing.T) {
	law(t, func(t *rapid.T, w *drawn) {
		chain := w.chain(t)
		var statements []statements.Statement
		for _, s := range chain {
			statements = append(statements, s.statement)
		}
		book, err := bookkeeping.Books(w.c, statements)
		if err != nil {
			t.Fatal(err)
		}
		none := money.FromMinor(w.c.Currency, 0)
		moved, closing, all := map[string]money.Amount{}, map[string]money.Amount{}, none
		for _, b := range book.Balances(len(statements) - 1) {
			all = all.Add(b.Closing)
			if b.Kind != ledger.Retention && b.Kind != ledger.Recoverable && b.Kind != ledger.InKind {
				moved[b.Party] = none.Add(moved[b.Party]).Add(b.Movement)
				closing[b.Party] = none.Add(closing[b.Party]).Add(b.Closing)
			}
		}
		if !all.IsZero() {
			t.Fatalf("the books sum to %s", all)
		}
		last := statements[len(statements)-1]
		for _, p := range last.Due {
			if !none.Add(moved[p.Party]).Equal(p.Due) || !none.Add(closing[p.Party]).Equal(p.ToDate) {
				t.Errorf("%s: the books move %s to %s, and the statement has %s due and %s to date", p.Party, moved[p.Party], closing[p.Party], p.Due, p.ToDate)
			}
		}
	})
}

// A provisional statement posts nothing and has no place in the books.
func TestBooksHoldFinalStatementsOnly(t *testing.T) {
	if _, err := bookkeeping.Books(decoded(t, boundaryPeople+"payments: {fee: {from: payer, to: provider, per: person, for: people, price: £1.00, due: on_evidence, clause: 2}}\n"),
		[]statements.Statement{{Status: "provisional", Through: "2026-01-31"}}); err == nil {
		t.Error("a provisional statement is posted")
	}
}
