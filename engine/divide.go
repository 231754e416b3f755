package engine

import (
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// part is what one party has of a line.
type part struct {
	party int
	minor int64
}

// divide splits a line among the parties of a division. It splits what the line is worth to date and takes off what
// was settled leg by leg, so that instalments equal the split of the running total and a reversal negates its legs.
func (st *settlement) divide(r *reader, o *outLine, unit int, k *key) error {
	pay := &st.c.Payments[o.payment]
	if pay.For == contracts.ForLosses {
		st.legs(o, "from", -1, st.good.from)
		st.legs(o, "to", -1, st.good.to)
		return nil
	}
	for _, end := range []struct {
		side string
		e    *contracts.Payee
	}{{"from", &pay.From}, {"to", &pay.To}} {
		capped := end.side == "from" && (len(o.parts) > 0 || end.e.Division < 0 && parted(o.before, "from"))
		if end.e.Division < 0 && !capped {
			continue
		}
		parts := make([]int64, len(st.c.Parties))
		if capped {
			for _, p := range o.parts {
				parts[p.party] += p.minor
			}
			if len(o.parts) == 0 {
				parts[partyOf(end.e, k)] = o.toDate
			}
		} else {
			var err error
			if parts, err = r.split(&st.c.Divisions[end.e.Division], o.toDate, unit, k); err != nil {
				return err
			}
		}
		one := -1
		if end.e.Division < 0 {
			one = partyOf(end.e, k)
		}
		st.legs(o, end.side, one, parts)
	}
	return nil
}

func parted(legs []settledLeg, side string) bool {
	return slices.ContainsFunc(legs, func(s settledLeg) bool { return s.side == side })
}

// legs sets each party's part of a line beside what it settled before. What was settled of a line before it was parted
// was all its one payer's.
func (st *settlement) legs(o *outLine, side string, one int, parts []int64) {
	before := parted(o.before, side)
	for party, minor := range parts {
		leg := outLeg{side: side, party: st.c.Parties[party].ID, toDate: minor}
		for _, s := range o.before {
			if s.side == leg.side && s.party == leg.party {
				leg.settled = s.minor
			}
		}
		if !before && party == one {
			leg.settled = o.settled
		}
		if minor != 0 || leg.settled != 0 {
			o.legs = append(o.legs, leg)
		}
	}
}

// split fills the tranches of a division one after the other and returns each party's part, by party.
func (r *reader) split(d *contracts.Division, minor int64, unit int, k *key) ([]int64, error) {
	parts, err := r.tranches(d, minor, unit, k)
	if err != nil {
		return nil, fmt.Errorf("%s (%s): %w", d.Name, d.Clause, err)
	}
	return parts, nil
}

func (r *reader) tranches(d *contracts.Division, minor int64, unit int, k *key) ([]int64, error) {
	parts := make([]int64, len(r.c.Parties))
	if minor == 0 { // a line that is no longer there is in no period whose figures could divide it
		return parts, nil
	}
	sc := scope{unit: unit, itemUnit: -1, asAt: r.through, key: *k}
	if len(r.tree.Units) == 0 {
		sc.unit = -1
	}
	left := minor
	for i := range d.Tranches {
		t := &d.Tranches[i]
		weights, claims, err := r.weigh(t, sc)
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
		amounts, err := money.Allocate(money.FromMinor(r.c.Currency, size), r.c.Currency, r.c.Rounding.Unit, weights, r.policy(t))
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
		return nil, fmt.Errorf("%s is left over when every tranche is full; add a last tranche without a claim", money.FromMinor(r.c.Currency, left).Format(r.c.Currency))
	}
	return parts, nil
}

// weigh works out a tranche's weights and what each of its parties may claim of it.
func (r *reader) weigh(t *contracts.Tranche, sc scope) ([]money.Exact, []int64, error) {
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
				return nil, nil, fmt.Errorf("the share of %s is %s", r.c.Parties[party].ID, figureText(f, r.c.Currency))
			}
			weights[j] = f.Num
		}
		if t.Claim != nil {
			f, err := r.eval(t.Claim, &at)
			if err != nil || f.State != formula.Known {
				return nil, nil, fmt.Errorf("what %s may claim is %s", r.c.Parties[party].ID, figureText(f, r.c.Currency))
			}
			if claims[j], err = f.Num.Minor(r.c.Currency, r.c.Rounding); err != nil {
				return nil, nil, err
			}
		}
	}
	return weights, claims, nil
}

// policy is where spare pennies go within a tranche.
func (r *reader) policy(t *contracts.Tranche) money.Policy {
	for j, party := range t.Parties {
		if party == r.c.Spare.Party {
			return money.Residual(j)
		}
	}
	return money.LargestRemainder
}
