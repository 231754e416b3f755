package ingest

import (
	"bytes"
	"fmt"
	"slices"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
)

// FromExamples makes a snapshot of the items of a contract's example, in the shape of native NDJSON: the name of a kind
// stands for its day ("attachment: 2012-06-01", "employment: 2012-09-03 to 2013-02-01"), other keys are units, facts,
// fields and the file's own names. Items learned after the cut-off (no day: none) are left out and counted. The error
// is *evidence.Faults, whose lines are those of the document the items stand in.
func FromExamples(c *contracts.Contract, items []contracts.ExampleItem, cutOff calendar.Date) (*evidence.Memory, error) {
	v, err := newVocabulary(c)
	if err != nil {
		return nil, err
	}
	faults := &collector{files: []string{c.File}, most: faultsDefault}
	plan, columns := universalPlan(v)
	w := &rower{v: v, plan: plan, faults: faults, cutOff: cutOff}
	links := newRegister(v)
	var placed, orphans [][]byte
	cells := make([][]byte, plan.columns)
	for i := range items {
		if !exampleCells(cells, columns, v, &items[i], faults) {
			continue
		}
		e, outcome := w.row(uint64(items[i].Line), cells)
		if outcome != rowNothing {
			links.learn(e)
		}
		if outcome != rowRead {
			continue
		}
		if rooted(e) {
			placed = append(placed, appendEntry(nil, v, e))
		} else {
			orphans = append(orphans, appendEntry(nil, v, e))
		}
	}
	links.report(faults)
	var e entry
	for _, record := range orphans {
		decodeEntry(record, v, &e)
		if links.place(&e, faults) {
			placed = append(placed, appendEntry(nil, v, &e))
		}
	}
	trees, whole := gatherAll(v, placed, faults, cutOff)
	if err := faults.err(); err != nil {
		return nil, err
	}
	m, err := evidence.NewMemory(c, trees, whole, cutOff)
	if err != nil {
		return nil, err
	}
	return m.WithLate(w.late), nil
}

// exampleCells lays the pairs of an item out under their columns.
func exampleCells(cells [][]byte, columns map[string]int, v *vocabulary, item *contracts.ExampleItem, faults *collector) bool {
	clear(cells)
	if len(item.Keys) != len(item.Values) {
		panic(fmt.Sprintf("ingest: an example has %d keys and %d values", len(item.Keys), len(item.Values)))
	}
	sound := true
	for i, key := range item.Keys {
		column, known := columns[key]
		switch {
		case !known:
			faults.add(uint64(item.Line), evidence.Fault{Field: key, Value: item.Values[i], Rule: "no such name in the contract", Remedy: suggest(key, v.names)})
		case cells[column] != nil:
			faults.add(uint64(item.Line), evidence.Fault{Field: key, Value: item.Values[i], Rule: "the name stands twice in one item", Remedy: "take one away"})
		default:
			cells[column] = append([]byte{}, item.Values[i]...)
			continue
		}
		sound = false
	}
	return sound
}

// gatherAll makes trees and whole-contract items of records held in memory, each in memory of its own.
func gatherAll(v *vocabulary, records [][]byte, faults *collector, cutOff calendar.Date) (trees []evidence.Tree, whole []evidence.Item) {
	slices.SortStableFunc(records, func(a, b []byte) int { return bytes.Compare(sortKey(a), sortKey(b)) })
	for i := 0; i < len(records); {
		key := sortKey(records[i])
		g := newGatherer(v, faults, cutOff)
		end := i + 1
		for end < len(records) && bytes.Equal(sortKey(records[end]), key) {
			end++
		}
		if key[0] == wholeRank {
			whole = g.whole(records[i:end])
		} else {
			g.Begin()
			for _, record := range records[i:end] {
				g.add(record)
			}
			trees = append(trees, *g.Tree())
		}
		i = end
	}
	return trees, whole
}

// sortKey returns the bytes by which a record finds its root: the rank of the type, and the key.
func sortKey(record []byte) []byte { return record[: 2+int(record[1]) : 2+int(record[1])] }
