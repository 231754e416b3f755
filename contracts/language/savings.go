package language

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/money"
)

// This file reads what a saving is: its form, its traits, who has it, and which steps its chain has. The steps are
// quantities of the contract, named saving.step; savings_steps.go says how each is worked out.

// derivation is which step of which saving a quantity works out; or, of its rating, which test.
type derivation struct{ saving, step, test int }

// declareSavings declares the savings, and a quantity for each step.
func (d *decoder) declareSavings() {
	d.savings = d.section("savings", savingThing, func(name string) {
		d.c.Savings = append(d.c.Savings, contracts.Saving{Name: name, Per: contracts.ContractLevel(), AgreedBy: -1})
	})
	for i, n := range d.savings {
		s := &d.c.Savings[i]
		for _, step := range stepsOf(n) {
			s.Steps = append(s.Steps, contracts.SavingStep{Name: step, Quantity: d.derive(n, s.Name+"."+step, derivation{i, len(s.Steps), -1})})
		}
		d.declareTests(n, i, s)
	}
}

// derive adds a quantity that a saving works out for itself.
func (d *decoder) derive(n *document.Node, name string, from derivation) int {
	at := len(d.quantities)
	d.derived[at] = from
	d.c.Quantities = append(d.c.Quantities, contracts.Quantity{Name: name, Except: -1, Per: contracts.ContractLevel(), Source: contracts.Source{Index: -1, Field: -1, Slot: -1}})
	d.quantities = append(d.quantities, n)
	return at
}

// stepsOf lists the steps that a saving's keys bring, in the order of the chain.
func stepsOf(n *document.Node) []string {
	switch {
	case n.Has("stated"):
		return []string{"stated"}
	case n.Has("adds"):
		return []string{"total"}
	}
	var steps []string
	add := func(when bool, step string) {
		if when {
			steps = append(steps, step)
		}
	}
	way := n.Get("counterfactual")
	reached := n.Has("engaged") || n.Has("retained") || n.Has("impact")
	add(n.Has("of") && reached, "affected")
	add(n.Has("engaged"), "engaged")
	add(n.Has("retained"), "retained")
	add(n.Has("impact") || n.Has("of") && !reached, "outcomes")
	add(n.Has("worth") && way != nil && way.Kind == document.Map, "net_outcomes")
	add(n.Has("additionality"), "additional")
	add(true, "value")
	grade := n.Get("grade")
	add(grade != nil && grade.Kind == document.List, "correction")
	add(true, "corrected")
	add(n.Has("lasts"), "lasting")
	add(n.Has("fiscal_share"), "fiscal")
	add(n.Has("validated"), "found_valid")
	add(n.Has("validated"), "validated")
	cashable := n.Get("cashable")
	add(cashable != nil && cashable.Kind == document.Map || n.Has("cashed"), "saved")
	add(cashable != nil && cashable.Kind == document.Map, "steps_freed")
	add(cashable != nil && cashable.Text != "nought" || !n.Has("cashable"), "cashable") // one left out is reported, and not whoever reads it
	add(n.Has("cashed"), "told")
	add(n.Has("cashed"), "cashed")
	add(n.Has("costs"), "net")
	add(n.Has("rating"), "rated")
	return steps
}

// startSavings reads what every saving is, before any figure reads one.
func (d *decoder) startSavings() {
	for i, n := range d.savings {
		s := &d.c.Savings[i]
		s.Called, s.Clause, s.Source = n.Value("called"), n.Value("clause"), n.Value("source")
		if n.Bad {
			continue
		}
		who, before := "saving "+s.Name, len(d.Faults)
		switch {
		case n.Has("stated") && n.Has("adds") || (n.Has("stated") || n.Has("adds")) && n.Has("of"):
			d.Bad(n, document.Fault{Message: who + " has several forms", Options: savingForms()})
			continue
		case n.Has("stated"):
			s.Form = contracts.SavingStated
		case n.Has("adds"):
			s.Form = contracts.SavingAdds
		default:
			s.Form = contracts.SavingChain
		}
		d.onlyKeys(n, who, s.Form)
		if s.Form == contracts.SavingAdds {
			continue
		}
		d.readTraits(n, s, who)
		d.readBeneficiaries(n, s, who)
		if s.Form == contracts.SavingChain {
			d.startChain(n, s, who)
		}
		n.Bad = n.Bad || len(d.Faults) > before // its figures are not judged, nor what reads them
	}
}

func savingForms() []document.Option {
	return []document.Option{{Word: "of, counterfactual, worth, ...", Means: "a chain of steps from evidence"}, {Word: "stated", Means: "a figure that a plan or report states"}, {Word: "adds", Means: "figures of other savings"}}
}

// formKeys are the keys that each form has beside called, clause and source.
var formKeys = map[contracts.SavingForm]struct {
	must, may []string
	words     string
}{
	contracts.SavingChain: {must: []string{"per", "class", "budget", "origin", "prices", "beneficiaries", "grade", "counterfactual", "cashable"},
		may: []string{"of", "engaged", "retained", "impact", "additionality", "worth", "uprated", "lasts", "fiscal_share", "validated", "cashed", "costs", "rating", "horizon"}, words: "a chain"},
	contracts.SavingStated: {must: []string{"source", "stated", "class", "state", "budget", "origin", "basis", "horizon", "prices", "beneficiaries", "grade"}, words: "a stated saving"},
	contracts.SavingAdds:   {must: []string{"adds"}, may: []string{"despite", "agreed_by"}, words: "a saving that adds others"},
}

