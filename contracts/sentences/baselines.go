package sentences

import (
	"fmt"
	"strings"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/wording"
)

// This file says baselines in sentences, and lists the choices they make.

// Baseline says a baseline: where it is from, what is done to it and by whose leave.
func Baseline(c *contracts.Contract, b *contracts.Baseline) string {
	text := wording.Capital(wording.OrName(b.Called, b.Name))
	if parts := LevelParts(c, b.Per); len(parts) > 0 {
		text += ", for each " + wording.List(parts)
	}
	if b.Sample == nil {
		text += ": " + Formula(c, c.Quantities[b.Steps[0].Quantity].Is) + " as stated"
		if b.Source != "" {
			text += " by " + b.Source
		}
		text += ", of grade " + fmt.Sprint(b.Grade)
	} else {
		text += ": " + sampleWords(c, b)
	}
	for i := range b.Adjustments {
		text += "; " + adjustmentWords(c, b, &b.Adjustments[i])
	}
	return text + ". It was fixed on " + b.FixedOn.Long() + "." + clauseWords(b.Clause)
}

// sampleWords says who was read, what they stand for, and how sure that is.
func sampleWords(c *contracts.Contract, b *contracts.Baseline) string {
	s := b.Sample
	mean := &c.Quantities[b.Steps[1].Quantity]
	drawn := "as they were chosen"
	if s.ByLot {
		drawn = "drawn by lot"
	}
	text := fmt.Sprintf("the mean of %s over %d or more of %s, %s, times the %s they stand for; ", refWords(c, s.Slot), s.AtLeast, cohortWords(&c.Cohorts[s.Cohort]), drawn, Formula(c, s.StandsFor))
	text += map[contracts.Takes]string{contracts.TakesEstimate: "the estimate is taken", contracts.TakesLow: "the low end of its interval is taken", contracts.TakesHigh: "the high end of its interval is taken"}[s.Takes]
	if s.Takes == contracts.TakesEstimate {
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
	return text + ", the error of the mean rounded " + roundingWords(c, s.Rounded, mean.Type) + "; of grade " + fmt.Sprint(b.Grade) + " or that of its error, the worse"
}

// adjustmentWords says what an adjustment does, and whether by rule or by approval.
func adjustmentWords(c *contracts.Contract, b *contracts.Baseline, a *contracts.Adjustment) string {
	by := map[contracts.StepOp]string{contracts.StepTimes: "times ", contracts.StepPlus: "plus ", contracts.StepLess: "less "}[a.Op] + Formula(c, a.By)
	if a.Approval == nil {
		return "by rule " + by + " for " + wording.Spaced(a.Name) + clauseWords(a.Clause)
	}
	names := make([]string, len(a.Approval.Parties))
	for i, p := range a.Approval.Parties {
		names[i] = wording.Spaced(c.Parties[p].ID)
	}
	what := ""
	if a.Approval.Amount >= 0 {
		what = " the amount"
	}
	return by + " for " + wording.Spaced(a.Name) + " once " + wording.List(names) + " approve" + map[bool]string{true: "s"}[len(names) == 1] + what + " by " + wording.Spaced(c.Evidence[a.Approval.Kind].Name) + clauseWords(a.Clause)
}

// baselineChoices adds the choices of the baselines.
func baselineChoices(c *contracts.Contract, add func(where, choice, stated string)) {
	for i := range c.Baselines {
		b := &c.Baselines[i]
		where := "baseline " + b.Name
		if s := b.Sample; s != nil {
			add(where, "how the cases came to be read", map[bool]string{true: "drawn by lot", false: "chosen"}[s.ByLot])
			add(where, "its error is", map[bool]string{true: "of a sample out of a finite number", false: "of a sample out of a population without end"}[s.Finite])
			add(where, "which figure is taken", map[contracts.Takes]string{contracts.TakesEstimate: "the estimate", contracts.TakesLow: "the low end of the interval", contracts.TakesHigh: "the high end of the interval"}[s.Takes])
			add(where, "the interval reaches", s.Critical.String()+" standard errors either way")
		}
		for j := range b.Adjustments {
			a := &b.Adjustments[j]
			add(where, "its adjustment for "+wording.Spaced(a.Name), map[bool]string{true: "is applied by rule", false: "waits for approval"}[a.Approval == nil])
		}
	}
}

// correctedWords says what is taken off for the grade of the evidence.
func correctedWords(c *contracts.Contract, s *contracts.Saving, e *formula.Expr) string {
	if e.Right.Right.Op != formula.OpRef || len(s.Traits[contracts.TraitGrade]) < 2 {
		return "less " + Formula(c, e.Right.Right) + " for evidence of grade " + wording.List(s.Traits[contracts.TraitGrade])
	}
	words := make([]string, len(s.Traits[contracts.TraitGrade]))
	for i, t := range s.Traits[contracts.TraitGrade] {
		words[i] = "that of " + wording.Spaced(t)
		if strings.Trim(t, "123456") == "" {
			words[i] = "grade " + t
		}
	}
	return "less what the table takes off for the worst of " + wording.List(words)
}
