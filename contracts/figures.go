package contracts

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// formula reads a figure or formula for a reader and checks that it is of one of the types wanted; none wanted takes
// any. It returns nil when the node is absent or at fault, which has then been reported.
func (d *decoder) formula(r *reader, n *node, want ...formula.Type) *formula.Expr {
	if n == nil || n.bad {
		return nil
	}
	e := d.parseFormula(r, n, want)
	if e == nil {
		n.bad = true
		return nil
	}
	if e.Op == formula.OpLiteral && e.Literal.Num.Sign() < 0 {
		return d.wanted(r, n, e, want)
	}
	faults := e.Check(func(name, column string, offset int) (int, formula.Type, error) {
		slot, ok := d.resolve(r, name, column, n.within(offset), inFormula)
		if !ok {
			return -1, formula.None, errReported
		}
		return slot, d.c.Refs[slot].Type, nil
	})
	if faults != nil {
		d.typeFaults(r, n, faults)
		n.bad = true
		return nil
	}
	return d.wanted(r, n, e, want)
}

// parseFormula reads the text. A figure below nought is a literal, which a formula has no sign for.
func (d *decoder) parseFormula(r *reader, n *node, want []formula.Type) *formula.Expr {
	if slices.Contains(want, formula.YesNo) && (n.text == "yes" || n.text == "no") {
		f, _ := formula.ParseLiteral(n.text, formula.YesNo, d.c.Currency)
		return &formula.Expr{Op: formula.OpLiteral, Literal: f, Type: formula.YesNo}
	}
	if bare, negative := strings.CutPrefix(n.text, "-"); negative {
		if e, err := formula.Parse(bare, d.c.Currency); err == nil && e.Op == formula.OpLiteral && e.Literal.Type != formula.Date {
			e.Literal.Num = e.Literal.Num.Neg()
			return e
		}
	}
	e, err := formula.Parse(n.text, d.c.Currency)
	var syntax *formula.SyntaxError
	if errors.As(err, &syntax) {
		f := Fault{Message: r.who, Expected: syntax.Expected, Found: syntax.Found, Remedy: d.syntaxRemedy(n.text)}
		if strings.Contains(f.Found, " is ") { // what was found is a sentence of its own
			f.Message, f.Expected, f.Found = r.who+": "+f.Found, "", ""
		}
		d.fault(n.within(syntax.Offset), f)
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
func (d *decoder) typeFaults(r *reader, n *node, faults error) {
	joined, ok := faults.(interface{ Unwrap() []error })
	if !ok {
		d.fault(n.place(), Fault{Message: r.who + ": " + faults.Error()})
		return
	}
	for _, one := range joined.Unwrap() {
		var t *formula.TypeError
		if errors.Is(one, errReported) {
			continue
		}
		at := n.place()
		if errors.As(one, &t) {
			at = n.within(t.Offset)
		}
		d.fault(at, Fault{Message: r.who + ": " + one.Error()})
	}
}

// wanted holds a formula's type against those wanted, and makes literals of the type their place calls for.
func (d *decoder) wanted(r *reader, n *node, e *formula.Expr, want []formula.Type) *formula.Expr {
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
			t == formula.Rate && e.Type == formula.Plain && strings.Contains(n.text, "/"):
			if f, err := formula.ParseLiteral(n.text, t, d.c.Currency); err == nil {
				return &formula.Expr{Op: formula.OpLiteral, Literal: f, Type: t}
			}
		}
	}
	f := Fault{Message: r.who, Expected: typesWords(want), Found: e.Type.String()}
	switch {
	case slices.Contains(want, formula.Rate) && e.Type == formula.Points:
		f.Remedy = "points are one rate less another; a rate is written 5%"
	case slices.Contains(want, formula.Points) && e.Type == formula.Rate:
		f.Remedy = "one rate less another is points: write 5 points"
	case slices.Contains(want, formula.Rate) && e.Type == formula.Plain:
		f.Remedy = "a rate is written 85% or 5/6"
	case slices.Contains(want, formula.Money) && e.Type == formula.Plain:
		f.Remedy = "a sum of money is written with its sign: " + d.c.Currency.Symbol + n.text
	}
	d.bad(n, f)
	return nil
}

