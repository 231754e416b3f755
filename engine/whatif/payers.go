package whatif

import (
	"slices"

	"outturn/contracts"
)

// Payers are the parties, in the contract's order, whose money evidence of some kinds can move: those who pay what reads it,
// and what shares a cap or an account with that. What cohorts, checks, divisions, savings and accounts read can move what
// everybody pays, and so can evidence that does not say of what kind it is (-1), or that nothing reads.
func Payers(c *contracts.Contract, kinds []int) []int {
	reads := func(w *walker) bool {
		return slices.ContainsFunc(kinds, func(k int) bool { return k < 0 || w.seen[thing{kindThing, k}] })
	}
	beside := &walker{c: c, seen: map[thing]bool{}}
	beside.beside()
	all := reads(beside)
	moved := make([]bool, len(c.Payments))
	for i := range c.Payments {
		w := &walker{c: c, seen: map[thing]bool{}}
		w.visit(thing{paymentThing, i})
		moved[i] = all || reads(w)
	}
	all = all || !slices.Contains(moved, true)
	for more := true; more; { // what shares a cap or an account with what is moved
		more = false
		for _, together := range sharing(c) {
			if slices.ContainsFunc(together, func(i int) bool { return moved[i] }) && slices.ContainsFunc(together, func(i int) bool { return !moved[i] }) {
				more = true
				for _, i := range together {
					moved[i] = true
				}
			}
		}
	}
	var payers []int
	for i := range c.Payments {
		if all || moved[i] {
			payers = append(payers, c.Payers(i)...)
		}
	}
	slices.Sort(payers)
	return slices.Compact(payers)
}

// sharing lists the payments that take from one another: under one cap, or to and from one account.
func sharing(c *contracts.Contract) [][]int {
	var all [][]int
	for i := range c.Caps {
		all = append(all, c.Caps[i].Over)
	}
	for a := range c.Accounts {
		var of []int
		for i := range c.Payments {
			if c.Payments[i].From.Account == a || c.Payments[i].To.Account == a {
				of = append(of, i)
			}
		}
		all = append(all, of)
	}
	return all
}
