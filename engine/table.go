package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// table reads one thing that a table gives, in the row that applies: of those that match, the more particular, then
// the later dated.
func (r *reader) table(ti, column int, sc *scope) (formula.Figure, error) {
	t := &r.c.Tables[ti]
	if r.trace == nil && r.tables[ti].steady && sc.unit >= 0 && sc.asAt == r.through {
		return r.steadyTable(ti, column, sc)
	}
	if t.Reads == contracts.ReadsSlice || t.Reads == contracts.ReadsStraightLine {
		return r.along(ti, column, sc)
	}
	found, err := r.rowOnDay(ti, t, sc)
	row := found.row
	if err != nil || row == nil {
		return inState(t.Gives[column].Type, found.state), err
	}
	f, err := r.eval(row.Values[column], sc)
	if err != nil {
		return f, fmt.Errorf("%s (%s): %w", t.Name, t.Clause, err)
	}
	if r.trace != nil {
		r.trace.leaf(t.Name+"."+t.Gives[column].Name, rowText(r, t, row), f, t.Clause)
	}
	f.Type = t.Gives[column].Type
	return f, nil
}

// steadyTable reads a table that gives a unit the same row wherever it is read, and so is looked up once a unit.
func (r *reader) steadyTable(ti, column int, sc *scope) (formula.Figure, error) {
	t := &r.c.Tables[ti]
	cell := &r.rows[sc.unit*len(r.c.Tables)+ti]
	if cell.stamp != r.stamp {
		found, err := r.rowOnDay(ti, t, sc)
		if err != nil {
			return formula.Figure{}, err
		}
		cell = &r.rows[sc.unit*len(r.c.Tables)+ti]
		*cell = found
	}
	if cell.row == nil {
		return inState(t.Gives[column].Type, cell.state), nil
	}
	f, err := r.eval(cell.row.Values[column], sc)
	if err != nil {
		return f, fmt.Errorf("%s (%s): %w", t.Name, t.Clause, err)
	}
	f.Type = t.Gives[column].Type
	return f, nil
}

// rowOnDay finds the row on the day that dates the table.
func (r *reader) rowOnDay(ti int, t *contracts.Table, sc *scope) (memoRow, error) {
	day, state, err := r.tableDay(t, sc)
	if err != nil || state != formula.Known {
		return memoRow{stamp: r.stamp, state: state}, err
	}
	row, state, err := r.row(ti, t, day, sc)
	return memoRow{r.stamp, state, row}, err
}

// tableDay is the day that dates a table, or the day the figure is read where none does.
func (r *reader) tableDay(t *contracts.Table, sc *scope) (calendar.Date, formula.State, error) {
	if t.Dated == nil { // and no row has a first day
		return sc.asAt, formula.Known, nil
	}
	d, state, err := r.day(t.Dated, sc)
	if err != nil || d.IsZero() {
		return d, max(state, formula.NotYet), err
	}
	return d, formula.Known, nil
}

// memoRow is the row of a table for a unit.
type memoRow struct {
	stamp uint32
	state formula.State
	row   *contracts.Row
}

// tablePlan is a table made ready to be looked up: its rows in the order in which they prevail.
type tablePlan struct {
	rows   []*contracts.Row
	steady bool // the row is the same wherever a unit reads it; the row's own formulas may vary
}

// newTablePlan orders the rows: the more columns named the sooner, then the later dated. Rows that could both apply are
// always one more particular than the other, or dated apart: the contract was refused otherwise.
func newTablePlan(t *contracts.Table) tablePlan {
	var p tablePlan
	for i := range t.Rows {
		p.rows = append(p.rows, &t.Rows[i])
	}
	slices.SortStableFunc(p.rows, func(a, b *contracts.Row) int {
		return cmp.Or(named(b)-named(a), int(b.From)-int(a.From))
	})
	return p
}

// named is how many columns a row names.
func named(r *contracts.Row) (n int) {
	for j := range r.Match {
		if !r.Match[j].Any {
			n++
		}
	}
	return n
}

