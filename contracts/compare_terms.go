package contracts

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// This file reads what a comparison states of its estimator: the columns of evidence, the options, the other side.

// readEstimated reads a comparison that an estimator works out.
func (d *decoder) readEstimated(i int, n *node, c *Comparison, who string) {
	t, known := estimators[c.Estimator]
	if !known {
		return // the shape has said so
	}
	d.needs(n, who, "treated", "of", "selection", "options")
	d.readSides(i, n, c, who, &t)
	c.Columns = nil
	if c.Of >= 0 && d.quantity(c.Of) && d.readOutcome(i, n, c, who, &t) {
		d.compareColumns(i, n, c, who, &t)
		d.readOptions(n.get("options"), c, who, t.options)
	}
	if n.has("certified_by") {
		d.readCertified(n.get("certified_by"), c, who+", certified_by", "effect")
		d.needs(n, who, "pays_on")
		if n.value("pays_on") == "certified" {
			c.PaysOn = PaysCertified
		}
	} else {
		d.refuses(n, who, "pays_on")
	}
	d.checkSelection(n, c, who, &t)
}

// readSides reads whom or what the treated are compared with: a cohort, counts, a benchmark, or nothing but time.
func (d *decoder) readSides(i int, n *node, c *Comparison, who string, t *estimatorTerms) {
	level := &reader{who: who + ", control", self: thing{comparisonThing, i}, levels: []Level{c.Per}, hand: -1}
	switch {
	case t.counts && n.has("control"):
		d.refuses(n, who, "against")
		v := n.get("control")
		c.Control = &CompareCounts{Events: d.formula(level, v.get("events"), formula.Number, formula.Plain),
			N: d.formula(level, v.get("n"), formula.Number, formula.Plain), Exposure: d.formula(level, v.get("exposure"), formula.Number, formula.Days, formula.Plain)}
		if part := map[bool]string{true: "exposure", false: "n"}[slices.Contains(t.needs, "exposure")]; !v.has(part) {
			d.fault(v.place(), Fault{Message: fmt.Sprintf("%s, control does not say %q", who, part)})
		}
	case t.against:
		d.needs(n, who, "against")
		d.refuses(n, who, "control")
	default:
		d.refuses(n, who, "against", "control")
	}
	if t.level {
		d.needs(n, who, "benchmark")
		level.who = who + ", benchmark"
		c.Benchmark = d.formula(level, n.get("benchmark"), formula.Number, formula.Plain, formula.Money, formula.Days, formula.Rate)
	} else {
		d.refuses(n, who, "benchmark")
	}
	if t.periods {
		d.needs(n, who, "in")
		c.In = d.span(n.get("in"), who+", in", calendar.Span{})
	} else {
		d.refuses(n, who, "in")
	}
}

// readOutcome holds what is compared to the estimator: its type, and what it stands per.
func (d *decoder) readOutcome(i int, n *node, c *Comparison, who string, t *estimatorTerms) bool {
	of := n.get("of")
	q := &d.c.Quantities[c.Of]
	d.note(&reader{self: thing{comparisonThing, i}}, thing{quantityThing, c.Of})
	if c.Treated < 0 || of == nil {
		return false
	}
	unit := unitLevel(d.c.Cohorts[c.Treated].Unit)
	fits, want := q.Per.Unit == unit.Unit && len(q.Per.Periods) == 0, "per "+d.c.levelWords(unit)
	switch {
	case c.Estimator == "its":
		fits, want = q.Per.Unit < 0 && len(q.Per.Periods) == 1 && q.Per.FactOf < 0 && q.Per.Role == "" && q.Per.Cohort < 0, "per one period series"
	case t.periods:
		fits, want = q.Per.Unit == unit.Unit && len(q.Per.Periods) == 1, "per "+d.c.levelWords(unit)+" and one period series"
	}
	switch {
	case !fits:
		d.bad(of, Fault{Message: fmt.Sprintf("%s, of: %s stands per %s", who, of.text, d.c.levelWords(q.Per)), Expected: "a quantity " + want})
		return false
	case !slices.Contains(t.of, q.Type):
		d.bad(of, Fault{Message: fmt.Sprintf("%s, of: %s is %s", who, of.text, q.Type), Expected: typeWords(t.of) + ", which " + string(c.Estimator) + " compares"})
		return false
	}
	c.Columns = append(c.Columns, CompareColumn{Name: q.Name, Role: "outcome", Slot: d.slot(Ref{Name: q.Name, Kind: RefQuantity, Index: c.Of, Type: q.Type}), Unit: -1})
	return true
}

