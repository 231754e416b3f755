package contracts

import (
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
)

// Side says whose a partner's money is.
type Side string

// SideLocal: a local body's. SideExchequer: a department's, or the Exchequer's own.
const (
	SideLocal     Side = "local"
	SideExchequer Side = "exchequer"
)

// Partnership is the partners of a contract, the savings by which they benefit, and what their board reads beside.
type Partnership struct {
	Partners     []Partner // in the order of the parties
	Benefits     []SavingPart
	By           int   // index into Periods: positions are worked out by these too; -1: only to date
	Spend        Spend // what is spent on mending and on preventing
	Indicators   []int // quantities that move no money
	SmallNumbers int   // reports show no count below it; 0: whoever prints one says
	BelowLimit   BelowLimit
	Clause       string
}

// MadeGood says how those who gain make losses good.
type MadeGood uint8

// ProRata: each pays in proportion to what it gains, and where the gains do not cover all, of each loss beyond a limit the
// same part is made good. AsListed: in the order of the parties, each as far as its gain goes, and so whose loss is made good.
const (
	ProRata MadeGood = iota + 1
	AsListed
)

// LossesMadeGood is the payment by which losses beyond a limit are made good. It stands after the contract's own payments.
const LossesMadeGood = "losses_made_good"

// BelowLimit says what becomes of what a partner loses beyond its limit. The zero BelowLimit shows it, and the payments that
// would cure it, and pays nothing.
type BelowLimit struct {
	MadeGood MadeGood
	From     calendar.Date // settlements through this day or later make good
}

// Spend is spending of two kinds: on what went wrong, and on keeping it from going wrong. Both are quantities that stand
// per the same, or both -1.
type Spend struct{ Reactive, Preventative int }

// Partner is one of them. InKind is what it put in in staff, places and time beside the contract's
// contributions in kind: counted, and never paid; Promised what it
// said it would. PaidIn is what came in of what it owes, as somebody tells. LossLimit is the most that it signed to lose.
// Each is nil where nothing is said, the last where it signed for any loss.
type Partner struct {
	Party            int
	Side             Side
	InKind, Promised *formula.Expr
	PaidIn           *formula.Expr
	LossLimit        *formula.Expr
}
