package main

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts/money"
	"outturn/engine/plot"
	"outturn/engine/statements"
)

// The page that settle --html writes: one file of HTML with its style and its plots inside, which asks the network for
// nothing and runs nothing. It says what the terminal says, and draws the comparisons. Every figure on it is in the
// statement or was worked out with it; the templates write, and compute nothing.

//go:embed html/*.tmpl
var htmlFiles embed.FS

//go:embed html/page.css
var htmlStyle template.CSS

var htmlTemplates = template.Must(template.New("page").ParseFS(htmlFiles, "html/*.tmpl"))

// htmlRowsMax is how many rows a table of the page has: beyond it, the last says how many more there are.
const htmlRowsMax = 500

// htmlPage is a statement as the templates see it. Its methods write what the statement holds.
type htmlPage struct {
	Statement   statements.Statement
	Style       template.CSS
	Title       string
	Paid        []*paid
	Parties     []statements.PartySum
	MoreParties string
	Total       *statements.PaymentSum // nothing where the payments do not add up to anything
	Worked      []terminal.Section
	Twice       []terminal.Section
	Lines       []htmlLines
	Adjustments []htmlLine
	MoreAdjusts string
	Comparisons []htmlComparison
	Digest      string
	view        view
}

// htmlLines are the lines of one payment that the page shows.
type htmlLines struct {
	Payment string
	Lines   []htmlLine
	More    string
}

// htmlLine is one line with its words.
type htmlLine struct {
	statements.Line
	For, Period, Notes string
	Working            *terminal.Table
}

// htmlStatement writes the page. The same view gives the same bytes; where the contract lies, and where the page goes,
// are not in it.
func htmlStatement(v view) ([]byte, error) {
	p := htmlPage{Statement: v.statement, Style: htmlStyle + "\n" + plot.Style, Title: v.title(), Paid: v.paid(), Parties: v.statement.Due, Digest: v.digest, view: v}
	if over := len(p.Parties) - htmlRowsMax; over > 0 {
		p.Parties, p.MoreParties = p.Parties[:htmlRowsMax], v.restOfParties(htmlRowsMax, over)
	}
	if over := len(p.Paid) - htmlRowsMax; over > 0 {
		p.Paid = p.Paid[:htmlRowsMax]
	}
	if v.oneWay() {
		all := v.allPayments()
		p.Total = &all
	}
	drawn, err := v.draw()
	if err != nil {
		return nil, err
	}
	p.Worked, p.Twice = v.workedOut(drawn).Sections, v.foundTwice().Sections
	p.takeLines()
	for i, c := range v.comparisons() {
		drawn, err := newHTMLComparison(fmt.Sprintf("comparison-%d", i+1), c)
		if err != nil {
			return nil, fmt.Errorf("comparison %s: %w", c.Title(), err)
		}
		p.Comparisons = append(p.Comparisons, drawn)
	}
	var page bytes.Buffer
	if err := htmlTemplates.ExecuteTemplate(&page, "page.tmpl", &p); err != nil {
		return nil, err
	}
	return page.Bytes(), nil
}

// takeLines takes from the sample the lines that are due, and those that correct an earlier statement.
func (p *htmlPage) takeLines() {
	v, adjusted := p.view, 0
	for _, sum := range v.statement.Payments {
		adjusted += sum.Adjusted
		due := v.linesOf(sum.Payment, func(l *statements.Line) bool { return !l.Due.IsZero() && l.Reason == "" })
		due = due[:min(len(due), v.limit)]
		if len(due) > 0 {
			lines := htmlLines{Payment: sum.Payment, More: more(sum.Lines-len(due), "more line", " with an entitlement to date")}
			for _, l := range due {
				one := htmlLine{Line: *l.line, For: l.of(), Period: period(l.line.Period), Notes: v.notes(l.line)}
				if len(l.line.Working) > 0 {
					working := terminal.TapeOf(l.line.Working)
					working.Above = "Working"
					one.Working = &working
				}
				lines.Lines = append(lines.Lines, one)
			}
			p.Lines = append(p.Lines, lines)
		}
		fixes := v.linesOf(sum.Payment, func(l *statements.Line) bool { return !l.Due.IsZero() && l.Reason != "" })
		for _, l := range fixes[:min(len(fixes), v.limit)] {
			p.Adjustments = append(p.Adjustments, htmlLine{Line: *l.line, For: l.of(), Period: period(l.line.Period), Notes: because(l.line)})
		}
	}
	p.MoreAdjusts = more(adjusted-len(p.Adjustments), "more adjustment", "")
}