// compareColumns reads the further figures of each unit.
func (d *decoder) compareColumns(i int, n *node, c *Comparison, who string, t *estimatorTerms) {
	v := n.get("columns")
	for _, role := range t.needs {
		if !v.has(role) {
			k := slicesKey(columnsShape, role)
			at := n
			if v != nil {
				at = v
			}
			d.missing(at, who+", columns", role, k.says+"; "+string(c.Estimator)+" needs it", k.takes)
		}
	}
	for _, k := range columnsShape.keys {
		at := v.get(k.name)
		if at == nil {
			continue
		}
		if !slices.Contains(t.needs, k.name) && !slices.Contains(t.may, k.name) {
			d.bad(at, Fault{Message: fmt.Sprintf("%s, columns: %s has no use for %s", who, c.Estimator, k.name), Remedy: "leave it out"})
			continue
		}
		d.column(i, at, c, who+", columns, "+k.name, k.name)
	}
}

// rolesTaken are the types that a column in a role may be of; any number elsewhere.
var rolesTaken = map[string][]formula.Type{
	"exposure": {formula.Number, formula.Days}, "received": {formula.YesNo}, "treated_now": {formula.YesNo},
	"stratum": {formula.Choice, formula.Number, formula.YesNo}, "cluster": {formula.Choice, formula.Number, formula.YesNo},
}

// column reads one column and returns its place among the comparison's.
func (d *decoder) column(i int, n *node, c *Comparison, who, role string) int {
	at := slices.IndexFunc(c.Columns, func(one CompareColumn) bool { return one.Name == n.text && one.Role == "" && role == "" })
	if at >= 0 {
		return at
	}
	col := CompareColumn{Name: n.text, Role: role, Slot: -1, Unit: -1}
	if t, is := d.things[n.text]; is && t.kind == unitThing && role == "cluster" {
		for u := d.c.Cohorts[c.Treated].Unit; u >= 0; u = d.c.Units[u].PartOf {
			if u == t.index {
				col.Unit = u
			}
		}
		if col.Unit < 0 {
			d.bad(n, Fault{Message: fmt.Sprintf("%s: a %s is no part of a %s", who, d.c.Units[d.c.Cohorts[c.Treated].Unit].Name, n.text)})
		}
		c.Columns = append(c.Columns, col)
		return len(c.Columns) - 1
	}
	levels := []Level{unitLevel(d.c.Cohorts[c.Treated].Unit)}
	if c.Of >= 0 && estimators[c.Estimator].periods {
		levels = []Level{d.c.Quantities[c.Of].Per}
	}
	e := d.formula(&reader{who: who, self: thing{comparisonThing, i}, levels: levels, hand: -1}, n)
	switch {
	case e == nil:
		return -1
	case e.Op != formula.OpRef:
		d.bad(n, Fault{Message: who, Expected: "the name of a figure", Found: n.text, Remedy: "give the formula a name among the quantities"})
		return -1
	}
	taken, said := rolesTaken[role]
	if !said {
		taken = []formula.Type{formula.Number, formula.Money, formula.Days, formula.Rate, formula.Points, formula.YesNo, formula.Choice}
	}
	if !slices.Contains(taken, e.Type) {
		d.bad(n, Fault{Message: fmt.Sprintf("%s: %s is %s", who, n.text, e.Type), Expected: typeWords(taken)})
		return -1
	}
	col.Slot = e.Slot
	c.Columns = append(c.Columns, col)
	return len(c.Columns) - 1
}

