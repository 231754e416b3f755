package language

import (
	"fmt"
	"slices"
	"strconv"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/sentences"
)

// startFigures reads what other sections need of tables, measures, comparisons and checks before any figure can be
// typed: what tables give, and what the others stand per.
func (d *decoder) startFigures() {
	for i, n := range d.tables {
		t := &d.c.Tables[i]
		t.Called, t.Clause, t.Source = n.Value("called"), n.Value("clause"), n.Value("source")
		t.Gives = d.readGives(n.Get("gives"), "table "+t.Name+", gives")
	}
	for i, n := range d.measures {
		m := &d.c.Measures[i]
		if l, ok := d.level(n.Get("per"), "measure "+m.Name, -1); !ok {
			n.Bad = true // what it stands per is not known, so nothing that reads it can be judged
		} else {
			m.Per = l
			if m.Per.Unit < 0 || len(m.Per.Facts)+len(m.Per.Periods) > 0 || m.Per.Cohort >= 0 || m.Per.Role != "" {
				d.Bad(n.Get("per"), document.Fault{Message: "measure " + m.Name + ", per", Expected: "a unit type: outcomes are what units meet", Found: sentences.Level(d.c, m.Per)})
				n.Bad = true
			}
		}
	}
	for i, n := range d.comparisons {
		d.startComparison(n, &d.c.Comparisons[i], "comparison "+d.c.Comparisons[i].Name)
	}
	for i, n := range d.checks {
		if l, ok := d.level(n.Get("per"), "check "+d.c.Checks[i].Name, -1); ok {
			d.c.Checks[i].Per = l
		}
	}
}

// readGives reads what a table gives: one unnamed thing, or several by name.
func (d *decoder) readGives(n *document.Node, who string) []contracts.Field {
	if n == nil {
		return nil
	}
	if n.Kind != document.Map {
		f := contracts.Field{Name: "is"}
		f.Type, f.Choices = d.readType(n, who)
		return []contracts.Field{f}
	}
	var gives []contracts.Field
	for i, k := range n.Keys {
		if n.Items[i].Bad || !d.nameFits(k, who, rowWords) {
			continue
		}
		f := contracts.Field{Name: k.Text}
		f.Type, f.Choices = d.readType(n.Items[i], who+" "+k.Text)
		gives = append(gives, f)
	}
	return gives
}

// table resolves a table when it is first needed and reports whether it may be used. What it stands per is found out
// from what its columns and values read.
func (d *decoder) table(i int) bool {
	switch d.tableState[i] {
	case resolved:
		return true
	case underway:
		return true // a circle; the search for circles reports it
	case faulty:
		return false
	case untouched: // read it now
	}
	d.tableState[i] = underway
	n, t := d.tables[i], &d.c.Tables[i]
	before := len(d.Faults)
	per := contracts.ContractLevel()
	r := &reader{who: "table " + t.Name, self: thing{tableThing, i}, infer: &per, hand: -1}
	if !n.Bad {
		if a := d.c.AssumptionOf(i); a != nil {
			r.who = "assumption " + t.Name
			d.readAssumption(r, n, t, a)
		} else {
			d.readTable(r, n, t)
		}
		t.Per = per
	}
	d.tableState[i] = resolved
	if n.Bad || len(d.Faults) > before && len(t.Gives) == 0 {
		d.tableState[i] = faulty
		return false
	}
	return true
}

