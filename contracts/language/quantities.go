package language

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/sentences"
	"outturn/contracts/wording"
)

// heads are the heads of a quantity by their keys, in the order of headKeys.
var heads = []contracts.Head{contracts.Count, contracts.Total, contracts.Mean, contracts.Latest, contracts.Lowest, contracts.Highest, contracts.SpellsOf, contracts.DaysOf, contracts.RunOf, contracts.FirstGap, contracts.Is, contracts.MetWhen, contracts.Standing}

// quantity resolves a quantity when it is first needed and reports whether it may be used.
func (d *decoder) quantity(i int) bool {
	switch d.quantityState[i] {
	case resolved:
		return true
	case underway: // a circle, which the search for circles reports; the type is not yet known
		return d.c.Quantities[i].Type != formula.None
	case faulty:
		return false
	case untouched: // read it now
	}
	d.quantityState[i] = underway
	n, q := d.quantities[i], &d.c.Quantities[i]
	ok := !n.Bad && d.readQuantity(i, n, q) && q.Type != formula.None
	d.quantityState[i] = resolved
	if !ok {
		d.quantityState[i] = faulty
	}
	return ok
}

// readQuantity reads the head, then what narrows it.
func (d *decoder) readQuantity(i int, n *document.Node, q *contracts.Quantity) bool {
	if at, is := d.derived[i]; is {
		return d.readStep(at, i, q)
	}
	if at, is := d.gifts[i]; is {
		return d.readInKind(at, i, q)
	}
	if of, is := d.standingOf[i]; is {
		return d.readStandingWord(of, i, q)
	}
	if at, is := d.baselineSteps[i]; is {
		return d.readBaselineStep(at, i, q)
	}
	q.Called, q.Clause = n.Value("called"), n.Value("clause")
	who := "quantity " + q.Name
	var said []string
	var v *document.Node
	for at, k := range headKeys {
		if n.Has(k.name) {
			q.Head, v = heads[at], n.Get(k.name)
			said = append(said, k.name)
		}
	}
	if len(said) != 1 {
		f := document.Fault{Message: who + " has no head"}
		if len(said) > 1 {
			f = document.Fault{Message: who + " has several heads", Found: wording.List(said), Remedy: "name each figure on its own, and combine them with is"}
		} else {
			for _, k := range headKeys {
				f.Options = append(f.Options, option(k.name, k.says))
			}
		}
		d.Fault(n.Place(), f)
		return false
	}
	if v == nil {
		return false
	}
	r := &reader{who: who, self: thing{quantityThing, i}, hand: -1}
	var ok bool
	if per := n.Get("per"); per != nil {
		if q.Per, ok = d.level(per, who, -1); !ok {
			return false
		}
		r.levels = []contracts.Level{q.Per}
	} else if n.Has("per") {
		return false
	}
	if q.Head == contracts.Is || q.Head == contracts.MetWhen || q.Head == contracts.Standing {
		ok = d.readCombined(r, n, q, v)
	} else if !n.Has("per") {
		d.missing(n, who, "per", "it gathers, so it must say what it stands per", levelShape)
		return false
	} else {
		ok = d.readGathering(r, n, q, v, said[0])
	}
	if !ok {
		return false
	}
	d.readNarrowing(i, r, n, q)
	return true
}

// readCombined reads a formula or a judgement. With no per it stands per whatever settles all that it reads.
func (d *decoder) readCombined(r *reader, n *document.Node, q *contracts.Quantity, v *document.Node) bool {
	per := contracts.ContractLevel()
	if !n.Has("per") {
		r.infer = &per
	}
	inner := *r
	switch q.Head {
	case contracts.Standing:
		if !d.readStanding(&inner, q, v) {
			return false
		}
	case contracts.Is:
		inner.who += ", is"
		if q.Is = d.formula(&inner, v); q.Is == nil {
			return false
		}
		q.Type = q.Is.Type
	default:
		inner.who += ", met_when"
		q.Type = formula.YesNo
		if q.Met = d.condition(&inner, v); q.Met == nil {
			return false
		}
	}
	for _, key := range []string{"where", "in", "run_out", "dated", "to_date", "except", "bridging"} {
		if n.Has(key) {
			d.Fault(n.Place(), document.Fault{Message: fmt.Sprintf("%s has the key %q, which narrows what is gathered", r.who, key), Remedy: "gather a figure of its own and name it here"})
		}
	}
	if r.infer != nil {
		// What else it reads joins in too, before anybody asks what it stands per.
		d.readLimits(r, n, q)
		q.Per = per
	}
	return true
}

