package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"outturn/cmd/outturn/terminal"
	"outturn/engine/statements"
)

// teller tells a story as it happens: numbered steps with short sentences and tables, or, with --json, one document at
// the end. On a terminal it shows what it waits for.
type teller struct {
	w      terminal.World
	page   *terminal.Page
	silent bool // --json: told at the end
	watch  bool // somebody sees stderr
	wide   int  // letters of what is waited for, as it stands on the terminal
	steps  []toldStep
	began  time.Time
}

// toldStep is one step as demo --json prints it.
type toldStep struct {
	Number  int          `json:"number"`
	Title   string       `json:"title"`
	Said    []string     `json:"said"`
	Figures []toldFigure `json:"figures"`
}

// toldFigure is a figure as somebody worked it out, or published it, beside the service's.
type toldFigure struct {
	Of       string `json:"of"`
	Expected string `json:"expected"`
	Found    string `json:"found"`
}

func newTeller(w terminal.World, silent bool) *teller {
	return &teller{w: w, page: &terminal.Page{Width: w.Width(), Colour: w.Colour()}, silent: silent, watch: terminal.IsTerminal(w.Stderr), began: time.Now()}
}

// show writes what the page holds.
func (t *teller) show() {
	if t.wide > 0 {
		fmt.Fprintf(t.w.Stderr, "\r%s\r", strings.Repeat(" ", t.wide))
		t.wide = 0
	}
	if !t.silent {
		_, _ = io.WriteString(t.w.Stdout, t.page.Text.String()) // whoever closed the pipe does not want the rest
	}
	t.page.Text.Reset()
}

// wait says on a terminal what is waited for; what is told next takes its place.
func (t *teller) wait(what string) {
	if t.watch && !t.silent {
		t.show()
		n, _ := fmt.Fprintf(t.w.Stderr, "%s ...", what)
		t.wide = n
	}
}

// step begins a numbered step.
func (t *teller) step(title string) {
	t.steps = append(t.steps, toldStep{Number: len(t.steps) + 1, Title: title, Said: []string{}, Figures: []toldFigure{}})
	t.page.Text.WriteString("\n")
	t.page.Text.WriteString(t.page.Styled(fmt.Sprintf("%2d  %s", len(t.steps), title), terminal.Bold) + "\n")
	t.show()
}

// toldIndent is how far below its title a step stands.
const toldIndent = 4

// say says a sentence or two.
func (t *teller) say(format string, args ...any) { t.tell(terminal.Plain, format, args...) }

// aside says what is beside the story.
func (t *teller) aside(format string, args ...any) { t.tell(terminal.Dim, format, args...) }

func (t *teller) tell(s terminal.Style, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if n := len(t.steps); n > 0 {
		t.steps[n-1].Said = append(t.steps[n-1].Said, text)
	}
	for _, row := range terminal.Wrap(text, t.page.Width-toldIndent) {
		t.page.Text.WriteString(strings.Repeat(" ", toldIndent) + t.page.Styled(row, s) + "\n")
	}
	t.show()
}

// quote shows what the service said, word for word.
func (t *teller) quote(text string) {
	if n := len(t.steps); n > 0 {
		t.steps[n-1].Said = append(t.steps[n-1].Said, text)
	}
	for line := range strings.SplitSeq(text, "\n") {
		for i, row := range terminal.Wrap(line, t.page.Width-toldIndent-4) {
			t.page.Text.WriteString(strings.Repeat(" ", toldIndent) + t.page.Styled("│ ", terminal.Dim) + strings.Repeat("  ", min(i, 1)) + row + "\n")
		}
	}
	t.show()
}

// table shows a table.
func (t *teller) table(rows terminal.Table) {
	t.page.Write(toldIndent+2, rows)
	t.show()
}

// tape shows the steps to a figure.
func (t *teller) tape(steps []statements.Step) {
	terminal.Tape(t.page, toldIndent+2, steps)
	t.show()
}

// figures shows what was expected beside what was found.
func (t *teller) figures(list []toldFigure, expected, found string) {
	n := len(t.steps)
	t.steps[n-1].Figures = append(t.steps[n-1].Figures, list...)
	rows := terminal.Table{Columns: []terminal.Column{{}, {Title: expected, Right: true}, {Title: found, Right: true}, {}}}
	for _, f := range list {
		mark := "✓"
		if f.Expected != f.Found {
			mark = "✗"
		}
		rows.Add(f.Of, f.Expected, f.Found, mark)
	}
	t.table(rows)
}

// seconds is how long the story has taken.
func (t *teller) seconds() string { return fmt.Sprintf("%.1f seconds", time.Since(t.began).Seconds()) }
