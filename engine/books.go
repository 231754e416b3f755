package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/ledger"
)

// Books posts final statements, in the order in which they were issued, to a book of double entry: each posting from its
// payer to its payee, and what is held back of each payment from whoever holds it to whoever earned it, so that a
// release moves it the other way as the money moves. An entry is named for its statement: statement 1.
func Books(c *contracts.Contract, statements []Statement) (*ledger.Book, error) {
	book := ledger.NewBook(c.Currency)
	held := make([]money.Amount, len(c.Payments))
	for i := range held {
		held[i] = money.FromMinor(c.Currency, 0)
	}
	for n := range statements {
		s := &statements[n]
		if s.Status != "final" {
			return nil, fmt.Errorf("statement through %s is %s and posts nothing", s.Through, s.Status)
		}
		var legs []ledger.Leg
		for _, p := range s.Postings {
			legs = append(legs, ledger.Leg{From: ledger.Account{Party: p.From, Kind: ledger.Payer}, To: ledger.Account{Party: p.To, Kind: ledger.Payee}, Amount: p.Amount, For: p.Payment})
		}
		for _, p := range s.Payments {
			at := paymentIndex(c, p.Payment)
			if at < 0 {
				continue // a payment that a variation took out: what it held was settled or given up before
			}
			now, err := p.Held.In(c.Currency)
			if err != nil {
				return nil, fmt.Errorf("statement %d, held of %s: %w", n+1, p.Payment, err)
			}
			if moved := now.Sub(held[at]); !moved.IsZero() {
				pay := &c.Payments[at]
				legs = append(legs, ledger.Leg{From: ledger.Account{Party: endName(c, &pay.From), Kind: ledger.Retention}, To: ledger.Account{Party: endName(c, &pay.To), Kind: ledger.Retention},
					Amount: moved, For: p.Payment})
			}
			held[at] = now
		}
		if err := book.Post(fmt.Sprintf("statement %d", n+1), legs...); err != nil {
			return nil, err
		}
	}
	return book, nil
}

// endName names one end of a payment: its party, or whatever stands for several.
func endName(c *contracts.Contract, e *contracts.Payee) string {
	if e.Party >= 0 {
		return c.Parties[e.Party].ID
	}
	return e.Name
}
