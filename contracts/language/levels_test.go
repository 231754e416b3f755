package language

import (
	"os"
	"strings"
	"testing"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/sentences"
)

// levelled returns a decoder with families, pupils of families, adults of families and areas, a cohort of families and
// two series.
func levelled() *decoder {
	c := &contracts.Contract{
		Units: []contracts.Unit{{Name: "family", PartOf: -1, Facts: []contracts.Field{{Name: "area"}, {Name: "size"}}}, {Name: "pupil", PartOf: 0},
			{Name: "adult", PartOf: 0}, {Name: "school", PartOf: -1}},
		Cohorts: []contracts.Cohort{{Name: "families", Unit: 0}},
		Periods: []contracts.Periods{{Name: "quarter"}, {Name: "year"}},
		Parties: []contracts.Party{{ID: "org", Role: "provider", Each: 3}, {ID: "a", Role: "partner", Each: -1}},
	}
	return &decoder{c: c}
}

func TestSettlesAndJoin(t *testing.T) {
	d := levelled()
	contract := contracts.ContractLevel()
	family, pupil, adult, school := unitLevel(0), unitLevel(1), unitLevel(2), unitLevel(3)
	area, size, cohort, quarter, partner, provider := contract, contract, contract, contract, contract, contract
	area.FactOf, area.Facts = 0, []int{0}
	size.FactOf, size.Facts = 0, []int{1}
	cohort.Cohort = 0
	quarter.Periods = []int{0}
	partner.Role, provider.Role = "partner", "provider"
	familyQuarter := family
	familyQuarter.Periods = []int{0}
	for _, one := range []struct {
		name    string
		a, b    contracts.Level
		settles bool
		join    string // "" when no level settles both
	}{
		{"everything settles the contract", pupil, contract, true, "pupil"},
		{"the contract settles no family", contract, family, false, "family"},
		{"a pupil settles her family", pupil, family, true, "pupil"},
		{"a family does not settle its pupils", family, pupil, false, "pupil"},
		{"a pupil and an adult", pupil, adult, false, ""},
		{"a family and a school", family, school, false, ""},
		{"a unit settles its facts", family, area, true, "family"},
		{"a member settles the facts of its whole", pupil, area, true, "pupil"},
		{"a fact does not settle its unit", area, family, false, "family"},
		{"one fact does not settle another", area, size, false, "area and size"},
		{"a school does not settle a family's fact", school, area, false, "school and area"},
		{"a member settles its cohort", pupil, cohort, true, "pupil"},
		{"a school does not settle a cohort", school, cohort, false, "school and cohort of families"},
		{"a family does not settle a period", family, quarter, false, "family and quarter"},
		{"a family's quarter settles both", familyQuarter, quarter, true, "family and quarter"},
		{"a role is no other", partner, provider, false, ""},
		{"a unit that is a party settles its role", school, provider, true, "school and provider"},
	} {
		if got := d.settles(one.a, one.b); got != one.settles {
			t.Errorf("%s: settles is %t, expected %t", one.name, got, one.settles)
		}
		joined, ok := d.join(one.a, one.b)
		got := ""
		if ok {
			got = sentences.Level(d.c, joined)
			if !d.settles(joined, one.a) || !d.settles(joined, one.b) {
				t.Errorf("%s: the join %s does not settle both", one.name, got)
			}
		}
		if got != one.join {
			t.Errorf("%s: the join is %q, expected %q", one.name, got, one.join)
		}
	}
}

