package contracts

// This file holds the terms of a checked contract that decide money: payments, divisions, caps and checks of claims.

import (
	"slices"

	"outturn/contracts/calendar"
	"outturn/contracts/formula"
)

// Payee names one end of a payment: a party, a role's party at the payment's level, a division among several, or an
// account, and then Party is its owner.
type Payee struct {
	Party    int // index into Parties, or -1
	Division int // index into Divisions, or -1
	Account  int // index into Accounts, or -1
	Name     string
}

// PaysOn says what part of the sum a hurdle lets through.
type PaysOn uint8

// The whole once the hurdle is passed; or the excess over it.
const (
	PaysWhole PaysOn = iota + 1
	PaysExcess
)

// Hurdle is the test a payment must pass.
type Hurdle struct {
	Test   Condition // one test
	PaysOn PaysOn
}

// StepOp is one thing done to a payment's sum.
type StepOp uint8

// Times a rate or number; less a rate of itself, or less a sum; not above, not below a sum; plus a sum.
const (
	StepTimes StepOp = iota + 1
	StepLess
	StepNotAbove
	StepNotBelow
	StepPlus
)

// Step is one thing done to a payment's sum, in the order listed.
type Step struct {
	Op   StepOp
	By   *formula.Expr
	Text string
}

// Due says when a payment falls due.
type Due struct {
	ClaimedBy   int              // kind of the claim, or -1: on evidence
	Within      *Window          // days on which a claim may be made
	ValidatedBy int              // kind of check that must have passed first, or -1
	Wait        *calendar.Length // falls due so long after
}

// PayFor says what a payment counts.
type PayFor uint8

// A measure (each outcome at its own day's price), a cohort (each unit on joining), a figure (number, days) at a
// price, a sum that a formula gives, what is left in an account (Index), or what partners lose beyond what they signed for.
const (
	ForMeasure PayFor = iota + 1
	ForCohort
	ForFigure
	ForSum
	ForLeftOver
	ForLosses
)

// Payment is one rule of payment: one sentence. No payment is ever below nought.
type Payment struct {
	Name, Called, Clause string
	From, To             Payee
	Per                  Level
	For                  PayFor
	Index                int           // ForMeasure, ForCohort
	Figure               *formula.Expr // ForFigure: what is counted
	Price                *formula.Expr // ForMeasure .. ForFigure
	Of                   *formula.Expr // ForSum
	When, Unless         *Condition
	Hurdle               *Hurdle
	Then                 []Step
	Due                  Due
	Held                 *Held
	Rest                 *Payee // to whom what is not earned is left, or nil
	Between              calendar.Span
	Eligible             *Condition    // from a stream: what must hold of the use, at the payment's level
	RestrictedTo         string        // what the payee may spend it on, or ""
	Shadow               calendar.Span // days of it that are worked out and shown, and paid by nobody, besides the contract's
	Sentence             string        // the rule as one English sentence, with its clause
}

// InShadow says whether what a payment comes to on a day is worked out and shown, and paid by nobody.
func (c *Contract) InShadow(payment int, day calendar.Date) bool {
	return !c.Shadow.First.IsZero() && c.Shadow.Contains(day) || !c.Payments[payment].Shadow.First.IsZero() && c.Payments[payment].Shadow.Contains(day)
}

// HasShadow says whether anything is in the shadow.
func (c *Contract) HasShadow() bool {
	return !c.Shadow.First.IsZero() || slices.ContainsFunc(c.Payments, func(p Payment) bool { return !p.Shadow.First.IsZero() })
}

// Held is what part of a payment is kept back, and until when. What was not released is not lost: it is paid once both
// the day has come and the condition holds, of the two whichever are stated.
type Held struct {
	Share        *formula.Expr // of the sum of a line
	ReleasedOn   *DayRef
	ReleasedWhen *Condition
}

// LeftOver says what becomes of what an account has not paid.
type LeftOver uint8

// It stays for the next period; it goes to a party at the end of each period; or at the end of the last.
const (
	LeftCarried LeftOver = iota + 1
	LeftEachPeriod
	LeftAtEnd
)

// Account is money that stands from period to period: a pot, a pool, a stream. It pays no more than it holds. Final
// says that what it paid is a fact from which later settlements start, never taken back. Whoever is paid what is left
// is paid by a payment of its own, named for the account, which stands after the contract's own payments.
type Account struct {
	Name, Called, Clause string
	Owner                int
	Period               int           // the period series it stands per
	OpensWith, Receives  *formula.Expr // at the start; in each period; nil: nothing
	LeftOver             LeftOver
	LeftTo               int // party, or -1
	Final                bool

	// A stream is an account that says what its money may be spent on. It receives its owner's money and pays for uses
	// within Between, whole periods of its series, and pays for nothing that is not eligible.
	Stream       bool
	RestrictedTo string // the one thing that its money may be spent on; "" for anything
	Between      calendar.Span
}

