package contracts

import (
	"fmt"
	"slices"
	"strings"

	"outturn/contracts/money"
)

// This file reads what a saving is: its form, its traits, who has it, and which steps its chain has. The steps are
// quantities of the contract, named saving.step; savings_steps.go says how each is worked out.

// derivation is which step of which saving a quantity works out; or, of its rating, which test.
type derivation struct{ saving, step, test int }

// declareSavings declares the savings, and a quantity for each step.
func (d *decoder) declareSavings() {
	d.savings = d.section("savings", savingThing, func(name string) {
		d.c.Savings = append(d.c.Savings, Saving{Name: name, Per: ContractLevel(), AgreedBy: -1})
	})
	for i, n := range d.savings {
		s := &d.c.Savings[i]
		for _, step := range stepsOf(n) {
			s.Steps = append(s.Steps, SavingStep{step, d.derive(n, s.Name+"."+step, derivation{i, len(s.Steps), -1})})
		}
		d.declareTests(n, i, s)
	}
}

// derive adds a quantity that a saving works out for itself.
func (d *decoder) derive(n *node, name string, from derivation) int {
	at := len(d.quantities)
	d.derived[at] = from
	d.c.Quantities = append(d.c.Quantities, Quantity{Name: name, Except: -1, Per: ContractLevel(), Source: Source{Index: -1, Field: -1, Slot: -1}})
	d.quantities = append(d.quantities, n)
	return at
}

// stepsOf lists the steps that a saving's keys bring, in the order of the chain.
func stepsOf(n *node) []string {
	switch {
	case n.has("stated"):
		return []string{"stated"}
	case n.has("adds"):
		return []string{"total"}
	}
	var steps []string
	add := func(when bool, step string) {
		if when {
			steps = append(steps, step)
		}
	}
	way := n.get("counterfactual")
	reached := n.has("engaged") || n.has("retained") || n.has("impact")
	add(n.has("of") && reached, "affected")
	add(n.has("engaged"), "engaged")
	add(n.has("retained"), "retained")
	add(n.has("impact") || n.has("of") && !reached, "outcomes")
	add(n.has("worth") && way != nil && way.kind == mapNode, "net_outcomes")
	add(n.has("additionality"), "additional")
	add(true, "value")
	grade := n.get("grade")
	add(grade != nil && grade.kind == listNode, "correction")
	add(true, "corrected")
	add(n.has("lasts"), "lasting")
	add(n.has("fiscal_share"), "fiscal")
	add(n.has("validated"), "found_valid")
	add(n.has("validated"), "validated")
	cashable := n.get("cashable")
	add(cashable != nil && cashable.kind == mapNode || n.has("cashed"), "saved")
	add(cashable != nil && cashable.kind == mapNode, "steps_freed")
	add(cashable != nil && cashable.text != "nought" || !n.has("cashable"), "cashable") // one left out is reported, and not whoever reads it
	add(n.has("cashed"), "told")
	add(n.has("cashed"), "cashed")
	add(n.has("costs"), "net")
	add(n.has("rating"), "rated")
	return steps
}

// startSavings reads what every saving is, before any figure reads one.
func (d *decoder) startSavings() {
	for i, n := range d.savings {
		s := &d.c.Savings[i]
		s.Called, s.Clause, s.Source = n.value("called"), n.value("clause"), n.value("source")
		if n.bad {
			continue
		}
		who, before := "saving "+s.Name, len(d.faults)
		switch {
		case n.has("stated") && n.has("adds") || (n.has("stated") || n.has("adds")) && n.has("of"):
			d.bad(n, Fault{Message: who + " has several forms", Options: savingForms()})
			continue
		case n.has("stated"):
			s.Form = SavingStated
		case n.has("adds"):
			s.Form = SavingAdds
		default:
			s.Form = SavingChain
		}
		d.onlyKeys(n, who, s.Form)
		if s.Form == SavingAdds {
			continue
		}
		d.readTraits(n, s, who)
		d.readBeneficiaries(n, s, who)
		if s.Form == SavingChain {
			d.startChain(n, s, who)
		}
		n.bad = n.bad || len(d.faults) > before // its figures are not judged, nor what reads them
	}
}

func savingForms() []Option {
	return []Option{{"of, counterfactual, worth, ...", "a chain of steps from evidence"}, {"stated", "a figure that a plan or report states"}, {"adds", "figures of other savings"}}
}

// formKeys are the keys that each form has beside called, clause and source.
var formKeys = map[SavingForm]struct {
	must, may []string
	words     string
}{
	SavingChain: {must: []string{"per", "class", "budget", "origin", "prices", "beneficiaries", "grade", "counterfactual", "cashable"},
		may: []string{"of", "engaged", "retained", "impact", "additionality", "worth", "uprated", "lasts", "fiscal_share", "validated", "cashed", "costs", "rating", "horizon"}, words: "a chain"},
	SavingStated: {must: []string{"source", "stated", "class", "state", "budget", "origin", "basis", "horizon", "prices", "beneficiaries", "grade"}, words: "a stated saving"},
	SavingAdds:   {must: []string{"adds"}, may: []string{"despite", "agreed_by"}, words: "a saving that adds others"},
}

