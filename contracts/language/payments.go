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

func (d *decoder) readPayments() {
	for i, n := range d.payments {
		p := &d.c.Payments[i]
		p.Between = d.term()
		if n.Bad {
			continue
		}
		p.Called, p.Clause = n.Value("called"), n.Value("clause")
		who := "payment " + p.Name
		var ok bool
		if p.Per, ok = d.level(n.Get("per"), who, -1); !ok {
			p.Per = contracts.ContractLevel()
		}
		r := &reader{who: who, self: thing{paymentThing, i}, levels: []contracts.Level{p.Per}, hand: -1}
		p.From, p.To = d.payee(n.Get("from"), who+", from", p.Per), d.payee(n.Get("to"), who+", to", p.Per)
		if to := n.Get("to"); to != nil && p.From == p.To && p.From.Name != "" {
			d.Bad(to, document.Fault{Message: who + ": " + to.Text + " pays itself"})
		}
		d.readSum(r, n, p)
		d.readConditions(r, n, p)
		d.readSteps(r, n, p)
		d.readDue(r, n, p)
		d.readRest(n, p, who)
		d.readHeld(r, n, p)
		p.RestrictedTo = n.Value("restricted_to")
		d.readBetween(n.Get("between"), p, who+", between")
		p.Shadow = d.shadow(n.Get("shadow"), who+", shadow")
	}
}

// readBetween reads the days a payment applies to, which lie within the contract's term.
func (d *decoder) readBetween(n *document.Node, p *contracts.Payment, who string) {
	p.Between = d.span(n, who, d.term())
	if n != nil && !n.Bad && p.Between.Intersect(d.term()) != p.Between {
		d.Bad(n, document.Fault{Message: who + ": it reaches beyond the contract's term", Expected: "days within " + d.term().String(), Found: p.Between.String()})
	}
}

// payee reads who pays or is paid: a party, the party of a role at the payment's level, or a division.
func (d *decoder) payee(n *document.Node, who string, per contracts.Level) contracts.Payee {
	none := contracts.Payee{Party: -1, Division: -1, Account: -1}
	if n == nil || n.Kind != document.Scalar {
		return none
	}
	p := contracts.Payee{Party: -1, Division: -1, Account: -1, Name: n.Text}
	if t, known := d.things[n.Text]; known && t.kind == divisionThing {
		p.Division = t.index
		return p
	} else if known && t.kind == accountThing {
		if !slices.Contains(per.Periods, d.c.Accounts[t.index].Period) || per.Unit >= 0 {
			d.Bad(n, document.Fault{Message: fmt.Sprintf("%s: the account %s stands per %s, and the payment per %s", who, n.Text, wording.Spaced(d.c.Periods[d.c.Accounts[t.index].Period].Name), sentences.Level(d.c, per)),
				Remedy: "let the payment stand per " + d.c.Periods[d.c.Accounts[t.index].Period].Name + ", and gather first what is per something finer"})
			return none
		}
		p.Account, p.Party = t.index, d.c.Accounts[t.index].Owner
		return p
	}
	if p.Party = d.party(n.Text); p.Party >= 0 {
		unit := d.c.Parties[p.Party].Each
		if unit >= 0 && !d.settles(per, unitLevel(unit)) {
			d.Bad(n, document.Fault{Message: fmt.Sprintf("%s: each %s is a party of its own, and the payment stands per %s", who, wording.Spaced(d.c.Units[unit].Name), sentences.Level(d.c, per)),
				Remedy: "add " + d.c.Units[unit].Name + " to its per"})
			return none
		}
		return p
	}
	if d.isRole(n.Text) {
		if per.Role == n.Text {
			return p
		}
		of := d.partiesOf(n.Text)
		if len(of) == 1 && d.c.Parties[of[0]].Each < 0 {
			p.Party = of[0]
			return p
		}
		d.Bad(n, document.Fault{Message: fmt.Sprintf("%s: several parties have the role %s", who, n.Text), Remedy: "name one, a division among them, or let the payment stand per " + n.Text})
		return none
	}
	all := append(append(d.partyNames(), d.roles()...), d.names(divisionThing, accountThing)...)
	slices.Sort(all)
	d.Bad(n, document.Fault{Message: fmt.Sprintf("%s: there is no party, role, division or account %q", who, n.Text), Remedy: document.Meant(n.Text, slices.Compact(all))})
	return none
}

