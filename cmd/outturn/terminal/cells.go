package terminal

import "strings"

// This file says how a table looks on a page that a browser shows.

// What a cell says of a figure that is not shown, since it would say a small count, and of two sums that are the same or not.
const (
	NotShown    = "not shown"
	AgreesText  = "agrees"
	DiffersText = "differs by "
)

// Rows are a table's rows as its cells, and Foot its last.
func (t Table) Rows() [][]Cell {
	var rows [][]Cell
	for i, cells := range t.Lines {
		row := t.cells(cells)
		row[0].Depth = t.depth(i)
		rows = append(rows, row)
	}
	return rows
}

// Class says how a table looks: a tape as one, two columns no wider than they need be, many never too narrow to read.
func (t Table) Class() string {
	const many = 4
	switch {
	case t.tape:
		return "working"
	case len(t.Columns) <= 2 && t.Titles() == nil:
		return "counts"
	case len(t.Columns) >= many:
		return "broad"
	}
	return ""
}

// Caption is what stands above a table.
func (t Table) Caption() string { return t.Above }

// Foot is the row of totals; nothing where there is none.
func (t Table) Foot() []Cell {
	if t.Total == nil {
		return nil
	}
	return t.cells(t.Total)
}

// Titles are the columns' titles; nothing where none has one.
func (t Table) Titles() []Cell {
	var titles []Cell
	said := false
	for _, c := range t.Columns {
		titles = append(titles, Cell{Text: c.Title, Number: c.Right})
		said = said || c.Title != ""
	}
	if !said {
		return nil
	}
	return titles
}

// Cell is a cell of a table.
type Cell struct {
	Text   string
	Number bool
	Back   bool   // below nought
	Depth  int    // among steps
	Class  string // agrees, differs or hidden
	Note   string // of a row: what is said below it
}

// Classes are the cell's classes; "" for none.
func (c Cell) Classes() string {
	var all []string
	if c.Number {
		all = append(all, "n")
	}
	if c.Back {
		all = append(all, "back")
	}
	if c.Class != "" {
		all = append(all, c.Class)
	}
	return strings.Join(all, " ")
}

func (t Table) cells(row []string) []Cell {
	var cells []Cell
	for i, c := range t.Columns {
		cell := Cell{Text: row[i], Number: c.Right, Back: c.Right && strings.HasPrefix(row[i], "-") && len(row[i]) > 1}
		switch {
		case c.Tests && row[i] == "no":
			cell.Class = "missed"
		case c.Tests, row[i] == AgreesText:
			cell.Class = "passed"
		case strings.HasPrefix(row[i], DiffersText):
			cell.Class = "missed"
		case row[i] == NotShown:
			cell.Class = "hidden"
		}
		if i == 0 && len(row) > len(t.Columns) {
			cell.Note = row[len(t.Columns)]
		}
		cells = append(cells, cell)
	}
	return cells
}
