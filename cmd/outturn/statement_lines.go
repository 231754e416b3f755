package main

import (
	"fmt"
	"strconv"
	"strings"

	"outturn/engine"
)

// The two states of a statement, as engine.Statement.Status writes them.
const (
	statusFinal       = "final"
	statusProvisional = "provisional"
)

// shownLine is one line with the unit it stands under.
type shownLine struct {
	unit string
	line *engine.Line
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
func (v view) linesOf(payment string, want func(*engine.Line) bool) []shownLine {
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
func (v view) printLines(p *page) {
	headed := false
	for _, sum := range v.statement.Payments {
		lines := v.linesOf(sum.Payment, func(l *engine.Line) bool { return !l.Due.IsZero() && l.Reason == "" })
		if len(lines) == 0 {
			continue
		}
		if !headed {
			p.heading("Lines due now")
			headed = true
		} else {
			p.blank()
		}
		p.line(2, words(sum.Payment), bold)
		t := table{columns: []column{{title: "for", flex: true}, {title: words(v.settlePeriod()), right: true}, {title: "counted", right: true},
			{title: "to date", right: true}, {title: "settled before", right: true}, {title: "due now", right: true}}}
		shown := lines[:min(len(lines), v.limit)]
		for _, l := range shown {
			t.add(l.of(), period(l.line.Period), groupedText(l.line.Count), v.money(l.line.ToDate), v.money(l.line.Settled), v.money(l.line.Due), v.notes(l.line))
		}
		p.write(4, t)
		v.printSteps(p, shown)
		if rest := sum.Lines - len(shown); rest > 0 {
			p.line(4, fmt.Sprintf("and %s with an entitlement to date", counted(rest, "more line")), dim)
		}
	}
}

// printSteps prints the working that the lines of the whole carry with them.
func (v view) printSteps(p *page, lines []shownLine) {
	for _, l := range lines {
		if len(l.line.Working) > 0 {
			p.line(4, "working for "+l.of()+v.inPeriod(l.line.Period)+":", dim)
			tape(p, 6, l.line.Working)
		}
	}
}

// tape prints steps as a calculator would: what each figure is, how it was come by, and its value to the right.
func tape(p *page, indent int, steps []engine.Step) { p.write(indent, tapeOf(steps)) }

func tapeOf(steps []engine.Step) table {
	t := table{tape: true, columns: []column{{title: "figure", flex: true}, {title: "how", flex: true}, {title: "value", right: true}, {title: "clause", flex: true}}}
	for _, s := range folded(steps) {
		t.add(words(s.Name), s.Text, s.Value, s.Clause)
		t.depths = append(t.depths, s.Depth)
	}
	return t
}

// folded leaves of steps that are worked out over and over the last time only, with a step before it that says so.
func folded(steps []engine.Step) []engine.Step {
	var out []engine.Step
	for i := 0; i < len(steps); {
		if length, times := repeated(steps[i:]); times >= repeatsMin {
			i += length * (times - 1)
			out = append(out, engine.Step{Depth: steps[i].Depth, Name: "...", Text: fmt.Sprintf("worked out %s times, day by day; the last:", grouped(times))})
			out = append(out, steps[i:i+length]...)
			i += length
			continue
		}
		out = append(out, steps[i])
		i++
	}
	return out
}

// A figure that is followed day by day until it reaches its test is worked out many times, with other values each time.
const (
	repeatsMin = 8  // a family may have a few members, whose figures look alike too
	blockMax   = 12 // steps worked out together
)

// repeated finds the block of steps that is worked out over and over from here, and how often.
func repeated(steps []engine.Step) (length, times int) {
	alike := func(a, b engine.Step) bool { return a.Depth == b.Depth && a.Name == b.Name && a.Clause == b.Clause }
	for length = 1; length <= blockMax && length*repeatsMin <= len(steps); length++ {
		n := length
		for n < len(steps) && alike(steps[n], steps[n-length]) {
			n++
		}
		if times = n / length; times >= repeatsMin {
			return length, times
		}
	}
	return 0, 0
}

func (v view) settlePeriod() string { return v.contract.Periods[v.contract.Calendar.Settle].Name }

func (v view) inPeriod(n int) string {
	if n == 0 {
		return ""
	}
	return ", " + words(v.settlePeriod()) + " " + strconv.Itoa(n)
}

func period(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// notes says beneath a line how it is divided and what there is to say of it.
func (v view) notes(l *engine.Line) string {
	var parts []string
	for _, leg := range l.Legs {
		if !leg.Due.IsZero() {
			parts = append(parts, words(leg.Party)+" "+v.money(leg.Due))
		}
	}
	return strings.Join(append(parts, l.Notes...), "; ")
}

// printAdjustments shows the lines that correct an earlier statement: which, by how much and why.
func (v view) printAdjustments(p *page) {
	adjusted := 0
	for _, sum := range v.statement.Payments {
		adjusted += sum.Adjusted
	}
	t := table{columns: []column{{title: "payment", flex: true}, {title: "for", flex: true}, {title: words(v.settlePeriod()), right: true},
		{title: "corrects", right: true}, {title: "settled before", right: true}, {title: "to date", right: true}, {title: "due now", right: true}}}
	for _, sum := range v.statement.Payments {
		for i, l := range v.linesOf(sum.Payment, func(l *engine.Line) bool { return l.Reason != "" && !l.Due.IsZero() }) {
			if i == v.limit {
				break
			}
			t.add(words(sum.Payment), l.of(), period(l.line.Period), "no. "+strconv.Itoa(l.line.Corrects), v.money(l.line.Settled),
				v.money(l.line.ToDate), v.money(l.line.Due), because(l.line))
		}
	}
	if len(t.rows) == 0 {
		return
	}
	p.heading("Adjustments")
	p.write(2, t)
	if rest := adjusted - len(t.rows); rest > 0 {
		p.line(2, fmt.Sprintf("and %s", counted(rest, "more adjustment")), dim)
	}
}

func because(l *engine.Line) string {
	return strings.Join(append([]string{l.Reason}, l.Notes...), "; ")
}

// printCohorts says who was counted, and who was not and why.
func (v view) printCohorts(p *page) {
	if len(v.statement.Cohorts) == 0 {
		return
	}
	p.heading("Who counts")
	for _, c := range v.statement.Cohorts {
		out := 0
		t := table{columns: []column{{right: true}, {flex: true}}}
		for _, reason := range c.Excluded {
			out += reason.Count
			t.add(grouped(reason.Count), reason.Reason)
		}
		name := words(c.Cohort)
		if c.Clause != "" {
			name += " (" + c.Clause + ")"
		}
		text := fmt.Sprintf("%s: %s counted, %s not", name, grouped(c.Counted), grouped(out))
		if out > 0 {
			text += ":"
		}
		p.line(2, text, plain)
		p.write(6, t)
		for _, n := range c.Numbered {
			state := "open"
			if n.Closed != "" {
				state = "closed " + long(n.Closed)
			}
			p.line(6, fmt.Sprintf("cohort %d, from %s, %s: %s", n.Number, long(n.First), state, counted(n.Units, "unit")), plain)
		}
	}
}

// printBinds says which caps and gates changed what is paid.
func (v view) printBinds(p *page) {
	if len(v.statement.Binds) == 0 {
		return
	}
	p.heading("What binds")
	t := table{columns: []column{{title: "limit"}, {title: "", flex: true}, {title: "lines", right: true}, {title: "takes off, to date", right: true}}}
	for _, b := range v.statement.Binds {
		what := b.What
		if b.Clause != "" {
			what += " (" + b.Clause + ")"
		}
		t.add(words(b.Name), what, grouped(b.Lines), v.money(b.Took))
	}
	p.write(2, t)
}

// printWaiting says what has neither paid nor failed.
func (v view) printWaiting(p *page) {
	if len(v.statement.Waiting) == 0 {
		return
	}
	p.heading("What waits")
	t := table{columns: []column{{right: true}, {}, {flex: true}, {right: true}}}
	for _, w := range v.statement.Waiting {
		sum := ""
		if w.Sum != nil {
			sum = v.money(*w.Sum)
		}
		t.add(grouped(w.Count), words(w.Payment), w.Reason, sum)
	}
	p.write(2, t)
}

// printItems says what became of every item of evidence.
func (v view) printItems(p *page) {
	p.heading("Evidence")
	p.line(2, v.evidence(), plain)
	t := table{columns: []column{{right: true}, {flex: true}}}
	for _, reason := range v.statement.Items {
		t.add(grouped(reason.Count), reason.Reason)
	}
	p.write(6, t)
}

// evidence says how much evidence there is.
func (v view) evidence() string {
	snapshot := v.statement.Snapshot
	text := fmt.Sprintf("%s of %s", counted(snapshot.Items, "item"), counted(snapshot.Units, "unit"))
	if snapshot.Late > 0 {
		text += fmt.Sprintf("; %s learned after the cut-off left out", grouped(snapshot.Late))
	}
	return text
}

// printProof names everything the statement was made from, and how to see where a figure comes from.
func (v view) printProof(p *page) {
	s := v.statement
	p.heading("Made from")
	t := table{columns: []column{{}, {}}}
	t.add("contract", s.Version)
	t.add("evidence", s.Snapshot.Digest)
	for i, prior := range s.Prior {
		if i < len(s.Prior)-v.limit {
			continue
		}
		t.add("statement "+strconv.Itoa(i+1), prior)
	}
	t.add("lines", s.Lines.Root)
	t.add("statement", v.digest)
	p.write(2, t)
	p.line(2, v.committed(), dim)
	if v.recorded != "" {
		p.blank()
		p.line(0, "Recorded in "+v.recorded+".", plain)
	}
	if v.paged != "" {
		p.blank()
		p.line(0, "As a page for people in "+v.paged+".", plain)
	}
	if v.dir != "" {
		p.blank()
		p.line(0, "Any figure, down to its evidence:", dim)
		p.raw(2, v.hint())
	}
}

// committed says how much the digest of the lines covers.
func (v view) committed() string {
	s := v.statement
	return fmt.Sprintf("%s in %s, SHA-256 throughout, edition %d of the language", counted(s.Lines.Lines, "line"), counted(s.Lines.Records, "record"), s.Edition)
}

// hint is a command that explains one of the lines shown, or failing that any.
func (v view) hint() string {
	for _, sum := range v.statement.Payments {
		lines := v.linesOf(sum.Payment, func(l *engine.Line) bool { return !l.Due.IsZero() })
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
