package sentences

import (
	"fmt"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/contracts/wording"
)

// This file puts names, figures, formulas and conditions into the words of sentences.

// cohortWords returns what sentences call a cohort.
func cohortWords(c *contracts.Cohort) string { return wording.OrName(c.Called, c.Name) }

// refWords returns what sentences call a figure: its called, else its name as words; a table's figure is "its".
func refWords(c *contracts.Contract, slot int) string {
	ref := &c.Refs[slot]
	switch ref.Kind {
	case contracts.RefQuantity:
		return wording.OrName(c.Quantities[ref.Index].Called, ref.Name)
	case contracts.RefTable:
		t := &c.Tables[ref.Index]
		if len(t.Gives) == 1 && t.Gives[0].Name == "is" {
			return wording.OrName(t.Called, t.Name)
		}
		return "its " + wording.Spaced(t.Gives[ref.Field].Name)
	case contracts.RefField:
		return wording.Spaced(c.Evidence[ref.Index].Says[ref.Field].Name)
	case contracts.RefFact:
		return wording.Spaced(c.Units[ref.Index].Facts[ref.Field].Name)
	case contracts.RefMeasure:
		return wording.OrName(c.Measures[ref.Index].Called, ref.Name)
	case contracts.RefMeasureDay:
		return "the day of " + wording.OrName(c.Measures[ref.Index].Called, c.Measures[ref.Index].Name)
	case contracts.RefCohort:
		return cohortWords(&c.Cohorts[ref.Index])
	case contracts.RefComparison:
		if f := contracts.CompareField(ref.Field); f == contracts.CompareSignificant || f == contracts.CompareContrary {
			return "the effect of " + wording.OrName(c.Comparisons[ref.Index].Called, c.Comparisons[ref.Index].Name) + map[contracts.CompareField]string{contracts.CompareSignificant: " is significant", contracts.CompareContrary: " is significant the other way"}[f]
		}
		return "the " + CompareWords[ref.Field] + " of " + wording.OrName(c.Comparisons[ref.Index].Called, c.Comparisons[ref.Index].Name)
	case contracts.RefCheck:
		what := "the error rate in "
		if contracts.CheckField(ref.Field) == contracts.CheckUnchecked {
			what = "the money not examined in "
		}
		return what + wording.OrName(c.Checks[ref.Index].Called, c.Checks[ref.Index].Name)
	case contracts.RefPayment:
		return wording.OrName(c.Payments[ref.Index].Called, ref.Name)
	case contracts.RefStake:
		s := &c.Stakes[ref.Index]
		return "what " + wording.OrName(s.Called, s.Name) + [...]string{" put in", " had", " grew by", " is owed"}[ref.Field]
	case contracts.RefAccount:
		a := &c.Accounts[ref.Index]
		return "what " + wording.OrName(a.Called, a.Name) + [...]string{" received", " paid", " holds"}[ref.Field]
	default:
		return wording.Spaced(ref.Name)
	}
}

// figureWords returns a figure as sentences print it; a choice by its name.
func figureWords(c *contracts.Contract, f formula.Figure, choices []string) string {
	switch f.Type {
	case formula.Choice:
		if at, ok := f.Num.Int64(); ok && at >= 0 && int(at) < len(choices) {
			return wording.Spaced(choices[at])
		}
	case formula.Number, formula.Plain:
		return wording.Thousands(f.Num.String())
	case formula.Date:
		if n, ok := f.Num.Int64(); ok {
			return calendar.Date(n).Long()
		}
	default: // as it formats itself, below
	}
	return f.Format(c.Currency)
}

// Formula returns a formula as sentences print it: "its savings cap of benchmark".
func Formula(c *contracts.Contract, e *formula.Expr) string {
	switch e.Op {
	case formula.OpLiteral:
		return figureWords(c, e.Literal, nil)
	case formula.OpRef:
		return refWords(c, e.Slot)
	default: // the four that join two sides
	}
	left, right := Formula(c, e.Left), Formula(c, e.Right)
	product := e.Op == formula.OpMul || e.Op == formula.OpDiv
	if product && (e.Left.Op == formula.OpAdd || e.Left.Op == formula.OpSub) {
		left = "(" + left + ")"
	}
	if sum := e.Right.Op == formula.OpAdd || e.Right.Op == formula.OpSub; sum && e.Op != formula.OpAdd || product && (e.Right.Op == formula.OpMul || e.Right.Op == formula.OpDiv) {
		right = "(" + right + ")"
	}
	word := map[formula.Op]string{formula.OpAdd: " plus ", formula.OpSub: " less ", formula.OpMul: " times ", formula.OpDiv: " over "}[e.Op]
	if e.Op == formula.OpMul && e.Left.Type == formula.Rate && e.Right.Type != formula.Rate {
		word = " of "
	}
	return left + word + right
}

