package contracts

import (
	"fmt"
	"slices"
	"strconv"

	"outturn/contracts/formula"
	"outturn/contracts/money"
)

func (d *decoder) readCaps(n *node) {
	if n == nil {
		return
	}
	for at, item := range n.items {
		if item.bad {
			continue
		}
		c := Cap{Name: fmt.Sprintf("cap %d", at+1), Counting: -1, Per: ContractLevel(), Clause: item.value("clause")}
		if called := item.value("called"); called != "" {
			c.Name = called
		}
		i := len(d.c.Caps)
		d.c.Caps = append(d.c.Caps, c)
		d.readCap(i, item, &d.c.Caps[i])
	}
}

func (d *decoder) readCap(i int, n *node, c *Cap) {
	who := c.Name
	c.Over = d.readOver(n.get("over"), who+", over")
	per, ok := d.level(n.get("per"), who, -1)
	if ok {
		c.Per = per
	}
	r := &reader{who: who, self: thing{capThing, i}, levels: []Level{c.Per}, hand: -1}
	if ok {
		d.capFits(n, c, who)
	}
	want := []formula.Type{formula.Money}
	if counting := n.get("counting"); counting != nil {
		want = []formula.Type{formula.Number, formula.Plain}
		if at, ok := d.find(counting, who+", counting", unitThing); ok {
			c.Counting = at
		}
	}
	inner := *r
	inner.who = who + ", not_above"
	c.NotAbove = d.formula(&inner, n.get("not_above"), want...)
	if n.value("beyond") == "refuse" {
		c.Beyond = BeyondRefuse
	} else if n.value("beyond") == "cut" {
		c.Beyond = BeyondCut
	}
	d.readOrder(r, n, c)
	d.readCapDated(r, n, c)
}

// readOver reads all, or a list of payments.
func (d *decoder) readOver(n *node, who string) []int {
	if n == nil {
		return nil
	}
	var over []int
	if n.kind == scalarNode {
		for i := range d.c.Payments {
			over = append(over, i)
		}
		return over
	}
	for _, item := range n.texts() {
		at, ok := d.find(item, who, paymentThing)
		switch {
		case !ok:
		case slices.Contains(over, at):
			d.bad(item, Fault{Message: who + ": " + item.text + " stands twice"})
		default:
			over = append(over, at)
		}
	}
	if len(n.items) == 0 {
		d.bad(n, Fault{Message: who + ": it names no payment", Expected: "all, or a list of payments"})
	}
	return over
}

// capFits reports payments that are coarser than what the cap is per: no part of their sum could be charged to it.
func (d *decoder) capFits(n *node, c *Cap, who string) {
	for _, p := range c.Over {
		pay := &d.c.Payments[p]
		if d.payments[p].bad || d.payments[p].get("per") == nil || d.settles(d.lineLevel(pay), periodless(c.Per)) {
			continue
		}
		d.fault(n.get("per").place(), Fault{Message: fmt.Sprintf("%s stands per %s, and payment %s per %s, which does not say which %s it is for",
			who, d.c.levelWords(c.Per), pay.Name, d.c.levelWords(pay.Per), d.c.levelWords(periodless(c.Per))), Remedy: "leave the payment out of over, or make the cap's per coarser"})
	}
}

// lineLevel is what a payment's sums can be told apart by: its own level, and the units of its outcomes.
func (d *decoder) lineLevel(p *Payment) Level {
	unit := ContractLevel()
	switch {
	case p.For == ForMeasure && p.Index >= 0:
		unit = d.c.Measures[p.Index].Per
	case p.For == ForCohort && p.Index >= 0:
		unit = unitLevel(d.c.Cohorts[p.Index].Unit)
	}
	if joined, ok := d.join(p.Per, unit); ok {
		return joined
	}
	return p.Per
}

