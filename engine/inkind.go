package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/contracts/sentences"
	"outturn/engine/statements"
)

// inKindSums works out the contract's contributions in kind.
func (st *settlement) inKindSums(w *whole) ([]statements.InKindSum, error) {
	saved := w.reader.trace
	w.reader.trace = nil
	defer func() { w.reader.trace = saved }()
	var all []statements.InKindSum
	for i := range st.c.InKind {
		k := &st.c.InKind[i]
		sum := statements.InKindSum{Contribution: k.Name, Clause: k.Clause, Sentence: sentences.InKind(st.c, k), Figures: []statements.InKindFigure{}, Value: st.amount(0)}
		keys := w.domain(k.Per)
		st.givenAt = append(st.givenAt, keys)
		for _, at := range keys {
			f, err := st.inKindFigure(w, k, at)
			if err != nil {
				return nil, fmt.Errorf("contribution in kind %s%s (%s): %w", k.Name, keyText(st.plan, k.Per, at), k.Clause, err)
			}
			sum.Figures = append(sum.Figures, f)
			sum.Value = sum.Value.Add(f.Value)
		}
		all = append(all, sum)
	}
	return all, nil
}

func (st *settlement) inKindFigure(w *whole, k *contracts.InKind, at key) (statements.InKindFigure, error) {
	out := statements.InKindFigure{Of: st.ofWhole(k.Per, at), By: st.c.Parties[st.heir[partyOf(&k.By, &at)]].ID, To: st.c.Parties[st.heir[partyOf(&k.To, &at)]].ID, Value: st.amount(0)}
	f, err := w.quantity(k.Quantity, at)
	if err != nil {
		return out, err
	}
	if f.State != formula.Known {
		out.Why = figureText(f, st.c.Currency)
		return out, nil
	}
	sc := w.scope(at)
	for _, part := range []struct {
		e  *formula.Expr
		to *string
	}{{k.Offered, &out.Offered}, {k.Accepted, &out.Accepted}, {k.Price, &out.Price}} {
		f, err := w.reader.eval(part.e, &sc)
		if err != nil {
			return out, err
		}
		*part.to = figureText(f, st.c.Currency)
	}
	out.Value, err = f.Num.Amount(st.c.Currency, st.c.Rounding)
	return out, err
}

// givenBy adds up what a party gave, in all or in one period of a series.
func (st *settlement) givenBy(party string, series, period int) money.Amount {
	sum := st.amount(0)
	for i, k := range st.given {
		for j, f := range k.Figures {
			if f.By == party && (series < 0 || int(st.givenAt[i][j].periods[series]) == period) {
				sum = sum.Add(f.Value)
			}
		}
	}
	return sum
}

// inKindWaits says which contributions are not counted, since they are not known.
func (st *settlement) inKindWaits() []string {
	var all []string
	for _, k := range st.given {
		for _, f := range k.Figures {
			if f.Why != "" {
				all = append(all, fmt.Sprintf("%s of %s is %s", k.Contribution, f.Of, f.Why))
			}
		}
	}
	return all
}
