package client

// The shapes of reports: what the partnership's board reads of a statement, and what one party's accounting officer does.
// engine/report makes them; a figure that is absent is not known, or is not shown since it would say a small count, and
// what is not shown says hidden.

// BoardReport is what the partnership's board reads of a statement.
type BoardReport struct {
	ReportHead
	Board ReportBoard `json:"board"`
}

// OfficerStatement is what one party's accounting officer reads of a statement.
type OfficerStatement struct {
	ReportHead
	Officer ReportOfficer `json:"officer"`
}

// ReportHead says of what a report is.
type ReportHead struct {
	Contract     string `json:"contract"`
	Version      string `json:"version"`
	Statement    int    `json:"statement"`
	Digest       string `json:"digest" doc:"The statement's"`
	Through      string `json:"through"`
	CutOff       string `json:"cut_off"`
	Currency     string `json:"currency"`
	SmallNumbers int    `json:"small_numbers" doc:"No count below it is shown; 0: all are"`
}

// ReportBoard is the report of a partnership's board. An amount or count that is not there is not known, or is not
// shown since it would say a small count; what is not shown says so.
type ReportBoard struct {
	Contributions  []ReportContribution `json:"contributions"`
	Contributed    ReportContribution   `json:"contributed" doc:"All of them"`
	Outcomes       []ReportOutcome      `json:"outcomes"`
	Cohorts        []ReportCohort       `json:"cohorts"`
	Savings        []ReportSaving       `json:"savings"`
	Classes        []ReportClass        `json:"classes"`
	Shares         []ReportShare        `json:"shares"`
	Waterfalls     []ReportWaterfall    `json:"waterfalls"`
	Matrix         *ReportMatrix        `json:"matrix,omitempty" doc:"Where the contract has partners"`
	Perspectives   []ReportPerspective  `json:"perspectives"`
	Flows          []ReportFlow         `json:"flows"`
	Disputes       ReportDisputes       `json:"disputes"`
	Spend          []ReportSpend        `json:"spend"`
	Duplication    ReportDuplication    `json:"duplication"`
	Indicators     []ReportIndicator    `json:"indicators"`
	Reconciliation []ReportAgreement    `json:"reconciliation"`
}

// ReportContribution is what a party puts in: cash that falls due by the statements, what of it came in as far as
// anybody tells, and what is in kind.
type ReportContribution struct {
	Party       string `json:"party,omitempty"`
	Name        string `json:"name,omitempty"`
	Side        string `json:"side,omitempty"`
	DueNow      string `json:"due_now"`
	Due         string `json:"due" doc:"To date"`
	Received    string `json:"received,omitempty"`
	Outstanding string `json:"outstanding,omitempty"`
	InKind      string `json:"in_kind"`
	Promised    string `json:"in_kind_promised,omitempty"`
	Total       string `json:"total" doc:"Due and in kind"`
}

// ReportOutcome is what one payment comes to; or several that stand together, so that none of them says a small count.
type ReportOutcome struct {
	Payments []string `json:"payments"`
	Count    string   `json:"count,omitempty" doc:"Outcomes to date, exact; none of a sum"`
	Hidden   bool     `json:"hidden,omitzero"`
	Due      string   `json:"due"`
	ToDate   string   `json:"to_date"`
	Held     string   `json:"held"`
}

// ReportCohort says how many count and how many do not; parts that are not shown stand together.
type ReportCohort struct {
	Cohort string        `json:"cohort"`
	Parts  []ReportCount `json:"parts"`
	Total  string        `json:"total,omitempty"`
}

// ReportCount is how many for one reason, or for several together.
type ReportCount struct {
	What   []string `json:"what"`
	Count  string   `json:"count,omitempty"`
	Hidden bool     `json:"hidden,omitzero"`
	Price  string   `json:"price,omitempty" doc:"What would have been paid for them"`
}

// ReportSaving is one saving to date. Avoided, Validated, Cashable and Cashed part what it is worth before costs by how
// far it has come and no further: so Cashable is what a budget could give up and nobody says that it did. Validated is
// there where the contract has somebody validate it. Of a saving that is only stated, or added up of others, only what
// it comes to is known.
type ReportSaving struct {
	Saving     string   `json:"saving"`
	Class      string   `json:"class"`
	Budget     string   `json:"budget"`
	Origin     string   `json:"origin"`
	State      string   `json:"state" doc:"Of what it comes to: avoided, cashable or cashed"`
	Count      string   `json:"count,omitempty"`
	Gross      string   `json:"gross,omitempty" doc:"With what would have come anyway"`
	Worth      string   `json:"worth,omitempty" doc:"Corrected, as much of it as is fiscal, before costs"`
	Avoided    string   `json:"avoided,omitempty"`
	Validated  string   `json:"validated,omitempty"`
	Cashable   string   `json:"cashable,omitempty"`
	Cashed     string   `json:"cashed,omitempty"`
	Cost       string   `json:"cost,omitempty"`
	ComesTo    string   `json:"comes_to,omitempty"`
	Hidden     bool     `json:"hidden,omitzero" doc:"Its count is small, or would say a small one"`
	NotCounted []string `json:"not_counted,omitempty" doc:"What it stands per where it is not known, and why"`
}

