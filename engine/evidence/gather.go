package evidence

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"slices"
	"unsafe"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/formula"
)

// answersMax is how many other answers to one fact of one unit are reported.
const answersMax = 64

// Gatherer makes the tree of one root of the rows about it and its members, in whatever order they are added: Begin, Add
// for each row, Tree. The tree lies in the gatherer's own memory, and its texts in the rows', until the next is begun.
type Gatherer struct {
	Builder Builder // its Summary counts what was gathered
	fault   func(sequence uint64, f Fault)
	place   func(sequence uint64) string
	chains  [][]int
	tree    Tree
	facts   [][]factOf          // for each unit, what was said of each fact
	rivals  map[[2]int][]factOf // other answers than the first that came, by unit and fact
	members map[string]int
	key     []byte
	figures []formula.Figure
	bare    bool // an item without a kind waits for the one it withdraws
}

// factOf is what was said of a fact, and the first row that said it.
type factOf struct {
	text     []byte
	sequence uint64
}

// NewGatherer returns a gatherer of rows known at a cut-off (no day: of all). It hands what is wrong to fault, with the
// sequence of the row at fault, 0 for none; place says in words where the row of a sequence stands.
func NewGatherer(c *contracts.Contract, cutOff calendar.Date, fault func(sequence uint64, f Fault), place func(sequence uint64) string) *Gatherer {
	return &Gatherer{Builder: Builder{Contract: c, CutOff: cutOff}, fault: fault, place: place, chains: Chains(c),
		members: map[string]int{}, rivals: map[[2]int][]factOf{}}
}

// Begin starts a tree.
func (g *Gatherer) Begin() {
	g.tree.Units = g.tree.Units[:0]
	g.figures = g.figures[:0]
	g.bare = false
	clear(g.members)
}

// Add adds what one row tells of the root and its members.
func (g *Gatherer) Add(e *Row) {
	chain := g.chains[e.Leaf]
	at := -1
	for level, key := range e.Path {
		at = g.unit(chain[level], key, at)
		for _, f := range e.Facts {
			if f.Level == level {
				g.said(at, f, e.Sequence)
			}
		}
	}
	if e.Item {
		u := &g.tree.Units[at]
		u.Items = append(u.Items, g.item(e))
	}
}

// Whole makes the items about the contract, a role or a cohort of all the rows that tell them.
func (g *Gatherer) Whole(rows iter.Seq[*Row]) []Item {
	g.Begin()
	var items []Item
	for e := range rows {
		items = append(items, g.item(e))
	}
	if g.bare {
		items = g.dress(items)
	}
	items = g.Builder.Items(items, "")
	g.report()
	return items
}