// conditionWords returns a condition as sentences print it. is stands between a figure and its test: " is " in running
// text, " " in brackets. In running text a judgement is followed by what it judges, in brackets.
func conditionWords(c *contracts.Contract, cond *contracts.Condition, is string) string {
	switch cond.Op {
	case contracts.Not:
		return "not (" + conditionWords(c, &cond.Parts[0], is) + ")"
	case contracts.AllOf, contracts.AnyOf:
		parts := make([]string, len(cond.Parts))
		for i := range cond.Parts {
			parts[i] = conditionWords(c, &cond.Parts[i], is)
			if op := cond.Parts[i].Op; op == contracts.AllOf || op == contracts.AnyOf {
				parts[i] = "(" + parts[i] + ")"
			}
		}
		if cond.Op == contracts.AnyOf {
			return wording.Enumerate(parts, "or")
		}
		return wording.List(parts)
	case contracts.Test: // below
	}
	name := refWords(c, cond.Slot)
	if cond.Test != contracts.OneOf {
		return name + is + cond.Text
	}
	values := append([]string{}, cond.Texts...)
	for _, f := range cond.Values {
		switch {
		case f.Type == formula.YesNo && len(cond.Values) == 1 && f.Num.IsZero():
			return "not " + name + judged(c, cond.Slot, is)
		case f.Type == formula.YesNo && len(cond.Values) == 1:
			return name + judged(c, cond.Slot, is)
		case f.Num.IsZero() && (f.Type == formula.Number || f.Type == formula.Money):
			values = append(values, "nought")
		default:
			values = append(values, figureWords(c, f, c.Refs[cond.Slot].Choices))
		}
	}
	return name + " is " + wording.Enumerate(values, "or")
}

// judged returns what a yes/no quantity judges, in brackets, when it is named in running text.
func judged(c *contracts.Contract, slot int, is string) string {
	ref := &c.Refs[slot]
	if is != " is " || ref.Kind != contracts.RefQuantity || c.Quantities[ref.Index].Met == nil {
		return ""
	}
	q := &c.Quantities[ref.Index]
	text := conditionWords(c, q.Met, " ")
	if q.NeutralIf != nil {
		text += "; neutral if " + conditionWords(c, q.NeutralIf, " ")
	}
	return " (" + text + ")"
}

// windowWords returns a window as sentences print it: "in 6 months beginning with attachment".
func windowWords(c *contracts.Contract, w *contracts.Window) string {
	if w.Edge == contracts.FixedWindow {
		return "from " + w.Fixed.First.Long() + " to " + w.Fixed.Last.Long()
	}
	text := wording.Spaced(w.Text)
	if w.Length == nil && w.Series < 0 {
		if w.Edge == contracts.BeginningWith {
			return "from " + dayWords(&w.Day) + " on"
		}
		return text
	}
	return "in " + text
}

// priceWords returns a price: a figure of a table with what the table is by and what it may be.
func priceWords(c *contracts.Contract, e *formula.Expr) string {
	if e.Op != formula.OpRef || c.Refs[e.Slot].Kind != contracts.RefTable {
		return Formula(c, e)
	}
	ref := &c.Refs[e.Slot]
	t := &c.Tables[ref.Index]
	text := "its " + strings.TrimPrefix(refWords(c, e.Slot), "its ")
	by := make([]string, len(t.By))
	for i, column := range t.By {
		by[i] = refWords(c, column.Slot)
	}
	if len(by) > 0 {
		text += " by " + wording.List(by)
	}
	if t.Dated != nil {
		text += " at " + dayWords(t.Dated)
	}
	const most = 12 // prices that a sentence lists
	var values []string
	rows := t.Rows
	if t.Otherwise != nil {
		rows = append(rows[:len(rows):len(rows)], *t.Otherwise)
	}
	for _, row := range rows {
		value := Formula(c, row.Values[ref.Field])
		if len(values) == 0 || values[len(values)-1] != value {
			values = append(values, value)
		}
	}
	if len(values) > most {
		values = append(values[:most], fmt.Sprintf("and %d more", len(values)-most))
	}
	return text + " (" + strings.Join(values, ", ") + ")"
}

