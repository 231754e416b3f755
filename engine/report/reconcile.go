package report

import (
	"fmt"

	"outturn/contracts/money"
)

// This file holds the reports to the statement, and the officers' statements to the board's report, to the penny. The sums
// are of everything, shown or not; a sum that would say a small count is compared and not printed.

// Agreement is two sums that must be the same, and where each is from.
type Agreement struct {
	What       string        `json:"what"`
	Here       *money.Amount `json:"here,omitempty"`
	There      *money.Amount `json:"there,omitempty"`
	Of         string        `json:"of"` // where the other stands
	Difference money.Amount  `json:"difference"`
	Agrees     bool          `json:"agrees"`
}

func agreement(what, of string, here, there money.Amount, hidden bool) Agreement {
	a := Agreement{What: what, Of: of, Difference: here.Sub(there)}
	if a.Agrees = a.Difference.IsZero(); !hidden {
		a.Here, a.There = &here, &there
	}
	return a
}

// reconcile fills in both kinds of table.
func (m *maker) reconcile() {
	m.reconcileBoard()
	for i := range m.report.Officers {
		m.reconcileOfficer(&m.report.Officers[i])
	}
}

func (m *maker) reconcileBoard() {
	b := &m.report.Board
	var out []Agreement
	add := func(what, of string, here, there money.Amount, hidden bool) {
		out = append(out, agreement(what, of, here, there, hidden))
	}
	now, toDate := m.sum(all)
	payments, due, owes, owed, net, ledger := m.none(), m.none(), m.none(), m.none(), m.none(), m.none()
	for _, p := range m.last.Payments {
		payments, due = payments.Add(p.ToDate), due.Add(p.Due)
	}
	rows, rowsDue, contributed, contributedNow, inKind := m.none(), m.none(), m.none(), m.none(), m.none()
	for _, o := range b.Outcomes {
		rows, rowsDue = rows.Add(o.ToDate), rowsDue.Add(o.Due)
	}
	for i := range m.report.Officers {
		o := &m.report.Officers[i]
		owes, owed, net = owes.Add(o.OwesNow), owed.Add(o.OwedNow), net.Add(o.NetNow)
		contributed, contributedNow, inKind = contributed.Add(o.Contribution.Due), contributedNow.Add(o.Contribution.DueNow), inKind.Add(o.Contribution.InKind)
		for _, a := range o.Ledger {
			ledger = ledger.Add(a.Movement)
		}
	}
	const statement, officers = "the statement", "the officers' statements"
	add("payments, to date", statement, rows, payments, false)
	add("payments, due now", statement, rowsDue, due, false)
	add("posted by all statements", statement+"'s payments", toDate, payments, false)
	add("posted now", statement+"'s payments", now, due, false)
	add("cash that falls due, to date", officers, b.Contributed.Due, contributed, false)
	add("cash that falls due now", officers, b.Contributed.DueNow, contributedNow, false)
	add("cash contributed, to date", "what was posted", b.Contributed.Due, toDate, false)
	add("in kind", officers, b.Contributed.InKind, inKind, false)
	add("owed now", "what officers owe", owed, owes, false)
	add("what officers are owed less what they owe", "nought", net, m.none(), false)
	m.reconcileSavings(add)
	if m.last.Partnership != nil {
		m.reconcilePartners(add)
	}
	m.report.Board.Reconciliation = out
}

// reconcileSavings holds the officers' parts of each saving to the statement's figure.
func (m *maker) reconcileSavings(add func(what, of string, here, there money.Amount, hidden bool)) {
	for i := range m.savings {
		s := &m.savings[i]
		if s.ComesTo == nil || len(s.shares) == 0 {
			continue
		}
		parts, said := m.none(), m.none()
		for _, share := range s.shares {
			parts = parts.Add(*share.Amount)
		}
		for _, f := range s.sum.Figures {
			if f.ComesTo != nil {
				said = said.Add(*f.ComesTo)
			}
		}
		add("saving "+s.Saving.Saving+", the officers' parts", "the statement", parts, said, s.Hidden)
		if s.Worth != nil {
			sum := s.Avoided.Add(*s.Saving.Cashable).Add(*s.Cashed)
			if s.Validated != nil {
				sum = sum.Add(*s.Validated)
			}
			add("saving "+s.Saving.Saving+", by how far it has come", "what it is worth", sum, *s.Worth, s.Hidden)
		}
	}
}

// reconcilePartners holds positions, periods and perspectives to one another.
func (m *maker) reconcilePartners(add func(what, of string, here, there money.Amount, hidden bool)) {
	p, hidden := m.last.Partnership, m.benefitHidden()
	nets := map[string]money.Amount{}
	paid, received, put, agencies := m.none(), m.none(), m.none(), m.none()
	for i := range p.Partners {
		one := &p.Partners[i]
		_, gave := m.sum(from(one.Party))
		_, had := m.sum(to(one.Party))
		paid, received, put, agencies = paid.Add(gave), received.Add(had), put.Add(one.Paid), agencies.Add(one.Net)
		if len(p.Periods) > 0 {
			sum := m.none()
			for _, period := range p.Periods {
				for _, o := range period.Partners {
					if o.Party == one.Party {
						sum = sum.Add(o.Received).Add(o.Benefit).Sub(o.Paid).Sub(o.InKind)
					}
				}
			}
			add(fmt.Sprintf("net of %s, by period", one.Party), "its net to date", sum, one.Net, hidden)
		}
	}
	add("paid by partners", "what was posted", put, paid, false)
	cash := received.Sub(paid)
	add("cash of partners and of everybody else", "nought", cash.Add(p.Others), m.none(), false)
	for _, side := range p.Sides {
		nets[side.Side] = side.Net
	}
	add("net of local bodies and of the Exchequer", "the taxpayer's net", nets["local"].Add(nets["exchequer"]), nets["taxpayer"], hidden)
	add("net of every agency", "the taxpayer's net", agencies, nets["taxpayer"], hidden)
	views := m.report.Board.Perspectives
	if hidden {
		return
	}
	for _, v := range views {
		if v.View != "agency" {
			add("the "+v.View+"'s perspective", "its net in the matrix", *v.Net, nets[v.View], false)
		}
	}
}

func (m *maker) reconcileOfficer(o *Officer) {
	add := func(what, of string, here, there money.Amount) {
		o.Reconciliation = append(o.Reconciliation, agreement(what, of, here, there, false))
	}
	owes, owed := m.none(), m.none()
	for _, d := range o.Owes {
		owes = owes.Add(d.Amount)
	}
	for _, d := range o.Owed {
		owed = owed.Add(d.Amount)
	}
	opening, movement, closing := m.none(), m.none(), m.none()
	for _, a := range o.Ledger {
		opening, movement, closing = opening.Add(a.Opening), movement.Add(a.Movement), closing.Add(a.Closing)
	}
	for _, due := range m.last.Due {
		if due.Party == o.Party {
			add("owed less owes", "what the statement has due", owed.Sub(owes), due.Due)
			add("net to date", "what the statement has to date", o.NetToDate, due.ToDate)
		}
	}
	add("opening and movement", "closing, in the ledger", opening.Add(movement), closing)
	if p := m.partner(o.Party); p != nil {
		add("cash it put in", "what it paid in its position", o.Contribution.Due, p.Paid)
	}
}
