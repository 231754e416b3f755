package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sort"
	"strings"

	"go.yaml.in/yaml/v4"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/proof"
	"outturn/engine/statements"
)

// publishedName is the file of a folder that says where its payer published what was paid, unit by unit.
const publishedName = "published.yaml"

// published says which column of which file holds what was paid, and what is already known of the differences.
type published struct {
	File      string            `yaml:"file"`
	Where     map[string]string `yaml:"where"`
	Unit      string            `yaml:"unit"`   // a column, or a template of columns: {project}/{metric}
	Amount    string            `yaml:"amount"` // a column: above nought is paid to the unit, below nought by it
	Within    string            `yaml:"within"`
	Explained map[string]string `yaml:"explained"`
	Summary   *struct {
		Exact  int `yaml:"exact"`
		Within int `yaml:"within"`
		Apart  int `yaml:"apart"`
	} `yaml:"summary"`
}

// publishedReport is a settlement held against what was published.
type publishedReport struct {
	File   string         `json:"file"`
	Limit  string         `json:"limit"` // the difference up to which a unit counts as within
	Exact  int            `json:"exact"`
	Within int            `json:"within"`
	Apart  int            `json:"apart"`
	Blank  int            `json:"blank"` // units for which nothing was published
	Rows   []publishedRow `json:"rows"`  // those apart, then those within, the widest first
}

// publishedRow is one unit whose settlement is not what was published.
type publishedRow struct {
	Unit       string `json:"unit"`
	Published  string `json:"published"`
	Found      string `json:"found"`
	Difference string `json:"difference"`
	Apart      bool   `json:"apart"`
	Reason     string `json:"reason,omitempty"`
	size       money.Amount
}

// readPublished reads a folder's published.yaml; nil when it has none.
func readPublished(folder fs.FS) (*published, error) {
	document, err := fs.ReadFile(folder, publishedName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var p published
	if err := yaml.Load(document, &p, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("%s: %w", publishedName, err)
	}
	for _, needed := range []struct{ key, value string }{{"file", p.File}, {"unit", p.Unit}, {"amount", p.Amount}, {"within", p.Within}} {
		if needed.value == "" {
			return nil, fmt.Errorf("%s: %s is not said; it needs file, unit, amount and within", publishedName, needed.key)
		}
	}
	return &p, nil
}

// read returns what was published by unit, and the units in the order in which the file first names them. A unit whose
// amount is blank is in the order but not in the map.
func (p *published) read(folder fs.FS, c *contracts.Contract) (map[string]money.Amount, []string, error) {
	f, err := folder.Open(p.File)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", publishedName, err)
	}
	defer f.Close()
	rows := csv.NewReader(f)
	header, err := rows.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", p.File, err)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	at := map[string]int{}
	for i, name := range header {
		at[strings.TrimSpace(name)] = i
	}
	amounts := map[string]money.Amount{}
	var order []string
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return amounts, order, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", p.File, err)
		}
		line, _ := rows.FieldPos(0)
		unit, amount, err := p.row(c, at, row)
		if err != nil {
			return nil, nil, fmt.Errorf("%s:%d: %w", p.File, line, err)
		}
		if unit == "" {
			continue
		}
		before, known := amounts[unit]
		if !known {
			order = append(order, unit)
		}
		if amount != nil {
			amounts[unit] = before.Add(*amount)
		}
	}
}

// row reads one published row: its unit, "" when the row is passed over, and its amount, nil when it is blank.
func (p *published) row(c *contracts.Contract, at map[string]int, row []string) (string, *money.Amount, error) {
	cell := func(name string) (string, error) {
		i, ok := at[name]
		if !ok || i >= len(row) {
			return "", fmt.Errorf("no column %q, which %s names; the columns are those of the first line", name, publishedName)
		}
		return strings.TrimSpace(row[i]), nil
	}
	for name, want := range p.Where {
		if found, err := cell(name); err != nil || found != want {
			return "", nil, err
		}
	}
	unit, err := composed(p.Unit, cell)
	if err != nil {
		return "", nil, err
	}
	text, err := cell(p.Amount)
	if err != nil {
		return "", nil, err
	}
	switch text {
	case "", ".", "-", "*", "NA", "N/A":
		return unit, nil, nil
	}
	if inner, ok := strings.CutPrefix(text, "("); ok { // an accountant's minus
		text = "-" + strings.TrimSuffix(inner, ")")
	}
	amount, err := money.ParseAmount(c.Currency, text)
	if err != nil {
		return "", nil, fmt.Errorf("%s of %s: %w", p.Amount, unit, err)
	}
	return unit, &amount, nil
}

// composed reads a column, or fills a template's {columns} in.
func composed(template string, cell func(string) (string, error)) (string, error) {
	if !strings.Contains(template, "{") {
		return cell(template)
	}
	var b strings.Builder
	for rest := template; rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		b.WriteString(before)
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return "", fmt.Errorf("unit %q of %s: a { without its }", template, publishedName)
		}
		value, err := cell(name)
		if err != nil {
			return "", err
		}
		b.WriteString(value)
		rest = tail
	}
	return b.String(), nil
}

