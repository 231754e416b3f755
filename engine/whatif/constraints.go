package whatif

import (
	"slices"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// constraints is what must hold together, figure by figure. What it does not understand it leaves open, so what it
// finds to be contrary is contrary, and what it does not may still be.
type constraints struct {
	v  *review
	on map[int]*allowed
}

// allowed is what a figure may still be.
type allowed struct {
	span
	loOpen, hiOpen bool             // the bound itself is out
	values, out    []formula.Figure // one of these, none of those
	any            bool             // values are not limited
	texts          []string
	anyText        bool
	symbols        []symbol
}

// symbol is a test against a bound that is only known later, by its text.
type symbol struct {
	test  contracts.TestOp
	bound string
}

func (v *review) constraints() *constraints { return &constraints{v, map[int]*allowed{}} }

// hold adds a condition, or that it does not hold.
func (k *constraints) hold(cond *contracts.Condition, negated bool) {
	if cond == nil {
		return
	}
	switch cond.Op {
	case contracts.Not:
		k.hold(&cond.Parts[0], !negated)
	case contracts.AllOf, contracts.AnyOf:
		if len(cond.Parts) == 1 || (cond.Op == contracts.AllOf) != negated {
			for i := range cond.Parts {
				k.hold(&cond.Parts[i], negated)
			}
		}
	case contracts.Test:
		k.test(cond, negated)
	}
}

func (k *constraints) of(slot int) *allowed {
	if k.on[slot] == nil {
		k.on[slot] = &allowed{span: (&bounder{c: k.v.c}).slot(slot, boundsDepth), any: true, anyText: true}
	}
	return k.on[slot]
}

var contrary = map[contracts.TestOp]contracts.TestOp{contracts.AtLeast: contracts.LessThan, contracts.LessThan: contracts.AtLeast,
	contracts.MoreThan: contracts.AtMost, contracts.AtMost: contracts.MoreThan}

func (k *constraints) test(t *contracts.Condition, negated bool) {
	a := k.of(t.Slot)
	switch t.Test {
	case contracts.OneOf:
		k.oneOf(a, t, negated)
	case contracts.AtLeast, contracts.MoreThan, contracts.AtMost, contracts.LessThan:
		op := t.Test
		if negated {
			op = contrary[op]
		}
		s := k.v.bounds(t.Bound)
		a.symbols = append(a.symbols, symbol{op, t.Bound.String()})
		a.narrow(op, s)
	case contracts.Observed, contracts.NotObserved: // allow every value
	}
}

// narrow takes a test into account whose bound is somewhere in a span.
func (a *allowed) narrow(op contracts.TestOp, s span) {
	switch op {
	case contracts.AtLeast, contracts.MoreThan:
		if s.lo != nil && (a.lo == nil || s.lo.Cmp(*a.lo) > 0 || s.lo.Cmp(*a.lo) == 0 && op == contracts.MoreThan) {
			a.lo, a.loOpen = s.lo, op == contracts.MoreThan
		}
	case contracts.AtMost, contracts.LessThan:
		if s.hi != nil && (a.hi == nil || s.hi.Cmp(*a.hi) < 0 || s.hi.Cmp(*a.hi) == 0 && op == contracts.LessThan) {
			a.hi, a.hiOpen = s.hi, op == contracts.LessThan
		}
	default: // the others have no bound
	}
}

func (k *constraints) oneOf(a *allowed, t *contracts.Condition, negated bool) {
	ref := &k.v.c.Refs[t.Slot]
	if len(t.Values) == 1 && t.Values[0].Type == formula.YesNo && ref.Type != formula.YesNo { // of how often: at least once, or never
		if t.Values[0].Num.IsZero() != negated {
			a.narrow(contracts.AtMost, exactly(money.Int(0)))
		} else {
			a.narrow(contracts.AtLeast, exactly(money.Int(1)))
		}
		return
	}
	switch {
	case negated:
		a.out = append(a.out, t.Values...)
	case len(t.Texts) > 0 && a.anyText:
		a.texts, a.anyText = t.Texts, false
	case len(t.Texts) > 0:
		a.texts = slices.DeleteFunc(slices.Clone(a.texts), func(s string) bool { return !slices.Contains(t.Texts, s) })
	case a.any:
		a.values, a.any = t.Values, false
	default:
		a.values = slices.DeleteFunc(slices.Clone(a.values), func(f formula.Figure) bool { return !holdsFigure(t.Values, f) })
	}
}

func holdsFigure(list []formula.Figure, f formula.Figure) bool {
	return slices.ContainsFunc(list, func(g formula.Figure) bool { return g.Num.Cmp(f.Num) == 0 })
}

// contrary returns the first figure, in the order of the document's names, that cannot be all that is asked of it; -1
// when none is found.
func (k *constraints) contrary() int {
	for slot := range k.v.c.Refs {
		if a := k.on[slot]; a != nil && a.impossible(&k.v.c.Refs[slot]) {
			return slot
		}
	}
	return -1
}

func (a *allowed) impossible(ref *contracts.Ref) bool {
	if a.lo != nil && a.hi != nil {
		if order := a.lo.Cmp(*a.hi); order > 0 || order == 0 && (a.loOpen || a.hiOpen) {
			return true
		}
	}
	for i, s := range a.symbols {
		for _, t := range a.symbols[:i] {
			if s.bound == t.bound && (contrary[s.test] == t.test || s.test == contracts.MoreThan && t.test == contracts.LessThan || s.test == contracts.LessThan && t.test == contracts.MoreThan) {
				return true
			}
		}
	}
	if !a.anyText && len(a.texts) == 0 {
		return true
	}
	values := a.values
	switch {
	case !a.any:
	case ref.Type == formula.YesNo:
		values = []formula.Figure{{Num: money.Int(0)}, {Num: money.Int(1)}}
	case ref.Type == formula.Choice:
		for i := range ref.Choices {
			values = append(values, formula.Figure{Num: money.Int(int64(i))})
		}
	default:
		return false
	}
	return !slices.ContainsFunc(values, func(f formula.Figure) bool { return !holdsFigure(a.out, f) && a.within(f.Num) })
}

func (a *allowed) within(x money.Exact) bool {
	if a.lo != nil && (x.Cmp(*a.lo) < 0 || a.loOpen && x.Cmp(*a.lo) == 0) {
		return false
	}
	return a.hi == nil || x.Cmp(*a.hi) < 0 || !a.hiOpen && x.Cmp(*a.hi) == 0
}

// together reports whether conditions may all hold of one thing, as far as what they say can tell.
func (v *review) together(conditions ...*contracts.Condition) bool {
	k := v.constraints()
	for _, cond := range conditions {
		k.hold(cond, false)
	}
	return k.contrary() < 0
}
