package engine_test

import (
	"fmt"
	"math/bits"
	"testing"

	"pgregory.net/rapid"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
	"outturn/engine/evidence"
)

// Evidence for any contract, drawn at random: units with members, learned days, corrections, withdrawals, duplicates and
// values nobody observed. It knows the contract only by its model, as a sender of evidence does.

// teller draws evidence.
type teller struct {
	t        chooser
	c        *contracts.Contract
	term     calendar.Span
	sequence uint64
	ids      int
}

// chooser is what cases are drawn from: rapid, which shrinks what fails, or the bytes of a fuzz target.
type chooser interface {
	choose(lo, hi int, what string) int // from lo to hi, both included
	Fatalf(format string, args ...any)
}

// rapidChoice draws with rapid, each number about as often as the others: rapid's own integers come mostly small, and
// evidence of which there is hardly any proves little. It shrinks towards lo.
type rapidChoice struct{ *rapid.T }

func (r rapidChoice) choose(lo, hi int, what string) int {
	n := 0
	for bits := 3 + bits.Len(uint(hi-lo)); bits > 0; bits-- {
		n <<= 1
		if rapid.Bool().Draw(r.T, what) {
			n++
		}
	}
	return lo + n%(hi-lo+1)
}

// byteChoice draws from bytes, two at a time; when they are used up it draws the first of everything.
type byteChoice struct {
	*testing.T
	bytes []byte
}

func (b *byteChoice) choose(lo, hi int, _ string) int {
	if len(b.bytes) < 2 {
		return lo
	}
	n := int(b.bytes[0]) | int(b.bytes[1])<<8
	b.bytes = b.bytes[2:]
	return lo + n%(hi-lo+1)
}

// uniform draws a number with rapid.
func uniform(t *rapid.T, lo, hi int, what string) int { return rapidChoice{t}.choose(lo, hi, what) }

// oneOf draws one of the values.
func oneOf[T any](t chooser, what string, values ...T) T {
	return values[t.choose(0, len(values)-1, what)]
}

func (w *teller) n(lo, hi int, what string) int { return w.t.choose(lo, hi, what) }

// in says yes in one of so many, never in none.
func (w *teller) in(n int, what string) bool { return n > 0 && w.n(1, n, what) == n }

// drawEvidence draws the evidence of a contract.
func drawEvidence(t chooser, c *contracts.Contract) told {
	w := &teller{t: t, c: c, term: calendar.Span{First: c.First, Last: c.Last}}
	var out told
	for i := range c.Units {
		if c.Units[i].PartOf >= 0 {
			continue
		}
		for n := range w.n(0, 9, "roots") {
			out.trees = append(out.trees, w.tree(i, n))
		}
	}
	for k := range c.Evidence {
		for range w.wholeCount(k) {
			out.whole = append(out.whole, w.item(k, w.dayIn(w.term)))
		}
	}
	w.retell(&out.whole)
	return out
}

// wholeCount is how many items of a kind are told of the contract, a role or a cohort.
func (w *teller) wholeCount(k int) int {
	if w.c.Evidence[k].Of == contracts.OfUnit {
		return 0
	}
	return w.n(0, 3, "whole items")
}

func (w *teller) tree(root, n int) evidence.Tree {
	var t evidence.Tree
	w.unit(&t, root, -1, fmt.Sprintf("%c%02d", w.c.Units[root].Name[0], n))
	return t
}

// unit adds a unit and its members to a tree.
func (w *teller) unit(t *evidence.Tree, unitType, parent int, key string) {
	at := len(t.Units)
	u := evidence.Unit{Type: unitType, Key: key, Parent: parent}
	for _, f := range w.c.Units[unitType].Facts {
		u.Facts = append(u.Facts, w.value(&f, 20))
	}
	t.Units = append(t.Units, u)
	joined := w.term.First.AddDays(w.n(0, 300, "joined"))
	var items []evidence.Item
	for k := range w.c.Evidence {
		if kind := &w.c.Evidence[k]; kind.Of == contracts.OfUnit && kind.Unit == unitType {
			for range w.unitCount(k) {
				items = append(items, w.item(k, w.day(k, joined)))
			}
		}
	}
	w.retell(&items)
	t.Units[at].Items = items
	for m := range w.c.Units {
		if w.c.Units[m].PartOf == unitType {
			for n := range w.n(0, 3, "members") {
				w.unit(t, m, at, fmt.Sprintf("%s.%d", key, n))
			}
		}
	}
}

