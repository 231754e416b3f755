package expectation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/report"
	"outturn/engine/statements"
)

// expectedReports is what somebody worked out of the reports on a final settlement: a figure by where it stands in the
// report's JSON. Of a list the place names the entry by a text that it holds: contributions/council/due. An amount is
// written as money, a text as it is, and what is not there as none.
type expectedReports struct {
	Board    map[string]string            `yaml:"board"`
	Officers map[string]map[string]string `yaml:"officers"`
	Without  map[string]map[string]string `yaml:"without"` // by who withdraws, borne by benefit
}

// Reports compares the reports on the last of some final statements with what was expected of them. Every sum of theirs
// that should agree must, whatever is expected.
func (d *Comparer) Reports(c *contracts.Contract, statements []statements.Statement, want *expectedReports) {
	in := report.Input{Contract: c, Statements: statements}
	if c.Partnership != nil {
		in.Small = c.Partnership.SmallNumbers
	}
	r, err := report.New(in)
	if err != nil {
		d.Text("the reports", "made", err.Error())
		return
	}
	agreed := func(of string, rows []report.Agreement) {
		for _, a := range rows {
			if !a.Agrees {
				d.Text(of+": "+a.What, "agrees with "+a.Of, "differs by "+a.Difference.Format(c.Currency))
			}
		}
	}
	agreed("the board's report", r.Board.Reconciliation)
	for _, o := range r.Officers {
		agreed("the statement of "+o.Party, o.Reconciliation)
	}
	d.officers(r, &statements[len(statements)-1])
	if want == nil {
		return
	}
	d.places("board", want.Board, r.Board)
	for _, party := range sortedKeys(want.Officers) {
		at := slices.IndexFunc(r.Officers, func(o report.Officer) bool { return o.Party == party })
		if at < 0 {
			d.Text("officer "+party, "a statement", "no such party")
			continue
		}
		d.places("officer "+party, want.Officers[party], r.Officers[at])
	}
	for _, party := range sortedKeys(want.Without) {
		left, err := report.Without(in, party, report.BearBenefit)
		if err != nil {
			d.Text("without "+party, "worked out", err.Error())
			continue
		}
		d.places("without "+party, want.Without[party], left)
	}
}

// officers adds the officers' statements up and holds them to the board's report and to the statement.
func (d *Comparer) officers(r *report.Report, st *statements.Statement) {
	none := money.FromMinor(d.Currency, 0)
	saved, owes, owed, put := map[string]money.Amount{}, none, none, none
	same := func(of string, a, b money.Amount) {
		if in, err := b.In(d.Currency); err != nil || a.Cmp(in) != 0 {
			d.Text(of, b.String(), a.String())
		}
	}
	for _, o := range r.Officers {
		owes, owed, put = owes.Add(o.OwesNow), owed.Add(o.OwedNow), put.Add(o.Contribution.Total)
		for _, s := range o.Savings {
			if s.Amount != nil {
				sum, known := saved[s.Saving]
				if !known {
					sum = none
				}
				saved[s.Saving] = sum.Add(*s.Amount)
			}
		}
		for _, due := range st.Due {
			if due.Party == o.Party {
				same("what "+o.Party+" is owed less what it owes", o.NetNow, due.Due)
			}
		}
	}
	same("what officers owe", owes, owed)
	same("what officers put in", put, r.Board.Contributed.Total)
	for _, s := range r.Board.Savings {
		if sum, shared := saved[s.Saving]; shared && s.ComesTo != nil {
			same("the officers' parts of "+s.Saving, sum, *s.ComesTo)
		}
	}
}

// places compares the figures of a document by where they stand in it.
func (d *Comparer) places(of string, want map[string]string, document any) {
	text, err := json.Marshal(document)
	var found any
	if err == nil {
		err = json.Unmarshal(text, &found)
	}
	if err != nil {
		d.Text(of, "a document", err.Error())
		return
	}
	for _, place := range sortedKeys(want) {
		is, err := standsAt(found, place)
		switch {
		case err != nil:
			d.Text(of+", "+place, want[place], err.Error())
		case strings.Contains(want[place], d.Currency.Symbol) && is != "none":
			if amount, err := money.ParseAmount(d.Currency, is); err != nil {
				d.Text(of+", "+place, want[place], is)
			} else {
				d.amount(of+", "+place, want[place], amount)
			}
		default:
			d.Text(of+", "+place, want[place], is)
		}
	}
}

// standsAt follows a place into a document. What an object does not hold is none.
func standsAt(at any, place string) (string, error) {
	for part := range strings.SplitSeq(place, "/") {
		switch value := at.(type) {
		case map[string]any:
			at = value[part]
		case []any:
			n := slices.IndexFunc(value, func(one any) bool { return holds(one, part) })
			if n < 0 {
				return "", fmt.Errorf("no entry with %q", part)
			}
			at = value[n]
		default:
			return "", fmt.Errorf("nothing stands at %q", part)
		}
	}
	switch value := at.(type) {
	case nil:
		return "none", nil
	case string:
		return value, nil
	case bool:
		return map[bool]string{true: "yes", false: "no"}[value], nil
	}
	text, err := json.Marshal(at)
	return string(text), err
}

// holds reports whether an entry is a text, or has among its fields or its lists of texts one.
func holds(entry any, text string) bool {
	switch value := entry.(type) {
	case string:
		return value == text
	case map[string]any:
		for _, field := range value {
			if list, ok := field.([]any); ok && slices.Contains(list, any(text)) || field == any(text) {
				return true
			}
		}
	}
	return false
}