// readSum reads what is paid: outcomes, units or a figure at a price, or a sum of money.
func (d *decoder) readSum(r *reader, n *document.Node, p *contracts.Payment) {
	counted, of := n.Get("for"), n.Get("of")
	if n.Has("for") == n.Has("of") {
		d.Fault(n.Place(), document.Fault{Message: r.who + " does not say what it pays", Expected: "exactly one of these", Options: []document.Option{
			{Word: "for, price", Means: "so much for each outcome of a measure, each member of a cohort, or each of a number"}, {Word: "of", Means: "a sum of money that a formula gives"}}})
		return
	}
	inner := *r
	if n.Has("of") {
		p.For = contracts.ForSum
		if n.Has("price") {
			d.Fault(n.Place(), document.Fault{Message: r.who + ": of gives a sum of money, which has no price", Remedy: "leave price out, or write for"})
		}
		inner.who = r.who + ", of"
		p.Of = d.formula(&inner, of, formula.Money)
		return
	}
	if !n.Has("price") {
		d.missing(n, r.who, "price", "the price of each it is for", formulaShape)
	}
	if counted == nil {
		return
	}
	priced := *r
	priced.who = r.who + ", price"
	t, known := d.things[counted.Text]
	switch {
	case known && d.nodeOf(t).Bad:
		return
	case known && t.kind == measureThing:
		p.For, p.Index = contracts.ForMeasure, t.index
		d.forUnit(r, counted, p, d.c.Measures[t.index].Per)
		priced.levels, priced.met = d.outcomeLevels(p.Per, d.c.Measures[t.index].Per), true
		if m := &d.c.Measures[t.index]; len(m.Kinds) == 1 {
			priced.hand = m.Kinds[0] // the outcome is an item of that kind, so the price may read what it says
		}
		d.note(r, t)
	case known && t.kind == cohortThing:
		p.For, p.Index = contracts.ForCohort, t.index
		d.forUnit(r, counted, p, unitLevel(d.c.Cohorts[t.index].Unit))
		priced.levels, priced.met = d.outcomeLevels(p.Per, unitLevel(d.c.Cohorts[t.index].Unit)), true
		d.note(r, t)
		if d.cohorts[t.index].Value("counts") == "compared_only" {
			d.Bad(counted, document.Fault{Message: r.who + ", for: the members of " + counted.Text + " are only compared with", Remedy: "name a cohort that counts"})
		}
	default:
		p.For = contracts.ForFigure
		inner.who = r.who + ", for"
		p.Figure = d.formula(&inner, counted, formula.Number, formula.Days, formula.Plain)
		d.quotientSaid(n, r.who+" is for "+counted.Text, p.Figure)
	}
	p.Price = d.formula(&priced, n.Get("price"), formula.Money)
}

// outcomeLevels is what a price may read: what the payment and the outcome's unit settle together.
func (d *decoder) outcomeLevels(per, unit contracts.Level) []contracts.Level {
	levels := []contracts.Level{per}
	if joined, ok := d.join(per, unit); ok {
		levels = append(levels, joined)
	}
	return levels
}

// forUnit holds what is paid for against what the payment is per: outcomes are as fine as its lines, or finer.
func (d *decoder) forUnit(r *reader, n *document.Node, p *contracts.Payment, unit contracts.Level) {
	coarse := periodless(p.Per)
	if !d.settles(unit, coarse) {
		d.Bad(n, document.Fault{Message: fmt.Sprintf("%s, for: %s stands per %s, and the payment per %s", r.who, n.Text, sentences.Level(d.c, unit), sentences.Level(d.c, p.Per)),
			Remedy: "let the payment stand per " + sentences.Level(d.c, unit) + " or something coarser"})
	}
}

// readConditions reads when, unless and the hurdle.
func (d *decoder) readConditions(r *reader, n *document.Node, p *contracts.Payment) {
	inner := *r
	inner.who = r.who + ", when"
	p.When = d.condition(&inner, n.Get("when"))
	inner.who = r.who + ", unless"
	p.Unless = d.condition(&inner, n.Get("unless"))
	h := n.Get("hurdle")
	if h == nil {
		return
	}
	inner.who = r.who + ", hurdle"
	test := d.condition(&inner, h)
	if test == nil {
		if len(h.Keys) < 2 && !h.Bad && (len(h.Items) == 0 || !h.Items[0].Bad) {
			d.Bad(h, document.Fault{Message: inner.who + " tests nothing", Expected: hurdleShape.what})
		}
		return
	}
	if test.Op != contracts.Test {
		d.Bad(h, document.Fault{Message: inner.who + " holds more than one test", Expected: "one test and pays_on", Remedy: "put the others into when"})
		return
	}
	if test.Test == contracts.OneOf && boundTypes(d.c.Refs[test.Slot].Type) != nil {
		d.edgeUnsaid(inner.who, h)
		return
	}
	p.Hurdle = &contracts.Hurdle{Test: *test, PaysOn: contracts.PaysWhole}
	if n.Get("hurdle").Value("pays_on") == "excess" {
		p.Hurdle.PaysOn = contracts.PaysExcess
		d.excessFits(inner.who, h, p)
	}
	d.slotSaid(h, inner.who+" tests", test.Slot)
	slotsIn(test.Bound, func(slot int) { d.slotSaid(h, inner.who+" tests against", slot) })
}

