package whatif

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// cliffs warns where one outcome more or less moves a whole sum: hurdles that open on the whole, conditions on a figure
// that turn a sum on, and bands read as steps.
func (v *review) cliffs() {
	for i := range v.c.Payments {
		p := &v.c.Payments[i]
		if p.Hurdle != nil && p.Hurdle.PaysOn == contracts.PaysWhole {
			v.cliffAt(p, &p.Hurdle.Test)
		}
		if p.For == contracts.ForSum || p.For == contracts.ForFigure {
			conjuncts(p.When, func(test *contracts.Condition) { v.cliffAt(p, test) })
		}
		v.steps(p)
	}
}

// cliffAt warns of one test that the whole of a payment hangs on. A test at nought of what is paid is no cliff: there
// is nothing there to fall.
func (v *review) cliffAt(p *contracts.Payment, test *contracts.Condition) {
	ref := &v.c.Refs[test.Slot]
	switch ref.Type {
	case formula.Number, formula.Rate, formula.Points, formula.Money, formula.Plain, formula.Days:
	default:
		return
	}
	bound, constant := v.bounds(test.Bound).value()
	if test.Bound == nil || ref.Kind == contracts.RefPeriod || constant && bound.IsZero() {
		return
	}
	hangs := v.hangs(p, test)
	if hangs == "" {
		return
	}
	v.warn(WarnCliff, "payment "+p.Name, p.Clause,
		fmt.Sprintf("where %s is %s it pays the whole, and otherwise nothing; on one outcome more or less hangs %s", v.name(test.Slot), test.Text, hangs),
		"pay on the excess, let a straight_line table rise to the threshold, or agree that this much hangs on one outcome")
}

// name says what a figure is called, a figure of a comparison by both its names.
func (v *review) name(slot int) string {
	ref := &v.c.Refs[slot]
	if ref.Kind == contracts.RefComparison {
		return "the " + [...]string{"effect", "treated mean", "comparison mean", "units"}[ref.Field] + " of " + spaced(v.c.Comparisons[ref.Index].Name)
	}
	return spaced(ref.Name)
}

// hangs says how much hangs on a test: worked out at the threshold where the contract or an example's stated figures
// allow, else the least that an example pays, else a cap; "" when nothing does.
func (v *review) hangs(p *contracts.Payment, test *contracts.Condition) string {
	suffix := ""
	if price, ok := v.bounds(p.Price).value(); ok && p.For == contracts.ForFigure && p.Hurdle != nil {
		suffix = "; any other outcome moves " + v.sum(price)
	}
	at, it := v.atThreshold(test)
	if sum, ok := v.worth(p, at); ok {
		if sum.IsZero() {
			return ""
		}
		if it != "" {
			it = fmt.Sprintf(", with the figures of the example that %s", it)
		}
		return v.sum(sum) + it + suffix
	}
	if least, it := v.leastPaid(p.Name); it != "" {
		return fmt.Sprintf("%s in the example that %s, the least that any pays%s", least.Format(v.c.Currency), it, suffix)
	}
	for i := range v.c.Caps {
		k := &v.c.Caps[i]
		if limit, ok := v.bounds(k.NotAbove).value(); ok && k.Counting < 0 && !k.Claims && covers(k, p, v.c) {
			return fmt.Sprintf("as much as %s, %s", v.sum(limit), k.Name)
		}
	}
	return "all of its sum" + suffix
}

func covers(k *contracts.Cap, p *contracts.Payment, c *contracts.Contract) bool {
	for _, over := range k.Over {
		if &c.Payments[over] == p {
			return true
		}
	}
	return false
}

// atThreshold supposes that a tested figure is just at its bound. Of the effect of a comparison the means and units are
// those of an example that states them: which one is returned.
func (v *review) atThreshold(test *contracts.Condition) (at map[int]money.Exact, it string) {
	at = map[int]money.Exact{}
	bound, ok := v.bounds(test.Bound).value()
	if !ok {
		return at, ""
	}
	at[test.Slot] = bound
	ref := &v.c.Refs[test.Slot]
	if ref.Kind != contracts.RefComparison || contracts.CompareField(ref.Field) != contracts.CompareEffect {
		return at, ""
	}
	g, it := v.given(ref.Index)
	if it == "" {
		return at, ""
	}
	for slot := range v.c.Refs {
		r := &v.c.Refs[slot]
		if r.Kind != contracts.RefComparison || r.Index != ref.Index {
			continue
		}
		switch contracts.CompareField(r.Field) {
		case contracts.CompareComparison:
			at[slot] = g.Figures[contracts.CompareComparison].Num
		case contracts.CompareUnits:
			at[slot] = g.Figures[contracts.CompareUnits].Num
		case contracts.CompareTreated:
			at[slot] = g.Figures[contracts.CompareComparison].Num.Mul(money.Int(1).Sub(bound))
		default: // the effect is the figure tested, supposed above; nothing else follows from it
		}
	}
	return at, it
}

