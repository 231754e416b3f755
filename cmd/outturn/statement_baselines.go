package main

import (
	"fmt"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/engine/statements"
)

// printBaselines shows what was expected if nothing changed: what it was read from and how sure that is, what was done to
// it afterwards, and what waits for whose approval.
func (v view) printBaselines(s *terminal.Sheet) {
	if len(v.statement.Baselines) == 0 {
		return
	}
	s.Named("baselines", "Baselines")
	for _, b := range v.statement.Baselines {
		s.Head(terminal.Words(b.Baseline), b.Clause)
		s.Line(b.Sentence, terminal.Plain)
		left := 0
		for i, f := range b.Figures {
			if i < len(b.Figures)-v.limit {
				left++ // the latest are shown
				continue
			}
			v.printBaseline(s, b.Baseline, f)
		}
		s.Earlier(4, left)
	}
}

func (v view) printBaseline(s *terminal.Sheet, baseline string, f statements.BaselineFigure) {
	per := contracts.ContractLevel()
	for i := range v.contract.Baselines {
		if v.contract.Baselines[i].Name == baseline {
			per = v.contract.Baselines[i].Per
		}
	}
	v.underOf(s, per, f.Of)
	s.WriteAt(4, terminal.TapeOf(f.Steps))
	if f.Grade > 0 {
		s.LineAt(4, fmt.Sprintf("evidence of grade %d of 6", f.Grade), terminal.Dim)
	}
	for _, a := range f.Adjustments {
		if a.Applied && len(a.Approved) == 0 {
			continue // by rule, or it came to nothing: its step says it
		}
		text, as := terminal.Words(a.Adjustment)+": approved by "+v.approvals(a.Approved), terminal.Plain
		if !a.Applied {
			text, as = terminal.Words(a.Adjustment)+": not applied, since it waits for "+v.approvals(a.WaitsFor), terminal.Bold
		}
		s.LineAt(4, text, as)
	}
}

func (v view) approvals(all []statements.PartyApproval) string {
	texts := make([]string, len(all))
	for i, a := range all {
		switch texts[i] = v.party(a.Party); {
		case a.Why != "":
			texts[i] += " (" + a.Why + ")"
		case a.On != "":
			texts[i] += " on " + a.On
		}
	}
	return strings.Join(texts, ", ")
}
