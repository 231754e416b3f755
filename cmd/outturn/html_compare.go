package main

import (
	"fmt"
	"html/template"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/engine/plot"
	"outturn/engine/statements"
)

// htmlComparison is a comparison as the page shows it: its words, the tables, and beside them the plots.
type htmlComparison struct {
	compared
	ID      string
	Rows    []htmlFigure
	Effect  template.HTML
	Matched template.HTML
	Over    template.HTML
}

// htmlFigure is one figure found, in words.
type htmlFigure struct {
	Name, Found, Used string
}

func newHTMLComparison(id string, c compared) (htmlComparison, error) {
	out := htmlComparison{compared: c, ID: id}
	for _, f := range c.Figures {
		out.Rows = append(out.Rows, htmlFigure{c.figureName(f.Name), f.Found, f.Used})
	}
	var err error
	if out.Effect, err = c.effectPlot(id + "-effect"); err != nil {
		return out, err
	}
	if out.Matched, err = c.balancePlot(id + "-balance"); err != nil {
		return out, err
	}
	out.Over, err = c.trendPlot(id + "-trend")
	return out, err
}

// figureName says in words what a figure is.
func (c compared) figureName(name string) string {
	switch name {
	case figureLow:
		return strings.TrimSpace("low end, " + c.Level)
	case figureHigh:
		return strings.TrimSpace("high end, " + c.Level)
	case figureP:
		return "p, against " + c.ofEffect(c.Null, false)
	case figureSE:
		return "standard error"
	case "treated":
		return c.sides()[0]
	case "comparison":
		return c.sides()[1]
	}
	return terminal.Words(name)
}

// sides names both sides, whether or not the comparison has both.
func (c compared) sides() []string {
	sides := []string{"the treated", "the comparison"}
	if c.Treated != nil {
		sides[0] = terminal.Words(c.Treated.Cohort)
	}
	if c.Against != nil {
		sides[1] = terminal.Words(c.Against.Cohort)
	}
	return sides
}

// CertifiedText is the certified effect in the effect's own unit.
func (c compared) CertifiedText() string { return c.ofEffect(c.Certified.Effect, false) }

// FoundText is the effect worked out here, in full.
func (c compared) FoundText() string {
	if found := c.found(); found != "" {
		return c.ofEffect(found, false)
	}
	return "nothing"
}

// workedOut is the effect worked out here, for reading: as it is used, unless a certified one is used in its place.
func (c compared) workedOut() string {
	if c.certifiedUsed() {
		return c.ofEffect(c.found(), true)
	}
	return c.Shown(figureEffect)
}

// DifferenceText is the certified effect less the one worked out here.
func (c compared) DifferenceText() string {
	if c.Certified.Difference == "" {
		return "-"
	}
	return c.ofEffect(c.Certified.Difference, false)
}

// PaysOn says which of the two the contract pays on.
func (c compared) PaysOn() string { return c.paysOn() }

// GateFigure is the figure that a gate read.
func (c compared) GateFigure(gate statements.ComparedGate) string { return brief(gate.Figure) }

// GateResult says how a gate came out.
func (c compared) GateResult(passed bool) string { return gateResult(passed) }

// Varies reports whether the sides can be held against each other on a covariate.
func (c compared) Varies(b statements.ComparedBalance) bool { return b.Before != "" || b.After != "" }

// effectPlot draws the effect with its interval and the certified one beneath, against the null and the gates.
func (c compared) effectPlot(id string) (template.HTML, error) {
	e := plot.Effect{ID: id, Title: "Effect of " + c.Title(), Axis: "effect of " + terminal.Words(c.Comparison), Percent: c.Percent()}
	said := []string{}
	if f, _ := c.figure(figureEffect); f.Found != "" {
		low, _ := c.figure(figureLow)
		high, _ := c.figure(figureHigh)
		e.Estimates = append(e.Estimates, plot.Estimate{Label: "worked out here", At: f.Found, Low: low.Found, High: high.Found, Value: c.workedOut()})
		said = append(said, c.Headline())
	}
	if c.Certified != nil {
		e.Estimates = append(e.Estimates, plot.Estimate{Label: "certified", At: c.Certified.Effect, Value: c.CertifiedText(), Certified: true})
		said = append(said, "certified "+c.CertifiedText())
	}
	if len(e.Estimates) == 0 {
		return "", nil
	}
	if c.Null != "" {
		e.Marks = append(e.Marks, plot.Mark{At: c.Null, Label: "no effect: " + c.ofEffect(c.Null, false), Null: true})
		said = append(said, "no effect would be "+c.ofEffect(c.Null, false))
	}
	for _, gate := range c.Gates {
		said = append(said, fmt.Sprintf("the gate of %s, %s, is %s", terminal.Words(gate.Payment), gate.Test, gateResult(gate.Passed)))
		switch gate.Reads {
		case figureEffect, figureLow, figureHigh: // what else a gate may read does not lie along the effect
			if gate.Threshold != "" {
				e.Marks = append(e.Marks, plot.Mark{At: gate.Threshold, Label: c.gateLabel(gate)})
			}
		}
	}
	e.Desc = sentence(said)
	return e.SVG()
}

