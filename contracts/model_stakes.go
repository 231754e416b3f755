package contracts

import (
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// DayCount says what part of a year a period is.
type DayCount uint8

// Actual365 and Actual360: its days over so many. Thirty360: months of thirty days, of a year of 360.
const (
	Actual365 DayCount = iota + 1
	Actual360
	Thirty360
)

// StakeField is a figure read from a stake in a period.
type StakeField int

// StakePutIn is what was put in to date; StakeHad what it had in earlier periods; StakeGrowth its growth to date;
// StakeBalance what it is owed in this period: put in and growth less had.
const (
	StakePutIn StakeField = iota
	StakeHad
	StakeGrowth
	StakeBalance
)

// StakeColumns are the columns by which the figures of a stake are read, by StakeField.
var StakeColumns = []string{StakePutIn: "put_in", StakeHad: "had", StakeGrowth: "growth", StakeBalance: "balance"}

// String returns the column by which the figure is read.
func (f StakeField) String() string { return StakeColumns[f] }

// Stake is what one level of a capital stack has in a contract.
type Stake struct {
	Name, Called, Clause string
	Period               int           // the period series it stands per
	OpensWith, PutsIn    *formula.Expr // before the first period; in each; nil: nothing
	OnFirstDay           bool          // what is put in grows in its own period, and not only from the next
	Rate                 *formula.Expr // a year
	Compounds            bool          // growth grows; otherwise what it has meets the growth first
	Days                 DayCount
	HadBy                []int // payments
	Rounded              money.Rounding
}
