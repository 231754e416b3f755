package whatif

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

func exactInt(n int64) money.Exact { return money.Int(n) }

// creamBeyond is how far apart price times rate may lie between groups before it is worth a word: a quarter.
var creamBeyond = money.Frac(5, 4)

// creaming warns of prices by group that do not answer to the groups' rates without the programme, where the contract
// has both: what a person brings whatever is done is the price times that rate, and the group that brings most is taken
// first and the one that brings least left.
func (v *review) creaming() {
	for i := range v.c.Payments {
		p := &v.c.Payments[i]
		if p.For != contracts.ForMeasure || p.Price == nil || p.Price.Op != formula.OpRef || v.c.Refs[p.Price.Slot].Kind != contracts.RefTable {
			continue
		}
		priced := v.c.Refs[p.Price.Slot]
		for r := range v.c.Tables {
			rates := &v.c.Tables[r]
			if fact := v.oneFact(rates); fact >= 0 && len(rates.Gives) == 1 && rates.Gives[0].Type == formula.Rate && v.oneFact(&v.c.Tables[priced.Index]) == fact {
				v.creamed(p, &v.c.Tables[priced.Index], priced.Field, rates, fact)
			}
		}
	}
}

// oneFact returns the slot of the fact that a table is by, where it is by one choice and nothing else; else -1.
func (v *review) oneFact(t *contracts.Table) int {
	if len(t.By) != 1 || v.c.Refs[t.By[0].Slot].Kind != contracts.RefFact || v.c.Refs[t.By[0].Slot].Type != formula.Choice {
		return -1
	}
	return t.By[0].Slot
}

// group is what one unit of a group brings without the programme.
type group struct {
	name               string
	price, rate, whole money.Exact
}

func (v *review) creamed(p *contracts.Payment, prices *contracts.Table, field int, rates *contracts.Table, fact int) {
	var groups []group
	for at, name := range v.c.Refs[fact].Choices {
		price, ok := v.given1(prices, field, at)
		rate, ok2 := v.given1(rates, 0, at)
		if ok && ok2 && rate.Sign() > 0 {
			groups = append(groups, group{spaced(name), price, rate, price.Mul(rate)})
		}
	}
	if len(groups) < 2 {
		return
	}
	byWhole := func(a, b group) int { return a.whole.Cmp(b.whole) }
	low, high := slices.MinFunc(groups, byWhole), slices.MaxFunc(groups, byWhole)
	if high.whole.Cmp(low.whole.Mul(creamBeyond)) <= 0 {
		return
	}
	say := func(g group) string {
		return fmt.Sprintf("%s x %s = %s for %s", v.exactText(g.rate, formula.Rate), v.sum(g.price), v.sum(g.whole), g.name)
	}
	v.warn(WarnCream, "payment "+p.Name, p.Clause, fmt.Sprintf("by the rates of %s, what a %s brings if nothing is done for anybody is %s, and %s: it pays to take the first and to leave the second",
		spaced(rates.Name), spaced(v.c.Units[v.c.Measures[p.Index].Per.Unit].Name), say(high), say(low)),
		"set prices so that price times rate is alike, or pay above the rate of each group only")
}

// given1 is what a table by one choice gives for it, where that is constant.
func (v *review) given1(t *contracts.Table, field, choice int) (money.Exact, bool) {
	f := formula.Figure{Num: money.Int(int64(choice))}
	row := t.Otherwise
	for i := range t.Rows {
		if holdsFigure(t.Rows[i].Match[0].Values, f) {
			row = &t.Rows[i]
		}
	}
	if row == nil {
		return money.Exact{}, false
	}
	return v.bounds(row.Values[field]).value()
}

// movableDenominators warns of hurdles, conditions and quotients that are measured against a count the payee can move:
// of those it attaches, of what it claims, of what its own returns say.
func (v *review) movableDenominators() {
	for i := range v.c.Payments {
		p := &v.c.Payments[i]
		d := &denominators{v: v, p: p, seen: map[int]bool{}}
		test := func(t *contracts.Condition) {
			d.over(t.Bound)
			d.quotients(&formula.Expr{Op: formula.OpRef, Slot: t.Slot})
		}
		conjuncts(p.When, test)
		if p.Hurdle != nil {
			test(&p.Hurdle.Test)
		}
		d.quotients(p.Of)
		d.quotients(p.Figure)
		d.quotients(p.Price)
		for _, s := range p.Then {
			d.quotients(s.By)
		}
	}
}

