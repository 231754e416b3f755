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

// joinCaps adds what payments read through caps. A sum after caps reads its own before them and its place under the last
// cap over it; a place reads the cap's limit, the sum that asks for it, where that stood under the cap before, the places
// that are filled together with it, and, under a cap on one payer, how the sum is divided among its payers.
func (d *decoder) joinCaps() {
	last := make([]thing, len(d.c.Payments)) // the place of each under the caps so far
	read := func(self, read thing) {
		if read.kind != 0 {
			d.reads[self] = append(d.reads[self], read)
		}
	}
	placed, before := 0, thing{}
	for i := range d.c.Caps {
		c := &d.c.Caps[i]
		ofUnits := slices.ContainsFunc(c.Over, func(p int) bool { return d.c.Payments[p].Per.Unit >= 0 })
		place := thing{}
		for at, p := range c.Over {
			if at == 0 || c.Order == contracts.OrderListed && !ofUnits { // of those listed, who comes later takes nothing
				one := thing{placeThing, placed}
				placed++
				d.placeOf = append(d.placeOf, i)
				read(one, thing{capThing, i})
				read(one, place)
				place = one
			}
			read(place, last[p])
			read(place, thing{paymentThing, p})
			if from := &d.c.Payments[p].From; c.Payer >= 0 && from.Division >= 0 {
				read(place, thing{divisionThing, from.Division})
			}
			last[p] = place
		}
		if ofUnits { // units are gone through once for all such caps, in their order
			read(place, before)
			before = place
		}
	}
	for i := range d.c.Payments {
		paid := thing{paidThing, i}
		read(paid, thing{paymentThing, i})
		read(paid, last[i])
		for _, payee := range []contracts.Payee{d.c.Payments[i].From, d.c.Payments[i].To} {
			if payee.Division >= 0 {
				read(paid, thing{divisionThing, payee.Division})
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
		if t.kind != capThing && t.kind != placeThing {
			at = d.nodeOf(t).Place()
			break
		}
	}
	d.Fault(at, document.Fault{Message: fmt.Sprintf("%s is worked out from itself: %s", names[0], strings.Join(append(names, names[0]), " -> ")),
		Remedy: "let one of them read something that is known before the others"})
}
