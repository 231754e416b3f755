package main

import (
	"fmt"
	"io"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts/money"
	"outturn/engine/bookkeeping"
	"outturn/engine/ledger"
	"outturn/engine/statements"
)

// ledgerCmd prints the books of a folder's statements.
type ledgerCmd struct {
	Dir       string `arg:"" help:"Folder with contract.yaml and recorded statements."`
	Statement int    `help:"Which statement's movement; without it, the latest's." placeholder:"N"`
	JSON      bool   `help:"Print one JSON document." name:"json"`
}

// books are the balances before and after one statement, as a program reads them.
type books struct {
	Contract  string        `json:"contract"`
	Currency  string        `json:"currency"`
	Statement int           `json:"statement"`
	Through   string        `json:"through"`
	Succeeded []string      `json:"succeeded,omitempty"` // whose balances were carried over, and to whom
	Balances  []jsonBalance `json:"balances"`
	Sum       jsonBalance   `json:"sum"` // of money: nought in each column
}

type jsonBalance struct {
	Party    string       `json:"party,omitempty"`
	Account  string       `json:"account,omitempty"`
	Purpose  string       `json:"purpose,omitempty"`
	Stream   string       `json:"stream,omitempty"`
	Opening  money.Amount `json:"opening"`
	Movement money.Amount `json:"movement"`
	Closing  money.Amount `json:"closing"`
}

// Run prints the books, and finds something when they do not sum to nought.
func (cmd *ledgerCmd) Run(w terminal.World) error {
	return finding(w, cmd.run(w), cmd.JSON)
}

func (cmd *ledgerCmd) run(w terminal.World) error {
	f, err := openFolder(cmd.Dir, "", 0)
	if err != nil {
		return err
	}
	issued, _, err := f.statements()
	if err != nil {
		return err
	}
	defer issued.Close()
	number := cmd.Statement
	if number == 0 {
		number = len(issued.Stored)
	}
	if number < 1 || number > len(issued.Stored) {
		return terminal.Usage(fmt.Errorf("%s has %s recorded; outturn settle %s --record records one", cmd.Dir, terminal.Counted(len(issued.Stored), "statement"), cmd.Dir))
	}
	statements := make([]statements.Statement, number)
	for i := range statements {
		statements[i] = issued.Stored[i].Statement
	}
	book, err := bookkeeping.Books(f.contract, statements)
	if err != nil {
		return err
	}
	out := booksOf(f, number, statements[number-1].Through, book)
	if cmd.JSON {
		err = terminal.WriteJSON(w.Stdout, out)
	} else {
		_, err = io.WriteString(w.Stdout, printBooks(w, f, out))
	}
	if err == nil && !(out.Sum.Opening.IsZero() && out.Sum.Movement.IsZero() && out.Sum.Closing.IsZero()) {
		return fmt.Errorf("the books of %s do not sum to nought", f.contract.ID)
	}
	return err
}

func booksOf(f *folder, number int, through string, book *ledger.Book) books {
	none := money.FromMinor(f.contract.Currency, 0)
	out := books{Contract: f.contract.ID, Currency: f.contract.Currency.Code, Statement: number, Through: through, Balances: []jsonBalance{}, Sum: jsonBalance{Opening: none, Movement: none, Closing: none}}
	for _, e := range book.Entries() {
		if len(e.Legs) > 0 && e.Legs[0].For == ledger.CarriedOver {
			out.Succeeded = append(out.Succeeded, e.Ref)
		}
	}
	for _, b := range book.Balances(book.Before(bookkeeping.EntryName(number))) {
		out.Balances = append(out.Balances, jsonBalance{b.Party, b.Kind.String(), b.Purpose, b.Name, b.Opening, b.Movement, b.Closing})
		if b.Kind != ledger.InKind {
			out.Sum = jsonBalance{Opening: out.Sum.Opening.Add(b.Opening), Movement: out.Sum.Movement.Add(b.Movement), Closing: out.Sum.Closing.Add(b.Closing)}
		}
	}
	return out
}

func printBooks(w terminal.World, f *folder, b books) string {
	p := &terminal.Page{Width: w.Width(), Colour: w.Colour()}
	p.Heading(fmt.Sprintf("Books of %s after statement %d, through %s", b.Contract, b.Statement, terminal.Long(b.Through)))
	p.Line(2, "What each party has paid stands below nought, and what it was paid or has set aside above; so all of it sums to nought. What is held back stands below nought with whoever holds it, "+
		"and what is to be given back with whoever paid it.", terminal.Dim)
	for _, one := range b.Succeeded {
		p.Line(2, "All balances of "+terminal.Words(one)+".", terminal.Plain)
	}
	t := terminal.Table{Columns: []terminal.Column{{Title: "party", Flex: true}, {Title: "account"}, {Title: "opening", Right: true}, {Title: "movement", Right: true}, {Title: "closing", Right: true}}}
	show := func(a money.Amount) string { return a.Format(f.contract.Currency) }
	for _, x := range b.Balances {
		t.Add(terminal.Words(x.Party), accountWords(x), show(x.Opening), show(x.Movement), show(x.Closing))
	}
	t.Total = []string{"together", "", show(b.Sum.Opening), show(b.Sum.Movement), show(b.Sum.Closing)}
	p.Write(2, t)
	return p.Text.String()
}

// accountWords names one of a party's accounts: its kind, which it is, and what it may be spent on.
func accountWords(b jsonBalance) string {
	text := terminal.Words(b.Account)
	if b.Stream != "" {
		text += ", " + terminal.Words(b.Stream)
	}
	if b.Purpose != "" {
		text += ", for " + terminal.Words(b.Purpose)
	}
	return text
}
