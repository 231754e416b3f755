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

func (d *decoder) readCaps(n *document.Node) {
	if n == nil {
		return
	}
	for at, item := range n.Items {
		if item.Bad {
			continue
		}
		c := contracts.Cap{Name: fmt.Sprintf("cap %d", at+1), Counting: -1, Payer: -1, BeyondTo: -1, Per: contracts.ContractLevel(), Clause: item.Value("clause")}
		if called := item.Value("called"); called != "" {
			c.Name = called
		}
		i := len(d.c.Caps)
		d.c.Caps = append(d.c.Caps, c)
		d.readCap(i, item, &d.c.Caps[i])
	}
}

func (d *decoder) readCap(i int, n *document.Node, c *contracts.Cap) {
	who := c.Name
	c.Over = d.readOver(n.Get("over"), who+", over")
	per, ok := d.level(n.Get("per"), who, -1)
	if ok {
		c.Per = per
	}
	r := &reader{who: who, self: thing{capThing, i}, levels: []contracts.Level{c.Per}, hand: -1}
	if ok {
		d.capFits(n, c, who)
	}
	want := []formula.Type{formula.Money}
	if counting := n.Get("counting"); counting != nil {
		want = []formula.Type{formula.Number, formula.Plain}
		if counting.Text == "payments" {
			c.Claims = true
		} else if at, ok := d.find(counting, who+", counting", unitThing); ok {
			c.Counting = at
		}
	}
	inner := *r
	inner.who = who + ", not_above"
	c.NotAbove = d.formula(&inner, n.Get("not_above"), want...)
	if n.Value("beyond") == "refuse" {
		c.Beyond = contracts.BeyondRefuse
	} else if n.Value("beyond") == "cut" {
		c.Beyond = contracts.BeyondCut
	}
	d.readOrder(r, n, c)
	d.readCapDated(r, n, c)
	d.readPayer(i, n, c)
	d.countedFits(n, c)
}

// countedFits holds a cap that counts against the rest of it: payments are counted for a unit, whole, in an order that tells them apart.
func (d *decoder) countedFits(n *document.Node, c *contracts.Cap) {
	order, beyond := n.Get("in_order_of"), n.Get("beyond")
	switch {
	case c.Claims && c.Per.Unit < 0 && n.Get("per") != nil:
		d.Bad(n.Get("per"), document.Fault{Message: c.Name + ", per: payments are counted for a unit", Found: sentences.Level(d.c, c.Per), Remedy: "let it stand per a unit type"})
	case c.Claims && beyond != nil && c.Beyond != contracts.BeyondRefuse:
		d.Bad(beyond, document.Fault{Message: c.Name + ", beyond: a payment is counted or it is not, so what is beyond cannot be cut", Remedy: "say refuse"})
	case c.Claims && c.Order == contracts.OrderProRata:
		d.Bad(order, document.Fault{Message: c.Name + ", in_order_of: payments are counted whole, so none has a part", Remedy: "say as_listed, largest, or a list of days"})
	case c.Counting >= 0 && c.Order == contracts.OrderLargest:
		d.Bad(order, document.Fault{Message: c.Name + ", in_order_of: a place has no size", Remedy: "say as_listed, or a list of days"})
	}
}

// readPayer reads whose payments a cap limits, and who pays what is beyond it.
func (d *decoder) readPayer(i int, n *document.Node, c *contracts.Cap) {
	payer, beyond := n.Get("payer"), n.Get("beyond")
	falls := beyond != nil && beyond.Kind == document.Map
	if payer == nil {
		if falls && !n.Has("payer") {
			d.Fault(beyond.Place(), document.Fault{Message: c.Name + ", beyond: it limits what is paid, whoever pays it, so nobody pays what is beyond", Remedy: "say cut or refuse, or name a payer"})
		}
		return
	}
	if c.Payer = d.single(payer, c.Name+", payer"); c.Payer < 0 {
		return
	}
	if c.Counting >= 0 || c.Claims {
		d.Bad(payer, document.Fault{Message: c.Name + ", payer: it counts, and a payer has sums", Remedy: "leave payer or counting out"})
		return
	}
	if !slices.ContainsFunc(c.Over, func(p int) bool { return slices.Contains(d.c.Payers(p), c.Payer) }) && len(c.Over) > 0 {
		d.Bad(payer, document.Fault{Message: fmt.Sprintf("%s, payer: %s pays nothing of %s", c.Name, payer.Text, sentences.PaymentNames(d.c, c.Over)), Remedy: "name a party that pays, or whom a cap before it makes pay"})
	}
	if falls {
		if c.BeyondTo = d.single(beyond.Get("to"), c.Name+", beyond, to"); c.BeyondTo >= 0 {
			c.Beyond = contracts.BeyondFalls
			d.beyondFits(i, beyond.Get("to"), c)
		}
	}
}