// onlyKeys reports the choices that a saving of the form leaves open, and keys that it has no use for.
func (d *decoder) onlyKeys(n *node, who string, form SavingForm) {
	keys := formKeys[form]
	for _, k := range savingShape.keys {
		switch {
		case k.refuse != "" || k.name == "called" || k.name == "clause" || k.name == "source" && form != SavingStated:
		case slices.Contains(keys.must, k.name) && !n.has(k.name):
			d.missing(n, who, k.name, k.says, k.takes)
		case n.has(k.name) && !slices.Contains(keys.must, k.name) && !slices.Contains(keys.may, k.name):
			d.fault(n.place(), Fault{Message: fmt.Sprintf("%s has the key %q, which %s does not have", who, k.name, keys.words), Remedy: "leave it out"})
		}
	}
}

// readTraits reads what kind of saving it is.
func (d *decoder) readTraits(n *node, s *Saving, who string) {
	for at, key := range traitNames {
		v := n.get(key)
		if v == nil || Trait(at) == TraitBeneficiary {
			continue
		}
		var said []string
		for _, t := range v.texts() {
			said = append(said, t.text)
			if t.text == unstated && s.Form != SavingStated {
				d.bad(t, Fault{Message: who + ", " + key + ": a saving that is worked out says what it is", Options: optionsOf(key)})
			}
		}
		slices.Sort(said)
		s.Traits[at] = slices.Compact(said)
	}
	if v := n.get("prices"); v != nil && v.text != "nominal" && v.text != unstated && !isYear(v.text) {
		d.bad(v, Fault{Message: who + ", prices", Expected: "nominal, or a year such as 2008-09", Found: fmt.Sprintf("%q", v.text)})
	}
	grade := n.get("grade")
	if grade != nil && grade.kind == mapNode {
		s.Traits[TraitGrade] = []string{grade.value("is")}
	}
	if s.Form == SavingChain && len(s.Traits[TraitHorizon]) == 0 {
		s.Traits[TraitHorizon] = []string{"the contract's term"}
	}
}

// optionsOf returns the options of a saving's key.
func optionsOf(name string) []Option {
	at := slices.IndexFunc(savingShape.keys, func(k key) bool { return k.name == name })
	return slices.DeleteFunc(slices.Clone(savingShape.keys[at].takes.options()), func(o Option) bool { return o.Word == unstated })
}

// isYear reports whether text is a year such as 2008 or 2008-09.
func isYear(text string) bool {
	return (len(text) == 4 || len(text) == 7 && text[4] == '-') && strings.Trim(text, "0123456789-") == "" && strings.Count(text, "-") == (len(text)-4)/3
}

// readBeneficiaries reads who has the saving: one party, weights, or the agencies of its unit cost.
func (d *decoder) readBeneficiaries(n *node, s *Saving, who string) {
	v := n.get("beneficiaries")
	worth := n.get("worth")
	if s.UnitCost = d.unitCost(worth, who+", worth"); s.UnitCost == nil && worth.value("certified_by") != "" {
		s.Certified = &CertifiedCost{worth.value("unit_cost"), worth.value("source"), d.party(worth.value("certified_by"))}
	}
	if v == nil {
		return
	}
	who += ", beneficiaries"
	if v.kind == scalarNode {
		if v.text == unstated && s.Form == SavingStated {
			s.Traits[TraitBeneficiary] = []string{unstated}
		} else if at := d.party(v.text); at < 0 {
			d.bad(v, Fault{Message: fmt.Sprintf("%s: there is no party %q", who, v.text), Remedy: meant(v.text, d.partyNames())})
		} else {
			s.Beneficiaries = []Beneficiary{{at, money.MustExact("1")}}
			s.Traits[TraitBeneficiary] = []string{v.text}
		}
		return
	}
	var agencies []string
	for i, k := range v.keys {
		at := d.party(k.text)
		if at < 0 {
			d.fault(k.place(), Fault{Message: fmt.Sprintf("%s: there is no party %q", who, k.text), Remedy: meant(k.text, d.partyNames())})
			continue
		}
		b := Beneficiary{Party: at}
		for _, text := range v.items[i].texts() {
			b.Weight = b.Weight.Add(d.benefitWeight(text, s, who, &agencies))
		}
		s.Beneficiaries = append(s.Beneficiaries, b)
		s.Traits[TraitBeneficiary] = append(s.Traits[TraitBeneficiary], k.text)
	}
	slices.SortFunc(s.Beneficiaries, func(a, b Beneficiary) int { return a.Party - b.Party }) // a map has no order: ties go by the list of parties
	slices.Sort(s.Traits[TraitBeneficiary])
	d.everyAgency(v, s, who, agencies)
}
