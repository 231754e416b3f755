package contracts

import "outturn/contracts/formula"

// This file holds the tests by which a saving is rated, and what a rating lets through.

// SavingTest is one test of a reported saving.
type SavingTest struct {
	Name   string
	Asks   string // what the test is of
	Itself string // what the program sees by itself, "" where somebody has to tell
}

// SavingTestsSource is where the tests are from, and what of them is not.
const SavingTestsSource = "after National Audit Office, Savings from operational PFI contracts (2013), Appendix Two; the predicates, the last four tests' wording and the share that a rating pays are this contract's"

// SavingTests are the tests of a saving, in the order of the list that they are from. The first six are its; of the other
// four it is known that they are asked, and not in which words.
var SavingTests = [10]SavingTest{
	{"data_quality", "quantities and unit costs come from a source that is named", "every figure of its chain is evidence, a checked or certified unit cost, an assumption of the register or a row of a table with a source"},
	{"properly_calculated", "the method is fit for it, and somebody else worked it out again", ""},
	{"net_of_costs", "what it cost is taken off, what it cost other programmes among it", "its costs are stated, and what they are elsewhere"},
	{"impact_on_services", "no service became worse by it", ""},
	{"realistic_baseline", "what it is measured against was approved before", "its counterfactual is a comparison or a baseline fixed beforehand, or made of assumptions that were decided before they applied"},
	{"not_reallocated", "the money is not spent on something like it elsewhere", ""},
	{"sustainable", "it lasts, and is no matter of timing", ""},
	{"realised", "it has come, and is not only planned", "a budget holder has told of some of it"},
	{"not_double_counted", "nobody counts it twice", "no other saving begins with the same figure for the same beneficiary"},
	{"in_scope", "it is a saving of what was agreed", ""},
}

// Rating is how far the tests bear a saving out.
type Rating uint8

// The ratings, the best first, by the scale that the National Audit Office uses for evidence.
const (
	RatingSufficient Rating = iota
	RatingPartial
	RatingInsufficient
	RatingCount
)

// String returns the rating's word.
func (r Rating) String() string {
	return [RatingCount]string{"sufficient", "partial", "insufficient"}[r]
}

// SavingRating is how a saving is rated: its tests, those that it must pass for a part of it to be let through, and how
// much each rating lets through.
type SavingRating struct {
	Tests   [len(SavingTests)]RatedTest
	Partial []int
	Pays    [RatingCount]*formula.Expr
}

// RatedTest is the answer to one test. Fails says why it is never passed, "" where it may be. Met is a yes/no quantity that
// must hold, or -1. Told is the cashed step's quantity, of which something must have been told, or -1.
type RatedTest struct {
	Fails string
	Met   int
	Told  int
}
