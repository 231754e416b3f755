package contracts

// This file holds the comparisons of a checked contract: what would have happened anyway, by the method fixed beforehand.

import (
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// CompareField is a figure read from a comparison.
type CompareField int

// CompareEffect is what the programme changed: of certified figures, means and their pool 1 - treated/comparison, a
// rate; of an estimator its estimate. CompareTreated and CompareComparison are means a unit; CompareUnits is the treated
// units that it speaks of, CompareAgainst those they are compared with. CompareLow and CompareHigh are the ends of the
// interval, CompareP the one-sided p-value, CompareSE the standard error. CompareSignificant says whether the effect lies
// beyond the null by more than the contract's critical value of standard errors in the direction of the alternative,
// CompareContrary whether it does so in the other.
const (
	CompareEffect CompareField = iota
	CompareTreated
	CompareComparison
	CompareUnits
	CompareAgainst
	CompareLow
	CompareHigh
	CompareP
	CompareSE
	CompareSignificant
	CompareContrary
)

// Estimator names how a comparison is made.
type Estimator string

// EstimatorCertified takes the figures from a reading of the contract's evaluator; EstimatorMeans compares exact means a
// unit; EstimatorPooled takes the cohorts of another comparison together; EstimatorCarried takes the effect found
// elsewhere at a discount. All others are those of engine/counterfactual, by their names there.
const (
	EstimatorCertified Estimator = "certified"
	EstimatorMeans     Estimator = "means"
	EstimatorPooled    Estimator = "pooled"
	EstimatorCarried   Estimator = "carried"
)

// Selection is how it came about who was treated, and who was not.
type Selection string

// SelectionRandomised: by lot. SelectionMatched: those not treated were chosen for being like the treated.
// SelectionVolunteered: people or places came forward. SelectionEarlier: the others are of an earlier time.
// SelectionStated: the other side is a figure that the contract states.
const (
	SelectionRandomised  Selection = "randomised"
	SelectionMatched     Selection = "matched"
	SelectionVolunteered Selection = "volunteered"
	SelectionEarlier     Selection = "earlier"
	SelectionStated      Selection = "stated"
)

// Comparison is what would have happened anyway.
type Comparison struct {
	Name, Called, Clause string
	Sentence             string
	Treated, Against     int // cohorts; Against -1 unless compared with a group
	Of                   int // quantity that is compared, or -1
	CertifiedBy          int // kind of reading whose fields are taken, or -1
	PaysOn               ComparePays
	Pools                int // comparison whose cohorts are pooled, or whose effect is carried, or -1
	Covers               PoolCovers
	Estimator            Estimator
	Selection            Selection
	Grade                int // of the evidence, 1 the best to 6; 0 when not stated
	Per                  Level
	FixedOn              calendar.Date
	Varied               *Varied
	Columns              []CompareColumn // what is read of each unit, the outcome first
	Options              []CompareOption // in the order in which the estimator lists them
	Control              *CompareCounts  // the other side as counts, or nil
	Benchmark            *formula.Expr   // or nil
	In                   calendar.Span   // of estimators over periods
	Discount             money.Exact     // of a carried effect
	Settles              map[CompareField]money.Rounding

	SaidSettles map[CompareField]bool // exact among the answers
}

// ComparePays says which figure is paid on where an evaluator certifies one and the engine works one out.
type ComparePays uint8

// PaysFound: what is worked out here. PaysCertified: what the evaluator certified, shown beside it.
const (
	PaysFound ComparePays = iota
	PaysCertified
)

// Varied is the open variation by which a method was fixed after its cohort had begun.
type Varied struct {
	On      calendar.Date
	Because string
}

// CompareColumn is one figure read of each unit of both sides, by the part it plays. A covariate plays none of its own.
type CompareColumn struct {
	Name string // as written
	Role string // outcome, exposure, cluster, before, received, expected, stratum, treated_now, or ""
	Slot int    // the figure; -1 for a unit's own key
	Unit int    // the unit type whose key it is, or -1
}

// CompareOption is one option of an estimator as the contract states it.
type CompareOption struct {
	Name    string
	Text    string
	Yes     bool
	Figures []money.Exact // one, or two of a pair
	Columns []int         // indexes into Columns
	Date    calendar.Date
}

// CompareCounts is the other side of a comparison as counts.
type CompareCounts struct{ Events, N, Exposure *formula.Expr }

// Option returns an option by its name, or nil when it is not stated.
func (k *Comparison) Option(name string) *CompareOption {
	for i := range k.Options {
		if k.Options[i].Name == name {
			return &k.Options[i]
		}
	}
	return nil
}

// Settled says whether the contract states how a figure of a comparison is used: exact, or rounded.
func (c *Contract) Settled(comparison int, f CompareField) bool {
	return c.Comparisons[comparison].SaidSettles[f]
}

// PoolCovers says which cohorts a pooled comparison covers.
type PoolCovers uint8

// All cohorts, paid on their own or not; or only those that did not pay on their own.
const (
	CoversAll PoolCovers = iota + 1
	CoversUnpaid
)

// ComparisonColumns are the columns by which the figures of a comparison are read, by CompareField.
var ComparisonColumns = []string{CompareEffect: "effect", CompareTreated: "treated", CompareComparison: "comparison", CompareUnits: "units",
	CompareAgainst: "compared", CompareLow: "low", CompareHigh: "high", CompareP: "p", CompareSE: "se", CompareSignificant: "significant", CompareContrary: "contrary"}

// SettledFields are the figures that a contract rounds.
var SettledFields = []CompareField{CompareEffect, CompareTreated, CompareComparison, CompareLow, CompareHigh, CompareP, CompareSE}

// Compares is the comparison that a pool or a carried effect is made of, or the comparison itself.
func (c *Contract) Compares(k *Comparison) *Comparison {
	for steps := 0; k.Pools >= 0 && steps < len(c.Comparisons); steps++ {
		k = &c.Comparisons[k.Pools]
	}
	return k
}