func (d *decoder) readTable(r *reader, n *document.Node, t *contracts.Table) {
	// The day comes first: a period among the columns is then the day's, not the reader's.
	dated := *r
	dated.who, dated.met = dated.who+", dated", true // whoever reads the table has the outcome in hand
	t.Dated = d.dated(&dated, n.Get("dated"))
	if !d.readColumns(r, n, t) {
		return
	}
	switch n.Value("reads") {
	case "step":
		t.Reads = contracts.ReadsStep
	case "slice":
		t.Reads = contracts.ReadsSlice
	case "straight_line":
		t.Reads = contracts.ReadsStraightLine
	}
	rows := n.Get("rows")
	if rows == nil {
		return
	}
	if len(rows.Items) > document.ThingsMax {
		d.Bad(rows, document.Fault{Message: fmt.Sprintf("%s has %d rows", r.who, len(rows.Items)), Expected: fmt.Sprintf("at most %d", document.ThingsMax)})
		return
	}
	banded, before := d.bandColumn(t), len(d.Faults)
	var places []document.Place // of each of t.Rows
	for _, item := range rows.Items {
		if !item.Bad {
			d.readRow(r, item, t, banded)
		}
		if len(t.Rows) > len(places) {
			places = append(places, item.Place())
		}
	}
	t.Band = -1
	if slices.ContainsFunc(t.Rows, func(row contracts.Row) bool { return row.UpTo != nil }) {
		t.Band = banded
	}
	d.checkReads(r, n, t, places, banded)
	if each := n.Get("for_each"); each != nil && banded >= 0 {
		if f, ok := d.literal(each, r.who+", for_each", t.By[banded].Type, nil); ok {
			t.ForEach = &f
			if t.Reads != contracts.ReadsSlice || f.Num.Sign() <= 0 {
				d.Bad(each, document.Fault{Message: r.who + ", for_each", Expected: "an amount above nought, on a table that reads slice", Found: each.Text})
			}
		}
	}
	if len(t.Rows) == 0 && t.Otherwise == nil && !rows.Bad {
		d.Bad(rows, document.Fault{Message: r.who + " has no rows", Expected: "at least one"})
	}
	if len(d.Faults) == before {
		d.checkOverlap(r, t, places)
	}
}

// readColumns reads the figures by which a row is found.
func (d *decoder) readColumns(r *reader, n *document.Node, t *contracts.Table) bool {
	by := n.Get("by")
	if by == nil {
		return false
	}
	inner := *r
	inner.who += ", by"
	for _, item := range by.Texts() {
		name, column := cutName(item.Text)
		if slices.ContainsFunc(t.By, func(c contracts.Column) bool { return c.Name == item.Text }) {
			d.Bad(item, document.Fault{Message: inner.who + ": " + item.Text + " stands twice"})
			return false
		}
		reads := inner
		own := contracts.ContractLevel()
		if d.datesPeriod(t, name) {
			reads.infer = &own // its own day says in which period, so it asks nothing of the reader
		}
		slot, ok := d.resolve(&reads, name, column, item.Place(), inColumn)
		if !ok {
			return false
		}
		ref := d.c.Refs[slot]
		c := contracts.Column{Name: item.Text, Slot: slot, Type: ref.Type}
		if ref.Kind == contracts.RefMeasure {
			c.Type = formula.YesNo
		}
		t.By = append(t.By, c)
	}
	return true
}

