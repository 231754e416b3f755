package statements

// This file holds what a statement says of baselines, of figures that come in standings, and of assumptions.

// BaselineSum is one baseline, with its figures to date.
type BaselineSum struct {
	Baseline string           `json:"baseline"`
	Clause   string           `json:"clause"`
	Sentence string           `json:"sentence"`
	FixedOn  string           `json:"fixed_on"`
	Figures  []BaselineFigure `json:"figures"`
}

// BaselineFigure is a baseline at one value of what it stands per: its steps, the last of which is what is expected, the
// grade of its evidence, and what became of each adjustment.
type BaselineFigure struct {
	Of          string            `json:"of,omitempty"`
	Steps       []Step            `json:"steps"`
	Expected    string            `json:"expected"`
	Grade       int               `json:"grade,omitempty"` // nothing while it is not known
	Adjustments []AdjustmentState `json:"adjustments,omitempty"`
}

// AdjustmentState is what became of one adjustment: Kind is routine or non_routine, Approved who approved it and on which
// day, WaitsFor those of whom it waits; it is Applied if of nobody.
type AdjustmentState struct {
	Adjustment string          `json:"adjustment"`
	Clause     string          `json:"clause"`
	Kind       string          `json:"kind"`
	Applied    bool            `json:"applied"`
	Approved   []PartyApproval `json:"approved,omitempty"`
	WaitsFor   []PartyApproval `json:"waits_for,omitempty"`
}

// PartyApproval is one party's word on an adjustment: the day on which it approved, or why it is waited for.
type PartyApproval struct {
	Party string `json:"party"`
	On    string `json:"on,omitempty"`
	Why   string `json:"why,omitempty"`
}

// StandingSum is one figure of the contract that has a standing, at everything it stands per.
type StandingSum struct {
	Figure string          `json:"figure"`
	Clause string          `json:"clause,omitempty"`
	Values []StandingValue `json:"values"`
}

// StandingValue is such a figure at one value of what it stands per. Told is what it was put at, by standing.
type StandingValue struct {
	Of       string         `json:"of,omitempty"`
	Standing string         `json:"standing,omitempty"` // "" where it is not known
	Is       string         `json:"is"`
	Told     []StandingPart `json:"told"`
}

// StandingPart is one of the figures of which the surest counts.
type StandingPart struct {
	Standing string `json:"standing"`
	Is       string `json:"is"`
}

// AssumptionSum is one assumption of the register, with the versions that this settlement used.
type AssumptionSum struct {
	Assumption string       `json:"assumption"`
	Clause     string       `json:"clause"`
	CitedBy    []string     `json:"cited_by"` // savings, payments and figures that read it
	Versions   []VersionSum `json:"versions"`
}

// VersionSum is one version of an assumption. Periods says in which of its series it applied, "" where it has no dates.
type VersionSum struct {
	Version      int    `json:"version"`
	Is           string `json:"is"`
	From         string `json:"from,omitempty"`
	Periods      string `json:"periods,omitempty"`
	Source       string `json:"source"`
	Grade        int    `json:"grade"`
	ChallengedBy string `json:"challenged_by"`
	Decision     string `json:"decision"`
	DecidedOn    string `json:"decided_on"`
}
