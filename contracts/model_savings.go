package contracts

import (
	"slices"

	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// This file holds the savings of a checked contract. A saving is a typed thing and no bare sum: what kind of value it
// is, whose, in which budget, over which time. Its chain of steps is quantities of the contract, so that it is worked
// out and explained as every other figure is.

// SavingForm says where a saving's figure comes from.
type SavingForm uint8

// A chain of steps from evidence; a figure that a plan or report states; figures of other savings added up.
const (
	SavingChain SavingForm = iota + 1
	SavingStated
	SavingAdds
)

// Trait is one way in which savings are alike or not.
type Trait uint8

// The traits. Class: fiscal, economic or social. State: avoided, validated, cashable or cashed. Budget: local, ring_fenced, del,
// ame or capital. Origin: efficiency or prevention. Beneficiary: who has it. Horizon: the time it is for. Prices:
// nominal, or of a year. Basis: gross, or net of what it cost. Grade: of the evidence.
const (
	TraitClass Trait = iota
	TraitState
	TraitBudget
	TraitOrigin
	TraitBeneficiary
	TraitHorizon
	TraitPrices
	TraitBasis
	TraitGrade
	TraitCount
)

// TraitNames are the keys of the traits in the document.
var TraitNames = [TraitCount]string{"class", "state", "budget", "origin", "beneficiary", "horizon", "prices", "basis", "grade"}

// String returns the trait's key in the document.
func (t Trait) String() string { return TraitNames[t] }

// Unstated is the word for a trait that the source of a stated saving does not give. It is like nothing, itself included.
const Unstated = "unstated"

// Traits are the words that a saving, or one of its figures, has for each trait, sorted.
type Traits [TraitCount][]string

// Unlike returns the traits in which two figures differ, or of which nothing is stated.
func (t *Traits) Unlike(o *Traits) []Trait {
	var all []Trait
	for at := range TraitCount {
		if !slices.Equal(t[at], o[at]) || slices.Contains(t[at], Unstated) {
			all = append(all, at)
		}
	}
	return all
}

// CounterfactualMode is the one way in which a chain takes off what would have happened anyway.
type CounterfactualMode uint8

// Deadweight is a share of the outcomes; WouldHave a rate taken from the impact; Compared the difference that a
// comparison found; Expected a path of spending or events less the actual one; Gross takes off nothing, and says so.
const (
	ModeUnsaid CounterfactualMode = iota
	ModeDeadweight
	ModeWouldHave
	ModeCompared
	ModeExpected
	ModeGross
)

// SavingStep is one step of a chain: its name, as a column of the saving, and the quantity that works it out.
type SavingStep struct {
	Name     string
	Quantity int
}

// Beneficiary is a party and its weight in a saving.
type Beneficiary struct {
	Party  int
	Weight money.Exact
}

// Saving is one saving. Its steps stand in order; those that the contract does not state are not there.
type Saving struct {
	Name, Called, Clause, Source string
	Form                         SavingForm
	Per                          Level
	Traits                       Traits // without the state, which each figure has for itself
	Mode                         CounterfactualMode
	UnitCost                     *UnitCost // whose value it takes, or nil
	Certified                    *CertifiedCost
	Beneficiaries                []Beneficiary
	Steps                        []SavingStep
	Adds                         []SavingPart
	Despite                      []Trait // traits in which what it adds differs, agreed by AgreedBy
	AgreedBy                     int     // party, or -1
	Rating                       *SavingRating
}

// CertifiedCost is a unit cost that is not among those that were checked, which a party answers for.
type CertifiedCost struct {
	Code, Source string
	By           int // party
}

// SavingPart is a figure of another saving that a total adds.
type SavingPart struct{ Saving, Step int }

// Last is the saving's last figure: what it comes to.
func (s *Saving) Last() SavingStep { return s.Steps[len(s.Steps)-1] }

// Money reports whether a step of the chain is a sum of money and not yet a count.
func (c *Contract) Money(step SavingStep) bool {
	return c.Quantities[step.Quantity].Type == formula.Money
}

// milestones are the steps from which on a saving has a further realisation state: what is worked out is avoided; it is
// validated on the word of a named party, cashable as far as a budget can give it up, and cashed only when its holder
// says so.
var milestones = []string{"validated", "cashable", "cashed"}

// TraitsOf returns the traits of one figure of a saving, its state among them.
func (c *Contract) TraitsOf(s *Saving, step int) Traits {
	t := s.Traits
	if s.Form != SavingChain {
		return t
	}
	t[TraitState], t[TraitBasis] = []string{"avoided"}, []string{"gross"}
	for _, one := range s.Steps[:step+1] {
		if slices.Contains(milestones, one.Name) {
			t[TraitState] = []string{one.Name}
		}
		if one.Name == "net" {
			t[TraitBasis] = []string{"net"}
		}
	}
	return t
}

// Columns are the names of a saving's steps.
func (s *Saving) Columns() []string {
	names := make([]string, len(s.Steps))
	for i := range s.Steps {
		names[i] = s.Steps[i].Name
	}
	return names
}

// Teller is the party on whose word a kind of evidence comes, where it is one; else -1.
func (c *Contract) Teller(kind int) int {
	return slices.IndexFunc(c.Parties, func(p Party) bool { return c.Evidence[kind].Of == OfRole && p.Role == c.Evidence[kind].Role })
}
