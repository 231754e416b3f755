package engine

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/contracts/sentences"
	"outturn/engine/statements"
)

// This file works out the steps of baselines that are theirs alone, and puts the baselines into the head of a statement:
// the cases that were read and how far they can be trusted, what was done to the figure afterwards, by which rule or on
// whose word, and what waits for it.

// gatherSample adds the figure of one unit, if it is among those that were read.
func (r *reader) gatherSample(q *contracts.Quantity, sc *scope, into func(key) *tally) error {
	k := &r.c.Cohorts[q.Sample.Cohort]
	if r.tree.Units[sc.unit].Type != k.Unit {
		return nil
	}
	j, err := r.join(q.Sample.Cohort, sc.unit)
	if err != nil || !j.joined || !j.counted && k.Counts != contracts.CountsComparedOnly {
		return err
	}
	f, err := r.ref(q.Source.Slot, sc)
	if err == nil {
		into(key{}).take(q, f, f.Known)
	}
	return err
}

// variance is the variance of the values gathered, with one less than their number below the line.
func (t *tally) variance() money.Exact {
	n := money.Int(t.n)
	mean, _ := t.sum.Mul(t.sum).Quo(n)
	v, _ := t.squares.Sub(mean).Quo(money.Int(t.n - 1))
	return v
}

// noMoreThan refuses more cases than they can stand for.
func (w *whole) noMoreThan(q *contracts.Quantity, f formula.Figure, sc *scope) error {
	if f.State != formula.Known {
		return nil
	}
	n, err := w.reader.eval(q.Is, sc)
	if err != nil || n.State != formula.Known || f.Num.Cmp(n.Num) <= 0 {
		return err
	}
	return fmt.Errorf("%s (%s): %s were read, and they stand for %s: a sample is no larger than what it stands for; correct stands_for, or the evidence of who was read", q.Name, q.Clause, f.Num, n.Num)
}

// baselineStep works out a head that only baselines and the savings that rest on them have.
func (w *whole) baselineStep(q *contracts.Quantity, sc *scope) (formula.Figure, string, error) {
	switch q.Head {
	case contracts.Root:
		return w.root(q, sc)
	case contracts.Approved:
		return w.approved(q, sc)
	default:
		return w.graded(q, sc)
	}
}

// root is the square root of a formula, rounded as the contract says.
func (w *whole) root(q *contracts.Quantity, sc *scope) (formula.Figure, string, error) {
	f, err := w.reader.eval(q.Is, sc)
	if err != nil || f.State != formula.Known {
		return f, "", err
	}
	root, ok := f.Num.Root(q.Rounded)
	if !ok {
		return f, "", fmt.Errorf("%s (%s): its variance is below nought, so that it has no root: more were read than they stand for; correct stands_for, or the evidence of who was read", q.Name, q.Clause)
	}
	text := ""
	if w.reader.trace != nil {
		text = "square root of " + w.reader.trace.formula(q.Is, w.reader, sc) + ", " + q.Rounded.String()
	}
	f.Num = root
	return f, text, nil
}

// graded is the worst of several grades, or what it takes off. A rate among them is an error, which has the grade of its
// size.
func (w *whole) graded(q *contracts.Quantity, sc *scope) (formula.Figure, string, error) {
	worst := 0
	out := formula.Figure{Type: q.Type}
	var parts []string
	for _, e := range q.Keeps {
		f, err := w.reader.eval(e, sc)
		if err != nil || f.State != formula.Known {
			return inState(q.Type, f.State), "", err
		}
		out.Known = max(out.Known, f.Known)
		grade, text := 0, ""
		if f.Type == formula.Rate {
			grade = contracts.GradeOfError(f.Num)
			text = "an error of " + figureText(f, w.c.Currency) + " is of grade " + fmt.Sprint(grade)
		} else {
			n, _ := f.Num.Int64()
			grade = int(n)
			text = "grade " + fmt.Sprint(grade)
			if e.Op == formula.OpRef {
				text = e.String() + " is " + fmt.Sprint(grade)
			}
		}
		worst, parts = max(worst, grade), append(parts, text)
	}
	out.Num = money.Int(int64(worst))
	text := strings.Join(parts, ", ") + ": the worse counts"
	if q.Head == contracts.CorrectionOf {
		out.Num = money.Frac(int64(contracts.EvidenceGrades[worst-1].Percent), 100)
		text = strings.Join(parts, ", ") + fmt.Sprintf(": the worst is %d", worst)
	}
	return out, text, nil
}

// approved is an adjustment once all who must approve it have, and till then what it would be applied to.
func (w *whole) approved(q *contracts.Quantity, sc *scope) (formula.Figure, string, error) {
	before, err := w.reader.ref(q.Source.Slot, sc)
	if err != nil {
		return before, "", err
	}
	after, err := w.reader.eval(q.Is, sc)
	if err != nil {
		return after, "", err
	}
	given, waits := w.approvals(q.Approval, before, after, sc.asAt)
	if len(waits) > 0 {
		return before, "not applied: waits for " + approvalText(waits), nil
	}
	text := ""
	if w.reader.trace != nil {
		if text = w.reader.trace.formula(q.Is, w.reader, sc); len(given) > 0 {
			text += ", approved by " + approvalText(given)
		}
	}
	return after, text, nil
}

