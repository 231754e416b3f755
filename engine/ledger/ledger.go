// Package ledger keeps books by double entry: every sum leaves one account and comes to another, so that whatever is
// posted sums to nought, and what an account held before and what moved make what it holds now. It is a leaf of plain
// legs: it knows nothing of contracts and statements, and whoever posts says what a leg is for.
package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"outturn/contracts/money"
)

// Kind is what an account is for.
type Kind uint8

// The kinds. Payer: what a party has paid for outcomes, below nought. Payee: what a party was paid. Retention: earned
// and held back until a condition is met; below nought on the side that holds it back. Recoverable: paid, found not due,
// and not yet back. Reserve: set aside against what is to come. Restricted: money that may be spent on one thing only.
// InKind: staff, places and time, a memorandum that never meets money.
const (
	Payer Kind = iota + 1
	Payee
	Retention
	Recoverable
	Reserve
	Restricted
	InKind
	kindCount
)

var kindNames = [kindCount]string{Payer: "payer", Payee: "payee", Retention: "retention", Recoverable: "recoverable", Reserve: "reserve", Restricted: "restricted", InKind: "in_kind"}

// String returns the kind's name, stable for programs.
func (k Kind) String() string {
	if k == 0 || k >= kindCount {
		return fmt.Sprintf("kind %d", uint8(k))
	}
	return kindNames[k]
}

// Account is whose it is, what kind, of restricted money what it may be spent on, and which it is of several: the name
// of a reserve, or of a stream of restricted money.
type Account struct {
	Party   string
	Kind    Kind
	Purpose string
	Name    string
}

// String names the account as an error does.
func (a Account) String() string {
	text := a.Party + " " + a.Kind.String()
	if a.Name != "" {
		text += " " + a.Name
	}
	if a.Purpose != "" {
		text += " (" + a.Purpose + ")"
	}
	return text
}

func (a Account) compare(b Account) int {
	return cmp.Or(cmp.Compare(a.Party, b.Party), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Purpose, b.Purpose), cmp.Compare(a.Name, b.Name))
}

// Leg moves an amount from one account to another. A negative amount moves the other way, as a correction does.
type Leg struct {
	From, To Account
	Amount   money.Amount
	For      string // what it is for: the payment's name
}

// Entry is what was posted together: a statement, a reversal, a transfer of balances.
type Entry struct {
	Ref  string // unique in the book
	Legs []Leg
}

// Limits of one book.
const (
	EntriesMax = 100_000
	LegsMax    = 10_000_000
)

// Book is the entries of one contract in one currency, in the order in which they were posted. It is append-only: what
// was wrong is put right by a further entry.
type Book struct {
	currency money.Currency
	entries  []Entry
	refs     map[string]int
	legs     int
}

// NewBook opens a book of one currency.
func NewBook(c money.Currency) *Book { return &Book{currency: c, refs: map[string]int{}} }

// Before returns how many entries were posted before one, and all of them where there is none of that name.
func (b *Book) Before(ref string) int {
	if at, ok := b.refs[ref]; ok {
		return at
	}
	return len(b.entries)
}

// Entries returns what was posted, in order. It is not to be changed.
func (b *Book) Entries() []Entry { return b.entries }

// Post adds an entry whole, or refuses it whole: a ref that was used, a leg of another currency, from an account to
// itself, of an unknown kind, or between money and what is in kind.
func (b *Book) Post(ref string, legs ...Leg) error {
	if err := b.check(ref, legs); err != nil {
		return fmt.Errorf("entry %q: %w", ref, err)
	}
	own := make([]Leg, 0, len(legs))
	for _, l := range legs {
		amount, err := l.Amount.In(b.currency)
		if err != nil {
			return fmt.Errorf("entry %q: from %s to %s: %w", ref, l.From, l.To, err)
		}
		l.Amount = amount
		own = append(own, l)
	}
	b.refs[ref] = len(b.entries)
	b.entries = append(b.entries, Entry{ref, own})
	b.legs += len(own)
	return nil
}

