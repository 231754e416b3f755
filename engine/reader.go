package engine

import (
	"fmt"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/evidence"
)

// key places a figure of the whole: the facts, periods, cohort and party it stands per. Facts hold the choice's index
// plus one, periods the number in each series, so that nought is "not by this". Keys are compared as values.
type key struct {
	facts   [keyFactsMax]int16
	periods [keyPeriodsMax]int16
	cohort  int32
	party   int32
}

// scope is where a figure is read: at a unit of the tree in hand (or, at -1, for the whole), at a key, with perhaps an
// item or the day of an outcome in hand, on what had happened by a day.
type scope struct {
	unit     int
	item     *evidence.Item
	itemUnit int
	met      calendar.Date
	measure  int // the measure whose outcome is in hand, plus one
	asAt     calendar.Date
	key      key
}

// reader works out figures. One reader belongs to one worker; between trees it is reset, not made anew. It reads
// figures of the whole from what earlier passes gathered.
type reader struct {
	*plan
	whole *whole
	tree  *evidence.Tree
	first []int // position of each unit's first item in used
	used  []bool
	sc    scope // the scope formulas are evaluated in
	get   func(slot int) (formula.Figure, error)

	figures  []memoFigure // units x quantities
	spans    []memoSpans  // units x quantities
	arena    []calendar.Span
	scratch  [2][]calendar.Span
	sets     [3][]calendar.Span
	joined   []memoJoin // units x cohorts
	measured []memoMeasure
	outcomes []outcome
	finding  [][]outcome // by depth, while measures are found
	depth    int
	rows     []memoRow                         // units x tables
	waited   []map[calendar.Date]calendar.Date // by payment: the day something falls due after its wait
	stamp    uint32
	ordinal  int // of the tree's root, within the snapshot
	lines    []rawLine
	claims   []claim
	assessed []uint32 // by payment: the stamp of the tree it was last worked out for
	asking   []bool   // by payment: it is being worked out
	entries  []capEntry
	asked    []candidate // places of one unit under a cap
	out      []outLine
	hint     int           // how many bytes a shard's records came to
	settled  []settledLine // of the tree, from prior statements
	coder    coder
	waits    *waits
	until    calendar.Date      // the last day that may be settled on which the tree comes to the same
	overlaps []overlap          // by cap, in the pass that writes lines
	told     []told             // what other schemes paid for the outcome in hand
	toldOf   map[toldAt]toldSum // in the pass that writes lines
	tested   calendar.Date      // the day from which the figures tested since it was cleared are known
	lastWait reason             // the last reason for which something was not paid
	onGate   func(pay *contracts.Payment, text string)
	notes    []string // of the line in hand
	trace    *trace
	looks    *lookout // while it is told what was looked for in vain
}

type memoFigure struct {
	stamp  uint32
	figure formula.Figure
}

type memoSpans struct {
	stamp      uint32
	from, upTo int
}

type memoMeasure struct {
	stamp      uint32
	state      formula.State // NotYet or Unknown when it could not be told whether it was met
	from, upTo int
}

// outcome is one time a measure was met.
type outcome struct {
	day      calendar.Date
	item     *evidence.Item
	itemUnit int
}

func newReader(p *plan, w *whole) *reader {
	r := &reader{plan: p, whole: w, assessed: make([]uint32, len(p.c.Payments)), asking: make([]bool, len(p.c.Payments)),
		waited: make([]map[calendar.Date]calendar.Date, len(p.c.Payments))}
	r.get = func(slot int) (formula.Figure, error) { return r.ref(slot, &r.sc) }
	return r
}

// take makes the reader ready for a tree.
func (r *reader) take(t *evidence.Tree, ordinal int) {
	r.tree, r.ordinal = t, ordinal
	r.stamp++
	r.depth = 0
	r.until = calendar.MaxDate
	units := len(t.Units)
	r.figures = grown(r.figures, units*len(r.c.Quantities))
	r.spans = grown(r.spans, units*len(r.c.Quantities))
	r.rows = grown(r.rows, units*len(r.c.Tables))
	r.joined = grown(r.joined, units*len(r.c.Cohorts))
	r.measured = grown(r.measured, units*len(r.c.Measures))
	r.arena, r.outcomes, r.lines, r.claims = r.arena[:0], r.outcomes[:0], r.lines[:0], r.claims[:0]
	r.first = r.first[:0]
	n := 0
	for i := range t.Units {
		r.first = append(r.first, n)
		n += len(t.Units[i].Items)
	}
	r.used = grown(r.used, n)
	clear(r.used)
}

// grown returns s with at least n cells; new ones are zero.
func grown[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	out := make([]T, n, n*2)
	copy(out, s)
	return out
}

func (r *reader) unitScope(u int) scope { return scope{unit: u, itemUnit: -1, asAt: r.through} }

// eval works out a formula in a scope.
func (r *reader) eval(e *formula.Expr, sc *scope) (formula.Figure, error) {
	switch e.Op {
	case formula.OpLiteral:
		return e.Literal, nil
	case formula.OpRef:
		return r.ref(e.Slot, sc)
	default: // both sides, by the formula itself
	}
	saved := r.sc
	r.sc = *sc
	f, err := e.Eval(r.get)
	r.sc = saved
	return f, err
}

