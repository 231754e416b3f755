package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// divide splits a line among the parties of a division. It splits what the line is worth to date and takes off what
// was settled leg by leg, so that instalments equal the split of the running total and a reversal negates its legs.
func (st *settlement) divide(r *reader, o *outLine, unit int, k *key) error {
	pay := &st.c.Payments[o.payment]
	for _, end := range []struct {
		side string
		e    *contracts.Payee
	}{{"from", &pay.From}, {"to", &pay.To}} {
		if end.e.Division < 0 {
			continue
		}
		d := &st.c.Divisions[end.e.Division]
		parts, err := st.split(r, d, o.toDate, unit, k)
		if err != nil {
			return fmt.Errorf("%s (%s): %w", d.Name, d.Clause, err)
		}
		for party, minor := range parts {
			leg := outLeg{side: end.side, party: st.c.Parties[party].ID, toDate: minor}
			for _, s := range o.before {
				if s.side == leg.side && s.party == leg.party {
					leg.settled = s.minor
				}
			}
			if minor != 0 || leg.settled != 0 {
				o.legs = append(o.legs, leg)
			}
		}
	}
	return nil
}

// split fills the tranches of a division one after the other and returns each party's part, by party.
func (st *settlement) split(r *reader, d *contracts.Division, minor int64, unit int, k *key) ([]int64, error) {
	parts := make([]int64, len(st.c.Parties))
	sc := scope{unit: unit, itemUnit: -1, asAt: st.through, key: *k}
	if len(r.tree.Units) == 0 {
		sc.unit = -1
	}
	left := minor
	for i := range d.Tranches {
		t := &d.Tranches[i]
		weights, claims, err := st.weigh(r, t, sc)
		if err != nil {
			return nil, err
		}
		size := left
		if t.Claim != nil {
			var claimed int64
			for _, m := range claims {
				claimed += m
			}
			size = min(left, claimed)
		}
		if size == 0 {
			continue
		}
		if t.Claim != nil && len(t.Weights) == 0 {
			for j, m := range claims {
				weights[j] = money.Int(m)
			}
		}
		amounts, err := money.Allocate(money.FromMinor(st.c.Currency, size), st.c.Currency, st.c.Rounding.Unit, weights, st.policy(t))
		if err != nil {
			return nil, err
		}
		for j, a := range amounts {
			m, _ := a.Minor()
			parts[t.Parties[j]] += m
		}
		left -= size
	}
	if left != 0 {
		return nil, fmt.Errorf("%s is left over when every tranche is full; add a last tranche without a claim", money.FromMinor(st.c.Currency, left).Format(st.c.Currency))
	}
	return parts, nil
}

// weigh works out a tranche's weights and what each of its parties may claim of it.
func (st *settlement) weigh(r *reader, t *contracts.Tranche, sc scope) ([]money.Exact, []int64, error) {
	weights, claims := make([]money.Exact, len(t.Parties)), make([]int64, len(t.Parties))
	for j, party := range t.Parties {
		at := sc
		at.key.party = int32(party) + 1
		if j < len(t.Weights) {
			f, err := r.eval(t.Weights[j], &at)
			if err != nil {
				return nil, nil, err
			}
			if f.State != formula.Known {
				return nil, nil, fmt.Errorf("the share of %s is %s", st.c.Parties[party].ID, figureText(f, st.c.Currency))
			}
			weights[j] = f.Num
		}
		if t.Claim != nil {
			f, err := r.eval(t.Claim, &at)
			if err != nil || f.State != formula.Known {
				return nil, nil, fmt.Errorf("what %s may claim is %s", st.c.Parties[party].ID, figureText(f, st.c.Currency))
			}
			if claims[j], err = f.Num.Minor(st.c.Currency, st.c.Rounding); err != nil {
				return nil, nil, err
			}
		}
	}
	return weights, claims, nil
}

// policy is where spare pennies go within a tranche.
func (st *settlement) policy(t *contracts.Tranche) money.Policy {
	for j, party := range t.Parties {
		if party == st.c.Spare.Party {
			return money.Residual(j)
		}
	}
	return money.LargestRemainder
}
