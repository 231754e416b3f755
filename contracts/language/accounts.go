package language

import (
	"outturn/contracts"
	"outturn/contracts/document"
	"outturn/contracts/formula"
)

// startAccounts reads what other sections need of the accounts: whose they are, and the periods they stand per.
func (d *decoder) startAccounts() {
	for i, n := range d.accounts {
		a := &d.c.Accounts[i]
		who := "account " + a.Name
		a.Called, a.Clause = n.Value("called"), n.Value("clause")
		if owner := n.Get("owner"); owner != nil {
			if a.Owner = d.party(owner.Text); a.Owner < 0 {
				d.Bad(owner, document.Fault{Message: who + ", owner: there is no party " + owner.Text, Remedy: document.Meant(owner.Text, d.partyNames())})
			}
		}
		if per := n.Get("per"); per != nil {
			if at, ok := d.find(per, who+", per", periodThing); ok {
				a.Period = at
			}
		}
		d.startStream(n, a, who)
		if n.Bad || a.Owner < 0 {
			n.Bad = true
		}
	}
}

// readAccounts reads what comes into the accounts and what becomes of what they have not paid. It reads them after the
// payments, since whoever has what is left is paid by a payment of its own.
func (d *decoder) readAccounts() {
	for i, n := range d.accounts {
		if n.Bad {
			continue
		}
		a := &d.c.Accounts[i]
		who := "account " + a.Name
		r := &reader{who: who + ", opens_with", self: thing{accountThing, i}, levels: []contracts.Level{contracts.ContractLevel()}, hand: -1}
		if opens := n.Get("opens_with"); opens != nil {
			a.OpensWith = d.formula(r, opens, formula.Money)
		}
		per := contracts.ContractLevel()
		per.Periods = []int{a.Period}
		r.who, r.levels = who+", receives", []contracts.Level{per}
		if receives := n.Get("receives"); receives != nil {
			a.Receives = d.formula(r, receives, formula.Money)
		}
		a.Final = n.Value("final") == "once_paid"
		d.readEligible(n.Get("eligible"), i)
		d.readLeftOver(n.Get("left_over"), i, who+", left_over", per)
		if !d.paysFrom(i) && a.LeftOver == contracts.LeftCarried {
			d.Fault(n.Place(), document.Fault{Message: who + " pays nobody", Remedy: "name it in the from of a payment, or leave it out"})
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
func (d *decoder) readLeftOver(n *document.Node, i int, who string, per contracts.Level) {
	a := &d.c.Accounts[i]
	if n == nil || n.Bad {
		return
	}
	if n.Kind == document.Scalar {
		a.LeftOver = contracts.LeftCarried
		return
	}
	to := d.payee(n.Get("to"), who+", to", per)
	if to.Party < 0 {
		return
	}
	a.LeftTo, a.LeftOver = to.Party, contracts.LeftEachPeriod
	if n.Value("at") == "last_period" {
		a.LeftOver = contracts.LeftAtEnd
	}
	name := a.Name + "_left_over"
	if _, taken := d.things[name]; taken {
		d.Bad(n, document.Fault{Message: who + ": what is left is paid as " + name + ", and that name is taken", Remedy: "rename the other"})
		return
	}
	d.things[name] = thing{paymentThing, len(d.c.Payments)}
	d.payments = append(d.payments, d.accounts[i])
	d.c.Payments = append(d.c.Payments, contracts.Payment{Name: name, Clause: a.Clause, From: contracts.Payee{Party: a.Owner, Division: -1, Account: i, Name: a.Name}, To: to,
		Per: per, For: contracts.ForLeftOver, Index: i, Due: contracts.Due{ClaimedBy: -1, ValidatedBy: -1}, Between: d.term()})
}

// readHeld reads what part of a payment is kept back, and until when.
func (d *decoder) readHeld(r *reader, n *document.Node, p *contracts.Payment) {
	held := n.Get("held")
	if held == nil {
		return
	}
	inner := *r
	inner.who = r.who + ", held, share"
	h := &contracts.Held{Share: d.formula(&inner, held.Get("share"), formula.Rate)}
	inner.who = r.who + ", held, released_on"
	h.ReleasedOn = d.dated(&inner, held.Get("released_on"))
	inner.who = r.who + ", held, released_when"
	h.ReleasedWhen = d.condition(&inner, held.Get("released_when"))
	if !held.Has("released_on") && !held.Has("released_when") && !held.Bad {
		d.Fault(held.Place(), document.Fault{Message: r.who + ", held does not say when it is released", Options: []document.Option{
			{Word: "released_on: DAY", Means: "on a day: a date, a date quantity, a kind of evidence or a measure"}, {Word: "released_when: {FIGURE: TEST}", Means: "once a condition holds"}}})
	}
	p.Held = h
}