// unit finds a unit in the tree, or adds it.
func (g *Gatherer) unit(unitType int, key []byte, parent int) int {
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
func (g *Gatherer) newUnit(unitType int, key []byte, parent int) int {
	at := len(g.tree.Units)
	if at < cap(g.tree.Units) {
		g.tree.Units = g.tree.Units[:at+1]
	} else {
		g.tree.Units = append(g.tree.Units, Unit{})
	}
	for len(g.facts) <= at {
		g.facts = append(g.facts, nil)
	}
	u := &g.tree.Units[at]
	*u = Unit{Type: unitType, Key: alias(key), Parent: parent, Items: u.Items[:0], Facts: u.Facts[:0]}
	g.facts[at] = g.facts[at][:0]
	for range g.Builder.Contract.Units[unitType].Facts {
		g.facts[at] = append(g.facts[at], factOf{})
	}
	return at
}

// said notes what a row says of a fact. Facts are frozen at entry: the first row counts, and another answer is a fault.
func (g *Gatherer) said(at int, f FactSaid, sequence uint64) {
	had := &g.facts[at][f.Fact]
	if had.text == nil {
		*had = factOf{f.Text, sequence}
		return
	}
	if bytes.Equal(had.text, f.Text) {
		had.sequence = min(had.sequence, sequence)
		return
	}
	place := [2]int{at, f.Fact}
	for i, rival := range g.rivals[place] {
		if bytes.Equal(rival.text, f.Text) {
			g.rivals[place][i].sequence = min(rival.sequence, sequence)
			return
		}
	}
	if rivals := g.rivals[place]; len(rivals) < answersMax {
		g.rivals[place] = append(rivals, factOf{f.Text, sequence})
	}
}

// oppose lets the first row that says a fact count, and reports the first row of each other answer.
func (g *Gatherer) oppose() {
	for place, rivals := range g.rivals {
		u := &g.tree.Units[place[0]]
		unit := &g.Builder.Contract.Units[u.Type]
		name := unit.Facts[place[1]].Name
		all := append(slices.Clone(rivals), g.facts[place[0]][place[1]])
		slices.SortFunc(all, func(a, b factOf) int { return cmp.Compare(a.sequence, b.sequence) })
		g.facts[place[0]][place[1]] = all[0]
		for _, later := range all[1:] {
			g.fault(later.sequence, Fault{Field: name, Value: string(later.text),
				Rule:   fmt.Sprintf("the %s %q has %s %q at %s, and facts are frozen at entry", unit.Name, u.Key, name, all[0].text, g.place(all[0].sequence)),
				Remedy: "give each " + unit.Name + " one " + name})
		}
	}
	clear(g.rivals)
}

// item makes an item of a row, its values in the gatherer's memory.
func (g *Gatherer) item(e *Row) Item {
	item := Item{Kind: e.Kind, First: e.First, Last: e.Last, Learned: e.Learned, Sequence: e.Sequence,
		Withheld: e.Withheld, ID: alias(e.ID), Points: alias(e.Points), Source: alias(e.Source),
		Party: alias(e.Party), Cohort: e.Cohort}
	if e.Withdraws {
		item.Standing = Withdrawing
	}
	if e.Kind < 0 || e.First == 0 {
		g.bare = true
	}
	if e.Kind < 0 {
		return item
	}
	start := len(g.figures)
	says := g.Builder.Contract.Evidence[e.Kind].Says
	for i := range says {
		g.figures = append(g.figures, mustFigure(e.Values[i], &says[i]))
	}
	item.Values = g.figures[start:len(g.figures):len(g.figures)]
	return item
}

// mustFigure reads a figure that was read before.
func mustFigure(text []byte, field *contracts.Field) formula.Figure {
	f, err := ParseFigure(text, field)
	if err != nil {
		panic("evidence: a value that was read is not canonical: " + err.Error())
	}
	return f
}

// Tree completes the tree and puts it into canonical shape. It is valid until the next is begun.
func (g *Gatherer) Tree() *Tree {
	g.oppose()
	for i := range g.tree.Units {
		u := &g.tree.Units[i]
		facts := g.Builder.Contract.Units[u.Type].Facts
		for j := range facts {
			u.Facts = append(u.Facts, mustFigure(g.facts[i][j].text, &facts[j]))
		}
		if g.bare {
			u.Items = g.dress(u.Items)
		}
	}
	g.Builder.Tree(&g.tree)
	g.report()
	return &g.tree
}

// report hands on what the builder found wrong.
func (g *Gatherer) report() {
	for _, f := range g.Builder.Faults {
		g.fault(f.Sequence, f.Fault)
	}
	g.Builder.Faults = g.Builder.Faults[:0]
}

// dress gives a withdrawal that states no kind or day those of the item it withdraws. One that points at nothing is
// left out, with a fault.
func (g *Gatherer) dress(items []Item) []Item {
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
				g.fault(item.Sequence, Fault{Field: "withdraws", Value: item.Points,
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
func (g *Gatherer) unknown(kind int) []formula.Figure {
	says := g.Builder.Contract.Evidence[kind].Says
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