// lookup is what one look-up knows of the columns it has worked out.
type lookup struct {
	known   [columnsMax]bool
	figures [columnsMax]formula.Figure
}

// columnsMax is the most columns a table is looked up by.
const columnsMax = 8

// row finds the row that applies on a day: the first that matches in the order in which rows prevail.
func (r *reader) row(ti int, t *contracts.Table, day calendar.Date, sc *scope) (*contracts.Row, formula.State, error) {
	var seen lookup
	var bands *contracts.Row // the first row that divides the banded figure here
	for _, row := range r.tables[ti].rows {
		if row.From > day {
			continue
		}
		yes, state, err := r.rowMatches(t, row, day, sc, &seen)
		if err != nil || yes && state != formula.Known {
			return nil, state, err
		}
		if !yes {
			continue
		}
		if row.UpTo != nil {
			if bands == nil {
				bands = row
			}
			if row.From != bands.From || named(row) != named(bands) {
				continue // rows of another standing do not divide what these divide
			}
			falls, state, err := r.fallsIn(t, row, day, sc, &seen)
			if err != nil || state != formula.Known {
				return nil, state, err
			}
			if !falls {
				continue
			}
		}
		return row, formula.Known, nil
	}
	if t.Otherwise != nil {
		return t.Otherwise, formula.Known, nil
	}
	return nil, 0, fmt.Errorf("table %s (%s): no row for %s on %s, and no otherwise row; add one", t.Name, t.Clause, r.combination(t, day, sc), day)
}

// rowMatches tests every column of a row: one that does not match rules it out, whatever is not known beside it.
func (r *reader) rowMatches(t *contracts.Table, row *contracts.Row, day calendar.Date, sc *scope, seen *lookup) (bool, formula.State, error) {
	worst := formula.Known
	for j := range row.Match {
		m := &row.Match[j]
		if m.Any {
			continue
		}
		yes, state, err := r.matches(t, j, m, day, sc, seen)
		switch {
		case err != nil:
			return false, state, err
		case state != formula.Known:
			worst = state
		case !yes:
			return false, formula.Known, nil
		}
	}
	return true, worst, nil
}

// fallsIn says whether the banded figure falls in a row's stretch, given that it fell in none before it: up to its end,
// or below it.
func (r *reader) fallsIn(t *contracts.Table, row *contracts.Row, day calendar.Date, sc *scope, seen *lookup) (bool, formula.State, error) {
	f, err := r.columnOnce(t, t.Band, day, sc, seen)
	if err != nil || f.State != formula.Known {
		return false, f.State, err
	}
	cmp := f.Num.Cmp(row.UpTo.Num)
	return cmp < 0 || cmp == 0 && !row.Below, formula.Known, nil
}

// columnOnce works a column out the first time a look-up needs it.
func (r *reader) columnOnce(t *contracts.Table, column int, day calendar.Date, sc *scope, seen *lookup) (formula.Figure, error) {
	if seen.known[column] {
		return seen.figures[column], nil
	}
	f, err := r.columnFigure(t, column, day, sc)
	if err == nil {
		seen.figures[column], seen.known[column] = f, true
	}
	return f, err
}

// matches tests one column of a row.
func (r *reader) matches(t *contracts.Table, column int, m *contracts.Match, day calendar.Date, sc *scope, seen *lookup) (bool, formula.State, error) {
	ref := &r.c.Refs[t.By[column].Slot]
	switch {
	case ref.Kind == contracts.RefUnitKey:
		u := r.unitFor(ref.Index, sc.unit)
		return u >= 0 && slices.Contains(m.Texts, r.tree.Units[u].Key), formula.Known, nil
	case ref.Kind == contracts.RefRole:
		return sc.key.party > 0 && slices.Contains(m.Texts, r.c.Parties[sc.key.party-1].ID), formula.Known, nil
	case m.Test != nil:
		h, err := r.holds(m.Test, sc)
		return h == holdsYes, h.figure().State, err
	}
	f, err := r.columnOnce(t, column, day, sc, seen)
	if err != nil || f.State != formula.Known {
		return false, f.State, err
	}
	for i := range m.Values {
		if m.Values[i].Num.Cmp(f.Num) == 0 {
			return true, formula.Known, nil
		}
	}
	return false, formula.Known, nil
}