// Final reports whether the statement posts.
func (p *htmlPage) Final() bool { return p.Statement.Status == statusFinal }

// Contents are the sections that the page has, to be linked to.
func (p *htmlPage) Contents() []terminal.Section {
	st := &p.Statement
	all := []terminal.Section{{ID: "pays", Title: "Who pays whom"}, {ID: "parties", Title: "By party"}, {ID: "payments", Title: "Payments"}}
	if !p.Final() {
		all = all[1:]
	}
	more := func(has bool, id, title string) {
		if has {
			all = append(all, terminal.Section{ID: id, Title: title})
		}
	}
	linked := func(sections []terminal.Section) {
		for _, one := range sections {
			more(one.ID != "", one.ID, one.Title)
		}
	}
	linked(p.Worked)
	more(len(p.Comparisons) > 0, "comparisons", "What would have happened anyway")
	more(len(p.Lines) > 0, "lines", "Lines due now")
	more(len(p.Adjustments) > 0, "adjustments", "Adjustments")
	more(len(st.Cohorts) > 0, "cohorts", "Who counts")
	more(len(st.Binds) > 0, "binds", "What binds")
	linked(p.Twice)
	more(len(st.Waiting) > 0, "waiting", "What waits")
	more(true, "evidence", "Evidence")
	more(true, "made", "Made from")
	return all
}

// Heading are the lines under the title.
func (p *htmlPage) Heading() []string { return []string{p.view.through(), p.view.upTo()} }

// Provisional is what is said of a statement that posts nothing, and Nobody of one that moves nothing.
func (p *htmlPage) Provisional() string { return provisionalNote }

// Nobody is what is said of a final statement that moves nothing.
func (p *htmlPage) Nobody() string { return nobodyPays }

// MorePaid says how many more pay one another than the page shows.
func (p *htmlPage) MorePaid() string {
	return more(len(p.view.paid())-len(p.Paid), "more pair", " of parties")
}

// Money writes an amount at its currency's places, with its sign.
func (p *htmlPage) Money(a money.Amount) string { return p.view.money(a) }

// Back reports whether an amount is below nought.
func (p *htmlPage) Back(a money.Amount) bool { return a.Sign() < 0 }

// Words turns a name of the contract into words.
func (p *htmlPage) Words(name string) string { return terminal.Words(name) }

// Number writes a whole number with commas.
func (p *htmlPage) Number(n int) string { return terminal.Grouped(n) }

// Count writes a count, which may be a fraction.
func (p *htmlPage) Count(text string) string { return groupedText(text) }

// Day writes a statement's day for reading.
func (p *htmlPage) Day(text string) string { return terminal.Long(text) }

// Held says what a payment earned and holds back.
func (p *htmlPage) Held(sum statements.PaymentSum) string { return p.view.held(sum) }

// Unit is the name of the periods that are settled.
func (p *htmlPage) Unit() string { return terminal.Words(p.view.settlePeriod()) }

// Excluded adds up whom a cohort leaves out.
func (p *htmlPage) Excluded(c statements.CohortSum) int {
	n := 0
	for _, reason := range c.Excluded {
		n += reason.Count
	}
	return n
}

// Cited puts a clause behind words that do not hold it already.
func (p *htmlPage) Cited(text, clause string) string { return cited(text, clause) }

// Evidence says how much evidence there is.
func (p *htmlPage) Evidence() string { return p.view.evidence() }

// Committed says how much the digest of the lines covers.
func (p *htmlPage) Committed() string { return p.view.committed() }

// Next is the number of a list's entry as people count.
func (p *htmlPage) Next(i int) int { return i + 1 }

// htmlMoney is an amount in a cell.
type htmlMoney struct {
	Text string
	Back bool // below nought
}

// Cell writes an amount at its currency's places, with its sign.
func (p *htmlPage) Cell(a money.Amount) htmlMoney { return htmlMoney{p.view.money(a), a.Sign() < 0} }
