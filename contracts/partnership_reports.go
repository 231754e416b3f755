package contracts

import (
	"fmt"
	"slices"
	"strconv"

	"outturn/contracts/formula"
)

// This file reads what a partnership's board reads beside the money: by which periods positions are worked out, spending
// whose shift is reported, indicators, and which counts are too small to be shown. Nothing of it moves money.

// SmallNumbersMin is the least that small_numbers may be: below it, hiding a count hides nothing.
const SmallNumbersMin = 3

// readBy reads the period series of positions, into one of whose periods every settled one must fall.
func (d *decoder) readBy(n *node, p *Partnership) {
	if n == nil {
		return
	}
	at, ok := d.find(n, "partnership, by", periodThing)
	if !ok {
		return
	}
	settled := &d.c.Periods[d.c.Calendar.Settle].Series
	for i := range settled.Len() {
		span, _ := settled.Span(i + 1)
		first, in := d.c.Periods[at].Series.Number(span.First)
		last, still := d.c.Periods[at].Series.Number(span.Last)
		if !in || !still || first != last {
			d.bad(n, Fault{Message: fmt.Sprintf("partnership, by: the %s that is settled from %s does not fall into one %s", spaced(d.c.Periods[d.c.Calendar.Settle].Name), span, spaced(d.c.Periods[at].Name)),
				Remedy: "name the periods that are settled, or longer ones made of them"})
			return
		}
	}
	p.By = at
}

// partnerLevel is what a partner's own figures stand per: its role, and a period series where there is one.
func (c *Contract) partnerLevel(p *Partner, by int) Level {
	l := ContractLevel()
	l.Role = c.Parties[p.Party].Role
	if by >= 0 {
		l.Periods = []int{by}
	}
	return l
}

// standsPer reports whether a formula is of each period of a series: it states a sum, or reads a figure that is.
func (d *decoder) standsPer(e *formula.Expr, series int) bool {
	reads, per := 0, false
	var look func(e *formula.Expr)
	look = func(e *formula.Expr) {
		if e == nil {
			return
		}
		if e.Op == formula.OpRef {
			reads++
			ref := &d.c.Refs[e.Slot]
			per = per || ref.Kind != RefQuantity || slices.Contains(d.c.Quantities[ref.Index].Per.Periods, series)
		}
		look(e.Left)
		look(e.Right)
	}
	look(e)
	return reads == 0 || per
}

// readReported reads spend, indicators and small_numbers.
func (d *decoder) readReported(n *node, p *Partnership) {
	for _, item := range n.get("indicators").texts() {
		if at, ok := d.reported(item, "partnership, indicators"); ok {
			p.Indicators = append(p.Indicators, at)
		}
	}
	if spend := n.get("spend"); spend != nil && !spend.bad {
		d.readSpend(spend, p)
	}
	if small := n.get("small_numbers"); small != nil {
		count, err := strconv.Atoi(small.text)
		if err != nil || count < SmallNumbersMin || count > 1000 {
			d.bad(small, Fault{Message: "partnership, small_numbers", Expected: fmt.Sprintf("a whole number from %d to 1000", SmallNumbersMin), Found: small.text})
			return
		}
		p.SmallNumbers = count
	}
}

// reported is a quantity that stands for the whole and can therefore be read by everybody.
func (d *decoder) reported(n *node, who string) (int, bool) {
	at, ok := d.find(n, who, quantityThing)
	if !ok || !d.quantity(at) {
		return -1, false
	}
	if q := &d.c.Quantities[at]; q.Per.Unit >= 0 || q.Type == formula.Choice || q.Type == formula.Text || q.Type == formula.None {
		d.bad(n, Fault{Message: fmt.Sprintf("%s: %s is %s per %s", who, n.text, q.Type, d.c.levelWords(q.Per)), Remedy: "name a figure of the whole; count or total that of the units first"})
		return -1, false
	}
	return at, true
}

func (d *decoder) readSpend(n *node, p *Partnership) {
	var at [2]int
	for i, key := range []string{"reactive", "preventative"} {
		var ok bool
		if at[i], ok = d.reported(n.get(key), "partnership, spend, "+key); !ok {
			return
		}
		if q := &d.c.Quantities[at[i]]; q.Type != formula.Money {
			d.bad(n.get(key), Fault{Message: "partnership, spend, " + key + ": " + q.Name + " is " + q.Type.String() + ", not money"})
			return
		}
	}
	a, b := d.c.Quantities[at[0]].Per, d.c.Quantities[at[1]].Per
	if !d.settles(a, b) || !d.settles(b, a) {
		d.bad(n, Fault{Message: fmt.Sprintf("partnership, spend: reactive stands per %s and preventative per %s", d.c.levelWords(a), d.c.levelWords(b)), Remedy: "let both stand per the same"})
		return
	}
	p.Spend = Spend{at[0], at[1]}
}