// Windows as statutes speak, put into small.yaml's first quantity.
func TestWindows(t *testing.T) {
	small, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	six := calendar.Length{N: 6, Unit: calendar.Month}
	for _, one := range []struct {
		text   string
		edge   contracts.Edge
		length *calendar.Length
		count  int
		day    contracts.DayKind
		fault  string
	}{
		{text: "6 months beginning with placed", edge: contracts.BeginningWith, length: &six, day: contracts.DayItem},
		{text: "6 months after placed", edge: contracts.After, length: &six, day: contracts.DayItem},
		{text: "6 months before claim", edge: contracts.Before, length: &six, day: contracts.DayItem},
		{text: "6 months ending with 2021-01-31", edge: contracts.EndingWith, length: &six, day: contracts.DayFixed},
		{text: "beginning with thriving", edge: contracts.BeginningWith, day: contracts.DayMeasure},
		{text: "after children", edge: contracts.After, day: contracts.DayCohort},
		{text: "3 quarters before claim", edge: contracts.Before, count: 3, day: contracts.DayItem},
		{text: "1 quarter before claim", edge: contracts.Before, count: 1, day: contracts.DayItem},
		{text: "2 years before claim", edge: contracts.Before, length: &calendar.Length{N: 2, Unit: calendar.Year}, day: contracts.DayItem}, // not two of the series year
		{text: "2020-07-01 to 2021-06-30", edge: contracts.FixedWindow, day: contracts.DayFixed},
		{text: "before claim", fault: "does not say how long it is"},
		{text: "ending with claim", fault: "does not say how long it is"},
		{text: "3 quarters after claim", fault: "are counted only before a day"},
		{text: "0 days after claim", fault: "holds no day"},
		{text: "6 moons after claim", fault: "expected a whole number and days"},
		{text: "within 6 months of claim", fault: "how it stands to a day"},
		{text: "2021-07-01 to 2020-06-30", fault: "comes before the first"},
		{text: "6 months after shares", fault: "is a division, not a day"},
		{text: "6 months after fall", fault: "is a rate, not a date"},
		{text: "6 months after born", fault: "there is no day named"},
		{text: "6 months after score", fault: "is a field of evidence"},
	} {
		changed := strings.Replace(string(small), "in: 6 months after placed", "in: "+one.text, 1)
		changed = strings.Replace(changed, "neutral_if: {visits: 0}", "neutral_if: {days_home: 0 days}", 1) // else some windows are circles
		changed = strings.Replace(changed, ", visits: {at_least: 2}", "", 1)
		c, err := Decode("small.yaml", []byte(changed))
		if one.fault != "" {
			if err == nil || !strings.Contains(err.Error(), one.fault) {
				t.Errorf("%s: expected %q, found %v", one.text, one.fault, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %s", one.text, err)
			continue
		}
		w := c.Quantities[0].In
		if w.Edge != one.edge || w.Count != one.count || w.Day.Kind != one.day || (w.Length == nil) != (one.length == nil) || w.Length != nil && *w.Length != *one.length {
			t.Errorf("%s: read as %+v", one.text, w)
		}
	}
}

// Rows of a table by a choice and a number: which pairs are refused.
func TestOverlap(t *testing.T) {
	small, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const table = "{by: [fall], reads: slice, gives: rate, clause: schedule 3, rows: [{up_to: 5%, is: 50%}, {up_to: 20%, is: 100%}, {otherwise: 0%}]}"
	for _, one := range []struct {
		name, rows string
		refused    bool
	}{
		{"different values", "{year: 1, is: 1%}, {year: 2, is: 2%}", false},
		{"the same value", "{year: 1, is: 1%}, {year: 1, is: 2%}", true},
		{"the same value, from a later day", "{year: 1, is: 1%}, {year: 1, from: 2021-01-01, is: 2%}", false},
		{"lists that meet", "{year: [1, 2], is: 1%}, {year: [2, 3], is: 2%}", true},
		{"lists apart", "{year: [1, 2], is: 1%}, {year: [3, 4], is: 2%}", false},
		{"the particular over the general", "{year: 1, is: 1%}, {year: 1, fall: {at_least: 0%}, is: 2%}", false},
		{"one column each", "{year: 1, is: 1%}, {fall: {at_least: 0%}, is: 2%}", true},
		{"any over one", "{year: any, is: 1%}, {year: 1, is: 2%}", false},
		{"two rows of any", "{is: 1%}, {year: any, is: 2%}", true},
		{"stretches that touch on no figure", "{fall: {at_least: 0%, less_than: 5%}, is: 1%}, {fall: {at_least: 5%}, is: 2%}", false},
		{"stretches that share one figure", "{fall: {at_most: 5%}, is: 1%}, {fall: {at_least: 5%}, is: 2%}", true},
		{"open stretches that share much", "{fall: {more_than: 0%, less_than: 9%}, is: 1%}, {fall: {more_than: 5%}, is: 2%}", true},
		{"open stretches that meet at no figure", "{fall: {less_than: 5%}, is: 1%}, {fall: {more_than: 5%}, is: 2%}", false},
		{"a figure in a stretch", "{fall: 5%, is: 1%}, {fall: {at_least: 5%}, is: 2%}", true},
		{"a figure beside a stretch", "{fall: 5%, is: 1%}, {fall: {more_than: 5%}, is: 2%}", false},
	} {
		changed := strings.Replace(string(small), table, "{by: [fall, year], dated: year, gives: rate, clause: schedule 3, rows: ["+one.rows+"]}", 1)
		_, err := Decode("small.yaml", []byte(changed))
		refused := err != nil && strings.Contains(err.Error(), "match a common combination")
		if refused != one.refused || err != nil && !refused {
			t.Errorf("%s: refused is %t, expected %t: %v", one.name, refused, one.refused, err)
		}
	}
}
