package sentences

import (
	"fmt"
	"strings"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/wording"
)

// This file says savings in sentences, and lists the choices they make.

// stepWords are what a sentence says of a step before the figure that it takes.
var savingStepWords = map[string]string{"engaged": "times those who engage, ", "retained": "times those who stay, ", "outcomes": "times those for whom it changes, "}

// Saving says a saving: its chain, what it is, who has it.
func Saving(c *contracts.Contract, s *contracts.Saving) string {
	text := wording.Capital(wording.OrName(s.Called, s.Name))
	switch s.Form {
	case contracts.SavingStated:
		text += " is stated as " + Formula(c, c.Quantities[s.Last().Quantity].Is) + " by " + s.Source
	case contracts.SavingAdds:
		return text + " adds " + partWords(c, s) + despiteWords(c, s) + "." + clauseWords(s.Clause)
	default:
		if parts := LevelParts(c, s.Per); len(parts) > 0 {
			text += ", for each " + wording.List(parts)
		}
		text += ": " + strings.Join(chainWords(c, s), "; ")
	}
	return text + ". It is " + traitWords(c, s) + "." + clauseWords(s.Clause)
}

// chainWords says each step by what it does.
func chainWords(c *contracts.Contract, s *contracts.Saving) []string {
	var all []string
	for _, step := range s.Steps {
		e := c.Quantities[step.Quantity].Is
		switch step.Name {
		case "told", "found_valid", "saved", "correction":
			continue
		case "affected", "stated":
			all = append(all, Formula(c, e))
		case "engaged", "retained":
			all = append(all, savingStepWords[step.Name]+Formula(c, e.Right))
		case "outcomes":
			if e.Op == formula.OpMul && len(all) > 0 {
				all = append(all, savingStepWords["outcomes"]+Formula(c, e.Right))
			} else {
				all = append(all, Formula(c, e))
			}
		case "net_outcomes":
			all = append(all, modeWords(c, s, e))
		case "additional":
			all = append(all, "less what is moved, leaked or replaced: "+Formula(c, e))
		case "value":
			all = append(all, valueWords(c, s, e))
		case "corrected":
			all = append(all, correctedWords(c, s, e))
		case "lasting":
			all = append(all, lastingWords(c, s, &c.Quantities[step.Quantity]))
		case "fiscal":
			all = append(all, "of which "+Formula(c, e.Right)+" fiscal")
		case "steps_freed":
			all = append(all, "in whole steps of "+Formula(c, e.Left)+" over "+Formula(c, e.Right))
		case "cashable":
			all = append(all, "of which a budget can give up "+Formula(c, e.Right)+eachWords(e))
		case "validated":
			all = append(all, "of which "+validatedWords(c, s)+" has found so much valid")
		case "rated":
			all = append(all, ratedWords(c, s))
		case "cashed":
			all = append(all, "cashed on the word of whoever holds the budget")
		case "net":
			all = append(all, "less costs of "+Formula(c, e.Right))
		}
	}
	return all
}

// lastingWords says when a saving comes and how it fades.
func lastingWords(c *contracts.Contract, s *contracts.Saving, q *contracts.Quantity) string {
	series := wording.Spaced(c.Periods[s.Per.Periods[0]].Name)
	text := "from its own " + series + " on"
	if q.Lag > 0 {
		text = fmt.Sprintf("from %d %s later on", q.Lag, series)
		if q.Lag > 1 {
			text = fmt.Sprintf("from %d %ss later on", q.Lag, series)
		}
	}
	keeps := make([]string, len(q.Parts))
	for i, e := range q.Parts {
		keeps[i] = Formula(c, e)
	}
	return text + " " + strings.Join(keeps, ", then ") + " of it"
}

func eachWords(e *formula.Expr) string {
	if e.Left.Op == formula.OpMul {
		return " each"
	}
	return ""
}

// validatedWords names the party that validates a saving.
func validatedWords(c *contracts.Contract, s *contracts.Saving) string {
	q := &c.Quantities[StepNamed(s, "found_valid")]
	return "the " + wording.Spaced(c.Parties[c.Teller(q.Source.Index)].ID)
}

// ratedWords says what a saving's rating lets through, and which tests a part of it needs.
func ratedWords(c *contracts.Contract, s *contracts.Saving) string {
	var pays, needs []string
	for at := range contracts.RatingCount {
		pays = append(pays, Formula(c, s.Rating.Pays[at])+" where "+at.String())
	}
	for _, at := range s.Rating.Partial {
		needs = append(needs, wording.Spaced(contracts.SavingTests[at].Name))
	}
	return "rated by the ten tests of a saving: " + wording.List(pays) + ", which is sufficient by all, partial by at least " + wording.List(needs)
}

