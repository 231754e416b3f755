package main

import (
	"fmt"
	"strconv"
	"strings"
)

// printOverlaps says who is claimed under several payments of which only so many are paid. Payments are numbered, so
// that a column need not hold a name.
func (v view) printOverlaps(p *page) {
	for _, o := range v.statement.Overlaps {
		per := make([]string, len(o.Per))
		for i := range o.Per {
			per[i] = words(o.Per[i])
		}
		p.heading(fmt.Sprintf("Claimed together, each %s (%s, %s)", strings.Join(per, " and "), words(o.Name), o.Clause))
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
		p.write(2, t)
	}
}

// printElsewhere says what was not paid, since others had paid for it.
func (v view) printElsewhere(p *page) {
	if len(v.statement.Elsewhere) == 0 {
		return
	}
	p.heading("Paid by others")
	t := table{columns: []column{{title: "told by"}, {title: "payment"}, {title: "outcomes", right: true}, {title: "not paid", right: true}}}
	for _, e := range v.statement.Elsewhere {
		t.add(words(e.Register), words(e.Payment), grouped(e.Outcomes), v.money(e.Sum))
	}
	p.write(2, t)
}
