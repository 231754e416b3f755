package contracts

import (
	"fmt"
	"strings"

	"outturn/contracts/formula"
)

// This file says savings in sentences, and lists the choices they make.

// stepWords are what a sentence says of a step before the figure that it takes.
var savingStepWords = map[string]string{"engaged": "times those who engage, ", "retained": "times those who stay, ", "outcomes": "times those for whom it changes, "}

// Sentence says a saving: its chain, what it is, who has it.
func (s *Saving) Sentence(c *Contract) string {
	text := capital(orName(s.Called, s.Name))
	switch s.Form {
	case SavingStated:
		text += " is stated as " + c.formulaWords(c.Quantities[s.Last().Quantity].Is) + " by " + s.Source
	case SavingAdds:
		return text + " adds " + c.partWords(s) + c.despiteWords(s) + "." + clauseWords(s.Clause)
	default:
		if parts := c.levelParts(s.Per); len(parts) > 0 {
			text += ", for each " + list(parts)
		}
		text += ": " + strings.Join(c.chainWords(s), "; ")
	}
	return text + ". It is " + c.traitWords(s) + "." + clauseWords(s.Clause)
}

// chainWords says each step by what it does.
func (c *Contract) chainWords(s *Saving) []string {
	var all []string
	for _, step := range s.Steps {
		e := c.Quantities[step.Quantity].Is
		switch step.Name {
		case "told", "found_valid", "saved", "correction":
			continue
		case "affected", "stated":
			all = append(all, c.formulaWords(e))
		case "engaged", "retained":
			all = append(all, savingStepWords[step.Name]+c.formulaWords(e.Right))
		case "outcomes":
			if e.Op == formula.OpMul && len(all) > 0 {
				all = append(all, savingStepWords["outcomes"]+c.formulaWords(e.Right))
			} else {
				all = append(all, c.formulaWords(e))
			}
		case "net_outcomes":
			all = append(all, c.modeWords(s, e))
		case "additional":
			all = append(all, "less what is moved, leaked or replaced: "+c.formulaWords(e))
		case "value":
			all = append(all, c.valueWords(s, e))
		case "corrected":
			all = append(all, c.correctedWords(s, e))
		case "lasting":
			all = append(all, c.lastingWords(s, &c.Quantities[step.Quantity]))
		case "fiscal":
			all = append(all, "of which "+c.formulaWords(e.Right)+" fiscal")
		case "steps_freed":
			all = append(all, "in whole steps of "+c.formulaWords(e.Left)+" over "+c.formulaWords(e.Right))
		case "cashable":
			all = append(all, "of which a budget can give up "+c.formulaWords(e.Right)+eachWords(e))
		case "validated":
			all = append(all, "of which "+c.validatedWords(s)+" has found so much valid")
		case "rated":
			all = append(all, c.ratedWords(s))
		case "cashed":
			all = append(all, "cashed on the word of whoever holds the budget")
		case "net":
			all = append(all, "less costs of "+c.formulaWords(e.Right))
		}
	}
	return all
}