// approvals says who has approved an adjustment and of whom it waits. Where what is told says an amount, each must have
// approved what the adjustment comes to.
func (w *whole) approvals(a *contracts.Approval, before, after formula.Figure, asAt calendar.Date) (given, waits []statements.PartyApproval) {
	if before.State == formula.Known && after.State == formula.Known && after.Num.Equal(before.Num) {
		return nil, nil // it comes to nothing, and nobody need approve that
	}
	for _, party := range a.Parties {
		one := statements.PartyApproval{Party: w.c.Parties[party].ID, Why: "it has not approved"}
		for i := range w.items {
			it := &w.items[i]
			if it.Kind != a.Kind || !speaks(it, asAt) || it.Party != one.Party {
				continue
			}
			one.On, one.Why = it.First.String(), "" // of several, the last stands
			if a.Amount < 0 || before.State != formula.Known || after.State != formula.Known {
				continue
			}
			comes := after
			if comes.Num = after.Num.Sub(before.Num).Abs(); !comes.Num.Equal(it.Values[a.Amount].Num) {
				one.Why = "it approved " + figureText(it.Values[a.Amount], w.c.Currency) + ", and it comes to " + figureText(comes, w.c.Currency)
			}
		}
		if one.Why == "" {
			given = append(given, one)
		} else {
			waits = append(waits, one)
		}
	}
	return given, waits
}

func approvalText(all []statements.PartyApproval) string {
	words := make([]string, len(all))
	for i, a := range all {
		switch words[i] = a.Party; {
		case a.Why != "":
			words[i] += " (" + a.Why + ")"
		case a.On != "":
			words[i] += " on " + a.On
		}
	}
	return strings.Join(words, ", ")
}

// baselines works every baseline out for the head, once the whole is known.
func (st *settlement) baselines(w *whole) ([]statements.BaselineSum, error) {
	var all []statements.BaselineSum
	for i := range st.c.Baselines {
		b := &st.c.Baselines[i]
		sum := statements.BaselineSum{Baseline: b.Name, Clause: b.Clause, Sentence: sentences.Baseline(st.c, b), FixedOn: b.FixedOn.String(), Figures: []statements.BaselineFigure{}}
		clear(w.memo) // every step is written down once, whatever was worked out before
		for _, k := range w.domain(b.Per) {
			f, err := st.baselineFigure(w, b, k)
			if err != nil {
				return nil, fmt.Errorf("baseline %s (%s): %w", b.Name, b.Clause, err)
			}
			sum.Figures = append(sum.Figures, f)
		}
		all = append(all, sum)
	}
	return all, nil
}

// baselineFigure works a baseline out at a key, every step of it.
func (st *settlement) baselineFigure(w *whole, b *contracts.Baseline, k key) (statements.BaselineFigure, error) {
	r := w.reader
	saved := r.trace
	r.trace = &trace{currency: st.c.Currency}
	defer func() { r.trace = saved }()
	out := statements.BaselineFigure{Of: strings.Trim(keyText(st.plan, b.Per, k), " ()"), Grade: b.Grade}
	sc := w.scope(k)
	figures := make([]formula.Figure, len(b.Steps))
	for i, step := range b.Steps { // in order, so that each step stands below the one that it takes
		f, err := r.quantity(step.Quantity, &sc)
		if err != nil {
			return out, err
		}
		figures[i] = f
		if b.Sample != nil && step.Name == "grade" {
			n, _ := f.Num.Int64()
			out.Grade = int(n)
		}
	}
	out.Steps, out.Expected = r.trace.steps, figureText(figures[len(figures)-1], st.c.Currency)
	from := len(b.Steps) - 1 - len(b.Adjustments)
	for i := range b.Adjustments {
		a := &b.Adjustments[i]
		state := statements.AdjustmentState{Adjustment: a.Name, Clause: a.Clause, Kind: "routine", Applied: true}
		if a.Approval != nil {
			q := &st.c.Quantities[b.Steps[from+i].Quantity]
			before, err := r.ref(q.Source.Slot, &sc)
			if err != nil {
				return out, err
			}
			after, err := r.eval(q.Is, &sc)
			if err != nil {
				return out, err
			}
			state.Kind = "non_routine"
			state.Approved, state.WaitsFor = w.approvals(a.Approval, before, after, sc.asAt)
			state.Applied = len(state.WaitsFor) == 0
		}
		out.Adjustments = append(out.Adjustments, state)
	}
	out.Steps = slices.Clone(out.Steps)
	return out, nil
}