// unitSums adds up what each unit is paid, less what it pays, over all statements that it takes: to date, when it takes
// all of them.
type unitSums map[string]money.Amount

// take adds the lines of one record. A line of a member is the member's when the published file names it.
func (sums unitSums) take(r *statements.Record, named map[string]bool) {
	for i := range r.Lines {
		l := &r.Lines[i]
		unit := r.Unit
		if member, _, _ := strings.Cut(l.Of, ofBetween); member != "" && named[member] {
			unit = member
		}
		if unit == "" {
			continue
		}
		amount := l.Due
		if l.From == unit || l.From == r.Unit {
			amount = amount.Neg()
		}
		sums[unit] = sums[unit].Add(amount)
	}
}

// takeAll adds a whole statement.
func (sums unitSums) takeAll(s *proof.Stored, named map[string]bool) error {
	for record, err := range s.All() {
		if err != nil {
			return err
		}
		sums.take(&record, named)
	}
	return nil
}

// against holds a run of statements against what was published.
func (p *published) against(folder fs.FS, c *contracts.Contract, issued []*proof.Stored) (publishedReport, error) {
	amounts, order, err := p.read(folder, c)
	if err != nil {
		return publishedReport{}, err
	}
	named := map[string]bool{}
	for _, unit := range order {
		named[unit] = true
	}
	sums := unitSums{}
	for _, stored := range issued {
		if err := sums.takeAll(stored, named); err != nil {
			return publishedReport{}, err
		}
	}
	return p.compare(c, sums, amounts, order)
}

// compare holds what was settled, by unit, against what was published.
func (p *published) compare(c *contracts.Contract, sums unitSums, amounts map[string]money.Amount, order []string) (publishedReport, error) {
	limit, err := money.ParseAmount(c.Currency, p.Within)
	if err != nil {
		return publishedReport{}, fmt.Errorf("%s: within: %w", publishedName, err)
	}
	report := publishedReport{File: p.File, Limit: limit.Format(c.Currency)}
	none := money.FromMinor(c.Currency, 0)
	units := append([]string(nil), order...)
	named := map[string]bool{}
	for _, unit := range order {
		named[unit] = true
	}
	for _, unit := range sortedKeys(sums) {
		if !named[unit] && !sums[unit].IsZero() {
			units = append(units, unit)
		}
	}
	for _, unit := range units {
		was, ok := amounts[unit]
		found := none.Add(sums[unit])
		if !ok && found.IsZero() {
			report.Blank++
			continue
		}
		apart := found.Sub(none.Add(was))
		size := apart
		if size.Sign() < 0 {
			size = size.Neg()
		}
		row := publishedRow{Unit: unit, Published: none.Add(was).Format(c.Currency), Found: found.Format(c.Currency),
			Difference: apart.Format(c.Currency), Reason: p.Explained[unit], size: size}
		if !ok {
			row.Published = "nothing"
		}
		switch {
		case apart.IsZero():
			report.Exact++
			continue
		case size.Cmp(limit) <= 0:
			report.Within++
		default:
			report.Apart++
			row.Apart = true
		}
		report.Rows = append(report.Rows, row)
	}
	sort.SliceStable(report.Rows, func(i, j int) bool { return report.Rows[i].size.Cmp(report.Rows[j].size) > 0 })
	return report, nil
}

// differences says where a report is not what published.yaml promises: counts, and units apart without a reason.
func (p *published) differences(report publishedReport) []difference {
	d := &comparer{}
	if p.Summary != nil {
		d.count("published, exact", p.Summary.Exact, report.Exact)
		d.count("published, within "+report.Limit, p.Summary.Within, report.Within)
		d.count("published, apart", p.Summary.Apart, report.Apart)
	}
	for _, row := range report.Rows {
		if row.Apart && row.Reason == "" {
			d.found = append(d.found, difference{"published, " + row.Unit, row.Published, row.Found, row.Difference})
		}
	}
	return d.found
}

// printPublished shows a settlement held against what was published: the counts, those apart, and a few of those within.
func printPublished(p *terminal.Page, report publishedReport, rows int) {
	p.Heading("Held against what was published")
	p.Line(2, fmt.Sprintf("%s: %s exact, %s within %s, %s apart", report.File, terminal.Grouped(report.Exact), terminal.Grouped(report.Within), report.Limit, terminal.Grouped(report.Apart)), terminal.Plain)
	if report.Blank > 0 {
		p.Line(2, terminal.Counted(report.Blank, "unit")+" with nothing published and nothing settled", terminal.Dim)
	}
	t := terminal.Table{Columns: []terminal.Column{{Title: "unit"}, {Title: "published", Right: true}, {Title: "settled", Right: true}, {Title: "difference", Right: true}}}
	shown := 0
	for _, row := range report.Rows {
		if !row.Apart {
			if shown == rows {
				break
			}
			shown++
		}
		t.Add(row.Unit, row.Published, row.Found, row.Difference, row.Reason)
	}
	p.Write(2, t)
	if rest := report.Within - shown; rest > 0 {
		p.Line(2, fmt.Sprintf("and %s within %s", terminal.Grouped(rest), report.Limit), terminal.Dim)
	}
}
