package main

import (
	"fmt"
	"strconv"
	"strings"

	"outturn/cmd/outturn/terminal"
)

// printOverlaps says who is claimed under several payments of which only so many are paid. Payments are numbered, so
// that a column need not hold a name.
func (v view) printOverlaps(s *terminal.Sheet) {
	for _, o := range v.statement.Overlaps {
		per := make([]string, len(o.Per))
		for i := range o.Per {
			per[i] = terminal.Words(o.Per[i])
		}
		s.Heading(fmt.Sprintf("Claimed together, each %s (%s, %s)", strings.Join(per, " and "), terminal.Words(o.Name), o.Clause))
		t := terminal.Table{Columns: []terminal.Column{{Title: "claimed under"}}}
		for i := range o.Payments {
			t.Columns = append(t.Columns, terminal.Column{Title: "and " + strconv.Itoa(i+1), Right: true})
		}
		t.Columns = append(t.Columns, terminal.Column{Title: "refused", Right: true}, terminal.Column{Title: "which comes to", Right: true})
		for i, line := range o.Payments {
			cells := []string{strconv.Itoa(i+1) + " " + terminal.Words(line.Payment)}
			for _, n := range line.With {
				cells = append(cells, terminal.Grouped(n))
			}
			t.Add(append(cells, terminal.Grouped(line.Refused), v.money(line.Sum))...)
		}
		s.Write(t)
	}
}

// printShadow says what is worked out and shown, and paid by nobody.
func (v view) printShadow(p *terminal.Sheet) {
	s := v.statement.Shadow
	if s == nil {
		return
	}
	p.Named("shadow", "In the shadow: shown, and paid by nobody")
	t := terminal.Table{Columns: []terminal.Column{{Title: "payment"}, {Title: "counted", Right: true}, {Title: "would come to", Right: true}, {Title: "comes to", Right: true}, {Title: "in the shadow", Right: true}}}
	for _, one := range s.Payments {
		t.Add(terminal.Words(one.Payment), groupedText(one.Count), v.money(one.WouldBe), v.money(one.ToDate), v.money(one.Shadow))
	}
	p.Write(t)
	by := terminal.Table{Columns: []terminal.Column{{Title: "party", Flex: true}, {Title: "would have", Right: true}, {Title: "has, to date", Right: true}, {Title: "in the shadow", Right: true}}}
	for _, one := range s.Due {
		if !one.Shadow.IsZero() {
			by.Add(terminal.Words(one.Party), v.money(one.WouldBe), v.money(one.ToDate), v.money(one.Shadow))
		}
	}
	p.Write(by)
}

// printElsewhere says what was not paid, since others had paid for it.
func (v view) printElsewhere(s *terminal.Sheet) {
	if len(v.statement.Elsewhere) == 0 {
		return
	}
	s.Named("elsewhere", "Paid by others")
	t := terminal.Table{Columns: []terminal.Column{{Title: "told by"}, {Title: "payment"}, {Title: "outcomes", Right: true}, {Title: "not paid", Right: true}}}
	for _, e := range v.statement.Elsewhere {
		t.Add(terminal.Words(e.Register), terminal.Words(e.Payment), terminal.Grouped(e.Outcomes), v.money(e.Sum))
	}
	s.Write(t)
}
