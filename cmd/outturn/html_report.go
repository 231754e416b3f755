package main

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

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
	for _, cells := range t.rows {
		rows = append(rows, t.cells(cells))
	}
	return rows
}

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
		case row[i] == agreesText:
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
		drawn := plot.Waterfall{ID: fmt.Sprintf("waterfall-%d", i+1), Title: words(w.Saving) + ": from all outcomes to whose it is", Axis: v.contract.Currency.Code}
		var said []string
		for _, bar := range w.Bars {
			if bar.Kind == "less" && bar.Amount.IsZero() {
				continue
			}
			one := plot.Bar{Label: bar.Called, Amount: bar.Amount.String(), Value: v.money(bar.Amount), Kind: plot.BarSum}
			switch bar.Kind {
			case "less":
				one.Kind, one.Value = plot.BarLess, v.money(bar.Amount.Neg())
			case "share":
				one.Kind, one.Label = plot.BarPart, v.shortName(bar.Party)
			}
			drawn.Bars = append(drawn.Bars, one)
			said = append(said, one.Label+" "+one.Value)
		}
		drawn.Desc = strings.Join(said, "; ")
		svg, err := drawn.SVG()
		if err != nil {
			return fmt.Errorf("waterfall of %s: %w", w.Saving, err)
		}
		p.picture(svg, words(w.Saving)+", to date.")
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
	drawn := plot.Flows{ID: "flows", Title: "Who invests and who benefits", Middle: v.Contract}
	var said []string
	for i := range v.contract.Parties {
		id := v.contract.Parties[i].ID
		for _, kind := range []string{"cash", "in_kind"} {
			if b, ok := v.band(id, kind, func(f report.Flow) bool { return f.From == id }); ok {
				drawn.In, said = append(drawn.In, b), append(said, b.Party+" puts in "+b.Value+" "+words(kind))
			}
		}
		for _, kind := range []string{"cash", "benefit"} {
			if b, ok := v.band(id, kind, func(f report.Flow) bool { return f.To == id }); ok {
				drawn.Out, said = append(drawn.Out, b), append(said, b.Party+" has "+b.Value+" "+words(kind))
			}
		}
	}
	drawn.Desc = strings.Join(said, "; ")
	svg, err := drawn.SVG()
	if err != nil {
		return err
	}
	p.picture(svg, "To date. Bands are as high as the sums are large. A benefit is a saving in somebody's budget, and no cash.")
	return nil
}

// shortName is a party's name where it fits beside a picture, else its id.
func (v reportView) shortName(party string) string {
	const fits = 25
	if name := v.partyName(party); letters(name) <= fits {
		return name
	}
	return words(party)
}

// band is what one party puts in or has of one kind; none below or at nought.
func (v reportView) band(party, kind string, is func(report.Flow) bool) (plot.Band, bool) {
	sum := v.none()
	for _, f := range v.Board.Flows {
		if f.Kind == kind && is(f) && f.Amount != nil {
			sum = sum.Add(*f.Amount)
		}
	}
	return plot.Band{Party: v.shortName(party), Kind: kind, Amount: sum.String(), Value: v.money(sum)}, sum.Sign() > 0
}
