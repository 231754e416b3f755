// Package contracts is the outcomes contract as data: its terms, its file format, its validation and its sentences.
//
// A contract is one YAML document (JSON accepted). Decode reads it strictly and reports every fault at once; the
// Contract it returns is resolved: every name has become an index into one of the slices below, every formula is
// checked and typed, so that whoever settles it looks nothing up by name. The language is described in README.md.
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
	Parties       []Party
	Calendar      Calendar
	Rounding      money.Rounding // how every sum of money becomes an amount
	Spare         Spare
	Periods       []Periods
	Units         []Unit
	Evidence      []Kind
	Cohorts       []Cohort
	Tables        []Table
	Quantities    []Quantity
	Measures      []Measure
	Comparisons   []Comparison
	Payments      []Payment
	Divisions     []Division
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
// (each organisation), or -1.
type Party struct {
	ID, Role, Name string
	Each           int
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

// RefKind says what a reference in a formula, condition or table stands for.
type RefKind uint8

// What a name may stand for. Index and Field of a Ref mean, in turn: quantity; table and column given; kind and field
// (bare: one item stands within the reader's level); unit type and fact; measure (number of times; yes/no once in a
// condition); cohort; period series (the number of the period); comparison and CompareField; check and CheckField;
// payment (its total within the reader's level, after caps); kind (the day of the item an `on` or the joining looks
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

// CompareField is a figure read from a comparison.
type CompareField int

// Effect is 1 - treated/comparison, a rate; Treated and Comparison are means a unit; UnitCount is the treated units.
const (
	CompareEffect CompareField = iota
	CompareTreated
	CompareComparison
	CompareUnits
)

// CheckField is a figure read from a check of claims.
type CheckField int

// ErrorRate is the share of the examined that failed (by claims or by money); Unchecked is the money paid on claims
// outside the sample.
const (
	CheckErrorRate CheckField = iota
	CheckUnchecked
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
	Met                  *Condition
	Where                *Condition // on the item, unit or outcome gathered
	NeutralIf            *Condition
	IfUnknown            IfUnknown // what an unknown part makes of it
	In                   *Window
	RunOut               *calendar.Length
	Per                  Level
	Dated                *DayRef // gathered by period: which day says in which
	ToDate               bool
	NotBelow, NotAbove   *formula.Expr
	Rounded              money.Rounding // zero: exact
	Type                 formula.Type

	saidExact bool // rounded: exact was written, so that Choices lists it
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
	UpTo   *formula.Figure // slices and straight lines: the upper end of this row's stretch
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

// Estimator names how a comparison is made.
type Estimator string

// Certified takes the figures from a reading of the contract's evaluator; MeansRatio compares exact means a unit;
// Pooled weights the cohorts of another comparison by their treated units.
const (
	EstimatorCertified Estimator = "certified"
	EstimatorMeans     Estimator = "means"
	EstimatorPooled    Estimator = "pooled"
)

// Comparison is what would have happened anyway.
type Comparison struct {
	Name, Called, Clause string
	Treated, Against     int // cohorts; Against -1 unless compared with a group
	Of                   int // quantity per unit that is compared, or -1
	CertifiedBy          int // kind of reading whose fields treated, comparison and units are taken, or -1
	Pools                int // comparison, or -1
	Covers               PoolCovers
	Estimator            Estimator
	Per                  Level
	FixedOn              calendar.Date
	Settles              map[CompareField]money.Rounding // zero rounding: exact, as said
}

// PoolCovers says which cohorts a pooled comparison covers.
type PoolCovers uint8

// All cohorts, paid on their own or not; or only those that did not pay on their own.
const (
	CoversAll PoolCovers = iota + 1
	CoversUnpaid
)

// Payee names one end of a payment: a party, a role's party at the payment's level, or a division among several.
type Payee struct {
	Party    int // index into Parties, or -1
	Division int // index into Divisions, or -1
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
// price, or a sum that a formula gives.
const (
	ForMeasure PayFor = iota + 1
	ForCohort
	ForFigure
	ForSum
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
	Rest                 *Payee // to whom what is not earned is left, or nil
	Between              calendar.Span
	Sentence             string // the rule as one English sentence, with its clause
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

// CapOrder says in which order a cap is filled.
type CapOrder uint8

// By day of a kind or measure; as the payments are listed; or in proportion.
const (
	OrderDays CapOrder = iota + 1
	OrderListed
	OrderProRata
)

// Beyond says what becomes of what a cap leaves out.
type Beyond uint8

// Cut: the sum that crosses the line is paid in part. Refuse: it is not paid at all.
const (
	BeyondCut Beyond = iota + 1
	BeyondRefuse
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
	Counting int // unit type when places are counted and not money, else -1
	NotAbove *formula.Expr
	Order    CapOrder
	Days     []DayRef // OrderDays
	Beyond   Beyond
	Places   Places
	Dated    *DayRef // Per a period: which day charges it
	Clause   string
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
	Cohort     int // its number, or 0 when the comparison stands for the contract
	Treated    formula.Figure
	Comparator formula.Figure
	Units      formula.Figure
	Effect     *formula.Figure
}

// DueExpected is what an example says is due to a party, below nought when it pays. Party is the party's own id, or
// the key of the unit that is a party.
type DueExpected struct {
	Party  string
	Amount money.Amount
}
