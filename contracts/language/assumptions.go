package language

import (
	"fmt"
	"slices"
	"strconv"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
)

// This file reads the register of assumptions, and figures of which there is a provisional, a certified and a reconciled
// one. Both are known by how sure they are, and a statement says so.

// declareAssumptions declares the assumptions as tables, whose rows are their versions.
func (d *decoder) declareAssumptions() {
	first := len(d.tables)
	nodes := d.section("assumptions", tableThing, func(name string) {
		d.c.Assumptions = append(d.c.Assumptions, contracts.Assumption{Table: len(d.c.Tables)})
		d.c.Tables = append(d.c.Tables, contracts.Table{Name: name, Per: contracts.ContractLevel(), Band: -1})
	})
	for i := range nodes {
		d.things[d.c.Tables[first+i].Name] = thing{tableThing, first + i}
	}
	d.tables = append(d.tables, nodes...)
}

// readAssumption reads the versions of an assumption, each from its day on.
func (d *decoder) readAssumption(r *reader, n *document.Node, t *contracts.Table, a *contracts.Assumption) {
	dated := *r
	dated.who, dated.met = dated.who+", dated", true
	if t.Dated = d.dated(&dated, n.Get("dated")); t.Dated != nil && t.Dated.Kind != contracts.DayPeriod {
		d.Bad(n.Get("dated"), document.Fault{Message: dated.who, Expected: "a period series: a version applies to whole periods", Found: n.Value("dated"), Remedy: document.Meant(n.Value("dated"), d.names(periodThing))})
		return
	}
	versions := n.Get("versions")
	if versions == nil || len(t.Gives) == 0 {
		return
	}
	if len(versions.Items) == 0 || len(versions.Items) > document.ThingsMax {
		d.Bad(versions, document.Fault{Message: r.who + ", versions", Expected: fmt.Sprintf("1 to %d", document.ThingsMax), Found: strconv.Itoa(len(versions.Items))})
		return
	}
	for i, item := range versions.Items {
		if item.Bad {
			continue
		}
		inner := *r
		inner.who = fmt.Sprintf("%s, version %d", r.who, i+1)
		row := contracts.Row{Line: item.Line, From: d.date(item.Get("from"), inner.who+", from")}
		switch {
		case i == 0 && item.Has("from"):
			d.Fault(item.Get("from").Place(), document.Fault{Message: inner.who + ", from: the first version applies from the start", Remedy: "leave it out"})
		case i > 0 && !item.Has("from"):
			d.missing(item, inner.who, "from", "it follows another, so it must say from which day", dateShape)
		case i > 0 && row.From > 0 && row.From <= t.Rows[len(t.Rows)-1].From:
			d.Bad(item.Get("from"), document.Fault{Message: inner.who + ", from: it does not come after the version before it", Found: row.From.String(), Remedy: "list versions in the order of their days; what applied stays as it stands"})
		}
		value := d.givenValue(&inner, item.Get("is"), t.Gives[0])
		slotsIn(value, func(int) {
			d.Fault(item.Get("is").Place(), document.Fault{Message: inner.who + ", is: it is worked out from other figures", Expected: "a figure such as 27%, £120.00 or 1/6", Remedy: "make it a quantity, and put what that is made of into the register"})
		})
		row.Values = []*formula.Expr{value}
		t.Rows = append(t.Rows, row)
		grade, _ := strconv.Atoi(item.Value("grade"))
		a.Versions = append(a.Versions, contracts.AssumptionVersion{Source: item.Value("source"), ChallengedBy: item.Value("challenged_by"), Decision: item.Value("decision"), Grade: grade,
			DecidedOn: d.date(item.Get("decided_on"), inner.who+", decided_on")})
	}
	if len(versions.Items) > 1 && !n.Has("dated") {
		d.missing(n, r.who, "dated", "it has several versions, so it must say by whose periods they apply", nameShape)
	}
}

// citeAssumptions finds out which savings, payments and figures read each assumption.
func (d *decoder) citeAssumptions() {
	for i := range d.c.Assumptions {
		a := &d.c.Assumptions[i]
		for by, read := range d.reads {
			if !slices.Contains(read, thing{tableThing, a.Table}) {
				continue
			}
			name := d.nameOf(by)
			if at, step := d.derived[by.index]; by.kind == quantityThing && step {
				name = d.c.Savings[at.saving].Name
			}
			if name != "" {
				a.ReadBy = append(a.ReadBy, name)
			}
		}
		slices.Sort(a.ReadBy)
		a.ReadBy = slices.Compact(a.ReadBy)
	}
}

// declareStandings declares, for each figure that has a standing, the figure that says which it is.
func (d *decoder) declareStandings() {
	for i, n := range d.quantities {
		if n.Has("standing") {
			at := len(d.quantities)
			d.standingOf[at] = i
			d.c.Quantities = append(d.c.Quantities, contracts.Quantity{Name: d.c.Quantities[i].Name + ".standing", Except: -1, Per: contracts.ContractLevel(), Source: contracts.Source{Index: -1, Field: -1, Slot: -1}})
			d.quantities = append(d.quantities, n)
		}
	}
}

// standingColumn finds the figure that says how a quantity stands.
func (d *decoder) standingColumn(t thing, column string) (int, bool) {
	if t.kind == quantityThing && column == "standing" {
		for word, of := range d.standingOf {
			if of == t.index {
				return word, true
			}
		}
	}
	return -1, false
}

// readStanding reads the figures of which the surest that is known counts.
func (d *decoder) readStanding(r *reader, q *contracts.Quantity, v *document.Node) bool {
	q.Parts = make([]*formula.Expr, len(contracts.Standings))
	said, who := 0, r.who
	for i, word := range contracts.Standings {
		if !v.Has(word) {
			continue
		}
		r.who = who + ", standing, " + word
		e := d.formula(r, v.Get(word))
		if e == nil {
			return false
		}
		if said > 0 && e.Type != q.Type {
			d.Bad(v.Get(word), document.Fault{Message: r.who + " is " + e.Type.String(), Expected: q.Type.String() + ", as the others are"})
			return false
		}
		q.Parts[i], q.Type = e, e.Type
		said++
	}
	if said < 2 {
		d.Bad(v, document.Fault{Message: who + ", standing: one figure has no standing among others", Expected: "at least two of provisional, certified and reconciled"})
	}
	return said >= 2
}

// readStandingWord is how another figure stands.
func (d *decoder) readStandingWord(of, i int, q *contracts.Quantity) bool {
	d.note(&reader{self: thing{quantityThing, i}}, thing{quantityThing, of})
	if !d.quantity(of) {
		return false
	}
	q.Head, q.Type, q.Per, q.Also, q.Clause = contracts.StandingWord, formula.Choice, d.c.Quantities[of].Per, []int{of}, d.c.Quantities[of].Clause
	return true
}
