package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/whatif"
)

// splitSet takes path=value apart.
func splitSet(set string) (path, value string, err error) {
	path, value, ok := strings.Cut(set, "=")
	if path, value = strings.TrimSpace(path), strings.TrimSpace(value); !ok || path == "" || value == "" {
		return "", "", usageError{fmt.Errorf("--set %q: expected PATH=VALUE, such as caps.1.not_above=£900.00", set)}
	}
	return path, value, nil
}

// printCompared shows two settlements side by side: by payment, by party, line by line.
func printCompared(p *page, base, then *contracts.Contract, edits []whatif.Edit, all []whatif.Compared, rows int) {
	p.rule("━")
	p.ends(base.ID, base.Currency.Code, bold)
	if len(edits) == 0 {
		p.line(0, "as it stands, and under "+filepath.Clean(then.File), plain)
	}
	for _, e := range edits {
		p.line(0, fmt.Sprintf("%s: %s → %s", e.Path, e.From, e.To), plain)
	}
	p.rule("━")
	unmoved := 0
	for i := range all {
		if c := &all[i]; len(c.Lines) > 0 || len(all) == 1 {
			printOneCompared(p, base.Currency, c, rows)
		} else {
			unmoved++
		}
	}
	p.blank()
	switch {
	case unmoved == len(all):
		p.line(0, fmt.Sprintf("Nothing moves on %s.", counted(unmoved, "example")), bold)
	case unmoved > 0:
		p.line(0, fmt.Sprintf("Nothing moves on %s.", counted(unmoved, "further example")), plain)
	}
}

func printOneCompared(p *page, currency money.Currency, c *whatif.Compared, rows int) {
	p.heading("On " + onWhat(c.Name))
	for _, part := range []struct {
		title   string
		changes []whatif.Change
		total   *whatif.Change
	}{{"payment", c.Payments, &c.Total}, {"party", c.Parties, nil}} {
		t := table{columns: []column{{title: part.title, flex: true}, {title: "as it stands", right: true}, {title: "changed", right: true}, {title: "moves by", right: true}}}
		for _, change := range part.changes {
			t.add(words(change.Name), change.Before.Format(currency), change.After.Format(currency), moves(change.Move, currency))
		}
		if part.total != nil {
			t.total = []string{"received, net", part.total.Before.Format(currency), part.total.After.Format(currency), moves(part.total.Move, currency)}
		}
		p.write(2, t)
		p.blank()
	}
	if len(c.Lines) == 0 {
		p.line(2, fmt.Sprintf("No line moves; %s alike.", counted(c.Same, "line")), plain)
		return
	}
	t := table{columns: []column{{title: "line", flex: true}, {title: "for", flex: true}, {title: "period", right: true}, {title: "as it stands", right: true}, {title: "changed", right: true}, {title: "moves by", right: true}}}
	for _, l := range c.Lines[:min(rows, len(c.Lines))] {
		t.add(words(l.Key.Payment), lineOf(l.Key), period(l.Key.Period), l.Before.Format(currency), l.After.Format(currency), moves(l.Move, currency))
	}
	p.write(2, t)
	text := fmt.Sprintf("%s moved, %s alike", counted(len(c.Lines), "line"), grouped(c.Same))
	if hidden := len(c.Lines) - len(t.rows); hidden > 0 {
		text += fmt.Sprintf("; %s more moved than are shown (--rows)", grouped(hidden))
	}
	if c.More > 0 {
		text += fmt.Sprintf("; %s beyond what is held line by line are in the totals", grouped(c.More))
	}
	p.line(2, text+".", dim)
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
