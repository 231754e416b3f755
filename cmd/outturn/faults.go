package main

import (
	"errors"
	"fmt"
	"strings"

	"outturn/cmd/outturn/pseudonym"
	"outturn/cmd/outturn/terminal"
	"outturn/contracts/document"
	"outturn/engine/evidence"
)

// faults lays out the faults of a contract or of evidence, all of them; false when the error is of another kind.
func faults(w terminal.World, err error) (string, bool) {
	var ofContract *document.Faults
	if errors.As(err, &ofContract) {
		return strings.TrimRight(ofContract.Error(), "\n") + "\n" + openText(w, err), true
	}
	var ofEvidence *evidence.Faults
	if errors.As(err, &ofEvidence) {
		return printFaults(ofEvidence, w.Width()), true
	}
	return "", false
}

// printFaults lays the faults of evidence out as a table: where, what was found, the rule and the remedy.
func printFaults(faults *evidence.Faults, width int) string {
	p := &terminal.Page{Width: width}
	p.Line(0, fmt.Sprintf("The evidence has %s and was not settled.", terminal.Counted(len(faults.List)+faults.More, "fault")), terminal.Plain)
	p.Blank()
	t := terminal.Table{Columns: []terminal.Column{{Title: "where", Flex: true}, {Title: "field"}, {Title: "found", Flex: true}, {Title: "what is wrong", Flex: true}, {Title: "what to do", Flex: true}}}
	for _, f := range faults.List {
		where := f.File
		if f.Line > 0 {
			where += fmt.Sprintf(":%d", f.Line)
		}
		t.Add(where, f.Field, f.Value, f.Rule, f.Remedy)
	}
	p.Write(0, t)
	if faults.More > 0 {
		p.Line(0, fmt.Sprintf("and %s more", terminal.Grouped(faults.More)), terminal.Plain)
	}
	return p.Text.String()
}

// jsonFault is one fault as --json prints it, of a contract, of evidence or of identifiers in it.
type jsonFault struct {
	File    string   `json:"file"`
	Line    int      `json:"line,omitempty"`
	Column  int      `json:"column,omitempty"`
	Field   string   `json:"field,omitempty"`
	Message string   `json:"message"`
	Found   string   `json:"found,omitempty"`
	Wanted  string   `json:"expected,omitempty"`
	Remedy  string   `json:"remedy,omitempty"`
	Options []string `json:"options,omitempty"`

	Pays []jsonOption `json:"pays,omitempty"` // what each option would pay on the contract's examples
}

// jsonFaults turns an error into faults for --json; false when it has none.
func jsonFaults(err error) ([]jsonFault, bool) {
	var list []jsonFault
	var ofContract *document.Faults
	if errors.As(err, &ofContract) {
		for _, f := range ofContract.List {
			j := jsonFault{File: f.File, Line: f.Line, Column: f.Column, Message: f.Message, Found: f.Found, Wanted: f.Expected, Remedy: f.Remedy}
			for _, o := range f.Options {
				j.Options = append(j.Options, o.Word)
			}
			list = append(list, j)
		}
		addPays(list, err)
		return list, true
	}
	var ofEvidence *evidence.Faults
	if errors.As(err, &ofEvidence) {
		for _, f := range ofEvidence.List {
			list = append(list, jsonFault{File: f.File, Line: f.Line, Field: f.Field, Message: f.Rule, Found: f.Value, Remedy: f.Remedy})
		}
		return list, true
	}
	var personal *pseudonym.Faults
	if errors.As(err, &personal) {
		for _, f := range personal.List {
			list = append(list, jsonFault{File: personal.Name, Line: f.Line, Column: f.Column, Field: f.Field, Message: f.What, Remedy: f.Remedy})
		}
		return list, true
	}
	return nil, false
}

// finding reports an error as --json when that is asked for, and as it is otherwise.
func finding(w terminal.World, err error, asJSON bool) error {
	if err == nil || !asJSON {
		return err
	}
	if list, ok := jsonFaults(err); ok {
		if err := terminal.WriteJSON(w.Stdout, map[string]any{"faults": list}); err != nil {
			return err
		}
		return terminal.ErrFound
	}
	var usage terminal.UsageError
	if errors.As(err, &usage) || errors.Is(err, terminal.ErrFound) {
		return err
	}
	if err := terminal.WriteJSON(w.Stdout, map[string]any{"error": err.Error()}); err != nil {
		return err
	}
	return terminal.ErrFound
}
