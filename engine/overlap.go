package engine

import (
	"slices"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/statements"
)

// This file reports what is claimed twice over: by caps that count payments, how many units are claimed under each two of
// them; and by what other schemes told, what they paid already.

// overlap is what one cap that counts payments found, by payment in its order.
type overlap struct {
	with   [][]int
	lost   []int
	minors []int64
}

func newOverlaps(c *contracts.Contract) []overlap {
	all := make([]overlap, len(c.Caps))
	for i := range c.Caps {
		n := len(c.Caps[i].Over)
		if !c.Caps[i].Claims {
			continue
		}
		all[i] = overlap{with: make([][]int, n), lost: make([]int, n), minors: make([]int64, n)}
		for j := range all[i].with {
			all[i].with[j] = make([]int, n)
		}
	}
	return all
}

// claimed counts one unit under each payment that it is claimed under, and under each two.
func (o *overlap) claimed(entries []capEntry) {
	for i := range entries {
		for j := range entries {
			o.with[entries[i].listed][entries[j].listed]++
		}
	}
}

func (o *overlap) refused(listed int, minor int64) {
	o.lost[listed]++
	o.minors[listed] += minor
}

func (t *totals) mergeOverlaps(o *totals) {
	for i := range t.overlaps {
		a, b := &t.overlaps[i], &o.overlaps[i]
		for j := range a.with {
			for k := range a.with[j] {
				a.with[j][k] += b.with[j][k]
			}
			a.lost[j] += b.lost[j]
			t.add(&a.minors[j], b.minors[j])
		}
	}
	for at, sum := range o.elsewhere {
		have := t.elsewhere[at]
		have.outcomes, have.sum = have.outcomes+sum.outcomes, have.sum.Add(sum.sum)
		if t.elsewhere[at] = have; have.outcomes == 0 && have.sum.IsZero() { // all of it was taken off again
			delete(t.elsewhere, at)
		}
	}
}

// toldAt is a register of another scheme and a payment; a register is a choice of the field that names it, from 1, or 0.
type toldAt struct{ payment, register int }

type toldSum struct {
	outcomes int
	sum      money.Exact
}

// overlapSums are the blocks of the head.
func (st *settlement) overlapSums(out *statements.Statement) error {
	for i := range st.c.Caps {
		k := &st.c.Caps[i]
		if !k.Claims {
			continue
		}
		sum := statements.OverlapSum{Name: k.Name, Clause: k.Clause, Per: []string{st.c.Units[k.Per.Unit].Name}}
		for _, s := range k.Per.Periods {
			sum.Per = append(sum.Per, st.c.Periods[s].Name)
		}
		for j, pay := range k.Over {
			o := &st.totals.overlaps[i]
			sum.Payments = append(sum.Payments, statements.OverlapLine{Payment: st.c.Payments[pay].Name, With: o.with[j], Refused: o.lost[j], Sum: st.amount(o.minors[j])})
		}
		out.Overlaps = append(out.Overlaps, sum)
	}
	if st.c.ToldBy < 0 {
		return nil
	}
	kind := &st.c.Evidence[st.c.ToldBy]
	registers := []string{kind.Name}
	if st.elsewhere.register >= 0 {
		registers = append(registers, kind.Says[st.elsewhere.register].Choices...)
	}
	for register, name := range registers {
		for pay := range st.c.Payments {
			told, any := st.totals.elsewhere[toldAt{pay, register}]
			if !any {
				continue
			}
			sum, err := told.sum.Amount(st.c.Currency, st.c.Rounding)
			if err != nil {
				return err
			}
			out.Elsewhere = append(out.Elsewhere, statements.ElsewhereSum{Register: name, Payment: st.c.Payments[pay].Name, Outcomes: told.outcomes, Sum: sum})
		}
	}
	return nil
}

// tell counts what was taken off an outcome's price under the registers that told of it, each in turn up to what it paid
// and no more than was taken off in all.
func (r *reader) tell(pi int, taken money.Exact) {
	if r.toldOf == nil {
		return
	}
	left := taken
	for i, one := range r.told {
		part := left
		if one.said && i < len(r.told)-1 && one.amount.Cmp(left) < 0 {
			part = one.amount
		}
		left = left.Sub(part)
		if part.IsZero() {
			continue
		}
		at := toldAt{pi, one.register}
		have := r.toldOf[at]
		outcomes := have.outcomes
		if !slices.ContainsFunc(r.told[:i], func(o told) bool { return o.register == one.register }) {
			outcomes++
		}
		r.toldOf[at] = toldSum{outcomes, have.sum.Add(part)}
	}
}

// told is what one item says that another scheme paid for the outcome in hand.
type told struct {
	register int
	amount   money.Exact
	said     bool
}

// register is the register that an item names, by its choice from 1; 0 where it names none.
func (p *plan) register(values []formula.Figure) int {
	if at := p.elsewhere.register; at >= 0 && values[at].State == formula.Known {
		n, _ := values[at].Num.Int64()
		return int(n) + 1
	}
	return 0
}
