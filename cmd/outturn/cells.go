package main

import "strings"

// This file says how a table looks on a page that a browser shows.

// What a cell says of a figure that is not shown, since it would say a small count, and of two sums that are the same or not.
const (
	notShown    = "not shown"
	agreesText  = "agrees"
	differsText = "differs by "
)

// Rows are a table's rows as its cells, and Foot its last.
func (t table) Rows() [][]htmlCell {
	var rows [][]htmlCell
	for i, cells := range t.rows {
		row := t.cells(cells)
		row[0].Depth = t.depth(i)
		rows = append(rows, row)
	}
	return rows
}

// Class says how a table looks: a tape as one, two columns no wider than they need be, many never too narrow to read.
func (t table) Class() string {
	const many = 4
	switch {
	case t.tape:
		return "working"
	case len(t.columns) <= 2 && t.Titles() == nil:
		return "counts"
	case len(t.columns) >= many:
		return "broad"
	}
	return ""
}

// Caption is what stands above a table.
func (t table) Caption() string { return t.caption }

// Foot is the row of totals; nothing where there is none.
func (t table) Foot() []htmlCell {
	if t.total == nil {
		return nil
	}
	return t.cells(t.total)
}

// Titles are the columns' titles; nothing where none has one.
func (t table) Titles() []htmlCell {
	var titles []htmlCell
	said := false
	for _, c := range t.columns {
		titles = append(titles, htmlCell{Text: c.title, Number: c.right})
		said = said || c.title != ""
	}
	if !said {
		return nil
	}
	return titles
}

// htmlCell is a cell of a table.
type htmlCell struct {
	Text   string
	Number bool
	Back   bool   // below nought
	Depth  int    // among steps
	Class  string // agrees, differs or hidden
	Note   string // of a row: what is said below it
}

// Classes are the cell's classes; "" for none.
func (c htmlCell) Classes() string {
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

func (t table) cells(row []string) []htmlCell {
	var cells []htmlCell
	for i, c := range t.columns {
		cell := htmlCell{Text: row[i], Number: c.right, Back: c.right && strings.HasPrefix(row[i], "-") && len(row[i]) > 1}
		switch {
		case c.tests && row[i] == "no":
			cell.Class = "missed"
		case c.tests, row[i] == agreesText:
			cell.Class = "passed"
		case strings.HasPrefix(row[i], differsText):
			cell.Class = "missed"
		case row[i] == notShown:
			cell.Class = "hidden"
		}
		if i == 0 && len(row) > len(t.columns) {
			cell.Note = row[len(t.columns)]
		}
		cells = append(cells, cell)
	}
	return cells
}