// readOrder reads in which order a cap is filled, and whether settled places stand.
func (d *decoder) readOrder(r *reader, n *node, c *Cap) {
	order := n.get("in_order_of")
	switch n.value("places") {
	case "stand":
		c.Places = PlacesStand
	case "move":
		c.Places = PlacesMove
	}
	if order == nil {
		return
	}
	places := slicesKey(capShape, "places")
	if order.kind == scalarNode {
		c.Order = OrderListed
		if order.text == "pro_rata" {
			c.Order = OrderProRata
		}
		if n.has("places") {
			d.fault(n.place(), Fault{Message: r.who + " says places, which only an order of days has", Remedy: "leave places out"})
		}
		return
	}
	c.Order = OrderDays
	inner := *r
	inner.who = r.who + ", in_order_of"
	inner.levels, inner.met = d.capLevels(c), true
	for _, item := range order.texts() {
		if ref := d.dated(&inner, item); ref != nil {
			c.Days = append(c.Days, *ref)
		}
	}
	if len(order.items) == 0 {
		d.bad(order, Fault{Message: inner.who + ": it lists no day", Expected: "kinds of evidence or measures", Options: orderShape.options()})
	}
	if !n.has("places") {
		d.missing(n, r.who, "places", "it is filled by day, so it must say "+places.says, places.takes)
	}
}

// capLevels is what the days of a cap may look at: whatever its payments' lines settle.
func (d *decoder) capLevels(c *Cap) []Level {
	levels := []Level{c.Per}
	for _, p := range c.Over {
		levels = append(levels, d.lineLevel(&d.c.Payments[p]))
	}
	return levels
}

// readCapDated reads which day charges a cap that stands per a period.
func (d *decoder) readCapDated(r *reader, n *node, c *Cap) {
	dated := n.get("dated")
	inner := *r
	inner.who = r.who + ", dated"
	inner.levels, inner.met = d.capLevels(c), true
	var from []Level
	for _, p := range c.Over {
		from = append(from, d.c.Payments[p].Per)
	}
	period, needed := d.needsDated(c.Per, from...)
	switch {
	case dated != nil && len(c.Per.Periods) == 0:
		d.bad(dated, Fault{Message: r.who + ", dated: it does not stand per a period", Remedy: "leave dated out"})
	case dated != nil:
		c.Dated = d.dated(&inner, dated)
	case needed && !n.has("dated"):
		d.missing(n, r.who, "dated", "it stands per "+spaced(period)+", so it must say which day charges it", dayShape)
	case len(c.Per.Periods) > 0:
		at := c.Per.Periods[0]
		c.Dated = &DayRef{Kind: DayPeriod, Index: at, Name: d.c.Periods[at].Name}
	}
}

func (d *decoder) readDivisions() {
	for i, n := range d.divisions {
		v := &d.c.Divisions[i]
		v.Called, v.Clause = n.value("called"), n.value("clause")
		who := "division " + v.Name
		tranches := n.get("tranches")
		if tranches == nil {
			continue
		}
		for at, item := range tranches.items {
			if !item.bad {
				v.Tranches = append(v.Tranches, d.readTranche(item, thing{divisionThing, i}, who+", tranche "+strconv.Itoa(at+1)))
			}
		}
		if len(tranches.items) == 0 {
			d.bad(tranches, Fault{Message: who + " has no tranches", Expected: "at least one"})
		} else if len(v.Tranches) > 0 && v.Tranches[len(v.Tranches)-1].Claim != nil {
			last := tranches.items[len(tranches.items)-1]
			d.fault(last.place(), Fault{Message: who + ": every tranche takes only up to a claim, and nobody has what is beyond", Remedy: "end with a tranche of shares or weights"})
		}
	}
}

