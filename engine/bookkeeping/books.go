// Package bookkeeping posts final statements to a book of double entry.
package bookkeeping

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/money"
	"outturn/engine/ledger"
	"outturn/engine/statements"
)

// Books posts final statements, in the order in which they were issued, to a book of double entry. An entry is named
// for its statement: statement 1. Each posting goes from its payer to its payee; or out of the stream that pays it, into
// the stream that it is paid into, or to what its payee may spend on one thing only. What an owner puts into a stream
// goes from what it paid to what it set aside. What is held back goes from whoever holds it to whoever earned it, and a
// release moves it the other way. Where a statement takes back more from a party than it gives, the rest is recoverable,
// until what is due to it later from the same payer makes it good.
func Books(c *contracts.Contract, statements []statements.Statement) (*ledger.Book, error) {
	k := &keeper{c: c, book: ledger.NewBook(c.Currency), held: map[string]money.Amount{}, putIn: map[string]money.Amount{}, owed: map[ends]money.Amount{}, given: map[gift]money.Amount{}, succeeded: map[int]bool{}}
	for n := range statements {
		s := &statements[n]
		if s.Status != "final" {
			return nil, fmt.Errorf("statement through %s is %s and posts nothing", s.Through, s.Status)
		}
		if err := k.successions(s); err != nil {
			return nil, fmt.Errorf("statement %d: %w", n+1, err)
		}
		k.legs, k.err = nil, nil
		k.streams(s)
		k.postings(s)
		k.inKind(s)
		k.retentions(s)
		k.recoverables(s)
		if k.err != nil {
			return nil, fmt.Errorf("statement %d: %w", n+1, k.err)
		}
		if err := k.book.Post(EntryName(n+1), k.legs...); err != nil {
			return nil, err
		}
	}
	return k.book, nil
}

// EntryName is the name of the entry of a statement, by its number.
func EntryName(statement int) string { return fmt.Sprintf("statement %d", statement) }

// keeper keeps a contract's book: what each statement states to date, so that the next one's movement can be posted.
type keeper struct {
	c           *contracts.Contract
	book        *ledger.Book
	legs        []ledger.Leg
	err         error
	held, putIn map[string]money.Amount // by payment; by stream
	owed        map[ends]money.Amount   // to be given back, by who paid it and who has it
	given       map[gift]money.Amount   // in kind
	through     calendar.Date           // the last day settled of the statement in hand
	succeeded   map[int]bool            // parties whose balances were carried over
}

type ends struct{ from, to string }

type gift struct {
	contribution string
	ends
}

// in gives an amount that was read from a statement the contract's currency.
func (k *keeper) in(a money.Amount, of string) money.Amount {
	own, err := a.In(k.c.Currency)
	if err != nil && k.err == nil {
		k.err = fmt.Errorf("%s: %w", of, err)
	}
	return k.none().Add(own)
}

func (k *keeper) none() money.Amount { return money.FromMinor(k.c.Currency, 0) }

func (k *keeper) add(from, to ledger.Account, amount money.Amount, what string) {
	if !amount.IsZero() {
		k.legs = append(k.legs, ledger.Leg{From: from, To: to, Amount: amount, For: what})
	}
}

// streams posts what owners put into their streams.
func (k *keeper) streams(s *statements.Statement) {
	for _, one := range s.Streams {
		now, before := k.in(one.PutIn, "put into "+one.Stream), k.none().Add(k.putIn[one.Stream])
		k.putIn[one.Stream] = now
		for i := range k.c.Accounts {
			if a := &k.c.Accounts[i]; a.Name == one.Stream {
				k.add(ledger.Account{Party: one.Owner, Kind: ledger.Payer}, streamAccount(a, one.Owner), now.Sub(before), one.Stream)
			}
		}
	}
}

// streamAccount is where a stream's money stands.
func streamAccount(a *contracts.Account, owner string) ledger.Account {
	if a.RestrictedTo == "" {
		return ledger.Account{Party: owner, Kind: ledger.Reserve, Name: a.Name}
	}
	return ledger.Account{Party: owner, Kind: ledger.Restricted, Purpose: a.RestrictedTo, Name: a.Name}
}

// postings posts what each party pays each other.
func (k *keeper) postings(s *statements.Statement) {
	for _, p := range s.Postings {
		from, to := ledger.Account{Party: p.From, Kind: ledger.Payer}, ledger.Account{Party: p.To, Kind: ledger.Payee}
		if at := k.c.PaymentIndex(p.Payment); at >= 0 {
			pay := &k.c.Payments[at]
			if i := pay.From.Account; i >= 0 && k.c.Accounts[i].Stream {
				from = streamAccount(&k.c.Accounts[i], p.From)
			}
			if i := pay.To.Account; i >= 0 && k.c.Accounts[i].Stream {
				to = streamAccount(&k.c.Accounts[i], p.To)
			} else if pay.RestrictedTo != "" {
				to = ledger.Account{Party: p.To, Kind: ledger.Restricted, Purpose: pay.RestrictedTo}
			}
		}
		k.add(from, to, k.in(p.Amount, p.Payment), p.Payment)
	}
}