// readNarrowing reads what any quantity may have beside its head.
func (d *decoder) readNarrowing(i int, r *reader, n *document.Node, q *contracts.Quantity) {
	if r.infer == nil {
		d.readLimits(r, n, q)
	}
	if n.Value("if_unknown") == "left_out" {
		q.IfUnknown = contracts.UnknownLeftOut
	}
	rounded := n.Get("rounded")
	d.roundingSaid[i] = n.Has("rounded")
	if rounded == nil {
		return
	}
	if boundTypes(q.Type) == nil || q.Type == formula.Date || q.Type == formula.Length {
		d.Bad(rounded, document.Fault{Message: fmt.Sprintf("%s, rounded: %s is not rounded", r.who, q.Type), Remedy: "leave rounded out"})
		return
	}
	q.Rounded = d.rounded(rounded, r.who+", rounded", q.Type)
	q.SaidExact = rounded.Kind == document.Scalar
}

// readLimits reads neutral_if, the floor and the ceiling.
func (d *decoder) readLimits(r *reader, n *document.Node, q *contracts.Quantity) {
	inner := *r
	inner.who = r.who + ", neutral_if"
	q.NeutralIf = d.condition(&inner, n.Get("neutral_if"))
	want := boundTypes(q.Type)
	for _, limit := range []struct {
		key  string
		into **formula.Expr
	}{{"not_below", &q.NotBelow}, {"not_above", &q.NotAbove}} {
		v := n.Get(limit.key)
		if v == nil {
			continue
		}
		if want == nil {
			d.Bad(v, document.Fault{Message: fmt.Sprintf("%s, %s: %s has neither floor nor ceiling", r.who, limit.key, q.Type), Remedy: "leave it out"})
			continue
		}
		inner.who = r.who + ", " + limit.key
		*limit.into = d.formula(&inner, v, want...)
	}
}

// readGathering reads what is gathered, from where, and in which window.
func (d *decoder) readGathering(r *reader, n *document.Node, q *contracts.Quantity, v *document.Node, key string) bool {
	who := r.who + ", " + key
	source, ok := d.readSource(r, q, v, who)
	if !ok {
		return false
	}
	if !d.settles(periodless(source), periodless(q.Per)) {
		d.Bad(v, document.Fault{Message: fmt.Sprintf("%s: %s stands per %s and cannot be gathered per %s", who, v.Text, sentences.Level(d.c, source), sentences.Level(d.c, q.Per)),
			Remedy: "what is gathered is finer than what it is gathered per, or as fine"})
		return false
	}
	parts := *r
	parts.levels = []contracts.Level{q.Per, source}
	if joined, ok := d.join(source, q.Per); ok {
		parts.levels = append(parts.levels, joined)
	}
	parts.levels = append(parts.levels[1:], q.Per) // errors name what it stands per
	if q.Source.Kind == contracts.FromItems {
		parts.hand = q.Source.Index
	}
	parts.met = q.Source.Kind == contracts.FromMeasure
	inner := parts
	inner.who = r.who + ", where"
	q.Where = d.condition(&inner, n.Get("where"))
	inner.who = r.who + ", in"
	q.In = d.window(&inner, n.Get("in"))
	d.readRunOut(r, n, q)
	d.readIfNone(r, n, q)
	d.readDated(&parts, n, q, source)
	d.readSpellsKeys(r, n, q)
	return true
}