// given finds the first figures that an example states of a comparison, and which example that is.
func (v *review) given(comparison int) (contracts.Given, string) {
	for i := range v.c.Examples {
		for _, g := range v.c.Examples[i].Given {
			if g.Comparison == comparison && g.Figures[contracts.CompareComparison].Num.Sign() > 0 {
				return g, v.c.Examples[i].It
			}
		}
	}
	return contracts.Given{}, ""
}

// worth works out a payment's sum from the contract and what is supposed; false when it also depends on evidence.
func (v *review) worth(p *contracts.Payment, given map[int]money.Exact) (money.Exact, bool) {
	b := &bounder{c: v.c, given: given}
	e := p.Of
	if p.For == contracts.ForFigure {
		e = p.Figure
	}
	if e == nil {
		return money.Exact{}, false
	}
	sum, ok := b.of(e, boundsDepth).value()
	if ok && p.For == contracts.ForFigure {
		var price money.Exact
		price, ok = b.of(p.Price, boundsDepth).value()
		sum = sum.Mul(price)
	}
	for _, step := range p.Then {
		by, known := b.of(step.By, boundsDepth).value()
		ok = ok && known
		sum = applied(step, sum, by)
	}
	return sum, ok
}

// applied does one step to a sum.
func applied(step contracts.Step, sum, by money.Exact) money.Exact {
	switch step.Op {
	case contracts.StepTimes:
		return sum.Mul(by)
	case contracts.StepPlus:
		return sum.Add(by)
	case contracts.StepLess:
		if step.By.Type == formula.Rate {
			by = sum.Mul(by)
		}
		sum = sum.Sub(by)
	case contracts.StepNotAbove:
		if sum.Cmp(by) > 0 {
			return by
		}
	case contracts.StepNotBelow:
		if sum.Cmp(by) < 0 {
			return by
		}
	}
	return sum
}

// steps warns of the largest step in a banded table that a payment of the whole reads.
func (v *review) steps(p *contracts.Payment) {
	if p.For != contracts.ForSum && p.For != contracts.ForFigure {
		return
	}
	w := &walker{c: v.c, seen: map[thing]bool{}}
	for _, e := range []*formula.Expr{p.Of, p.Figure, p.Price} {
		w.expr(e)
	}
	for _, s := range p.Then {
		w.expr(s.By)
	}
	for slot := range v.c.Refs {
		ref := &v.c.Refs[slot]
		if ref.Kind != contracts.RefTable || !w.seen[thing{tableThing, ref.Index}] {
			continue
		}
		t := &v.c.Tables[ref.Index]
		if t.Reads == contracts.ReadsStep && t.Band >= 0 && v.c.Refs[t.By[t.Band].Slot].Kind != contracts.RefFact {
			v.largestStep(p, t, slot)
		}
	}
}

func (v *review) largestStep(p *contracts.Payment, t *contracts.Table, slot int) {
	field := v.c.Refs[slot].Field
	var edge *contracts.Row
	var before, after *formula.Expr
	var largest money.Exact
	look := func(row, next *contracts.Row) {
		x, known := v.bounds(row.Values[field]).value()
		y, known2 := v.bounds(next.Values[field]).value()
		if move := y.Sub(x).Abs(); known && known2 && row.UpTo != nil && move.Cmp(largest) > 0 {
			edge, before, after, largest = row, row.Values[field], next.Values[field], move
		}
	}
	for i := range t.Rows {
		switch {
		case i+1 < len(t.Rows) && t.Rows[i+1].UpTo != nil:
			look(&t.Rows[i], &t.Rows[i+1])
		case t.Otherwise != nil:
			look(&t.Rows[i], t.Otherwise)
		}
	}
	if edge == nil {
		return
	}
	x, y := v.bounds(before), v.bounds(after)
	hangs := fmt.Sprintf("from %s to %s", before, after)
	low, ok := v.worth(p, map[int]money.Exact{slot: *x.lo})
	high, ok2 := v.worth(p, map[int]money.Exact{slot: *y.lo})
	if ok && ok2 {
		hangs = fmt.Sprintf("%s: %s of payment %s", hangs, v.sum(high.Sub(low).Abs()), p.Name)
	}
	where := "table " + t.Name
	if slices.ContainsFunc(v.found, func(w Warning) bool { return w.Kind == WarnCliff && w.Where == where }) {
		return // said of the first payment that reads it
	}
	v.warn(WarnCliff, where, t.Clause, fmt.Sprintf("at %s of %s it steps %s; all of that hangs on one outcome more or less", v.figure(*edge.UpTo, nil), v.name(t.By[t.Band].Slot), hangs),
		"read it in slices or as a straight_line, or agree that this much hangs on one outcome")
}
