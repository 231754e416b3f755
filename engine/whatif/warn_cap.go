package whatif

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// idleCaps warns of caps, and of ceilings within payments, that nothing can reach.
func (v *review) idleCaps() {
	for i := range v.c.Caps {
		k := &v.c.Caps[i]
		limit := v.bounds(k.NotAbove)
		most := v.mostUnder(k)
		if limit.lo == nil || most == nil || most.Cmp(*limit.lo) > 0 {
			continue
		}
		text := v.sum(*most)
		switch {
		case k.Counting >= 0:
			text = most.String() + " places"
		case k.Claims:
			text = most.String() + " payments"
		}
		v.warn(WarnIdleCap, k.Name, k.Clause, fmt.Sprintf("the most that can come under it is %s, and it allows %s", text, k.NotAbove), "lower it, take it out, or look for the payment it was meant to cover")
	}
	for i := range v.c.Payments {
		p := &v.c.Payments[i]
		most := v.perLine(p)
		for _, s := range p.Then {
			by := v.bounds(s.By)
			if s.Op == contracts.StepNotAbove && most != nil && by.lo != nil && most.Cmp(*by.lo) <= 0 {
				v.warn(WarnIdleCap, "payment "+p.Name, p.Clause, fmt.Sprintf("its sum is at most %s, and may be up to %s", v.sum(*most), s.By), "lower the ceiling or take it out")
			}
			most = after(s, most, by.hi)
		}
	}
}

// mostUnder bounds what all payments under a cap can come to for one of what it stands per, over the whole term.
func (v *review) mostUnder(k *contracts.Cap) *money.Exact {
	switch {
	case k.Counting >= 0:
		return v.members(k.Counting)
	case k.Claims:
		n := money.Int(int64(len(k.Over)) + 1) // one that leaves nothing out is there for the overlaps it reports
		return &n
	}
	sum := money.Int(0)
	for _, over := range k.Over {
		p := &v.c.Payments[over]
		most := v.perLine(p)
		for _, s := range p.Then {
			most = after(s, most, v.bounds(s.By).hi)
		}
		lines := v.linesUnder(k, p)
		if most == nil || lines == nil {
			return nil
		}
		sum = sum.Add(most.Mul(*lines))
	}
	return &sum
}

// perLine bounds what a payment pays for one unit, or for one line of the whole, before its steps; nil is no bound.
func (v *review) perLine(p *contracts.Payment) *money.Exact {
	price := v.bounds(p.Price).hi
	switch p.For {
	case contracts.ForMeasure:
		return both((&bounder{c: v.c}).times(&v.c.Measures[p.Index], boundsDepth).hi, price, money.Exact.Mul)
	case contracts.ForCohort:
		return price
	case contracts.ForFigure:
		return both(v.bounds(p.Figure).hi, price, money.Exact.Mul)
	case contracts.ForSum:
		return v.bounds(p.Of).hi
	default:
		return nil
	}
}

// after bounds a sum after a step, from a bound before it.
func after(s contracts.Step, most, by *money.Exact) *money.Exact {
	switch s.Op {
	case contracts.StepTimes:
		return both(most, by, money.Exact.Mul)
	case contracts.StepPlus:
		return both(most, by, money.Exact.Add)
	case contracts.StepNotAbove:
		if most == nil || by != nil && by.Cmp(*most) < 0 {
			return by
		}
	case contracts.StepNotBelow:
		if most == nil || by == nil || by.Cmp(*most) > 0 {
			return both(most, by, func(_, floor money.Exact) money.Exact { return floor })
		}
	case contracts.StepLess: // takes off, so what bounded it still does
	}
	return most
}

// linesUnder bounds how many units, or lines of the whole, of a payment stand under one of what a cap is per.
func (v *review) linesUnder(k *contracts.Cap, p *contracts.Payment) *money.Exact {
	n := money.Int(1)
	unit := p.Per.Unit
	switch p.For {
	case contracts.ForMeasure:
		unit = v.c.Measures[p.Index].Per.Unit
	case contracts.ForCohort:
		unit = v.c.Cohorts[p.Index].Unit
	default: // the others stand per what the payment is per
	}
	if unit >= 0 && unit != k.Per.Unit {
		members := v.members(unit)
		if members == nil || k.Per.Unit >= 0 {
			return nil
		}
		n = *members
	}
	if unit < 0 && k.Per.Unit >= 0 || len(p.Per.Facts) > 0 || p.Per.Cohort >= 0 || p.Per.Role != "" {
		return nil
	}
	if p.For == contracts.ForFigure || p.For == contracts.ForSum {
		for _, series := range p.Per.Periods {
			n = n.Mul(money.Int(int64(v.c.Periods[series].Series.Len())))
		}
	}
	return &n
}

// members bounds how many units of a type can count: where all its cohorts close at a number and none opens after them.
func (v *review) members(unit int) *money.Exact {
	sum, any := money.Int(0), false
	for i := range v.c.Cohorts {
		k := &v.c.Cohorts[i]
		if k.Unit != unit || !counted(k) {
			continue
		}
		if k.CloseAt == 0 || k.NextOpens {
			return nil
		}
		sum, any = sum.Add(money.Int(int64(k.CloseAt))), true
	}
	if !any {
		return nil
	}
	return &sum
}

// exactText writes a figure of a type.
func (v *review) exactText(x money.Exact, t formula.Type) string {
	return formula.Figure{Type: t, Num: x}.Format(v.c.Currency)
}