// ifNoneOfFigures returns the shape of a quantity's if_none, for its options.
func ifNoneOfFigures() *shape {
	at := slices.IndexFunc(quantityShape.keys, func(k key) bool { return k.name == "if_none" })
	return quantityShape.keys[at].takes
}

// periodless returns a level without its periods, which dated brings.
func periodless(l contracts.Level) contracts.Level {
	l.Periods = nil
	return l
}

func (d *decoder) readRunOut(r *reader, n *document.Node, q *contracts.Quantity) {
	out := n.Get("run_out")
	if out == nil {
		return
	}
	if q.RunOut = d.length(out, r.who+", run_out"); n.Get("in") == nil || q.In != nil && q.In.Length == nil && q.In.Series < 0 && q.In.Edge != contracts.FixedWindow {
		d.Bad(out, document.Fault{Message: r.who + ", run_out: there is no window that ends", Remedy: "say in, with a length"})
	}
}

// readIfNone reads what a mean, latest, lowest or highest of a finer figure is when there is nothing finer.
func (d *decoder) readIfNone(r *reader, n *document.Node, q *contracts.Quantity) {
	asks := q.Source.Kind == contracts.FromFigure && (q.Head == contracts.Mean || q.Head == contracts.Latest || q.Head == contracts.Lowest || q.Head == contracts.Highest)
	switch said := n.Get("if_none"); {
	case said != nil && !asks:
		d.Bad(said, document.Fault{Message: r.who + ", if_none: it stands on a mean, latest, lowest or highest of a finer figure", Remedy: "leave it out; a kind of evidence says by itself what no item means"})
	case said != nil && said.Text == "nought":
		q.IfNone = contracts.SilenceNought
	case said != nil:
		q.IfNone = contracts.SilenceUnknown
	case asks && !n.Has("if_none"):
		d.missing(n, r.who, "if_none", "it gathers a figure that stands per something finer, of which there may be none", ifNoneOfFigures())
	}
}

// readDated reads by which day what is gathered falls into a period.
func (d *decoder) readDated(r *reader, n *document.Node, q *contracts.Quantity, source contracts.Level) {
	inner := *r
	inner.who = r.who + ", dated"
	dated := n.Get("dated")
	missing, needed := d.needsDated(q.Per, source)
	switch {
	case dated != nil && len(q.Per.Periods) == 0:
		d.Bad(dated, document.Fault{Message: r.who + ", dated: it is not gathered by period", Remedy: "leave dated out, or add a period series to its per"})
	case dated != nil:
		q.Dated = d.dated(&inner, dated)
	case needed && !n.Has("dated"):
		d.missing(n, r.who, "dated", "it is gathered by "+wording.Spaced(missing)+", so it must say which day falls in which", dayShape)
	case len(q.Per.Periods) > 0 && q.Source.Kind == contracts.FromItems:
		q.Dated = &contracts.DayRef{Kind: contracts.DayItem, Index: q.Source.Index, Name: d.c.Evidence[q.Source.Index].Name}
	}
	if to := n.Get("to_date"); to != nil {
		if q.ToDate = to.Text == "yes"; len(q.Per.Periods) == 0 {
			d.Bad(to, document.Fault{Message: r.who + ", to_date: it is not gathered by period", Remedy: "leave to_date out"})
		}
	}
}

// readSpellsKeys reads except and bridging, which only spells have.
func (d *decoder) readSpellsKeys(r *reader, n *document.Node, q *contracts.Quantity) {
	if q.Head != contracts.SpellsOf {
		for _, key := range []string{"except", "bridging"} {
			if n.Has(key) {
				d.Fault(n.Place(), document.Fault{Message: fmt.Sprintf("%s has the key %q, which only spells have", r.who, key), Remedy: "make a quantity {spells: ...} with it, and gather that"})
			}
		}
		return
	}
	if except := n.Get("except"); except != nil {
		if at, ok := d.find(except, r.who+", except", kindThing); ok {
			q.Except = at
			d.gathered(at, "quantity "+q.Name)
			d.isSpell(except, at, r.who+", except")
			if d.c.Evidence[at].Of != d.c.Evidence[q.Source.Index].Of || d.c.Evidence[at].Unit != d.c.Evidence[q.Source.Index].Unit {
				d.Bad(except, document.Fault{Message: r.who + ", except: " + except.Text + " is not evidence of the same unit type"})
			}
		}
	}
	if l := d.length(n.Get("bridging"), r.who+", bridging"); l != nil {
		switch l.Unit {
		case calendar.Day:
			q.Bridging = l.N
		case calendar.Week:
			q.Bridging = 7 * l.N
		default:
			d.Bad(n.Get("bridging"), document.Fault{Message: r.who + ", bridging", Expected: "days or weeks", Found: l.String()})
		}
	}
}

