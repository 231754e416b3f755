package main

import (
	"fmt"
	"io"

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
func (cmd *diffCmd) Run(w world) error {
	old, err := readContract(cmd.Old)
	if err != nil {
		return w.finding(err, cmd.JSON)
	}
	new, err := readContract(cmd.New)
	if err != nil {
		return w.finding(err, cmd.JSON)
	}
	found := whatif.Diff(old, new)
	if cmd.JSON {
		document := diffJSON{Old: old.File, New: new.File, Differences: []jsonDifference{}}
		for _, d := range found {
			document.Differences = append(document.Differences, jsonDifference(d))
		}
		err = writeJSON(w.stdout, document)
	} else {
		p := &page{width: w.width(), colour: w.colour()}
		printDiff(p, found)
		_, err = io.WriteString(w.stdout, p.text.String())
	}
	if err == nil && len(found) > 0 {
		err = errFound
	}
	return err
}

// diffSections are the headings of the sections, in their order.
var diffSections = []struct{ section, title string }{
	{"payments", "Payments"}, {"rules", "Other rules"}, {"rows", "Rows of tables"}, {"choices", "Choices"}, {"terms", "Other terms"},
}

// printDiff prints sentences with their changed words marked, and values as before and after.
func printDiff(p *page, found []whatif.Difference) {
	if len(found) == 0 {
		p.line(0, "The two say the same; examples, comments and the order of names are not compared.", plain)
		return
	}
	for _, s := range diffSections {
		sentences := s.section == "payments" || s.section == "rules"
		headed := false
		t := table{columns: []column{{title: "what", flex: true}, {title: "before", flex: true}, {title: "after", flex: true}}}
		for _, d := range found {
			if d.Section != s.section {
				continue
			}
			if !headed {
				p.heading(s.title)
				headed = true
			}
			if sentences {
				printSentences(p, d)
			} else {
				t.add(words(d.Where), orAbsent(d.Old), orAbsent(d.New))
			}
		}
		p.write(2, t)
	}
	p.blank()
	p.line(0, fmt.Sprintf("%s.", counted(len(found), "difference")), bold)
}

func printSentences(p *page, d whatif.Difference) {
	what := d.Kind
	if d.Where != "" {
		what = words(d.Where) + ", " + d.Kind
	}
	p.line(2, what, bold)
	old, new := d.Old, d.New
	if d.Kind == whatif.DiffChanged {
		old, new = whatif.Marked(d.Old, d.New)
	}
	if old != "" {
		p.line(4, "- "+old, plain)
	}
	if new != "" {
		p.line(4, "+ "+new, plain)
	}
}

func orAbsent(text string) string {
	if text == "" {
		return "(none)"
	}
	return text
}
