package language

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/money"
	"outturn/contracts/wording"
)

// This file reads what a saving is worth by the unit, and to whom: unit costs and their agencies.

// unitCost returns the checked unit cost that a worth names, nil when it names none.
func (d *decoder) unitCost(n *document.Node, who string) *contracts.UnitCost {
	code := n.Get("unit_cost")
	if code == nil || n.Kind != document.Map {
		return nil
	}
	at := slices.IndexFunc(contracts.UnitCosts, func(u contracts.UnitCost) bool { return u.Code == code.Text })
	certified := n.Has("certified")
	switch {
	case at >= 0 && certified:
		d.Bad(code, document.Fault{Message: who + ": " + code.Text + " is among the checked unit costs, and a sum is certified too", Remedy: "leave certified out, or write the sum as the worth"})
	case at >= 0:
		if d.c.Currency.Code != "GBP" {
			d.Bad(code, document.Fault{Message: who + ": unit costs are in pounds, and the contract in " + d.c.Currency.Code, Remedy: "write the worth as a sum"})
			return nil
		}
		return d.countedCost(n, &contracts.UnitCosts[at], who)
	case !certified || !n.Has("certified_by") || !n.Has("source"):
		codes := make([]string, len(contracts.UnitCosts))
		for i := range contracts.UnitCosts {
			codes[i] = contracts.UnitCosts[i].Code
		}
		d.Bad(code, document.Fault{Message: fmt.Sprintf("%s: %q is not among the unit costs that were checked row by row", who, code.Text), Remedy: document.Meant(code.Text, codes),
			Options: []document.Option{{Word: "{unit_cost: CODE, certified: £..., certified_by: PARTY, source: ...}", Means: "a party answers for the row"}, {Word: "worth: £...", Means: "the parties agree the sum"}}})
	default:
		if by := n.Get("certified_by"); by != nil && d.party(by.Text) < 0 {
			d.Bad(by, document.Fault{Message: fmt.Sprintf("%s, certified_by: there is no party %q", who, by.Text), Remedy: document.Meant(by.Text, d.partyNames())})
		}
		if n.Get("counted") != nil {
			d.Bad(n.Get("counted"), document.Fault{Message: who + ", counted: a sum that is certified is one sum", Remedy: "leave it out"})
		}
	}
	return nil
}

// countedCost holds a unit cost whose parts do not make its headline against the word that says which of them it counts for.
func (d *decoder) countedCost(n *document.Node, u *contracts.UnitCost, who string) *contracts.UnitCost {
	differ := !u.Sum().Equal(u.Headline)
	switch {
	case differ && !n.Has("counted"):
		d.missing(n, who, "counted", fmt.Sprintf("the headline of %s is %s and its parts make %s", u.Code, u.Headline, u.Sum()), countedCostShape)
	case !differ && n.Get("counted") != nil:
		d.Bad(n.Get("counted"), document.Fault{Message: who + ", counted: the parts of " + u.Code + " make its headline", Remedy: "leave it out"})
	}
	return u
}

// benefitWeight reads one weight: a number, or an agency's part of the unit cost.
func (d *decoder) benefitWeight(n *document.Node, s *contracts.Saving, who string, agencies *[]string) money.Exact {
	if x, err := money.ParseExact(n.Text); err == nil {
		if x.Sign() < 0 {
			d.Bad(n, document.Fault{Message: who, Expected: "a weight of nought or more", Found: n.Text})
		}
		return x
	}
	if s.UnitCost != nil {
		for _, p := range s.UnitCost.Parts {
			if p.Agency == n.Text {
				*agencies = append(*agencies, n.Text)
				return p.Cost
			}
		}
	}
	f := document.Fault{Message: who, Expected: "a weight such as 1171", Found: fmt.Sprintf("%q", n.Text)}
	if s.UnitCost != nil {
		f.Expected, f.Remedy = "a weight, or an agency of "+s.UnitCost.Code, "its agencies are "+wording.List(agenciesOf(s.UnitCost))
	}
	d.Bad(n, f)
	return money.Exact{}
}

func agenciesOf(u *contracts.UnitCost) []string {
	names := make([]string, len(u.Parts))
	for i, p := range u.Parts {
		names[i] = p.Agency
	}
	return names
}

// everyAgency reports agencies of a unit cost that nobody stands for, or two parties do, and weights that come to nought.
func (d *decoder) everyAgency(n *document.Node, s *contracts.Saving, who string, agencies []string) {
	var sum money.Exact
	for _, b := range s.Beneficiaries {
		sum = sum.Add(b.Weight)
	}
	if sum.IsZero() && len(s.Beneficiaries) > 0 && !n.Bad {
		d.Fault(n.Place(), document.Fault{Message: who + ": the weights come to nought, so that nobody has it"})
	}
	if len(agencies) == 0 || s.UnitCost == nil {
		return
	}
	slices.Sort(agencies)
	for i := 1; i < len(agencies); i++ {
		if agencies[i] == agencies[i-1] {
			d.Fault(n.Place(), document.Fault{Message: who + ": the part of " + agencies[i] + " stands twice", Remedy: "name it under one party"})
		}
	}
	for _, a := range agenciesOf(s.UnitCost) {
		if !slices.Contains(agencies, a) {
			d.Fault(n.Place(), document.Fault{Message: fmt.Sprintf("%s: nobody stands for %s, which bears a part of %s", who, a, s.UnitCost.Code),
				Remedy: "name it under a party: what nobody stands for would be shared among the others unseen"})
		}
	}
}
