package sentences

import (
	"fmt"
	"strings"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/wording"
)

// rowsSaid is how many rows of a table a sentence holds; of a longer one it says how many there are.
const rowsSaid = 12

// tableSentence says a table: what it is by, how a number is read, and its rows.
func tableSentence(c *contracts.Contract, t *contracts.Table) string {
	text := wording.Capital(wording.OrName(t.Called, t.Name))
	if len(t.By) > 0 {
		by := make([]string, len(t.By))
		for i := range t.By {
			by[i] = wording.Spaced(t.By[i].Name)
		}
		text += " by " + wording.List(by)
	}
	if t.Dated != nil {
		text += " at " + wording.Spaced(t.Dated.Name)
	}
	switch t.Reads {
	case contracts.ReadsSlice:
		text += ", each slice at its own"
		if t.ForEach != nil {
			text += " for each " + figureWords(c, *t.ForEach, nil)
		}
	case contracts.ReadsStraightLine:
		text += ", along straight lines"
	case contracts.ReadsStep: // one row, one value: what anybody expects of a table
	}
	var rows []string
	for i := range t.Rows {
		rows = append(rows, rowWords(c, t, &t.Rows[i]))
	}
	if t.Otherwise != nil {
		rows = append(rows, "otherwise "+givenWords(c, t, t.Otherwise))
	}
	if len(rows) > rowsSaid {
		rows = []string{fmt.Sprintf("%d rows", len(rows))}
	}
	return text + ": " + strings.Join(rows, "; ") + "." + clauseWords(t.Clause)
}

// rowWords says what a row is for and what it gives.
func rowWords(c *contracts.Contract, t *contracts.Table, row *contracts.Row) string {
	var parts []string
	for i, m := range row.Match {
		if m.Any {
			continue
		}
		ref := &c.Refs[t.By[i].Slot]
		var values []string
		for _, v := range m.Values {
			values = append(values, figureWords(c, v, ref.Choices))
		}
		values = append(values, m.Texts...)
		if m.Test != nil {
			values = append(values, m.Test.Text)
		}
		parts = append(parts, wording.Spaced(t.By[i].Name)+" "+wording.Enumerate(values, "or"))
	}
	if row.UpTo != nil {
		word := "up to "
		if row.Below {
			word = "below "
		}
		parts = append(parts, word+figureWords(c, *row.UpTo, nil))
	}
	if !row.From.IsZero() {
		parts = append(parts, "from "+row.From.Long())
	}
	if len(parts) == 0 {
		return givenWords(c, t, row)
	}
	return strings.Join(parts, ", ") + ": " + givenWords(c, t, row)
}

// givenWords says what a row gives.
func givenWords(c *contracts.Contract, t *contracts.Table, row *contracts.Row) string {
	var parts []string
	for i, e := range row.Values {
		if e == nil {
			continue
		}
		text := Formula(c, e)
		if e.Op == formula.OpLiteral {
			text = figureWords(c, e.Literal, t.Gives[i].Choices)
		}
		if t.Gives[i].Name != "is" {
			text = wording.Spaced(t.Gives[i].Name) + " " + text
		}
		parts = append(parts, text)
	}
	return wording.List(parts)
}

// assumptionSentence says an assumption, version by version.
func assumptionSentence(c *contracts.Contract, a *contracts.Assumption) string {
	t := &c.Tables[a.Table]
	text := "Assumed of " + wording.OrName(t.Called, t.Name) + ": "
	for i, v := range a.Versions {
		if i > 0 {
			text += "; from " + t.Rows[i].From.Long() + ", "
		}
		text += fmt.Sprintf("%s (version %d, grade %d, from %s; challenged by %s; %s, on %s)", Formula(c, t.Rows[i].Values[0]), i+1, v.Grade, v.Source, v.ChallengedBy, v.Decision, v.DecidedOn.Long())
	}
	return text + "." + clauseWords(t.Clause)
}
