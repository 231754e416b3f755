package language

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"outturn/contracts/calendar"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/contracts/wording"
)

// formula reads a figure or formula for a reader and checks that it is of one of the types wanted; none wanted takes
// any. It returns nil when the node is absent or at fault, which has then been reported.
func (d *decoder) formula(r *reader, n *document.Node, want ...formula.Type) *formula.Expr {
	if n == nil || n.Bad {
		return nil
	}
	e := d.parseFormula(r, n, want)
	if e == nil {
		n.Bad = true
		return nil
	}
	if e.Op == formula.OpLiteral && e.Literal.Num.Sign() < 0 {
		return d.wanted(r, n, e, want)
	}
	faults := e.Check(func(name, column string, offset int) (int, formula.Type, error) {
		slot, ok := d.resolve(r, name, column, n.Within(offset), inFormula)
		if !ok {
			return -1, formula.None, errReported
		}
		return slot, d.c.Refs[slot].Type, nil
	})
	if faults != nil {
		d.typeFaults(r, n, faults)
		n.Bad = true
		return nil
	}
	return d.wanted(r, n, e, want)
}

// parseFormula reads the text. A figure below nought is a literal, which a formula has no sign for.
func (d *decoder) parseFormula(r *reader, n *document.Node, want []formula.Type) *formula.Expr {
	if slices.Contains(want, formula.YesNo) && (n.Text == "yes" || n.Text == "no") {
		f, _ := formula.ParseLiteral(n.Text, formula.YesNo, d.c.Currency)
		return &formula.Expr{Op: formula.OpLiteral, Literal: f, Type: formula.YesNo}
	}
	if bare, negative := strings.CutPrefix(n.Text, "-"); negative {
		if e, err := formula.Parse(bare, d.c.Currency); err == nil && e.Op == formula.OpLiteral && e.Literal.Type != formula.Date {
			e.Literal.Num = e.Literal.Num.Neg()
			return e
		}
	}
	e, err := formula.Parse(n.Text, d.c.Currency)
	var syntax *formula.SyntaxError
	if errors.As(err, &syntax) {
		f := document.Fault{Message: r.who, Expected: syntax.Expected, Found: syntax.Found, Remedy: d.syntaxRemedy(n.Text)}
		if strings.Contains(f.Found, " is ") { // what was found is a sentence of its own
			f.Message, f.Expected, f.Found = r.who+": "+f.Found, "", ""
		}
		d.Fault(n.Within(syntax.Offset), f)
		return nil
	}
	return e
}

// syntaxRemedy helps with what is most often written in place of a figure.
func (d *decoder) syntaxRemedy(text string) string {
	switch {
	case strings.ContainsAny(text, "<>=?"):
		return "a formula holds no tests: a condition is a map such as {at_least: 85%}"
	case strings.ContainsAny(text, "$£€¥") && d.c.Currency.Symbol != "" && !strings.Contains(text, d.c.Currency.Symbol):
		return "write sums in the contract's own currency, with " + d.c.Currency.Symbol
	case strings.Contains(text, "("):
		return "a formula holds only names, figures, + - * / and brackets: a choice is a table, a floor or ceiling is not_below or not_above"
	}
	return ""
}

// typeFaults reports what the check of a formula found; what resolve reported has been already.
func (d *decoder) typeFaults(r *reader, n *document.Node, faults error) {
	joined, ok := faults.(interface{ Unwrap() []error })
	if !ok {
		d.Fault(n.Place(), document.Fault{Message: r.who + ": " + faults.Error()})
		return
	}
	for _, one := range joined.Unwrap() {
		var t *formula.TypeError
		if errors.Is(one, errReported) {
			continue
		}
		at := n.Place()
		if errors.As(one, &t) {
			at = n.Within(t.Offset)
		}
		d.Fault(at, document.Fault{Message: r.who + ": " + one.Error()})
	}
}

