package language

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/sentences"
	"outturn/contracts/wording"
)

// This file reads a partnership: who invests, in cash and in kind, who benefits, and how much each may lose by it.

var partnershipShape = mapOf("partners, benefits and clause",
	must("partners", "who invests or benefits", listOf("a list of partners", mapOf("a partner such as {party: council, side: local, loss_limit: £0.00}",
		must("party", "the party", nameShape),
		must("side", "whose its money is", words("a side", option("local", "a local body's"), option("exchequer", "a department's, or the Exchequer's own"))),
		may("in_kind", "what it put in in staff, places and time that is no contribution in kind of the contract's", formulaShape),
		may("in_kind_promised", "what it said it would put in so", formulaShape),
		may("paid_in", "what came in of what it owes, as somebody tells", formulaShape),
		must("loss_limit", "the most that it signed to lose", text("a sum of money; £0.00 for nothing; or any", ""))))),
	may("below_limit", "what becomes of what a partner loses beyond its limit", belowLimitShape),
	must("benefits", "the figures of savings by which they benefit, such as violence.cashable", listOf("figures of savings", figureShape)),
	may("by", "the period series by which what each put in and had is worked out, for payback", nameShape),
	may("spend", "spending whose shift is reported", mapOf("reactive and preventative",
		must("reactive", "the quantity of what is spent on what went wrong", nameShape),
		must("preventative", "the quantity of what is spent on keeping it from going wrong", nameShape))),
	may("indicators", "quantities that are reported and move no money", listOf("names of quantities", nameShape)),
	may("small_numbers", "reports show no count below this, other than nought", text("a whole number of 3 or more", `^\d+$`)),
	must("clause", "where in the signed contract the term stands", clauseShape))

func (d *decoder) readPartnership(n *document.Node) {
	if n == nil || n.Bad {
		return
	}
	p := &contracts.Partnership{Clause: n.Value("clause"), By: -1, Spend: contracts.Spend{Reactive: -1, Preventative: -1}}
	d.c.Partnership = p
	d.readBy(n.Get("by"), p)
	for _, item := range n.Get("partners").Listed() {
		d.readPartner(item, p)
	}
	slices.SortFunc(p.Partners, func(a, b contracts.Partner) int { return a.Party - b.Party })
	if len(p.Partners) < 2 && len(d.Faults) == 0 {
		d.Fault(n.Place(), document.Fault{Message: "partnership", Expected: "at least two partners"})
	}
	who := "partnership, benefits"
	for _, item := range n.Get("benefits").Texts() {
		name, column := cutName(item.Text)
		t, known := d.things[name]
		if !known || t.kind != savingThing || d.c.Savings[t.index].Form != contracts.SavingChain {
			d.Bad(item, document.Fault{Message: fmt.Sprintf("%s: %q is no figure of a chain of savings", who, item.Text), Remedy: document.Meant(name, d.names(savingThing))})
			continue
		}
		s := &d.c.Savings[t.index]
		step := slices.Index(s.Columns(), column)
		if step < 0 || d.savings[t.index].Bad || !d.quantity(s.Steps[step].Quantity) || !d.c.Money(s.Steps[step]) {
			d.Bad(item, document.Fault{Message: fmt.Sprintf("%s: %q is no sum of money", who, item.Text), Remedy: "write " + wording.Enumerate(prefixed(name, s.Columns()), "or")})
			continue
		}
		if p.By >= 0 && !slices.Contains(s.Per.Periods, p.By) {
			d.Bad(item, document.Fault{Message: fmt.Sprintf("%s: positions are worked out by %s, and %s stands per %s", who, wording.Spaced(d.c.Periods[p.By].Name), item.Text, sentences.Level(d.c, s.Per)),
				Remedy: "let the saving stand per " + d.c.Periods[p.By].Name + ", or leave by out"})
			continue
		}
		p.Benefits = append(p.Benefits, contracts.SavingPart{Saving: t.index, Step: step})
		for _, b := range s.Beneficiaries {
			if !slices.ContainsFunc(p.Partners, func(o contracts.Partner) bool { return o.Party == b.Party }) {
				d.Fault(item.Place(), document.Fault{Message: fmt.Sprintf("%s: the %s has a part of %s and is no partner", who, wording.Spaced(d.c.Parties[b.Party].ID), name),
					Remedy: "name it among the partners, so that the whole of the saving is somebody's"})
			}
		}
	}
	d.givenByPeriod(p)
	d.benefitsAlike(n, p)
	d.readReported(n, p)
	d.readBelowLimit(n, p)
}