// readTranche reads who shares a tranche and by what.
func (d *decoder) readTranche(n *node, self thing, who string) Tranche {
	var t Tranche
	among := n.get("among")
	if among == nil {
		return t
	}
	by, claim := n.has("by"), n.has("claim")
	if d.amongBeneficiaries(&t, among) {
		if by || claim {
			d.fault(n.place(), Fault{Message: who + ": a saving is shared by the weights of its beneficiaries, so neither by nor claim has a meaning", Remedy: "leave it out, or list the parties"})
		}
		return t
	}
	d.readAmong(&t, among, who)
	if among.kind == mapNode {
		if by || claim {
			d.fault(n.place(), Fault{Message: who + ": shares are stated, so neither by nor claim has a meaning", Remedy: "leave it out, or list the parties without shares"})
		}
		return t
	}
	if by && claim || !by && !claim {
		d.fault(n.place(), Fault{Message: who + " does not say by what it is shared", Expected: "exactly one of these", Options: []Option{
			{"among: {party: 62.5%, ...}", "by shares that sum to 100%"}, {"by", "in proportion to a figure of each"}, {"claim", "up to so much each"}}})
		return t
	}
	level := ContractLevel()
	if among.kind == scalarNode {
		level.Role = among.text
	} else if len(t.Parties) > 0 {
		level.Role = d.c.Parties[t.Parties[0]].Role
	}
	r := &reader{who: who, self: self, levels: []Level{level}, hand: -1}
	if claim {
		r.who += ", claim"
		t.Claim = d.formula(r, n.get("claim"), formula.Money)
		return t
	}
	r.who += ", by"
	if e := d.formula(r, n.get("by"), formula.Money, formula.Number, formula.Rate, formula.Plain); e != nil {
		for range t.Parties {
			t.Weights = append(t.Weights, e)
		}
	}
	return t
}

// amongBeneficiaries reads a tranche that is shared as a saving is: by the weights of its beneficiaries.
func (d *decoder) amongBeneficiaries(t *Tranche, n *node) bool {
	named, known := d.things[n.text]
	if n.kind != scalarNode || !known || named.kind != savingThing {
		return false
	}
	for _, b := range d.c.Savings[named.index].Beneficiaries {
		t.Parties = append(t.Parties, b.Party)
		t.Weights = append(t.Weights, &formula.Expr{Op: formula.OpLiteral, Type: formula.Number, Literal: formula.Figure{Type: formula.Number, Num: b.Weight}})
	}
	if len(t.Parties) == 0 && !d.savings[named.index].bad {
		d.bad(n, Fault{Message: "division among " + n.text + ": its source does not say who has it", Remedy: "list the parties"})
	}
	return true
}

// readAmong reads the parties of a tranche, with their shares where they are stated.
func (d *decoder) readAmong(t *Tranche, n *node, who string) {
	if n.kind == scalarNode {
		if t.Parties = d.partiesOf(n.text); len(t.Parties) == 0 {
			d.bad(n, Fault{Message: fmt.Sprintf("%s, among: no party has the role %q", who, n.text), Remedy: meant(n.text, d.roles())})
		}
		return
	}
	names := n.texts()
	if n.kind == mapNode {
		names = n.keys
	}
	shares := map[int]*node{}
	for i, item := range names {
		at := d.party(item.text)
		if at < 0 || d.c.Parties[at].Each >= 0 {
			d.fault(item.place(), Fault{Message: fmt.Sprintf("%s, among: there is no party %q", who, item.text), Remedy: meant(item.text, d.partyNames())})
			n.bad = true
			continue
		}
		t.Parties = append(t.Parties, at)
		if n.kind == mapNode {
			shares[at] = n.items[i]
		}
	}
	slices.Sort(t.Parties) // a map has no order: ties go by the list of parties
	t.Parties = slices.Compact(t.Parties)
	if n.kind != mapNode || n.bad {
		return
	}
	total := money.Int(0)
	r := &reader{who: who + ", among", hand: -1, levels: []Level{ContractLevel()}}
	for _, p := range t.Parties {
		e := d.formula(r, shares[p], formula.Rate)
		if e == nil {
			return
		}
		if e.Op != formula.OpLiteral {
			d.bad(shares[p], Fault{Message: who + ", among: a share is a rate such as 62.5%", Found: shares[p].text, Remedy: "to share by figures, list the parties and say by"})
			return
		}
		t.Weights = append(t.Weights, e)
		total = total.Add(e.Literal.Num)
	}
	if total.Cmp(money.Int(1)) != 0 && !d.topUpUnsaid(who, n, t, total) {
		d.bad(n, Fault{Message: who + ", among: the shares do not make the whole", Expected: "100%",
			Found: formula.Figure{Type: formula.Rate, Num: total}.Format(d.c.Currency)})
	}
}
