package engine_test

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// What the tests of laws and boundaries share: told evidence that can be delivered again and again, settlements with
// their lines, and the position that issued statements make.

// told is evidence before it is delivered: trees and whole-contract items that no snapshot has taken over yet.
type told struct {
	trees []evidence.Tree
	whole []evidence.Item
}

// copy returns the same evidence in memory of its own, since a snapshot takes over what it is given.
func (e told) copy() told {
	out := told{whole: copyItems(e.whole)}
	for i := range e.trees {
		t := evidence.Tree{Units: slices.Clone(e.trees[i].Units)}
		for u := range t.Units {
			t.Units[u].Facts = slices.Clone(t.Units[u].Facts)
			t.Units[u].Items = copyItems(t.Units[u].Items)
		}
		out.trees = append(out.trees, t)
	}
	return out
}

func copyItems(items []evidence.Item) []evidence.Item {
	out := slices.Clone(items)
	for i := range out {
		out[i].Values = slices.Clone(out[i].Values)
	}
	return out
}

// snapshot delivers the evidence as it is known at a cut-off.
func (e told) snapshot(c *contracts.Contract, cutOff calendar.Date) (*evidence.Memory, error) {
	own := e.copy()
	return evidence.NewMemory(c, own.trees, own.whole, cutOff)
}

// resharded is a snapshot divided in another number of shards.
type resharded struct {
	evidence.Snapshot
	trees  []*evidence.Tree
	shards int
}

func reshard(m *evidence.Memory, shards int) *resharded {
	r := &resharded{Snapshot: m, shards: shards}
	for s := range m.Shards() {
		for t, err := range m.Units(s) {
			if err != nil {
				panic(err) // memory has no faults of reading
			}
			r.trees = append(r.trees, t)
		}
	}
	return r
}

func (r *resharded) Shards() int { return r.shards }

func (r *resharded) Roots(shard int) int {
	from, to := r.between(shard)
	return to - from
}

func (r *resharded) between(shard int) (from, to int) {
	return shard * len(r.trees) / r.shards, (shard + 1) * len(r.trees) / r.shards
}

func (r *resharded) Units(shard int) iter.Seq2[*evidence.Tree, error] {
	from, to := r.between(shard)
	return func(yield func(*evidence.Tree, error) bool) {
		for _, t := range r.trees[from:to] {
			if !yield(t, nil) {
				return
			}
		}
	}
}

// settled is a statement with its lines.
type settled struct {
	statement statements.Statement
	head      []byte
	lines     []byte
	records   []statements.Record
	payers    map[string]string // of payments that one party pays
}

// settleOn settles and reads the lines back.
func settleOn(c *contracts.Contract, on engine.Occasion, s evidence.Snapshot, pos engine.Position) (*settled, error) {
	return settledBy(c, func(sink engine.Sink) (statements.Statement, error) { return engine.Settle(c, on, s, pos, sink) })
}

// settledBy collects what a way of settling gives.
func settledBy(c *contracts.Contract, settle func(engine.Sink) (statements.Statement, error)) (*settled, error) {
	out := &settled{payers: map[string]string{}}
	for i := range c.Payments {
		if from := c.Payments[i].From.Party; from >= 0 {
			out.payers[c.Payments[i].Name] = c.Parties[from].ID
		}
	}
	st, err := settle(func(b []byte) error {
		out.lines = append(out.lines, b...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.statement = st
	if out.head, err = st.Bytes(); err != nil {
		return nil, err
	}
	for line := range bytes.Lines(out.lines) {
		var r statements.Record
		if err := engine.ParseRecord(line, c, &r); err != nil {
			return nil, err
		}
		out.records = append(out.records, r)
	}
	return out, nil
}

// bytes is the whole statement as one text, for comparing.
func (s *settled) text() string { return string(s.head) + string(s.lines) }

// prior makes the position's entry of a final statement.
func (s *settled) prior(c *contracts.Contract) engine.Prior {
	digest, err := s.statement.Digest()
	if err != nil {
		panic(err)
	}
	return engine.Prior{Digest: digest, Through: calendar.MustDate(s.statement.Through), CutOff: calendar.MustDate(s.statement.CutOff),
		Units: s.statement.Lines.Units, Lines: func(unitType int, key string) iter.Seq2[statements.Record, error] {
			return func(yield func(statements.Record, error) bool) {
				for _, r := range s.records {
					if recordBefore(c, &r, unitType, key) {
						continue
					}
					if !yield(r, nil) {
						return
					}
				}
			}
		}}
}

// recordBefore says whether a record comes before a root in canonical order; the record of the whole comes last.
func recordBefore(c *contracts.Contract, r *statements.Record, unitType int, key string) bool {
	whole := len(c.Units)
	switch {
	case r.UnitType == whole:
		return false
	case unitType == whole:
		return true
	}
	return evidence.CompareUnits(c, &evidence.Unit{Type: r.UnitType, Key: r.Unit}, &evidence.Unit{Type: unitType, Key: key}) < 0
}

// position is what a chain of statements settled.
func position(c *contracts.Contract, chain ...*settled) engine.Position {
	var pos engine.Position
	for _, s := range chain {
		pos.Prior = append(pos.Prior, s.prior(c))
	}
	return pos
}

// lineAt names a line within a statement.
type lineAt struct {
	unitType   int
	unit       string
	payment    string
	of         string
	period     int
	side, part string // of a leg
}

// dues are the dues of a statement's lines, or of their legs, in minor units.
func (s *settled) dues(into map[lineAt]int64, legs bool) {
	for i := range s.records {
		r := &s.records[i]
		for j := range r.Lines {
			l := &r.Lines[j]
			at := lineAt{unitType: r.UnitType, unit: r.Unit, payment: l.Payment, of: l.Of, period: l.Period}
			if !legs {
				into[at] += minor(l.Due)
				continue
			}
			shared := false
			for _, leg := range l.Legs {
				shared = shared || leg.Side == "from"
				at.side, at.part = leg.Side, leg.Party
				into[at] += minor(leg.Due)
			}
			if !shared { // it is all its one payer's, who shares it when a cap says so
				at.side, at.part = "from", cmp.Or(l.From, s.payers[l.Payment])
				into[at] += minor(l.Due)
			}
		}
	}
}

func minor(a interface{ Minor() (int64, bool) }) int64 {
	n, ok := a.Minor()
	if !ok {
		panic("an amount beyond minor units")
	}
	return n
}

// unlikeness says where two texts part, for a failure's message.
func unlikeness(a, b string) string {
	linesA, linesB := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(linesA), len(linesB)) {
		var x, y string
		if i < len(linesA) {
			x = linesA[i]
		}
		if i < len(linesB) {
			y = linesB[i]
		}
		if x != y {
			return fmt.Sprintf("line %d:\n  %s\n  %s", i+1, x, y)
		}
	}
	return "no unlikeness"
}
