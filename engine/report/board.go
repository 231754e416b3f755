package report

import (
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// Board is the report of a partnership's board. An amount or count that is not there is not known, or is not shown since
// it would say a small count; what is not shown says so.
type Board struct {
	Contributions  []Contribution `json:"contributions"`
	Contributed    Contribution   `json:"contributed"` // all of them
	Outcomes       []Outcome      `json:"outcomes"`
	Cohorts        []Cohort       `json:"cohorts"`
	Savings        []Saving       `json:"savings"`
	Classes        []Class        `json:"classes"`
	Shares         []Share        `json:"shares"`
	Waterfalls     []Waterfall    `json:"waterfalls"`
	Matrix         *Matrix        `json:"matrix,omitempty"` // where the contract has partners
	Perspectives   []Perspective  `json:"perspectives"`
	Flows          []Flow         `json:"flows"`
	Disputes       Disputes       `json:"disputes"`
	Spend          []Spend        `json:"spend"`
	Duplication    Duplication    `json:"duplication"`
	Indicators     []Indicator    `json:"indicators"`
	Reconciliation []Agreement    `json:"reconciliation"`
}

// Contribution is what a party puts in: cash that falls due by the statements, what of it came in as far as anybody tells,
// and what is in kind.
type Contribution struct {
	Party       string        `json:"party,omitempty"`
	Name        string        `json:"name,omitempty"`
	Side        string        `json:"side,omitempty"`
	DueNow      money.Amount  `json:"due_now"`
	Due         money.Amount  `json:"due"` // to date
	Received    *money.Amount `json:"received,omitempty"`
	Outstanding *money.Amount `json:"outstanding,omitempty"`
	InKind      money.Amount  `json:"in_kind"`
	Promised    *money.Amount `json:"in_kind_promised,omitempty"`
	Total       money.Amount  `json:"total"` // due and in kind
}

// Outcome is what one payment comes to; or several that stand together, so that none of them says a small count.
type Outcome struct {
	Payments []string     `json:"payments"`
	Count    *string      `json:"count,omitempty"` // outcomes to date, exact; none of a sum
	Hidden   bool         `json:"hidden,omitempty"`
	Due      money.Amount `json:"due"`
	ToDate   money.Amount `json:"to_date"`
	Held     money.Amount `json:"held"`
}

// Disputes are those of all statements up to this one. Kept says whether they are kept where the report was made.
type Disputes struct {
	Kept bool      `json:"kept"`
	Rows []Dispute `json:"rows"`
}

// Flow is one band of who invests and who benefits. What is in kind goes to the programme, and a benefit comes from it:
// either has no party at the other end.
type Flow struct {
	From   string        `json:"from,omitempty"`
	To     string        `json:"to,omitempty"`
	Kind   string        `json:"kind"` // cash, in_kind or benefit
	Amount *money.Amount `json:"amount,omitempty"`
}

func (m *maker) board() error {
	b := &m.report.Board
	m.contributions(b)
	m.outcomes(b)
	m.cohorts(b)
	m.duplication(b)
	m.indicators(b)
	m.spend(b)
	b.Disputes = Disputes{Kept: m.Disputable, Rows: append([]Dispute{}, m.Disputes...)}
	m.boardSavings(b)
	if err := m.matrix(b); err != nil {
		return err
	}
	m.perspectives(b)
	m.boardFlows(b)
	return nil
}

// contributions are of the partners, and of whoever else pays.
func (m *maker) contributions(b *Board) {
	b.Contributions = []Contribution{}
	all := Contribution{DueNow: m.none(), Due: m.none(), InKind: m.none(), Total: m.none()}
	for i := range m.c.Parties {
		id := m.c.Parties[i].ID
		one := m.contribution(id)
		if m.partner(id) == nil && one.Due.IsZero() && one.DueNow.IsZero() {
			continue
		}
		all.DueNow, all.Due, all.InKind, all.Total = all.DueNow.Add(one.DueNow), all.Due.Add(one.Due), all.InKind.Add(one.InKind), all.Total.Add(one.Total)
		all.Received, all.Outstanding, all.Promised = plus(all.Received, one.Received), plus(all.Outstanding, one.Outstanding), plus(all.Promised, one.Promised)
		b.Contributions = append(b.Contributions, one)
	}
	b.Contributed = all
}

// contribution is one party's.
func (m *maker) contribution(id string) Contribution {
	p := m.party(id)
	one := Contribution{Party: id, Name: p.Name, InKind: m.none()}
	one.DueNow, one.Due = m.sum(from(id))
	if sum := m.partner(id); sum != nil {
		one.Side, one.InKind, one.Promised = sum.Side, sum.InKind, sum.Promised
		if sum.PaidIn != nil {
			left := one.Due.Sub(*sum.PaidIn)
			one.Received, one.Outstanding = sum.PaidIn, &left
		}
	}
	one.Total = one.Due.Add(one.InKind)
	return one
}

// plus adds what may not be known.
func plus(a, b *money.Amount) *money.Amount {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	sum := a.Add(*b)
	return &sum
}

// outcomes are what each payment comes to. Those whose counts are not shown stand together.
func (m *maker) outcomes(b *Board) {
	hidden := m.hiddenPayments()
	b.Outcomes = []Outcome{}
	together := -1
	for i := range m.last.Payments {
		p := &m.last.Payments[i]
		one := Outcome{Payments: []string{p.Payment}, Due: p.Due, ToDate: p.ToDate, Held: p.Held}
		if !hidden.payments[p.Payment] {
			if p.Count != "" {
				one.Count = &p.Count
			}
			b.Outcomes = append(b.Outcomes, one)
			continue
		}
		if together < 0 {
			together = len(b.Outcomes)
			b.Outcomes = append(b.Outcomes, Outcome{Payments: []string{}, Hidden: true, Due: m.none(), ToDate: m.none(), Held: m.none()})
		}
		t := &b.Outcomes[together]
		t.Payments, t.Due, t.ToDate, t.Held = append(t.Payments, p.Payment), t.Due.Add(p.Due), t.ToDate.Add(p.ToDate), t.Held.Add(p.Held)
	}
	if together >= 0 && !hidden.total {
		count := hidden.together.String()
		b.Outcomes[together].Count = &count
	}
}

// boardFlows are the bands from those who put something in to those who have something of it.
func (m *maker) boardFlows(b *Board) {
	b.Flows = []Flow{}
	add := func(from, to, kind string, amount *money.Amount) {
		if amount == nil || !amount.IsZero() {
			b.Flows = append(b.Flows, Flow{from, to, kind, amount})
		}
	}
	at := map[[2]string]int{}
	for i := range m.flows {
		f := &m.flows[i]
		k := [2]string{f.from, f.to}
		if n, known := at[k]; known {
			sum := b.Flows[n].Amount.Add(f.toDate)
			b.Flows[n].Amount = &sum
			continue
		}
		at[k] = len(b.Flows)
		amount := f.toDate
		b.Flows = append(b.Flows, Flow{f.from, f.to, "cash", &amount})
	}
	if m.last.Partnership == nil {
		return
	}
	each := func(kind string, of func(p *statements.PartnerSum) (from, to string, amount *money.Amount)) {
		for i := range m.last.Partnership.Partners {
			from, to, amount := of(&m.last.Partnership.Partners[i])
			add(from, to, kind, amount)
		}
	}
	each("in_kind", func(p *statements.PartnerSum) (string, string, *money.Amount) { return p.Party, "", &p.InKind })
	each("benefit", func(p *statements.PartnerSum) (string, string, *money.Amount) {
		if m.benefitHidden() {
			return "", p.Party, nil
		}
		return "", p.Party, &p.Benefit
	})
}
