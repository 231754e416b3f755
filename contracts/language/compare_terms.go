package language

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/document"
	"outturn/contracts/estimators"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/contracts/sentences"
	"outturn/contracts/wording"
)

// This file reads what a comparison states of its estimator: the columns of evidence, the options, the other side.

// readEstimated reads a comparison that an estimator works out.
func (d *decoder) readEstimated(i int, n *document.Node, c *contracts.Comparison, who string) {
	t, known := estimators.All[c.Estimator]
	if !known {
		return // the shape has said so
	}
	d.needs(n, who, "treated", "of", "selection", "options")
	d.readSides(i, n, c, who, &t)
	c.Columns = nil
	if c.Of >= 0 && d.quantity(c.Of) && d.readOutcome(i, n, c, who, &t) {
		d.compareColumns(i, n, c, who, &t)
		d.readOptions(n.Get("options"), c, who, t.Options)
	}
	if n.Has("certified_by") {
		d.readCertified(n.Get("certified_by"), c, who+", certified_by", "effect")
		d.needs(n, who, "pays_on")
		if n.Value("pays_on") == "certified" {
			c.PaysOn = contracts.PaysCertified
		}
	} else {
		d.refuses(n, who, "pays_on")
	}
	d.checkSelection(n, c, who, &t)
}

// readSides reads whom or what the treated are compared with: a cohort, counts, a benchmark, or nothing but time.
func (d *decoder) readSides(i int, n *document.Node, c *contracts.Comparison, who string, t *estimators.Terms) {
	level := &reader{who: who + ", control", self: thing{comparisonThing, i}, levels: []contracts.Level{c.Per}, hand: -1}
	switch {
	case t.Counts && n.Has("control"):
		d.refuses(n, who, "against")
		v := n.Get("control")
		c.Control = &contracts.CompareCounts{Events: d.formula(level, v.Get("events"), formula.Number, formula.Plain),
			N: d.formula(level, v.Get("n"), formula.Number, formula.Plain), Exposure: d.formula(level, v.Get("exposure"), formula.Number, formula.Days, formula.Plain)}
		if part := map[bool]string{true: "exposure", false: "n"}[slices.Contains(t.Needs, "exposure")]; !v.Has(part) {
			d.Fault(v.Place(), document.Fault{Message: fmt.Sprintf("%s, control does not say %q", who, part)})
		}
	case t.Against:
		d.needs(n, who, "against")
		d.refuses(n, who, "control")
	default:
		d.refuses(n, who, "against", "control")
	}
	if t.Level {
		d.needs(n, who, "benchmark")
		level.who = who + ", benchmark"
		c.Benchmark = d.formula(level, n.Get("benchmark"), formula.Number, formula.Plain, formula.Money, formula.Days, formula.Rate)
	} else {
		d.refuses(n, who, "benchmark")
	}
	if t.Periods {
		d.needs(n, who, "in")
		c.In = d.span(n.Get("in"), who+", in", calendar.Span{})
	} else {
		d.refuses(n, who, "in")
	}
}

// readOutcome holds what is compared to the estimator: its type, and what it stands per.
func (d *decoder) readOutcome(i int, n *document.Node, c *contracts.Comparison, who string, t *estimators.Terms) bool {
	of := n.Get("of")
	q := &d.c.Quantities[c.Of]
	d.note(&reader{self: thing{comparisonThing, i}}, thing{quantityThing, c.Of})
	if c.Treated < 0 || of == nil {
		return false
	}
	unit := unitLevel(d.c.Cohorts[c.Treated].Unit)
	fits, want := q.Per.Unit == unit.Unit && len(q.Per.Periods) == 0, "per "+sentences.Level(d.c, unit)
	switch {
	case c.Estimator == "its":
		fits, want = q.Per.Unit < 0 && len(q.Per.Periods) == 1 && q.Per.FactOf < 0 && q.Per.Role == "" && q.Per.Cohort < 0, "per one period series"
	case t.Periods:
		fits, want = q.Per.Unit == unit.Unit && len(q.Per.Periods) == 1, "per "+sentences.Level(d.c, unit)+" and one period series"
	}
	switch {
	case !fits:
		d.Bad(of, document.Fault{Message: fmt.Sprintf("%s, of: %s stands per %s", who, of.Text, sentences.Level(d.c, q.Per)), Expected: "a quantity " + want})
		return false
	case !slices.Contains(t.Of, q.Type):
		d.Bad(of, document.Fault{Message: fmt.Sprintf("%s, of: %s is %s", who, of.Text, q.Type), Expected: estimators.TypeWords(t.Of) + ", which " + string(c.Estimator) + " compares"})
		return false
	}
	c.Columns = append(c.Columns, contracts.CompareColumn{Name: q.Name, Role: "outcome", Slot: d.slot(contracts.Ref{Name: q.Name, Kind: contracts.RefQuantity, Index: c.Of, Type: q.Type}), Unit: -1})
	return true
}