// unitCount is how many items of a kind a unit has: nearly always one by which it joins.
func (w *teller) unitCount(k int) int {
	for i := range w.c.Cohorts {
		if w.c.Cohorts[i].JoinedBy == k {
			return oneOf(w.t, "joins", 1, 1, 1, 1, 1, 1, 1, 1, 2, 0)
		}
	}
	return w.n(0, 3, w.c.Evidence[k].Name)
}

// day draws when an item happened: mostly within two years of joining, joining items on the day.
func (w *teller) day(k int, joined calendar.Date) calendar.Date {
	for i := range w.c.Cohorts {
		if w.c.Cohorts[i].JoinedBy == k {
			return joined
		}
	}
	if w.in(6, "edge") { // days on which windows begin and end
		return joined.AddDays(oneOf(w.t, "edge day", 0, 1, 27, 28, 29, 90, 91, 92, 181, 182, 183))
	}
	return min(joined.AddDays(w.n(0, 500, "day")), w.term.Last)
}

func (w *teller) dayIn(s calendar.Span) calendar.Date {
	return s.First.AddDays(w.n(0, s.Days()-1, "day"))
}

// item draws one item of a kind.
func (w *teller) item(k int, day calendar.Date) evidence.Item {
	kind := &w.c.Evidence[k]
	w.sequence++
	it := evidence.Item{Kind: k, First: day, Last: day, Learned: day, Sequence: w.sequence}
	if kind.Form == contracts.Spell {
		it.Last = day.AddDays(oneOf(w.t, "lasts", 0, 6, 27, 28, 90, 91, 181, 182, 400))
	}
	if w.in(4, "learned later") {
		it.Learned = day.AddDays(w.n(0, 200, "later"))
	}
	for i := range kind.Says {
		unknownIn := 12
		if kind.Of == contracts.OfRole {
			unknownIn = 0 // a division that reads it stops the settlement where it is not known
		}
		it.Values = append(it.Values, w.value(&kind.Says[i], unknownIn))
	}
	switch kind.Of {
	case contracts.OfRole:
		var parties []string
		for _, p := range w.c.Parties {
			if p.Role == kind.Role {
				parties = append(parties, p.ID)
			}
		}
		it.Party = oneOf(w.t, "party", parties...)
	case contracts.OfCohort:
		it.Cohort = w.n(1, 3, "cohort")
	default: // a unit is named by who draws it
	}
	return it
}

// value draws one value, not observed in one of so many.
func (w *teller) value(f *contracts.Field, unknownIn int) formula.Figure {
	out := formula.Figure{Type: f.Type}
	if (f.Optional || f.Type != formula.Choice) && w.in(unknownIn, "not observed") {
		out.State = formula.Unknown
		return out
	}
	n := int64(w.n(0, 20, f.Name))
	switch f.Type {
	case formula.Money:
		out.Num = money.Frac(n*4999, 100)
	case formula.Rate, formula.Points:
		out.Num = money.Frac(n, 20)
	case formula.Date:
		out.Num = money.Int(int64(w.term.First) + n*30)
	case formula.YesNo:
		out.Num = money.Int(n % 2)
	case formula.Choice:
		out.Num = money.Int(n % int64(len(f.Choices)))
	case formula.Length:
		out.Num, out.Unit = money.Int(n), calendar.Week
	default:
		out.Num = money.Int(n)
	}
	return out
}

// retell adds duplicates, corrections and withdrawals of some items.
func (w *teller) retell(items *[]evidence.Item) {
	for i := range *items {
		if !w.in(9, "retold") {
			continue
		}
		it := &(*items)[i]
		again := *it
		w.sequence++
		again.Sequence = w.sequence
		switch w.n(0, 2, "how") {
		case 0: // told twice
			*items = append(*items, again)
		case 1: // corrected
			w.ids++
			it.ID = fmt.Sprintf("i%d", w.ids)
			fresh := w.item(it.Kind, it.First.AddDays(w.n(0, 40, "moved")))
			again.First, again.Last, again.Values = fresh.First, max(fresh.First, fresh.Last), fresh.Values
			again.ID, again.Points = it.ID+"b", it.ID
			again.Learned = it.Learned.AddDays(w.n(0, 200, "corrected after"))
			*items = append(*items, again)
		case 2: // withdrawn
			w.ids++
			it.ID = fmt.Sprintf("i%d", w.ids)
			again.ID, again.Points, again.Standing = it.ID+"w", it.ID, evidence.Withdrawing
			again.Learned = it.Learned.AddDays(w.n(0, 200, "withdrawn after"))
			*items = append(*items, again)
		}
	}
}
