package main

import (
	"fmt"
	"strconv"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/engine/statements"
)

// The two states of a statement, as statements.Statement.Status writes them.
const (
	statusFinal       = statements.StatusFinal
	statusProvisional = statements.StatusProvisional
)

// shownLine is one line with the unit it stands under.
type shownLine struct {
	unit string
	line *statements.Line
}

// of names what a line is about: the unit, the member of a unit, the level's values, or the contract.
func (l shownLine) of() string {
	switch {
	case l.line.Of == "" && l.unit == "":
		return "the contract"
	case l.line.Of == "":
		return l.unit
	case l.unit == "":
		return l.line.Of
	}
	return l.unit + " / " + l.line.Of
}

// linesOf collects what the sample holds of one payment, in canonical order.
func (v view) linesOf(payment string, want func(*statements.Line) bool) []shownLine {
	var lines []shownLine
	for r := range v.sample {
		for i := range v.sample[r].Lines {
			if l := &v.sample[r].Lines[i]; l.Payment == payment && want(l) {
				lines = append(lines, shownLine{v.sample[r].Unit, l})
			}
		}
	}
	return lines
}

// printLines shows, payment by payment, the first lines that are due now, and how many more there are.
func (v view) printLines(p *terminal.Page) {
	headed := false
	for _, sum := range v.statement.Payments {
		lines := v.linesOf(sum.Payment, func(l *statements.Line) bool { return !l.Due.IsZero() && l.Reason == "" })
		if len(lines) == 0 {
			continue
		}
		if !headed {
			p.Heading("Lines due now")
			headed = true
		} else {
			p.Blank()
		}
		p.Line(2, terminal.Words(sum.Payment), terminal.Bold)
		t := terminal.Table{Columns: []terminal.Column{{Title: "for", Flex: true}, {Title: terminal.Words(v.settlePeriod()), Right: true}, {Title: "counted", Right: true},
			{Title: "to date", Right: true}, {Title: "settled before", Right: true}, {Title: "due now", Right: true}}}
		shown := lines[:min(len(lines), v.limit)]
		for _, l := range shown {
			t.Add(l.of(), period(l.line.Period), groupedText(l.line.Count), v.money(l.line.ToDate), v.money(l.line.Settled), v.money(l.line.Due), v.notes(l.line))
		}
		p.Write(4, t)
		v.printSteps(p, shown)
		if rest := sum.Lines - len(shown); rest > 0 {
			p.Line(4, fmt.Sprintf("and %s with an entitlement to date", terminal.Counted(rest, "more line")), terminal.Dim)
		}
	}
}

// printSteps prints the working that the lines of the whole carry with them.
func (v view) printSteps(p *terminal.Page, lines []shownLine) {
	for _, l := range lines {
		if len(l.line.Working) > 0 {
			p.Line(4, "working for "+l.of()+v.inPeriod(l.line.Period)+":", terminal.Dim)
			terminal.Tape(p, 6, l.line.Working)
		}
	}
}

func (v view) settlePeriod() string { return v.contract.Periods[v.contract.Calendar.Settle].Name }

func (v view) inPeriod(n int) string {
	if n == 0 {
		return ""
	}
	return ", " + terminal.Words(v.settlePeriod()) + " " + strconv.Itoa(n)
}

