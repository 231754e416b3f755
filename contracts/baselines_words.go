package contracts

import (
	"fmt"
	"strings"

	"outturn/contracts/formula"
)

// This file says baselines in sentences, and lists the choices they make.

// Sentence says a baseline: where it is from, what is done to it and by whose leave.
func (b *Baseline) Sentence(c *Contract) string {
	text := capital(orName(b.Called, b.Name))
	if parts := c.levelParts(b.Per); len(parts) > 0 {
		text += ", for each " + list(parts)
	}
	if b.Sample == nil {
		text += ": " + c.formulaWords(c.Quantities[b.Steps[0].Quantity].Is) + " as stated"
		if b.Source != "" {
			text += " by " + b.Source
		}
		text += ", of grade " + fmt.Sprint(b.Grade)
	} else {
		text += ": " + c.sampleWords(b)
	}
	for i := range b.Adjustments {
		text += "; " + c.adjustmentWords(b, &b.Adjustments[i])
	}
	return text + ". It was fixed on " + b.FixedOn.Long() + "." + clauseWords(b.Clause)
}

// sampleWords says who was read, what they stand for, and how sure that is.
func (c *Contract) sampleWords(b *Baseline) string {
	s := b.Sample
	mean := &c.Quantities[b.Steps[1].Quantity]
	drawn := "as they were chosen"
	if s.ByLot {
		drawn = "drawn by lot"
	}
	text := fmt.Sprintf("the mean of %s over %d or more of %s, %s, times the %s they stand for; ", c.refWords(s.Slot), s.AtLeast, c.Cohorts[s.Cohort].words(), drawn, c.formulaWords(s.StandsFor))
	text += map[Takes]string{TakesEstimate: "the estimate is taken", TakesLow: "the low end of its interval is taken", TakesHigh: "the high end of its interval is taken"}[s.Takes]
	if s.Takes == TakesEstimate {
		text += "; its interval"
	} else {
		text += ", which"
	}
	text += " reaches " + s.Critical.String() + " standard errors either way, "
	if s.Finite {
		text += "with the correction for a finite population"
	} else {
		text += "without a correction for a finite population"
	}
	return text + ", the error of the mean rounded " + c.roundingWords(s.Rounded, mean.Type) + "; of grade " + fmt.Sprint(b.Grade) + " or that of its error, the worse"
}

// adjustmentWords says what an adjustment does, and whether by rule or by approval.
func (c *Contract) adjustmentWords(b *Baseline, a *Adjustment) string {
	by := map[StepOp]string{StepTimes: "times ", StepPlus: "plus ", StepLess: "less "}[a.Op] + c.formulaWords(a.By)
	if a.Approval == nil {
		return "by rule " + by + " for " + spaced(a.Name) + clauseWords(a.Clause)
	}
	names := make([]string, len(a.Approval.Parties))
	for i, p := range a.Approval.Parties {
		names[i] = spaced(c.Parties[p].ID)
	}
	what := ""
	if a.Approval.Amount >= 0 {
		what = " the amount"
	}
	return by + " for " + spaced(a.Name) + " once " + list(names) + " approve" + map[bool]string{true: "s"}[len(names) == 1] + what + " by " + spaced(c.Evidence[a.Approval.Kind].Name) + clauseWords(a.Clause)
}

// baselineChoices adds the choices of the baselines.
func (c *Contract) baselineChoices(add func(where, choice, stated string)) {
	for i := range c.Baselines {
		b := &c.Baselines[i]
		where := "baseline " + b.Name
		if s := b.Sample; s != nil {
			add(where, "how the cases came to be read", map[bool]string{true: "drawn by lot", false: "chosen"}[s.ByLot])
			add(where, "its error is", map[bool]string{true: "of a sample out of a finite number", false: "of a sample out of a population without end"}[s.Finite])
			add(where, "which figure is taken", map[Takes]string{TakesEstimate: "the estimate", TakesLow: "the low end of the interval", TakesHigh: "the high end of the interval"}[s.Takes])
			add(where, "the interval reaches", s.Critical.String()+" standard errors either way")
		}
		for j := range b.Adjustments {
			a := &b.Adjustments[j]
			add(where, "its adjustment for "+spaced(a.Name), map[bool]string{true: "is applied by rule", false: "waits for approval"}[a.Approval == nil])
		}
	}
}

// correctedWords says what is taken off for the grade of the evidence.
func (c *Contract) correctedWords(s *Saving, e *formula.Expr) string {
	if e.Right.Right.Op != formula.OpRef || len(s.Traits[TraitGrade]) < 2 {
		return "less " + c.formulaWords(e.Right.Right) + " for evidence of grade " + list(s.Traits[TraitGrade])
	}
	words := make([]string, len(s.Traits[TraitGrade]))
	for i, t := range s.Traits[TraitGrade] {
		words[i] = "that of " + spaced(t)
		if strings.Trim(t, "123456") == "" {
			words[i] = "grade " + t
		}
	}
	return "less what the table takes off for the worst of " + list(words)
}
