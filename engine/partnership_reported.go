package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// This file works out what a partnership's board reads beside the position to date: each partner's by period, what was
// promised and came in, spending on mending and preventing, and indicators without money. Nothing of it moves money.

// partnersRead is what a partnership reads, worked out while the whole is at hand.
type partnersRead struct {
	benefited                map[contracts.SavingPart][]statements.SavingFigure
	keys                     map[contracts.SavingPart][]key
	inKind, promised, paidIn [][]formula.Figure // by partner, by period where there are any; nil where nothing is said
	periods                  int                // how many have ended
	spend                    []statements.SpendSum
	indicators               []statements.IndicatorSum
}

// readPartners works out what each partner put in in kind, what each saving comes to, and what the board reads beside.
func (st *settlement) readPartners(w *whole) error {
	p := st.c.Partnership
	if p == nil {
		return nil
	}
	read := &partnersRead{benefited: map[contracts.SavingPart][]statements.SavingFigure{}, keys: map[contracts.SavingPart][]key{}}
	st.partners = read
	for _, b := range p.Benefits {
		s := &st.c.Savings[b.Saving]
		for _, k := range w.domain(s.Per) {
			f, err := st.savingFigure(w, s, b.Step, k)
			if err != nil {
				return err
			}
			read.benefited[b], read.keys[b] = append(read.benefited[b], f), append(read.keys[b], k)
		}
	}
	saved := w.reader.trace
	w.reader.trace = nil
	defer func() { w.reader.trace = saved }()
	if p.By >= 0 {
		read.periods = len(w.domain(contracts.Level{Unit: -1, FactOf: -1, Cohort: -1, Periods: []int{p.By}}))
	}
	for i := range p.Partners {
		one := &p.Partners[i]
		for _, said := range []struct {
			e     *formula.Expr
			by    int
			to    *[][]formula.Figure
			words string
		}{{one.InKind, p.By, &read.inKind, "in_kind"}, {one.Promised, p.By, &read.promised, "in_kind_promised"}, {one.PaidIn, -1, &read.paidIn, "paid_in"}} {
			figures, err := st.partnerFigures(w, one, said.e, said.by)
			if err != nil {
				return fmt.Errorf("partner %s, %s (%s): %w", st.c.Parties[one.Party].ID, said.words, p.Clause, err)
			}
			*said.to = append(*said.to, figures)
		}
	}
	return st.readBeside(w, read)
}

// partnerFigures reads a partner's formula once, or once for each period that has ended.
func (st *settlement) partnerFigures(w *whole, p *contracts.Partner, e *formula.Expr, by int) ([]formula.Figure, error) {
	if e == nil {
		return nil, nil
	}
	periods := 1
	if by >= 0 {
		periods = st.partners.periods
	}
	figures := make([]formula.Figure, periods)
	for n := range figures {
		k := key{party: int32(p.Party) + 1}
		if by >= 0 {
			k.periods[by] = int16(n) + 1
		}
		sc := w.scope(k)
		var err error
		if figures[n], err = w.reader.eval(e, &sc); err != nil {
			return nil, err
		}
	}
	return figures, nil
}

// readBeside works out spending and indicators.
func (st *settlement) readBeside(w *whole, read *partnersRead) error {
	p := st.c.Partnership
	if at := p.Spend.Reactive; at >= 0 {
		for _, k := range w.domain(st.c.Quantities[at].Per) {
			sum := statements.SpendSum{Of: st.ofWhole(st.c.Quantities[at].Per, k)}
			for _, one := range []struct {
				quantity int
				to       **money.Amount
			}{{at, &sum.Reactive}, {p.Spend.Preventative, &sum.Preventative}} {
				f, err := w.quantity(one.quantity, k)
				if err != nil {
					return err
				}
				if f.State != formula.Known {
					continue
				}
				amount, err := f.Num.Amount(st.c.Currency, st.c.Rounding)
				if err != nil {
					return err
				}
				*one.to = &amount
			}
			read.spend = append(read.spend, sum)
		}
	}
	for _, at := range p.Indicators {
		q := &st.c.Quantities[at]
		sum := statements.IndicatorSum{Indicator: q.Name, Called: q.Called, Figures: []statements.IndicatorFigure{}}
		for _, k := range w.domain(q.Per) {
			f, err := w.quantity(at, k)
			if err != nil {
				return err
			}
			one := statements.IndicatorFigure{Of: st.ofWhole(q.Per, k), Value: figureText(f, st.c.Currency)}
			if n, whole := f.Num.Int64(); whole && n >= 0 && f.State == formula.Known && (f.Type == formula.Number || f.Type == formula.Plain || f.Type == formula.Spells) {
				one.Count = &n
			}
			sum.Figures = append(sum.Figures, one)
		}
		read.indicators = append(read.indicators, sum)
	}
	return nil
}

