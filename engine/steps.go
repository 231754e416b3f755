package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// closeLines does to each line of one payment for one unit what the payment says is done to its sum, and rounds it, once.
func (r *reader) closeLines(pi, from int) error {
	pay := &r.c.Payments[pi]
	kept := from
	for i := from; i < len(r.lines); i++ {
		l := r.lines[i]
		if l.payment != pi { // another payment's, which this one read
			r.lines[kept] = l
			kept++
			continue
		}
		sc := r.lineScope(&l)
		if pay.Hurdle != nil && (pay.For == contracts.ForMeasure || pay.For == contracts.ForCohort) {
			sum, err := r.hurdle(pay, l.sum, &sc)
			if err != nil {
				return err
			}
			l.sum = sum
		}
		r.notes = r.notes[:0]
		ok, err := r.closeLine(pi, &l, &sc)
		if err != nil {
			return err
		}
		if ok {
			if len(r.notes) > 0 {
				l.notes = append([]string(nil), r.notes...)
			}
			r.lines[kept] = l
			kept++
		}
	}
	r.lines = r.lines[:kept]
	return nil
}

// closeLine applies the steps, the floor at nought and the rounding. It is false when a step could not be told.
func (r *reader) closeLine(pi int, l *rawLine, sc *scope) (bool, error) {
	pay := &r.c.Payments[pi]
	sum, state, err := r.steps(pay, l.sum, sc)
	if err != nil {
		return false, err
	}
	if state != formula.Known {
		r.wait(pi, waitOf(state))
		return false, nil
	}
	if sum.Sign() < 0 {
		sum = money.Exact{}
		r.trace.say("never below nought", "", moneyText(sum, r.c.Currency))
	}
	if l.toDate, err = sum.Minor(r.c.Currency, r.c.Rounding); err != nil {
		return false, err
	}
	if r.trace != nil {
		r.trace.say("rounded", "once, "+r.c.Rounding.String(), money.FromMinor(r.c.Currency, l.toDate).Format(r.c.Currency))
	}
	return true, nil
}

// hurdle lets through the whole, the excess or nothing of a sum or a count.
func (r *reader) hurdle(pay *contracts.Payment, amount money.Exact, sc *scope) (money.Exact, error) {
	test := &pay.Hurdle.Test
	h, err := r.holds(test, sc)
	if err != nil {
		return amount, err
	}
	if r.trace != nil {
		r.trace.say("hurdle", r.testText(test, sc), figureText(h.figure(), r.c.Currency))
	}
	if h != holdsYes {
		r.gate(pay, sc, test, h)
		return money.Exact{}, nil
	}
	if pay.Hurdle.PaysOn != contracts.PaysExcess {
		return amount, nil
	}
	b, err := r.eval(test.Bound, sc)
	if err != nil {
		return amount, err
	}
	excess := amount.Sub(b.Num)
	r.trace.say("excess over the hurdle", amount.String()+" - "+b.Num.String(), excess.String())
	return excess, nil
}

// gate records that a payment's hurdle was not passed.
func (r *reader) gate(pay *contracts.Payment, sc *scope, test *contracts.Condition, h verdict) {
	why := waitHurdle
	if h == holdsNotYet || h == holdsUnknown {
		why = waitOf(h.figure().State)
	}
	for i := range r.c.Payments {
		if &r.c.Payments[i] == pay {
			r.wait(i, why)
		}
	}
	if r.onGate != nil && why == waitHurdle {
		r.onGate(pay, r.testText(test, sc))
	}
}

// testText is a test with the figures put in: "reconvictions.effect 8.39% at least 10%".
func (r *reader) testText(k *contracts.Condition, sc *scope) string {
	saved := r.trace
	r.trace = nil
	defer func() { r.trace = saved }()
	f, err := r.ref(k.Slot, sc)
	if err != nil {
		return conditionText(r.c, k)
	}
	text := r.c.Refs[k.Slot].Name + " " + r.show(&r.c.Refs[k.Slot], f) + ", " + k.Text
	if k.Bound != nil && k.Bound.Op != formula.OpLiteral {
		if b, err := r.eval(k.Bound, sc); err == nil {
			text += " (" + figureText(b, r.c.Currency) + ")"
		}
	}
	return text
}

// steps does what the payment lists, in that order. A step whose figure is left out is not applied, and the line says so.
func (r *reader) steps(pay *contracts.Payment, sum money.Exact, sc *scope) (money.Exact, formula.State, error) {
	for i := range pay.Then {
		step := &pay.Then[i]
		f, err := r.eval(step.By, sc)
		if err != nil {
			return sum, formula.Known, err
		}
		switch f.State {
		case formula.Known:
		case formula.Neutral:
			why := r.whyLeftOut(step.By, sc)
			r.notes = append(r.notes, step.Text+": not applied, "+why)
			r.trace.say(step.Text, "not applied: "+why, "left out")
			continue
		default:
			return sum, f.State, nil
		}
		before := sum
		sum = applied(step.Op, sum, f)
		if r.trace != nil {
			r.trace.say(step.Text, fmt.Sprintf("%s, %s", moneyText(before, r.c.Currency), figureText(f, r.c.Currency)), moneyText(sum, r.c.Currency))
		}
	}
	return sum, formula.Known, nil
}

// whyLeftOut says why a step's figure is left out: the condition that makes it neutral, or that it was not observed.
func (r *reader) whyLeftOut(e *formula.Expr, sc *scope) string {
	why := "not observed"
	refs(e, func(slot int) {
		ref := &r.c.Refs[slot]
		if ref.Kind != contracts.RefQuantity {
			return
		}
		if q := &r.c.Quantities[ref.Index]; q.NeutralIf != nil {
			if h, err := r.holds(q.NeutralIf, sc); err == nil && h == holdsYes {
				why = "since " + conditionText(r.c, q.NeutralIf)
			}
		}
	})
	return why
}

// applied is a sum after one step.
func applied(op contracts.StepOp, sum money.Exact, f formula.Figure) money.Exact {
	switch op {
	case contracts.StepTimes:
		return sum.Mul(f.Num)
	case contracts.StepLess:
		if f.Type == formula.Rate || f.Type == formula.Plain {
			return sum.Sub(sum.Mul(f.Num))
		}
		return sum.Sub(f.Num)
	case contracts.StepPlus:
		return sum.Add(f.Num)
	case contracts.StepNotAbove:
		if sum.Cmp(f.Num) > 0 {
			return f.Num
		}
	case contracts.StepNotBelow:
		if sum.Cmp(f.Num) < 0 {
			return f.Num
		}
	}
	return sum
}
