package main

import (
	"fmt"
	"slices"
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

// expectedBaseline is what somebody worked out of a baseline: at one value of what it stands per ("" for the contract),
// what is expected, the grade of its evidence, steps of it, and the adjustments that wait, each for whom.
type expectedBaseline struct {
	Baseline string              `yaml:"baseline"`
	Of       string              `yaml:"of"`
	Expected string              `yaml:"expected"`
	Grade    int                 `yaml:"grade"`
	Steps    map[string]string   `yaml:"steps"`
	Waits    map[string][]string `yaml:"waits"`
}

// baseline compares one baseline with what was expected of it. Waits, if said at all, are all that wait.
func (d *comparer) baseline(want expectedBaseline, st statements.Statement) {
	of := strings.TrimSpace("baseline " + terminal.Words(want.Baseline) + " " + want.Of)
	for _, b := range st.Baselines {
		for _, f := range b.Figures {
			if b.Baseline == want.Baseline && f.Of == want.Of {
				d.baselineFigure(of, want, f)
				return
			}
		}
	}
	d.text(of, want.Expected, "no such baseline")
}

func (d *comparer) baselineFigure(of string, want expectedBaseline, f statements.BaselineFigure) {
	if want.Expected != "" {
		d.text(of, want.Expected, f.Expected)
	}
	if want.Grade != 0 {
		d.count(of+", grade", want.Grade, f.Grade)
	}
	d.steps(of, want.Baseline, want.Steps, f.Steps)
	if want.Waits == nil {
		return
	}
	waits := map[string][]string{}
	for _, a := range f.Adjustments {
		for _, w := range a.WaitsFor {
			waits[a.Adjustment] = append(waits[a.Adjustment], w.Party)
		}
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(append(sortedKeys(waits), sortedKeys(want.Waits)...)))) {
		d.text(of+", "+terminal.Words(name)+" waits for", strings.Join(want.Waits[name], ", "), strings.Join(waits[name], ", "))
	}
}
