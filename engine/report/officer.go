package report

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/bookkeeping"
)

// Officer is the statement of one party's accounting officer: what it owes and is owed, what it put in, what was saved that
// is its own, how its accounts moved, and what waits for its word.
type Officer struct {
	Party        string       `json:"party"`
	Name         string       `json:"name,omitempty"`
	Role         string       `json:"role"`
	Owes         []Due        `json:"owes"` // now
	Owed         []Due        `json:"owed"`
	OwesNow      money.Amount `json:"owes_now"`
	OwedNow      money.Amount `json:"owed_now"`
	NetNow       money.Amount `json:"net_now"` // owed less owes
	NetToDate    money.Amount `json:"net_to_date"`
	Contribution Contribution `json:"contribution"`
	Savings      []OwnSaving  `json:"savings"`
	Position     *Position    `json:"position,omitempty"` // where it is a partner
	Ledger       []Account    `json:"ledger"`
	Awaits       []Awaits     `json:"awaits"`
	Disputes     []Dispute    `json:"disputes"`

	Reconciliation []Agreement `json:"reconciliation"`
}

// Due is what a party owes another, or is owed: below nought it comes back. Payments whose counts are small stand together.
type Due struct {
	Party    string       `json:"party"`
	Payments []string     `json:"payments"`
	Amount   money.Amount `json:"amount"`
}

// OwnSaving is a party's part of a saving, as its class is.
type OwnSaving struct {
	Share
	Class  string `json:"class"`
	Budget string `json:"budget"`
	Origin string `json:"origin"`
	State  string `json:"state"`
}

// Account is an account of the party in the ledger: what it held before the statement, what moved, what it holds.
type Account struct {
	Account  string       `json:"account"`
	Purpose  string       `json:"purpose,omitempty"`
	Stream   string       `json:"stream,omitempty"` // which of several
	Opening  money.Amount `json:"opening"`
	Movement money.Amount `json:"movement"`
	Closing  money.Amount `json:"closing"`
}

// Awaits is something that waits for the party's word.
type Awaits struct {
	What   string        `json:"what"`
	Amount *money.Amount `json:"amount,omitempty"`
	Why    string        `json:"why"`
}

func (m *maker) officers() error {
	book, err := bookkeeping.Books(m.c, m.Statements)
	if err != nil {
		return err
	}
	balances := book.Balances(book.Before(bookkeeping.EntryName(len(m.Statements))))
	for i := range m.c.Parties {
		p := &m.c.Parties[i]
		o := Officer{Party: p.ID, Name: p.Name, Role: p.Role, Savings: []OwnSaving{}, Ledger: []Account{}, Awaits: []Awaits{}, Disputes: []Dispute{}}
		o.OwesNow, _ = m.sum(from(p.ID))
		o.OwedNow, _ = m.sum(to(p.ID))
		o.NetNow = o.OwedNow.Sub(o.OwesNow)
		_, paid := m.sum(from(p.ID))
		_, had := m.sum(to(p.ID))
		o.NetToDate = had.Sub(paid)
		o.Owes = m.dues(from(p.ID), func(f *flow) string { return f.to })
		o.Owed = m.dues(to(p.ID), func(f *flow) string { return f.from })
		o.Contribution = m.contribution(p.ID)
		m.ownSavings(&o)
		if x := m.report.Board.Matrix; x != nil {
			if at := slices.IndexFunc(x.Partners, func(p Position) bool { return p.Party == o.Party }); at >= 0 {
				o.Position = &x.Partners[at]
			}
		}
		for _, b := range balances {
			if b.Party == p.ID {
				o.Ledger = append(o.Ledger, Account{b.Kind.String(), b.Purpose, b.Name, b.Opening, b.Movement, b.Closing})
			}
		}
		m.awaits(&o)
		for _, d := range m.Disputes {
			if slices.ContainsFunc(m.flows, func(f flow) bool { return f.payment == d.Payment && (f.from == p.ID || f.to == p.ID) }) {
				o.Disputes = append(o.Disputes, d)
			}
		}
		m.report.Officers = append(m.report.Officers, o)
	}
	return nil
}

