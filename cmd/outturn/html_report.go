package main

import (
	"bytes"
	"html/template"
	"strings"

	"outturn/contracts/money"
	"outturn/engine/plot"
	"outturn/engine/report"
)

// The page that report --html writes, in the style of a statement's: one file, which asks the network for nothing and runs
// nothing. It says what the terminal says, and draws how each saving comes down and who invests and benefits.

// htmlSheet is a sheet as the template sees it.
type htmlSheet struct {
	Style    template.CSS
	Title    string
	Contract string
	Of       string
	Head     []string
	Note     string
	Sections []section
}

// htmlReport writes the page. The same report gives the same bytes.
func htmlReport(v reportView, s *sheet) ([]byte, error) {
	var page bytes.Buffer
	err := htmlTemplates.ExecuteTemplate(&page, "report.tmpl", htmlSheet{Style: htmlStyle + "\n" + plot.Style, Title: s.title, Contract: v.Contract, Of: v.of(),
		Head: v.head()[1:], Note: v.note(), Sections: s.sections})
	return page.Bytes(), err
}

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

// waterfalls draw how each saving comes down.
func (v reportView) waterfalls(p *sheet) error {
	for i, w := range v.Board.Waterfalls {
		svg, err := v.waterfall(i, w)
		if err != nil {
			return err
		}
		p.picture(svg, waterfallCaption(w.Saving))
	}
	return nil
}

// flowChart draws who puts something in and who has something of it.
func (v reportView) flowChart(p *sheet) error {
	if len(v.Board.Flows) == 0 {
		return nil
	}
	if v.Board.Matrix == nil {
		p.heading("Who pays and who is paid")
	}
	var in, out []plot.Band
	for i := range v.contract.Parties {
		id := v.contract.Parties[i].ID
		for _, kind := range []string{"cash", "in_kind"} {
			in = v.band(in, v.shortName(id), kind, v.flowSum(kind, func(f report.Flow) bool { return f.From == id }))
		}
		for _, kind := range []string{"cash", "benefit"} {
			out = v.band(out, v.shortName(id), kind, v.flowSum(kind, func(f report.Flow) bool { return f.To == id }))
		}
	}
	svg, err := v.flows(in, out)
	if err != nil {
		return err
	}
	p.picture(svg, flowsCaption)
	return nil
}

// flowSum is what one party puts in or has of one kind.
func (v reportView) flowSum(kind string, is func(report.Flow) bool) money.Amount {
	sum := v.none()
	for _, f := range v.Board.Flows {
		if f.Kind == kind && is(f) && f.Amount != nil {
			sum = sum.Add(*f.Amount)
		}
	}
	return sum
}
