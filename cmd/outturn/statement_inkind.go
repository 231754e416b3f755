package main

import (
	"outturn/cmd/outturn/terminal"
)

// printInKind shows what parties gave each other in kind, as far as it was accepted.
func (v view) printInKind(s *terminal.Sheet) {
	if len(v.statement.InKind) == 0 {
		return
	}
	s.Named("in-kind", "In kind")
	s.Line("Staff, places and time at agreed prices: counted, and never paid.", terminal.Dim)
	for _, k := range v.statement.InKind {
		s.Head(terminal.Words(k.Contribution), k.Clause)
		s.Line(k.Sentence, terminal.Plain)
		t := terminal.Table{Columns: []terminal.Column{{Title: "for"}, {Title: "by"}, {Title: "offered", Right: true}, {Title: "accepted", Right: true}, {Title: "at", Right: true}, {Title: "value", Right: true}}}
		for i, f := range k.Figures {
			if i < len(k.Figures)-v.limit {
				continue // the latest are shown, and the total is of all
			}
			accepted := f.Accepted
			if f.Why != "" {
				accepted = f.Why
			}
			t.Add(terminal.Words(f.Of), terminal.Words(f.By), f.Offered, accepted, f.Price, v.money(f.Value))
		}
		t.Total = []string{"together", "", "", "", "", v.money(k.Value)}
		s.WriteAt(4, t)
		s.Earlier(4, len(k.Figures)-v.limit)
	}
}
