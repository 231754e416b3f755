package language

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/sentences"
)

// measureForms are the keys by which a measure says its form.
var measureForms = []document.Option{
	{Word: "on, when", Means: "tested on each item of a kind"}, {Word: "as_soon_as", Means: "met on the first day a condition holds"},
	{Word: "first", Means: "met on the first item of the kinds listed"}, {Word: "each", Means: "met on every item of the kinds listed"},
	{Word: "every, run", Means: "met at every further such length of an unbroken run"},
}

func (d *decoder) readMeasures() {
	for i, n := range d.measures {
		if n.Bad {
			continue
		}
		m := &d.c.Measures[i]
		m.Called, m.Clause = n.Value("called"), n.Value("clause")
		r := &reader{who: "measure " + m.Name, self: thing{measureThing, i}, levels: []contracts.Level{m.Per}, hand: -1}
		d.readMeasureForm(r, n, m)
		inner := *r
		inner.who = r.who + ", in"
		m.In = d.window(&inner, n.Get("in"))
		inner.who = r.who + ", until"
		m.Until = d.dated(&inner, n.Get("until"))
		inner.who = r.who + ", not_above"
		m.NotAbove = d.formula(&inner, n.Get("not_above"), formula.Number, formula.Plain)
		d.readAllNeutral(r, n, m)
	}
}

func (d *decoder) readMeasureForm(r *reader, n *document.Node, m *contracts.Measure) {
	said := 0
	for _, form := range []struct {
		key  string
		form contracts.MeasureForm
	}{{"on", contracts.OnItem}, {"as_soon_as", contracts.AsSoonAs}, {"first", contracts.FirstItem}, {"each", contracts.EachItem}, {"every", contracts.EveryRun}} {
		if n.Has(form.key) {
			m.Form = form.form
			said++
		}
	}
	if said != 1 {
		d.Fault(n.Place(), document.Fault{Message: r.who + " does not say how it is met", Expected: "exactly one of these", Options: measureForms})
		return
	}
	switch m.Form {
	case contracts.OnItem:
		m.Kinds = d.measureKinds(r, n.Get("on"), r.who+", on", m)
		if !n.Has("when") {
			d.missing(n, r.who, "when", "the test on each item; without one, write each", conditionShape)
		}
		inner := *r
		inner.who += ", when"
		if len(m.Kinds) > 0 {
			inner.hand = m.Kinds[0]
		}
		m.When = d.condition(&inner, n.Get("when"))
	case contracts.AsSoonAs:
		inner := *r
		inner.who += ", as_soon_as"
		m.When = d.condition(&inner, n.Get("as_soon_as"))
	case contracts.FirstItem:
		m.Kinds = d.measureKinds(r, n.Get("first"), r.who+", first", m)
	case contracts.EachItem:
		m.Kinds = d.measureKinds(r, n.Get("each"), r.who+", each", m)
	case contracts.EveryRun:
		d.readEvery(r, n, m)
	}
	for _, only := range []struct {
		key  string
		form contracts.MeasureForm
		says string
	}{{"when", contracts.OnItem, "on"}, {"run", contracts.EveryRun, "every"}, {"restarts_on", contracts.EveryRun, "every"}} {
		if n.Has(only.key) && m.Form != only.form {
			d.Fault(n.Place(), document.Fault{Message: fmt.Sprintf("%s has the key %q, which stands only with %s", r.who, only.key, only.says)})
		}
	}
}

// measureKinds reads the kinds of item by which a measure is met: they are evidence of its unit, or of what is part of it.
func (d *decoder) measureKinds(r *reader, n *document.Node, who string, m *contracts.Measure) []int {
	var kinds []int
	for _, item := range n.Texts() {
		at, ok := d.find(item, who, kindThing)
		if !ok {
			continue
		}
		if l := d.kindLevel(at); m.Per.Unit >= 0 && !d.settles(l, m.Per) {
			d.Bad(item, document.Fault{Message: fmt.Sprintf("%s: %s is evidence per %s, not per %s", who, item.Text, sentences.Level(d.c, l), sentences.Level(d.c, m.Per))})
			continue
		}
		kinds = append(kinds, at)
	}
	return kinds
}