func (c compared) gateLabel(gate statements.ComparedGate) string {
	label := terminal.Words(gate.Payment) + ": " + c.ofEffect(gate.Threshold, false)
	if gate.Reads != figureEffect {
		label += " for the " + gate.Reads + " end"
	}
	return label + ", " + gateResult(gate.Passed)
}

// sentence joins what a picture shows into one.
func sentence(said []string) string {
	if len(said) == 0 {
		return ""
	}
	text := strings.Join(said, "; ") + "."
	return strings.ToUpper(text[:1]) + text[1:]
}

// balancePlot draws how far apart the sides are on each covariate, before and after.
func (c compared) balancePlot(id string) (template.HTML, error) {
	if len(c.Balance) == 0 {
		return "", nil
	}
	b := plot.Balance{ID: id, Title: "Balance of " + c.Title(), Desc: sentence([]string{c.BalanceLine()})}
	for _, row := range c.Balance {
		b.Rows = append(b.Rows, plot.Covariate{Name: terminal.Words(row.Covariate), Before: row.Before, After: row.After})
	}
	return b.SVG()
}

// trendPlot draws the sides period by period.
func (c compared) trendPlot(id string) (template.HTML, error) {
	if len(c.Trend) == 0 {
		return "", nil
	}
	t := plot.Trend{ID: id, Title: "Trend of " + c.Title(), Axis: "period, by its first day", Percent: c.rate("treated"), Series: c.Series()}
	dated := true
	for _, row := range c.Trend {
		dated = dated && !terminal.DateOf(row.Period).IsZero()
	}
	for i, row := range c.Trend {
		point := plot.Point{Day: i, Label: row.Period, Values: []string{row.Treated, row.Comparison}[:len(t.Series)], After: row.After}
		if dated {
			point.Day, point.Label = int(terminal.DateOf(row.Period)), shortDay(row.Period)
		}
		if c.Lined() {
			t.Line, point.Line = "the line before, carried on", c.line[i]
		}
		t.Points = append(t.Points, point)
	}
	first, last := c.Trend[0], c.Trend[len(c.Trend)-1]
	said := []string{fmt.Sprintf("means of %s, %s to %s", strings.Join(t.Series, " and "), terminal.Long(first.Period), terminal.Long(last.Period))}
	for _, row := range c.Trend {
		if row.After {
			said = append(said, "the programme is under way from "+terminal.Long(row.Period))
			break
		}
	}
	if c.Lined() {
		said = append(said, "on the line of the periods before, the last would have been "+c.Line(len(c.line)-1))
	}
	t.Desc = sentence(append(said, "the axis of means does not have to begin at nought"))
	return t.SVG()
}

// Series names the series that the trend has: of a series without a comparison, one.
func (c compared) Series() []string {
	for _, row := range c.Trend {
		if row.Comparison != "" {
			return c.sides()
		}
	}
	return c.sides()[:1]
}

// shortDay writes a day in few letters: Apr 2012, or 15 Apr 2012 where it is not the first of its month.
func shortDay(text string) string {
	parts := strings.Fields(terminal.Long(text))
	if len(parts) != 3 {
		return text
	}
	month := parts[1][:min(3, len(parts[1]))] + " " + parts[2]
	if parts[0] == "1" {
		return month
	}
	return parts[0] + " " + month
}

// Mean is a side's mean in one period, shortened for reading.
func (c compared) Mean(text string) string { return shortened(text, c.rate("treated")) }

// TwoSided reports whether the trend has both sides.
func (c compared) TwoSided() bool { return len(c.Series()) == 2 }

// Word turns a name of the contract into words.
func (c compared) Word(name string) string { return terminal.Words(name) }

// Cite puts a clause behind words that do not hold it already.
func (c compared) Cite(text, clause string) string { return cited(text, clause) }
