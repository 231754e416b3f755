package main

import (
	"fmt"

	"outturn/cmd/outturn/terminal"
	"outturn/engine/whatif"
)

// jsonWarning is one warning as check --json prints it.
type jsonWarning struct {
	Warning  string `json:"warning"`
	Where    string `json:"where"`
	Clause   string `json:"clause,omitempty"`
	What     string `json:"what"`
	WhatToDo string `json:"what_to_do"`
}

func jsonWarnings(warnings []whatif.Warning) []jsonWarning {
	list := []jsonWarning{}
	for _, w := range warnings {
		list = append(list, jsonWarning{w.Kind, w.Where, w.Clause, w.What, w.WhatToDo})
	}
	return list
}

// printWarnings says what a contract lawyer would ask about a sound contract, by kind. Nothing of it is a fault.
func printWarnings(p *terminal.Page, warnings []whatif.Warning) {
	if len(warnings) == 0 {
		return
	}
	p.Heading("Warnings")
	p.Line(2, "The contract is sound and settles as it stands; these are terms that its parties may not have meant.", terminal.Dim)
	kind := ""
	for _, w := range warnings {
		if w.Kind != kind {
			p.Blank()
			p.Line(2, "▲ "+w.Kind, terminal.Bold)
			kind = w.Kind
		}
		where := terminal.Words(w.Where)
		if w.Clause != "" {
			where += " (" + w.Clause + ")"
		}
		p.Line(4, where+": "+w.What+".", terminal.Plain)
		p.Line(6, "→ "+w.WhatToDo, terminal.Dim)
	}
}

// warned says at the end of a check how many warnings stand above.
func warned(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" %s, above.", terminal.Counted(n, "warning"))
}