func (d *decoder) isSpell(n *document.Node, kind int, who string) bool {
	if d.c.Evidence[kind].Form == contracts.Spell || d.c.Evidence[kind].Form == 0 {
		return true
	}
	d.Bad(n, document.Fault{Message: who + ": " + n.Text + " is not evidence of spells", Remedy: "say as: spell on it, or count its items"})
	return false
}

// readSource reads what is gathered and returns what it stands per.
func (d *decoder) readSource(r *reader, q *contracts.Quantity, v *document.Node, who string) (contracts.Level, bool) {
	switch q.Head {
	case contracts.SpellsOf:
		at, ok := d.find(v, who, kindThing)
		if !ok || !d.isSpell(v, at, who) {
			return contracts.Level{}, false
		}
		d.gathered(at, "quantity "+q.Name)
		q.Source.Kind, q.Source.Index, q.Type = contracts.FromItems, at, formula.Spells
		return d.kindLevel(at), true
	case contracts.DaysOf, contracts.RunOf, contracts.FirstGap:
		q.Type = map[contracts.Head]formula.Type{contracts.DaysOf: formula.Days, contracts.RunOf: formula.Run, contracts.FirstGap: formula.Date}[q.Head]
		return d.spellsSource(r, q, v, who)
	case contracts.Count:
		q.Type = formula.Number
		return d.countSource(r, q, v, who)
	default: // of values: a total, a mean, the latest, lowest or highest
		return d.valueSource(r, q, v, who)
	}
}

// spellsSource reads the spells that days, run and first_gap are of.
func (d *decoder) spellsSource(r *reader, q *contracts.Quantity, v *document.Node, who string) (contracts.Level, bool) {
	at, ok := d.find(v, who, quantityThing)
	if !ok {
		return contracts.Level{}, false
	}
	if !d.quantity(at) {
		d.note(r, thing{quantityThing, at})
		return contracts.Level{}, false
	}
	if d.c.Quantities[at].Type != formula.Spells {
		d.Bad(v, document.Fault{Message: who + ": " + v.Text + " is " + d.c.Quantities[at].Type.String(), Expected: "spells", Remedy: "name a quantity {spells: KIND}"})
		return contracts.Level{}, false
	}
	slot, level, ok := d.figureSource(r, v)
	q.Source.Kind, q.Source.Slot = contracts.FromFigure, slot
	return level, ok
}

// figureSource resolves a figure that is gathered, at its own level whatever the reader's.
func (d *decoder) figureSource(r *reader, v *document.Node) (slot int, level contracts.Level, ok bool) {
	level = contracts.ContractLevel()
	free := *r
	free.infer = &level
	name, column := cutName(v.Text)
	if slot, ok = d.resolve(&free, name, column, v.Place(), inFormula); !ok {
		v.Bad = true
	}
	return slot, level, ok
}