// readOptions reads the options that an estimator takes.
func (d *decoder) readOptions(n *node, c *Comparison, who string, own []optionTerms) {
	c.Options = nil
	if n == nil {
		return
	}
	index := slices.IndexFunc(d.c.Comparisons, func(k Comparison) bool { return k.Name == c.Name })
	taken := append(commonOptions[:len(commonOptions):len(commonOptions)], own...)
	for _, k := range n.keys {
		if !slices.ContainsFunc(taken, func(o optionTerms) bool { return o.name == k.text }) && slicesKey(optionsShape, k.text).name != "" {
			d.fault(k.place(), Fault{Message: fmt.Sprintf("%s, options: %s takes no %s", who, c.Estimator, k.text), Remedy: "leave it out"})
		}
	}
	for _, o := range taken {
		v := n.get(o.name)
		if v == nil {
			if o.need && !n.has(o.name) {
				d.missing(n, who+", options", o.name, optionSays[o.name], &shape{kind: textShape, what: optionSays[o.name], words: optionWords(o.words)})
			}
			continue
		}
		if read, ok := d.option(index, v, c, who+", options, "+o.name, &o); ok {
			c.Options = append(c.Options, read)
		}
	}
}

func optionWords(words []string) []Option {
	var all []Option
	for _, w := range words {
		all = append(all, Option{Word: w})
	}
	return all
}

// option reads one option.
func (d *decoder) option(i int, v *node, c *Comparison, who string, o *optionTerms) (CompareOption, bool) {
	out := CompareOption{Name: o.name, Text: v.text}
	number := func(n *node, t formula.Type) bool {
		f, ok := d.literal(n, who, t, nil)
		out.Figures = append(out.Figures, f.Num)
		return ok
	}
	switch o.kind {
	case optionWord:
		if !slices.Contains(o.words, v.text) {
			d.bad(v, Fault{Message: who, Expected: enumerate(o.words, "or"), Found: fmt.Sprintf("%q", v.text), Remedy: near2(v.text, o.words)})
			return out, false
		}
	case optionFlag:
		out.Yes = v.text == "yes"
	case optionCount:
		out.Figures = []money.Exact{money.Int(int64(d.whole1(v, who)))}
	case optionFigure:
		return out, number(v, formula.Number)
	case optionRate:
		return out, number(v, formula.Rate)
	case optionEffect:
		return out, number(v, d.comparedType(i, CompareEffect))
	case optionDate:
		out.Date = d.date(v, who)
	case optionRates:
		if len(v.items) != 2 {
			d.bad(v, Fault{Message: who, Expected: "two rates, the lower first"})
			return out, false
		}
		return out, number(v.items[0], formula.Rate) && number(v.items[1], formula.Rate)
	case optionColumns:
		names := []string{}
		for _, one := range v.items {
			if at := d.column(i, one, c, who, ""); at >= 0 {
				out.Columns, names = append(out.Columns, at), append(names, one.text)
			}
		}
		out.Text = strings.Join(names, ", ")
	}
	return out, !v.bad
}

// checkSelection holds the design to how it came about who was treated.
func (d *decoder) checkSelection(n *node, c *Comparison, who string, t *estimatorTerms) {
	at := n.get("selection")
	if at == nil {
		return
	}
	switch one := t.against || t.counts; {
	case c.Selection == SelectionStated && one && c.Control == nil:
		d.bad(at, Fault{Message: who + ", selection: the other side is a cohort, not a stated figure", Expected: "randomised, matched, volunteered or earlier"})
	case c.Selection == SelectionRandomised && !one:
		d.bad(at, Fault{Message: who + ", selection: nobody was drawn by lot where there is no other side", Expected: "stated, earlier, matched or volunteered"})
	}
}

