package language

import (
	"fmt"
	"slices"
	"strconv"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// This file reads divisions: how one sum falls among several parties.

func (d *decoder) readDivisions() {
	for i, n := range d.divisions {
		v := &d.c.Divisions[i]
		v.Called, v.Clause = n.Value("called"), n.Value("clause")
		who := "division " + v.Name
		lines := d.dividedLevel(i)
		tranches := n.Get("tranches")
		if tranches == nil {
			continue
		}
		for at, item := range tranches.Items {
			if !item.Bad {
				v.Tranches = append(v.Tranches, d.readTranche(item, thing{divisionThing, i}, lines, who+", tranche "+strconv.Itoa(at+1)))
			}
		}
		if len(tranches.Items) == 0 {
			d.Bad(tranches, document.Fault{Message: who + " has no tranches", Expected: "at least one"})
		} else if len(v.Tranches) > 0 && v.Tranches[len(v.Tranches)-1].Claim != nil {
			last := tranches.Items[len(tranches.Items)-1]
			d.Fault(last.Place(), document.Fault{Message: who + ": every tranche takes only up to a claim, and nobody has what is beyond", Remedy: "end with a tranche of shares or weights"})
		}
	}
}

// dividedLevel is what every line that a division divides settles: what the payments that use it have in common, so that
// a line of one year is shared by that year's figures.
func (d *decoder) dividedLevel(division int) contracts.Level {
	common, found := contracts.ContractLevel(), false
	for i := range d.c.Payments {
		p := &d.c.Payments[i]
		switch {
		case p.From.Division != division && p.To.Division != division:
		case !found:
			common, found = p.Per, true
		default:
			common = d.common(common, p.Per)
		}
	}
	return common
}

// readTranche reads who shares a tranche and by what. Its figures stand per whatever the lines it divides settle.
func (d *decoder) readTranche(n *document.Node, self thing, lines contracts.Level, who string) contracts.Tranche {
	var t contracts.Tranche
	among := n.Get("among")
	if among == nil {
		return t
	}
	by, claim := n.Has("by"), n.Has("claim")
	if d.amongBeneficiaries(&t, among) {
		if by || claim {
			d.Fault(n.Place(), document.Fault{Message: who + ": a saving is shared by the weights of its beneficiaries, so neither by nor claim has a meaning", Remedy: "leave it out, or list the parties"})
		}
		return t
	}
	d.readAmong(&t, among, who)
	if among.Kind == document.Map {
		if by || claim {
			d.Fault(n.Place(), document.Fault{Message: who + ": shares are stated, so neither by nor claim has a meaning", Remedy: "leave it out, or list the parties without shares"})
		}
		return t
	}
	if by && claim || !by && !claim {
		d.Fault(n.Place(), document.Fault{Message: who + " does not say by what it is shared", Expected: "exactly one of these", Options: []document.Option{
			{Word: "among: {party: 62.5%, ...}", Means: "by shares that sum to 100%"}, {Word: "by", Means: "in proportion to a figure of each"}, {Word: "claim", Means: "up to so much each"}}})
		return t
	}
	if among.Kind == document.Scalar {
		lines.Role = among.Text
	} else if len(t.Parties) > 0 {
		lines.Role = d.c.Parties[t.Parties[0]].Role
	}
	r := &reader{who: who, self: self, levels: []contracts.Level{lines}, hand: -1}
	if claim {
		r.who += ", claim"
		t.Claim = d.formula(r, n.Get("claim"), formula.Money)
		return t
	}
	d.readWeights(r, n.Get("by"), &t)
	return t
}

// readWeights reads by what a tranche is shared: one figure that each party has, or one for each.
func (d *decoder) readWeights(r *reader, by *document.Node, t *contracts.Tranche) {
	types := []formula.Type{formula.Money, formula.Number, formula.Rate, formula.Plain}
	r.who += ", by"
	if by == nil || by.Kind != document.Map {
		if e := d.formula(r, by, types...); e != nil {
			for range t.Parties {
				t.Weights = append(t.Weights, e)
			}
		}
		return
	}
	own := *r
	for _, p := range t.Parties {
		at := slices.IndexFunc(by.Keys, func(k *document.Node) bool { return k.Text == d.c.Parties[p].ID })
		if at < 0 {
			d.Fault(by.Place(), document.Fault{Message: fmt.Sprintf("%s: it gives no figure for %s", r.who, d.c.Parties[p].ID), Remedy: "give one for each that shares, £0.00 or 0 where it has nothing"})
			return
		}
		own.who = r.who + ", " + d.c.Parties[p].ID
		own.levels = []contracts.Level{r.levels[0]}
		own.levels[0].Role = d.c.Parties[p].Role
		e := d.formula(&own, by.Items[at], types...)
		if e == nil {
			return
		}
		if types = []formula.Type{e.Type}; e.Type != formula.Money && e.Type != formula.Rate {
			types = []formula.Type{formula.Number, formula.Plain}
		}
		t.Weights = append(t.Weights, e)
	}
	for _, k := range by.Keys {
		if !slices.ContainsFunc(t.Parties, func(p int) bool { return d.c.Parties[p].ID == k.Text }) {
			d.Fault(k.Place(), document.Fault{Message: fmt.Sprintf("%s: %s does not share this tranche", r.who, k.Text), Remedy: "name it in among, or leave it out"})
		}
	}
}

// amongBeneficiaries reads a tranche that is shared as a saving is: by the weights of its beneficiaries.
func (d *decoder) amongBeneficiaries(t *contracts.Tranche, n *document.Node) bool {
	named, known := d.things[n.Text]
	if n.Kind != document.Scalar || !known || named.kind != savingThing {
		return false
	}
	for _, b := range d.c.Savings[named.index].Beneficiaries {
		t.Parties = append(t.Parties, b.Party)
		t.Weights = append(t.Weights, &formula.Expr{Op: formula.OpLiteral, Type: formula.Number, Literal: formula.Figure{Type: formula.Number, Num: b.Weight}})
	}
	if len(t.Parties) == 0 && !d.savings[named.index].Bad {
		d.Bad(n, document.Fault{Message: "division among " + n.Text + ": its source does not say who has it", Remedy: "list the parties"})
	}
	return true
}

// readAmong reads the parties of a tranche, with their shares where they are stated.
func (d *decoder) readAmong(t *contracts.Tranche, n *document.Node, who string) {
	if n.Kind == document.Scalar {
		if t.Parties = d.partiesOf(n.Text); len(t.Parties) == 0 {
			d.Bad(n, document.Fault{Message: fmt.Sprintf("%s, among: no party has the role %q", who, n.Text), Remedy: document.Meant(n.Text, d.roles())})
		}
		return
	}
	names := n.Texts()
	if n.Kind == document.Map {
		names = n.Keys
	}
	shares := map[int]*document.Node{}
	for i, item := range names {
		at := d.party(item.Text)
		if at < 0 || d.c.Parties[at].Each >= 0 {
			d.Fault(item.Place(), document.Fault{Message: fmt.Sprintf("%s, among: there is no party %q", who, item.Text), Remedy: document.Meant(item.Text, d.partyNames())})
			n.Bad = true
			continue
		}
		t.Parties = append(t.Parties, at)
		if n.Kind == document.Map {
			shares[at] = n.Items[i]
		}
	}
	slices.Sort(t.Parties) // a map has no order: ties go by the list of parties
	t.Parties = slices.Compact(t.Parties)
	if n.Kind != document.Map || n.Bad {
		return
	}
	total := money.Int(0)
	r := &reader{who: who + ", among", hand: -1, levels: []contracts.Level{contracts.ContractLevel()}}
	for _, p := range t.Parties {
		e := d.formula(r, shares[p], formula.Rate)
		if e == nil {
			return
		}
		if e.Op != formula.OpLiteral {
			d.Bad(shares[p], document.Fault{Message: who + ", among: a share is a rate such as 62.5%", Found: shares[p].Text, Remedy: "to share by figures, list the parties and say by"})
			return
		}
		t.Weights = append(t.Weights, e)
		total = total.Add(e.Literal.Num)
	}
	if total.Cmp(money.Int(1)) != 0 && !d.topUpUnsaid(who, n, t, total) {
		d.Bad(n, document.Fault{Message: who + ", among: the shares do not make the whole", Expected: "100%",
			Found: formula.Figure{Type: formula.Rate, Num: total}.Format(d.c.Currency)})
	}
}
