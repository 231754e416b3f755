package main

import (
	"bytes"
	"html/template"

	"outturn/cmd/outturn/terminal"
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
	Sections []terminal.Section
}

// htmlReport writes the page. The same report gives the same bytes.
func htmlReport(v reportView, s *terminal.Sheet) ([]byte, error) {
	var page bytes.Buffer
	err := htmlTemplates.ExecuteTemplate(&page, "report.tmpl", htmlSheet{Style: htmlStyle + "\n" + plot.Style, Title: s.Title, Contract: v.Contract, Of: v.of(),
		Head: v.head()[1:], Note: v.note(), Sections: s.Sections})
	return page.Bytes(), err
}

// waterfalls draw how each saving comes down.
func (v reportView) waterfalls(p *terminal.Sheet) error {
	for i, w := range v.Board.Waterfalls {
		svg, err := v.waterfall(i, w)
		if err != nil {
			return err
		}
		p.Picture(svg, waterfallCaption(w.Saving))
	}
	return nil
}

// flowChart draws who puts something in and who has something of it.
func (v reportView) flowChart(p *terminal.Sheet) error {
	if len(v.Board.Flows) == 0 {
		return nil
	}
	if v.Board.Matrix == nil {
		p.Heading("Who pays and who is paid")
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
	p.Picture(svg, flowsCaption)
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