// countSource reads what is counted: items, units, members, outcomes, or yes/no figures that are yes.
func (d *decoder) countSource(r *reader, q *contracts.Quantity, v *document.Node, who string) (contracts.Level, bool) {
	t, known := d.things[v.Text]
	if known && (d.nodeOf(t) == nil || d.nodeOf(t).Bad) {
		return contracts.Level{}, false
	}
	q.Source.Index = t.index
	switch {
	case known && t.kind == kindThing:
		q.Source.Kind = contracts.FromItems
		d.gathered(t.index, "quantity "+q.Name)
		return d.kindLevel(t.index), true
	case known && t.kind == unitThing:
		q.Source.Kind = contracts.FromUnits
		return unitLevel(t.index), true
	case known && t.kind == cohortThing:
		q.Source.Kind = contracts.FromCohort
		d.note(r, t)
		return unitLevel(d.c.Cohorts[t.index].Unit), d.c.Cohorts[t.index].Unit >= 0
	case known && t.kind == measureThing:
		q.Source.Kind = contracts.FromMeasure
		d.note(r, t)
		return d.c.Measures[t.index].Per, true
	}
	q.Source.Index = -1
	slot, level, ok := d.figureSource(r, v)
	if !ok {
		return level, false
	}
	if d.c.Refs[slot].Type != formula.YesNo {
		d.Bad(v, document.Fault{Message: fmt.Sprintf("%s: %s is %s", who, v.Text, d.c.Refs[slot].Type), Expected: "a kind of evidence, a unit type, a cohort, a measure or a yes/no figure",
			Remedy: "to add its values up, use total"})
		return level, false
	}
	q.Source.Kind, q.Source.Slot = contracts.FromFigure, slot
	return level, true
}

// valueSource reads the field of evidence or the finer figure of which the values are gathered.
func (d *decoder) valueSource(r *reader, q *contracts.Quantity, v *document.Node, who string) (contracts.Level, bool) {
	name, column := cutName(v.Text)
	at := -1
	if t, known := d.things[name]; known && t.kind == kindThing && column != "" {
		at = t.index
	} else if fields := d.fields[name]; !known && column == "" && len(fields) == 1 && len(d.facts[name]) == 0 {
		at, column = fields[0].owner, name
	}
	if at < 0 {
		slot, level, ok := d.figureSource(r, v)
		if !ok {
			return level, false
		}
		q.Source.Kind, q.Source.Slot, q.Type = contracts.FromFigure, slot, d.c.Refs[slot].Type
		return level, d.gathers(q, v, who)
	}
	if d.evidence[at].Bad {
		return contracts.Level{}, false
	}
	field := fieldIndex(d.c.Evidence[at].Says, column)
	if field < 0 {
		names := fieldNames(d.c.Evidence[at].Says)
		f := document.Fault{Message: fmt.Sprintf("%s: evidence %s says no %q", who, name, column), Remedy: document.Meant(column, names)}
		if len(names) == 0 {
			f.Remedy = "it says nothing; add says, or count it"
		}
		d.Bad(v, f)
		return contracts.Level{}, false
	}
	d.gathered(at, "quantity "+q.Name)
	q.Source.Kind, q.Source.Index, q.Source.Field, q.Type = contracts.FromItems, at, field, d.c.Evidence[at].Says[field].Type
	level := d.kindLevel(at)
	if each := d.c.Evidence[at].Each; each >= 0 {
		level.Periods = []int{each}
	}
	return level, d.gathers(q, v, who)
}

// gathers reports whether the head can be had of values of the type.
func (d *decoder) gathers(q *contracts.Quantity, v *document.Node, who string) bool {
	sums := []formula.Type{formula.Number, formula.Plain, formula.Money, formula.Rate, formula.Points, formula.Days}
	ok := true
	switch q.Head {
	case contracts.Total, contracts.Mean:
		ok = slices.Contains(sums, q.Type)
	case contracts.Lowest, contracts.Highest:
		ok = boundTypes(q.Type) != nil && q.Type != formula.Length
	case contracts.Latest:
		ok = q.Type != formula.Spells && q.Type != formula.Text
	default: // the others give a type of their own, whatever they are of
	}
	if !ok && q.Type != formula.None {
		d.Bad(v, document.Fault{Message: fmt.Sprintf("%s: %s is %s, of which there is no %s", who, v.Text, q.Type, who[strings.LastIndex(who, " ")+1:])})
	}
	return ok && q.Type != formula.None
}