func (b *Book) check(ref string, legs []Leg) error {
	switch _, used := b.refs[ref]; {
	case ref == "":
		return errors.New("it has no name; say what is posted, such as statement 4")
	case used:
		return errors.New("it was posted already; each entry has a name of its own")
	case len(b.entries) >= EntriesMax || b.legs+len(legs) > LegsMax:
		return fmt.Errorf("a book holds at most %d entries and %d legs", EntriesMax, LegsMax)
	}
	for _, l := range legs {
		for _, a := range []Account{l.From, l.To} {
			if a.Party == "" || a.Kind == 0 || a.Kind >= kindCount {
				return fmt.Errorf("from %s to %s: an account has a party and a kind", l.From, l.To)
			}
			switch {
			case a.Kind == Restricted && a.Purpose == "":
				return fmt.Errorf("from %s to %s: restricted money says what it may be spent on", l.From, l.To)
			case a.Kind == Reserve && a.Name == "":
				return fmt.Errorf("from %s to %s: a reserve has a name", l.From, l.To)
			}
		}
		switch {
		case l.From == l.To:
			return fmt.Errorf("%s pays itself", l.From)
		case (l.From.Kind == InKind) != (l.To.Kind == InKind):
			return fmt.Errorf("from %s to %s: what is in kind is never money; post it between accounts in kind", l.From, l.To)
		case l.From.Kind == Restricted && l.To.Kind == Restricted && l.From.Purpose != l.To.Purpose:
			return fmt.Errorf("from %s to %s: restricted money keeps its purpose", l.From, l.To)
		}
	}
	return nil
}

// Reverse posts the negation of an earlier entry, leg by leg: it divides nothing anew.
func (b *Book) Reverse(ref, of string) error {
	at, ok := b.refs[of]
	if !ok {
		return fmt.Errorf("entry %q: there is no entry %q to reverse", ref, of)
	}
	legs := slices.Clone(b.entries[at].Legs)
	for i := range legs {
		legs[i].Amount = legs[i].Amount.Neg()
	}
	return b.Post(ref, legs...)
}

// CarriedOver is what the legs of a succession are for.
const CarriedOver = "carried over"

// Succeed carries every balance of a party over to the body that follows it, account by account, so that a
// reorganisation loses nothing. Nothing is posted where the party holds nothing.
func (b *Book) Succeed(ref, party, successor string) error {
	if party == successor {
		return fmt.Errorf("entry %q: %s is followed by itself", ref, party)
	}
	var legs []Leg
	for _, balance := range b.Balances(len(b.entries)) {
		if balance.Party != party || balance.Closing.IsZero() {
			continue
		}
		to := balance.Account
		to.Party = successor
		legs = append(legs, Leg{From: balance.Account, To: to, Amount: balance.Closing, For: CarriedOver})
	}
	if len(legs) == 0 {
		return nil
	}
	return b.Post(ref, legs...)
}

// Balance is what an account held before, what moved, and what it holds. Closing is Opening and Movement together.
type Balance struct {
	Account
	Opening, Movement, Closing money.Amount
}

// Balances returns every account that was ever posted to, in the order of parties, kinds, purposes and names. Entries before
// since, counted from 0, make the opening balance and the rest the movement.
func (b *Book) Balances(since int) []Balance {
	at := map[Account]int{}
	var all []Balance
	add := func(entry int, a Account, amount money.Amount) {
		i, ok := at[a]
		if !ok {
			i = len(all)
			at[a] = i
			none := money.FromMinor(b.currency, 0)
			all = append(all, Balance{Account: a, Opening: none, Movement: none, Closing: none})
		}
		if entry < since {
			all[i].Opening = all[i].Opening.Add(amount)
		} else {
			all[i].Movement = all[i].Movement.Add(amount)
		}
	}
	for n, e := range b.entries {
		for _, l := range e.Legs {
			add(n, l.From, l.Amount.Neg())
			add(n, l.To, l.Amount)
		}
	}
	for i := range all {
		all[i].Closing = all[i].Opening.Add(all[i].Movement)
	}
	slices.SortFunc(all, func(x, y Balance) int { return x.compare(y.Account) })
	return all
}