func period(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// notes says beneath a line how it is divided and what there is to say of it.
func (v view) notes(l *statements.Line) string {
	var parts []string
	for _, leg := range l.Legs {
		if !leg.Due.IsZero() {
			parts = append(parts, terminal.Words(leg.Party)+" "+v.money(leg.Due))
		}
	}
	return strings.Join(append(parts, l.Notes...), "; ")
}

// printAdjustments shows the lines that correct an earlier statement: which, by how much and why.
func (v view) printAdjustments(p *terminal.Page) {
	adjusted := 0
	for _, sum := range v.statement.Payments {
		adjusted += sum.Adjusted
	}
	t := terminal.Table{Columns: []terminal.Column{{Title: "payment", Flex: true}, {Title: "for", Flex: true}, {Title: terminal.Words(v.settlePeriod()), Right: true},
		{Title: "corrects", Right: true}, {Title: "settled before", Right: true}, {Title: "to date", Right: true}, {Title: "due now", Right: true}}}
	for _, sum := range v.statement.Payments {
		for i, l := range v.linesOf(sum.Payment, func(l *statements.Line) bool { return l.Reason != "" && !l.Due.IsZero() }) {
			if i == v.limit {
				break
			}
			t.Add(terminal.Words(sum.Payment), l.of(), period(l.line.Period), "no. "+strconv.Itoa(l.line.Corrects), v.money(l.line.Settled),
				v.money(l.line.ToDate), v.money(l.line.Due), because(l.line))
		}
	}
	if len(t.Lines) == 0 {
		return
	}
	p.Heading("Adjustments")
	p.Write(2, t)
	if rest := adjusted - len(t.Lines); rest > 0 {
		p.Line(2, fmt.Sprintf("and %s", terminal.Counted(rest, "more adjustment")), terminal.Dim)
	}
}

func because(l *statements.Line) string {
	return strings.Join(append([]string{l.Reason}, l.Notes...), "; ")
}

// printCohorts says who was counted, and who was not and why.
func (v view) printCohorts(p *terminal.Page) {
	if len(v.statement.Cohorts) == 0 {
		return
	}
	p.Heading("Who counts")
	for _, c := range v.statement.Cohorts {
		out := 0
		t := terminal.Table{Columns: []terminal.Column{{Right: true}, {Flex: true}}}
		for _, reason := range c.Excluded {
			out += reason.Count
			t.Add(terminal.Grouped(reason.Count), reason.Reason)
		}
		name := terminal.Words(c.Cohort)
		if c.Clause != "" {
			name += " (" + c.Clause + ")"
		}
		text := fmt.Sprintf("%s: %s counted, %s not", name, terminal.Grouped(c.Counted), terminal.Grouped(out))
		if out > 0 {
			text += ":"
		}
		p.Line(2, text, terminal.Plain)
		p.Write(6, t)
		for _, n := range c.Numbered {
			state := "open"
			if n.Closed != "" {
				state = "closed " + terminal.Long(n.Closed)
			}
			p.Line(6, fmt.Sprintf("cohort %d, from %s, %s: %s", n.Number, terminal.Long(n.First), state, terminal.Counted(n.Units, "unit")), terminal.Plain)
		}
	}
}

// printBinds says which caps and gates changed what is paid.
func (v view) printBinds(p *terminal.Page) {
	if len(v.statement.Binds) == 0 {
		return
	}
	p.Heading("What binds")
	t := terminal.Table{Columns: []terminal.Column{{Title: "limit"}, {Title: "", Flex: true}, {Title: "lines", Right: true}, {Title: "takes off, to date", Right: true}}}
	for _, b := range v.statement.Binds {
		what := b.What
		if b.Clause != "" {
			what += " (" + b.Clause + ")"
		}
		t.Add(terminal.Words(b.Name), what, terminal.Grouped(b.Lines), v.money(b.Took))
	}
	p.Write(2, t)
}

// printWaiting says what has neither paid nor failed.
func (v view) printWaiting(p *terminal.Page) {
	if len(v.statement.Waiting) == 0 {
		return
	}
	p.Heading("What waits")
	t := terminal.Table{Columns: []terminal.Column{{Right: true}, {}, {Flex: true}, {Right: true}}}
	for _, w := range v.statement.Waiting {
		sum := ""
		if w.Sum != nil {
			sum = v.money(*w.Sum)
		}
		t.Add(terminal.Grouped(w.Count), terminal.Words(w.Payment), w.Reason, sum)
	}
	p.Write(2, t)
}

// printItems says what became of every item of evidence.
func (v view) printItems(p *terminal.Page) {
	p.Heading("Evidence")
	p.Line(2, v.evidence(), terminal.Plain)
	t := terminal.Table{Columns: []terminal.Column{{Right: true}, {Flex: true}}}
	for _, reason := range v.statement.Items {
		t.Add(terminal.Grouped(reason.Count), reason.Reason)
	}
	p.Write(6, t)
}

// evidence says how much evidence there is.
func (v view) evidence() string {
	snapshot := v.statement.Snapshot
	text := fmt.Sprintf("%s of %s", terminal.Counted(snapshot.Items, "item"), terminal.Counted(snapshot.Units, "unit"))
	if snapshot.Late > 0 {
		text += fmt.Sprintf("; %s learned after the cut-off left out", terminal.Grouped(snapshot.Late))
	}
	return text
}

// printProof names everything the statement was made from, and how to see where a figure comes from.
func (v view) printProof(p *terminal.Page) {
	s := v.statement
	p.Heading("Made from")
	t := terminal.Table{Columns: []terminal.Column{{}, {}}}
	t.Add("contract", s.Version)
	t.Add("evidence", s.Snapshot.Digest)
	for i, prior := range s.Prior {
		if i < len(s.Prior)-v.limit {
			continue
		}
		t.Add("statement "+strconv.Itoa(i+1), prior)
	}
	t.Add("lines", s.Lines.Root)
	t.Add("statement", v.digest)
	p.Write(2, t)
	p.Line(2, v.committed(), terminal.Dim)
	if v.recorded != "" {
		p.Blank()
		p.Line(0, "Recorded in "+v.recorded+".", terminal.Plain)
	}
	if v.paged != "" {
		p.Blank()
		p.Line(0, "As a page for people in "+v.paged+".", terminal.Plain)
	}
	if v.dir != "" {
		p.Blank()
		p.Line(0, "Any figure, down to its evidence:", terminal.Dim)
		p.Raw(2, v.hint())
	}
}

// committed says how much the digest of the lines covers.
func (v view) committed() string {
	s := v.statement
	return fmt.Sprintf("%s in %s, SHA-256 throughout, edition %d of the language", terminal.Counted(s.Lines.Lines, "line"), terminal.Counted(s.Lines.Records, "record"), s.Edition)
}

// hint is a command that explains one of the lines shown, or failing that any.
func (v view) hint() string {
	for _, sum := range v.statement.Payments {
		lines := v.linesOf(sum.Payment, func(l *statements.Line) bool { return !l.Due.IsZero() })
		switch {
		case len(lines) == 0:
		case lines[0].unit == "":
			return fmt.Sprintf("outturn explain %s --payment %s", v.dir, sum.Payment)
		default:
			return fmt.Sprintf("outturn explain %s %s --payment %s", v.dir, lines[0].unit, sum.Payment)
		}
	}
	return fmt.Sprintf("outturn explain %s UNIT --payment PAYMENT", v.dir)
}
