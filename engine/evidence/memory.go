package evidence

import (
	"fmt"
	"iter"
	"slices"

	"outturn/contracts"
	"outturn/contracts/calendar"
)

// memoryShards is how many shards a snapshot in memory has when it has that many roots: more than one, so that
// whatever settles an example settles it sharded.
const memoryShards = 3

// Memory is a snapshot held whole in memory: examples, tests and small contracts. Use ingest for files.
type Memory struct {
	trees   []Tree
	whole   []Item
	summary Summary
}

// NewMemory makes a snapshot of trees and of whole-contract items, which it takes over. It leaves out the items that
// were learned after the cut-off (no day: none), puts units and items in canonical order, and resolves corrections,
// withdrawals and duplicates. The error is *Faults: items that point at nothing, two trees with one root, a member
// without its parent, a shape that is not the contract's.
func NewMemory(c *contracts.Contract, trees []Tree, whole []Item, cutOff calendar.Date) (*Memory, error) {
	m := &Memory{trees: trees, whole: whole, summary: Summary{CutOff: cutOff}}
	b := Builder{Contract: c, CutOff: cutOff}
	m.whole = b.Items(m.whole, "")
	for i := range m.trees {
		b.Tree(&m.trees[i])
	}
	slices.SortFunc(m.trees, func(x, y Tree) int { return CompareUnits(c, &x.Units[0], &y.Units[0]) })
	for i := 1; i < len(m.trees); i++ {
		if above, root := &m.trees[i-1].Units[0], &m.trees[i].Units[0]; CompareUnits(c, above, root) == 0 {
			b.fault(c.Units[root.Type].Name, root.Key, "two trees have this root", "put its members and items into one")
		}
	}
	if len(b.Faults) > 0 {
		list := make([]Fault, len(b.Faults))
		for i := range b.Faults {
			list[i] = b.Faults[i].Fault
		}
		SortFaults(list)
		return nil, &Faults{List: list}
	}
	Number(m.whole, 1)
	var root Root
	root.Add(UnitDigest(AppendItems(nil, c, m.whole)))
	var canonical []byte
	for i := range m.trees {
		next := uint64(1)
		for j := range m.trees[i].Units {
			next = Number(m.trees[i].Units[j].Items, next)
		}
		canonical = AppendTree(canonical[:0], c, &m.trees[i])
		root.Add(UnitDigest(canonical))
	}
	m.summary = b.Summary
	m.summary.CutOff, m.summary.Digest = cutOff, root.Sum()
	return m, nil
}

// Shards returns 3, or the number of roots when there are fewer.
func (m *Memory) Shards() int { return max(1, min(memoryShards, len(m.trees))) }

// Roots returns how many roots a shard has.
func (m *Memory) Roots(shard int) int {
	from, to := m.between(shard)
	return to - from
}

func (m *Memory) between(shard int) (from, to int) {
	shards := m.Shards()
	return shard * len(m.trees) / shards, (shard + 1) * len(m.trees) / shards
}

// Units yields the trees of a shard, in order, without an error. What it yields must not be changed.
func (m *Memory) Units(shard int) iter.Seq2[*Tree, error] {
	from, to := m.between(shard)
	return func(yield func(*Tree, error) bool) {
		for i := from; i < to; i++ {
			if !yield(&m.trees[i], nil) {
				return
			}
		}
	}
}

// Whole returns the items about the contract, a role or a cohort.
func (m *Memory) Whole() []Item { return m.whole }

// Summary returns what a statement says of the snapshot.
func (m *Memory) Summary() Summary { return m.summary }

// Number gives items their sequences in a finished snapshot, from next on, and returns the one after. The order of
// arrival has done its work by then: what is read from a snapshot must not tell more than its digest covers.
func Number(items []Item, next uint64) uint64 {
	for i := range items {
		items[i].Sequence = next
		next++
	}
	return next
}

// WithLate counts items that whoever read them left out, because they were learned after the cut-off, and returns m.
func (m *Memory) WithLate(items int) *Memory {
	m.summary.Late += items
	return m
}

