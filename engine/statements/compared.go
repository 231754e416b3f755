package statements

// This file holds what a statement says of comparisons: who was compared with whom, what was found, and which payments
// turned on it. It is for a finance officer, who reads the gate, and for an evaluator, who reads the rest; every figure
// in it is text, exact or rounded at stated places, so that a statement's bytes are the same on every machine.

// ComparisonSum is one comparison of the contract, for one numbered cohort or for all.
type ComparisonSum struct {
	Comparison string             `json:"comparison"`
	Clause     string             `json:"clause"`
	Sentence   string             `json:"sentence"`
	Cohort     int                `json:"cohort,omitempty"` // its number, where the comparison stands per cohort
	Estimator  string             `json:"estimator"`
	Selection  string             `json:"selection,omitempty"` // how it came about who was treated
	Grade      int                `json:"grade,omitempty"`     // of the evidence, 1 the best
	State      string             `json:"state"`               // "known", "not yet" or "unknown"; the rest stands where it is known
	Known      string             `json:"known,omitempty"`     // the day from which it is known
	Treated    *ComparedSide      `json:"treated,omitempty"`
	Against    *ComparedSide      `json:"against,omitempty"` // nothing where it is held against a benchmark or a trend
	Benchmark  string             `json:"benchmark,omitempty"`
	Covers     []int              `json:"covers,omitempty"`  // of a pool: the numbers of the cohorts taken together
	Level      string             `json:"level,omitempty"`   // of the interval, such as 95%
	Null       string             `json:"null,omitempty"`    // what the test is against, decimal
	Figures    []ComparedFigure   `json:"figures,omitempty"` // effect first
	Certified  *ComparedCertified `json:"certified,omitempty"`
	Gates      []ComparedGate     `json:"gates,omitempty"`
	Balance    []ComparedBalance  `json:"balance,omitempty"`
	Trend      []ComparedTrend    `json:"trend,omitempty"`
	Extra      []ComparedExtra    `json:"extra,omitempty"`
	Warnings   []ComparedWarning  `json:"warnings,omitempty"`
	Refused    string             `json:"refused,omitempty"` // why the data have no estimate, where a certified figure is used instead
}

// ComparedSide is one side of a comparison.
type ComparedSide struct {
	Cohort string `json:"cohort"`
	Units  string `json:"units"` // those that the estimate speaks of
}

// ComparedFigure is one figure found: effect, low, high, p, se, treated, comparison.
type ComparedFigure struct {
	Name  string `json:"name"`
	Found string `json:"found"`          // decimal at twelve places, half to even; of a rate, 0.084 for 8.4%
	Used  string `json:"used,omitempty"` // as the contract settles it, with its sign or unit; "" where nothing may read it
}

// ComparedCertified is what the evaluator certified beside what was worked out here.
type ComparedCertified struct {
	Effect     string `json:"effect"`               // decimal
	Used       bool   `json:"used"`                 // whether the contract pays on it
	Difference string `json:"difference,omitempty"` // certified less worked out, decimal at twelve places; "" where nothing could be worked out
}

// ComparedGate is a test of a comparison's figure that a payment turns on.
type ComparedGate struct {
	Payment string `json:"payment"`
	Clause  string `json:"clause"`
	Test    string `json:"test"`   // in words: the effect of reoffending is at least 10%
	Figure  string `json:"figure"` // the figure tested, as used
	Passed  bool   `json:"passed"`

	Reads     string `json:"reads,omitempty"`     // the name of that figure: effect, low, high, p
	Threshold string `json:"threshold,omitempty"` // what it is held against, decimal; "" where that is not one number
}

// ComparedBalance is how far apart the sides are on one covariate, in standard deviations of the treated.
type ComparedBalance struct {
	Covariate string `json:"covariate"`
	Before    string `json:"before"` // decimal at four places; "" for a covariate that does not vary among the treated
	After     string `json:"after"`
}

// ComparedTrend is the mean of both sides in one period: of panels, and of series, which have one side.
type ComparedTrend struct {
	Period     string `json:"period"` // its first day
	Treated    string `json:"treated,omitempty"`
	Comparison string `json:"comparison,omitempty"`
	After      bool   `json:"after,omitempty"` // the programme had begun
}

// ComparedExtra is a further figure of the estimator's for an evaluator: clusters, the first stage's F, those unmatched.
type ComparedExtra struct {
	Name  string `json:"name"`
	Found string `json:"found"` // decimal at six places, or a text
}

// ComparedWarning is a doubt about an estimate, which changes nothing.
type ComparedWarning struct {
	Code string `json:"code"`
	Text string `json:"text"`
}
