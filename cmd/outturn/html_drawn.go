package main

import (
	"fmt"
	"html/template"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts/money"
	"outturn/engine/plot"
	"outturn/engine/report"
)

// This file draws what a statement's page and a report's have in common: how a saving comes down from what all outcomes
// were worth to whose it is, and who puts something in and who has something of it.

// pictures are what a statement's page draws beside what it says. A terminal has none.
type pictures struct {
	savings map[string]template.HTML // by saving
	flows   template.HTML
}

// draw draws what a statement's page shows beside its comparisons.
func (v view) draw() (pictures, error) {
	drawn := pictures{savings: map[string]template.HTML{}}
	all, err := report.Waterfalls(v.contract, &v.statement)
	if err != nil {
		return drawn, err
	}
	for i, w := range all {
		if drawn.savings[w.Saving], err = v.waterfall(i, w); err != nil {
			return drawn, err
		}
	}
	if v.statement.Partnership != nil {
		drawn.flows, err = v.partnersChart()
	}
	return drawn, err
}

// partnersChart draws what the partners put in and have. All the cash comes to nought, with everybody else's.
func (v view) partnersChart() (template.HTML, error) {
	const others = "everybody else"
	s := v.statement.Partnership
	var in, out []plot.Band
	for _, one := range s.Partners {
		name := v.shortName(one.Party)
		in = v.band(v.band(in, name, "cash", one.Paid), name, "in_kind", one.InKind)
		out = v.band(v.band(out, name, "cash", one.Received), name, "benefit", one.Benefit)
	}
	return v.flows(v.band(in, others, "cash", s.Others.Neg()), v.band(out, others, "cash", s.Others))
}

func waterfallCaption(saving string) string { return terminal.Words(saving) + ", to date." }

// waterfall draws how a saving comes down. What took nothing off is left out.
func (v view) waterfall(i int, w report.Waterfall) (template.HTML, error) {
	drawn := plot.Waterfall{ID: fmt.Sprintf("waterfall-%d", i+1), Title: terminal.Words(w.Saving) + ": from all outcomes to whose it is", Axis: v.contract.Currency.Code}
	var said []string
	for _, bar := range w.Bars {
		if bar.Kind == "less" && bar.Amount.IsZero() {
			continue
		}
		one := plot.Bar{Label: bar.Called, Amount: bar.Amount.String(), Value: v.money(bar.Amount), Kind: plot.BarSum}
		switch bar.Kind {
		case "less":
			one.Kind, one.Value = plot.BarLess, v.money(bar.Amount.Neg())
		case "share":
			one.Kind, one.Label = plot.BarPart, v.shortName(bar.Party)
		}
		drawn.Bars = append(drawn.Bars, one)
		said = append(said, one.Label+" "+one.Value)
	}
	drawn.Desc = strings.Join(said, "; ")
	svg, err := drawn.SVG()
	if err != nil {
		return "", fmt.Errorf("waterfall of %s: %w", w.Saving, err)
	}
	return svg, nil
}

const flowsCaption = "To date. Bands are as high as the sums are large. A benefit is a saving in somebody's budget, and no cash."

// flows draws who puts in and who has what.
func (v view) flows(in, out []plot.Band) (template.HTML, error) {
	drawn := plot.Flows{ID: "flows", Title: "Who invests and who benefits", Middle: v.statement.Contract, In: in, Out: out}
	var said []string
	for _, b := range in {
		said = append(said, b.Party+" puts in "+b.Value+" "+terminal.Words(b.Kind))
	}
	for _, b := range out {
		said = append(said, b.Party+" has "+b.Value+" "+terminal.Words(b.Kind))
	}
	drawn.Desc = strings.Join(said, "; ")
	return drawn.SVG()
}

// band adds what one party puts in or has of one kind; nought and below are not drawn.
func (v view) band(bands []plot.Band, name, kind string, a money.Amount) []plot.Band {
	if a.Sign() <= 0 {
		return bands
	}
	return append(bands, plot.Band{Party: name, Kind: kind, Amount: a.String(), Value: v.money(a)})
}

// shortName is a party's name where it fits beside a picture, else its id.
func (v view) shortName(party string) string {
	const fits = 25
	if name := v.partyName(party); terminal.Letters(name) <= fits {
		return name
	}
	return terminal.Words(party)
}