// ref reads what a name stands for.
func (r *reader) ref(slot int, sc *scope) (formula.Figure, error) {
	ref := &r.c.Refs[slot]
	switch ref.Kind {
	case contracts.RefQuantity:
		return r.quantity(ref.Index, sc)
	case contracts.RefTable:
		return r.table(ref.Index, ref.Field, sc)
	case contracts.RefField:
		return r.field(ref, sc)
	case contracts.RefFact:
		return r.fact(ref, sc), nil
	case contracts.RefMeasure:
		return r.timesMet(ref.Index, sc)
	case contracts.RefMeasureDay:
		return r.dayFigure(contracts.DayRef{Kind: contracts.DayMeasure, Index: ref.Index, Name: ref.Name}, sc)
	case contracts.RefItemDay:
		return r.dayFigure(contracts.DayRef{Kind: contracts.DayItem, Index: ref.Index, Name: ref.Name}, sc)
	case contracts.RefCohort:
		return r.isMember(ref.Index, sc)
	case contracts.RefPeriod:
		return r.periodNumber(ref.Index, sc), nil
	case contracts.RefComparison:
		r.moves()
		return r.whole.compared(ref.Index, contracts.CompareField(ref.Field), r.keyOf(r.c.Comparisons[ref.Index].Per, sc))
	case contracts.RefCheck:
		r.moves()
		return r.whole.checked(ref.Index, contracts.CheckField(ref.Field), r.keyOf(r.c.Checks[ref.Index].Per, sc))
	case contracts.RefPayment:
		if sc.unit >= 0 && r.unitPay[ref.Index] {
			return r.paidOf(ref.Index, sc)
		}
		r.moves()
		return r.whole.paid(ref.Index, sc.key)
	case contracts.RefStake:
		r.moves()
		return r.whole.stake(ref.Index, contracts.StakeField(ref.Field), r.keyOf(stakeLevel(r.c, ref.Index), sc))
	case contracts.RefAccount:
		r.moves()
		return r.whole.account(ref.Index, contracts.AccountField(ref.Field), r.keyOf(accountLevel(r.c, ref.Index), sc))
	default:
		return formula.Figure{}, fmt.Errorf("%s cannot stand in a formula", ref.Name)
	}
}

// accountLevel is the level an account's figures stand at.
func accountLevel(c *contracts.Contract, ai int) contracts.Level {
	l := contracts.ContractLevel()
	l.Periods = []int{c.Accounts[ai].Period}
	return l
}

// number makes a figure of a count.
func number(n int64) formula.Figure {
	return formula.Figure{Type: formula.Number, Num: money.Int(n)}
}

func yesNo(yes bool) formula.Figure {
	f := formula.Figure{Type: formula.YesNo}
	if yes {
		f.Num = money.Int(1)
	}
	return f
}

func inState(t formula.Type, s formula.State) formula.Figure {
	return formula.Figure{Type: t, State: s}
}

func dateFigure(d calendar.Date) formula.Figure {
	if d.IsZero() {
		return inState(formula.Date, formula.NotYet)
	}
	return formula.Figure{Type: formula.Date, Num: money.Int(int64(d))}
}

// unitFor is the unit of a type that the scope's unit is or is part of, or -1.
func (r *reader) unitFor(unitType int, u int) int {
	for u >= 0 {
		if r.tree.Units[u].Type == unitType {
			return u
		}
		u = r.tree.Units[u].Parent
	}
	return -1
}

// within says whether unit v is u or part of it.
func (r *reader) within(v, u int) bool {
	for v >= 0 {
		if v == u {
			return true
		}
		v = r.tree.Units[v].Parent
	}
	return false
}

func (r *reader) fact(ref *contracts.Ref, sc *scope) formula.Figure {
	if sc.unit >= 0 {
		if u := r.unitFor(ref.Index, sc.unit); u >= 0 {
			return r.tree.Units[u].Facts[ref.Field]
		}
	}
	if n := sc.key.facts[ref.Field]; n > 0 {
		return formula.Figure{Type: ref.Type, Num: money.Int(int64(n) - 1)}
	}
	return inState(ref.Type, formula.Unknown)
}

// periodNumber is the number of the period the scope is in, by its key, the outcome in hand or the item in hand.
func (r *reader) periodNumber(series int, sc *scope) formula.Figure {
	if n := sc.key.periods[series]; n > 0 {
		return number(int64(n))
	}
	day := sc.met
	if day.IsZero() && sc.item != nil {
		day = sc.item.First
	}
	if n, ok := r.c.Periods[series].Series.Number(day); ok && !day.IsZero() {
		return number(int64(n))
	}
	return inState(formula.Number, formula.NotYet)
}

// keyOf is the key at which a figure of level l is read from a scope.
func (r *reader) keyOf(l contracts.Level, sc *scope) key {
	var k key
	for _, f := range l.Facts {
		k.facts[f] = sc.key.facts[f]
		if sc.unit >= 0 {
			k.facts[f] = r.factKey(l.FactOf, f, sc.unit)
		}
	}
	for _, s := range l.Periods {
		if k.periods[s] = sc.key.periods[s]; k.periods[s] == 0 {
			if f := r.periodNumber(s, sc); f.State == formula.Known {
				n, _ := f.Num.Int64()
				k.periods[s] = int16(n)
			}
		}
	}
	if l.Cohort >= 0 {
		if k.cohort = sc.key.cohort; k.cohort == 0 && sc.unit >= 0 {
			k.cohort = r.cohortNumber(l.Cohort, sc.unit)
		}
	}
	if l.Role != "" {
		k.party = sc.key.party
	}
	return k
}

// factKey is a unit's fact as part of a key: its choice's index plus one, 0 when it was not observed.
func (r *reader) factKey(unitType, fact, unit int) int16 {
	u := r.unitFor(unitType, unit)
	if u < 0 {
		return 0
	}
	f := r.tree.Units[u].Facts[fact]
	if f.State != formula.Known {
		return 0
	}
	n, _ := f.Num.Int64()
	return int16(n) + 1
}

// use marks an item as read by a rule.
func (r *reader) use(unit, item int) { r.used[r.first[unit]+item] = true }