// Division is how one sum falls among several parties.
type Division struct {
	Name, Called, Clause string
	Tranches             []Tranche
}

// Tranche is filled before the next. Parties are indexes; Weights stand beside them; Claim, when set, is the most
// each may take of it.
type Tranche struct {
	Parties []int
	Weights []*formula.Expr
	Claim   *formula.Expr
}

// OneFigure says whether a tranche is shared by one figure that each of its parties has.
func (t *Tranche) OneFigure() bool {
	return len(t.Weights) > 0 && t.Weights[0].Op != formula.OpLiteral && !slices.ContainsFunc(t.Weights, func(e *formula.Expr) bool { return e != t.Weights[0] })
}

// CapOrder says in which order a cap is filled.
type CapOrder uint8

// By day of a kind or measure; as the payments are listed; in proportion; or the largest sum first.
const (
	OrderDays CapOrder = iota + 1
	OrderListed
	OrderProRata
	OrderLargest
)

// Beyond says what becomes of what a cap leaves out.
type Beyond uint8

// Cut: the sum that crosses the line is paid in part. Refuse: it is not paid at all. Falls: another party pays it.
const (
	BeyondCut Beyond = iota + 1
	BeyondRefuse
	BeyondFalls
)

// Places says whether a place under a cap that was settled can be displaced by an earlier claim that is learned later.
type Places uint8

// Stand: what was settled keeps its place. Move: places are given anew each time.
const (
	PlacesStand Places = iota + 1
	PlacesMove
)

// Cap is the most that may be paid, across payments.
type Cap struct {
	Name     string // "cap 1", in the order written, unless it is called something
	Over     []int  // payments
	Per      Level
	Counting int  // unit type when places are counted and not money, else -1
	Claims   bool // what is counted is payments: how many of them are paid for a unit
	NotAbove *formula.Expr
	Order    CapOrder
	Days     []DayRef // OrderDays
	Payer    int      // the party whose payments and parts of payments it limits, or -1: everybody's
	Beyond   Beyond
	BeyondTo int // BeyondFalls: the party that pays what is beyond, else -1
	Places   Places
	Dated    *DayRef // Per a period: which day charges it
	Clause   string
}

// Payers are the parties that a payment takes money from, in the contract's order: its payer, each of a division or a
// role, and whoever pays what is beyond a cap on one of them.
func (c *Contract) Payers(payment int) []int {
	from := &c.Payments[payment].From
	var all []int
	switch {
	case c.Payments[payment].For == ForLosses:
		for _, p := range c.Partnership.Partners {
			all = append(all, p.Party)
		}
	case from.Party >= 0:
		all = append(all, from.Party)
	case from.Division >= 0:
		for _, t := range c.Divisions[from.Division].Tranches {
			all = append(all, t.Parties...)
		}
	default: // a role's party at the payment's level: whoever has the role
		for p := range c.Parties {
			if c.Parties[p].Role == from.Name {
				all = append(all, p)
			}
		}
	}
	for i := range c.Caps {
		if k := &c.Caps[i]; k.Beyond == BeyondFalls && slices.Contains(k.Over, payment) && slices.Contains(all, k.Payer) {
			all = append(all, k.BeyondTo)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// AllPayments are those that stand under a cap or a check of all: what limits payments does not keep losses from being made
// good.
func (c *Contract) AllPayments() []int {
	var all []int
	for i := range c.Payments {
		if c.Payments[i].For != ForLosses {
			all = append(all, i)
		}
	}
	return all
}

// ErrorBy says how an error rate is worked out.
type ErrorBy uint8

// By the number of claims, or by the money on them.
const (
	ErrorByClaims ErrorBy = iota + 1
	ErrorByMoney
)

// Recovers says what a found error recovers.
type Recovers uint8

// Only the errors that were found, or the rate carried over to what was not examined.
const (
	RecoversFound Recovers = iota + 1
	RecoversExtrapolated
)

// Check is the examination of claims by sample.
type Check struct {
	Name, Called, Clause string
	Over                 []int
	Per                  Level
	Dated                *DayRef
	FoundBy              int            // kind of form ExaminedClaim
	SampleShare          formula.Figure // the least share of the claims that must be examined
	SampleAtLeast        int
	Drawn                string
	Error                ErrorBy
	Recovers             Recovers
}

// PaymentIndex is which payment has a name, or -1.
func (c *Contract) PaymentIndex(name string) int {
	for i := range c.Payments {
		if c.Payments[i].Name == name {
			return i
		}
	}
	return -1
}

// EndName names one end of a payment as the contract does: its party, or whatever stands for several.
func (c *Contract) EndName(e *Payee) string {
	if e.Party >= 0 {
		return c.Parties[e.Party].ID
	}
	return e.Name
}
