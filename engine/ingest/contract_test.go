package ingest

import (
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// families is a contract made by hand: families with pupils and adults, and every form and type of evidence.
func families() *contracts.Contract {
	gbp, _ := money.LookupCurrency("GBP")
	field := func(name string, t formula.Type) contracts.Field { return contracts.Field{Name: name, Type: t} }
	return &contracts.Contract{
		Edition: 1, ID: "families", Currency: gbp,
		First: calendar.MustDate("2012-04-01"), Last: calendar.MustDate("2015-05-31"),
		Parties: []contracts.Party{
			{ID: "department", Role: "exchequer", Each: -1}, {ID: "council", Role: "provider", Each: -1},
			{ID: "nhs", Role: "partner", Each: -1}, {ID: "police", Role: "partner", Each: -1},
		},
		Units: []contracts.Unit{
			{Name: "family", PartOf: -1, Facts: []contracts.Field{
				{Name: "area", Type: formula.Choice, Choices: []string{"north", "south"}}, field("entered", formula.Date)}},
			{Name: "pupil", PartOf: 0, Facts: []contracts.Field{field("age", formula.Number)}},
			{Name: "adult", PartOf: 0},
		},
		Evidence: []contracts.Kind{
			{Name: "attachment", Of: contracts.OfUnit, Unit: 0, Form: contracts.Event},
			{Name: "employment", Of: contracts.OfUnit, Unit: 2, Form: contracts.Spell},
			{Name: "attendance", Of: contracts.OfUnit, Unit: 1, Form: contracts.Reading, Says: []contracts.Field{field("attended", formula.Rate)}},
			{Name: "exclusion", Of: contracts.OfUnit, Unit: 1, Form: contracts.Event},
			{Name: "visit", Of: contracts.OfUnit, Unit: 0, Form: contracts.Event, Says: []contracts.Field{
				field("cost", formula.Money), field("fall", formula.Points), field("stay", formula.Length), field("next", formula.Date),
				field("agreed", formula.YesNo), {Name: "mood", Type: formula.Choice, Choices: []string{"good", "bad"}},
				field("weight", formula.Number), field("nights", formula.Days), {Name: "note", Type: formula.Number, Optional: true}}},
			{Name: "confirmation", Of: contracts.OfRole, Unit: -1, Role: "partner", Form: contracts.Event, Says: []contracts.Field{field("taken_out", formula.Money)}},
			{Name: "certificate", Of: contracts.OfContract, Unit: -1, Form: contracts.Event},
			{Name: "evaluation", Of: contracts.OfCohort, Unit: 0, Form: contracts.Reading, Says: []contracts.Field{field("treated", formula.Number)}},
		},
		Cohorts: []contracts.Cohort{{Name: "leavers", Unit: 0, JoinedBy: 0}},
	}
}

// item makes an example's item of "key: value" pairs.
func item(line int, pairs ...string) contracts.ExampleItem {
	e := contracts.ExampleItem{Line: line}
	for i := 0; i < len(pairs); i += 2 {
		e.Keys = append(e.Keys, pairs[i])
		e.Values = append(e.Values, pairs[i+1])
	}
	return e
}