// compareColumns reads the further figures of each unit.
func (d *decoder) compareColumns(i int, n *document.Node, c *contracts.Comparison, who string, t *estimators.Terms) {
	v := n.Get("columns")
	for _, role := range t.Needs {
		if !v.Has(role) {
			k := slicesKey(columnsShape, role)
			at := n
			if v != nil {
				at = v
			}
			d.missing(at, who+", columns", role, k.says+"; "+string(c.Estimator)+" needs it", k.takes)
		}
	}
	for _, k := range columnsShape.keys {
		at := v.Get(k.name)
		if at == nil {
			continue
		}
		if !slices.Contains(t.Needs, k.name) && !slices.Contains(t.May, k.name) {
			d.Bad(at, document.Fault{Message: fmt.Sprintf("%s, columns: %s has no use for %s", who, c.Estimator, k.name), Remedy: "leave it out"})
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
func (d *decoder) column(i int, n *document.Node, c *contracts.Comparison, who, role string) int {
	at := slices.IndexFunc(c.Columns, func(one contracts.CompareColumn) bool { return one.Name == n.Text && one.Role == "" && role == "" })
	if at >= 0 {
		return at
	}
	col := contracts.CompareColumn{Name: n.Text, Role: role, Slot: -1, Unit: -1}
	if t, is := d.things[n.Text]; is && t.kind == unitThing && role == "cluster" {
		for u := d.c.Cohorts[c.Treated].Unit; u >= 0; u = d.c.Units[u].PartOf {
			if u == t.index {
				col.Unit = u
			}
		}
		if col.Unit < 0 {
			d.Bad(n, document.Fault{Message: fmt.Sprintf("%s: a %s is no part of a %s", who, d.c.Units[d.c.Cohorts[c.Treated].Unit].Name, n.Text)})
		}
		c.Columns = append(c.Columns, col)
		return len(c.Columns) - 1
	}
	levels := []contracts.Level{unitLevel(d.c.Cohorts[c.Treated].Unit)}
	if c.Of >= 0 && estimators.All[c.Estimator].Periods {
		levels = []contracts.Level{d.c.Quantities[c.Of].Per}
	}
	e := d.formula(&reader{who: who, self: thing{comparisonThing, i}, levels: levels, hand: -1}, n)
	switch {
	case e == nil:
		return -1
	case e.Op != formula.OpRef:
		d.Bad(n, document.Fault{Message: who, Expected: "the name of a figure", Found: n.Text, Remedy: "give the formula a name among the quantities"})
		return -1
	}
	taken, said := rolesTaken[role]
	if !said {
		taken = []formula.Type{formula.Number, formula.Money, formula.Days, formula.Rate, formula.Points, formula.YesNo, formula.Choice}
	}
	if !slices.Contains(taken, e.Type) {
		d.Bad(n, document.Fault{Message: fmt.Sprintf("%s: %s is %s", who, n.Text, e.Type), Expected: estimators.TypeWords(taken)})
		return -1
	}
	col.Slot = e.Slot
	c.Columns = append(c.Columns, col)
	return len(c.Columns) - 1
}

// readOptions reads the options that an estimator takes.
func (d *decoder) readOptions(n *document.Node, c *contracts.Comparison, who string, own []estimators.Option) {
	c.Options = nil
	if n == nil {
		return
	}
	index := slices.IndexFunc(d.c.Comparisons, func(k contracts.Comparison) bool { return k.Name == c.Name })
	taken := append(estimators.Common[:len(estimators.Common):len(estimators.Common)], own...)
	for _, k := range n.Keys {
		if !slices.ContainsFunc(taken, func(o estimators.Option) bool { return o.Name == k.Text }) && slicesKey(optionsShape, k.Text).name != "" {
			d.Fault(k.Place(), document.Fault{Message: fmt.Sprintf("%s, options: %s takes no %s", who, c.Estimator, k.Text), Remedy: "leave it out"})
		}
	}
	for _, o := range taken {
		v := n.Get(o.Name)
		if v == nil {
			if o.Need && !n.Has(o.Name) {
				d.missing(n, who+", options", o.Name, optionSays[o.Name], &shape{kind: textShape, what: optionSays[o.Name], words: optionWords(o.Words)})
			}
			continue
		}
		if read, ok := d.option(index, v, c, who+", options, "+o.Name, &o); ok {
			c.Options = append(c.Options, read)
		}
	}
}

func optionWords(words []string) []document.Option {
	var all []document.Option
	for _, w := range words {
		all = append(all, document.Option{Word: w})
	}
	return all
}

// option reads one option.
func (d *decoder) option(i int, v *document.Node, c *contracts.Comparison, who string, o *estimators.Option) (contracts.CompareOption, bool) {
	out := contracts.CompareOption{Name: o.Name, Text: v.Text}
	number := func(n *document.Node, t formula.Type) bool {
		f, ok := d.literal(n, who, t, nil)
		out.Figures = append(out.Figures, f.Num)
		return ok
	}
	switch o.Kind {
	case estimators.Word:
		if !slices.Contains(o.Words, v.Text) {
			d.Bad(v, document.Fault{Message: who, Expected: wording.Enumerate(o.Words, "or"), Found: fmt.Sprintf("%q", v.Text), Remedy: near2(v.Text, o.Words)})
			return out, false
		}
	case estimators.Flag:
		out.Yes = v.Text == "yes"
	case estimators.Count:
		out.Figures = []money.Exact{money.Int(int64(d.whole1(v, who)))}
	case estimators.Figure:
		return out, number(v, formula.Number)
	case estimators.Rate:
		return out, number(v, formula.Rate)
	case estimators.Effect:
		return out, number(v, d.comparedType(i, contracts.CompareEffect))
	case estimators.Date:
		out.Date = d.date(v, who)
	case estimators.Rates:
		if len(v.Items) != 2 {
			d.Bad(v, document.Fault{Message: who, Expected: "two rates, the lower first"})
			return out, false
		}
		return out, number(v.Items[0], formula.Rate) && number(v.Items[1], formula.Rate)
	case estimators.Columns:
		names := []string{}
		for _, one := range v.Items {
			if at := d.column(i, one, c, who, ""); at >= 0 {
				out.Columns, names = append(out.Columns, at), append(names, one.Text)
			}
		}
		out.Text = strings.Join(names, ", ")
	}
	return out, !v.Bad
}

// checkSelection holds the design to how it came about who was treated.
func (d *decoder) checkSelection(n *document.Node, c *contracts.Comparison, who string, t *estimators.Terms) {
	at := n.Get("selection")
	if at == nil {
		return
	}
	switch one := t.Against || t.Counts; {
	case c.Selection == contracts.SelectionStated && one && c.Control == nil:
		d.Bad(at, document.Fault{Message: who + ", selection: the other side is a cohort, not a stated figure", Expected: "randomised, matched, volunteered or earlier"})
	case c.Selection == contracts.SelectionRandomised && !one:
		d.Bad(at, document.Fault{Message: who + ", selection: nobody was drawn by lot where there is no other side", Expected: "stated, earlier, matched or volunteered"})
	}
}

// comparedFigures holds the figures that anything reads of comparisons to what their estimators give, and asks how each
// is rounded: whether a gate tests the exact or the rounded figure moves money.
func (d *decoder) comparedFigures() {
	for slot := range d.c.Refs {
		ref := &d.c.Refs[slot]
		if ref.Kind != contracts.RefComparison || d.comparisons[ref.Index].Bad {
			continue
		}
		c, f := &d.c.Comparisons[ref.Index], contracts.CompareField(ref.Field)
		n := d.comparisons[ref.Index]
		if may := compareFields(d.c, c); !slices.Contains(may, f) {
			names := make([]string, len(may))
			for i, one := range may {
				names[i] = c.Name + "." + contracts.ComparisonColumns[one]
			}
			d.Fault(n.Place(), document.Fault{Message: fmt.Sprintf("%s is read, and the estimator %s has no %s", ref.Name, c.Estimator, sentences.CompareWords[f]), Expected: wording.Enumerate(names, "or")})
			continue
		}
		v := n.Get("settles")
		switch {
		case slices.Contains(contracts.SettledFields, f) && v != nil && !v.Has(contracts.ComparisonColumns[f]):
			d.needsSettled(v, "comparison "+c.Name+", settles", contracts.ComparisonColumns[f])
		case (f == contracts.CompareSignificant || f == contracts.CompareContrary) && c.Option("critical") == nil:
			d.missing(n, "comparison "+c.Name+", options", "critical", optionSays["critical"]+", which "+ref.Name+" turns on", valueShape)
		}
	}
	d.carriedElsewhere()
}

// compareFields are the figures that can be read of a comparison.
func compareFields(c *contracts.Contract, k *contracts.Comparison) []contracts.CompareField {
	all := []contracts.CompareField{contracts.CompareEffect, contracts.CompareUnits}
	base := c.Compares(k)
	t, estimated := estimators.All[base.Estimator]
	switch {
	case k.Estimator == contracts.EstimatorCarried:
		return all
	case !estimated:
		return append(all, contracts.CompareTreated, contracts.CompareComparison)
	case base.PaysOn == contracts.PaysCertified:
		return all
	case k.Estimator != contracts.EstimatorPooled && t.Means:
		all = append(all, contracts.CompareTreated, contracts.CompareComparison)
	}
	if k.Estimator != contracts.EstimatorPooled {
		all = append(all, contracts.CompareAgainst)
	}
	return append(all, contracts.CompareLow, contracts.CompareHigh, contracts.CompareP, contracts.CompareSE, contracts.CompareSignificant, contracts.CompareContrary)
}

// carriedElsewhere refuses a formula that multiplies the effect found in one cohort by the number of another: who came
// forward, or was chosen, is no sample of everybody, so the effect is carried by name and at a stated discount.
func (d *decoder) carriedElsewhere() {
	for i := range d.c.Quantities {
		q := &d.c.Quantities[i]
		if q.Is == nil || d.quantities[i].Bad {
			continue
		}
		effect, members := -1, -1
		slotsIn(q.Is, func(slot int) {
			switch ref := &d.c.Refs[slot]; ref.Kind {
			case contracts.RefComparison:
				if f := contracts.CompareField(ref.Field); f != contracts.CompareUnits && f != contracts.CompareAgainst {
					effect = ref.Index
				}
			case contracts.RefQuantity:
				if of := &d.c.Quantities[ref.Index]; of.Source.Kind == contracts.FromCohort && of.Head == contracts.Count {
					members = of.Source.Index
				}
			default: // no effect, and no number of members
			}
		})
		if effect < 0 || members < 0 {
			continue
		}
		k := d.c.Compares(&d.c.Comparisons[effect])
		if found := &d.c.Comparisons[effect]; found.Estimator != contracts.EstimatorCarried && k.Selection != contracts.SelectionRandomised && k.Selection != "" && k.Treated >= 0 && k.Treated != members {
			d.Fault(d.quantities[i].Place(), document.Fault{Message: fmt.Sprintf("quantity %s carries the effect of %s to %s: those it was found among were %s, and others may not be like them", q.Name, found.Name, d.c.Cohorts[members].Name, k.Selection),
				Remedy: fmt.Sprintf("say so and state a discount: a comparison {estimator: carried, carries: %s, treated: %s, discount: 25%%, ...}", found.Name, d.c.Cohorts[members].Name)})
		}
	}
}
