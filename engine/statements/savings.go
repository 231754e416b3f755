package statements

import (
	"outturn/contracts"
	"outturn/contracts/money"
)

// This file holds what a statement says of savings.

// SavingSum is one saving, with its figures to date.
type SavingSum struct {
	Saving         string         `json:"saving"`
	Clause         string         `json:"clause"`
	Sentence       string         `json:"sentence"`
	Counterfactual string         `json:"counterfactual,omitempty"` // of a chain, in words
	Traits         []TraitWords   `json:"traits"`
	Despite        []TraitWords   `json:"despite,omitempty"` // of a total: in what its parts differ, and which has which
	AgreedBy       string         `json:"agreed_by,omitempty"`
	Headline       string         `json:"headline,omitempty"` // of a unit cost whose parts do not make it: the headline, and what they make
	Figures        []SavingFigure `json:"figures"`
}

// TraitWords is one trait and what it is.
type TraitWords struct {
	Trait string `json:"trait"`
	Is    string `json:"is"`
}

// SavingFigure is a saving at one value of what it stands per: its steps, what it comes to by the contract's rounding,
// and how that falls on its beneficiaries. ComesTo is nil where it is not known, and Why says why.
type SavingFigure struct {
	Of      string        `json:"of,omitempty"`
	Steps   []Step        `json:"steps"`
	Last    string        `json:"last"` // the name of the step that it comes to: value, corrected, cashable, cashed, net
	ComesTo *money.Amount `json:"comes_to,omitempty"`
	Why     string        `json:"why,omitempty"`
	Shares  []PartyShare  `json:"shares,omitempty"`
	Rating  string        `json:"rating,omitempty"` // where the contract rates it: sufficient, partial or insufficient
	Tests   []TestSum     `json:"tests,omitempty"`
}

// PartyShare is a beneficiary's part of a saving.
type PartyShare struct {
	Party  string       `json:"party"`
	Amount money.Amount `json:"amount"`
}

// TestSum is one test of a saving.
type TestSum struct {
	Test   string `json:"test"`
	Passed bool   `json:"passed"`
	Why    string `json:"why"`
}

// SharesOf divides a sum among a saving's beneficiaries, in their order, as the contract divides what the saving comes to.
func SharesOf(c *contracts.Contract, s *contracts.Saving, sum money.Amount) ([]money.Amount, error) {
	weights := make([]money.Exact, len(s.Beneficiaries))
	policy := money.LargestRemainder
	for i, b := range s.Beneficiaries {
		weights[i] = b.Weight
		if b.Party == c.Spare.Party {
			policy = money.Residual(i)
		}
	}
	return money.Allocate(sum, c.Currency, c.Rounding.Unit, weights, policy)
}
