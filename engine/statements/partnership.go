package statements

import (
	"slices"
	"strings"

	"outturn/contracts/money"
)

// This file holds what a statement says of a partnership.

// PartnershipSum is who invests and who benefits, to date. The cash of the partners and Others come to nought together;
// what the sides have is what their partners have.
type PartnershipSum struct {
	Clause   string       `json:"clause"`
	Benefits []string     `json:"benefits"` // the figures of savings by which they benefit
	Partners []PartnerSum `json:"partners"`
	Sides    []PartnerSum `json:"sides"`  // local, exchequer, and taxpayer, who is both
	Others   money.Amount `json:"others"` // the cash of everybody else, received less paid
	Waits    []string     `json:"waits,omitempty"`
	Cure     []SidePay    `json:"cure,omitempty"` // the smallest payments by which nobody loses more than it signed for
	Uncured  money.Amount `json:"uncured"`        // what partners lose beyond that and the gains of others do not cover

	// What the contract asks to be worked out beside the money; see partnership_reported.go.
	Periods      []PartnershipPeriod `json:"periods,omitempty"`
	Spend        []SpendSum          `json:"spend,omitempty"`
	Indicators   []IndicatorSum      `json:"indicators,omitempty"`
	SmallNumbers int                 `json:"small_numbers,omitempty"`
}

// PartnerSum is one partner's position. Net is received and benefit less paid and in kind, what makes losses good among
// them.
type PartnerSum struct {
	Party     string        `json:"party,omitempty"`
	Side      string        `json:"side"`
	Paid      money.Amount  `json:"paid"`
	InKind    money.Amount  `json:"in_kind"`
	Received  money.Amount  `json:"received"`
	Benefit   money.Amount  `json:"benefit"`
	Net       money.Amount  `json:"net"`
	Returns   string        `json:"returns,omitempty"` // benefit and received over paid and in kind, exact; "" where nothing was put in
	LossLimit *money.Amount `json:"loss_limit,omitempty"`
	Short     *money.Amount `json:"short,omitempty"`     // what it loses beyond its limit
	MadeGood  *money.Amount `json:"made_good,omitempty"` // of net: what others paid to make its losses good, less what it paid for theirs

	Promised *money.Amount `json:"in_kind_promised,omitempty"` // to date, of what is in kind
	PaidIn   *money.Amount `json:"paid_in,omitempty"`          // what came in of Paid, as somebody tells
}

// SidePay is a payment by which one partner would make good another's loss.
type SidePay struct {
	From   string       `json:"from"`
	To     string       `json:"to"`
	Amount money.Amount `json:"amount"`
}

// PartnershipPeriod is what each partner put in and had of one period. The periods of a partner make what it put in and
// had to date.
type PartnershipPeriod struct {
	First    string          `json:"first"`
	Last     string          `json:"last"`
	Partners []PartnerPeriod `json:"partners"`
}

// PartnerPeriod is one partner's of one period: cash by the period in which what it is for falls.
type PartnerPeriod struct {
	Party    string       `json:"party"`
	Paid     money.Amount `json:"paid"`
	InKind   money.Amount `json:"in_kind"`
	Received money.Amount `json:"received"`
	Benefit  money.Amount `json:"benefit"`
}

// SpendSum is spending at one value of what it stands per. An amount is nil where it is not known.
type SpendSum struct {
	Of           string        `json:"of,omitempty"`
	Reactive     *money.Amount `json:"reactive,omitempty"`
	Preventative *money.Amount `json:"preventative,omitempty"`
}

// IndicatorSum is a figure that moves no money.
type IndicatorSum struct {
	Indicator string            `json:"indicator"`
	Called    string            `json:"called"`
	Figures   []IndicatorFigure `json:"figures"`
}

// IndicatorFigure is an indicator at one value of what it stands per. Count is it as a whole number of 0 or more, where it is
// one: a small one is not shown to those who may not see units.
type IndicatorFigure struct {
	Of    string `json:"of,omitempty"`
	Value string `json:"value"`
	Count *int64 `json:"count,omitempty"`
}

// Waits say so of what is told beside a position and is no part of it.
const SaidPromised, SaidPaidIn = "promised in kind", "paid in"

// Open are those of Waits that a position is made of: what is promised, and what came in of what is owed, are not.
func (p *PartnershipSum) Open() []string {
	return slices.DeleteFunc(slices.Clone(p.Waits), func(w string) bool {
		return strings.Contains(w, " "+SaidPromised+" is ") || strings.Contains(w, " "+SaidPaidIn+" is ")
	})
}
