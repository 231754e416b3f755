// Package report says what a partnership's board, and the accounting officer of each party, read of a settlement: who put in
// what, what was saved and whose it is, who invests and who benefits, what shifted and what was not counted twice. All of
// it is worked out from final statements as they were issued, and nothing of it moves money, so that the board's report,
// the officers' statements and the settlement say the same to the penny; each says at its end how it was held to that.
package report

import (
	"errors"
	"fmt"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// Input is what reports are made of.
type Input struct {
	Contract   *contracts.Contract
	Statements []statements.Statement // final ones, from the first; the last is reported
	Disputes   []Dispute              // of all of them
	Disputable bool                   // disputes are kept where this was made; else nothing is known of any
	Payments   []Payment              // of the last statement, where payments are kept
	Small      int                    // no count below it is shown, other than nought; the contract's own stands where it is higher; 0 shows all
}

// Dispute is a disagreement about a line, as a report names it: not whose line it is.
type Dispute struct {
	Dispute   string       `json:"dispute"`
	Statement int          `json:"statement"`
	Payment   string       `json:"payment"`
	Amount    money.Amount `json:"amount"`
	State     string       `json:"state"`
	Due       string       `json:"due,omitempty"` // the day by which the other side must act
}

// Payment is a posting of the last statement on its way to being paid.
type Payment struct {
	From, To, Payment, State string
	Amount, Disputed         money.Amount
}

// Report is all that is read of one statement.
type Report struct {
	Head
	Board    Board     `json:"board"`
	Officers []Officer `json:"officers"`
}

// Head says of what a report is.
type Head struct {
	Contract     string `json:"contract"`
	Version      string `json:"version"`
	Statement    int    `json:"statement"`
	Digest       string `json:"digest"` // the statement's
	Through      string `json:"through"`
	CutOff       string `json:"cut_off"`
	Currency     string `json:"currency"`
	SmallNumbers int    `json:"small_numbers"` // no count below it is shown; 0: all are
}

// maker is a report while it is made.
type maker struct {
	Input
	c       *contracts.Contract
	last    *statements.Statement
	flows   flows
	small   int
	savings []saving
	report  *Report
}

// New works a report out.
func New(in Input) (*Report, error) {
	m, err := newMaker(in)
	if err != nil {
		return nil, err
	}
	if m.savings, err = m.readSavings(); err != nil {
		return nil, err
	}
	if err := m.board(); err != nil {
		return nil, err
	}
	if err := m.officers(); err != nil {
		return nil, err
	}
	m.reconcile()
	return m.report, nil
}

func newMaker(in Input) (*maker, error) {
	if len(in.Statements) == 0 {
		return nil, errors.New("a report is of a statement, and there is none")
	}
	m := &maker{Input: in, c: in.Contract, small: Threshold(in.Contract, in.Small)}
	for i := range in.Statements {
		s := &in.Statements[i]
		if s.Status != "final" || s.Number != i+1 || s.Contract != m.c.ID {
			return nil, fmt.Errorf("statement %d of %s, %s: a report reads the final statements of %s from the first, without a gap", s.Number, s.Contract, s.Status, m.c.ID)
		}
	}
	var err error
	if m.last, err = inCurrency(&in.Statements[len(in.Statements)-1], m.c.Currency); err != nil {
		return nil, err
	}
	digest, err := m.last.Digest()
	if err != nil {
		return nil, err
	}
	m.report = &Report{Head: Head{Contract: m.last.Contract, Version: m.last.Version, Statement: m.last.Number, Digest: digest.String(),
		Through: m.last.Through, CutOff: m.last.CutOff, Currency: m.last.Currency, SmallNumbers: m.small}}
	m.flows, err = m.readFlows()
	return m, err
}

// none is nought in the contract's currency.
func (m *maker) none() money.Amount { return money.FromMinor(m.c.Currency, 0) }

// round makes an amount of an exact value by the contract's own rule.
func (m *maker) round(x money.Exact) (money.Amount, error) {
	return x.Amount(m.c.Currency, m.c.Rounding)
}

// party is a party of the contract by its id.
func (m *maker) party(id string) *contracts.Party {
	for i := range m.c.Parties {
		if m.c.Parties[i].ID == id {
			return &m.c.Parties[i]
		}
	}
	return nil
}

// partner is what the statement says of a party as a partner; nil for one that is none.
func (m *maker) partner(id string) *statements.PartnerSum {
	if m.last.Partnership == nil {
		return nil
	}
	for i := range m.last.Partnership.Partners {
		if p := &m.last.Partnership.Partners[i]; p.Party == id {
			return p
		}
	}
	return nil
}
