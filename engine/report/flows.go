package report

import (
	"fmt"

	"outturn/contracts/money"
)

// This file adds up what was posted: what each party pays each other under each payment, now and to date. What is posted
// by all final statements is what each payment comes to to date.

// pair is who pays whom under which payment, by place in the contract.
type pair struct{ from, to, payment string }

// flow is what moves, in the order in which it was first posted.
type flow struct {
	pair
	now, toDate money.Amount
}

type flows []flow

func (m *maker) readFlows() (flows, error) {
	var all flows
	at := map[pair]int{}
	for i := range m.Statements {
		for _, p := range m.Statements[i].Postings {
			amount, err := p.Amount.In(m.c.Currency)
			if err != nil {
				return nil, fmt.Errorf("statement %d, %s from %s to %s: %w", i+1, p.Payment, p.From, p.To, err)
			}
			for _, id := range []string{p.From, p.To} {
				if m.party(id) == nil {
					return nil, fmt.Errorf("statement %d: %s pays or is paid and is no party of %s; read it with the contract it was made under", i+1, id, m.c.ID)
				}
			}
			k := pair{p.From, p.To, p.Payment}
			n, known := at[k]
			if !known {
				n = len(all)
				at[k], all = n, append(all, flow{k, m.none(), m.none()})
			}
			all[n].toDate = all[n].toDate.Add(amount)
			if i == len(m.Statements)-1 {
				all[n].now = all[n].now.Add(amount)
			}
		}
	}
	return all, nil
}

// sum adds up, now and to date, the flows that are taken.
func (m *maker) sum(take func(f *flow) bool) (now, toDate money.Amount) {
	now, toDate = m.none(), m.none()
	for i := range m.flows {
		if f := &m.flows[i]; take(f) {
			now, toDate = now.Add(f.now), toDate.Add(f.toDate)
		}
	}
	return now, toDate
}

func from(party string) func(*flow) bool { return func(f *flow) bool { return f.from == party } }
func to(party string) func(*flow) bool   { return func(f *flow) bool { return f.to == party } }
func all(*flow) bool                     { return true }