// excessFits reports it when the excess over the hurdle is no part of the sum: the hurdle must test the figure paid on,
// by at_least or more_than.
func (d *decoder) excessFits(who string, n *document.Node, p *contracts.Payment) {
	paid := p.Figure
	if p.For == contracts.ForSum {
		paid = p.Of
	}
	test := p.Hurdle.Test
	if paid == nil && p.For != contracts.ForMeasure && p.For != contracts.ForCohort {
		return
	}
	if paid == nil || paid.Op != formula.OpRef || paid.Slot != test.Slot || test.Test != contracts.AtLeast && test.Test != contracts.MoreThan {
		d.Bad(n, document.Fault{Message: who + ": pays_on excess needs a hurdle that tests the very figure paid on, by at_least or more_than",
			Remedy: "write pays_on: whole, or test the figure that the payment is for"})
	}
}

// quotientSaid reports a figure that is priced or tested and that is a quotient, unless it says how it is rounded.
func (d *decoder) quotientSaid(n *document.Node, how string, e *formula.Expr) {
	slotsIn(e, func(slot int) { d.slotSaid(n, how+", which reads", slot) })
}

func (d *decoder) slotSaid(n *document.Node, how string, slot int) {
	ref := d.c.Refs[slot]
	if ref.Kind != contracts.RefQuantity || d.roundingSaid[ref.Index] {
		return
	}
	divides := d.divides(slot, map[int]bool{})
	if divides == "" {
		return
	}
	why := "it divides"
	if divides != ref.Name {
		why = divides + ", of which it is made, divides"
	}
	at := d.quantities[ref.Index]
	d.Fault(at.Place(), document.Fault{Message: fmt.Sprintf("quantity %s does not say \"rounded\": %s, and %s %s: whether the exact or the rounded figure is used moves money", ref.Name, why, how, ref.Name),
		Options: []document.Option{{Word: "exact", Means: "the quotient itself is used, unrounded"}, {Word: "{nearest: 0.01%, ties: up}", Means: "to the nearest multiple; ties up, down or even"},
			{Word: "{up: 1}", Means: "away from nought to a multiple"}, {Word: "{down: 1}", Means: "towards nought to a multiple"}}})
	d.roundingSaid[ref.Index] = true // said once
}

// divides returns the name of the figure within another that is a quotient not said to be rounded, or "".
func (d *decoder) divides(slot int, seen map[int]bool) string {
	ref := d.c.Refs[slot]
	if ref.Kind != contracts.RefQuantity && ref.Kind != contracts.RefTable || seen[slot] {
		return ""
	}
	seen[slot] = true
	found := ""
	look := func(e *formula.Expr) {
		if found == "" && hasDivision(e) {
			found = ref.Name
		}
		slotsIn(e, func(s int) {
			if found == "" {
				found = d.divides(s, seen)
			}
		})
	}
	if ref.Kind == contracts.RefTable {
		for _, row := range d.c.Tables[ref.Index].Rows {
			if ref.Field < len(row.Values) {
				look(row.Values[ref.Field])
			}
		}
		return found
	}
	q := &d.c.Quantities[ref.Index]
	if d.roundingSaid[ref.Index] {
		return ""
	}
	if q.Head == contracts.Mean {
		return ref.Name
	}
	look(q.Is)
	if q.Head != contracts.Is && q.Head != contracts.MetWhen && q.Head != contracts.Count && q.Source.Slot >= 0 && found == "" {
		found = d.divides(q.Source.Slot, seen)
	}
	return found
}

func hasDivision(e *formula.Expr) bool {
	return e != nil && (e.Op == formula.OpDiv || hasDivision(e.Left) || hasDivision(e.Right))
}

