package engine

import (
	"errors"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/evidence"
)

// Contracts that exclude one another share a register of claims. What it answered of a unit is evidence like all other:
// that the unit is claimed here, or that it was claimed elsewhere first. Who asked first does not hang on which contract
// settles first, so the same evidence always gives the same statement.

// waits counts, by payment and reason, what is neither paid nor refused. One belongs to each worker.
type waits struct {
	count   [][reasonCount]int
	claimed []int64 // by payment: what is not paid since somebody else claimed first
}

// registered says what the register answered of a unit: counted, claimed elsewhere first, or not asked by the cut-off.
// An answer holds from the beginning: its day is only that of the question.
func (r *reader) registered(u int) reason {
	kind, field := r.c.ToldBy, r.elsewhere.claimed
	why := waitRegister
	for v := range r.tree.Units {
		if r.tree.Units[v].Type != r.c.Evidence[kind].Unit || !r.within(v, u) && !r.within(u, v) {
			continue
		}
		items := r.tree.Units[v].Items
		for i := range items {
			it := &items[i]
			if it.Kind != kind || it.Standing != evidence.Stands || it.Values[field].State != formula.Known {
				continue
			}
			r.use(v, i)
			if it.Values[field].Num.Cmp(money.Int(contracts.ClaimedElsewhere)) == 0 {
				return waitClaimed
			}
			why = counted
		}
	}
	return why
}

// dropClaimed takes the lines of a payment for a unit away again that is claimed elsewhere, or of which the register was
// not asked, and counts them.
func (r *reader) dropClaimed(pi, u, from int) error {
	if len(r.c.ExclusiveWith) == 0 || from == len(r.lines) {
		return nil
	}
	why := r.registered(u)
	if why == counted {
		return nil
	}
	kept := from
	for i := from; i < len(r.lines); i++ {
		l := r.lines[i]
		if l.payment != pi || l.unit != u {
			r.lines[kept] = l
			kept++
			continue
		}
		r.wait(pi, why)
		if r.waits != nil && why == waitClaimed {
			sum := r.waits.claimed[pi] + l.toDate
			if sum < r.waits.claimed[pi] {
				return errors.New("the sum of what others claimed first is too large")
			}
			r.waits.claimed[pi] = sum
		}
	}
	r.lines = r.lines[:kept]
	return nil
}