// lastingWords says when a saving comes and how it fades.
func (c *Contract) lastingWords(s *Saving, q *Quantity) string {
	series := spaced(c.Periods[s.Per.Periods[0]].Name)
	text := "from its own " + series + " on"
	if q.Lag > 0 {
		text = fmt.Sprintf("from %d %s later on", q.Lag, series)
		if q.Lag > 1 {
			text = fmt.Sprintf("from %d %ss later on", q.Lag, series)
		}
	}
	keeps := make([]string, len(q.Parts))
	for i, e := range q.Parts {
		keeps[i] = c.formulaWords(e)
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
func (c *Contract) validatedWords(s *Saving) string {
	q := &c.Quantities[stepNamed(s, "found_valid")]
	return "the " + spaced(c.Parties[c.Teller(q.Source.Index)].ID)
}

// ratedWords says what a saving's rating lets through, and which tests a part of it needs.
func (c *Contract) ratedWords(s *Saving) string {
	var pays, needs []string
	for at := range RatingCount {
		pays = append(pays, c.formulaWords(s.Rating.Pays[at])+" where "+at.String())
	}
	for _, at := range s.Rating.Partial {
		needs = append(needs, spaced(SavingTests[at].Name))
	}
	return "rated by the ten tests of a saving: " + list(pays) + ", which is sufficient by all, partial by at least " + list(needs)
}

// modeWords says the one way in which a chain takes off what would have happened anyway.
func (c *Contract) modeWords(s *Saving, e *formula.Expr) string {
	switch s.Mode {
	case ModeDeadweight:
		return "less the share that would have come anyway, " + c.formulaWords(e.Right.Right)
	case ModeWouldHave:
		return "less the rate at which it would have come anyway, " + c.formulaWords(e.Right.Right)
	case ModeCompared:
		return "the difference that a comparison found, " + c.formulaWords(e)
	case ModeExpected:
		return "what was expected less what came, " + c.formulaWords(e)
	default: // gross: nothing is taken off
		return c.formulaWords(e)
	}
}

// valueWords says what each is worth, and where that is from.
func (c *Contract) valueWords(s *Saving, e *formula.Expr) string {
	worth, factor := e, ""
	if e.Op == formula.OpMul && e.Left.Op == formula.OpMul && e.Left.Type == formula.Money {
		worth, factor = e.Left, ", uprated by "+c.formulaWords(e.Right)
	}
	if worth.Op != formula.OpMul || worth.Left.Type == formula.Money {
		return c.modeWords(s, e)
	}
	text := "each worth " + c.formulaWords(worth.Right)
	if u := s.UnitCost; u != nil {
		text += fmt.Sprintf(" (%s, %s", u.Code, u.Name)
		if u.Prices != "" {
			text += ", prices of " + u.Prices
		}
		text += ")"
	}
	if by := s.Certified; by != nil {
		text += fmt.Sprintf(" (%s, certified by the %s: %s)", by.Code, spaced(c.Parties[by.By].ID), by.Source)
	}
	return text + factor
}

// traitWords says what a saving is and who has it.
func (c *Contract) traitWords(s *Saving) string {
	var all []string
	for at := range TraitCount {
		words := s.Traits[at]
		if len(words) == 0 || at == TraitBeneficiary || at == TraitGrade && s.Form == SavingChain {
			continue
		}
		all = append(all, at.String()+" "+spaced(strings.Join(words, " and ")))
	}
	var who []string
	for _, b := range s.Beneficiaries {
		text := spaced(c.Parties[b.Party].ID)
		if len(s.Beneficiaries) > 1 {
			text += " " + thousands(b.Weight.String())
		}
		who = append(who, text)
	}
	if len(who) > 0 {
		all = append(all, "had by "+list(who))
	}
	return strings.Join(all, ", ")
}

func (c *Contract) partWords(s *Saving) string {
	names := make([]string, len(s.Adds))
	for i, p := range s.Adds {
		of := &c.Savings[p.Saving]
		names[i] = orName(of.Called, of.Name)
		if of.Form == SavingChain {
			names[i] += " (" + spaced(of.Steps[p.Step].Name) + ")"
		}
	}
	return list(names)
}

// despiteWords says in what the parts of a total differ, and who answers for adding them.
func (c *Contract) despiteWords(s *Saving) string {
	if len(s.Despite) == 0 {
		return ""
	}
	names := make([]string, len(s.Despite))
	for i, t := range s.Despite {
		names[i] = t.String()
	}
	return ", which differ in " + list(names) + "; the " + spaced(c.Parties[s.AgreedBy].ID) + " answers for adding them all the same"
}

// CounterfactualWords says what a chain takes off for what would have happened anyway, as a statement prints it.
func (s *Saving) CounterfactualWords() string {
	return [...]string{"not stated", "a share is taken off as deadweight", "a rate is taken from the impact", "the difference that a comparison found",
		"what was expected less what came", "none: the figure is gross of what would have happened anyway"}[s.Mode]
}

// savingChoices adds the choices of the savings.
func (c *Contract) savingChoices(add func(where, choice, stated string)) {
	for i := range c.Savings {
		s := &c.Savings[i]
		where := "saving " + s.Name
		if s.Form == SavingChain {
			add(where, "what would have happened anyway", s.CounterfactualWords())
			add(where, "evidence", "of grade "+list(s.Traits[TraitGrade]))
			add(where, "prices", list(s.Traits[TraitPrices]))
			add(where, "its last figure", spaced(s.Last().Name))
			if s.Rating != nil {
				add(where, "what a rating lets through", c.ratedWords(s))
			}
		}
		if len(s.Despite) > 0 {
			add(where, "what it adds", strings.TrimPrefix(c.despiteWords(s), ", which "))
		}
	}
}