// stepWords are the steps by their keys.
var stepWords = []struct {
	key, words string
	op         contracts.StepOp
	want       []formula.Type
}{
	{"times", "times", contracts.StepTimes, []formula.Type{formula.Rate, formula.Number, formula.Plain}},
	{"less", "less", contracts.StepLess, []formula.Type{formula.Rate, formula.Money}},
	{"not_above", "but not above", contracts.StepNotAbove, []formula.Type{formula.Money}},
	{"not_below", "but not below", contracts.StepNotBelow, []formula.Type{formula.Money}},
	{"plus", "plus", contracts.StepPlus, []formula.Type{formula.Money}},
}

func (d *decoder) readSteps(r *reader, n *document.Node, p *contracts.Payment) {
	then := n.Get("then")
	if then == nil {
		return
	}
	for _, item := range then.Items {
		if item.Bad {
			continue
		}
		if len(item.Keys) != 1 {
			d.Bad(item, document.Fault{Message: r.who + ", then: a step is one thing done to the sum", Found: fmt.Sprintf("%d keys", len(item.Keys)), Remedy: "write each as an item of its own: the order means something"})
			continue
		}
		for _, w := range stepWords {
			v := item.Get(w.key)
			if v == nil {
				continue
			}
			inner := *r
			inner.who = r.who + ", then, " + w.key
			if e := d.formula(&inner, v, w.want...); e != nil {
				p.Then = append(p.Then, contracts.Step{Op: w.op, By: e, Text: w.words + " " + d.exprWords(e)})
			}
		}
	}
}

func (d *decoder) readDue(r *reader, n *document.Node, p *contracts.Payment) {
	p.Due = contracts.Due{ClaimedBy: -1, ValidatedBy: -1}
	due := n.Get("due")
	if due == nil || due.Kind != document.Map {
		return
	}
	who := r.who + ", due"
	if on := due.Get("on"); on != nil && on.Text != "evidence" {
		if at, ok := d.find(on, who+", on", kindThing); ok {
			p.Due.ClaimedBy = at
		}
		if !due.Has("within") {
			d.missing(due, who, "within", "a claim is made within a window", windowShape)
		}
	}
	inner := *r
	inner.who, inner.hand, inner.met = who+", within", p.Due.ClaimedBy, true
	if p.For == contracts.ForMeasure || p.For == contracts.ForCohort {
		var unit contracts.Level
		if p.For == contracts.ForMeasure {
			unit = d.c.Measures[p.Index].Per
		} else {
			unit = unitLevel(d.c.Cohorts[p.Index].Unit)
		}
		inner.levels = d.outcomeLevels(p.Per, unit)
	}
	p.Due.Within = d.window(&inner, due.Get("within"))
	if p.Due.Within != nil && p.Due.ClaimedBy < 0 && due.Value("on") == "evidence" {
		d.Bad(due.Get("within"), document.Fault{Message: who + ", within: nothing is claimed", Remedy: "name the kind of claim in on, or leave within out"})
	}
	if by := due.Get("validated_by"); by != nil {
		if at, ok := d.find(by, who+", validated_by", kindThing); ok {
			p.Due.ValidatedBy = at
			if d.c.Evidence[at].Form != contracts.ExaminedClaim {
				d.Bad(by, document.Fault{Message: who + ", validated_by: " + by.Text + " is not evidence of checks", Remedy: "say as: check on it"})
			}
		}
	}
	p.Due.Wait = d.length(due.Get("wait"), who+", wait")
}

// readRest reads to whom what is not earned is left; it must be said where part of a sum may stay unearned.
func (d *decoder) readRest(n *document.Node, p *contracts.Payment, who string) {
	if rest := n.Get("rest"); rest != nil {
		if payee := d.payee(rest, who+", rest", p.Per); payee.Name != "" {
			p.Rest = &payee
		}
		return
	}
	shares := slices.ContainsFunc(p.Then, func(s contracts.Step) bool { return s.Op == contracts.StepTimes })
	if p.For == contracts.ForSum && (p.Hurdle != nil || shares) && !n.Has("rest") {
		f := document.Fault{Message: who + " does not say \"rest\": a hurdle or a times leaves part of the sum, and it must say with whom"}
		for _, party := range d.c.Parties {
			f.Options = append(f.Options, option(party.ID, "what is not earned stays with "+wording.Spaced(party.ID)))
		}
		d.Fault(n.Place(), f)
	}
}