// dues lists what moves now, by the party at the other end.
func (m *maker) dues(is func(*flow) bool, other func(*flow) string) []Due {
	hidden := m.hiddenPayments().payments
	var order []string
	by := map[string][]*flow{}
	for i := range m.flows {
		f := &m.flows[i]
		if !is(f) || f.now.IsZero() {
			continue
		}
		if by[other(f)] == nil {
			order = append(order, other(f))
		}
		by[other(f)] = append(by[other(f)], f)
	}
	out := []Due{}
	for _, party := range order {
		out = append(out, together(party, by[party], hidden)...)
	}
	return out
}

// together lists a pair's payments, those of small counts as one. Where there is but one of these, all stand as one: what is
// due has to be paid, and so its sum is always said.
func together(party string, fs []*flow, hidden map[string]bool) []Due {
	few := 0
	for _, f := range fs {
		if hidden[f.payment] {
			few++
		}
	}
	var out []Due
	at := -1
	for _, f := range fs {
		if few == 0 || few > 1 && !hidden[f.payment] {
			out = append(out, Due{party, []string{f.payment}, f.now})
			continue
		}
		if at < 0 {
			at, out = len(out), append(out, Due{party, nil, f.now})
			out[at].Payments = []string{f.payment}
			continue
		}
		out[at].Payments, out[at].Amount = append(out[at].Payments, f.payment), out[at].Amount.Add(f.now)
	}
	return out
}

// ownSavings are the party's parts of what was saved.
func (m *maker) ownSavings(o *Officer) {
	for i := range m.savings {
		s := &m.savings[i]
		for _, share := range s.shares {
			if share.Party == o.Party {
				o.Savings = append(o.Savings, OwnSaving{share.shown(s.Hidden), s.Class, s.Budget, s.Origin, s.State})
			}
		}
	}
}

// awaits lists what waits for the party's word: a budget that could be cut and of which nobody says that it was, figures of
// its own that are not known, cash that has not come in, payments to prepare and release.
func (m *maker) awaits(o *Officer) {
	for _, s := range o.Savings {
		if s.Awaits != nil && !s.Awaits.IsZero() {
			o.Awaits = append(o.Awaits, Awaits{"saving " + s.Saving, s.Awaits, "could be taken out of its budget, and it has not said that it was"})
		}
	}
	m.awaitsValidation(o)
	if m.last.Partnership != nil {
		for _, waits := range m.last.Partnership.Waits {
			for _, of := range []string{"in kind", "promised in kind", "paid in"} {
				for _, verb := range []string{"put in ", ""} {
					if prefix := fmt.Sprintf("what %s %s%s is ", o.Party, verb, of); len(waits) > len(prefix) && waits[:len(prefix)] == prefix {
						o.Awaits = append(o.Awaits, Awaits{What: "what it " + verb + of, Why: waits[len(prefix):]})
					}
				}
			}
		}
	}
	if c := o.Contribution; c.Outstanding != nil && c.Outstanding.Sign() > 0 {
		o.Awaits = append(o.Awaits, Awaits{"cash", c.Outstanding, "owed to date and not told to have come in"})
	}
	for _, p := range m.Payments {
		if p.From == o.Party && p.State != "released" {
			amount := p.Amount
			o.Awaits = append(o.Awaits, Awaits{"payment " + p.Payment + " to " + p.To, &amount, paymentWaits(p.State)})
		}
	}
}

// awaitsValidation lists what the party is to validate.
func (m *maker) awaitsValidation(o *Officer) {
	for i := range m.savings {
		s := &m.savings[i]
		at := slices.IndexFunc(s.terms.Steps, func(one contracts.SavingStep) bool { return one.Name == "found_valid" })
		if at < 0 || s.Avoided == nil || s.Avoided.IsZero() {
			continue
		}
		if teller := m.c.Teller(m.c.Quantities[s.terms.Steps[at].Quantity].Source.Index); teller >= 0 && m.c.Parties[teller].ID == o.Party {
			one := Awaits{What: "saving " + s.Saving.Saving, Amount: s.Avoided, Why: "it has not validated it"}
			if s.Hidden {
				one.Amount = nil
			}
			o.Awaits = append(o.Awaits, one)
		}
	}
}

// paymentWaits says what a payment in a state waits for.
func paymentWaits(state string) string {
	switch state {
	case "due":
		return "to be prepared by one person and released by another"
	case "prepared":
		return "to be released by another person than prepared it"
	}
	return "it is " + state
}
