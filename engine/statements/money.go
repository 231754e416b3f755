package statements

import "outturn/contracts/money"

// This file holds what a statement says of money beside its payments: in kind, in streams, claimed twice, in the shadow.

// InKindSum is one contribution in kind to date. Nothing of it is paid, and none of it is in any total of money.
type InKindSum struct {
	Contribution string         `json:"contribution"`
	Clause       string         `json:"clause"`
	Sentence     string         `json:"sentence"`
	Figures      []InKindFigure `json:"figures"` // for each value of what it stands per
	Value        money.Amount   `json:"value"`   // of all
}

// InKindFigure is what was given at one value of what a contribution stands per: as much as was accepted, and no more
// than was offered, at the price.
type InKindFigure struct {
	Of       string       `json:"of,omitempty"`
	By       string       `json:"by"`
	To       string       `json:"to"`
	Offered  string       `json:"offered,omitempty"`
	Accepted string       `json:"accepted,omitempty"`
	Price    string       `json:"price,omitempty"`
	Value    money.Amount `json:"value"`
	Why      string       `json:"why,omitempty"` // it is not known, and counts for nothing yet
}

// OverlapSum is one cap that counts payments: how many units are claimed under each of them and under each two, before
// it, and what it refused.
type OverlapSum struct {
	Name     string        `json:"name"`
	Clause   string        `json:"clause"`
	Per      []string      `json:"per"` // what is counted: the unit, and the periods that the cap stands per
	Payments []OverlapLine `json:"payments"`
}

// OverlapLine is one payment's line of the matrix. With holds, for each payment in the cap's order, how many are claimed
// under both; for itself, how many under it.
type OverlapLine struct {
	Payment string       `json:"payment"`
	With    []int        `json:"with"`
	Refused int          `json:"refused"`
	Sum     money.Amount `json:"sum"` // what was refused comes to
}

// ElsewhereSum is what was not paid, or paid less of, since another scheme had paid for it.
type ElsewhereSum struct {
	Register string       `json:"register"` // as the evidence says it; or the kind of evidence that tells
	Payment  string       `json:"payment"`
	Outcomes int          `json:"outcomes"`
	Sum      money.Amount `json:"sum"` // of their prices, what was taken off
}

// ShadowSum is what the contract would come to if nothing of it were in the shadow, to date and settled at once.
type ShadowSum struct {
	Payments []ShadowPayment `json:"payments"` // those that the shadow changes
	Due      []ShadowParty   `json:"due"`      // every party, in the contract's order
}

// ShadowPayment is one payment with the shadow and without it. Shadow is WouldBe less ToDate.
type ShadowPayment struct {
	Payment string       `json:"payment"`
	Clause  string       `json:"clause"`
	Count   string       `json:"count,omitempty"` // outcomes that would be paid for, exact
	WouldBe money.Amount `json:"would_be"`
	ToDate  money.Amount `json:"to_date"`
	Shadow  money.Amount `json:"shadow"`
}

// ShadowParty is what a party would receive, below nought when it would pay.
type ShadowParty struct {
	Party   string       `json:"party"`
	WouldBe money.Amount `json:"would_be"`
	ToDate  money.Amount `json:"to_date"`
	Shadow  money.Amount `json:"shadow"`
}

// StreamSum is one stream to date: PutIn and PaidIn make Paid and Holds together. What is held back of its payments is
// in Paid and has not gone out.
type StreamSum struct {
	Stream       string       `json:"stream"`
	Clause       string       `json:"clause"`
	Owner        string       `json:"owner"`
	RestrictedTo string       `json:"restricted_to,omitempty"` // the one thing it may be spent on; "" for anything
	First        string       `json:"first"`                   // the days on which it may be spent
	Last         string       `json:"last"`
	PutIn        money.Amount `json:"put_in"`  // of its owner's: what it opened with and received
	PaidIn       money.Amount `json:"paid_in"` // by payments
	Paid         money.Amount `json:"paid"`
	HeldBack     money.Amount `json:"held_back"` // of what it paid
	Holds        money.Amount `json:"holds"`
	Blocked      []Blocked    `json:"blocked,omitempty"`
	Forecast     *Forecast    `json:"forecast,omitempty"` // nil once it has ended
}

// Blocked is a sum that a stream was asked for and did not pay, to date.
type Blocked struct {
	Payment string       `json:"payment"`
	Of      string       `json:"of,omitempty"`
	Period  int          `json:"period"` // of the stream's
	Amount  money.Amount `json:"amount"`
	Why     string       `json:"why"`
}

// Forecast carries on as the latest period went: what a stream pays and is paid in each period that is left, and what it
// still receives of its owner's by what the contract says already. Either it runs out, or something is left when it ends.
type Forecast struct {
	Pace    money.Amount `json:"pace"`               // what it paid in the latest period
	Inflow  money.Amount `json:"inflow"`             // what payments paid into it in the latest period
	Periods int          `json:"periods"`            // that are left
	ToCome  money.Amount `json:"to_come"`            // of its owner's, as far as it is known
	RunsOut string       `json:"runs_out,omitempty"` // the last day of the first period that it cannot pay whole
	Short   money.Amount `json:"short"`              // of what it would pay by its end
	Unspent money.Amount `json:"unspent"`            // when it ends
}