// dayWords returns what sentences call a day.
func dayWords(r *contracts.DayRef) string {
	switch r.Kind {
	case contracts.DayFixed:
		return r.Fixed.Long()
	case contracts.DayMet:
		return "the day it was met"
	case contracts.DayLearned:
		return "the day it was learned"
	case contracts.DayPeriod:
		return "the first day of the " + wording.Spaced(r.Name)
	default: // by the name of what it is the day of
		return wording.Spaced(r.Name)
	}
}

// constant works out a formula that reads nothing but constants, so that sentences can print "families funded (1,400)".
func constant(c *contracts.Contract, e *formula.Expr) (formula.Figure, bool) {
	budget := 100 // figures within figures: a sentence is not worth more
	return constantWithin(c, e, &budget)
}

func constantWithin(c *contracts.Contract, e *formula.Expr, budget *int) (formula.Figure, bool) {
	if *budget--; e == nil || *budget < 0 {
		return formula.Figure{}, false
	}
	fine := true
	f, err := e.Eval(func(slot int) (formula.Figure, error) {
		ref := &c.Refs[slot]
		if ref.Kind != contracts.RefQuantity || c.Quantities[ref.Index].Is == nil || c.Quantities[ref.Index].NeutralIf != nil ||
			c.Quantities[ref.Index].NotAbove != nil || c.Quantities[ref.Index].NotBelow != nil {
			fine = false
			return formula.Figure{Type: ref.Type, State: formula.Unknown}, nil
		}
		q := &c.Quantities[ref.Index]
		inner, ok := constantWithin(c, q.Is, budget)
		if !ok {
			fine = false
			return formula.Figure{Type: ref.Type, State: formula.Unknown}, nil
		}
		if q.Rounded.Mode != money.NoRounding {
			inner.Num = inner.Num.Round(q.Rounded)
		}
		return inner, nil
	})
	return f, fine && err == nil && f.State == formula.Known
}

// valued returns a formula as words, followed by its value when that is known from the contract alone.
func valued(c *contracts.Contract, e *formula.Expr) string {
	text := Formula(c, e)
	if f, ok := constant(c, e); ok && e.Op != formula.OpLiteral {
		text += " (" + figureWords(c, f, nil) + ")"
	}
	return text
}

// CompareWords are what sentences call the figures of a comparison, by contracts.CompareField.
var CompareWords = [...]string{contracts.CompareEffect: "effect", contracts.CompareTreated: "treated mean", contracts.CompareComparison: "comparison mean", contracts.CompareUnits: "units", contracts.CompareAgainst: "compared units",
	contracts.CompareLow: "lower end of the interval", contracts.CompareHigh: "upper end of the interval", contracts.CompareP: "p-value", contracts.CompareSE: "standard error",
	contracts.CompareSignificant: "significance", contracts.CompareContrary: "contrary significance"}

// Condition says a test as sentences do: the effect of reoffending is at least 10%.
func Condition(c *contracts.Contract, k *contracts.Condition) string {
	return conditionWords(c, k, " is ")
}

// Level says what a level is per, as an error or sentence prints it: "family and quarter".
func Level(c *contracts.Contract, l contracts.Level) string {
	parts := LevelParts(c, l)
	if len(parts) == 0 {
		return "contract"
	}
	return wording.List(parts)
}

// LevelParts are the words of what a level is per, one for each part; none for the contract.
func LevelParts(c *contracts.Contract, l contracts.Level) []string {
	var parts []string
	if l.Unit >= 0 {
		parts = append(parts, wording.Spaced(c.Units[l.Unit].Name))
	}
	for _, f := range l.Facts {
		parts = append(parts, wording.Spaced(c.Units[l.FactOf].Facts[f].Name))
	}
	if l.Cohort >= 0 {
		parts = append(parts, "cohort of "+cohortWords(&c.Cohorts[l.Cohort]))
	}
	for _, p := range l.Periods {
		parts = append(parts, wording.Spaced(c.Periods[p].Name))
	}
	if l.Role != "" {
		parts = append(parts, wording.Spaced(l.Role))
	}
	return parts
}
