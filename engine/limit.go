package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// This file makes good what partners lose beyond what they signed to lose. It comes after every other line, and what it
// pays decides nothing: positions without it say who is short and who gains. Those who gain pay no more than they gain, so
// that nobody falls below its own limit for another's sake; what their gains do not cover stays uncured, and is shown.

// goodLine is the line that makes losses good, and each party's part of it.
type goodLine struct {
	line     outLine
	from, to []int64 // by party
}

// makeGood works the line out, and posts it with its working. While something that a position is made of is not known,
// what was made good before stands, and no more is.
func (st *settlement) makeGood(r *reader, settled []settledLine) error {
	pi := st.c.PaymentIndex(contracts.LossesMadeGood)
	if pi < 0 || st.c.Payments[pi].For != contracts.ForLosses {
		return nil
	}
	from := st.c.Partnership.BelowLimit.From
	if st.through < from {
		return nil
	}
	p, err := st.positions()
	if err != nil {
		return err
	}
	g := &goodLine{line: outLine{payment: pi, period: st.settlePeriod(from)}, from: make([]int64, len(st.c.Parties)), to: make([]int64, len(st.c.Parties))}
	o := &g.line
	var before *settledLine
	for j := range settled {
		if s := &settled[j]; s.payment == pi {
			before, s.met = s, true
			o.of, o.period = s.of, s.period
		}
	}
	if open := p.Open(); len(open) > 0 {
		g.stands(st, before, open[0])
		st.totals.waits.count[pi][waitUnknown]++
	} else if err := g.share(st, p); err != nil {
		return fmt.Errorf("losses made good (%s): %w", p.Clause, err)
	}
	if before != nil {
		st.against(o, before, r)
	}
	st.good = g
	return st.finishLine(r, o, -1, &key{}, st.totals)
}

// stands keeps what was made good before.
func (g *goodLine) stands(st *settlement, before *settledLine, waits string) {
	if before != nil {
		g.line.toDate = before.minor
		for _, leg := range before.legs {
			if leg.side == "from" {
				g.from[st.partyNamed(leg.party)] += leg.minor
			} else {
				g.to[st.partyNamed(leg.party)] += leg.minor
			}
		}
	}
	g.step(st, "what was made good stands", "not known: "+waits, st.amount(g.line.toDate))
}

// share finds what is made good, from whom and to whom.
func (g *goodLine) share(st *settlement, p *statements.PartnershipSum) error {
	short, gains := st.amount(0), st.amount(0)
	shorts, gained := make([]money.Amount, len(p.Partners)), make([]money.Amount, len(p.Partners))
	for i := range p.Partners {
		one := &p.Partners[i]
		g.step(st, one.Party, fmt.Sprintf("received %s + benefit %s - paid %s - in kind %s", st.said(one.Received), st.said(one.Benefit), st.said(one.Paid), st.said(one.InKind)), one.Net)
		shorts[i], gained[i] = st.amount(0), st.amount(0)
		switch {
		case one.Short != nil:
			shorts[i], short = *one.Short, short.Add(*one.Short)
			g.step(st, one.Party+" loses beyond its limit", fmt.Sprintf("%s - %s", st.said(one.Net.Neg()), st.said(*one.LossLimit)), *one.Short)
		case one.Net.Sign() > 0:
			gained[i], gains = one.Net, gains.Add(one.Net)
		}
	}
	sum := short
	if gains.Cmp(short) < 0 {
		sum = gains
	}
	g.line.toDate, _ = sum.Minor()
	g.step(st, "made good", fmt.Sprintf("the lesser of what is lost beyond limits, %s, and what is gained, %s", st.said(short), st.said(gains)), sum)
	if sum.IsZero() {
		return nil
	}
	for _, end := range []struct {
		words string
		of    []money.Amount
		all   money.Amount
		parts []int64
	}{{"pays", gained, gains, g.from}, {"has", shorts, short, g.to}} {
		amounts, err := st.goodParts(sum, end.of)
		if err != nil {
			return err
		}
		for i, part := range amounts {
			if end.of[i].IsZero() {
				continue
			}
			text := fmt.Sprintf("%s x %s / %s, largest remainder", st.said(sum), st.said(end.of[i]), st.said(end.all))
			if st.c.Partnership.BelowLimit.MadeGood == contracts.AsListed {
				text = "in the order of the parties, of " + st.said(end.of[i])
			}
			g.step(st, p.Partners[i].Party+" "+end.words, text, part)
			minor, _ := part.Minor()
			end.parts[st.c.Partnership.Partners[i].Party] += minor
		}
	}
	return nil
}

// goodParts divides a sum among what partners gain, or are short of, none beyond its own: pro rata, or one after another.
func (st *settlement) goodParts(sum money.Amount, of []money.Amount) ([]money.Amount, error) {
	if st.c.Partnership.BelowLimit.MadeGood == contracts.ProRata {
		weights := make([]money.Exact, len(of))
		for i := range of {
			weights[i] = of[i].Exact()
		}
		return money.Allocate(sum, st.c.Currency, st.c.Rounding.Unit, weights, money.LargestRemainder)
	}
	parts := make([]money.Amount, len(of))
	for i := range of {
		parts[i] = of[i]
		if sum.Cmp(of[i]) < 0 {
			parts[i] = sum
		}
		sum = sum.Sub(parts[i])
	}
	return parts, nil
}

func (st *settlement) said(a money.Amount) string { return a.Format(st.c.Currency) }

func (g *goodLine) step(st *settlement, name, text string, value money.Amount) {
	g.line.steps = append(g.line.steps, statements.Step{Name: name, Text: text, Value: st.said(value), Clause: st.c.Partnership.Clause})
}
