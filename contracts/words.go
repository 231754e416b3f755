package contracts

import (
	"fmt"
	"strings"

	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// This file puts names, figures, formulas and conditions into the words of sentences.

// words returns what sentences call a cohort.
func (c *Cohort) words() string { return orName(c.Called, c.Name) }

// refWords returns what sentences call a figure: its called, else its name as words; a table's figure is "its".
func (c *Contract) refWords(slot int) string {
	ref := &c.Refs[slot]
	switch ref.Kind {
	case RefQuantity:
		return orName(c.Quantities[ref.Index].Called, ref.Name)
	case RefTable:
		t := &c.Tables[ref.Index]
		if len(t.Gives) == 1 && t.Gives[0].Name == "is" {
			return orName(t.Called, t.Name)
		}
		return "its " + spaced(t.Gives[ref.Field].Name)
	case RefField:
		return spaced(c.Evidence[ref.Index].Says[ref.Field].Name)
	case RefFact:
		return spaced(c.Units[ref.Index].Facts[ref.Field].Name)
	case RefMeasure:
		return orName(c.Measures[ref.Index].Called, ref.Name)
	case RefMeasureDay:
		return "the day of " + orName(c.Measures[ref.Index].Called, c.Measures[ref.Index].Name)
	case RefCohort:
		return c.Cohorts[ref.Index].words()
	case RefComparison:
		if f := CompareField(ref.Field); f == CompareSignificant || f == CompareContrary {
			return "the effect of " + orName(c.Comparisons[ref.Index].Called, c.Comparisons[ref.Index].Name) + map[CompareField]string{CompareSignificant: " is significant", CompareContrary: " is significant the other way"}[f]
		}
		return "the " + compareWords[ref.Field] + " of " + orName(c.Comparisons[ref.Index].Called, c.Comparisons[ref.Index].Name)
	case RefCheck:
		what := "the error rate in "
		if CheckField(ref.Field) == CheckUnchecked {
			what = "the money not examined in "
		}
		return what + orName(c.Checks[ref.Index].Called, c.Checks[ref.Index].Name)
	case RefPayment:
		return orName(c.Payments[ref.Index].Called, ref.Name)
	case RefStake:
		s := &c.Stakes[ref.Index]
		return "what " + orName(s.Called, s.Name) + [...]string{" put in", " had", " grew by", " is owed"}[ref.Field]
	case RefAccount:
		a := &c.Accounts[ref.Index]
		return "what " + orName(a.Called, a.Name) + [...]string{" received", " paid", " holds"}[ref.Field]
	default:
		return spaced(ref.Name)
	}
}

// figureWords returns a figure as sentences print it; a choice by its name.
func (c *Contract) figureWords(f formula.Figure, choices []string) string {
	switch f.Type {
	case formula.Choice:
		if at, ok := f.Num.Int64(); ok && at >= 0 && int(at) < len(choices) {
			return spaced(choices[at])
		}
	case formula.Number, formula.Plain:
		return thousands(f.Num.String())
	case formula.Date:
		if n, ok := f.Num.Int64(); ok {
			return calendar.Date(n).Long()
		}
	default: // as it formats itself, below
	}
	return f.Format(c.Currency)
}

// formulaWords returns a formula as sentences print it: "its savings cap of benchmark".
func (c *Contract) formulaWords(e *formula.Expr) string {
	switch e.Op {
	case formula.OpLiteral:
		return c.figureWords(e.Literal, nil)
	case formula.OpRef:
		return c.refWords(e.Slot)
	default: // the four that join two sides
	}
	left, right := c.formulaWords(e.Left), c.formulaWords(e.Right)
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
func (c *Contract) conditionWords(cond *Condition, is string) string {
	switch cond.Op {
	case Not:
		return "not (" + c.conditionWords(&cond.Parts[0], is) + ")"
	case AllOf, AnyOf:
		parts := make([]string, len(cond.Parts))
		for i := range cond.Parts {
			parts[i] = c.conditionWords(&cond.Parts[i], is)
			if op := cond.Parts[i].Op; op == AllOf || op == AnyOf {
				parts[i] = "(" + parts[i] + ")"
			}
		}
		if cond.Op == AnyOf {
			return enumerate(parts, "or")
		}
		return list(parts)
	case Test: // below
	}
	name := c.refWords(cond.Slot)
	if cond.Test != OneOf {
		return name + is + cond.Text
	}
	values := append([]string{}, cond.Texts...)
	for _, f := range cond.Values {
		switch {
		case f.Type == formula.YesNo && len(cond.Values) == 1 && f.Num.IsZero():
			return "not " + name + c.judged(cond.Slot, is)
		case f.Type == formula.YesNo && len(cond.Values) == 1:
			return name + c.judged(cond.Slot, is)
		case f.Num.IsZero() && (f.Type == formula.Number || f.Type == formula.Money):
			values = append(values, "nought")
		default:
			values = append(values, c.figureWords(f, c.Refs[cond.Slot].Choices))
		}
	}
	return name + " is " + enumerate(values, "or")
}

// judged returns what a yes/no quantity judges, in brackets, when it is named in running text.
func (c *Contract) judged(slot int, is string) string {
	ref := &c.Refs[slot]
	if is != " is " || ref.Kind != RefQuantity || c.Quantities[ref.Index].Met == nil {
		return ""
	}
	q := &c.Quantities[ref.Index]
	text := c.conditionWords(q.Met, " ")
	if q.NeutralIf != nil {
		text += "; neutral if " + c.conditionWords(q.NeutralIf, " ")
	}
	return " (" + text + ")"
}

// windowWords returns a window as sentences print it: "in 6 months beginning with attachment".
func (c *Contract) windowWords(w *Window) string {
	if w.Edge == FixedWindow {
		return "from " + w.Fixed.First.Long() + " to " + w.Fixed.Last.Long()
	}
	text := spaced(w.Text)
	if w.Length == nil && w.Series < 0 {
		if w.Edge == BeginningWith {
			return "from " + w.Day.words() + " on"
		}
		return text
	}
	return "in " + text
}

// priceWords returns a price: a figure of a table with what the table is by and what it may be.
func (c *Contract) priceWords(e *formula.Expr) string {
	if e.Op != formula.OpRef || c.Refs[e.Slot].Kind != RefTable {
		return c.formulaWords(e)
	}
	ref := &c.Refs[e.Slot]
	t := &c.Tables[ref.Index]
	text := "its " + strings.TrimPrefix(c.refWords(e.Slot), "its ")
	by := make([]string, len(t.By))
	for i, column := range t.By {
		by[i] = c.refWords(column.Slot)
	}
	if len(by) > 0 {
		text += " by " + list(by)
	}
	if t.Dated != nil {
		text += " at " + t.Dated.words()
	}
	const most = 12 // prices that a sentence lists
	var values []string
	rows := t.Rows
	if t.Otherwise != nil {
		rows = append(rows[:len(rows):len(rows)], *t.Otherwise)
	}
	for _, row := range rows {
		value := c.formulaWords(row.Values[ref.Field])
		if len(values) == 0 || values[len(values)-1] != value {
			values = append(values, value)
		}
	}
	if len(values) > most {
		values = append(values[:most], fmt.Sprintf("and %d more", len(values)-most))
	}
	return text + " (" + strings.Join(values, ", ") + ")"
}

// words returns what sentences call a day.
func (r *DayRef) words() string {
	switch r.Kind {
	case DayFixed:
		return r.Fixed.Long()
	case DayMet:
		return "the day it was met"
	case DayLearned:
		return "the day it was learned"
	case DayPeriod:
		return "the first day of the " + spaced(r.Name)
	default: // by the name of what it is the day of
		return spaced(r.Name)
	}
}

// constant works out a formula that reads nothing but constants, so that sentences can print "families funded (1,400)".
func (c *Contract) constant(e *formula.Expr) (formula.Figure, bool) {
	budget := 100 // figures within figures: a sentence is not worth more
	return c.constantWithin(e, &budget)
}

func (c *Contract) constantWithin(e *formula.Expr, budget *int) (formula.Figure, bool) {
	if *budget--; e == nil || *budget < 0 {
		return formula.Figure{}, false
	}
	fine := true
	f, err := e.Eval(func(slot int) (formula.Figure, error) {
		ref := &c.Refs[slot]
		if ref.Kind != RefQuantity || c.Quantities[ref.Index].Is == nil || c.Quantities[ref.Index].NeutralIf != nil ||
			c.Quantities[ref.Index].NotAbove != nil || c.Quantities[ref.Index].NotBelow != nil {
			fine = false
			return formula.Figure{Type: ref.Type, State: formula.Unknown}, nil
		}
		q := &c.Quantities[ref.Index]
		inner, ok := c.constantWithin(q.Is, budget)
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
func (c *Contract) valued(e *formula.Expr) string {
	text := c.formulaWords(e)
	if f, ok := c.constant(e); ok && e.Op != formula.OpLiteral {
		text += " (" + c.figureWords(f, nil) + ")"
	}
	return text
}

var compareWords = [...]string{CompareEffect: "effect", CompareTreated: "treated mean", CompareComparison: "comparison mean", CompareUnits: "units", CompareAgainst: "compared units",
	CompareLow: "lower end of the interval", CompareHigh: "upper end of the interval", CompareP: "p-value", CompareSE: "standard error",
	CompareSignificant: "significance", CompareContrary: "contrary significance"}

// TestWords says a test as sentences do: the effect of reoffending is at least 10%.
func (c *Contract) TestWords(k *Condition) string { return c.conditionWords(k, " is ") }

// levelWords says what a level is per, as an error or sentence prints it: "family and quarter".
func (c *Contract) levelWords(l Level) string {
	parts := c.levelParts(l)
	if len(parts) == 0 {
		return "contract"
	}
	return list(parts)
}

func (c *Contract) levelParts(l Level) []string {
	var parts []string
	if l.Unit >= 0 {
		parts = append(parts, spaced(c.Units[l.Unit].Name))
	}
	for _, f := range l.Facts {
		parts = append(parts, spaced(c.Units[l.FactOf].Facts[f].Name))
	}
	if l.Cohort >= 0 {
		parts = append(parts, "cohort of "+c.Cohorts[l.Cohort].words())
	}
	for _, p := range l.Periods {
		parts = append(parts, spaced(c.Periods[p].Name))
	}
	if l.Role != "" {
		parts = append(parts, spaced(l.Role))
	}
	return parts
}