// denominators looks through what one payment is measured against.
type denominators struct {
	v    *review
	p    *contracts.Payment
	seen map[int]bool // quantities warned of
}

// quotients looks at what a formula divides by, however far down.
func (d *denominators) quotients(e *formula.Expr) { d.divided(e, map[int]bool{}) }

func (d *denominators) divided(e *formula.Expr, through map[int]bool) {
	if e == nil {
		return
	}
	if e.Op == formula.OpDiv {
		d.over(e.Right)
	}
	if e.Op == formula.OpRef && !through[e.Slot] {
		through[e.Slot] = true
		if ref := &d.v.c.Refs[e.Slot]; ref.Kind == contracts.RefQuantity {
			d.divided(d.v.c.Quantities[ref.Index].Is, through)
		}
	}
	d.divided(e.Left, through)
	d.divided(e.Right, through)
}

// over looks at a figure that something is measured against.
func (d *denominators) over(e *formula.Expr) { d.counted(e, map[int]bool{}) }

func (d *denominators) counted(e *formula.Expr, through map[int]bool) {
	eachSlot(e, func(slot int) {
		ref := &d.v.c.Refs[slot]
		if ref.Kind == contracts.RefField && d.payees(ref.Index) {
			d.say(slot, "is stated by the payee in "+spaced(d.v.c.Evidence[ref.Index].Name))
		}
		if ref.Kind != contracts.RefQuantity || through[slot] {
			return
		}
		through[slot] = true
		q := &d.v.c.Quantities[ref.Index]
		d.counted(q.Is, through)
		if what := d.moved(q); what != "" {
			d.say(slot, what)
		}
	})
}

// moved says how the payee can move what a quantity counts; "" where it cannot.
func (d *denominators) moved(q *contracts.Quantity) string {
	if q.Head != contracts.Count && q.Head != contracts.Total || q.Per.Unit >= 0 {
		return ""
	}
	c := d.v.c
	switch q.Source.Kind {
	case contracts.FromCohort:
		k := &c.Cohorts[q.Source.Index]
		return fmt.Sprintf("counts %s, who join by %s: whoever makes or times the %s moves it", spaced(k.Name), spaced(c.Evidence[k.JoinedBy].Name), spaced(c.Evidence[k.JoinedBy].Name))
	case contracts.FromItems:
		kind := &c.Evidence[q.Source.Index]
		for i := range c.Payments {
			if c.Payments[i].Due.ClaimedBy == q.Source.Index && c.Payments[i].To == d.p.To {
				return fmt.Sprintf("counts %s, which the payee makes", spaced(kind.Name))
			}
		}
		for i := range c.Cohorts {
			if c.Cohorts[i].JoinedBy == q.Source.Index {
				return fmt.Sprintf("counts %s, by which people join: whoever makes or times it moves it", spaced(kind.Name))
			}
		}
		if d.payees(q.Source.Index) {
			return fmt.Sprintf("is made of %s, which the payee returns", spaced(kind.Name))
		}
	default: // units, outcomes and figures are judged where they are defined
	}
	return ""
}

// payees reports whether a kind of evidence is about the payee itself: its own return.
func (d *denominators) payees(kind int) bool {
	k := &d.v.c.Evidence[kind]
	if k.Of != contracts.OfRole {
		return false
	}
	return d.p.To.Party >= 0 && d.v.c.Parties[d.p.To.Party].Role == k.Role || d.p.To.Name == k.Role
}

func (d *denominators) say(slot int, what string) {
	if d.seen[slot] {
		return
	}
	d.seen[slot] = true
	d.v.warn(WarnDenominator, "payment "+d.p.Name, d.p.Clause, fmt.Sprintf("it is measured against %s, which %s", spaced(d.v.c.Refs[slot].Name), what),
		"say who makes it and how it is checked, or measure against a figure that the payer or a register gives")
}
