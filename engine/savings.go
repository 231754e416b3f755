package engine

import (
	"fmt"
	"strings"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/sentences"
	"outturn/engine/statements"
)

// This file puts the contract's savings into the head of a statement: what kind of saving each is, every step of its
// chain so that a clerk can do it again, what it comes to and whose that is. Nothing of it moves money: a payment does.

// savings works every saving out for the head, once the whole is known.
func (st *settlement) savings(w *whole) ([]statements.SavingSum, error) {
	var all []statements.SavingSum
	for i := range st.c.Savings {
		s := &st.c.Savings[i]
		sum := statements.SavingSum{Saving: s.Name, Clause: s.Clause, Sentence: sentences.Saving(st.c, s), Traits: []statements.TraitWords{}, Figures: []statements.SavingFigure{}}
		if s.Form == contracts.SavingChain {
			sum.Counterfactual = sentences.Counterfactual(s)
		}
		st.savingTraits(s, &sum)
		clear(w.memo) // every step is written down once, whatever was worked out before
		for _, k := range w.domain(s.Per) {
			f, err := st.savingFigure(w, s, len(s.Steps)-1, k)
			if err != nil {
				return nil, fmt.Errorf("saving %s (%s): %w", s.Name, s.Clause, err)
			}
			sum.Figures = append(sum.Figures, f)
		}
		all = append(all, sum)
	}
	return all, nil
}

// savingTraits says what a saving is, and in what the parts of a total differ.
func (st *settlement) savingTraits(s *contracts.Saving, sum *statements.SavingSum) {
	traits := st.c.TraitsOf(s, len(s.Steps)-1)
	for at := range contracts.TraitCount {
		if len(traits[at]) > 0 {
			sum.Traits = append(sum.Traits, statements.TraitWords{Trait: at.String(), Is: strings.Join(traits[at], ", ")})
		}
	}
	for _, at := range s.Despite {
		var words []string
		for _, p := range s.Adds {
			of := &st.c.Savings[p.Saving]
			own := st.c.TraitsOf(of, p.Step)
			words = append(words, of.Name+": "+strings.Join(own[at], ", "))
		}
		sum.Despite = append(sum.Despite, statements.TraitWords{Trait: at.String(), Is: strings.Join(words, "; ")})
	}
	if s.AgreedBy >= 0 {
		sum.AgreedBy = st.c.Parties[s.AgreedBy].ID
	}
	if u := s.UnitCost; u != nil && !u.Sum().Equal(u.Headline) {
		sum.Headline = fmt.Sprintf("%s is published as %s and its parts make %s: shares are of the parts", u.Code, u.Headline, u.Sum())
	}
}

// savingFigure works a saving out at a key, every step of it up to one.
func (st *settlement) savingFigure(w *whole, s *contracts.Saving, step int, k key) (statements.SavingFigure, error) {
	r := w.reader
	saved := r.trace
	r.trace = &trace{currency: st.c.Currency}
	defer func() { r.trace = saved }()
	last := s.Steps[step]
	var f formula.Figure
	var err error
	for i := range step + 1 { // in order, so that each step stands below the one that it takes
		if f, err = w.quantity(s.Steps[i].Quantity, k); err != nil {
			return statements.SavingFigure{}, err
		}
	}
	out := statements.SavingFigure{Of: strings.Trim(keyText(st.plan, s.Per, k), " ()"), Steps: r.trace.steps, Last: last.Name}
	if f.State != formula.Known {
		out.Why = figureText(f, st.c.Currency)
		return out, nil
	}
	if s.Rating != nil {
		rating, tests, err := w.rate(s, k)
		if err != nil {
			return out, err
		}
		out.Rating, out.Tests = rating.String(), tests
	}
	sum, err := f.Num.Amount(st.c.Currency, st.c.Rounding)
	if err != nil {
		return out, err
	}
	out.ComesTo = &sum
	if len(s.Beneficiaries) == 0 {
		return out, nil
	}
	parts, err := statements.SharesOf(st.c, s, sum)
	if err != nil {
		return out, err
	}
	for i, b := range s.Beneficiaries {
		out.Shares = append(out.Shares, statements.PartyShare{Party: st.c.Parties[b.Party].ID, Amount: parts[i]})
	}
	return out, nil
}

// lasting adds up what is left in a period of a figure of earlier ones: its own begins so many periods after it, and
// fades. Before the first period there was nothing.
func (w *whole) lasting(q *contracts.Quantity, sc *scope) (formula.Figure, string, error) {
	series := q.Per.Periods[0]
	out := formula.Figure{Type: q.Type}
	var parts []string
	for n, keep := range q.Parts {
		from := sc.key
		if from.periods[series] -= int16(q.Lag + n); from.periods[series] < 1 {
			break
		}
		in := w.scope(from)
		f, err := w.reader.ref(q.Source.Slot, &in)
		if err != nil || f.State != formula.Known {
			out.State = f.State
			return out, "", err
		}
		rate, err := w.reader.eval(keep, sc)
		if err != nil || rate.State != formula.Known {
			out.State = rate.State
			return out, "", err
		}
		out.Num = out.Num.Add(f.Num.Mul(rate.Num))
		if w.reader.trace != nil {
			parts = append(parts, figureText(f, w.c.Currency)+" * "+figureText(rate, w.c.Currency))
		}
	}
	if len(parts) == 0 {
		parts = []string{"it has not begun"}
	}
	return out, strings.Join(parts, " + "), nil
}
