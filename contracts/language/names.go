package language

import (
	"fmt"
	"slices"
	"sort"
	"unicode/utf8"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/wording"
)

// thingKind is what a name of the contract stands for.
type thingKind uint8

const (
	periodThing thingKind = iota + 1
	unitThing
	kindThing
	cohortThing
	tableThing
	quantityThing
	measureThing
	comparisonThing
	paymentThing
	divisionThing
	checkThing
	accountThing
	savingThing
	stakeThing
	baselineThing
	paidThing  // a payment's sum after caps; among circles only
	capThing   // among circles only
	placeThing // what is paid first under a cap, or all that is paid under it; among circles only
)

// words is what an error calls the thing.
func (k thingKind) words() string {
	return [...]string{"nothing", "a period series", "a unit type", "a kind of evidence", "a cohort", "a table", "a quantity",
		"a measure", "a comparison", "a payment", "a division", "a check", "an account", "a saving", "a stake", "a baseline", "a payment", "a cap", "a cap"}[k]
}

// thing is one named thing: its kind and its index in the contract's slice of them.
type thing struct {
	kind  thingKind
	index int
}

// reserved are the words of the language that stand where a name may, and so name nothing.
var reserved = []string{"pays_on", "yes", "no", "any", "all", "contract", "cohort", "met", "learned", "otherwise", "is", "from", "up_to", "below", "exact", "evidence",
	"on_evidence", "as_listed", "pro_rata", "everyone_who_joined", "compared_only", "any_of", "all_of", "not", "days", "weeks", "months",
	"years", "working", "points", "day", "week", "largest_remainder", "nought", "unknown", "whole", "lines"}

// declare gives every name of the contract its thing, and every section its nodes, before anything is resolved.
func (d *decoder) declare() {
	d.facts, d.fields = map[string][]position{}, map[string][]position{}
	d.periods = d.section("periods", periodThing, func(name string) { d.c.Periods = append(d.c.Periods, contracts.Periods{Name: name}) })
	d.units = d.section("units", unitThing, func(name string) { d.c.Units = append(d.c.Units, contracts.Unit{Name: name, PartOf: -1}) })
	d.evidence = d.section("evidence", kindThing, func(name string) {
		d.c.Evidence = append(d.c.Evidence, contracts.Kind{Name: name, Unit: -1, Each: -1})
	})
	d.cohorts = d.section("cohorts", cohortThing, func(name string) {
		d.c.Cohorts = append(d.c.Cohorts, contracts.Cohort{Name: name, Unit: -1, JoinedBy: -1})
	})
	d.tables = d.section("tables", tableThing, func(name string) {
		d.c.Tables = append(d.c.Tables, contracts.Table{Name: name, Per: contracts.ContractLevel()})
	})
	d.declareAssumptions()
	d.quantities = d.section("quantities", quantityThing, func(name string) {
		d.c.Quantities = append(d.c.Quantities, contracts.Quantity{Name: name, Except: -1, Per: contracts.ContractLevel(), Source: contracts.Source{Index: -1, Field: -1, Slot: -1}})
	})
	d.measures = d.section("measures", measureThing, func(name string) {
		d.c.Measures = append(d.c.Measures, contracts.Measure{Name: name, Run: -1, RestartsOn: -1, Per: contracts.ContractLevel()})
	})
	d.comparisons = d.section("comparisons", comparisonThing, func(name string) {
		d.c.Comparisons = append(d.c.Comparisons, contracts.Comparison{Name: name, Treated: -1, Against: -1, Of: -1, CertifiedBy: -1, Pools: -1, Per: contracts.ContractLevel()})
	})
	d.payments = d.section("payments", paymentThing, func(name string) {
		d.c.Payments = append(d.c.Payments, contracts.Payment{Name: name, Index: -1, Per: contracts.ContractLevel()})
	})
	d.divisions = d.section("divisions", divisionThing, func(name string) { d.c.Divisions = append(d.c.Divisions, contracts.Division{Name: name}) })
	d.checks = d.section("checks", checkThing, func(name string) {
		d.c.Checks = append(d.c.Checks, contracts.Check{Name: name, FoundBy: -1, Per: contracts.ContractLevel()})
	})
	d.accounts = d.section("accounts", accountThing, func(name string) {
		d.c.Accounts = append(d.c.Accounts, contracts.Account{Name: name, Owner: -1, LeftTo: -1})
	})
	d.stakes = d.section("stakes", stakeThing, func(name string) { d.c.Stakes = append(d.c.Stakes, contracts.Stake{Name: name}) })
	d.declareStandings()
	d.declareBaselines()
	d.declareSavings()
	d.declareInKind()
	d.quantityState = make([]progress, len(d.quantities))
	d.tableState = make([]progress, len(d.tables))
	d.roundingSaid = make([]bool, len(d.quantities))
	for i := range d.derived {
		d.roundingSaid[i] = true // a chain is exact until the line that pays it
	}
	for i := range d.baselineSteps {
		d.roundingSaid[i] = true
	}
	if len(d.c.Payments) == 0 && d.root.Get("payments") != nil {
		d.Fault(d.root.Get("payments").Place(), document.Fault{Message: "payments: the contract pays nothing", Expected: "at least one payment"})
	}
}