// onlyKeys reports the choices that a saving of the form leaves open, and keys that it has no use for.
func (d *decoder) onlyKeys(n *document.Node, who string, form contracts.SavingForm) {
	keys := formKeys[form]
	for _, k := range savingShape.keys {
		switch {
		case k.refuse != "" || k.name == "called" || k.name == "clause" || k.name == "source" && form != contracts.SavingStated:
		case slices.Contains(keys.must, k.name) && !n.Has(k.name):
			d.missing(n, who, k.name, k.says, k.takes)
		case n.Has(k.name) && !slices.Contains(keys.must, k.name) && !slices.Contains(keys.may, k.name):
			d.Fault(n.Place(), document.Fault{Message: fmt.Sprintf("%s has the key %q, which %s does not have", who, k.name, keys.words), Remedy: "leave it out"})
		}
	}
}

// readTraits reads what kind of saving it is.
func (d *decoder) readTraits(n *document.Node, s *contracts.Saving, who string) {
	for at, key := range contracts.TraitNames {
		v := n.Get(key)
		if v == nil || contracts.Trait(at) == contracts.TraitBeneficiary {
			continue
		}
		var said []string
		for _, t := range v.Texts() {
			said = append(said, t.Text)
			if t.Text == contracts.Unstated && s.Form != contracts.SavingStated {
				d.Bad(t, document.Fault{Message: who + ", " + key + ": a saving that is worked out says what it is", Options: optionsOf(key)})
			}
		}
		slices.Sort(said)
		s.Traits[at] = slices.Compact(said)
	}
	if v := n.Get("prices"); v != nil && v.Text != "nominal" && v.Text != contracts.Unstated && !isYear(v.Text) {
		d.Bad(v, document.Fault{Message: who + ", prices", Expected: "nominal, or a year such as 2008-09", Found: fmt.Sprintf("%q", v.Text)})
	}
	grade := n.Get("grade")
	if grade != nil && grade.Kind == document.Map {
		s.Traits[contracts.TraitGrade] = []string{grade.Value("is")}
	}
	if s.Form == contracts.SavingChain && len(s.Traits[contracts.TraitHorizon]) == 0 {
		s.Traits[contracts.TraitHorizon] = []string{"the contract's term"}
	}
}

// optionsOf returns the options of a saving's key.
func optionsOf(name string) []document.Option {
	at := slices.IndexFunc(savingShape.keys, func(k key) bool { return k.name == name })
	return slices.DeleteFunc(slices.Clone(savingShape.keys[at].takes.options()), func(o document.Option) bool { return o.Word == contracts.Unstated })
}

// isYear reports whether text is a year such as 2008 or 2008-09.
func isYear(text string) bool {
	return (len(text) == 4 || len(text) == 7 && text[4] == '-') && strings.Trim(text, "0123456789-") == "" && strings.Count(text, "-") == (len(text)-4)/3
}

// readBeneficiaries reads who has the saving: one party, weights, or the agencies of its unit cost.
func (d *decoder) readBeneficiaries(n *document.Node, s *contracts.Saving, who string) {
	v := n.Get("beneficiaries")
	worth := n.Get("worth")
	if s.UnitCost = d.unitCost(worth, who+", worth"); s.UnitCost == nil && worth.Value("certified_by") != "" {
		s.Certified = &contracts.CertifiedCost{Code: worth.Value("unit_cost"), Source: worth.Value("source"), By: d.party(worth.Value("certified_by"))}
	}
	if v == nil {
		return
	}
	who += ", beneficiaries"
	if v.Kind == document.Scalar {
		if v.Text == contracts.Unstated && s.Form == contracts.SavingStated {
			s.Traits[contracts.TraitBeneficiary] = []string{contracts.Unstated}
		} else if at := d.party(v.Text); at < 0 {
			d.Bad(v, document.Fault{Message: fmt.Sprintf("%s: there is no party %q", who, v.Text), Remedy: document.Meant(v.Text, d.partyNames())})
		} else {
			s.Beneficiaries = []contracts.Beneficiary{{Party: at, Weight: money.MustExact("1")}}
			s.Traits[contracts.TraitBeneficiary] = []string{v.Text}
		}
		return
	}
	var agencies []string
	for i, k := range v.Keys {
		at := d.party(k.Text)
		if at < 0 {
			d.Fault(k.Place(), document.Fault{Message: fmt.Sprintf("%s: there is no party %q", who, k.Text), Remedy: document.Meant(k.Text, d.partyNames())})
			continue
		}
		b := contracts.Beneficiary{Party: at}
		for _, text := range v.Items[i].Texts() {
			b.Weight = b.Weight.Add(d.benefitWeight(text, s, who, &agencies))
		}
		s.Beneficiaries = append(s.Beneficiaries, b)
		s.Traits[contracts.TraitBeneficiary] = append(s.Traits[contracts.TraitBeneficiary], k.Text)
	}
	slices.SortFunc(s.Beneficiaries, func(a, b contracts.Beneficiary) int { return a.Party - b.Party }) // a map has no order: ties go by the list of parties
	slices.Sort(s.Traits[contracts.TraitBeneficiary])
	d.everyAgency(v, s, who, agencies)
}
