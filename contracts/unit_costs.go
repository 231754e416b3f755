package contracts

import (
	"strings"

	"outturn/contracts/money"
)

// UnitCost is what one bad event, or one year of it, costs the public, with the agencies that bear it.
type UnitCost struct {
	Code, Name string
	Prices     string // the year of its prices, "" where the row as checked does not give it
	Headline   money.Exact
	Parts      []CostPart
}

// CostPart is one agency's part of a unit cost.
type CostPart struct {
	Agency string
	Cost   money.Exact
}

// UnitCostSource is where the unit costs are from, as a statement attributes them.
const UnitCostSource = "Unit Cost Database v1.4, Greater Manchester Combined Authority, CC BY 4.0"

// Sum returns the sum of a unit cost's parts, which is not always its headline: shares are of this sum.
func (u *UnitCost) Sum() money.Exact {
	var sum money.Exact
	for _, p := range u.Parts {
		sum = sum.Add(p.Cost)
	}
	return sum
}

// unitCostRows are the rows of the database that were checked one by one: headline, parts and price year. The rest of
// the published file holds faults of parsing (sums in millions, rates by the week beside rates by the incident), so that
// a row that is not here is used only when a party certifies it. A row never changes: a contract that names it settles
// to the same bytes for ever.
var unitCostRows = []struct {
	code, name, prices, headline string
	parts                        []string // agency and cost in turn
}{
	{"CR2.0", "domestic violence incident", "2008-09", "2470", []string{"nhs", "1171", "cjs", "581", "police", "415", "la_children", "193", "la_housing", "110"}},
	{"E&E1.0", "jobseeker's allowance claimant enters work, a year", "2012-13", "9800", []string{"dwp", "9234", "nhs", "566"}},
	{"E&E2.0", "employment and support allowance claimant enters work, a year", "", "8632", []string{"dwp", "7500", "nhs", "1132"}},
	{"E&E3.0", "income support claimant enters work, a year", "", "7570", []string{"dwp", "7004", "nhs", "566"}},
	{"E&E10.0", "young person not in education, employment or training, a year", "2010-11", "4257", []string{"dwp", "3218", "hmrc", "1039"}},
	{"E&S1.0", "persistent truancy, a year", "2005-06", "1509", []string{"la", "1033.83", "nhs", "52", "cjs", "423.50"}},
	{"E&S2.0", "permanent exclusion, a year", "", "9219", []string{"la", "8184.50", "nhs", "63.69", "cjs", "970.44"}},
	{"SS4.1", "section 31 care order", "", "25000", []string{"legal_aid", "15000", "la", "6250", "cafcass", "2500", "courts", "1250"}},
	{"SS1.0", "child in care, a year", "2013-14", "51080", []string{"la", "51080"}},
	{"HE4.0", "accident and emergency attendance", "2011-12", "109", []string{"nhs", "109"}},
	{"HE7.0", "hospital inpatient episode", "2013-14", "1807", []string{"nhs", "1807"}},
	{"HE7.10", "hip fracture", "", "12700", []string{"nhs", "10000", "la", "2700"}},
	{"HE11.0", "depression and anxiety, service cost, a year", "2007-08", "830", []string{"nhs", "764", "la", "66"}},
	{"HE11.3", "depression, service cost, a year", "2007-08", "1354.84", []string{"nhs", "1219.35", "la", "135.48"}},
	{"HE11.5", "schizophrenic disorders, a year", "", "7964", []string{"nhs", "6053", "la", "1380", "cjs", "531"}},
	{"SS15.3", "parenting programme, a child over 25 years", "", "3368", []string{"cjs", "1588", "nhs", "1278", "education", "437", "la", "67"}},
	{"CR1.0", "antisocial behaviour, further action needed", "", "500", []string{"police_and_la", "500"}},
	{"CR3.0", "prison place, a year", "", "33785", []string{"cjs", "33785"}},
	{"CR4.0", "first-time entrant to the youth justice system", "", "3152", []string{"cjs", "3152"}},
	{"CR7.0", "arrest and detention", "", "593", []string{"police", "593"}},
	{"CR8.6", "robbery", "", "3674", []string{"police", "1041", "prison", "1009", "nhs", "572", "courts", "561", "cjs_other", "395", "probation", "95"}},
	{"CR8.7", "dwelling burglary", "", "1361", []string{"police", "683", "prison", "366", "courts", "129", "cjs_other", "102", "probation", "81"}},
	{"CR8.8", "theft, not of a vehicle", "", "358", []string{"police", "227", "courts", "52", "probation", "33", "prison", "24", "cjs_other", "21"}},
}

// UnitCosts are the checked rows, in the order of the database.
var UnitCosts = func() []UnitCost {
	all := make([]UnitCost, len(unitCostRows))
	for i, row := range unitCostRows {
		u := UnitCost{Code: row.code, Name: row.name, Prices: row.prices, Headline: money.MustExact(row.headline)}
		for at := 0; at+1 < len(row.parts); at += 2 {
			u.Parts = append(u.Parts, CostPart{row.parts[at], money.MustExact(row.parts[at+1])})
		}
		all[i] = u
	}
	return all
}()

// EvidenceGrade is one row of the table by which what evidence promises is corrected for optimism.
type EvidenceGrade struct {
	Grade      int
	Population string // where the figures on the population come from
	Effect     string // what shows the effect
	Costs      string // where the costs come from
	Percent    int    // off what is saved, and on to what it costs
	Age, Error string // how old the data may be; its known error, either way
}

// GradeOfError is the grade of figures that are off by so much either way, a part of the whole: the first whose error is
// no less, the last beyond them all. What has no size, being of a figure below nought, has the last too.
func GradeOfError(rate money.Exact) int {
	for _, g := range EvidenceGrades {
		if most := money.MustExact(strings.TrimSuffix(g.Error, "%")); rate.Sign() >= 0 && rate.Mul(money.Int(100)).Cmp(most) <= 0 {
			return g.Grade
		}
	}
	return EvidenceGrades[len(EvidenceGrades)-1].Grade
}

// EvidenceGradeSource is where the table is from.
const EvidenceGradeSource = "Supporting public service transformation: cost benefit analysis guidance for local partnerships (HM Treasury, 2014), as recalled; percentages firm, wording of the rows less so"

// EvidenceGrades are the six grades of confidence, the surest first.
var EvidenceGrades = [6]EvidenceGrade{
	{1, "agency data systems", "randomised trial in the UK", "independently audited cost data", 0, "under 1 year", "2%"},
	{2, "derived from local statistics", "international randomised trial", "formal service delivery contract costs", 5, "1 to 2 years", "5%"},
	{3, "national analysis in similar areas", "independent monitoring with a robust evaluation plan", "practitioner-monitored costs", 10, "2 to 3 years", "10%"},
	{4, "generic national analysis", "practitioner monitoring with a robust evaluation plan", "costs from ready reckoners", 15, "3 to 4 years", "15%"},
	{5, "international analysis", "secondary evidence from a similar intervention", "costs from similar interventions elsewhere", 25, "4 to 5 years", "20%"},
	{6, "uncorroborated expert judgement", "uncorroborated expert judgement", "uncorroborated expert judgement", 40, "over 5 years", "25%"},
}