func (d *decoder) readPartner(n *document.Node, p *contracts.Partnership) {
	id := n.Get("party")
	if id == nil {
		return
	}
	at := d.party(id.Text)
	switch {
	case at < 0 || d.c.Parties[at].Each >= 0:
		d.Bad(id, document.Fault{Message: fmt.Sprintf("partnership, partners: there is no party %q", id.Text), Remedy: document.Meant(id.Text, d.partyNames())})
		return
	case slices.ContainsFunc(p.Partners, func(o contracts.Partner) bool {
		return o.Party != at && d.c.Heir(o.Party, d.c.Last) == d.c.Heir(at, d.c.Last)
	}):
		d.Bad(id, document.Fault{Message: fmt.Sprintf("partnership, partners: %s and another partner are one body in the end", id.Text), Remedy: "name the first of them alone: its successor has its place"})
		return
	case slices.ContainsFunc(p.Partners, func(o contracts.Partner) bool { return o.Party == at }):
		d.Bad(id, document.Fault{Message: "partnership, partners: " + id.Text + " stands twice"})
		return
	}
	one := contracts.Partner{Party: at, Side: contracts.Side(n.Value("side"))}
	r := &reader{levels: []contracts.Level{partnerLevel(d.c, &one, p.By)}, hand: -1}
	for _, said := range []struct {
		key string
		to  **formula.Expr
	}{{"in_kind", &one.InKind}, {"in_kind_promised", &one.Promised}} {
		r.who = "partner " + id.Text + ", " + said.key
		if *said.to = d.formula(r, n.Get(said.key), formula.Money); p.By >= 0 && *said.to != nil && !d.standsPer(*said.to, p.By) {
			d.Bad(n.Get(said.key), document.Fault{Message: fmt.Sprintf("%s: it is of each %s, and what it reads is of all of them", r.who, wording.Spaced(d.c.Periods[p.By].Name)),
				Remedy: "name a figure per " + d.c.Periods[p.By].Name})
		}
	}
	d.countedOnce(n.Get("in_kind"), one.InKind, at)
	r.who, r.levels = "partner "+id.Text+", paid_in", []contracts.Level{partnerLevel(d.c, &one, -1)}
	one.PaidIn = d.formula(r, n.Get("paid_in"), formula.Money)
	if limit := n.Get("loss_limit"); limit != nil && limit.Text != "any" {
		r.who = "partner " + id.Text + ", loss_limit"
		one.LossLimit = d.formula(r, limit, formula.Money)
		if one.LossLimit != nil && (one.LossLimit.Op != formula.OpLiteral || one.LossLimit.Literal.Num.Sign() < 0) {
			d.Bad(limit, document.Fault{Message: r.who, Expected: "a sum of nought or more, or any", Found: limit.Text})
		}
	}
	p.Partners = append(p.Partners, one)
}

// benefitsAlike refuses benefits that are added by partner and unlike in more than whose they are.
func (d *decoder) benefitsAlike(n *document.Node, p *contracts.Partnership) {
	var parts []figureOf
	for _, b := range p.Benefits {
		parts = append(parts, figureOf{b.Saving, b.Step})
	}
	unlike := slices.DeleteFunc(unlike(d.c, parts), func(t contracts.Trait) bool {
		return t == contracts.TraitBeneficiary || t == contracts.TraitBudget || t == contracts.TraitOrigin || t == contracts.TraitGrade
	})
	if len(unlike) > 0 {
		f := d.unlikeFault("partnership, benefits: what a partner has of them is added up, and they are unlike", parts, unlike)
		f.Remedy, f.Options = "name figures that are alike in these", nil
		d.Fault(n.Get("benefits").Place(), f)
	}
}
