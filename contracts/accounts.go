package contracts

import (
	"outturn/contracts/formula"
)

// startAccounts reads what other sections need of the accounts: whose they are, and the periods they stand per.
func (d *decoder) startAccounts() {
	for i, n := range d.accounts {
		a := &d.c.Accounts[i]
		who := "account " + a.Name
		a.Called, a.Clause = n.value("called"), n.value("clause")
		if owner := n.get("owner"); owner != nil {
			if a.Owner = d.party(owner.text); a.Owner < 0 {
				d.bad(owner, Fault{Message: who + ", owner: there is no party " + owner.text, Remedy: meant(owner.text, d.partyNames())})
			}
		}
		if per := n.get("per"); per != nil {
			if at, ok := d.find(per, who+", per", periodThing); ok {
				a.Period = at
			}
		}
		d.startStream(n, a, who)
		if n.bad || a.Owner < 0 {
			n.bad = true
		}
	}
}

// readAccounts reads what comes into the accounts and what becomes of what they have not paid. It reads them after the
// payments, since whoever has what is left is paid by a payment of its own.
func (d *decoder) readAccounts() {
	for i, n := range d.accounts {
		if n.bad {
			continue
		}
		a := &d.c.Accounts[i]
		who := "account " + a.Name
		r := &reader{who: who + ", opens_with", self: thing{accountThing, i}, levels: []Level{ContractLevel()}, hand: -1}
		if opens := n.get("opens_with"); opens != nil {
			a.OpensWith = d.formula(r, opens, formula.Money)
		}
		per := ContractLevel()
		per.Periods = []int{a.Period}
		r.who, r.levels = who+", receives", []Level{per}
		if receives := n.get("receives"); receives != nil {
			a.Receives = d.formula(r, receives, formula.Money)
		}
		a.Final = n.value("final") == "once_paid"
		d.readEligible(n.get("eligible"), i)
		d.readLeftOver(n.get("left_over"), i, who+", left_over", per)
		if !d.paysFrom(i) && a.LeftOver == LeftCarried {
			d.fault(n.place(), Fault{Message: who + " pays nobody", Remedy: "name it in the from of a payment, or leave it out"})
		}
	}
	d.purposesKept()
}

func (d *decoder) paysFrom(account int) bool {
	for i := range d.c.Payments {
		if d.c.Payments[i].From.Account == account {
			return true
		}
	}
	return false
}

// readLeftOver reads what becomes of what an account has not paid, and adds the payment that pays it.
func (d *decoder) readLeftOver(n *node, i int, who string, per Level) {
	a := &d.c.Accounts[i]
	if n == nil || n.bad {
		return
	}
	if n.kind == scalarNode {
		a.LeftOver = LeftCarried
		return
	}
	to := d.payee(n.get("to"), who+", to", per)
	if to.Party < 0 {
		return
	}
	a.LeftTo, a.LeftOver = to.Party, LeftEachPeriod
	if n.value("at") == "last_period" {
		a.LeftOver = LeftAtEnd
	}
	name := a.Name + "_left_over"
	if _, taken := d.things[name]; taken {
		d.bad(n, Fault{Message: who + ": what is left is paid as " + name + ", and that name is taken", Remedy: "rename the other"})
		return
	}
	d.things[name] = thing{paymentThing, len(d.c.Payments)}
	d.payments = append(d.payments, d.accounts[i])
	d.c.Payments = append(d.c.Payments, Payment{Name: name, Clause: a.Clause, From: Payee{Party: a.Owner, Division: -1, Account: i, Name: a.Name}, To: to,
		Per: per, For: ForLeftOver, Index: i, Due: Due{ClaimedBy: -1, ValidatedBy: -1}, Between: d.term()})
}

// readHeld reads what part of a payment is kept back, and until when.
func (d *decoder) readHeld(r *reader, n *node, p *Payment) {
	held := n.get("held")
	if held == nil {
		return
	}
	inner := *r
	inner.who = r.who + ", held, share"
	h := &Held{Share: d.formula(&inner, held.get("share"), formula.Rate)}
	inner.who = r.who + ", held, released_on"
	h.ReleasedOn = d.dated(&inner, held.get("released_on"))
	inner.who = r.who + ", held, released_when"
	h.ReleasedWhen = d.condition(&inner, held.get("released_when"))
	if !held.has("released_on") && !held.has("released_when") && !held.bad {
		d.fault(held.place(), Fault{Message: r.who + ", held does not say when it is released", Options: []Option{
			{"released_on: DAY", "on a day: a date, a date quantity, a kind of evidence or a measure"}, {"released_when: {FIGURE: TEST}", "once a condition holds"}}})
	}
	p.Held = h
}
