package engine

import (
	"fmt"
	"strings"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// This file works out figures of which there is a provisional, a certified and a reconciled one, and puts them and the
// register of assumptions into the head of a statement.

// stands finds the surest of a figure's parts that is known; where none is, the least sure that is stated, which says why.
func (r *reader) stands(q *contracts.Quantity, sc *scope) (formula.Figure, int, error) {
	out, at := inState(q.Type, formula.Unknown), -1
	for i := len(q.Parts) - 1; i >= 0; i-- {
		if q.Parts[i] == nil {
			continue
		}
		f, err := r.eval(q.Parts[i], sc)
		if err != nil {
			return f, i, fmt.Errorf("%s, %s: %w", q.Name, contracts.Standings[i], err)
		}
		if out, at = f, i; f.State == formula.Known {
			break
		}
	}
	return out, at, nil
}

func (r *reader) standing(q *contracts.Quantity, sc *scope) (formula.Figure, string, error) {
	f, at, err := r.stands(q, sc)
	if err != nil || r.trace == nil {
		return f, "", err
	}
	return f, contracts.Standings[at] + ": " + r.trace.formula(q.Parts[at], r, sc), nil
}

// standingWord is how the figure stands, known from the day on which it is.
func (r *reader) standingWord(q *contracts.Quantity, sc *scope) (formula.Figure, string, error) {
	f, at, err := r.stands(&r.c.Quantities[q.Also[0]], sc)
	out := inState(formula.Choice, f.State)
	out.Known = f.Known
	if f.State == formula.Known {
		out.Num = money.Int(int64(at))
	}
	return out, "", err
}

// standings lists every figure for the whole that has a standing.
func (st *settlement) standings(w *whole) ([]statements.StandingSum, error) {
	var all []statements.StandingSum
	for i := range st.c.Quantities {
		q := &st.c.Quantities[i]
		if q.Head != contracts.Standing || q.Per.Unit >= 0 {
			continue
		}
		sum := statements.StandingSum{Figure: q.Name, Clause: q.Clause, Values: []statements.StandingValue{}}
		for _, k := range w.domain(q.Per) {
			f, err := w.quantity(i, k)
			if err != nil {
				return nil, err
			}
			sc := w.scope(k)
			_, at, err := w.reader.stands(q, &sc)
			if err != nil {
				return nil, err
			}
			v := statements.StandingValue{Of: strings.Trim(keyText(st.plan, q.Per, k), " ()"), Is: figureText(f, st.c.Currency), Told: []statements.StandingPart{}}
			if f.State == formula.Known {
				v.Standing = contracts.Standings[at]
			}
			for part, e := range q.Parts {
				if e == nil {
					continue
				}
				told, err := w.reader.eval(e, &sc)
				if err != nil {
					return nil, err
				}
				v.Told = append(v.Told, statements.StandingPart{Standing: contracts.Standings[part], Is: figureText(told, st.c.Currency)})
			}
			sum.Values = append(sum.Values, v)
		}
		all = append(all, sum)
	}
	return all, nil
}

// assumptions cites the versions in force in the periods that have ended: whatever is worked out for a period stands on
// the version in force on its first day.
func (st *settlement) assumptions(w *whole) ([]statements.AssumptionSum, error) {
	var all []statements.AssumptionSum
	for i := range st.c.Assumptions {
		a := &st.c.Assumptions[i]
		t := &st.c.Tables[a.Table]
		sum := statements.AssumptionSum{Assumption: t.Name, Clause: t.Clause, CitedBy: append([]string{}, a.ReadBy...), Versions: []statements.VersionSum{}}
		for n, v := range a.Versions {
			periods, used := st.periodsOf(t, n)
			if !used {
				continue
			}
			sc := w.scope(key{})
			f, err := w.reader.eval(t.Rows[n].Values[0], &sc)
			if err != nil {
				return nil, err
			}
			one := statements.VersionSum{Version: n + 1, Is: figureText(f, st.c.Currency), Periods: periods, Source: v.Source, Grade: v.Grade, ChallengedBy: v.ChallengedBy, Decision: v.Decision, DecidedOn: v.DecidedOn.String()}
			if from := t.Rows[n].From; !from.IsZero() {
				one.From = from.String()
			}
			sum.Versions = append(sum.Versions, one)
		}
		all = append(all, sum)
	}
	return all, nil
}

// periodsOf is the numbers of the ended periods to which a version applies, and whether there are any.
func (st *settlement) periodsOf(t *contracts.Table, version int) (string, bool) {
	if t.Dated == nil {
		return "", true
	}
	series := &st.c.Periods[t.Dated.Index].Series
	first, last := 0, 0
	for n := 1; n <= series.Len(); n++ {
		span, _ := series.Span(n)
		if span.Last > st.through {
			break
		}
		applies := span.First >= t.Rows[version].From && (version+1 == len(t.Rows) || span.First < t.Rows[version+1].From)
		if applies && first == 0 {
			first = n
		}
		if applies {
			last = n
		}
	}
	switch first {
	case 0:
		return "", false
	case last:
		return fmt.Sprint(first), true
	}
	return fmt.Sprintf("%d to %d", first, last), true
}