// single reads a party that is one body.
func (d *decoder) single(n *document.Node, who string) int {
	if n == nil || n.Bad {
		return -1
	}
	at := d.party(n.Text)
	switch {
	case at < 0:
		d.Bad(n, document.Fault{Message: fmt.Sprintf("%s: there is no party %q", who, n.Text), Remedy: document.Meant(n.Text, d.partyNames())})
		return -1
	case d.c.Parties[at].Each >= 0:
		unit := d.c.Units[d.c.Parties[at].Each].Name
		d.Bad(n, document.Fault{Message: fmt.Sprintf("%s: each %s is a party of its own", who, wording.Spaced(unit)), Remedy: "to limit each, cap its payments per " + unit})
		return -1
	}
	return at
}

// beyondFits holds whoever pays what is beyond a cap against the rest: it is another party, it is not the one paid, and
// its own caps stand after what falls to it.
func (d *decoder) beyondFits(i int, n *document.Node, c *contracts.Cap) {
	to := c.BeyondTo
	if to == c.Payer {
		d.Bad(n, document.Fault{Message: c.Name + ", beyond: " + n.Text + " is the payer itself", Remedy: "name another party, or say cut"})
		return
	}
	for _, p := range c.Over {
		pay := &d.c.Payments[p]
		if slices.Contains(d.c.Payers(p), c.Payer) && slices.Contains(d.payees(pay), to) {
			d.Bad(n, document.Fault{Message: fmt.Sprintf("%s, beyond: %s is paid by payment %s and would pay itself", c.Name, n.Text, pay.Name), Remedy: "name another party, or leave the payment out of over"})
			return
		}
		for _, k := range d.c.Caps[:i] {
			if k.Payer == to && slices.Contains(k.Over, p) {
				d.Bad(n, document.Fault{Message: fmt.Sprintf("%s, beyond: what falls to %s comes after %s, which limits what %s pays", c.Name, n.Text, k.Name, n.Text), Remedy: "list " + k.Name + " after this one"})
				return
			}
		}
	}
}

// payees are the parties that a payment may pay.
func (d *decoder) payees(p *contracts.Payment) []int {
	switch {
	case p.To.Party >= 0:
		return []int{p.To.Party}
	case p.To.Division >= 0:
		var all []int
		for _, t := range d.c.Divisions[p.To.Division].Tranches {
			all = append(all, t.Parties...)
		}
		return all
	}
	return d.partiesOf(p.To.Name)
}

// readOver reads all, or a list of payments.
func (d *decoder) readOver(n *document.Node, who string) []int {
	if n == nil {
		return nil
	}
	var over []int
	if n.Kind == document.Scalar {
		return d.c.AllPayments()
	}
	for _, item := range n.Texts() {
		at, ok := d.find(item, who, paymentThing)
		switch {
		case !ok:
		case slices.Contains(over, at):
			d.Bad(item, document.Fault{Message: who + ": " + item.Text + " stands twice"})
		default:
			over = append(over, at)
		}
	}
	if len(n.Items) == 0 {
		d.Bad(n, document.Fault{Message: who + ": it names no payment", Expected: "all, or a list of payments"})
	}
	return over
}

