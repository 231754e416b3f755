package formula

import (
	"errors"
	"fmt"
	"strings"

	"outturn/contracts/calendar"
	"outturn/contracts/money"
)

// rules is every sum that a formula may hold; whatever is not here is refused. Where either is set, the two
// may stand in either order, and a difference of theirs too if ops has it. (contract language, section 2)
//
// One rule is not of types alone and stands in typeOf: the literal 100% less a rate is a rate, the rest of it.
var rules = []struct {
	left   Type
	ops    string
	right  Type
	gives  Type
	either bool
}{
	{Plain, "+-*/", Plain, Plain, false},

	{Number, "+-*", Number, Number, false},
	{Number, "/", Number, Rate, false},
	{Number, "+-*", Plain, Number, true},
	{Number, "/", Plain, Number, false},
	{Number, "*", Rate, Number, true},

	{Money, "+-", Money, Money, false},
	{Money, "/", Money, Rate, false},
	{Money, "*", Plain, Money, true},
	{Money, "*", Number, Money, true},
	{Money, "*", Rate, Money, true},
	{Money, "*", Days, Money, true},
	{Money, "/", Plain, Money, false},
	{Money, "/", Number, Money, false},
	{Money, "/", Days, Money, false},

	{Rate, "+*/", Rate, Rate, false},
	{Rate, "-", Rate, Points, false},
	{Rate, "*", Plain, Rate, true},
	{Rate, "/", Plain, Rate, false},
	{Rate, "+", Points, Rate, true},
	{Rate, "-", Points, Rate, false},

	{Points, "+-", Points, Points, false},
	{Points, "*", Rate, Points, true},
	{Points, "*", Number, Number, true}, // 9 points of 200 participants are 18
	{Points, "/", Rate, Rate, false},
	{Points, "*", Plain, Points, true},
	{Points, "/", Plain, Points, false},

	{Days, "+-", Days, Days, false},
	{Days, "/", Days, Rate, false},
	{Days, "+-*", Plain, Days, true},
	{Days, "*", Rate, Days, true},
	{Days, "/", Plain, Days, false},

	{Date, "+-", Length, Date, false},
	{Date, "-", Date, Days, false},
}

// ruleTable is rules by operation and types; None is refused.
var ruleTable = func() (table [opCount][typeCount][typeCount]Type) {
	for _, r := range rules {
		for _, sign := range r.ops {
			op := OpAdd + Op(strings.IndexRune("+-*/", sign))
			table[op][r.left][r.right] = r.gives
			if r.either {
				table[op][r.right][r.left] = r.gives
			}
		}
	}
	return table
}()

// TypeError is one fault that Check finds: a name that stands for nothing, or a sum of types that do not go
// together. Offset is the byte of the formula at which the faulty part begins, counted from 0.
type TypeError struct {
	Offset  int
	Message string
	Err     error // what resolve said, when a name is the fault
}

// Error returns the message: one sentence that names both types and what would be allowed.
func (e *TypeError) Error() string { return e.Message }

// Unwrap returns what resolve said of a name.
func (e *TypeError) Unwrap() error { return e.Err }

// Check gives every node its Slot and Type. resolve is asked for each name, left to right; column is "" where
// there is none. All faults come back at once, joined, each a *TypeError. A part whose own parts are at fault
// is not judged. What type the whole should be is for the caller to see to.
func (e *Expr) Check(resolve func(name, column string, offset int) (slot int, t Type, err error)) error {
	var faults []error
	e.check(resolve, &faults)
	return errors.Join(faults...)
}

func (e *Expr) check(resolve func(string, string, int) (int, Type, error), faults *[]error) {
	switch e.Op {
	case OpLiteral:
		e.Type = e.Literal.Type
		return
	case OpRef:
		slot, t, err := resolve(e.Name, e.Column, e.Offset)
		if err == nil && (t == None || t >= typeCount) {
			err = fmt.Errorf("%q is %s, which no formula can use", e.String(), t)
		}
		if err != nil {
			*faults = append(*faults, &TypeError{Offset: e.Offset, Message: err.Error(), Err: err})
			t = None
		}
		e.Slot, e.Type = slot, t
		return
	default: // the four that join two sides
	}
	e.Left.check(resolve, faults)
	e.Right.check(resolve, faults)
	e.Type = None
	if e.Left.Type == None || e.Right.Type == None {
		return
	}
	var message string
	if e.Type, message = typeOf(e); message != "" {
		*faults = append(*faults, &TypeError{Offset: e.Left.start(), Message: message})
	}
}

// typeOf returns the type of a sum whose parts have theirs, or the sentence that refuses it.
func typeOf(e *Expr) (Type, string) {
	left, right := e.Left, e.Right
	t := ruleTable[e.Op][left.Type][right.Type]
	switch {
	case t == None:
		return None, refusal(e)
	case e.Op == OpSub && right.Type == Rate && left.isWhole():
		return Rate, ""
	case t == Date && right.Op == OpLiteral && right.Literal.Unit == calendar.WorkingDay:
		return None, fmt.Sprintf("%q: working days cannot be added to a date in a formula, which knows no holidays; write days, weeks, months or years, or a window in working days", clip(e.String()))
	}
	return t, ""
}

// isWhole reports whether e is the literal 100%.
func (e *Expr) isWhole() bool {
	return e.Op == OpLiteral && e.Literal.Type == Rate && e.Literal.Num.Equal(money.Int(1))
}

// phrases says, for each operation, how the refused sum and what would be allowed are put into words.
var phrases = [opCount]struct{ joins, leftMay, rightMay, neither string }{
	OpAdd: {"plus", "to %s may be added %s", "%s may be added to %s", "neither is ever added"},
	OpSub: {"less", "from %s may be taken %s", "%s may be taken from %s", "neither is ever part of a difference"},
	OpMul: {"times", "%s may be multiplied by %s", "%s may multiply %s", "neither is ever multiplied"},
	OpDiv: {"over", "%s may be divided by %s", "%s may divide %s", "neither is ever divided"},
}

// refusal says what is wrong with a sum, naming both types and what would be allowed.
func refusal(e *Expr) string {
	left, right, words := e.Left.Type, e.Right.Type, phrases[e.Op]
	said := fmt.Sprintf("%s %s %s is not a sum that can be done: %q is %s and %q is %s", left, words.joins, right, clip(e.Left.String()), left, clip(e.Right.String()), right)
	var takes, goes []string
	for t := None + 1; t < typeCount; t++ {
		if ruleTable[e.Op][left][t] != None {
			takes = append(takes, t.String())
		}
		if ruleTable[e.Op][t][right] != None {
			goes = append(goes, t.String())
		}
	}
	var may []string
	if len(takes) > 0 {
		may = append(may, fmt.Sprintf(words.leftMay, left, either(takes)))
	}
	if len(goes) > 0 && left != right {
		may = append(may, fmt.Sprintf(words.rightMay, right, either(goes)))
	}
	if len(may) == 0 {
		may = append(may, words.neither)
	}
	return said + "; " + strings.Join(may, ", and ")
}

// either joins words as English does: "money, a rate or days".
func either(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// clip shortens what an error repeats of a long formula.
func clip(text string) string {
	const most = 80
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}
