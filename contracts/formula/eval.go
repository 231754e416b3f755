package formula

import (
	"errors"
	"fmt"
	"strings"

	"outturn/contracts/calendar"
	"outturn/contracts/money"
)

// DivisionByNought is a formula that cannot be worked out because what it divides by is nought. It is never
// quietly 0: the contract says with neutral_if, or a table, what holds then.
type DivisionByNought struct {
	Divisor string // the text of what was divided by
	Value   string // its value, with its unit: "0", "£0.00"
	Offset  int    // the byte at which the divisor begins
}

// Error names the divisor's text and value, and what to do.
func (e *DivisionByNought) Error() string {
	return fmt.Sprintf("division by nought: %q is %s; say with neutral_if or a table what holds when it is", e.Divisor, e.Value)
}

// Eval works a checked formula out, exactly, left to right. get gives the figure in a slot. A figure made from
// one that is not Known has its state (see State) and no value, and it is known from the latest day of those it
// was made from. Errors are get's own; a *DivisionByNought; a date beyond those a contract may name, or moved by
// working days; and a formula that Check has not passed. Small figures do not allocate.
func (e *Expr) Eval(get func(slot int) (Figure, error)) (Figure, error) {
	switch e.Op {
	case OpLiteral:
		return e.Literal, nil
	case OpRef:
		f, err := get(e.Slot)
		switch {
		case err != nil:
			return Figure{}, err
		case f.State != Known:
			f.Type = e.Type // nothing is known of it but what it will be
		case f.Type != e.Type || f.Type == None:
			return Figure{}, fmt.Errorf("%q is %s, and the formula was checked with %s", e.String(), f.Type, e.Type)
		}
		return f, nil
	case OpAdd, OpSub, OpMul, OpDiv: // below, on both sides worked out
	default:
		return Figure{}, fmt.Errorf("%q cannot be worked out: it has no operation", clip(e.String()))
	}
	left, err := e.Left.Eval(get)
	if err != nil {
		return Figure{}, err
	}
	right, err := e.Right.Eval(get)
	if err != nil {
		return Figure{}, err
	}
	out := Figure{Type: e.Type, State: left.State.Combine(right.State), Known: max(left.Known, right.Known)}
	if e.Type == None {
		return Figure{}, fmt.Errorf("%q cannot be worked out: the formula has not passed its check", clip(e.String()))
	}
	if out.State != Known {
		return out, nil
	}
	switch e.Op {
	case OpAdd, OpSub:
		if right.Type == Length {
			out.Num, err = e.move(left, right)
			return out, err
		}
		if e.Op == OpSub {
			right.Num = right.Num.Neg()
		}
		out.Num = left.Num.Add(right.Num)
	case OpMul:
		out.Num = left.Num.Mul(right.Num)
	case OpDiv:
		var ok bool
		if out.Num, ok = left.Num.Quo(right.Num); !ok {
			return Figure{}, &DivisionByNought{Divisor: clip(e.Right.String()), Value: right.Format(e.currency), Offset: e.Right.start()}
		}
	default: // a literal and a name returned above
		panic("formula: no arithmetic for " + e.Op.String())
	}
	return out, nil
}

// move adds a length of time to a date, or takes it away.
func (e *Expr) move(date, by Figure) (money.Exact, error) {
	refuse := func(why string) (money.Exact, error) {
		return money.Exact{}, fmt.Errorf("%q cannot be worked out for %s and %s: %w", clip(e.String()), date.Format(e.currency), by.Format(e.currency), errors.New(why))
	}
	d, ok := date.date()
	if !ok {
		return refuse("the day is not between " + calendar.MinDate.String() + " and " + calendar.MaxDate.String())
	}
	l, ok := by.length()
	switch {
	case !ok:
		return refuse("the length is not a whole number that a calendar holds")
	case l.Unit == calendar.WorkingDay:
		return refuse("a formula knows no holidays; use a window in working days")
	}
	if e.Op == OpSub {
		l.N = -l.N
	}
	if d = l.AddTo(d, nil); d < calendar.MinDate || d > calendar.MaxDate {
		return refuse("the answer is not between " + calendar.MinDate.String() + " and " + calendar.MaxDate.String())
	}
	return money.Int(int64(d)), nil
}

// String returns the canonical text: one blank on each side of a sign, no bracket that changes nothing, money
// with its commas and places. Parse reads it back as the same formula.
func (e *Expr) String() string {
	var b strings.Builder
	e.print(&b, nil)
	return b.String()
}

// Working returns the formula with figures put in, "(155 - 142) / 155": show gives the text of the figure in a
// slot. A text with a sign in it stands in brackets, so that it can be keyed in as it is printed.
func (e *Expr) Working(show func(slot int) string) string {
	var b strings.Builder
	e.print(&b, show)
	return b.String()
}

func (e *Expr) print(b *strings.Builder, show func(int) string) {
	switch {
	case e.Op == OpLiteral:
		b.WriteString(e.Literal.Format(e.currency))
	case e.Op == OpRef && show != nil:
		b.WriteString(show(e.Slot))
	case e.Op == OpRef:
		b.WriteString(e.Name)
		if e.Column != "" {
			b.WriteByte('.')
			b.WriteString(e.Column)
		}
	default:
		e.printOperand(b, show, e.Left, e.Left.binds() < e.binds())
		b.WriteString(" " + e.Op.String() + " ")
		// Operations of one rank are read from the left, so that the right one needs a bracket.
		e.printOperand(b, show, e.Right, e.Right.binds() <= e.binds())
	}
}

func (e *Expr) printOperand(b *strings.Builder, show func(int) string, operand *Expr, bracket bool) {
	if operand.Op == OpRef && show != nil {
		text := show(operand.Slot)
		bracket = strings.HasPrefix(text, "-") || strings.Contains(text, "/")
	}
	if bracket {
		b.WriteByte('(')
	}
	operand.print(b, show)
	if bracket {
		b.WriteByte(')')
	}
}

// binds ranks how closely a node holds its parts.
func (e *Expr) binds() int {
	switch e.Op {
	case OpAdd, OpSub:
		return 1
	case OpMul, OpDiv:
		return 2
	default: // a literal and a name have no parts
		return 3
	}
}

// start returns the byte at which the first figure or name of e stands.
func (e *Expr) start() int {
	for e.Left != nil {
		e = e.Left
	}
	return e.Offset
}
