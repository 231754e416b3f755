package main

import (
	"fmt"
	"io"

	"outturn/cmd/outturn/terminal"
	"outturn/engine/whatif"
)

// diffCmd says what changed between two versions of a contract.
type diffCmd struct {
	Old  string `arg:"" help:"Contract file, or the folder that holds contract.yaml: the version before."`
	New  string `arg:"" help:"The version after."`
	JSON bool   `help:"Print one JSON document." name:"json"`
}

// diffJSON is what diff --json prints.
type diffJSON struct {
	Old         string           `json:"old"`
	New         string           `json:"new"`
	Differences []jsonDifference `json:"differences"`
}

type jsonDifference struct {
	Section string `json:"section"`
	Kind    string `json:"kind"`
	Where   string `json:"where,omitempty"`
	Old     string `json:"old,omitempty"`
	New     string `json:"new,omitempty"`
}

// Run prints the differences; it finds something when there are any.
func (cmd *diffCmd) Run(w terminal.World) error {
	old, err := readContract(cmd.Old)
	if err != nil {
		return finding(w, err, cmd.JSON)
	}
	new, err := readContract(cmd.New)
	if err != nil {
		return finding(w, err, cmd.JSON)
	}
	found := whatif.Diff(old, new)
	if cmd.JSON {
		document := diffJSON{Old: old.File, New: new.File, Differences: []jsonDifference{}}
		for _, d := range found {
			document.Differences = append(document.Differences, jsonDifference(d))
		}
		err = terminal.WriteJSON(w.Stdout, document)
	} else {
		p := &terminal.Page{Width: w.Width(), Colour: w.Colour()}
		printDiff(p, found)
		_, err = io.WriteString(w.Stdout, p.Text.String())
	}
	if err == nil && len(found) > 0 {
		err = terminal.ErrFound
	}
	return err
}

// diffSections are the headings of the sections, in their order.
var diffSections = []struct{ section, title string }{
	{"payments", "Payments"}, {"rules", "Other rules"}, {"rows", "Rows of tables"}, {"choices", "Choices"}, {"terms", "Other terms"},
}

// printDiff prints sentences with their changed words marked, and values as before and after.
func printDiff(p *terminal.Page, found []whatif.Difference) {
	if len(found) == 0 {
		p.Line(0, "The two say the same; examples, comments and the order of names are not compared.", terminal.Plain)
		return
	}
	for _, s := range diffSections {
		sentences := s.section == "payments" || s.section == "rules"
		headed := false
		t := terminal.Table{Columns: []terminal.Column{{Title: "what", Flex: true}, {Title: "before", Flex: true}, {Title: "after", Flex: true}}}
		for _, d := range found {
			if d.Section != s.section {
				continue
			}
			if !headed {
				p.Heading(s.title)
				headed = true
			}
			if sentences {
				printSentences(p, d)
			} else {
				t.Add(terminal.Words(d.Where), orAbsent(d.Old), orAbsent(d.New))
			}
		}
		p.Write(2, t)
	}
	p.Blank()
	p.Line(0, fmt.Sprintf("%s.", terminal.Counted(len(found), "difference")), terminal.Bold)
}

func printSentences(p *terminal.Page, d whatif.Difference) {
	what := d.Kind
	if d.Where != "" {
		what = terminal.Words(d.Where) + ", " + d.Kind
	}
	p.Line(2, what, terminal.Bold)
	old, new := d.Old, d.New
	if d.Kind == whatif.DiffChanged {
		old, new = whatif.Marked(d.Old, d.New)
	}
	if old != "" {
		p.Line(4, "- "+old, terminal.Plain)
	}
	if new != "" {
		p.Line(4, "+ "+new, terminal.Plain)
	}
}

func orAbsent(text string) string {
	if text == "" {
		return "(none)"
	}
	return text
}