// section declares the things of one section and returns their nodes, one for each.
func (d *decoder) section(name string, kind thingKind, add func(name string)) []*document.Node {
	var nodes []*document.Node
	top := d.root.Get(name)
	if top == nil || top.Kind != document.Map {
		return nil
	}
	if len(top.Keys) > document.ThingsMax {
		d.Bad(top, document.Fault{Message: fmt.Sprintf("%s: the section holds %d things", name, len(top.Keys)), Expected: fmt.Sprintf("at most %d", document.ThingsMax)})
		return nil
	}
	for i, k := range top.Keys {
		if !d.nameFits(k, sectionOne[name], reserved) {
			continue
		}
		if before, taken := d.things[k.Text]; taken {
			d.Fault(k.Place(), document.Fault{Message: fmt.Sprintf("%s %s: the name already stands for %s", sectionOne[name], k.Text, before.kind.words()),
				Remedy: "one name stands for one thing in the whole contract; rename one of them"})
			continue
		}
		item := top.Items[i]
		if item.Bad {
			item = &document.Node{Kind: document.Map, Line: k.Line, Column: k.Column, Bad: true}
		}
		d.things[k.Text] = thing{kind, len(nodes)}
		add(k.Text)
		nodes = append(nodes, item)
	}
	return nodes
}

// nameFits reports whether a key may be a name, and says so when it may not.
func (d *decoder) nameFits(k *document.Node, what string, taken []string) bool {
	f := document.Fault{Message: fmt.Sprintf("%s %s: this cannot be a name", what, k.Text)}
	switch {
	case !isName(k.Text):
		f.Expected = "small letters, digits and underscores, a letter first"
	case utf8.RuneCountInString(k.Text) > document.NameMax:
		f.Expected = fmt.Sprintf("at most %d characters", document.NameMax)
	case slices.Contains(taken, k.Text):
		f.Remedy = "it is a word of the language; choose another"
	default:
		return true
	}
	d.Fault(k.Place(), f)
	return false
}

// isName reports whether s is written as names are: [a-z][a-z0-9_]*.
func isName(s string) bool {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// find returns the thing of one of the kinds that a node names, or reports that there is none; nil nodes are passed over.
func (d *decoder) find(n *document.Node, who string, kinds ...thingKind) (int, bool) {
	if n == nil || n.Kind != document.Scalar {
		return -1, false
	}
	t, known := d.things[n.Text]
	if known && slices.Contains(kinds, t.kind) {
		return t.index, !d.nodeOf(t).Bad
	}
	f := document.Fault{Message: fmt.Sprintf("%s: %q is not %s", who, n.Text, kindsWords(kinds))}
	if known {
		f.Message = fmt.Sprintf("%s: %q is %s, not %s", who, n.Text, t.kind.words(), kindsWords(kinds))
	}
	f.Remedy = document.Meant(n.Text, d.names(kinds...))
	d.Bad(n, f)
	return -1, false
}

func kindsWords(kinds []thingKind) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = k.words()
	}
	return wording.Enumerate(words, "or")
}

// names returns the names of the kinds, sorted.
func (d *decoder) names(kinds ...thingKind) []string {
	var all []string
	for name, t := range d.things {
		if slices.Contains(kinds, t.kind) {
			all = append(all, name)
		}
	}
	sort.Strings(all)
	return all
}

// nodeOf returns the node of a thing.
func (d *decoder) nodeOf(t thing) *document.Node {
	switch t.kind {
	case periodThing:
		return d.periods[t.index]
	case unitThing:
		return d.units[t.index]
	case kindThing:
		return d.evidence[t.index]
	case cohortThing:
		return d.cohorts[t.index]
	case tableThing:
		return d.tables[t.index]
	case quantityThing:
		return d.quantities[t.index]
	case measureThing:
		return d.measures[t.index]
	case comparisonThing:
		return d.comparisons[t.index]
	case paymentThing, paidThing:
		return d.payments[t.index]
	case divisionThing:
		return d.divisions[t.index]
	case checkThing:
		return d.checks[t.index]
	case accountThing:
		return d.accounts[t.index]
	case savingThing:
		return d.savings[t.index]
	case stakeThing:
		return d.stakes[t.index]
	case baselineThing:
		return d.baselines[t.index]
	default: // a cap has no name to be found by
		return &document.Node{}
	}
}

// nameOf returns the name of a thing.
func (d *decoder) nameOf(t thing) string {
	switch t.kind {
	case periodThing:
		return d.c.Periods[t.index].Name
	case unitThing:
		return d.c.Units[t.index].Name
	case kindThing:
		return d.c.Evidence[t.index].Name
	case cohortThing:
		return d.c.Cohorts[t.index].Name
	case tableThing:
		return d.c.Tables[t.index].Name
	case quantityThing:
		return d.c.Quantities[t.index].Name
	case measureThing:
		return d.c.Measures[t.index].Name
	case comparisonThing:
		return d.c.Comparisons[t.index].Name
	case paymentThing, paidThing:
		return d.c.Payments[t.index].Name
	case divisionThing:
		return d.c.Divisions[t.index].Name
	case checkThing:
		return d.c.Checks[t.index].Name
	case accountThing:
		return d.c.Accounts[t.index].Name
	case savingThing:
		return d.c.Savings[t.index].Name
	case stakeThing:
		return d.c.Stakes[t.index].Name
	case baselineThing:
		return d.c.Baselines[t.index].Name
	case capThing:
		return d.c.Caps[t.index].Name
	case placeThing:
		return d.c.Caps[d.placeOf[t.index]].Name
	}
	return ""
}
