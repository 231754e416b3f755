package language

import (
	"fmt"
	"slices"
	"strconv"

	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
	"outturn/contracts/sentences"
	"outturn/contracts/wording"
)

// This file reads what a partnership's board reads beside the money: by which periods positions are worked out, spending
// whose shift is reported, indicators, and which counts are too small to be shown. Nothing of it moves money.

// SmallNumbersMin is the least that small_numbers may be: below it, hiding a count hides nothing.
const SmallNumbersMin = 3

// readBy reads the period series of positions, into one of whose periods every settled one must fall.
func (d *decoder) readBy(n *document.Node, p *contracts.Partnership) {
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
			d.Bad(n, document.Fault{Message: fmt.Sprintf("partnership, by: the %s that is settled from %s does not fall into one %s", wording.Spaced(d.c.Periods[d.c.Calendar.Settle].Name), span, wording.Spaced(d.c.Periods[at].Name)),
				Remedy: "name the periods that are settled, or longer ones made of them"})
			return
		}
	}
	p.By = at
}

// partnerLevel is what a partner's own figures stand per: its role, and a period series where there is one.
func partnerLevel(c *contracts.Contract, p *contracts.Partner, by int) contracts.Level {
	l := contracts.ContractLevel()
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
			per = per || ref.Kind != contracts.RefQuantity || slices.Contains(d.c.Quantities[ref.Index].Per.Periods, series)
		}
		look(e.Left)
		look(e.Right)
	}
	look(e)
	return reads == 0 || per
}

// readReported reads spend, indicators and small_numbers.
func (d *decoder) readReported(n *document.Node, p *contracts.Partnership) {
	for _, item := range n.Get("indicators").Texts() {
		if at, ok := d.reported(item, "partnership, indicators"); ok {
			p.Indicators = append(p.Indicators, at)
		}
	}
	if spend := n.Get("spend"); spend != nil && !spend.Bad {
		d.readSpend(spend, p)
	}
	if small := n.Get("small_numbers"); small != nil {
		count, err := strconv.Atoi(small.Text)
		if err != nil || count < SmallNumbersMin || count > 1000 {
			d.Bad(small, document.Fault{Message: "partnership, small_numbers", Expected: fmt.Sprintf("a whole number from %d to 1000", SmallNumbersMin), Found: small.Text})
			return
		}
		p.SmallNumbers = count
	}
}

// reported is a quantity that stands for the whole and can therefore be read by everybody.
func (d *decoder) reported(n *document.Node, who string) (int, bool) {
	at, ok := d.find(n, who, quantityThing)
	if !ok || !d.quantity(at) {
		return -1, false
	}
	if q := &d.c.Quantities[at]; q.Per.Unit >= 0 || q.Type == formula.Choice || q.Type == formula.Text || q.Type == formula.None {
		d.Bad(n, document.Fault{Message: fmt.Sprintf("%s: %s is %s per %s", who, n.Text, q.Type, sentences.Level(d.c, q.Per)), Remedy: "name a figure of the whole; count or total that of the units first"})
		return -1, false
	}
	return at, true
}

func (d *decoder) readSpend(n *document.Node, p *contracts.Partnership) {
	var at [2]int
	for i, key := range []string{"reactive", "preventative"} {
		var ok bool
		if at[i], ok = d.reported(n.Get(key), "partnership, spend, "+key); !ok {
			return
		}
		if q := &d.c.Quantities[at[i]]; q.Type != formula.Money {
			d.Bad(n.Get(key), document.Fault{Message: "partnership, spend, " + key + ": " + q.Name + " is " + q.Type.String() + ", not money"})
			return
		}
	}
	a, b := d.c.Quantities[at[0]].Per, d.c.Quantities[at[1]].Per
	if !d.settles(a, b) || !d.settles(b, a) {
		d.Bad(n, document.Fault{Message: fmt.Sprintf("partnership, spend: reactive stands per %s and preventative per %s", sentences.Level(d.c, a), sentences.Level(d.c, b)), Remedy: "let both stand per the same"})
		return
	}
	p.Spend = contracts.Spend{Reactive: at[0], Preventative: at[1]}
}
