package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"outturn/engine"
)

// teller tells a story as it happens: numbered steps with short sentences and tables, or, with --json, one document at
// the end. On a terminal it shows what it waits for.
type teller struct {
	w      world
	page   *page
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

func newTeller(w world, silent bool) *teller {
	return &teller{w: w, page: &page{width: w.width(), colour: w.colour()}, silent: silent, watch: isTerminal(w.stderr), began: time.Now()}
}

// show writes what the page holds.
func (t *teller) show() {
	if t.wide > 0 {
		fmt.Fprintf(t.w.stderr, "\r%s\r", strings.Repeat(" ", t.wide))
		t.wide = 0
	}
	if !t.silent {
		_, _ = io.WriteString(t.w.stdout, t.page.text.String()) // whoever closed the pipe does not want the rest
	}
	t.page.text.Reset()
}

// wait says on a terminal what is waited for; what is told next takes its place.
func (t *teller) wait(what string) {
	if t.watch && !t.silent {
		t.show()
		n, _ := fmt.Fprintf(t.w.stderr, "%s ...", what)
		t.wide = n
	}
}

// step begins a numbered step.
func (t *teller) step(title string) {
	t.steps = append(t.steps, toldStep{Number: len(t.steps) + 1, Title: title, Said: []string{}, Figures: []toldFigure{}})
	t.page.text.WriteString("\n")
	t.page.text.WriteString(t.page.styled(fmt.Sprintf("%2d  %s", len(t.steps), title), bold) + "\n")
	t.show()
}

// toldIndent is how far below its title a step stands.
const toldIndent = 4

// say says a sentence or two.
func (t *teller) say(format string, args ...any) { t.tell(plain, format, args...) }

// aside says what is beside the story.
func (t *teller) aside(format string, args ...any) { t.tell(dim, format, args...) }

func (t *teller) tell(s style, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if n := len(t.steps); n > 0 {
		t.steps[n-1].Said = append(t.steps[n-1].Said, text)
	}
	for _, row := range wrap(text, t.page.width-toldIndent) {
		t.page.text.WriteString(strings.Repeat(" ", toldIndent) + t.page.styled(row, s) + "\n")
	}
	t.show()
}

// quote shows what the service said, word for word.
func (t *teller) quote(text string) {
	if n := len(t.steps); n > 0 {
		t.steps[n-1].Said = append(t.steps[n-1].Said, text)
	}
	for line := range strings.SplitSeq(text, "\n") {
		for i, row := range wrap(line, t.page.width-toldIndent-4) {
			t.page.text.WriteString(strings.Repeat(" ", toldIndent) + t.page.styled("│ ", dim) + strings.Repeat("  ", min(i, 1)) + row + "\n")
		}
	}
	t.show()
}

// table shows a table.
func (t *teller) table(rows table) {
	t.page.write(toldIndent+2, rows)
	t.show()
}

// tape shows the steps to a figure.
func (t *teller) tape(steps []engine.Step) {
	tape(t.page, toldIndent+2, steps)
	t.show()
}

// figures shows what was expected beside what was found.
func (t *teller) figures(list []toldFigure, expected, found string) {
	n := len(t.steps)
	t.steps[n-1].Figures = append(t.steps[n-1].Figures, list...)
	rows := table{columns: []column{{}, {title: expected, right: true}, {title: found, right: true}, {}}}
	for _, f := range list {
		mark := "✓"
		if f.Expected != f.Found {
			mark = "✗"
		}
		rows.add(f.Of, f.Expected, f.Found, mark)
	}
	t.table(rows)
}

// seconds is how long the story has taken.
func (t *teller) seconds() string { return fmt.Sprintf("%.1f seconds", time.Since(t.began).Seconds()) }