// ReportClass is the savings of one class, budget and origin. Unlike says in what else they differ, where they
// therefore are not added.
type ReportClass struct {
	Class     string   `json:"class"`
	Budget    string   `json:"budget"`
	Origin    string   `json:"origin"`
	Savings   []string `json:"savings"`
	Worth     string   `json:"worth,omitempty"`
	Avoided   string   `json:"avoided,omitempty"`
	Validated string   `json:"validated,omitempty"`
	Cashable  string   `json:"cashable,omitempty"`
	Cashed    string   `json:"cashed,omitempty"`
	ComesTo   string   `json:"comes_to,omitempty"`
	Unlike    []string `json:"unlike,omitempty"`
	Hidden    bool     `json:"hidden,omitzero"`
}

// ReportShare is a beneficiary's part of what a saving comes to, and what of the rest of it waits for the word of
// whoever holds the budget.
type ReportShare struct {
	Saving string `json:"saving"`
	Party  string `json:"party"`
	Amount string `json:"amount,omitempty"`
	Awaits string `json:"awaits,omitempty"`
	Hidden bool   `json:"hidden,omitzero"`
}

// ReportWaterfall is how a saving comes down from what all outcomes were worth to what each beneficiary has of it, one
// bar a step.
type ReportWaterfall struct {
	Saving string      `json:"saving"`
	Bars   []ReportBar `json:"bars"`
}

// ReportBar is one bar: a sum that stands, what comes off it on the way to the next (below nought where something comes
// on), or a beneficiary's part of the last. The parts make the last sum, and each sum is the one before it less what
// comes off.
type ReportBar struct {
	Kind   string `json:"kind" enum:"sum,less,share"`
	Step   string `json:"step,omitempty"`
	Party  string `json:"party,omitempty"`
	Called string `json:"called"`
	Amount string `json:"amount"`
}

// ReportMatrix is who invests and who benefits, to date.
type ReportMatrix struct {
	Partners []ReportPosition `json:"partners"`
	Sides    []ReportPosition `json:"sides" doc:"Local, exchequer, taxpayer"`
	Others   string           `json:"others"`
	Cure     []ReportCure     `json:"cure"`
	Uncured  string           `json:"uncured,omitempty"`
	Waits    []string         `json:"waits"`
	Hidden   bool             `json:"hidden,omitzero" doc:"Benefits would say a small count"`
	Rate     string           `json:"discounted_at,omitempty"`
}

// ReportPosition is one partner's, or one side's. Return is what it had over what it put in, exact. The discounted
// figures are an appraisal's and settle nothing.
type ReportPosition struct {
	Party             string         `json:"party,omitempty"`
	Name              string         `json:"name,omitempty"`
	Side              string         `json:"side"`
	Paid              string         `json:"paid"`
	InKind            string         `json:"in_kind"`
	Received          string         `json:"received"`
	Benefit           string         `json:"benefit,omitempty"`
	Net               string         `json:"net,omitempty"`
	Return            string         `json:"return,omitempty"`
	Payback           *ReportPayback `json:"payback,omitempty"`
	PaybackDiscounted *ReportPayback `json:"payback_discounted,omitempty"`
	PutDiscounted     string         `json:"put_discounted,omitempty"`
	HadDiscounted     string         `json:"had_discounted,omitempty"`
	LossLimit         string         `json:"loss_limit,omitempty"`
	Short             string         `json:"short,omitempty"`
	MadeGood          string         `json:"made_good,omitempty" doc:"Of net: what others paid to make its losses good, less what it paid for theirs"`
}

// ReportPayback says in which period what was put in to date had first come back.
type ReportPayback struct {
	State  string `json:"state" enum:"paid_back,not_yet,never,nothing_put_in"`
	In     string `json:"in,omitempty" doc:"Its days"`
	AtPace string `json:"at_pace,omitempty" doc:"Where it has not come back: the days of the period in which it would, at the pace of the last that has ended; or: after the last period"`
}

// ReportCure is a payment by which one partner would make good another's loss.
type ReportCure struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Amount string `json:"amount"`
}

// ReportPerspective is the same money as one group sees it: what it pays to and receives from those outside it, what
// moves within it, what it puts in in kind and what it benefits. What the parts of a group pay and receive is what the
// group does and, twice, what moves within.
type ReportPerspective struct {
	View     string `json:"view" enum:"taxpayer,local,exchequer,agency"`
	Party    string `json:"party,omitempty"`
	Paid     string `json:"paid"`
	Received string `json:"received"`
	Within   string `json:"within"`
	InKind   string `json:"in_kind"`
	Benefit  string `json:"benefit,omitempty"`
	Net      string `json:"net,omitempty"`
}

