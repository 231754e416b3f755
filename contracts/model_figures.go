package contracts

// This file holds the figures of a checked contract: what names stand for, windows, quantities, conditions, tables,
// measures and comparisons.

import (
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// RefKind says what a reference in a formula, condition or table stands for.
type RefKind uint8

// What a name may stand for. Index and Field of a Ref mean, in turn: quantity; table and column given; kind and field
// (bare: one item stands within the reader's level); unit type and fact; measure (number of times; yes/no once in a
// condition); cohort; period series (the number of the period); comparison and CompareField; check and CheckField;
// payment (its total within the reader's level, after caps); account and AccountField; kind (the day of the item an `on` or the joining looks
// at); unit type (the unit's own key).
const (
	RefQuantity RefKind = iota + 1
	RefTable
	RefField
	RefFact
	RefMeasure
	RefCohort
	RefPeriod
	RefComparison
	RefCheck
	RefPayment
	RefItemDay
	RefUnitKey
	RefMeasureDay
	RefRole // in a table's by: the party of the reader's level
	RefAccount
	RefStake // Field: a StakeField
)

// Ref is one thing a name stands for. Two equal names have one Ref.
type Ref struct {
	Name    string // as written: name or name.column
	Kind    RefKind
	Index   int
	Field   int
	Type    formula.Type
	Choices []string // of a Choice
}

// CheckField is a figure read from a check of claims.
type CheckField int

// ErrorRate is the share of the examined that failed (by claims or by money); Unchecked is the money paid on claims
// outside the sample.
const (
	CheckErrorRate CheckField = iota
	CheckUnchecked
)

// AccountField is a figure read from an account in a period.
type AccountField int

// AccountReceived is what came in to date, this period's included; AccountPaid what it paid in earlier periods;
// AccountBalance what it opened with and received less what it paid: what can be paid in this period.
const (
	AccountReceived AccountField = iota
	AccountPaid
	AccountBalance
)

// DayKind says which day a window or a dated term looks at.
type DayKind uint8

// DayItem: the item in hand if it is of that kind, else the unit's first item of the kind (Index: kind). DayMeasure:
// the outcome in hand if it is of that measure, else the day the measure was first met (Index). DayQuantity: a date quantity (Index: quantity). DayFixed: a date written
// in the contract. DayMet: the day of the outcome in hand. DayLearned: the day the item in hand was learned.
// DayPeriod: the first day of the reader's period (Index: period series).
const (
	DayItem DayKind = iota + 1
	DayMeasure
	DayQuantity
	DayFixed
	DayMet
	DayLearned
	DayPeriod
	DayCohort // the day the unit joined (Index: cohort)
)

// DayRef is a day, by what it is the day of.
type DayRef struct {
	Kind  DayKind
	Index int
	Fixed calendar.Date
	Name  string
}

// Edge is how a window stands to its day.
type Edge uint8

// Beginning and ending with a day count that day; after and before do not. Fixed windows name both ends.
const (
	BeginningWith Edge = iota + 1
	After
	EndingWith
	Before
	FixedWindow
)

// Window is a stretch of time relative to a day. With neither Length nor Series it has no end: it runs, and what is
// gathered in it is known each day.
type Window struct {
	Length *calendar.Length
	Series int // index into Periods when the length is counted in them (3 school_terms), else -1
	Count  int // how many of Series
	Edge   Edge
	Day    DayRef
	Fixed  calendar.Span
	Text   string // as written
}

// Head is what a quantity does.
type Head uint8

// To gather: Count, Total, Mean, Latest, Lowest, Highest. Of time: SpellsOf (sets of days), DaysOf (covered days),
// RunOf (longest unbroken run, in days, tested against months too), FirstGap (the first day not covered). To combine: Is. To judge: MetWhen.
const (
	Count Head = iota + 1
	Total
	Mean
	Latest
	Lowest
	Highest
	SpellsOf
	DaysOf
	RunOf
	FirstGap
	Is
	MetWhen
	Lasting // a figure of earlier periods, each as much of it as lasts: a step of a saving
	Rated   // what a saving's rating lets through of the step before it

	Standing     // the surest of a provisional, a certified and a reconciled figure that is known
	StandingWord // which of these that is

	// Steps of baselines and of the savings that rest on them. ReadOf: how many values there are, and no more than Is;
	// Variance: of the values; Root: of a formula; GradeOf: the worst of the grades of Keeps, where a rate is an error and
	// has the grade of its size; CorrectionOf: what that grade takes off; Approved: the formula once its parties have
	// approved it, and till then what it was applied to.
	ReadOf
	Variance
	Root
	GradeOf
	CorrectionOf
	Approved
)

// SourceKind says what a gathering head gathers.
type SourceKind uint8

// Items of a kind (Count: how many; otherwise Field of each); units of a type; members of a cohort; times a measure
// was met; values of a figure that stands per something finer (Slot).
const (
	FromItems SourceKind = iota + 1
	FromUnits
	FromCohort
	FromMeasure
	FromFigure
)

// Source is what is gathered.
type Source struct {
	Kind  SourceKind
	Index int // kind, unit type, cohort, measure
	Field int // FromItems: the field, or -1
	Slot  int // FromFigure
}

// Quantity is a named figure: one head and what narrows it.
type Quantity struct {
	Name, Called, Clause string
	Head                 Head
	Source               Source
	Except               int // SpellsOf: kind whose spells are taken away, or -1
	Bridging             int // SpellsOf: gaps of up to so many days are closed
	Is                   *formula.Expr
	Saving               int             // Rated: whose rating
	Lag                  int             // Lasting: periods before it begins
	Parts                []*formula.Expr // Lasting: what is left of it in the period in which it begins, and in each after; Rated: what each rating lets through; Standing: by standing, nil where not said
	Also                 []int           // quantities that it reads beside these: Rated, its tests; StandingWord, whose standing it is
	Keeps                []*formula.Expr // GradeOf, CorrectionOf: the grades
	Sample               *Sample         // gathered from those that were read, and from nobody else
	Approval             *Approval       // Approved
	Met                  *Condition
	Where                *Condition // on the item, unit or outcome gathered
	NeutralIf            *Condition
	IfNone               Silence   // of a finer figure: what it is when there is nothing finer to gather
	IfUnknown            IfUnknown // what an unknown part makes of it
	In                   *Window
	RunOut               *calendar.Length
	Per                  Level
	Dated                *DayRef // gathered by period: which day says in which
	ToDate               bool
	NotBelow, NotAbove   *formula.Expr
	Rounded              money.Rounding // zero: exact
	Type                 formula.Type

	SaidExact bool // rounded: exact was written, so that Choices lists it
}

// IfUnknown says what becomes of a figure of which a part was not observed.
type IfUnknown uint8

// It is unknown too (and never pays and never deducts), or it is left out: neutral, and a step that would use it is
// not applied and the line says so.
const (
	UnknownStays IfUnknown = iota
	UnknownLeftOut
)

// CondOp is how a condition's parts stand together, or that it is a single test.
type CondOp uint8

// A condition is all of its parts, any of them, the contrary of one, or one test.
const (
	AllOf CondOp = iota + 1
	AnyOf
	Not
	Test
)

// TestOp is the word of a test.
type TestOp uint8

// The words of tests. OneOf compares with listed values (a single value is a list of one); Observed asks whether the
// figure is known.
const (
	AtLeast TestOp = iota + 1
	MoreThan
	AtMost
	LessThan
	OneOf
	Observed
	NotObserved
)

// Passes reports whether a figure passes the test that lies below its bound (order < 0), on it or above it, as Cmp says.
// A test without a bound is passed by none.
func (t TestOp) Passes(order int) bool {
	switch t {
	case AtLeast:
		return order >= 0
	case MoreThan:
		return order > 0
	case AtMost:
		return order <= 0
	case LessThan:
		return order < 0
	default: // one of a list, observed, not observed
		return false
	}
}

// Condition is a test of a figure, or several together. A condition on a figure that is not yet known is not yet
// known; on one that is unknown, unknown; a neutral part is left out.
type Condition struct {
	Op     CondOp
	Parts  []Condition
	Slot   int // the figure tested
	Test   TestOp
	Bound  *formula.Expr    // AtLeast .. LessThan
	Values []formula.Figure // OneOf
	Texts  []string         // OneOf on a unit's own key
	Text   string           // the test as words: "at least 85%"
}

// Reads says how a table by a number is read.
type Reads uint8

// Step: the row a figure falls in. Slice: each slice of the figure at its own rate. StraightLine: between points.
const (
	ReadsStep Reads = iota + 1
	ReadsSlice
	ReadsStraightLine
)

// Column is one column of a table by which a row is found.
type Column struct {
	Name string
	Slot int
	Type formula.Type
}

// Match is what a row says of one by-column: nil Values and no Test is "any".
type Match struct {
	Any    bool
	Values []formula.Figure
	Texts  []string // by a unit's own key or a party
	Test   *Condition
}

// Row is one row of a table. From is the first day it applies to, zero: always.
type Row struct {
	Match  []Match // one per column; nil on the otherwise row
	From   calendar.Date
	UpTo   *formula.Figure // the upper end of this row's stretch of the banded column
	Below  bool            // the upper end itself is in the next row's stretch
	Values []*formula.Expr // one per thing given
	Line   int
}

// Table holds prices, shares, thresholds, choices and dated terms. Of the rows that match, the particular prevails
// over the general, then the later From over the earlier.
type Table struct {
	Name, Called, Clause, Source string
	By                           []Column
	Dated                        *DayRef
	Gives                        []Field // one unnamed (Name "is") or several
	Reads                        Reads
	Band                         int // the column that rows divide into stretches, or -1
	ForEach                      *formula.Figure
	Rows                         []Row
	Otherwise                    *Row
	Per                          Level // the level its columns settle at
}

// MeasureForm is how a measure finds its days.
type MeasureForm uint8

// On each item of a kind, when a condition holds; as soon as a condition over running figures holds; the first item
// of any listed kind; each item; or at every further length of an unbroken run.
const (
	OnItem MeasureForm = iota + 1
	AsSoonAs
	FirstItem
	EachItem
	EveryRun
)

// Measure is an outcome: the days on which a unit met a test.
type Measure struct {
	Name, Called, Clause string
	Form                 MeasureForm
	Kinds                []int // OnItem (one), FirstItem, EachItem
	When                 *Condition
	Every                calendar.Length // EveryRun
	Run                  int             // EveryRun: index of the spells quantity
	RestartsOn           int             // EveryRun: kind whose item starts the count anew, or -1
	RestartsFrom         calendar.Length // only one so long after the count began, or later
	In                   *Window
	Until                *DayRef
	NotAbove             *formula.Expr // at most so many times, or nil
	IfAllNeutral         AllNeutral
	Per                  Level // always a unit
}

// AllNeutral says what a test is worth of which every limb was left out.
type AllNeutral uint8

// Every limb neutral: met, or not met. Unsaid is allowed only where no limb can be neutral.
const (
	NeutralUnsaid AllNeutral = iota
	NeutralMet
	NeutralNotMet
)

// Standings are how far a figure is settled, the least sure first.
var Standings = []string{"provisional", "certified", "reconciled"}