// wanted holds a formula's type against those wanted, and makes literals of the type their place calls for.
func (d *decoder) wanted(r *reader, n *document.Node, e *formula.Expr, want []formula.Type) *formula.Expr {
	if len(want) == 0 || slices.Contains(want, e.Type) {
		if e.Type == formula.Plain && e.Op == formula.OpLiteral && want != nil && want[0] == formula.Number {
			e.Type, e.Literal.Type = formula.Number, formula.Number
		}
		return e
	}
	for _, t := range want {
		switch {
		case t == formula.Number && e.Type == formula.Plain:
			if e.Op == formula.OpLiteral {
				e.Type, e.Literal.Type = t, t
			}
			return e
		case t == formula.Days && e.Op == formula.OpLiteral && e.Type == formula.Length,
			t == formula.Rate && e.Type == formula.Plain && strings.Contains(n.Text, "/"):
			if f, err := formula.ParseLiteral(n.Text, t, d.c.Currency); err == nil {
				return &formula.Expr{Op: formula.OpLiteral, Literal: f, Type: t}
			}
		}
	}
	f := document.Fault{Message: r.who, Expected: typesWords(want), Found: e.Type.String()}
	switch {
	case slices.Contains(want, formula.Rate) && e.Type == formula.Points:
		f.Remedy = "points are one rate less another; a rate is written 5%"
	case slices.Contains(want, formula.Points) && e.Type == formula.Rate:
		f.Remedy = "one rate less another is points: write 5 points"
	case slices.Contains(want, formula.Rate) && e.Type == formula.Plain:
		f.Remedy = "a rate is written 85% or 5/6"
	case slices.Contains(want, formula.Money) && e.Type == formula.Plain:
		f.Remedy = "a sum of money is written with its sign: " + d.c.Currency.Symbol + n.Text
	}
	d.Bad(n, f)
	return nil
}

