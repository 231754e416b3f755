package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"outturn/cmd/outturn/expectation"
	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/ingest"
	"outturn/engine/proof"
	"outturn/engine/statements"
	"outturn/engine/whatif"
)

// testCmd runs worked examples and worked folders.
type testCmd struct {
	Dirs []string `arg:"" name:"dir" help:"Contracts, their folders, or folders of such folders."`
	JSON bool     `help:"Print one JSON document." name:"json"`
}

// outcome is one worked thing and how it came out.
type outcome struct {
	Contract    string                   `json:"contract"`
	What        string                   `json:"what"` // "example", "settlement" or "published"
	Name        string                   `json:"name"`
	OK          bool                     `json:"ok"`
	Error       string                   `json:"error,omitempty"`
	Differences []expectation.Difference `json:"differences"`
}

// Run runs everything worked in the folders, prints what differs, and finds something when anything does.
func (cmd *testCmd) Run(w terminal.World) error {
	var outcomes []outcome
	for _, dir := range cmd.Dirs {
		places, err := worked(dir)
		if err != nil {
			return err
		}
		for _, place := range places {
			found, err := testFolder(place)
			if err != nil {
				found = append(found, outcome{Contract: place, What: "contract", Name: place, Error: err.Error()})
			}
			outcomes = append(outcomes, found...)
		}
	}
	failed := 0
	for _, o := range outcomes {
		if !o.OK {
			failed++
		}
	}
	var err error
	if cmd.JSON {
		err = terminal.WriteJSON(w.Stdout, map[string]any{"run": len(outcomes), "failed": failed, "outcomes": outcomes})
	} else {
		p := &terminal.Page{Width: w.Width(), Colour: w.Colour()}
		printOutcomes(p, outcomes, failed)
		_, err = io.WriteString(w.Stdout, p.Text.String())
	}
	if err == nil && failed > 0 {
		err = terminal.ErrFound
	}
	return err
}

// worked finds the contracts that a path means: itself, or each folder in it that holds one.
func worked(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, terminal.Usage(err)
	}
	if !info.IsDir() || contractIn(path) != "" {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var places []string
	for _, entry := range entries {
		if place := filepath.Join(path, entry.Name()); entry.IsDir() && contractIn(place) != "" {
			places = append(places, place)
		}
	}
	if len(places) == 0 {
		return nil, terminal.Usage(fmt.Errorf("%s holds no contract, nor does any folder in it; expected %s", path, contractNames[0]))
	}
	return places, nil
}

// testFolder runs what one contract carries and what its folder expects.
func testFolder(place string) ([]outcome, error) {
	c, err := readContract(place)
	if err != nil {
		return nil, err
	}
	outcomes := testExamples(c)
	if info, err := os.Stat(place); err != nil || !info.IsDir() {
		return outcomes, err
	}
	f := &folder{dir: place, files: os.DirFS(place), contract: c}
	want, err := expectation.Read(f.files)
	if err != nil {
		return outcomes, err
	}
	held, err := expectation.ReadPublished(f.files)
	if err != nil {
		return outcomes, err
	}
	if want == nil && held == nil {
		return outcomes, nil
	}
	if want == nil {
		want = &expectation.Expected{}
	}
	chain := &chain{folder: f, published: held}
	defer chain.close()
	for i := range want.Settlements {
		o := chain.settle(&want.Settlements[i], i+1)
		outcomes = append(outcomes, o)
		if o.Error != "" {
			return outcomes, nil
		}
	}
	if held != nil {
		outcomes = append(outcomes, chain.heldAgainstPublished())
	}
	return outcomes, nil
}

// testExamples runs the examples that a contract carries.
func testExamples(c *contracts.Contract) []outcome {
	var outcomes []outcome
	for i := range c.Examples {
		e := &c.Examples[i]
		o := outcome{Contract: c.ID, What: "example", Name: e.It, Differences: []expectation.Difference{}}
		snapshot, err := ingest.FromExamples(c, e.Evidence, e.AsAt)
		var result whatif.Result
		if err == nil {
			result, err = whatif.RunExample(c, e, snapshot)
		}
		if err != nil {
			o.Error = err.Error()
		} else {
			for _, due := range result.Due {
				if !due.Agrees() {
					o.Differences = append(o.Differences, expectation.Difference{Of: due.Party, Expected: due.Expected.Format(c.Currency), Found: due.Found.Format(c.Currency), Difference: due.Found.Sub(*due.Expected).Format(c.Currency)})
				}
			}
			o.OK = result.Agrees()
		}
		outcomes = append(outcomes, o)
	}
	return outcomes
}

// chain settles a folder again and again, each final statement prior to the next.
type chain struct {
	folder    *folder
	published *expectation.Published
	issued    []*proof.Stored
	spools    []*spool
	last      *proof.Stored // the last settlement, final or not
}

func (c *chain) close() {
	for _, s := range c.spools {
		_ = s.Close() // temporary
	}
}