// columnFigure is what a table is looked up by: a period by the day that dates the table, else the named figure.
func (r *reader) columnFigure(t *contracts.Table, column int, day calendar.Date, sc *scope) (formula.Figure, error) {
	ref := &r.c.Refs[t.By[column].Slot]
	if ref.Kind == contracts.RefPeriod && t.Dated != nil {
		n, ok := r.c.Periods[ref.Index].Series.Number(day)
		if !ok {
			return formula.Figure{}, fmt.Errorf("table %s (%s): %s is in no %s; the series runs over other days", t.Name, t.Clause, day, ref.Name)
		}
		return number(int64(n)), nil
	}
	return r.ref(t.By[column].Slot, sc)
}

// combination says what a table was looked up by, for people.
func (r *reader) combination(t *contracts.Table, day calendar.Date, sc *scope) string {
	var parts []string
	for j := range t.By {
		ref := &r.c.Refs[t.By[j].Slot]
		text := "?"
		switch ref.Kind {
		case contracts.RefUnitKey:
			if u := r.unitFor(ref.Index, sc.unit); u >= 0 {
				text = r.tree.Units[u].Key
			}
		default:
			if f, err := r.columnFigure(t, j, day, sc); err == nil {
				text = r.show(ref, f)
			}
		}
		parts = append(parts, t.By[j].Name+" "+text)
	}
	if len(parts) == 0 {
		return "its day"
	}
	return strings.Join(parts, ", ")
}

// show prints a figure by what its reference says of it: a choice by its name.
func (r *reader) show(ref *contracts.Ref, f formula.Figure) string {
	if f.State == formula.Known && len(ref.Choices) > 0 {
		if n, ok := f.Num.Int64(); ok && n >= 0 && int(n) < len(ref.Choices) {
			return ref.Choices[n]
		}
	}
	return f.Format(r.c.Currency)
}

// along reads a table by slices, each at its own rate, or along straight lines between points.
func (r *reader) along(ti, column int, sc *scope) (formula.Figure, error) {
	t := &r.c.Tables[ti]
	out := formula.Figure{Type: t.Gives[column].Type}
	day, state, err := r.tableDay(t, sc)
	if err != nil || state != formula.Known {
		out.State = state
		return out, err
	}
	x, err := r.ref(t.By[t.Band].Slot, sc)
	if err != nil || x.State != formula.Known {
		out.State = x.State
		return out, err
	}
	rows, state, err := r.stretches(ti, t, day, sc)
	if err != nil || state != formula.Known {
		out.State = state
		return out, err
	}
	out.Known = x.Known
	if t.Reads == contracts.ReadsStraightLine {
		out.Num, err = r.onLine(rows, column, x.Num, sc)
	} else {
		out.Num, err = r.inSlices(t, rows, column, x.Num, sc)
	}
	if r.trace != nil && err == nil {
		r.trace.leaf(t.Name+"."+t.Gives[column].Name, t.By[t.Band].Name+" "+figureText(x, r.c.Currency)+", read by "+readsWords[t.Reads], out, t.Clause)
	}
	return out, err
}

var readsWords = map[contracts.Reads]string{contracts.ReadsSlice: "slices", contracts.ReadsStraightLine: "straight lines"}

