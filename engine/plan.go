package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
)

// Limits of a contract's levels, which keep keys small enough to be compared as values.
const (
	keyFactsMax   = 16
	keyPeriodsMax = 8
	periodMax     = 32_767    // the highest number of a period
	domainMax     = 1_000_000 // values that a level of the whole may have
)

// plan is a contract made ready to be settled on one occasion: which figures are worked out unit by unit and which for
// the whole, in which pass over the units each can be known, and what each pass must gather. It is read-only once made,
// and shared by all workers.
type plan struct {
	c       *contracts.Contract
	on      Occasion
	through calendar.Date
	settle  *calendar.Series

	quantities   []quantityPlan
	gathers      []gather
	byQuantity   []int // quantity to gather, -1
	byPayment    []int // payment to the gather of its total, -1
	byCheck      []int
	byTreated    []int // comparison to the gather of its treated side, -1
	byAgainst    []int
	compareStage []int  // by comparison, the pass from which it is known
	unitPay      []bool // payment is worked out unit by unit
	unitPays     []int  // those payments, in order
	closing      []bool // cohort closes and is numbered
	localCaps    []int  // caps within one unit
	crossCaps    []int  // caps across units, in order
	wholeCaps    []int  // caps over payments for the whole
	mixed        []bool // caps over payments by unit and payments for the whole together: among crossCaps
	capStage     []int  // by cap over payments by unit: the pass from which it is applied, or that collects its candidates; else -1
	tables       []tablePlan
	factOf       int    // the unit type whose facts levels stand per, or -1
	onKinds      []bool // kinds of which an item may be in hand
	payStage     []int  // the first pass in which a payment's lines are known
	payVaries    []bool // its conditions depend on the outcome or period in hand
	payChecks    [][]int
	checkFields  []checkFields
	elsewhere    struct{ outcome, amount, register, claimed int } // fields of the kind that tells what others paid, or -1
	last         int                                              // the last pass, which writes lines
	heir         []int                                            // by party: who stands in its place on the last day settled
	readKinds    []bool                                           // kinds that any rule reads
	byPeriods    bool                                             // partners' positions are worked out by period
}

// quantityPlan is what the plan knows of one quantity.
type quantityPlan struct {
	whole     bool // stands per the contract, periods, facts, a cohort or a role: not per a unit
	fromUnits bool // whole, and gathered in a pass over the units
	cacheable bool // the same for a unit wherever it is read
	stage     int  // the first pass in which it is known (unit), or the pass after which it is (whole)
}

// checkFields are the places of a check's implied fields.
type checkFields struct{ found, outcome int }

// gatherKind says what is gathered for the whole in a pass over the units.
type gatherKind uint8

const (
	gatherQuantity gatherKind = iota
	gatherPayment
	gatherCheck
	gatherTreated
	gatherAgainst
)

// gather is one thing gathered for the whole in a pass over the units.
type gather struct {
	kind  gatherKind
	index int // quantity, payment, check or comparison
	stage int // pass in which it is gathered
}

// newPlan makes the plan, or says what in the contract cannot be settled.
func newPlan(c *contracts.Contract, on Occasion) (*plan, error) {
	p := &plan{c: c, on: on, through: on.Through, settle: &c.Periods[c.Calendar.Settle].Series,
		quantities: make([]quantityPlan, len(c.Quantities)),
		byQuantity: filled(len(c.Quantities)), byPayment: filled(len(c.Payments)), byCheck: filled(len(c.Checks)),
		byTreated: filled(len(c.Comparisons)), byAgainst: filled(len(c.Comparisons)),
		unitPay: make([]bool, len(c.Payments)), closing: make([]bool, len(c.Cohorts)), capStage: filled(len(c.Caps)), mixed: make([]bool, len(c.Caps)),
		onKinds: make([]bool, len(c.Evidence)), readKinds: make([]bool, len(c.Evidence)),
		byPeriods: c.Partnership != nil && c.Partnership.By >= 0}
	for i := range c.Parties {
		p.heir = append(p.heir, c.Heir(i, on.Through))
	}
	if err := p.checkLimits(); err != nil {
		return nil, err
	}
	if err := p.levels(); err != nil {
		return nil, err
	}
	for i := range c.Tables {
		p.tables = append(p.tables, newTablePlan(&c.Tables[i]))
	}
	for i := range c.Cohorts {
		p.closing[i] = c.Cohorts[i].CloseAt > 0 || c.Cohorts[i].CloseAfter != nil
	}
	for i := range c.Measures {
		for _, k := range c.Measures[i].Kinds {
			p.onKinds[k] = true
		}
	}
	for i := range c.Payments {
		if p.unitPay[i] = c.Payments[i].Per.Unit >= 0; p.unitPay[i] {
			p.unitPays = append(p.unitPays, i)
		}
	}
	for i := range c.Quantities {
		if q := &c.Quantities[i]; q.Source.Kind == contracts.FromItems && (q.Where != nil || q.Dated != nil) {
			p.onKinds[q.Source.Index] = true
		}
	}
	p.markRead()
	p.markChecks()
	s := newStager(p)
	if err := s.run(); err != nil {
		return nil, err
	}
	return p, nil
}

