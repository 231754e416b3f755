package counterfactual

import "outturn/contracts/money"

// Case is one question to an estimator: what a contract states, and the data it is asked of.
type Case struct {
	ID        string  // a name for messages
	Estimator string  // one of Estimators
	Options   Options // as the contract states them; there are no hidden defaults
	Data      Data
	Settle    *Settle // how the estimate is rounded for payment; nil when it is not
}

// Settle is how a settlement reads the estimate.
type Settle struct {
	Decimals int    // decimal places, 0 to PlacesMax
	Mode     string // half_even
}

// Options are what a contract states about an estimator. A field left at its zero value was not stated. An option that
// the estimator does not know is refused as invalid, as is a name that is none of an option's values.
type Options struct {
	Alternative string       // greater or less: which one-sided p-value is meant, of the reported estimate against the null
	ConfLevel   *money.Exact // of the two-sided interval, above 0 and below 1
	NullValue   *money.Exact // absent: 0 for differences and reductions, 1 for ratios; it moves the p-values only

	CI       string // prop_diff: wald, newcombe, agresti_caffo; baseline_prop: exact, wilson, wald
	Test     string // prop_diff: z_pooled, z_unpooled, fisher; baseline_prop: exact, z; stratified mh_or: cmh
	Measure  string // risk_ratio, odds_ratio, rate_ratio, ratio, relative_reduction, difference
	Method   string // which formula, where an estimator has several
	Variance string // mean_diff: welch, pooled
	Family   string // count_model: poisson, negbin
	SE       string // classical, hc0, hc1, hc2, hc3, cr1; count_model: model, quasi, hc0, cr1
	Weights  string // post_stratified: treated, all

	Covariates   []string // columns of the table, in the order of the regression
	Factors      []string // columns entered as one 0/1 column for each value but the lowest
	Interactions *bool    // ancova: covariates centred and entered alone and times treatment

	Estimand string          // ipw: att, ate; its: level, slope, effect_at, average_post
	Trim     *[2]money.Exact // ipw: the least and greatest score kept
	Moments  *int64          // entropy_balance: 1 or 2

	Score         string       // psm: logit, prob
	ScoreDecimals *int64       // psm: decimal places to which the score is rounded before matching
	Ratio         *int64       // psm: rounds
	Replace       *bool        // psm: whether a control may serve several treated
	Order         string       // psm: largest, smallest, id
	Caliper       *money.Exact // psm: nil for none
	CaliperUnits  string       // psm: raw, sd
	Exact         []string     // psm: columns that must hold the same text

	Start        *money.Exact // its: the first time after the interruption
	Lag          *int64       // its: of Newey and West
	Adjust       *bool        // its: times n/(n-k)
	LogOutcome   *bool        // its: the natural logarithm of the outcome
	SeasonColumn string       // its: a column entered as dummies for each value but the lowest
	Harmonics    *Harmonics   // its
	Horizon      *money.Exact // its effect_at: times after the start
}

// Harmonics are sines and cosines of 1 to Count turns a period.
type Harmonics struct {
	Period money.Exact // in units of the time column, above 0
	Count  int64
}

// Data are counts, or columns of a table by the role they play.
type Data struct {
	Treated, Control        *Arm // two arms
	TreatedPre, TreatedPost *Arm // did_cells
	ControlPre, ControlPost *Arm
	Strata                  []Stratum
	Cohorts                 []Cohort
	Benchmark               *money.Exact      // a rate or a mean fixed by the contract
	Columns                 map[string]string // the role of a column (outcome, treat, cluster, ...) to its name in Table
	Table                   Table
}

// Arm is the count of one group: events among N people, or over an exposure.
type Arm struct{ Events, N, Exposure *money.Exact }

// Stratum is two arms that are compared with each other.
type Stratum struct {
	Name             string
	Treated, Control Arm
}

// Cohort is an estimate made elsewhere, for pooling.
type Cohort struct {
	Name            string
	Estimate, SE, N *money.Exact
}

// Table is columns of decimal text, row by row. An empty text is a missing value; a column that the estimator uses may
// have none.
type Table struct {
	Rows    int
	Columns map[string][]string
}

// RowsMax and RegressorsMax bound what an estimator will take on.
const (
	RowsMax       = 4_000_000
	RegressorsMax = 600 // columns of a regression, after the units (or times) of a panel are absorbed
)
