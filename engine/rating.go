package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/engine/statements"
)

// This file rates savings: each test of a saving is passed or not, with the reason, and the contract says how much of the
// saving a rating lets through. What is not known is not passed.

// rate puts a saving to its tests at a key.
func (w *whole) rate(s *contracts.Saving, k key) (contracts.Rating, []statements.TestSum, error) {
	tests := make([]statements.TestSum, len(contracts.SavingTests))
	all := true
	for i := range tests {
		t, err := w.tested(s, i, k)
		if err != nil {
			return 0, nil, err
		}
		tests[i], all = t, all && t.Passed
	}
	if all {
		return contracts.RatingSufficient, tests, nil
	}
	for _, i := range s.Rating.Partial {
		if !tests[i].Passed {
			return contracts.RatingInsufficient, tests, nil
		}
	}
	return contracts.RatingPartial, tests, nil
}

// tested is one test: what the program sees by itself, then what the contract's condition says.
func (w *whole) tested(s *contracts.Saving, i int, k key) (statements.TestSum, error) {
	test, one := &contracts.SavingTests[i], &s.Rating.Tests[i]
	out := statements.TestSum{Test: test.Name, Why: one.Fails}
	if one.Fails != "" {
		return out, nil
	}
	out.Why = test.Itself
	if one.Told >= 0 {
		f, err := w.quantity(one.Told, k)
		if err != nil {
			return out, err
		}
		if f.State != formula.Known || f.Num.Sign() <= 0 {
			out.Why = "no budget holder has told of any of it"
			return out, nil
		}
		out.Why = "budget holders told of " + figureText(f, w.c.Currency)
	}
	if one.Met >= 0 {
		f, err := w.quantity(one.Met, k)
		if err != nil {
			return out, err
		}
		out.Why = conditionText(w.c, w.c.Quantities[one.Met].Met) + ": " + figureText(f, w.c.Currency)
		if f.State != formula.Known || f.Num.IsZero() {
			return out, nil
		}
	}
	out.Passed = true
	return out, nil
}

// rated is what the rating lets through of the step before it. A loss counts whole: a bad rating makes no loss smaller.
func (w *whole) rated(q *contracts.Quantity, sc *scope) (formula.Figure, string, error) {
	s := &w.c.Savings[q.Saving]
	out, err := w.reader.ref(q.Source.Slot, sc)
	if err != nil || out.State != formula.Known {
		return out, "", err
	}
	rating, tests, err := w.rate(s, sc.key)
	if err != nil {
		return out, "", err
	}
	passed := 0
	for i := range tests {
		if tests[i].Passed {
			passed++
		}
	}
	text := fmt.Sprintf("%s: it passes %d of %d tests", rating, passed, len(tests))
	if out.Num.Sign() < 0 {
		return out, text + "; a loss counts whole", nil
	}
	share, err := w.reader.eval(s.Rating.Pays[rating], sc)
	if err != nil || share.State != formula.Known {
		out.State = share.State
		return out, text, err
	}
	if w.reader.trace != nil {
		text += "; " + figureText(out, w.c.Currency) + " * " + figureText(share, w.c.Currency)
	}
	out.Num = out.Num.Mul(share.Num)
	return out, text, nil
}