// ReportFlow is one band of who invests and who benefits. What is in kind goes to the programme, and a benefit comes
// from it: either has no party at the other end.
type ReportFlow struct {
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
	Kind   string `json:"kind" enum:"cash,in_kind,benefit"`
	Amount string `json:"amount,omitempty"`
}

// ReportDisputes are those of all statements up to this one. Kept says whether they are kept where the report was made.
type ReportDisputes struct {
	Kept bool            `json:"kept"`
	Rows []ReportDispute `json:"rows"`
}

// ReportDispute is a disagreement about a line, as a report names it: not whose line it is.
type ReportDispute struct {
	Dispute   string `json:"dispute"`
	Statement int    `json:"statement"`
	Payment   string `json:"payment"`
	Amount    string `json:"amount"`
	State     string `json:"state"`
	Due       string `json:"due,omitempty" doc:"The day by which the other side must act"`
}

// ReportSpend is spending on what went wrong and on keeping it from going wrong, of one period or other thing it stands
// per. The changes are since the first. Share is the preventative part of both, exact.
type ReportSpend struct {
	Of                 string `json:"of,omitempty"`
	Reactive           string `json:"reactive,omitempty"`
	Preventative       string `json:"preventative,omitempty"`
	Share              string `json:"share,omitempty"`
	ReactiveChange     string `json:"reactive_change,omitempty"`
	PreventativeChange string `json:"preventative_change,omitempty"`
	ShareChange        string `json:"share_change,omitempty"`
}

// ReportDuplication is what was found to be claimed twice or paid for by somebody else, and is not paid.
type ReportDuplication struct {
	Parts []ReportCount `json:"parts"`
	Total string        `json:"total,omitempty"`
}

// ReportIndicator is a figure that moves no money.
type ReportIndicator struct {
	Indicator string `json:"indicator"`
	Called    string `json:"called,omitempty"`
	Of        string `json:"of,omitempty"`
	Value     string `json:"value,omitempty"`
	Hidden    bool   `json:"hidden,omitzero"`
}

// ReportAgreement is two sums that must be the same, and where each is from.
type ReportAgreement struct {
	What       string `json:"what"`
	Here       string `json:"here,omitempty"`
	There      string `json:"there,omitempty"`
	Of         string `json:"of" doc:"Where the other stands"`
	Difference string `json:"difference"`
	Agrees     bool   `json:"agrees"`
}

// ReportOfficer is the statement of one party's accounting officer: what it owes and is owed, what it put in, what was
// saved that is its own, how its accounts moved, and what waits for its word.
type ReportOfficer struct {
	Party          string             `json:"party"`
	Name           string             `json:"name,omitempty"`
	Role           string             `json:"role"`
	Owes           []ReportOwed       `json:"owes" doc:"Now"`
	Owed           []ReportOwed       `json:"owed"`
	OwesNow        string             `json:"owes_now"`
	OwedNow        string             `json:"owed_now"`
	NetNow         string             `json:"net_now" doc:"Owed less owes"`
	NetToDate      string             `json:"net_to_date"`
	Contribution   ReportContribution `json:"contribution"`
	Savings        []ReportOwnSaving  `json:"savings"`
	Position       *ReportPosition    `json:"position,omitempty" doc:"Where it is a partner"`
	Ledger         []ReportAccount    `json:"ledger"`
	Awaits         []ReportAwaits     `json:"awaits"`
	Disputes       []ReportDispute    `json:"disputes"`
	Reconciliation []ReportAgreement  `json:"reconciliation"`
}

// ReportOwed is what a party owes another, or is owed: below nought it comes back. Payments whose counts are small
// stand together.
type ReportOwed struct {
	Party    string   `json:"party"`
	Payments []string `json:"payments"`
	Amount   string   `json:"amount"`
}

// ReportOwnSaving is a party's part of a saving, as its class is.
type ReportOwnSaving struct {
	ReportShare
	Class  string `json:"class"`
	Budget string `json:"budget"`
	Origin string `json:"origin"`
	State  string `json:"state"`
}

// ReportAccount is an account of the party in the ledger: what it held before the statement, what moved, what it holds.
type ReportAccount struct {
	Account  string `json:"account"`
	Purpose  string `json:"purpose,omitempty"`
	Stream   string `json:"stream,omitempty" doc:"Which of several"`
	Opening  string `json:"opening"`
	Movement string `json:"movement"`
	Closing  string `json:"closing"`
}

// ReportAwaits is something that waits for the party's word.
type ReportAwaits struct {
	What   string `json:"what"`
	Amount string `json:"amount,omitempty"`
	Why    string `json:"why"`
}
