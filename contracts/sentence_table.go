package contracts

import (
	"fmt"
	"strings"

	"outturn/contracts/formula"
)

// rowsSaid is how many rows of a table a sentence holds; of a longer one it says how many there are.
const rowsSaid = 12

// tableSentence says a table: what it is by, how a number is read, and its rows.
func (c *Contract) tableSentence(t *Table) string {
	text := capital(orName(t.Called, t.Name))
	if len(t.By) > 0 {
		by := make([]string, len(t.By))
		for i := range t.By {
			by[i] = spaced(t.By[i].Name)
		}
		text += " by " + list(by)
	}
	if t.Dated != nil {
		text += " at " + spaced(t.Dated.Name)
	}
	switch t.Reads {
	case ReadsSlice:
		text += ", each slice at its own"
		if t.ForEach != nil {
			text += " for each " + c.figureWords(*t.ForEach, nil)
		}
	case ReadsStraightLine:
		text += ", along straight lines"
	case ReadsStep: // one row, one value: what anybody expects of a table
	}
	var rows []string
	for i := range t.Rows {
		rows = append(rows, c.rowWords(t, &t.Rows[i]))
	}
	if t.Otherwise != nil {
		rows = append(rows, "otherwise "+c.givenWords(t, t.Otherwise))
	}
	if len(rows) > rowsSaid {
		rows = []string{fmt.Sprintf("%d rows", len(rows))}
	}
	return text + ": " + strings.Join(rows, "; ") + "." + clauseWords(t.Clause)
}

// rowWords says what a row is for and what it gives.
func (c *Contract) rowWords(t *Table, row *Row) string {
	var parts []string
	for i, m := range row.Match {
		if m.Any {
			continue
		}
		ref := &c.Refs[t.By[i].Slot]
		var values []string
		for _, v := range m.Values {
			values = append(values, c.figureWords(v, ref.Choices))
		}
		values = append(values, m.Texts...)
		if m.Test != nil {
			values = append(values, m.Test.Text)
		}
		parts = append(parts, spaced(t.By[i].Name)+" "+enumerate(values, "or"))
	}
	if row.UpTo != nil {
		word := "up to "
		if row.Below {
			word = "below "
		}
		parts = append(parts, word+c.figureWords(*row.UpTo, nil))
	}
	if !row.From.IsZero() {
		parts = append(parts, "from "+row.From.Long())
	}
	if len(parts) == 0 {
		return c.givenWords(t, row)
	}
	return strings.Join(parts, ", ") + ": " + c.givenWords(t, row)
}

// givenWords says what a row gives.
func (c *Contract) givenWords(t *Table, row *Row) string {
	var parts []string
	for i, e := range row.Values {
		if e == nil {
			continue
		}
		text := c.formulaWords(e)
		if e.Op == formula.OpLiteral {
			text = c.figureWords(e.Literal, t.Gives[i].Choices)
		}
		if t.Gives[i].Name != "is" {
			text = spaced(t.Gives[i].Name) + " " + text
		}
		parts = append(parts, text)
	}
	return list(parts)
}

// assumptionSentence says an assumption, version by version.
func (c *Contract) assumptionSentence(a *Assumption) string {
	t := &c.Tables[a.Table]
	text := "Assumed of " + orName(t.Called, t.Name) + ": "
	for i, v := range a.Versions {
		if i > 0 {
			text += "; from " + t.Rows[i].From.Long() + ", "
		}
		text += fmt.Sprintf("%s (version %d, grade %d, from %s; challenged by %s; %s, on %s)", c.formulaWords(t.Rows[i].Values[0]), i+1, v.Grade, v.Source, v.ChallengedBy, v.Decision, v.DecidedOn.Long())
	}
	return text + "." + clauseWords(t.Clause)
}
