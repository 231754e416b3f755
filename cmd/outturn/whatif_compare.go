package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/whatif"
)

// splitSet takes path=value apart.
func splitSet(set string) (path, value string, err error) {
	path, value, ok := strings.Cut(set, "=")
	if path, value = strings.TrimSpace(path), strings.TrimSpace(value); !ok || path == "" || value == "" {
		return "", "", terminal.Usage(fmt.Errorf("--set %q: expected PATH=VALUE, such as caps.1.not_above=£900.00", set))
	}
	return path, value, nil
}

// printCompared shows two settlements side by side: by payment, by party, line by line.
func printCompared(p *terminal.Page, base, then *contracts.Contract, edits []whatif.Edit, all []whatif.Compared, rows int) {
	p.Rule("━")
	p.Ends(base.ID, base.Currency.Code, terminal.Bold)
	if len(edits) == 0 {
		p.Line(0, "as it stands, and under "+filepath.Clean(then.File), terminal.Plain)
	}
	for _, e := range edits {
		p.Line(0, fmt.Sprintf("%s: %s → %s", e.Path, e.From, e.To), terminal.Plain)
	}
	p.Rule("━")
	unmoved := 0
	for i := range all {
		if c := &all[i]; len(c.Lines) > 0 || len(all) == 1 {
			printOneCompared(p, base.Currency, c, rows)
		} else {
			unmoved++
		}
	}
	p.Blank()
	switch {
	case unmoved == len(all):
		p.Line(0, fmt.Sprintf("Nothing moves on %s.", terminal.Counted(unmoved, "example")), terminal.Bold)
	case unmoved > 0:
		p.Line(0, fmt.Sprintf("Nothing moves on %s.", terminal.Counted(unmoved, "further example")), terminal.Plain)
	}
}

func printOneCompared(p *terminal.Page, currency money.Currency, c *whatif.Compared, rows int) {
	p.Heading("On " + onWhat(c.Name))
	for _, part := range []struct {
		title   string
		changes []whatif.Change
		total   *whatif.Change
	}{{"payment", c.Payments, &c.Total}, {"party", c.Parties, nil}} {
		t := terminal.Table{Columns: []terminal.Column{{Title: part.title, Flex: true}, {Title: "as it stands", Right: true}, {Title: "changed", Right: true}, {Title: "moves by", Right: true}}}
		for _, change := range part.changes {
			t.Add(terminal.Words(change.Name), change.Before.Format(currency), change.After.Format(currency), moves(change.Move, currency))
		}
		if part.total != nil {
			t.Total = []string{"received, net", part.total.Before.Format(currency), part.total.After.Format(currency), moves(part.total.Move, currency)}
		}
		p.Write(2, t)
		p.Blank()
	}
	if len(c.Lines) == 0 {
		p.Line(2, fmt.Sprintf("No line moves; %s alike.", terminal.Counted(c.Same, "line")), terminal.Plain)
		return
	}
	t := terminal.Table{Columns: []terminal.Column{{Title: "line", Flex: true}, {Title: "for", Flex: true}, {Title: "period", Right: true}, {Title: "as it stands", Right: true}, {Title: "changed", Right: true}, {Title: "moves by", Right: true}}}
	for _, l := range c.Lines[:min(rows, len(c.Lines))] {
		t.Add(terminal.Words(l.Key.Payment), lineOf(l.Key), period(l.Key.Period), l.Before.Format(currency), l.After.Format(currency), moves(l.Move, currency))
	}
	p.Write(2, t)
	text := fmt.Sprintf("%s moved, %s alike", terminal.Counted(len(c.Lines), "line"), terminal.Grouped(c.Same))
	if hidden := len(c.Lines) - len(t.Lines); hidden > 0 {
		text += fmt.Sprintf("; %s more moved than are shown (--rows)", terminal.Grouped(hidden))
	}
	if c.More > 0 {
		text += fmt.Sprintf("; %s beyond what is held line by line are in the totals", terminal.Grouped(c.More))
	}
	p.Line(2, text+".", terminal.Dim)
}

// onWhat names what was settled: the evidence, or an example by what it shows.
func onWhat(name string) string {
	if strings.HasPrefix(name, "the evidence") {
		return name
	}
	return "the example that " + name
}

func lineOf(k whatif.LineKey) string {
	switch {
	case k.Unit == "" && k.Of == "":
		return "the contract"
	case k.Unit == "":
		return k.Of
	case k.Of == "":
		return k.Unit
	}
	return k.Unit + " / " + k.Of
}

// moves writes a move with its sign; nothing for none.
func moves(a money.Amount, currency money.Currency) string {
	switch a.Sign() {
	case 0:
		return "·"
	case 1:
		return "+" + a.Format(currency)
	}
	return a.Format(currency)
}

// The documents of whatif --json. Amounts are texts at the currency's places.
type jsonChange struct {
	Name   string       `json:"name"`
	Before money.Amount `json:"before"`
	After  money.Amount `json:"after"`
	Move   money.Amount `json:"move"`
}

type jsonLineChange struct {
	Payment string       `json:"payment"`
	Unit    string       `json:"unit,omitempty"`
	Of      string       `json:"of,omitempty"`
	Period  int          `json:"period,omitempty"`
	Before  money.Amount `json:"before"`
	After   money.Amount `json:"after"`
	Move    money.Amount `json:"move"`
}

type jsonCompared struct {
	On        string           `json:"on"`
	Total     jsonChange       `json:"total"`
	Payments  []jsonChange     `json:"payments"`
	Parties   []jsonChange     `json:"parties"`
	Lines     []jsonLineChange `json:"lines"`
	LinesMove int              `json:"lines_moved"`
	LinesSame int              `json:"lines_alike"`
}

type jsonEdit struct {
	Path string `json:"path"`
	From string `json:"from"`
	To   string `json:"to"`
}

type jsonWhatif struct {
	Contract string         `json:"contract"`
	Currency string         `json:"currency"`
	Terms    string         `json:"terms,omitempty"`
	Set      []jsonEdit     `json:"set,omitempty"`
	Compared []jsonCompared `json:"compared"`
}

func comparedDocument(base, then *contracts.Contract, edits []whatif.Edit, all []whatif.Compared, rows int) jsonWhatif {
	document := jsonWhatif{Contract: base.ID, Currency: base.Currency.Code, Compared: []jsonCompared{}}
	if len(edits) == 0 {
		document.Terms = then.File
	}
	for _, e := range edits {
		document.Set = append(document.Set, jsonEdit(e))
	}
	for i := range all {
		c := &all[i]
		one := jsonCompared{On: c.Name, Total: jsonChange(c.Total), Payments: []jsonChange{}, Parties: []jsonChange{}, Lines: []jsonLineChange{}, LinesMove: len(c.Lines), LinesSame: c.Same}
		for _, change := range c.Payments {
			one.Payments = append(one.Payments, jsonChange(change))
		}
		for _, change := range c.Parties {
			one.Parties = append(one.Parties, jsonChange(change))
		}
		for _, l := range c.Lines[:min(rows, len(c.Lines))] {
			one.Lines = append(one.Lines, jsonLineChange{l.Key.Payment, l.Key.Unit, l.Key.Of, l.Key.Period, l.Before, l.After, l.Move})
		}
		document.Compared = append(document.Compared, one)
	}
	return document
}