// comparedFigures holds the figures that anything reads of comparisons to what their estimators give, and asks how each
// is rounded: whether a gate tests the exact or the rounded figure moves money.
func (d *decoder) comparedFigures() {
	for slot := range d.c.Refs {
		ref := &d.c.Refs[slot]
		if ref.Kind != RefComparison || d.comparisons[ref.Index].bad {
			continue
		}
		c, f := &d.c.Comparisons[ref.Index], CompareField(ref.Field)
		n := d.comparisons[ref.Index]
		if may := d.c.compareFields(c); !slices.Contains(may, f) {
			names := make([]string, len(may))
			for i, one := range may {
				names[i] = c.Name + "." + comparisonColumns[one]
			}
			d.fault(n.place(), Fault{Message: fmt.Sprintf("%s is read, and the estimator %s has no %s", ref.Name, c.Estimator, compareWords[f]), Expected: enumerate(names, "or")})
			continue
		}
		v := n.get("settles")
		switch {
		case slices.Contains(settledFields, f) && v != nil && !v.has(comparisonColumns[f]):
			d.needsSettled(v, "comparison "+c.Name+", settles", comparisonColumns[f])
		case (f == CompareSignificant || f == CompareContrary) && c.Option("critical") == nil:
			d.missing(n, "comparison "+c.Name+", options", "critical", optionSays["critical"]+", which "+ref.Name+" turns on", valueShape)
		}
	}
	d.carriedElsewhere()
}

// compareFields are the figures that can be read of a comparison.
func (c *Contract) compareFields(k *Comparison) []CompareField {
	all := []CompareField{CompareEffect, CompareUnits}
	base := c.Compares(k)
	t, estimated := estimators[base.Estimator]
	switch {
	case k.Estimator == EstimatorCarried:
		return all
	case !estimated:
		return append(all, CompareTreated, CompareComparison)
	case base.PaysOn == PaysCertified:
		return all
	case k.Estimator != EstimatorPooled && t.means:
		all = append(all, CompareTreated, CompareComparison)
	}
	if k.Estimator != EstimatorPooled {
		all = append(all, CompareAgainst)
	}
	return append(all, CompareLow, CompareHigh, CompareP, CompareSE, CompareSignificant, CompareContrary)
}

// carriedElsewhere refuses a formula that multiplies the effect found in one cohort by the number of another: who came
// forward, or was chosen, is no sample of everybody, so the effect is carried by name and at a stated discount.
func (d *decoder) carriedElsewhere() {
	for i := range d.c.Quantities {
		q := &d.c.Quantities[i]
		if q.Is == nil || d.quantities[i].bad {
			continue
		}
		effect, members := -1, -1
		slotsIn(q.Is, func(slot int) {
			switch ref := &d.c.Refs[slot]; ref.Kind {
			case RefComparison:
				if f := CompareField(ref.Field); f != CompareUnits && f != CompareAgainst {
					effect = ref.Index
				}
			case RefQuantity:
				if of := &d.c.Quantities[ref.Index]; of.Source.Kind == FromCohort && of.Head == Count {
					members = of.Source.Index
				}
			default: // no effect, and no number of members
			}
		})
		if effect < 0 || members < 0 {
			continue
		}
		k := d.c.Compares(&d.c.Comparisons[effect])
		if found := &d.c.Comparisons[effect]; found.Estimator != EstimatorCarried && k.Selection != SelectionRandomised && k.Selection != "" && k.Treated >= 0 && k.Treated != members {
			d.fault(d.quantities[i].place(), Fault{Message: fmt.Sprintf("quantity %s carries the effect of %s to %s: those it was found among were %s, and others may not be like them", q.Name, found.Name, d.c.Cohorts[members].Name, k.Selection),
				Remedy: fmt.Sprintf("say so and state a discount: a comparison {estimator: carried, carries: %s, treated: %s, discount: 25%%, ...}", found.Name, d.c.Cohorts[members].Name)})
		}
	}
}