// stretches are the rows that divide the banded figure here and on this day: those as particular, and dated, as the
// first that applies, in order of their ends, and the otherwise row for what lies beyond.
func (r *reader) stretches(ti int, t *contracts.Table, day calendar.Date, sc *scope) ([]*contracts.Row, formula.State, error) {
	var out []*contracts.Row
	var seen lookup
	for _, row := range r.tables[ti].rows {
		if row.From > day || len(out) > 0 && (row.From != out[0].From || named(row) != named(out[0])) {
			continue
		}
		applies, state, err := r.rowMatches(t, row, day, sc, &seen)
		if err != nil || applies && state != formula.Known {
			return nil, state, err
		}
		if applies {
			out = append(out, row)
		}
	}
	if t.Otherwise != nil {
		out = append(out, t.Otherwise)
	}
	if len(out) == 0 {
		return nil, 0, fmt.Errorf("table %s (%s): no row for %s on %s, and no otherwise row; add one", t.Name, t.Clause, r.combination(t, day, sc), day)
	}
	return out, formula.Known, nil
}

// inSlices adds up each slice of x at its own row's value, for each so much of it.
func (r *reader) inSlices(t *contracts.Table, rows []*contracts.Row, column int, x money.Exact, sc *scope) (money.Exact, error) {
	var sum, from money.Exact
	for _, row := range rows {
		to := x
		if row.UpTo != nil && row.UpTo.Num.Cmp(to) < 0 {
			to = row.UpTo.Num
		}
		if to.Cmp(from) <= 0 {
			continue
		}
		value, err := r.eval(row.Values[column], sc)
		if err != nil {
			return sum, err
		}
		slice := to.Sub(from)
		if t.ForEach != nil {
			slice, _ = slice.Quo(t.ForEach.Num)
		}
		sum, from = sum.Add(slice.Mul(value.Num)), to
	}
	return sum, nil
}

// onLine reads between two points; before the first and after the last it keeps the end's value.
func (r *reader) onLine(rows []*contracts.Row, column int, x money.Exact, sc *scope) (money.Exact, error) {
	var x0, y0 money.Exact
	for i, row := range rows {
		f, err := r.eval(row.Values[column], sc)
		if err != nil || row.UpTo == nil {
			return f.Num, err
		}
		x1, y1 := row.UpTo.Num, f.Num
		if x.Cmp(x1) <= 0 {
			if i == 0 {
				return y1, nil
			}
			part, _ := x.Sub(x0).Quo(x1.Sub(x0))
			return y0.Add(part.Mul(y1.Sub(y0))), nil
		}
		x0, y0 = x1, y1
	}
	return y0, nil
}

// field reads a reading's field bare: the one that stands for the scope's unit and period, or, where readings do not
// come by period, the latest.
func (r *reader) field(ref *contracts.Ref, sc *scope) (formula.Figure, error) {
	kind := &r.c.Evidence[ref.Index]
	if sc.item != nil && sc.item.Kind == ref.Index {
		return sc.item.Values[ref.Field], nil
	}
	if kind.Of != contracts.OfUnit {
		r.turnsWithWhole(ref.Index)
		return r.whole.field(ref, sc.key, sc.asAt), nil
	}
	u := r.unitFor(kind.Unit, sc.unit)
	if u < 0 {
		return formula.Figure{}, fmt.Errorf("%s is said of each %s and was read where there is none; gather it first", ref.Name, r.c.Units[kind.Unit].Name)
	}
	span := calendar.Span{First: calendar.MinDate, Last: sc.asAt}
	if kind.Each >= 0 {
		n := sc.key.periods[kind.Each]
		if n == 0 {
			f := r.periodNumber(kind.Each, sc)
			k, _ := f.Num.Int64()
			n = int16(k)
		}
		var ok bool
		if span, ok = r.c.Periods[kind.Each].Series.Span(int(n)); !ok {
			return inState(ref.Type, formula.NotYet), nil
		}
	}
	out := inState(ref.Type, formula.Unknown)
	items := r.tree.Units[u].Items
	for i := range items {
		if it := &items[i]; it.Kind == ref.Index && speaks(it, sc.asAt) && span.Contains(it.First) {
			r.use(u, i)
			since := out.Known
			if out = it.Values[ref.Field]; since.IsZero() {
				since = it.First // it stands from the first reading, so that a later one does not move a line
			}
			out.Known = since
		}
	}
	return out, nil
}