// Builder puts trees into canonical shape and counts what it saw. It is for whoever makes a snapshot.
type Builder struct {
	Contract *contracts.Contract
	CutOff   calendar.Date // items learned later are left out; no day: none are
	Summary  Summary       // Units, Items, Standing and Late of what was built so far
	Faults   []PlacedFault // what was found wrong; whoever knows the files puts in file and line
}

// PlacedFault is a fault and the sequence of the item it is about, 0 when it is about none.
type PlacedFault struct {
	Sequence uint64
	Fault
}

// Tree puts one tree into canonical shape: members in order, items in order and resolved, late ones left out.
func (b *Builder) Tree(t *Tree) {
	if !b.sound(t) {
		return
	}
	b.order(t)
	for i := range t.Units {
		u := &t.Units[i]
		u.Items = b.Items(u.Items, u.Key)
	}
	b.Summary.Units += len(t.Units)
}

// sound reports whether the tree has the shape that the contract gives it.
func (b *Builder) sound(t *Tree) bool {
	fault := func(key, rule string) bool {
		b.fault("", key, rule, "mend the tree")
		return false
	}
	if len(t.Units) == 0 {
		return fault("", "a tree has no unit")
	}
	for i := range t.Units {
		u := &t.Units[i]
		if u.Type < 0 || u.Type >= len(b.Contract.Units) {
			return fault(u.Key, "a unit is of no type of the contract")
		}
		of := &b.Contract.Units[u.Type]
		switch {
		case len(u.Facts) != len(of.Facts):
			return fault(u.Key, fmt.Sprintf("a unit has %d facts and its type has %d", len(u.Facts), len(of.Facts)))
		case i == 0 && (u.Parent != -1 || of.PartOf >= 0):
			return fault(u.Key, "the first unit of a tree is part of no other")
		case i > 0 && (u.Parent < 0 || u.Parent >= len(t.Units) || u.Parent == i || t.Units[u.Parent].Type != of.PartOf):
			return fault(u.Key, "a member stands under a unit of the type it is part of")
		}
	}
	return true
}

// order sorts the members, if they are not in order, and puts the parents right.
func (b *Builder) order(t *Tree) {
	c := b.Contract
	compare := func(x, y Unit) int { return CompareUnits(c, &x, &y) }
	if len(t.Units) == 1 {
		return
	}
	if !slices.IsSortedFunc(t.Units, compare) {
		from := make([]int, len(t.Units))
		for i := range from {
			from[i] = i
		}
		slices.SortFunc(from, func(x, y int) int { return compare(t.Units[x], t.Units[y]) })
		to, units := make([]int, len(from)), make([]Unit, len(from))
		for place, i := range from {
			to[i], units[place] = place, t.Units[i]
		}
		for i := range units {
			if units[i].Parent >= 0 {
				units[i].Parent = to[units[i].Parent]
			}
		}
		copy(t.Units, units)
	}
	for i := 1; i < len(t.Units); i++ {
		if compare(t.Units[i-1], t.Units[i]) == 0 {
			b.fault(c.Units[t.Units[i].Type].Name, t.Units[i].Key, "a tree has this member twice", "put its items into one")
		}
	}
}

// Items leaves out what was learned after the cut-off, sorts the rest and resolves it. The key names the unit in faults.
func (b *Builder) Items(items []Item, key string) []Item {
	if b.CutOff != 0 {
		before := len(items)
		items = slices.DeleteFunc(items, func(item Item) bool { return item.Learned > b.CutOff })
		b.Summary.Late += before - len(items)
	}
	SortItems(b.Contract, items)
	for _, u := range Resolve(items) {
		item := &items[u.Item]
		f := Fault{Field: b.Contract.Evidence[item.Kind].Name, Value: Shorten(key), Rule: u.Rule, Remedy: u.Remedy}
		b.Faults = append(b.Faults, PlacedFault{item.Sequence, f})
	}
	b.Summary.Items += len(items)
	for i := range items {
		b.Summary.Standing[items[i].Standing]++
	}
	return items
}

func (b *Builder) fault(field, value, rule, remedy string) {
	b.Faults = append(b.Faults, PlacedFault{0, Fault{Field: field, Value: Shorten(value), Rule: rule, Remedy: remedy}})
}
