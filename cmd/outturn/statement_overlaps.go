package main

import (
	"fmt"
	"strconv"
	"strings"
)

// printOverlaps says who is claimed under several payments of which only so many are paid. Payments are numbered, so
// that a column need not hold a name.
func (v view) printOverlaps(s *sheet) {
	for _, o := range v.statement.Overlaps {
		per := make([]string, len(o.Per))
		for i := range o.Per {
			per[i] = words(o.Per[i])
		}
		s.heading(fmt.Sprintf("Claimed together, each %s (%s, %s)", strings.Join(per, " and "), words(o.Name), o.Clause))
		t := table{columns: []column{{title: "claimed under"}}}
		for i := range o.Payments {
			t.columns = append(t.columns, column{title: "and " + strconv.Itoa(i+1), right: true})
		}
		t.columns = append(t.columns, column{title: "refused", right: true}, column{title: "which comes to", right: true})
		for i, line := range o.Payments {
			cells := []string{strconv.Itoa(i+1) + " " + words(line.Payment)}
			for _, n := range line.With {
				cells = append(cells, grouped(n))
			}
			t.add(append(cells, grouped(line.Refused), v.money(line.Sum))...)
		}
		s.write(t)
	}
}

// printShadow says what is worked out and shown, and paid by nobody.
func (v view) printShadow(p *sheet) {
	s := v.statement.Shadow
	if s == nil {
		return
	}
	p.named("shadow", "In the shadow: shown, and paid by nobody")
	t := table{columns: []column{{title: "payment"}, {title: "counted", right: true}, {title: "would come to", right: true}, {title: "comes to", right: true}, {title: "in the shadow", right: true}}}
	for _, one := range s.Payments {
		t.add(words(one.Payment), groupedText(one.Count), v.money(one.WouldBe), v.money(one.ToDate), v.money(one.Shadow))
	}
	p.write(t)
	by := table{columns: []column{{title: "party", flex: true}, {title: "would have", right: true}, {title: "has, to date", right: true}, {title: "in the shadow", right: true}}}
	for _, one := range s.Due {
		if !one.Shadow.IsZero() {
			by.add(words(one.Party), v.money(one.WouldBe), v.money(one.ToDate), v.money(one.Shadow))
		}
	}
	p.write(by)
}

// printElsewhere says what was not paid, since others had paid for it.
func (v view) printElsewhere(s *sheet) {
	if len(v.statement.Elsewhere) == 0 {
		return
	}
	s.named("elsewhere", "Paid by others")
	t := table{columns: []column{{title: "told by"}, {title: "payment"}, {title: "outcomes", right: true}, {title: "not paid", right: true}}}
	for _, e := range v.statement.Elsewhere {
		t.add(words(e.Register), words(e.Payment), grouped(e.Outcomes), v.money(e.Sum))
	}
	s.write(t)
}
