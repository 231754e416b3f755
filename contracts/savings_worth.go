package contracts

import (
	"fmt"
	"slices"

	"outturn/contracts/money"
)

// This file reads what a saving is worth by the unit, and to whom: unit costs and their agencies.

// unitCost returns the checked unit cost that a worth names, nil when it names none.
func (d *decoder) unitCost(n *node, who string) *UnitCost {
	code := n.get("unit_cost")
	if code == nil || n.kind != mapNode {
		return nil
	}
	at := slices.IndexFunc(UnitCosts, func(u UnitCost) bool { return u.Code == code.text })
	certified := n.has("certified")
	switch {
	case at >= 0 && certified:
		d.bad(code, Fault{Message: who + ": " + code.text + " is among the checked unit costs, and a sum is certified too", Remedy: "leave certified out, or write the sum as the worth"})
	case at >= 0:
		if d.c.Currency.Code != "GBP" {
			d.bad(code, Fault{Message: who + ": unit costs are in pounds, and the contract in " + d.c.Currency.Code, Remedy: "write the worth as a sum"})
			return nil
		}
		return d.countedCost(n, &UnitCosts[at], who)
	case !certified || !n.has("certified_by") || !n.has("source"):
		codes := make([]string, len(UnitCosts))
		for i := range UnitCosts {
			codes[i] = UnitCosts[i].Code
		}
		d.bad(code, Fault{Message: fmt.Sprintf("%s: %q is not among the unit costs that were checked row by row", who, code.text), Remedy: meant(code.text, codes),
			Options: []Option{{"{unit_cost: CODE, certified: £..., certified_by: PARTY, source: ...}", "a party answers for the row"}, {"worth: £...", "the parties agree the sum"}}})
	default:
		if by := n.get("certified_by"); by != nil && d.party(by.text) < 0 {
			d.bad(by, Fault{Message: fmt.Sprintf("%s, certified_by: there is no party %q", who, by.text), Remedy: meant(by.text, d.partyNames())})
		}
		if n.get("counted") != nil {
			d.bad(n.get("counted"), Fault{Message: who + ", counted: a sum that is certified is one sum", Remedy: "leave it out"})
		}
	}
	return nil
}

// countedCost holds a unit cost whose parts do not make its headline against the word that says which of them it counts for.
func (d *decoder) countedCost(n *node, u *UnitCost, who string) *UnitCost {
	differ := !u.Sum().Equal(u.Headline)
	switch {
	case differ && !n.has("counted"):
		d.missing(n, who, "counted", fmt.Sprintf("the headline of %s is %s and its parts make %s", u.Code, u.Headline, u.Sum()), countedCostShape)
	case !differ && n.get("counted") != nil:
		d.bad(n.get("counted"), Fault{Message: who + ", counted: the parts of " + u.Code + " make its headline", Remedy: "leave it out"})
	}
	return u
}

// benefitWeight reads one weight: a number, or an agency's part of the unit cost.
func (d *decoder) benefitWeight(n *node, s *Saving, who string, agencies *[]string) money.Exact {
	if x, err := money.ParseExact(n.text); err == nil {
		if x.Sign() < 0 {
			d.bad(n, Fault{Message: who, Expected: "a weight of nought or more", Found: n.text})
		}
		return x
	}
	if s.UnitCost != nil {
		for _, p := range s.UnitCost.Parts {
			if p.Agency == n.text {
				*agencies = append(*agencies, n.text)
				return p.Cost
			}
		}
	}
	f := Fault{Message: who, Expected: "a weight such as 1171", Found: fmt.Sprintf("%q", n.text)}
	if s.UnitCost != nil {
		f.Expected, f.Remedy = "a weight, or an agency of "+s.UnitCost.Code, "its agencies are "+list(agenciesOf(s.UnitCost))
	}
	d.bad(n, f)
	return money.Exact{}
}

func agenciesOf(u *UnitCost) []string {
	names := make([]string, len(u.Parts))
	for i, p := range u.Parts {
		names[i] = p.Agency
	}
	return names
}

// everyAgency reports agencies of a unit cost that nobody stands for, or two parties do, and weights that come to nought.
func (d *decoder) everyAgency(n *node, s *Saving, who string, agencies []string) {
	var sum money.Exact
	for _, b := range s.Beneficiaries {
		sum = sum.Add(b.Weight)
	}
	if sum.IsZero() && len(s.Beneficiaries) > 0 && !n.bad {
		d.fault(n.place(), Fault{Message: who + ": the weights come to nought, so that nobody has it"})
	}
	if len(agencies) == 0 || s.UnitCost == nil {
		return
	}
	slices.Sort(agencies)
	for i := 1; i < len(agencies); i++ {
		if agencies[i] == agencies[i-1] {
			d.fault(n.place(), Fault{Message: who + ": the part of " + agencies[i] + " stands twice", Remedy: "name it under one party"})
		}
	}
	for _, a := range agenciesOf(s.UnitCost) {
		if !slices.Contains(agencies, a) {
			d.fault(n.place(), Fault{Message: fmt.Sprintf("%s: nobody stands for %s, which bears a part of %s", who, a, s.UnitCost.Code),
				Remedy: "name it under a party: what nobody stands for would be shared among the others unseen"})
		}
	}
}