func (d *decoder) readEvery(r *reader, n *document.Node, m *contracts.Measure) {
	if l := d.length(n.Get("every"), r.who+", every"); l != nil {
		m.Every = *l
		if l.N == 0 {
			d.Bad(n.Get("every"), document.Fault{Message: r.who + ", every", Expected: "a length above nought", Found: l.String()})
		}
	}
	run := n.Get("run")
	if run == nil {
		if !n.Has("run") {
			d.missing(n, r.who, "run", "the spells of which the run is meant", nil)
		}
		return
	}
	at, ok := d.find(run, r.who+", run", quantityThing)
	if !ok || !d.quantity(at) {
		return
	}
	d.note(r, thing{quantityThing, at})
	q := &d.c.Quantities[at]
	if q.Type != formula.Spells {
		d.Bad(run, document.Fault{Message: r.who + ", run: " + run.Text + " is " + q.Type.String(), Expected: "spells", Remedy: "name a quantity {spells: KIND}"})
		return
	}
	if m.Per.Unit >= 0 && (q.Per.Unit != m.Per.Unit) {
		d.Bad(run, document.Fault{Message: fmt.Sprintf("%s, run: %s stands per %s, the measure per %s", r.who, run.Text, sentences.Level(d.c, q.Per), sentences.Level(d.c, m.Per))})
		return
	}
	m.Run = at
	d.readRestarts(r, n.Get("restarts_on"), m)
}

// readRestarts reads what starts the count of a run anew, such as a move of home.
func (d *decoder) readRestarts(r *reader, n *document.Node, m *contracts.Measure) {
	if n == nil {
		return
	}
	if kinds := d.measureKinds(r, n.Get("item"), r.who+", restarts_on, item", m); len(kinds) > 0 {
		m.RestartsOn = kinds[0]
	}
	if l := d.length(n.Get("from"), r.who+", restarts_on, from"); l != nil {
		m.RestartsFrom = *l
	}
}

// readAllNeutral reads what the test is worth of which every limb was left out; it must be said where limbs can be.
func (d *decoder) readAllNeutral(r *reader, n *document.Node, m *contracts.Measure) {
	switch n.Value("if_all_neutral") {
	case "met":
		m.IfAllNeutral = contracts.NeutralMet
	case "not_met":
		m.IfAllNeutral = contracts.NeutralNotMet
	}
	limb := ""
	slotsOf(m.When, func(slot int) {
		if limb == "" && d.canBeNeutral(slot, map[int]bool{}) {
			limb = d.c.Refs[slot].Name
		}
	})
	if limb != "" && !n.Has("if_all_neutral") {
		at := slicesKey(measureShape, "if_all_neutral")
		d.missing(n, r.who, "if_all_neutral", limb+" can be left out, so it must say what the test is worth when every limb was", at.takes)
	}
}

// slicesKey returns a key of a shape.
func slicesKey(s *shape, name string) key {
	for _, k := range s.keys {
		if k.name == name {
			return k
		}
	}
	return key{}
}

// canBeNeutral reports whether a figure may be left out of its test.
func (d *decoder) canBeNeutral(slot int, seen map[int]bool) bool {
	ref := d.c.Refs[slot]
	if ref.Kind != contracts.RefQuantity || seen[slot] {
		return false
	}
	seen[slot] = true
	q := &d.c.Quantities[ref.Index]
	if q.NeutralIf != nil || q.IfUnknown == contracts.UnknownLeftOut {
		return true
	}
	found := false
	slotsIn(q.Is, func(s int) { found = found || d.canBeNeutral(s, seen) })
	return found
}