func cutName(text string) (name, column string) {
	for i := range len(text) {
		if text[i] == '.' {
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}

// datesPeriod reports whether a column is a period series that the table's own day settles.
func (d *decoder) datesPeriod(t *contracts.Table, name string) bool {
	named, known := d.things[name]
	return t.Dated != nil && known && named.kind == periodThing && !(t.Dated.Kind == contracts.DayPeriod && t.Dated.Index == named.index)
}

// bandColumn returns the column of which rows say up_to: the one figure with an order among them; -1 when there is none
// or several.
func (d *decoder) bandColumn(t *contracts.Table) int {
	at := -1
	for i, c := range t.By {
		if d.c.Refs[c.Slot].Kind == contracts.RefPeriod || boundTypes(c.Type) == nil {
			continue
		}
		if at >= 0 {
			return -1
		}
		at = i
	}
	return at
}

// rowWords are the keys of a row that are words of the language.
var rowWords = []string{"from", "up_to", "below", "is", "otherwise"}

// readRow reads one row.
func (d *decoder) readRow(r *reader, n *document.Node, t *contracts.Table, banded int) {
	row := contracts.Row{Line: n.Line, From: d.date(n.Get("from"), r.who+", from")}
	who := fmt.Sprintf("%s, row on line %d", r.who, n.Line)
	inner := *r
	inner.who = who
	if from := n.Get("from"); from != nil && t.Dated == nil {
		d.Fault(from.Place(), document.Fault{Message: who + " has a from, but the table does not say which day selects its rows", Expected: "dated on the table",
			Options: []document.Option{{Word: "dated: KIND", Means: "the day of the unit's item, its joining for instance"}, {Word: "dated: met", Means: "the day of the outcome"},
				{Word: "dated: learned", Means: "the day the item was learned"}, {Word: "dated: PERIODS", Means: "the first day of the period"}}})
	}
	if otherwise := n.Get("otherwise"); otherwise != nil || n.Has("otherwise") {
		if len(n.Keys) > 1 {
			d.Fault(n.Place(), document.Fault{Message: who + ": otherwise stands alone in its row", Remedy: "write {otherwise: VALUE}"})
		}
		if t.Otherwise != nil {
			d.Bad(n, document.Fault{Message: who + ": the table has an otherwise row already", Found: fmt.Sprintf("the first on line %d", t.Otherwise.Line)})
			return
		}
		row.Values = d.rowValues(&inner, otherwise, otherwise, t)
		t.Otherwise = &row
		return
	}
	d.readMatches(&inner, n, t, &row)
	d.readUpperEnd(who, n, t, &row, banded)
	row.Values = d.rowValues(&inner, n, n.Get("is"), t)
	t.Rows = append(t.Rows, row)
}

// readUpperEnd reads where a row's stretch ends: up_to counts the end in it, below in the next.
func (d *decoder) readUpperEnd(who string, n *document.Node, t *contracts.Table, row *contracts.Row, banded int) {
	for _, word := range []string{"up_to", "below"} {
		end := n.Get(word)
		switch {
		case end == nil:
		case banded < 0:
			d.Bad(end, document.Fault{Message: who + ": " + word + " needs exactly one number, rate or sum among the figures the table is by"})
		case row.UpTo != nil:
			d.Bad(end, document.Fault{Message: who + " says both up_to and below", Remedy: "say which: up_to counts the end in this row, below in the next"})
		case word == "below" && t.Reads != contracts.ReadsStep && t.Reads != 0:
			d.Bad(end, document.Fault{Message: who + ", below: a slice or a line has the same sum at its end whichever row has it", Remedy: "write up_to"})
		default:
			if f, ok := d.literal(end, who+", "+word, d.c.Refs[t.By[banded].Slot].Type, nil); ok {
				row.UpTo, row.Below = &f, word == "below"
			}
		}
	}
}

// readMatches reads what a row says of each column; what it does not name matches anything.
func (d *decoder) readMatches(r *reader, n *document.Node, t *contracts.Table, row *contracts.Row) {
	for _, c := range t.By {
		m := contracts.Match{Any: true}
		if v := n.Get(c.Name); v != nil && !(v.Kind == document.Scalar && v.Text == "any") {
			m = d.readMatch(r, v, c)
		}
		row.Match = append(row.Match, m)
	}
	known := slices.Clone(rowWords)
	for _, c := range t.By {
		known = append(known, c.Name)
	}
	for _, g := range t.Gives {
		known = append(known, g.Name)
	}
	for i, k := range n.Keys {
		if !slices.Contains(known, k.Text) {
			d.Fault(k.Place(), document.Fault{Message: fmt.Sprintf("%s: %q is neither among the figures the table is by nor a thing it gives", r.who, k.Text), Remedy: document.Meant(k.Text, known)})
			n.Items[i].Bad = true
		}
	}
}

// readMatch reads a value, a list or a test of one column.
func (d *decoder) readMatch(r *reader, v *document.Node, c contracts.Column) contracts.Match {
	inner := *r
	inner.who += ", " + c.Name
	test := d.tests(&inner, v, c.Slot, c.Type, d.c.Refs[c.Slot].Choices)
	switch {
	case test == nil:
		return contracts.Match{}
	case test.Op == contracts.Test && test.Test == contracts.OneOf:
		return contracts.Match{Values: test.Values, Texts: test.Texts}
	}
	return contracts.Match{Test: test}
}

// rowValues reads what a row gives: one value when the table gives one unnamed thing, else one of each name.
func (d *decoder) rowValues(r *reader, from, single *document.Node, t *contracts.Table) []*formula.Expr {
	if len(t.Gives) == 1 && t.Gives[0].Name == "is" {
		if single == nil || single.Kind != document.Scalar {
			if from != nil && !from.Bad && (single == nil || !single.Bad) && !from.Has("is") {
				d.givesNothing(r, from, t)
			}
			return []*formula.Expr{nil}
		}
		return []*formula.Expr{d.givenValue(r, single, t.Gives[0])}
	}
	values := make([]*formula.Expr, len(t.Gives))
	for i, g := range t.Gives {
		v := from.Get(g.Name)
		if v == nil {
			if from != nil && !from.Bad && !from.Has(g.Name) {
				d.Fault(from.Place(), document.Fault{Message: fmt.Sprintf("%s does not give %s", r.who, g.Name), Expected: g.Name + ": " + g.Type.String()})
			}
			continue
		}
		inner := *r
		inner.who += ", " + g.Name
		values[i] = d.givenValue(&inner, v, g)
	}
	return values
}

// givenValue reads one value of a row: a choice by its name, everything else as a formula.
func (d *decoder) givenValue(r *reader, v *document.Node, g contracts.Field) *formula.Expr {
	if g.Type == formula.None {
		return nil
	}
	if g.Type == formula.Choice {
		f, ok := d.literal(v, r.who, g.Type, g.Choices)
		if !ok {
			return nil
		}
		return &formula.Expr{Op: formula.OpLiteral, Literal: f, Type: g.Type}
	}
	return d.formula(r, v, g.Type)
}

// checkReads reports bands that do not say how they are read, and bands out of order.
func (d *decoder) checkReads(r *reader, n *document.Node, t *contracts.Table, places []document.Place, banded int) {
	said := n.Get("reads")
	bands := slices.ContainsFunc(t.Rows, func(row contracts.Row) bool { return row.UpTo != nil })
	switch {
	case bands && t.Reads == 0 && !n.Has("reads"):
		d.missing(n, r.who, "reads", "its rows say up_to, so it must say how a figure finds its row", tableShapeReads())
	case !bands && t.Reads != 0:
		d.Bad(said, document.Fault{Message: r.who + ", reads: no row says up_to", Remedy: "leave reads out, or give the rows their upper ends"})
	}
	for i := range t.Rows {
		for j := range i {
			a, b := &t.Rows[j], &t.Rows[i]
			if a.UpTo == nil || b.UpTo == nil || a.From != b.From || !sameMatch(a, b, banded) {
				continue
			}
			if b.UpTo.Num.Cmp(a.UpTo.Num) <= 0 {
				d.Fault(places[i], document.Fault{Message: fmt.Sprintf("%s: the row on line %d ends no higher than the one on line %d", r.who, b.Line, a.Line),
					Remedy: "put the rows in order of their upper ends, each once"})
			}
		}
	}
}

// tableShapeReads returns the shape of a table's reads, for its options.
func tableShapeReads() *shape {
	at := slices.IndexFunc(tableShape.keys, func(k key) bool { return k.name == "reads" })
	return tableShape.keys[at].takes
}

// sameMatch reports whether two rows say the same of every column but one.
func sameMatch(a, b *contracts.Row, but int) bool {
	for i := range a.Match {
		x, y := a.Match[i], b.Match[i]
		if i == but {
			continue
		}
		if x.Any != y.Any || len(x.Values) != len(y.Values) || !slices.Equal(x.Texts, y.Texts) || (x.Test == nil) != (y.Test == nil) {
			return false
		}
		for k := range x.Values {
			if x.Values[k].Num.Cmp(y.Values[k].Num) != 0 {
				return false
			}
		}
	}
	return true
}

// whole1 reads a whole number of at least 1.
func (d *decoder) whole1(n *document.Node, who string) int {
	if n == nil || n.Bad || n.Kind != document.Scalar {
		return 0
	}
	x, err := strconv.Atoi(n.Text)
	if err != nil || x < 1 || x > 1_000_000_000 || n.Text[0] == '+' {
		d.Bad(n, document.Fault{Message: who, Expected: "a whole number from 1 to 1000000000", Found: fmt.Sprintf("%q", n.Text)})
		return 0
	}
	return x
}
