package ingest

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"unsafe"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/engine/evidence"
)

// gatherer makes trees of the entries of one root. The tree it makes lies in its own memory, and its texts in the
// entries', until the next is begun.
type gatherer struct {
	v       *vocabulary
	builder evidence.Builder
	faults  *collector
	tree    evidence.Tree
	facts   [][]factOf          // for each unit, what was said of each fact
	rivals  map[[2]int][]factOf // other answers than the first that came, by unit and fact
	members map[string]int
	key     []byte
	figures []formula.Figure
	bare    bool // an item without a kind waits for the one it withdraws
	e       entry
}

// factOf is what was said of a fact, and the first row that said it.
type factOf struct {
	text     []byte
	sequence uint64
}

func newGatherer(v *vocabulary, faults *collector, cutOff calendar.Date) *gatherer {
	g := &gatherer{v: v, faults: faults, members: map[string]int{}, rivals: map[[2]int][]factOf{}}
	g.builder = evidence.Builder{Contract: v.c, CutOff: cutOff}
	return g
}

// begin starts a tree.
func (g *gatherer) begin() {
	g.tree.Units = g.tree.Units[:0]
	g.figures = g.figures[:0]
	g.bare = false
	clear(g.members)
}

// add adds what one record says to the tree.
func (g *gatherer) add(record []byte) {
	e := &g.e
	decodeEntry(record, g.v, e)
	chain := g.v.chains[e.leaf]
	at := -1
	for level, key := range e.path {
		at = g.unit(chain[level], key, at)
		for _, f := range e.facts {
			if f.level == level {
				g.fact(at, f, e.sequence)
			}
		}
	}
	if e.flags&flagItem != 0 {
		u := &g.tree.Units[at]
		u.Items = append(u.Items, g.item(e))
	}
}

// unit finds a unit in the tree, or adds it.
func (g *gatherer) unit(unitType int, key []byte, parent int) int {
	if parent < 0 {
		if len(g.tree.Units) == 0 {
			g.newUnit(unitType, key, parent)
		}
		return 0
	}
	g.key = append(append(g.key[:0], byte(unitType)), key...)
	if at, known := g.members[string(g.key)]; known {
		return at
	}
	at := g.newUnit(unitType, key, parent)
	g.members[string(g.key)] = at
	return at
}

// newUnit adds a unit, in the memory of one that was there before if it can.
func (g *gatherer) newUnit(unitType int, key []byte, parent int) int {
	at := len(g.tree.Units)
	if at < cap(g.tree.Units) {
		g.tree.Units = g.tree.Units[:at+1]
	} else {
		g.tree.Units = append(g.tree.Units, evidence.Unit{})
	}
	for len(g.facts) <= at {
		g.facts = append(g.facts, nil)
	}
	u := &g.tree.Units[at]
	*u = evidence.Unit{Type: unitType, Key: alias(key), Parent: parent, Items: u.Items[:0], Facts: u.Facts[:0]}
	g.facts[at] = g.facts[at][:0]
	for range g.v.c.Units[unitType].Facts {
		g.facts[at] = append(g.facts[at], factOf{})
	}
	return at
}

// fact notes what a row says of a fact. Facts are frozen at entry: the first row counts, and another answer is a fault.
func (g *gatherer) fact(at int, f factSaid, sequence uint64) {
	had := &g.facts[at][f.fact]
	if had.text == nil {
		*had = factOf{f.text, sequence}
		return
	}
	if bytes.Equal(had.text, f.text) {
		had.sequence = min(had.sequence, sequence)
		return
	}
	place := [2]int{at, f.fact}
	for i, rival := range g.rivals[place] {
		if bytes.Equal(rival.text, f.text) {
			g.rivals[place][i].sequence = min(rival.sequence, sequence)
			return
		}
	}
	if rivals := g.rivals[place]; len(rivals) < answersMax {
		g.rivals[place] = append(rivals, factOf{f.text, sequence})
	}
}

