package main

import (
	"fmt"
	"strconv"
	"strings"

	"outturn/cmd/outturn/terminal"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// compared is one comparison of a statement, with the words that a terminal and a page say of it. Figures come as text
// and are shown as the contract settles them; one that nothing may read is shortened for reading, and stands in full on
// the page and in the JSON.
type compared struct {
	statements.ComparisonSum
	currency money.Currency
	line     []string // of a series: the line of the periods before, carried on, period by period
}

// comparisons are what the statement says of comparisons, in its order.
func (v view) comparisons() []compared {
	var all []compared
	for _, sum := range v.statement.Comparisons {
		all = append(all, compared{sum, v.contract.Currency, v.lineBefore(sum)})
	}
	return all
}

// The states of a comparison, and the names of its figures, as statements.ComparisonSum writes them.
const (
	stateKnown   = "known"
	stateUnknown = "unknown"

	figureEffect = "effect"
	figureLow    = "low"
	figureHigh   = "high"
	figureP      = "p"
	figureSE     = "se"
)

// Title names the comparison, and its cohort where it stands per cohort.
func (c compared) Title() string {
	if c.Cohort > 0 {
		return fmt.Sprintf("%s, cohort %d", terminal.Words(c.Comparison), c.Cohort)
	}
	return terminal.Words(c.Comparison)
}

// Who says who was compared with whom, with their numbers; "" where a figure is certified of nobody in the evidence.
func (c compared) Who() string {
	if c.Treated == nil {
		return ""
	}
	text := side(c.Treated)
	switch {
	case c.Against != nil:
		text += " compared with " + side(c.Against)
	case c.Benchmark != "":
		text += " held against " + terminal.Words(c.Benchmark)
	}
	return text + c.pool()
}

// pool names the cohorts that are taken together.
func (c compared) pool() string {
	if len(c.Covers) == 0 {
		return ""
	}
	last := len(c.Covers) - 1
	if last == 0 {
		return fmt.Sprintf(", cohort %d alone", c.Covers[0])
	}
	text := ", cohorts "
	for i, n := range c.Covers[:last] {
		if i > 0 {
			text += ", "
		}
		text += strconv.Itoa(n)
	}
	return fmt.Sprintf("%s and %d taken together", text, c.Covers[last])
}

func side(s *statements.ComparedSide) string {
	if s.Units == "" {
		return terminal.Words(s.Cohort)
	}
	return terminal.Words(s.Cohort) + " (" + groupedText(s.Units) + ")"
}

// How says by what estimator, on what selection, and how good the evidence is.
func (c compared) How() string {
	parts := []string{"estimated by " + terminal.Words(c.Estimator)}
	if c.Selection != "" {
		parts = append(parts, "selection "+terminal.Words(c.Selection))
	}
	if c.Grade > 0 {
		parts = append(parts, fmt.Sprintf("evidence of grade %d", c.Grade))
	}
	if c.Known != "" {
		parts = append(parts, "known from "+terminal.Long(c.Known))
	}
	return strings.Join(parts, "; ")
}

// Unsettled says why there are no figures; "" where there are.
func (c compared) Unsettled() string {
	switch c.State {
	case stateKnown:
		return ""
	case stateUnknown:
		return "not observed"
	}
	return "not yet known"
}

func (c compared) figure(name string) (statements.ComparedFigure, bool) {
	for _, f := range c.Figures {
		if f.Name == name {
			return f, true
		}
	}
	return statements.ComparedFigure{}, false
}

// Percent reports whether the effect is a rate, as the way it is settled says.
func (c compared) Percent() bool { return c.rate(figureEffect) }

// rate reports whether a figure is written in hundredths.
func (c compared) rate(name string) bool {
	f, _ := c.figure(name)
	return strings.HasSuffix(brief(f.Used), "%")
}

// brief is a figure without the fraction that it is exactly: of 13/155 (8.387...%) it is 8.387...%.
func brief(text string) string {
	if _, rest, is := strings.Cut(text, " ("); is && strings.HasSuffix(rest, ")") {
		return strings.TrimSuffix(rest, ")")
	}
	return text
}

// ofEffect writes a decimal as the effect is written: per cent, points, money or a plain number. It is in full, or short for reading.
func (c compared) ofEffect(text string, short bool) string {
	f, _ := c.figure(figureEffect)
	used, least := brief(f.Used), money.Frac(1, 10_000)
	var kind formula.Type
	switch {
	case strings.HasSuffix(used, " points"), strings.HasSuffix(used, " point"):
		kind = formula.Points
	case c.currency.Symbol != "" && strings.Contains(used, c.currency.Symbol):
		kind, least = formula.Money, money.FromMinor(c.currency, 1).Exact()
	case short:
		return shortened(text, c.Percent())
	default:
		return inFull(text, c.Percent())
	}
	exact, err := money.ParseExact(text)
	if err != nil {
		return text
	}
	if short {
		exact = exact.Round(money.Rounding{Mode: money.Nearest, Ties: money.TiesEven, Unit: least})
	}
	return formula.Figure{Type: kind, Num: exact}.Format(c.currency)
}

// Shown is a figure for reading: as it is used, else shortened; "" where there is none.
func (c compared) Shown(name string) string {
	f, ok := c.figure(name)
	switch {
	case !ok:
		return ""
	case f.Used != "":
		return brief(f.Used)
	case name == figureEffect, name == figureLow, name == figureHigh, name == figureSE:
		return c.ofEffect(f.Found, true)
	}
	return shortened(f.Found, c.rate(name))
}

// shortened writes a decimal to four places, ties to even, or a rate to two places of a per cent.
func shortened(text string, percent bool) string {
	exact, err := money.ParseExact(text)
	if err != nil {
		return text // not a decimal: it is shown as it stands
	}
	least := money.Frac(1, 10_000)
	if short := exact.Round(money.Rounding{Mode: money.Nearest, Ties: money.TiesEven, Unit: least}); !short.IsZero() || exact.IsZero() {
		return inFull(short.String(), percent)
	}
	if exact.Sign() < 0 {
		return "above -" + inFull(least.String(), percent) + " and below 0"
	}
	return "below " + inFull(least.String(), percent)
}

// inFull writes a decimal with commas and without the noughts at its end, or a rate as a per cent, which moves the point and no more.
func inFull(text string, percent bool) string {
	exact, err := money.ParseExact(text)
	if err != nil {
		return text
	}
	if percent {
		return commas(exact.Mul(money.Int(100)).String()) + "%"
	}
	return commas(exact.String())
}

// commas puts commas into the whole part of a decimal.
func commas(text string) string {
	whole, rest, pointed := strings.Cut(text, ".")
	if n, err := strconv.Atoi(whole); err == nil && (n >= 1000 || n <= -1000) {
		whole = terminal.Grouped(n)
	}
	if pointed {
		return whole + "." + rest
	}
	return whole
}

// Headline is the effect with its interval and what tests it, in one line.
func (c compared) Headline() string {
	effect := c.Shown(figureEffect)
	if effect == "" {
		return ""
	}
	text := "effect " + effect
	if c.certifiedUsed() {
		text += ", as certified"
	}
	if interval := c.Interval(); interval != "" {
		text += "; " + interval
	}
	if p := c.Shown(figureP); strings.HasPrefix(p, "below") {
		text += "; p " + p
	} else if p != "" {
		text += "; p = " + p
	}
	return text
}

// found is the effect as it was worked out; "" where it was not.
func (c compared) found() string {
	f, _ := c.figure(figureEffect)
	return f.Found
}

// Interval is the effect's interval with its level, in words.
func (c compared) Interval() string {
	low, high := c.Shown(figureLow), c.Shown(figureHigh)
	if low == "" || high == "" {
		return ""
	}
	text := strings.TrimSpace(c.Level + " interval")
	if c.certifiedUsed() {
		text += " worked out here"
	}
	return text + " from " + low + " to " + high
}

// gateResult says how a gate came out.
func gateResult(passed bool) string {
	if passed {
		return "passed"
	}
	return "not passed"
}

// worst finds the covariate on which the sides are furthest apart, before or after.
func (c compared) worst(of func(statements.ComparedBalance) string) (text string, ok bool) {
	var furthest money.Exact
	for _, b := range c.Balance {
		apart, err := money.ParseExact(of(b))
		if err != nil {
			continue // a covariate that does not vary
		}
		if apart = apart.Abs(); !ok || apart.Cmp(furthest) > 0 {
			furthest, ok = apart, true
			text = fmt.Sprintf("%s (%s)", of(b), terminal.Words(b.Covariate))
		}
	}
	return text, ok
}

// BalanceLine says in one line how far apart the sides were and are; "" where there is no balance.
func (c compared) BalanceLine() string {
	before, ok := c.worst(func(b statements.ComparedBalance) string { return b.Before })
	after, also := c.worst(func(b statements.ComparedBalance) string { return b.After })
	if !ok && !also {
		return ""
	}
	if !ok {
		before = "-"
	}
	if !also {
		after = "-"
	}
	return fmt.Sprintf("furthest apart on %s: %s before, %s after, in standard deviations", terminal.Counted(len(c.Balance), "covariate"), before, after)
}

// CertifiedLine sets what was certified beside what was worked out here; "" where nothing is certified.
func (c compared) CertifiedLine() string {
	if c.Certified == nil {
		return ""
	}
	text := "certified " + c.ofEffect(c.Certified.Effect, false)
	if c.Certified.Difference != "" {
		text += fmt.Sprintf(", worked out here %s, difference %s", c.ofEffect(c.found(), true), c.ofEffect(c.Certified.Difference, true))
	}
	return text + "; " + c.paysOn()
}

// certifiedUsed reports whether the contract pays on a figure that was certified.
func (c compared) certifiedUsed() bool { return c.Certified != nil && c.Certified.Used }

func (c compared) paysOn() string {
	if c.certifiedUsed() {
		return "the contract pays on the certified figure"
	}
	return "the contract pays on the figure worked out here"
}

// printComparisons says of each comparison who was compared with whom, what was found, and what turned on it.
func (v view) printComparisons(p *terminal.Page) {
	all := v.comparisons()
	if len(all) == 0 {
		return
	}
	p.Heading("What would have happened anyway")
	for i, c := range all {
		if i > 0 {
			p.Blank()
		}
		p.Line(2, c.Title(), terminal.Bold)
		p.Line(4, cited(c.Sentence, c.Clause), terminal.Dim)
		say := func(label, text string) {
			if text != "" {
				p.Line(4, label+text, terminal.Plain)
			}
		}
		say("", c.Who())
		say("", c.How())
		say("", c.Unsettled())
		say("no estimate: ", c.Refused)
		say("", c.Headline())
		for _, gate := range c.Gates {
			p.Line(4, gateLine(gate), terminal.Plain)
		}
		say("", c.BalanceLine())
		say("", c.CertifiedLine())
		for _, warning := range c.Warnings {
			say("warning: ", warning.Text)
		}
	}
}

// gateLine says what a payment's gate tested, and how it went.
func gateLine(g statements.ComparedGate) string {
	return fmt.Sprintf("%s: %s; it is %s: %s", terminal.Words(g.Payment), cited(g.Test, g.Clause), brief(g.Figure), gateResult(g.Passed))
}
