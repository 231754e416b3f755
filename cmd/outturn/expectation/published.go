package expectation

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

// PublishedName is the file of a folder that says where its payer published what was paid, unit by unit.
const PublishedName = "published.yaml"

// Published says which column of which file holds what was paid, and what is already known of the differences.
type Published struct {
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

// PublishedReport is a settlement held against what was published.
type PublishedReport struct {
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

// ReadPublished reads a folder's published.yaml; nil when it has none.
func ReadPublished(folder fs.FS) (*Published, error) {
	document, err := fs.ReadFile(folder, PublishedName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var p Published
	if err := yaml.Load(document, &p, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("%s: %w", PublishedName, err)
	}
	for _, needed := range []struct{ key, value string }{{"file", p.File}, {"unit", p.Unit}, {"amount", p.Amount}, {"within", p.Within}} {
		if needed.value == "" {
			return nil, fmt.Errorf("%s: %s is not said; it needs file, unit, amount and within", PublishedName, needed.key)
		}
	}
	return &p, nil
}

// Read returns what was published by unit, and the units in the order in which the file first names them. A unit whose
// amount is blank is in the order but not in the map.
func (p *Published) Read(folder fs.FS, c *contracts.Contract) (map[string]money.Amount, []string, error) {
	f, err := folder.Open(p.File)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", PublishedName, err)
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
func (p *Published) row(c *contracts.Contract, at map[string]int, row []string) (string, *money.Amount, error) {
	cell := func(name string) (string, error) {
		i, ok := at[name]
		if !ok || i >= len(row) {
			return "", fmt.Errorf("no column %q, which %s names; the columns are those of the first line", name, PublishedName)
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
			return "", fmt.Errorf("unit %q of %s: a { without its }", template, PublishedName)
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

// UnitSums adds up what each unit is paid, less what it pays, over all statements that it takes: to date, when it takes
// all of them.
type UnitSums map[string]money.Amount

// Take adds the lines of one record. A line of a member is the member's when the published file names it.
func (sums UnitSums) Take(r *statements.Record, named map[string]bool) {
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

// TakeAll adds a whole statement.
func (sums UnitSums) TakeAll(s *proof.Stored, named map[string]bool) error {
	for record, err := range s.All() {
		if err != nil {
			return err
		}
		sums.Take(&record, named)
	}
	return nil
}

// Against holds a run of statements against what was published.
func (p *Published) Against(folder fs.FS, c *contracts.Contract, issued []*proof.Stored) (PublishedReport, error) {
	amounts, order, err := p.Read(folder, c)
	if err != nil {
		return PublishedReport{}, err
	}
	named := map[string]bool{}
	for _, unit := range order {
		named[unit] = true
	}
	sums := UnitSums{}
	for _, stored := range issued {
		if err := sums.TakeAll(stored, named); err != nil {
			return PublishedReport{}, err
		}
	}
	return p.Compare(c, sums, amounts, order)
}

// Compare holds what was settled, by unit, against what was published.
func (p *Published) Compare(c *contracts.Contract, sums UnitSums, amounts map[string]money.Amount, order []string) (PublishedReport, error) {
	limit, err := money.ParseAmount(c.Currency, p.Within)
	if err != nil {
		return PublishedReport{}, fmt.Errorf("%s: within: %w", PublishedName, err)
	}
	report := PublishedReport{File: p.File, Limit: limit.Format(c.Currency)}
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

// Differences says where a report is not what published.yaml promises: counts, and units apart without a reason.
func (p *Published) Differences(report PublishedReport) []Difference {
	d := &Comparer{}
	if p.Summary != nil {
		d.count("published, exact", p.Summary.Exact, report.Exact)
		d.count("published, within "+report.Limit, p.Summary.Within, report.Within)
		d.count("published, apart", p.Summary.Apart, report.Apart)
	}
	for _, row := range report.Rows {
		if row.Apart && row.Reason == "" {
			d.Found = append(d.Found, Difference{"published, " + row.Unit, row.Published, row.Found, row.Difference})
		}
	}
	return d.Found
}

// PrintPublished shows a settlement held against what was published: the counts, those apart, and a few of those within.
func PrintPublished(p *terminal.Page, report PublishedReport, rows int) {
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
