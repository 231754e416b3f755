// Package contracts is the outcomes contract as data: its terms, checked and resolved.
//
// A contract is written as one YAML document (JSON accepted), which language.Decode reads strictly, reporting every fault
// at once. The Contract it returns is resolved: every name has become an index into one of the slices below, every formula
// is checked and typed, so that whoever settles it looks nothing up by name. The language is described in README.md, and
// package sentences says a contract in words.
package contracts

import (
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// Edition is the version of the contract language this release writes and reads. Its meaning is frozen: a later
// release settles a contract of an old edition to the same bytes.
const Edition = 1

// Contract is a checked contract. Slices stand in document order, which means something only for Parties (ties),
// Caps (order of application) and the rows of a table; maps of the document are ordered by their first mention.
type Contract struct {
	Edition       int
	ID            string
	Currency      money.Currency
	First, Last   calendar.Date
	PaidElsewhere PaidElsewhere
	ToldBy        int           // kind of evidence that tells what another scheme paid, or -1: nothing tells of it
	Shadow        calendar.Span // days whose payments are worked out and shown, and paid by nobody; the zero span is none

	// ExclusiveWith are the ids of contracts that share a register of claims with this one: who was claimed first under one
	// of them is not paid for here, and nobody is before the register has answered. ToldBy is then the kind of its answers.
	ExclusiveWith []string
	Parties       []Party
	Calendar      Calendar
	Rounding      money.Rounding // how every sum of money becomes an amount
	Spare         Spare
	Periods       []Periods
	Units         []Unit
	Evidence      []Kind
	Cohorts       []Cohort
	Tables        []Table
	Assumptions   []Assumption
	Quantities    []Quantity
	Measures      []Measure
	Comparisons   []Comparison
	Baselines     []Baseline
	Savings       []Saving
	InKind        []InKind
	Payments      []Payment
	Divisions     []Division
	Accounts      []Account
	Stakes        []Stake
	Partnership   *Partnership // who invests and who benefits, or nil
	Caps          []Cap
	Checks        []Check
	Examples      []Example
	Refs          []Ref  // what the Slot of a formula's reference stands for
	Source        []byte // the document as it was read; its digest is the contract's version
	File          string // where it was read from, for faults only
}

// PaidElsewhere says what happens to an outcome that another scheme has already paid for.
type PaidElsewhere uint8

// The answers to "already paid by another scheme".
const (
	ElsewhereRefuse PaidElsewhere = iota + 1
	ElsewherePay
	ElsewhereDifference
)

// Party is somebody who pays or is paid. Each is the index of the unit type whose every unit is a party of its own
// (each organisation), or -1. SucceededBy is the party that stands in its place from SucceededOn on, or -1.
type Party struct {
	ID, Role, Name string
	Each           int
	ReleasesAfter  int // the party whose payments to the same payee are released before this one's, or -1
	SucceededBy    int
	SucceededOn    calendar.Date
}

// Heir is the party that stands in a party's place on a day: itself, or whoever has succeeded it by then.
func (c *Contract) Heir(party int, on calendar.Date) int {
	for party >= 0 && c.Parties[party].SucceededBy >= 0 && c.Parties[party].SucceededOn <= on {
		party = c.Parties[party].SucceededBy
	}
	return party
}

// Calendar says when a contract is settled and what evidence may still come.
type Calendar struct {
	Settle     int             // index into Periods: a statement covers one of these
	CutOff     calendar.Length // evidence learned up to this long after the last day settled is counted
	LastCutOff calendar.Date   // nothing is learned after this day: finality
	Run        string          // cron expression of the scheduled run, checked only for shape here
	Zone       string
	Holidays   *calendar.Holidays
}

// Spare says where pennies go that a division leaves over. Party is an index into Parties when a named party takes
// the residual, else -1: the largest remainder, ties in the order of the parties.
type Spare struct{ Party int }

// Periods is a named series of stretches of time, numbered from 1.
type Periods struct {
	Name   string
	Series calendar.Series
}

// Unit is a type of thing the contract counts. Units are pseudonymous keys.
type Unit struct {
	Name   string
	PartOf int // index of the unit type it is part of, or -1
	Facts  []Field
}

// Field is one typed fact of a unit or one thing an item of evidence says.
type Field struct {
	Name     string
	Type     formula.Type
	Choices  []string // of a Choice
	Optional bool     // an item may come without it: it is then not observed
}

// Groups reports whether units fall into groups by a fact, so that a figure may stand per it: a choice or a yes/no.
func (f *Field) Groups() bool { return f.Type == formula.Choice || f.Type == formula.YesNo }

// Belongs says what an item of evidence is about.
type Belongs uint8

// What an item may be about.
const (
	OfUnit Belongs = iota + 1
	OfRole
	OfContract
	OfCohort
)

// Form is the form of a kind of evidence.
type Form uint8

// Event happened on a day; Spell lasted from a day to a day; Reading says what was found for a day or period;
// ExaminedClaim is the answer to a claim that was examined, with the implied fields found (passed, failed) and
// outcome (the day of the outcome it is about; optional).
const (
	Event Form = iota + 1
	Spell
	Reading
	ExaminedClaim
)

// Silence is what no item of a kind means.
type Silence uint8

// No item means none happened (nought), or that nothing is known (unknown).
const (
	SilenceUnsaid Silence = iota
	SilenceNought
	SilenceUnknown
)

// Kind is a kind of evidence that may come.
type Kind struct {
	Name   string
	Of     Belongs
	Unit   int    // OfUnit: the unit type; OfCohort: index into Cohorts; else -1
	Role   string // OfRole
	Form   Form
	Says   []Field
	Each   int // index into Periods when there is one reading a period, else -1
	IfNone Silence
	ToldBy []string // who alone may tell it, as the service knows those who send; none: whoever is granted it
	Clause string
}

// Cohort is the definition of who counts. The members come from evidence.
type Cohort struct {
	Name, Called string
	Unit         int
	JoinedBy     int // kind whose first item is the joining day
	Where        *Condition
	Between      calendar.Span // joining days that count; the contract's term when not said
	CloseAt      int           // members at which a cohort closes, 0: never by number
	CloseAfter   *calendar.Length
	NextOpens    bool // a further cohort opens when one has closed
	Counts       Counts
	CountsWhere  *Condition // Counts == CountsCondition
	Clause       string
}

// Counts says which members count.
type Counts uint8

// Everyone who joined (intention to treat), those who meet a condition, or members who are only compared with.
const (
	CountsEveryone Counts = iota + 1
	CountsCondition
	CountsComparedOnly
)

// Level is what a figure stands per: at most one unit type, with facts, a cohort, period series and a role beside
// or instead of it. The zero Level is not the contract: use ContractLevel.
type Level struct {
	Unit    int   // unit type, or -1
	Facts   []int // indexes into the facts of FactUnit, in the order written
	FactOf  int   // the unit type the facts belong to, or -1
	Cohort  int   // index into Cohorts, or -1: per the numbered cohort
	Periods []int // indexes into Periods
	Role    string
}

// ContractLevel is the level of a figure that stands once, for the contract.
func ContractLevel() Level { return Level{Unit: -1, FactOf: -1, Cohort: -1} }

// Example is evidence and what is then due, which `outturn test` settles.
type Example struct {
	It       string
	AsAt     calendar.Date
	Evidence []ExampleItem
	Given    []Given
	Due      []DueExpected
	Line     int
}

// ExampleItem is one item of an example: the pairs as written, in order.
type ExampleItem struct {
	Keys, Values []string
	Line         int
}

// Given is one comparison's figures, stated instead of worked out.
type Given struct {
	Comparison int
	Cohort     int                             // its number, or 0 when the comparison stands for the contract
	Figures    map[CompareField]formula.Figure // those that are stated
}

// DueExpected is what an example says is due to a party, below nought when it pays. Party is the party's own id, or
// the key of the unit that is a party.
type DueExpected struct {
	Party  string
	Amount money.Amount
}

// ClaimedField is the field of the register's answers, and ClaimedElsewhere the place of the second of its two choices.
const (
	ClaimedField     = "claimed"
	ClaimedElsewhere = 1
)