func filled(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// levels finds the unit type whose facts figures stand per, and refuses facts of two, which keys could not tell apart,
// and levels of the whole with too many values.
func (p *plan) levels() error {
	p.factOf = -1
	look := func(name string, l contracts.Level) error {
		if len(l.Facts) > 0 {
			if p.factOf >= 0 && p.factOf != l.FactOf {
				return fmt.Errorf("%s stands per a fact of %s and others per facts of %s: figures may stand per the facts of one unit type; give that type the facts",
					name, p.c.Units[l.FactOf].Name, p.c.Units[p.factOf].Name)
			}
			p.factOf = l.FactOf
		}
		if n := p.values(l); l.Unit < 0 && n > domainMax {
			return fmt.Errorf("%s stands per %d values; at most %d can be settled", name, n, domainMax)
		}
		return nil
	}
	for i := range p.c.Quantities {
		if err := look(p.c.Quantities[i].Name, p.c.Quantities[i].Per); err != nil {
			return err
		}
	}
	for i := range p.c.Payments {
		if err := look(p.c.Payments[i].Name, p.c.Payments[i].Per); err != nil {
			return err
		}
	}
	for i := range p.c.Checks {
		if err := look(p.c.Checks[i].Name, p.c.Checks[i].Per); err != nil {
			return err
		}
	}
	for i := range p.c.Caps {
		if err := look(p.c.Caps[i].Name, p.c.Caps[i].Per); err != nil {
			return err
		}
	}
	return nil
}

// values is how many values a level may have, its facts by their choices and every period.
func (p *plan) values(l contracts.Level) int {
	n := 1
	for _, f := range l.Facts {
		n *= max(2, len(p.c.Units[l.FactOf].Facts[f].Choices))
	}
	for _, s := range l.Periods {
		if n *= max(1, p.c.Periods[s].Series.Len()); n > domainMax {
			return n
		}
	}
	return n
}

// checkLimits refuses what keys cannot hold.
func (p *plan) checkLimits() error {
	if len(p.c.Periods) > keyPeriodsMax {
		return fmt.Errorf("contract %s: %d period series; at most %d can be settled", p.c.ID, len(p.c.Periods), keyPeriodsMax)
	}
	for i := range p.c.Periods {
		if n := p.c.Periods[i].Series.Len(); n > periodMax {
			return fmt.Errorf("%s: %d periods; at most %d can be settled", p.c.Periods[i].Name, n, periodMax)
		}
	}
	for i := range p.c.Caps {
		for _, over := range p.c.Caps[i].Over {
			if pay := &p.c.Payments[over]; pay.From.Account >= 0 {
				return fmt.Errorf("payment %s (%s) is paid from the account %s and stands under %s (%s): what the account has paid would be worked out before the cap; limit it by a not_above step instead",
					pay.Name, pay.Clause, p.c.Accounts[pay.From.Account].Name, p.c.Caps[i].Name, p.c.Caps[i].Clause)
			}
		}
	}
	for i := range p.c.Payments {
		if pay := &p.c.Payments[i]; pay.To.Account >= 0 && pay.Held != nil {
			return fmt.Errorf("payment %s (%s) is paid into the account %s and is held in part: the account would pay out what is still kept back; hold a part of what is paid from it instead",
				pay.Name, pay.Clause, p.c.Accounts[pay.To.Account].Name)
		}
	}
	for i := range p.c.Units {
		if n := len(p.c.Units[i].Facts); n > keyFactsMax {
			return fmt.Errorf("unit type %s has %d facts; at most %d can be settled", p.c.Units[i].Name, n, keyFactsMax)
		}
	}
	for i := range p.c.Tables {
		if t := &p.c.Tables[i]; len(t.By) > columnsMax {
			return fmt.Errorf("table %s (%s): looked up by %d columns; at most %d can be settled", t.Name, t.Clause, len(t.By), columnsMax)
		}
	}
	for i := range p.c.Payments {
		if pay := &p.c.Payments[i]; pay.Per.Unit < 0 && (pay.For == contracts.ForMeasure || pay.For == contracts.ForCohort) {
			return fmt.Errorf("payment %s (%s): it pays for each time %s is met but stands per something wider than a unit; gather it first with a quantity that counts it, and pay for that",
				pay.Name, pay.Clause, forName(p.c, pay))
		}
		if pay := &p.c.Payments[i]; pay.Per.Unit < 0 && (pay.Due.ClaimedBy >= 0 || pay.Due.ValidatedBy >= 0) {
			return fmt.Errorf("payment %s (%s): it falls due on a claim or a check of a unit but stands per something wider; let it fall due on evidence, or pay per unit",
				pay.Name, pay.Clause)
		}
	}
	return nil
}

func forName(c *contracts.Contract, pay *contracts.Payment) string {
	if pay.For == contracts.ForMeasure {
		return c.Measures[pay.Index].Name
	}
	return c.Cohorts[pay.Index].Name
}

// markChecks finds the implied fields of checks, and which checks each payment stands under.
func (p *plan) markChecks() {
	p.checkFields = make([]checkFields, len(p.c.Evidence))
	for k := range p.c.Evidence {
		for i, f := range p.c.Evidence[k].Says {
			switch f.Name {
			case "found":
				p.checkFields[k].found = i
			case "outcome":
				p.checkFields[k].outcome = i
			}
		}
	}
	p.elsewhere.outcome, p.elsewhere.amount, p.elsewhere.register, p.elsewhere.claimed = -1, -1, -1, -1
	if p.c.ToldBy >= 0 {
		p.readKinds[p.c.ToldBy] = true
		for i, f := range p.c.Evidence[p.c.ToldBy].Says {
			switch f.Name {
			case "outcome":
				p.elsewhere.outcome = i
			case "amount":
				p.elsewhere.amount = i
			case "register":
				p.elsewhere.register = i
			case contracts.ClaimedField:
				p.elsewhere.claimed = i
			}
		}
	}
	p.payChecks = make([][]int, len(p.c.Payments))
	for i := range p.c.Checks {
		for _, pay := range p.c.Checks[i].Over {
			p.payChecks[pay] = append(p.payChecks[pay], i)
		}
	}
}

// markRead finds the kinds of evidence that some rule reads, so that an item of another kind can say why it was not used.
func (p *plan) markRead() {
	c := p.c
	mark := func(k int) {
		if k >= 0 {
			p.readKinds[k] = true
		}
	}
	for i := range c.Cohorts {
		mark(c.Cohorts[i].JoinedBy)
	}
	for i := range c.Quantities {
		if q := &c.Quantities[i]; q.Source.Kind == contracts.FromItems {
			mark(q.Source.Index)
			if q.Head == contracts.SpellsOf {
				mark(q.Except)
			}
		} else if q.Approval != nil {
			mark(q.Approval.Kind)
		}
	}
	for i := range c.Measures {
		for _, k := range c.Measures[i].Kinds {
			mark(k)
		}
		if c.Measures[i].Form == contracts.EveryRun {
			mark(c.Measures[i].RestartsOn)
		}
	}
	for i := range c.Comparisons {
		mark(c.Comparisons[i].CertifiedBy)
	}
	for i := range c.Payments {
		mark(c.Payments[i].Due.ClaimedBy)
		mark(c.Payments[i].Due.ValidatedBy)
	}
	for i := range c.Checks {
		mark(c.Checks[i].FoundBy)
	}
	for _, r := range c.Refs {
		if r.Kind == contracts.RefField || r.Kind == contracts.RefItemDay {
			mark(r.Index)
		}
	}
}

// refs calls visit for every reference in an expression.
func refs(e *formula.Expr, visit func(slot int)) {
	if e == nil {
		return
	}
	if e.Op == formula.OpRef {
		visit(e.Slot)
		return
	}
	refs(e.Left, visit)
	refs(e.Right, visit)
}

// conditionRefs calls visit for every figure a condition tests or compares with.
func conditionRefs(k *contracts.Condition, visit func(slot int)) {
	if k == nil {
		return
	}
	for i := range k.Parts {
		conditionRefs(&k.Parts[i], visit)
	}
	if k.Op == contracts.Test {
		visit(k.Slot)
		refs(k.Bound, visit)
	}
}