// inKind posts what was newly given in kind, or no longer counts, to the memorandum accounts that never meet money.
func (k *keeper) inKind(s *statements.Statement) {
	for _, one := range s.InKind {
		now := map[gift]money.Amount{}
		var order []gift
		for _, f := range one.Figures {
			at := gift{one.Contribution, ends{f.By, f.To}}
			if _, seen := now[at]; !seen {
				order = append(order, at)
			}
			now[at] = k.none().Add(now[at]).Add(k.in(f.Value, one.Contribution))
		}
		for _, at := range order {
			k.add(ledger.Account{Party: at.from, Kind: ledger.InKind}, ledger.Account{Party: at.to, Kind: ledger.InKind}, now[at].Sub(k.none().Add(k.given[at])), one.Contribution)
			k.given[at] = now[at]
		}
	}
}

// retentions posts what is newly held back, or released.
func (k *keeper) retentions(s *statements.Statement) {
	for _, p := range s.Payments {
		at := k.c.PaymentIndex(p.Payment)
		if at < 0 {
			continue // a payment that a variation took out: what it held was settled or given up before
		}
		now := k.in(p.Held, "held of "+p.Payment)
		pay := &k.c.Payments[at]
		k.add(ledger.Account{Party: k.endName(&pay.From), Kind: ledger.Retention}, ledger.Account{Party: k.endName(&pay.To), Kind: ledger.Retention}, now.Sub(k.none().Add(k.held[p.Payment])), p.Payment)
		k.held[p.Payment] = now
	}
}

// recoverables posts what a party has to give back that nothing due to it from the same payer makes good, and takes off
// what now does.
func (k *keeper) recoverables(s *statements.Statement) {
	net := map[ends]money.Amount{}
	var order []ends
	for _, p := range s.Postings {
		at := ends{p.From, p.To}
		if !slices.Contains(order, at) {
			order = append(order, at)
			net[at] = k.none()
		}
		net[at] = net[at].Add(k.in(p.Amount, p.Payment))
	}
	for _, at := range order {
		if at.from == at.to {
			continue // its own money, in another of its pockets
		}
		owed := k.none().Add(k.owed[at])
		moved := net[at].Neg()
		if back := owed.Neg(); moved.Cmp(back) < 0 {
			moved = back // it is made good, and the rest is paid
		}
		k.owed[at] = owed.Add(moved)
		k.add(ledger.Account{Party: at.from, Kind: ledger.Recoverable}, ledger.Account{Party: at.to, Kind: ledger.Recoverable}, moved, "to be given back")
	}
}

// endName names one end of a payment: its party or whoever has succeeded it, or whatever stands for several.
func (k *keeper) endName(e *contracts.Payee) string {
	if e.Party >= 0 {
		return k.c.Parties[k.c.Heir(e.Party, k.through)].ID
	}
	return e.Name
}

// successions carries over all that is in the name of a party that a statement finds succeeded: an entry of its own,
// which stands before the statement's. What moves later moves in the successor's name.
func (k *keeper) successions(s *statements.Statement) error {
	through, err := calendar.ParseDate(s.Through)
	if err != nil {
		return err
	}
	k.through = through
	for i := range k.c.Parties {
		p := &k.c.Parties[i]
		if k.succeeded[i] || p.SucceededBy < 0 || p.SucceededOn > through {
			continue
		}
		k.succeeded[i] = true
		to := k.c.Parties[k.c.Heir(i, through)].ID
		if err := k.book.Succeed(SuccessionEntry(p.ID, to), p.ID, to); err != nil {
			return err
		}
		k.rename(p.ID, to)
	}
	return nil
}

// SuccessionEntry names the entry by which one party's balances are carried over to another.
func SuccessionEntry(party, successor string) string { return party + " carried over to " + successor }

// rename lets what is remembered of a party be remembered of its successor.
func (k *keeper) rename(party, successor string) {
	now := func(e ends) ends {
		if e.from == party {
			e.from = successor
		}
		if e.to == party {
			e.to = successor
		}
		return e
	}
	owed, given := map[ends]money.Amount{}, map[gift]money.Amount{}
	for e, amount := range k.owed {
		owed[now(e)] = k.none().Add(owed[now(e)]).Add(amount)
	}
	for g, amount := range k.given {
		at := gift{g.contribution, now(g.ends)}
		given[at] = k.none().Add(given[at]).Add(amount)
	}
	k.owed, k.given = owed, given
}