// settle makes one settlement and compares it with what was expected.
func (c *chain) settle(want *expectation.Settlement, number int) outcome {
	o := outcome{Contract: c.folder.contract.ID, What: "settlement", Name: want.Status + " as at " + want.AsAt, Differences: []expectation.Difference{}}
	if want.Why != "" {
		o.Name += ": " + want.Why
	}
	asAt, _ := calendar.ParseDate(want.AsAt)
	knownAt, _ := calendar.ParseDate(want.KnownAt)
	lines, dues := expectation.NewWantedLines(c.folder.contract, want.Lines), whatif.NewDues(c.folder.contract)
	st, err := c.run(occasion{asAt, knownAt, want.Status == statusProvisional}, strconv.Itoa(number), func(r *statements.Record) {
		lines.Take(r)
		dues.Take(r)
	})
	if err != nil {
		o.Error = err.Error()
		return o
	}
	o.Differences = append(o.Differences, want.Compare(c.folder.contract, st, lines, dues)...)
	if st.Status == statusFinal {
		d := &expectation.Comparer{Currency: c.folder.contract.Currency}
		statements := make([]statements.Statement, len(c.issued))
		for i := range statements {
			statements[i] = c.issued[i].Statement
		}
		d.Reports(c.folder.contract, statements, want.Reports)
		o.Differences = append(o.Differences, d.Found...)
	}
	o.OK = len(o.Differences) == 0
	return o
}

// run settles on an occasion, keeping the statement.
func (c *chain) run(on occasion, name string, take func(*statements.Record)) (statements.Statement, error) {
	f := c.folder
	evidence, err := f.open(on, nil)
	if err != nil {
		return statements.Statement{}, err
	}
	defer evidence.close()
	position, err := proof.Position(c.issued)
	if err != nil {
		return statements.Statement{}, err
	}
	kept, err := newSpool()
	if err != nil {
		return statements.Statement{}, err
	}
	c.spools = append(c.spools, kept)
	st, err := engine.Settle(f.contract, evidence.on, evidence.Snapshot, position, together(kept.sink, whatif.EachRecord(f.contract, take)))
	if err != nil {
		return st, err
	}
	stored, err := kept.stored(f.contract, "settlement "+name, st)
	if err != nil {
		return st, err
	}
	if c.last = stored; st.Status == statusFinal {
		c.issued = append(c.issued, stored)
	}
	return st, nil
}

// heldAgainstPublished holds the last settlement against what was published, or a first one where none is expected.
func (c *chain) heldAgainstPublished() outcome {
	o := outcome{Contract: c.folder.contract.ID, What: "published", Name: c.published.File, Differences: []expectation.Difference{}}
	report, err := c.report()
	if err != nil {
		o.Error = err.Error()
		return o
	}
	o.Name += fmt.Sprintf(": %s exact, %s within %s, %s apart", terminal.Grouped(report.Exact), terminal.Grouped(report.Within), report.Limit, terminal.Grouped(report.Apart))
	o.Differences = append(o.Differences, c.published.Differences(report)...)
	o.OK = len(o.Differences) == 0
	return o
}

func (c *chain) report() (expectation.PublishedReport, error) {
	if c.last == nil {
		if _, err := c.run(occasion{}, "1", func(*statements.Record) {}); err != nil {
			return expectation.PublishedReport{}, err
		}
	}
	all := c.issued
	if c.last.Statement.Status != statusFinal {
		all = append(all[:len(all):len(all)], c.last)
	}
	return c.published.Against(c.folder.files, c.folder.contract, all)
}

// printOutcomes prints a line for each worked thing, and a table beneath each that differs.
func printOutcomes(p *terminal.Page, outcomes []outcome, failed int) {
	contract := ""
	for _, o := range outcomes {
		if o.Contract != contract {
			contract = o.Contract
			p.Heading(contract)
		}
		if o.OK {
			p.Line(2, "✓ "+o.what()+o.Name, terminal.Plain)
			continue
		}
		p.Line(2, "✗ "+o.what()+o.Name, terminal.Bold)
		if o.Error != "" {
			p.Raw(6, o.Error)
		}
		t := terminal.Table{Columns: []terminal.Column{{Title: "", Flex: true}, {Title: "expected", Right: true, Flex: true}, {Title: "found", Right: true, Flex: true}, {Title: "difference", Right: true, Flex: true}}}
		for _, d := range o.Differences {
			t.Add(d.Of, d.Expected, d.Found, d.Difference)
		}
		p.Write(6, t)
	}
	p.Blank()
	switch {
	case len(outcomes) == 0:
		p.Line(0, "Nothing is worked there: no examples, no "+expectation.Name+", no "+expectation.PublishedName+".", terminal.Plain)
	case failed == 0:
		p.Line(0, fmt.Sprintf("%s worked; all come out as they should.", terminal.Counted(len(outcomes), "case")), terminal.Bold)
	default:
		p.Line(0, fmt.Sprintf("%s worked; %s not as they should be.", terminal.Counted(len(outcomes), "case"), terminal.Grouped(failed)), terminal.Bold)
	}
}

func (o outcome) what() string {
	if o.What == "example" || o.What == "contract" {
		return ""
	}
	return o.What + ", "
}