// modeWords says the one way in which a chain takes off what would have happened anyway.
func modeWords(c *contracts.Contract, s *contracts.Saving, e *formula.Expr) string {
	switch s.Mode {
	case contracts.ModeDeadweight:
		return "less the share that would have come anyway, " + Formula(c, e.Right.Right)
	case contracts.ModeWouldHave:
		return "less the rate at which it would have come anyway, " + Formula(c, e.Right.Right)
	case contracts.ModeCompared:
		return "the difference that a comparison found, " + Formula(c, e)
	case contracts.ModeExpected:
		return "what was expected less what came, " + Formula(c, e)
	default: // gross: nothing is taken off
		return Formula(c, e)
	}
}

// valueWords says what each is worth, and where that is from.
func valueWords(c *contracts.Contract, s *contracts.Saving, e *formula.Expr) string {
	worth, factor := e, ""
	if e.Op == formula.OpMul && e.Left.Op == formula.OpMul && e.Left.Type == formula.Money {
		worth, factor = e.Left, ", uprated by "+Formula(c, e.Right)
	}
	if worth.Op != formula.OpMul || worth.Left.Type == formula.Money {
		return modeWords(c, s, e)
	}
	text := "each worth " + Formula(c, worth.Right)
	if u := s.UnitCost; u != nil {
		text += fmt.Sprintf(" (%s, %s", u.Code, u.Name)
		if u.Prices != "" {
			text += ", prices of " + u.Prices
		}
		text += ")"
	}
	if by := s.Certified; by != nil {
		text += fmt.Sprintf(" (%s, certified by the %s: %s)", by.Code, wording.Spaced(c.Parties[by.By].ID), by.Source)
	}
	return text + factor
}

// traitWords says what a saving is and who has it.
func traitWords(c *contracts.Contract, s *contracts.Saving) string {
	var all []string
	for at := range contracts.TraitCount {
		words := s.Traits[at]
		if len(words) == 0 || at == contracts.TraitBeneficiary || at == contracts.TraitGrade && s.Form == contracts.SavingChain {
			continue
		}
		all = append(all, at.String()+" "+wording.Spaced(strings.Join(words, " and ")))
	}
	var who []string
	for _, b := range s.Beneficiaries {
		text := wording.Spaced(c.Parties[b.Party].ID)
		if len(s.Beneficiaries) > 1 {
			text += " " + wording.Thousands(b.Weight.String())
		}
		who = append(who, text)
	}
	if len(who) > 0 {
		all = append(all, "had by "+wording.List(who))
	}
	return strings.Join(all, ", ")
}

func partWords(c *contracts.Contract, s *contracts.Saving) string {
	names := make([]string, len(s.Adds))
	for i, p := range s.Adds {
		of := &c.Savings[p.Saving]
		names[i] = wording.OrName(of.Called, of.Name)
		if of.Form == contracts.SavingChain {
			names[i] += " (" + wording.Spaced(of.Steps[p.Step].Name) + ")"
		}
	}
	return wording.List(names)
}

// despiteWords says in what the parts of a total differ, and who answers for adding them.
func despiteWords(c *contracts.Contract, s *contracts.Saving) string {
	if len(s.Despite) == 0 {
		return ""
	}
	names := make([]string, len(s.Despite))
	for i, t := range s.Despite {
		names[i] = t.String()
	}
	return ", which differ in " + wording.List(names) + "; the " + wording.Spaced(c.Parties[s.AgreedBy].ID) + " answers for adding them all the same"
}

// Counterfactual says what a chain takes off for what would have happened anyway, as a statement prints it.
func Counterfactual(s *contracts.Saving) string {
	return [...]string{"not stated", "a share is taken off as deadweight", "a rate is taken from the impact", "the difference that a comparison found",
		"what was expected less what came", "none: the figure is gross of what would have happened anyway"}[s.Mode]
}

// savingChoices adds the choices of the savings.
func savingChoices(c *contracts.Contract, add func(where, choice, stated string)) {
	for i := range c.Savings {
		s := &c.Savings[i]
		where := "saving " + s.Name
		if s.Form == contracts.SavingChain {
			add(where, "what would have happened anyway", Counterfactual(s))
			add(where, "evidence", "of grade "+wording.List(s.Traits[contracts.TraitGrade]))
			add(where, "prices", wording.List(s.Traits[contracts.TraitPrices]))
			add(where, "its last figure", wording.Spaced(s.Last().Name))
			if s.Rating != nil {
				add(where, "what a rating lets through", ratedWords(c, s))
			}
		}
		if len(s.Despite) > 0 {
			add(where, "what it adds", strings.TrimPrefix(despiteWords(c, s), ", which "))
		}
	}
}
