package contracts

import (
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// This file holds the baselines of a checked contract: what would be spent, or happen, if nothing changed, as the
// parties agreed to find it. As with savings, each step is a quantity of the contract.

// Baseline is one baseline. Its steps stand in order; the last is what is expected once it has been adjusted.
type Baseline struct {
	Name, Called, Clause, Source string
	Per                          Level
	FixedOn                      calendar.Date
	Grade                        int     // of the data
	Sample                       *Sample // nil: stated
	Adjustments                  []Adjustment
	Steps                        []SavingStep
}

// Takes says which figure of a sample is the baseline.
type Takes string

// The estimate, or an end of its interval.
const (
	TakesEstimate Takes = "estimate"
	TakesLow      Takes = "low"
	TakesHigh     Takes = "high"
)

// Sample is the cases that a baseline was read from.
type Sample struct {
	Cohort    int // of those that were read
	Slot      int // the figure of each
	AtLeast   int // how many must have been read
	ByLot     bool
	Finite    bool // the standard error is of a sample out of a finite number
	StandsFor *formula.Expr
	Critical  money.Exact
	Rounded   money.Rounding
	Takes     Takes
}

// Adjustment is what is done to a baseline after it was found. One that is not routine waits for its approval.
type Adjustment struct {
	Name, Clause string
	Op           StepOp // StepTimes, StepPlus, StepLess
	By           *formula.Expr
	Approval     *Approval // nil: routine
}

// Approval is who must approve an adjustment, and by which kind of evidence each of them says so. Where the kind says an
// amount, that is what is approved: field Amount, or -1.
type Approval struct {
	Parties      []int
	Kind, Amount int
}

// Columns are the names of a baseline's steps.
func (b *Baseline) Columns() []string {
	names := make([]string, len(b.Steps))
	for i := range b.Steps {
		names[i] = b.Steps[i].Name
	}
	return names
}