// oppose lets the first row that says a fact count, and reports the first row of each other answer.
func (g *gatherer) oppose() {
	for place, rivals := range g.rivals {
		u := &g.tree.Units[place[0]]
		unit := &g.v.c.Units[u.Type]
		name := unit.Facts[place[1]].Name
		all := append(slices.Clone(rivals), g.facts[place[0]][place[1]])
		slices.SortFunc(all, func(a, b factOf) int { return cmp.Compare(a.sequence, b.sequence) })
		g.facts[place[0]][place[1]] = all[0]
		for _, later := range all[1:] {
			g.faults.add(later.sequence, evidence.Fault{Field: name, Value: string(later.text),
				Rule:   fmt.Sprintf("the %s %q has %s %q at %s, and facts are frozen at entry", unit.Name, u.Key, name, all[0].text, placeText(g.faults.place, all[0].sequence)),
				Remedy: "give each " + unit.Name + " one " + name})
		}
	}
	clear(g.rivals)
}

// item makes an item of an entry, its values in the gatherer's memory.
func (g *gatherer) item(e *entry) evidence.Item {
	item := evidence.Item{Kind: e.kind, First: e.first, Last: e.last, Learned: e.learned, Sequence: e.sequence,
		Withheld: e.flags&flagWithheld != 0, ID: alias(e.id), Points: alias(e.points), Source: alias(e.source),
		Party: alias(e.party), Cohort: e.cohort}
	if e.flags&flagWithdrawal != 0 {
		item.Standing = evidence.Withdrawing
	}
	if e.kind < 0 || e.first == 0 {
		g.bare = true
	}
	if e.kind < 0 {
		return item
	}
	start := len(g.figures)
	says := g.v.c.Evidence[e.kind].Says
	for i := range says {
		g.figures = append(g.figures, mustFigure(e.values[i], &says[i]))
	}
	item.Values = g.figures[start:len(g.figures):len(g.figures)]
	return item
}

// mustFigure reads a figure that this package wrote.
func mustFigure(text []byte, field *contracts.Field) formula.Figure {
	f, err := evidence.ParseFigure(text, field)
	if err != nil {
		panic("ingest: a value that was read is not canonical: " + err.Error())
	}
	return f
}

// finish completes the tree and puts it into canonical shape.
func (g *gatherer) finish() *evidence.Tree {
	g.oppose()
	for i := range g.tree.Units {
		u := &g.tree.Units[i]
		facts := g.v.c.Units[u.Type].Facts
		for j := range facts {
			u.Facts = append(u.Facts, mustFigure(g.facts[i][j].text, &facts[j]))
		}
		if g.bare {
			u.Items = g.dress(u.Items)
		}
	}
	g.builder.Tree(&g.tree)
	g.report()
	return &g.tree
}

// report hands on what the builder found wrong.
func (g *gatherer) report() {
	for _, f := range g.builder.Faults {
		g.faults.add(f.Sequence, f.Fault)
	}
	g.builder.Faults = g.builder.Faults[:0]
}

// dress gives a withdrawal that states no kind or day those of the item it withdraws. One that points at nothing is
// left out, with a fault.
func (g *gatherer) dress(items []evidence.Item) []evidence.Item {
	kept := items[:0]
	for i := range items {
		item := items[i]
		if item.Kind < 0 || item.First == 0 {
			target := -1
			for j := range items {
				if items[j].ID == item.Points && items[j].Kind >= 0 && items[j].First != 0 {
					target = j
					break
				}
			}
			if target < 0 {
				g.faults.add(item.Sequence, evidence.Fault{Field: nameWithdraws, Value: item.Points,
					Rule: "no item of this unit known at the cut-off has this id", Remedy: "name the id of an item of the same unit"})
				continue
			}
			of := &items[target]
			if item.Kind < 0 {
				item.Kind = of.Kind
			}
			if item.First == 0 {
				item.First, item.Last = of.First, of.Last
			}
			item.Values = g.unknown(item.Kind)
		}
		kept = append(kept, item)
	}
	return kept
}

// unknown returns figures not observed, one for each field of a kind.
func (g *gatherer) unknown(kind int) []formula.Figure {
	says := g.v.c.Evidence[kind].Says
	figures := make([]formula.Figure, len(says))
	for i := range says {
		figures[i] = formula.Figure{Type: says[i].Type, State: formula.Unknown}
	}
	return figures
}

// alias returns b's bytes as a string, valid as long as b does not change.
func alias(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(unsafe.SliceData(b), len(b))
}
