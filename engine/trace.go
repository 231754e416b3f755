package engine

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// trace writes down each figure as it is worked out: what it is made of comes first, so that a reader follows with a
// calculator from the top. A nil trace writes nothing, so that settling costs nothing for it.
type trace struct {
	currency money.Currency
	steps    []statements.Step
	depth    int
}

// open begins a figure and returns its mark for close.
func (t *trace) open(name, clause string) statements.Step {
	if t == nil {
		return statements.Step{}
	}
	t.depth++
	return statements.Step{Depth: t.depth - 1, Name: name, Clause: clause}
}

// close ends a figure.
func (t *trace) close(s statements.Step, text, value string) {
	if t == nil {
		return
	}
	t.depth--
	s.Text, s.Value = text, value
	t.write(s)
}

// write keeps a step, once: a figure that is needed again stands above already.
func (t *trace) write(s statements.Step) {
	for i := range t.steps {
		if was := &t.steps[i]; was.Name == s.Name && was.Text == s.Text && was.Value == s.Value {
			return
		}
	}
	t.steps = append(t.steps, s)
}

func (t *trace) closeFigure(s statements.Step, text string, q *contracts.Quantity, f formula.Figure) {
	if t != nil && q.Head == contracts.StandingWord && f.State == formula.Known {
		at, _ := f.Num.Int64()
		t.close(s, text, contracts.Standings[at])
	} else if t != nil {
		t.close(s, text, figureText(f, t.currency))
	}
}

// leaf writes a figure that nothing was worked out for.
func (t *trace) leaf(name, text string, f formula.Figure, clause string) {
	if t != nil {
		t.write(statements.Step{Depth: t.depth, Name: name, Text: text, Value: figureText(f, t.currency), Clause: clause})
	}
}

// say writes a step in words.
func (t *trace) say(name, text, value string) {
	if t != nil {
		t.steps = append(t.steps, statements.Step{Depth: t.depth, Name: name, Text: text, Value: value})
	}
}

// figureText is a figure's exact value, or its state in words.
func figureText(f formula.Figure, c money.Currency) string {
	switch f.State {
	case formula.NotYet:
		return "not yet known"
	case formula.Unknown:
		return "not observed"
	case formula.Neutral:
		return "left out"
	default:
		return f.Format(c)
	}
}

// formula prints a formula with its figures put in.
func (t *trace) formula(e *formula.Expr, r *reader, sc *scope) string {
	if t == nil {
		return ""
	}
	return workingText(e, r, sc)
}

// workingText is a formula and the same with figures, read without writing further steps.
func workingText(e *formula.Expr, r *reader, sc *scope) string {
	saved := r.trace
	r.trace = nil
	defer func() { r.trace = saved }()
	if e.Op == formula.OpLiteral {
		return "stated"
	}
	text := e.Working(func(slot int) string {
		f, err := r.ref(slot, sc)
		if err != nil {
			return "?"
		}
		return r.show(&r.c.Refs[slot], f)
	})
	return e.String() + " = " + text
}

// condition prints a condition in words.
func (t *trace) condition(c *contracts.Contract, k *contracts.Condition) string {
	if t == nil {
		return ""
	}
	return conditionText(c, k)
}

func conditionText(c *contracts.Contract, k *contracts.Condition) string {
	if k == nil {
		return ""
	}
	switch k.Op {
	case contracts.Test:
		return c.Refs[k.Slot].Name + " " + k.Text
	case contracts.Not:
		return "not (" + conditionText(c, &k.Parts[0]) + ")"
	case contracts.AllOf, contracts.AnyOf: // below
	}
	parts := make([]string, len(k.Parts))
	for i := range k.Parts {
		parts[i] = conditionText(c, &k.Parts[i])
	}
	if k.Op == contracts.AnyOf {
		return "any of: " + strings.Join(parts, "; ")
	}
	return strings.Join(parts, " and ")
}

// text prints what a figure was taken over.
func (t *trace) text(format string, s contracts.Source, r *reader) string {
	if t == nil {
		return ""
	}
	return fmt.Sprintf(format, r.c.Refs[s.Slot].Name)
}

// rowText names the row of a table that applied.
func rowText(r *reader, t *contracts.Table, row *contracts.Row) string {
	for i := range r.c.Assumptions {
		if &r.c.Tables[r.c.Assumptions[i].Table] == t {
			return fmt.Sprintf("assumption, version %d", 1+slices.IndexFunc(t.Rows, func(o contracts.Row) bool { return o.Line == row.Line && o.From == row.From }))
		}
	}
	if row == t.Otherwise {
		return "otherwise row of " + t.Name
	}
	var named []string
	for j := range row.Match {
		m := &row.Match[j]
		if m.Any {
			continue
		}
		ref := &r.c.Refs[t.By[j].Slot]
		var values []string
		for _, v := range m.Values {
			values = append(values, r.show(ref, v))
		}
		values = append(values, m.Texts...)
		if m.Test != nil {
			values = append(values, m.Test.Text)
		}
		named = append(named, t.By[j].Name+" "+strings.Join(values, " or "))
	}
	if !row.From.IsZero() {
		named = append(named, "from "+row.From.String())
	}
	return "row " + strings.Join(named, ", ")
}

// gatherText says what a unit's gathering found.
func (r *reader) gatherText(q *contracts.Quantity, w stretch, t *tally) string {
	what := q.Name
	switch q.Source.Kind {
	case contracts.FromItems:
		what = r.c.Evidence[q.Source.Index].Name
	case contracts.FromUnits:
		what = r.c.Units[q.Source.Index].Name
	case contracts.FromCohort:
		what = r.c.Cohorts[q.Source.Index].Name
	case contracts.FromMeasure:
		what = r.c.Measures[q.Source.Index].Name
	case contracts.FromFigure:
		what = r.c.Refs[q.Source.Slot].Name
	}
	text := fmt.Sprintf("%d of %s", t.n, what)
	if q.In != nil {
		text += fmt.Sprintf(", %s: %s", q.In.Text, w.span)
	}
	if t.unknown > 0 {
		text += fmt.Sprintf(", %d not observed", t.unknown)
	}
	return text
}

func moneyText(x money.Exact, c money.Currency) string {
	return formula.Figure{Type: formula.Money, Num: x}.Format(c)
}
