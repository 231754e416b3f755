package whatif

import (
	"cmp"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// The kinds of warning, as they are printed.
const (
	WarnCliff       = "a cliff at a threshold"
	WarnUnreachable = "a rule that no evidence can reach"
	WarnTwice       = "an outcome that may be paid twice"
	WarnIdleCap     = "a cap that cannot bind"
	WarnRunsOut     = "terms that run out before the contract"
	WarnCream       = "an incentive to park or cream"
	WarnDenominator = "a denominator that the payee can move"
	WarnChance      = "a gate weaker than chance"
)

// warnKinds is the order in which warnings are listed.
var warnKinds = []string{WarnCliff, WarnUnreachable, WarnTwice, WarnIdleCap, WarnRunsOut, WarnCream, WarnDenominator, WarnChance}

// Warning is something that a sound contract says and that its parties may not have meant. It is no fault: the contract
// settles as it stands.
type Warning struct {
	Kind     string // one of the kinds above
	Where    string // the rule: "payment incentive", "cap 1"
	Clause   string // where in the signed contract it stands; may be empty
	What     string // what happens, with the figures that show it
	WhatToDo string
}

// Warnings looks through a resolved contract for what a contract lawyer would ask about, and returns it by kind and then
// in the order of the document. It settles the contract's own examples for figures to show; one that cannot be settled
// shows none. It is a function of the contract alone.
func Warnings(c *contracts.Contract) []Warning {
	v := &review{c: c}
	v.cliffs()
	v.unreachable()
	v.unread()
	v.overlaps()
	v.paidTwice()
	v.idleCaps()
	v.tablesRunOut()
	v.termRunsOut()
	v.creaming()
	v.movableDenominators()
	v.weakGates()
	slices.SortStableFunc(v.found, func(a, b Warning) int {
		return cmp.Compare(slices.Index(warnKinds, a.Kind), slices.Index(warnKinds, b.Kind))
	})
	return v.found
}

// review is one look through a contract.
type review struct {
	c     *contracts.Contract
	found []Warning
	runs  []exampleRun
	ran   bool
}

func (v *review) warn(kind, where, clause, what, toDo string) {
	v.found = append(v.found, Warning{kind, where, clause, what, toDo})
}

// exampleRun is what an example came to: the least sum above nought that each payment pays on one line.
type exampleRun struct {
	it    string
	least map[string]money.Amount
}

// examples settles the contract's examples, once.
func (v *review) examples() []exampleRun {
	if v.ran {
		return v.runs
	}
	v.ran = true
	for i := range v.c.Examples {
		e := &v.c.Examples[i]
		settled, err := SettleExample(v.c, e)
		if err != nil {
			continue
		}
		run := exampleRun{e.It, map[string]money.Amount{}}
		for key, line := range settled.Lines {
			if least, ok := run.least[key.Payment]; line.ToDate.Sign() > 0 && (!ok || line.ToDate.Cmp(least) < 0) {
				run.least[key.Payment] = line.ToDate
			}
		}
		v.runs = append(v.runs, run)
	}
	return v.runs
}

// leastPaid is the least that a payment pays on a line of an example, above nought, and which example that is.
func (v *review) leastPaid(payment string) (least money.Amount, it string) {
	for _, run := range v.examples() {
		if paid, ok := run.least[payment]; ok && (it == "" || paid.Cmp(least) < 0) {
			least, it = paid, run.it
		}
	}
	return least, it
}

// sum writes a sum of money; one with no finite decimal is cut to the currency's places.
func (v *review) sum(x money.Exact) string {
	amount, err := x.Amount(v.c.Currency, money.Rounding{Mode: money.Nearest, Ties: money.TiesUp, Unit: money.Frac(1, places(v.c.Currency))})
	if err != nil {
		return x.String()
	}
	return amount.Format(v.c.Currency)
}

func places(c money.Currency) int64 {
	n := int64(1)
	for range c.Places {
		n *= 10
	}
	return n
}

// figure writes a figure as a person does; a choice by its name.
func (v *review) figure(f formula.Figure, choices []string) string {
	return figureText(v.c, f, choices)
}

func figureText(c *contracts.Contract, f formula.Figure, choices []string) string {
	if n, ok := f.Num.Int64(); ok && f.Type == formula.Choice && n >= 0 && int(n) < len(choices) {
		return spaced(choices[n])
	}
	return f.Format(c.Currency)
}

// spaced turns a name of the contract into words.
func spaced(name string) string { return strings.ReplaceAll(name, "_", " ") }

// listed joins words as a sentence does: "a, b and c".
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// conjuncts calls yield for each single test that must hold where the condition does: those of a disjunction are not.
func conjuncts(cond *contracts.Condition, yield func(test *contracts.Condition)) {
	if cond == nil {
		return
	}
	switch cond.Op {
	case contracts.Test:
		yield(cond)
	case contracts.AllOf:
		for i := range cond.Parts {
			conjuncts(&cond.Parts[i], yield)
		}
	case contracts.AnyOf:
		if len(cond.Parts) == 1 {
			conjuncts(&cond.Parts[0], yield)
		}
	case contracts.Not: // what must fail is no test that must hold
	}
}