// ofWhole names the values of a level of the whole as a saving's figures are named; a period by its number.
func (st *settlement) ofWhole(l contracts.Level, k key) string {
	text := keyText(st.plan, l, k)
	if text == "" {
		return ""
	}
	return text[2 : len(text)-1]
}

// putIn adds up what a partner put in in kind, promised and paid in.
func (st *settlement) putIn(out *statements.PartnershipSum, i int, one *statements.PartnerSum) error {
	read := st.partners
	sums := func(figures []formula.Figure, words string) (money.Amount, error) {
		sum := st.amount(0)
		for _, f := range figures {
			if f.State != formula.Known {
				out.Waits = append(out.Waits, fmt.Sprintf("what %s %s is %s", one.Party, words, figureText(f, st.c.Currency)))
				continue
			}
			amount, err := f.Num.Amount(st.c.Currency, st.c.Rounding)
			if err != nil {
				return sum, err
			}
			sum = sum.Add(amount)
		}
		return sum, nil
	}
	var err error
	if one.InKind, err = sums(read.inKind[i], "put in in kind"); err != nil {
		return err
	}
	for _, said := range []struct {
		figures []formula.Figure
		words   string
		to      **money.Amount
	}{{read.promised[i], statements.SaidPromised, &one.Promised}, {read.paidIn[i], statements.SaidPaidIn, &one.PaidIn}} {
		if said.figures == nil {
			continue
		}
		sum, err := sums(said.figures, said.words)
		if err != nil {
			return err
		}
		*said.to = &sum
	}
	return nil
}

// reported adds what the board reads beside the position.
func (st *settlement) reported(out *statements.PartnershipSum) error {
	terms, read := st.c.Partnership, st.partners
	out.Spend, out.Indicators, out.SmallNumbers = read.spend, read.indicators, terms.SmallNumbers
	if terms.By < 0 {
		return nil
	}
	series := &st.c.Periods[terms.By].Series
	rows := read.periods
	for at := range st.totals.gave {
		rows = max(rows, st.byPeriod(at.period))
	}
	for n := 1; n <= rows; n++ {
		span, _ := series.Span(n)
		row := statements.PartnershipPeriod{First: span.First.String(), Last: span.Last.String()}
		for i, p := range terms.Partners {
			party := st.heir[p.Party]
			one := statements.PartnerPeriod{Party: st.c.Parties[party].ID, Paid: st.amount(0), InKind: st.amount(0), Received: st.amount(0), Benefit: st.amount(0)}
			for at, sum := range st.totals.gave {
				if at.party == party && st.byPeriod(at.period) == n {
					one.Paid, one.Received = one.Paid.Add(st.amount(sum.paid)), one.Received.Add(st.amount(sum.received))
				}
			}
			if n <= len(read.inKind[i]) && read.inKind[i][n-1].State == formula.Known {
				amount, err := read.inKind[i][n-1].Num.Amount(st.c.Currency, st.c.Rounding)
				if err != nil {
					return err
				}
				one.InKind = amount
			}
			one.InKind = one.InKind.Add(st.givenBy(one.Party, terms.By, n))
			for _, b := range terms.Benefits {
				for j, f := range read.benefited[b] {
					if int(read.keys[b][j].periods[terms.By]) == n {
						one.Benefit = one.Benefit.Add(shareOf(&f, st.c.Parties[p.Party].ID, st.amount(0)))
					}
				}
			}
			row.Partners = append(row.Partners, one)
		}
		out.Periods = append(out.Periods, row)
	}
	return nil
}

// byPeriod is the period, by which positions are worked out, of one that is settled.
func (st *settlement) byPeriod(settled int) int {
	span, _ := st.settle.Span(settled)
	n, _ := st.c.Periods[st.c.Partnership.By].Series.Number(span.Last)
	return max(n, 1)
}

// shareOf is a party's part of a saving's figure.
func shareOf(f *statements.SavingFigure, party string, none money.Amount) money.Amount {
	for _, share := range f.Shares {
		if share.Party == party {
			none = none.Add(share.Amount)
		}
	}
	return none
}
