package language

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/document"
)

// circles reports figures that are worked out from themselves, each circle once, printed as a -> b -> a.
func (d *decoder) circles() {
	d.joinCaps()
	state := map[thing]progress{}
	var path []thing
	var walk func(t thing)
	walk = func(t thing) {
		state[t] = underway
		path = append(path, t)
		for _, next := range d.reads[t] {
			switch state[next] {
			case untouched:
				walk(next)
			case underway:
				d.circle(path[slices.Index(path, next):])
			case resolved, faulty: // every way on from it has been walked
			}
		}
		path = path[:len(path)-1]
		state[t] = resolved
	}
	for _, t := range d.everything() {
		if state[t] == untouched {
			walk(t)
		}
	}
}

// everything lists all that reads and is read, in document order.
func (d *decoder) everything() []thing {
	var all []thing
	for kind, count := range []int{cohortThing: len(d.c.Cohorts), tableThing: len(d.c.Tables), quantityThing: len(d.c.Quantities), measureThing: len(d.c.Measures),
		comparisonThing: len(d.c.Comparisons), paymentThing: len(d.c.Payments), divisionThing: len(d.c.Divisions), checkThing: len(d.c.Checks), accountThing: len(d.c.Accounts), stakeThing: len(d.c.Stakes),
		paidThing: len(d.c.Payments), capThing: len(d.c.Caps)} {
		for i := range count {
			all = append(all, thing{thingKind(kind), i})
		}
	}
	return all
}

// joinCaps adds what payments read through caps: a sum after caps reads its own before them, every cap over it, and
// the other payments that take their place in such a cap before it.
func (d *decoder) joinCaps() {
	for i := range d.c.Payments {
		paid := &reader{self: thing{paidThing, i}}
		d.note(paid, thing{paymentThing, i})
		for _, payee := range []contracts.Payee{d.c.Payments[i].From, d.c.Payments[i].To} {
			if payee.Division >= 0 {
				d.note(paid, thing{divisionThing, payee.Division})
			}
		}
	}
	for i := range d.c.Caps {
		c := &d.c.Caps[i]
		for at, p := range c.Over {
			paid := &reader{self: thing{paidThing, p}}
			d.note(paid, thing{capThing, i})
			for before, other := range c.Over {
				if other != p && (c.Order != contracts.OrderListed || before < at) {
					d.note(paid, thing{paymentThing, other})
				}
			}
		}
	}
}

// circle reports one circle at the place of the thing it is printed from.
func (d *decoder) circle(path []thing) {
	var names []string
	for _, t := range path {
		name := d.nameOf(t)
		if len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	if len(names) > 1 && names[0] == names[len(names)-1] {
		names = names[:len(names)-1]
	}
	at := document.Place{Line: d.root.Line, Column: d.root.Column}
	for _, t := range path {
		if t.kind != capThing {
			at = d.nodeOf(t).Place()
			break
		}
	}
	d.Fault(at, document.Fault{Message: fmt.Sprintf("%s is worked out from itself: %s", names[0], strings.Join(append(names, names[0]), " -> ")),
		Remedy: "let one of them read something that is known before the others"})
}