func typesWords(types []formula.Type) string {
	var all []string
	for _, t := range types {
		if word := t.String(); (t != formula.Plain || len(types) == 1) && !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	return enumerate(all, "or")
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
func (d *decoder) literal(n *node, who string, t formula.Type, choices []string) (formula.Figure, bool) {
	if n == nil || n.bad || n.kind != scalarNode {
		return formula.Figure{}, false
	}
	if t == formula.None && len(d.faults) > 0 {
		return formula.Figure{}, false // what it is a figure of is at fault, and that has been said
	}
	if t == formula.Choice {
		at := slices.Index(choices, n.text)
		if at < 0 {
			d.bad(n, Fault{Message: who, Expected: enumerate(choices, "or"), Found: fmt.Sprintf("%q", n.text), Remedy: near2(n.text, choices)})
			return formula.Figure{}, false
		}
		return formula.Figure{Type: t, Num: money.Int(int64(at))}, true
	}
	if t == formula.Money && d.c.Currency.Symbol != "" && !strings.Contains(n.text, d.c.Currency.Symbol) && strings.Trim(n.text, "-.,0123456789") == "" {
		d.bad(n, Fault{Message: who, Expected: "money", Found: n.text, Remedy: "a sum of money is written with its sign, " + d.c.Currency.Symbol})
		return formula.Figure{}, false
	}
	f, err := formula.ParseLiteral(n.text, t, d.c.Currency)
	if err != nil {
		d.bad(n, Fault{Message: who + ": expected " + t.String() + ": " + err.Error()})
		return formula.Figure{}, false
	}
	return f, true
}

func near2(written string, known []string) string {
	if name := near(written, known); name != "" {
		return fmt.Sprintf("did you mean %q?", name)
	}
	return ""
}

// rounding reads {nearest: X, ties: T}, {up: X} or {down: X}; its unit is a figure of type t above nought.
func (d *decoder) rounding(n *node, who string, t formula.Type) (money.Rounding, bool) {
	var r money.Rounding
	var unit *node
	said := 0
	for _, mode := range []struct {
		key  string
		mode money.Mode
	}{{"nearest", money.Nearest}, {"up", money.Up}, {"down", money.Down}} {
		if n.has(mode.key) {
			r.Mode, unit = mode.mode, n.get(mode.key)
			said++
		}
	}
	if said != 1 {
		d.fault(n.place(), Fault{Message: who + " does not say which way", Expected: "exactly one of nearest, up and down", Options: []Option{
			{"nearest", "to the nearest multiple of a unit, with ties"}, {"up", "away from nought to a multiple"}, {"down", "towards nought to a multiple"}}})
		return r, false
	}
	if r.Mode == money.Nearest && !n.has("ties") {
		d.missing(n, who, "ties", "how a figure just between two is rounded", tiesShape)
		return r, false
	}
	if r.Mode != money.Nearest && n.has("ties") {
		d.fault(n.place(), Fault{Message: who + " says ties, which only nearest has", Remedy: "leave ties out"})
		return r, false
	}
	switch n.value("ties") {
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
		d.bad(unit, Fault{Message: who, Expected: "a unit above nought", Found: unit.text})
		return r, false
	}
	r.Unit = f.Num
	return r, r.Mode != money.Nearest || r.Ties != money.NoTies
}

// rounded reads exact, which is the zero rounding, or a rounding.
func (d *decoder) rounded(n *node, who string, t formula.Type) money.Rounding {
	if n == nil || n.kind != mapNode {
		return money.Rounding{}
	}
	r, _ := d.rounding(n, who, t)
	return r
}

// date reads a date; the zero date when the node is absent or at fault.
func (d *decoder) date(n *node, who string) calendar.Date {
	if n == nil || n.bad || n.kind != scalarNode {
		return 0
	}
	day, err := calendar.ParseDate(n.text)
	if err != nil {
		d.bad(n, Fault{Message: who + ": " + err.Error()})
	}
	return day
}

// length reads a length of time; nil when the node is absent or at fault.
func (d *decoder) length(n *node, who string) *calendar.Length {
	if n == nil || n.bad || n.kind != scalarNode {
		return nil
	}
	l, err := calendar.ParseLength(n.text)
	if err != nil {
		d.bad(n, Fault{Message: who + ": " + err.Error()})
		return nil
	}
	return &l
}

// span reads "2012-04-01 to 2013-03-31" or {first, last}; otherwise is what stands when nothing is said.
func (d *decoder) span(n *node, who string, otherwise calendar.Span) calendar.Span {
	if n == nil || n.bad {
		return otherwise
	}
	if n.kind == scalarNode {
		s, err := calendar.ParseSpan(n.text)
		if err != nil {
			d.bad(n, Fault{Message: who + ": " + err.Error()})
		}
		return s
	}
	s := calendar.Span{First: d.date(n.get("first"), who+", first"), Last: d.date(n.get("last"), who+", last")}
	if s.First > 0 && s.Last > 0 && s.Last < s.First {
		d.bad(n, Fault{Message: who + ": the last day comes before the first", Found: s.First.String() + " to " + s.Last.String()})
	}
	return s
}
