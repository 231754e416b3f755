package main

import (
	"outturn/engine"
)

// printInKind shows what parties gave each other in kind, as far as it was accepted.
func (v view) printInKind(s *sheet) {
	if len(v.statement.InKind) == 0 {
		return
	}
	s.named("in-kind", "In kind")
	s.line("Staff, places and time at agreed prices: counted, and never paid.", dim)
	for _, k := range v.statement.InKind {
		s.head(words(k.Contribution), k.Clause)
		s.line(k.Sentence, plain)
		t := table{columns: []column{{title: "for"}, {title: "by"}, {title: "offered", right: true}, {title: "accepted", right: true}, {title: "at", right: true}, {title: "value", right: true}}}
		for i, f := range k.Figures {
			if i < len(k.Figures)-v.limit {
				continue // the latest are shown, and the total is of all
			}
			accepted := f.Accepted
			if f.Why != "" {
				accepted = f.Why
			}
			t.add(words(f.Of), words(f.By), f.Offered, accepted, f.Price, v.money(f.Value))
		}
		t.total = []string{"together", "", "", "", "", v.money(k.Value)}
		s.writeAt(4, t)
		s.earlier(4, len(k.Figures)-v.limit)
	}
}

// inKind compares the value of contributions in kind.
func (d *comparer) inKind(want map[string]string, found []engine.InKindSum) {
	for _, name := range sortedKeys(want) {
		known := false
		for _, k := range found {
			if k.Contribution == name {
				d.amount("in kind, "+words(name), want[name], k.Value)
				known = true
			}
		}
		if !known {
			d.text("in kind, "+words(name), want[name], "no such contribution")
		}
	}
}
