package main

import (
	"fmt"

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
func printWarnings(p *page, warnings []whatif.Warning) {
	if len(warnings) == 0 {
		return
	}
	p.heading("Warnings")
	p.line(2, "The contract is sound and settles as it stands; these are terms that its parties may not have meant.", dim)
	kind := ""
	for _, w := range warnings {
		if w.Kind != kind {
			p.blank()
			p.line(2, "▲ "+w.Kind, bold)
			kind = w.Kind
		}
		where := words(w.Where)
		if w.Clause != "" {
			where += " (" + w.Clause + ")"
		}
		p.line(4, where+": "+w.What+".", plain)
		p.line(6, "→ "+w.WhatToDo, dim)
	}
}

// warned says at the end of a check how many warnings stand above.
func warned(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" %s, above.", counted(n, "warning"))
}