// capFits reports payments that are coarser than what the cap is per: no part of their sum could be charged to it.
func (d *decoder) capFits(n *document.Node, c *contracts.Cap, who string) {
	for _, p := range c.Over {
		pay := &d.c.Payments[p]
		if d.payments[p].Bad || d.payments[p].Get("per") == nil || d.settles(d.lineLevel(pay), periodless(c.Per)) {
			continue
		}
		d.Fault(n.Get("per").Place(), document.Fault{Message: fmt.Sprintf("%s stands per %s, and payment %s per %s, which does not say which %s it is for",
			who, sentences.Level(d.c, c.Per), pay.Name, sentences.Level(d.c, pay.Per), sentences.Level(d.c, periodless(c.Per))), Remedy: "leave the payment out of over, or make the cap's per coarser"})
	}
}

// lineLevel is what a payment's sums can be told apart by: its own level, and the units of its outcomes.
func (d *decoder) lineLevel(p *contracts.Payment) contracts.Level {
	unit := contracts.ContractLevel()
	switch {
	case p.For == contracts.ForMeasure && p.Index >= 0:
		unit = d.c.Measures[p.Index].Per
	case p.For == contracts.ForCohort && p.Index >= 0:
		unit = unitLevel(d.c.Cohorts[p.Index].Unit)
	}
	if joined, ok := d.join(p.Per, unit); ok {
		return joined
	}
	return p.Per
}

// readOrder reads in which order a cap is filled, and whether settled places stand.
func (d *decoder) readOrder(r *reader, n *document.Node, c *contracts.Cap) {
	order := n.Get("in_order_of")
	switch n.Value("places") {
	case "stand":
		c.Places = contracts.PlacesStand
	case "move":
		c.Places = contracts.PlacesMove
	}
	if order == nil {
		return
	}
	places := slicesKey(capShape, "places")
	if order.Kind == document.Scalar {
		c.Order = map[string]contracts.CapOrder{"as_listed": contracts.OrderListed, "pro_rata": contracts.OrderProRata, "largest": contracts.OrderLargest}[order.Text]
		if n.Has("places") {
			d.Fault(n.Place(), document.Fault{Message: r.who + " says places, which only an order of days has", Remedy: "leave places out"})
		}
		return
	}
	c.Order = contracts.OrderDays
	inner := *r
	inner.who = r.who + ", in_order_of"
	inner.levels, inner.met = d.capLevels(c), true
	for _, item := range order.Texts() {
		if ref := d.dated(&inner, item); ref != nil {
			c.Days = append(c.Days, *ref)
		}
	}
	if len(order.Items) == 0 {
		d.Bad(order, document.Fault{Message: inner.who + ": it lists no day", Expected: "kinds of evidence or measures", Options: orderShape.options()})
	}
	if !n.Has("places") {
		d.missing(n, r.who, "places", "it is filled by day, so it must say "+places.says, places.takes)
	}
}

// capLevels is what the days of a cap may look at: whatever its payments' lines settle.
func (d *decoder) capLevels(c *contracts.Cap) []contracts.Level {
	levels := []contracts.Level{c.Per}
	for _, p := range c.Over {
		levels = append(levels, d.lineLevel(&d.c.Payments[p]))
	}
	return levels
}

// readCapDated reads which day charges a cap that stands per a period.
func (d *decoder) readCapDated(r *reader, n *document.Node, c *contracts.Cap) {
	dated := n.Get("dated")
	inner := *r
	inner.who = r.who + ", dated"
	inner.levels, inner.met = d.capLevels(c), true
	var from []contracts.Level
	for _, p := range c.Over {
		from = append(from, d.c.Payments[p].Per)
	}
	period, needed := d.needsDated(c.Per, from...)
	switch {
	case dated != nil && len(c.Per.Periods) == 0:
		d.Bad(dated, document.Fault{Message: r.who + ", dated: it does not stand per a period", Remedy: "leave dated out"})
	case dated != nil:
		c.Dated = d.dated(&inner, dated)
	case needed && !n.Has("dated"):
		d.missing(n, r.who, "dated", "it stands per "+wording.Spaced(period)+", so it must say which day charges it", dayShape)
	case len(c.Per.Periods) > 0:
		at := c.Per.Periods[0]
		c.Dated = &contracts.DayRef{Kind: contracts.DayPeriod, Index: at, Name: d.c.Periods[at].Name}
	}
}