func typesWords(types []formula.Type) string {
	var all []string
	for _, t := range types {
		if word := t.String(); (t != formula.Plain || len(types) == 1) && !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	return wording.Enumerate(all, "or")
}

// boundTypes returns the types that a figure may be tested against; none when it has no order.
func boundTypes(t formula.Type) []formula.Type {
	switch t {
	case formula.Number:
		return []formula.Type{formula.Number, formula.Plain}
	case formula.Plain:
		return []formula.Type{formula.Plain, formula.Number}
	case formula.Days, formula.Run:
		return []formula.Type{t, formula.Length, formula.Days}
	case formula.Money, formula.Rate, formula.Points, formula.Length, formula.Date:
		return []formula.Type{t}
	default:
		return nil
	}
}

// literal reads one value of a type: a choice by its name, everything else as a figure.
func (d *decoder) literal(n *document.Node, who string, t formula.Type, choices []string) (formula.Figure, bool) {
	if n == nil || n.Bad || n.Kind != document.Scalar {
		return formula.Figure{}, false
	}
	if t == formula.None && len(d.Faults) > 0 {
		return formula.Figure{}, false // what it is a figure of is at fault, and that has been said
	}
	if t == formula.Choice {
		at := slices.Index(choices, n.Text)
		if at < 0 {
			d.Bad(n, document.Fault{Message: who, Expected: wording.Enumerate(choices, "or"), Found: fmt.Sprintf("%q", n.Text), Remedy: near2(n.Text, choices)})
			return formula.Figure{}, false
		}
		return formula.Figure{Type: t, Num: money.Int(int64(at))}, true
	}
	if t == formula.Money && d.c.Currency.Symbol != "" && !strings.Contains(n.Text, d.c.Currency.Symbol) && strings.Trim(n.Text, "-.,0123456789") == "" {
		d.Bad(n, document.Fault{Message: who, Expected: "money", Found: n.Text, Remedy: "a sum of money is written with its sign, " + d.c.Currency.Symbol})
		return formula.Figure{}, false
	}
	f, err := formula.ParseLiteral(n.Text, t, d.c.Currency)
	if err != nil {
		d.Bad(n, document.Fault{Message: who + ": expected " + t.String() + ": " + err.Error()})
		return formula.Figure{}, false
	}
	return f, true
}

func near2(written string, known []string) string {
	if name := document.Near(written, known); name != "" {
		return fmt.Sprintf("did you mean %q?", name)
	}
	return ""
}

// rounding reads {nearest: X, ties: T}, {up: X} or {down: X}; its unit is a figure of type t above nought.
func (d *decoder) rounding(n *document.Node, who string, t formula.Type) (money.Rounding, bool) {
	var r money.Rounding
	var unit *document.Node
	said := 0
	for _, mode := range []struct {
		key  string
		mode money.Mode
	}{{"nearest", money.Nearest}, {"up", money.Up}, {"down", money.Down}} {
		if n.Has(mode.key) {
			r.Mode, unit = mode.mode, n.Get(mode.key)
			said++
		}
	}
	if said != 1 {
		d.Fault(n.Place(), document.Fault{Message: who + " does not say which way", Expected: "exactly one of nearest, up and down", Options: []document.Option{
			{Word: "nearest", Means: "to the nearest multiple of a unit, with ties"}, {Word: "up", Means: "away from nought to a multiple"}, {Word: "down", Means: "towards nought to a multiple"}}})
		return r, false
	}
	if r.Mode == money.Nearest && !n.Has("ties") {
		d.missing(n, who, "ties", "how a figure just between two is rounded", tiesShape)
		return r, false
	}
	if r.Mode != money.Nearest && n.Has("ties") {
		d.Fault(n.Place(), document.Fault{Message: who + " says ties, which only nearest has", Remedy: "leave ties out"})
		return r, false
	}
	switch n.Value("ties") {
	case "up":
		r.Ties = money.TiesUp
	case "down":
		r.Ties = money.TiesDown
	case "even":
		r.Ties = money.TiesEven
	}
	if t == formula.Plain || t == formula.Run {
		t = map[formula.Type]formula.Type{formula.Plain: formula.Number, formula.Run: formula.Days}[t]
	}
	f, ok := d.literal(unit, who, t, nil)
	if !ok {
		return r, false
	}
	if f.Num.Sign() <= 0 {
		d.Bad(unit, document.Fault{Message: who, Expected: "a unit above nought", Found: unit.Text})
		return r, false
	}
	r.Unit = f.Num
	return r, r.Mode != money.Nearest || r.Ties != money.NoTies
}

// rounded reads exact, which is the zero rounding, or a rounding.
func (d *decoder) rounded(n *document.Node, who string, t formula.Type) money.Rounding {
	if n == nil || n.Kind != document.Map {
		return money.Rounding{}
	}
	r, _ := d.rounding(n, who, t)
	return r
}

// date reads a date; the zero date when the node is absent or at fault.
func (d *decoder) date(n *document.Node, who string) calendar.Date {
	if n == nil || n.Bad || n.Kind != document.Scalar {
		return 0
	}
	day, err := calendar.ParseDate(n.Text)
	if err != nil {
		d.Bad(n, document.Fault{Message: who + ": " + err.Error()})
	}
	return day
}

// length reads a length of time; nil when the node is absent or at fault.
func (d *decoder) length(n *document.Node, who string) *calendar.Length {
	if n == nil || n.Bad || n.Kind != document.Scalar {
		return nil
	}
	l, err := calendar.ParseLength(n.Text)
	if err != nil {
		d.Bad(n, document.Fault{Message: who + ": " + err.Error()})
		return nil
	}
	return &l
}

// span reads "2012-04-01 to 2013-03-31" or {first, last}; otherwise is what stands when nothing is said.
func (d *decoder) span(n *document.Node, who string, otherwise calendar.Span) calendar.Span {
	if n == nil || n.Bad {
		return otherwise
	}
	if n.Kind == document.Scalar {
		s, err := calendar.ParseSpan(n.Text)
		if err != nil {
			d.Bad(n, document.Fault{Message: who + ": " + err.Error()})
		}
		return s
	}
	s := calendar.Span{First: d.date(n.Get("first"), who+", first"), Last: d.date(n.Get("last"), who+", last")}
	if s.First > 0 && s.Last > 0 && s.Last < s.First {
		d.Bad(n, document.Fault{Message: who + ": the last day comes before the first", Found: s.First.String() + " to " + s.Last.String()})
	}
	return s
}
