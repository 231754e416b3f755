// Package whatif tries contracts: their own examples, open choices completed every way, the same evidence under other
// terms, what changed between two versions, what a contract lawyer would ask about, and evidence made up by a seeded
// generator.
//
// Unlike the engine it is not pure, since it draws at random; but all it draws comes from a seed that it is given, so
// that the same contract, size and seed give the same bytes.
package whatif

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"outturn/contracts"
	"outturn/contracts/calendar"
)

// The limits of what is generated.
const (
	UnitsMax        = 10_000_000
	ItemsPerUnitMax = 1000
	shuffleBytes    = 192 << 20 // rows held at once while shuffling
)

// Generated says what evidence to make up.
type Generated struct {
	Units        int    // roots: units that are part of no other
	ItemsPerUnit int    // about how many items each root has, its members' included; 0: a plausible number
	Seed         uint64 // the same seed gives the same bytes
	Shuffle      bool   // rows in no order, as evidence comes, instead of unit by unit
}

// Generate writes made-up evidence for c as native CSV: for each unit its facts, drawn evenly, the item by which it
// joins, between the days its cohort allows, and spells, events, readings, claims and answers to claims within the
// term. It returns how many items it wrote. The evidence is plausible in its form only: nothing in it is anybody's.
// Every unit is drawn from its own seed, so what a unit is does not depend on how many there are. A shuffle goes over
// the units as often as bounded memory needs.
func Generate(w io.Writer, c *contracts.Contract, g Generated) (int, error) {
	if g.Units < 1 || g.Units > UnitsMax {
		return 0, fmt.Errorf("%d units asked for: from 1 to %d can be generated", g.Units, UnitsMax)
	}
	if g.ItemsPerUnit < 0 || g.ItemsPerUnit > ItemsPerUnitMax {
		return 0, fmt.Errorf("%d items a unit asked for: at most %d can be generated", g.ItemsPerUnit, ItemsPerUnitMax)
	}
	m := newMaker(c, g)
	if _, err := w.Write(m.header()); err != nil {
		return 0, err
	}
	if len(c.Units) == 0 { // only what is said of the contract, its parties and cohorts
		m.seed(0)
		m.whole()
		_, err := w.Write(m.rows)
		return m.items, err
	}
	if g.Shuffle {
		return m.shuffled(w)
	}
	return m.inOrder(w)
}

// maker draws the evidence of one unit after another into rows.
type maker struct {
	c       *contracts.Contract
	g       Generated
	cols    columns
	roots   []int   // unit types that are part of no other
	kinds   [][]int // by unit type: the kinds of item about it, the joining kind left out
	joins   []int   // by unit type: the kind by which it joins a cohort, or -1
	means   []mean  // by kind
	members [][]int // by unit type: the types that are part of it
	roles   []role  // by kind
	held    int     // bytes held at once while shuffling
	bits    *rand.PCG
	draw    *rand.Rand
	ended   calendar.Date // last day of the longest gathered spell of the unit being drawn, or the day it joined
	longest int           // that spell's days
	claimed calendar.Date // the day it claimed, or none

	rows  []byte   // the rows drawn and not yet written
	ends  []uint32 // where each ends
	items int      // rows that are items, not declarations
}

// mean is how many items of a kind a unit has: at least whole, and one more in `part` of a million.
type mean struct{ whole, part int }

func newMaker(c *contracts.Contract, g Generated) *maker {
	m := &maker{c: c, g: g, cols: newColumns(c), kinds: make([][]int, len(c.Units)), joins: make([]int, len(c.Units)),
		members: make([][]int, len(c.Units)), bits: rand.NewPCG(g.Seed, 0), held: shuffleBytes}
	m.draw = rand.New(m.bits)
	for t := range c.Units {
		m.joins[t] = -1
		if part := c.Units[t].PartOf; part >= 0 {
			m.members[part] = append(m.members[part], t)
		} else {
			m.roots = append(m.roots, t)
		}
	}
	for _, cohort := range c.Cohorts {
		if m.joins[cohort.Unit] < 0 && c.Evidence[cohort.JoinedBy].Of == contracts.OfUnit {
			m.joins[cohort.Unit] = cohort.JoinedBy
		}
	}
	for k, kind := range c.Evidence {
		if kind.Of == contracts.OfUnit && m.joins[kind.Unit] != k {
			m.kinds[kind.Unit] = append(m.kinds[kind.Unit], k)
		}
	}
	m.roles = roles(c)
	m.means = means(c, g.ItemsPerUnit, m)
	for t := range m.kinds { // what a claim is about comes before it
		slices.SortStableFunc(m.kinds[t], func(a, b int) int { return int(m.roles[a]) - int(m.roles[b]) })
	}
	return m
}

// seed makes what follows a function of the generator's seed and one unit.
func (m *maker) seed(root int) { m.bits.Seed(m.g.Seed, uint64(root)+1) }

// inOrder writes unit by unit.
func (m *maker) inOrder(w io.Writer) (int, error) {
	for i := range m.g.Units {
		m.root(i)
		if len(m.rows) > 1<<20 || i == m.g.Units-1 {
			if _, err := w.Write(m.rows); err != nil {
				return 0, err
			}
			m.rows, m.ends = m.rows[:0], m.ends[:0]
		}
	}
	return m.items, nil
}

// shuffled writes the rows in an order drawn from the seed. Each row falls into a part by its hash; one part at a time
// is gathered by drawing all units again, put out of order and written. All orders are as likely as the draws are.
func (m *maker) shuffled(w io.Writer) (int, error) {
	const sample = 1000
	for i := range min(sample, m.g.Units) {
		m.root(i)
	}
	whole := len(m.rows) / min(sample, m.g.Units) * m.g.Units
	parts := uint64(whole/m.held + 1)
	total := 0
	var gathered []byte
	var spans []uint64 // start << 16 | length
	out := make([]byte, 0, 1<<20)
	for part := range parts {
		m.items, gathered, spans = 0, gathered[:0], spans[:0]
		for i := range m.g.Units {
			m.rows, m.ends = m.rows[:0], m.ends[:0]
			m.root(i)
			start := uint32(0)
			for j, end := range m.ends {
				if parts == 1 || mix(m.g.Seed, uint64(i)<<16|uint64(j))%parts == part {
					spans = append(spans, uint64(len(gathered))<<16|uint64(end-start))
					gathered = append(gathered, m.rows[start:end]...)
				}
				start = end
			}
		}
		total = m.items
		order := rand.New(rand.NewPCG(m.g.Seed, ^part))
		order.Shuffle(len(spans), func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
		for _, span := range spans {
			at := span >> 16
			if out = append(out, gathered[at:at+span&0xffff]...); len(out) > 1<<20-1<<16 {
				if _, err := w.Write(out); err != nil {
					return 0, err
				}
				out = out[:0]
			}
		}
	}
	_, err := w.Write(out)
	return total, err
}

// mix is a hash of two numbers (the finaliser of SplitMix64).
func mix(seed, n uint64) uint64 {
	n += seed*0x9e3779b97f4a7c15 + 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// root draws one root with its members. The first also brings what is said of the contract, its parties and cohorts.
func (m *maker) root(i int) {
	m.seed(i)
	if i == 0 {
		m.whole()
	}
	t := m.roots[i%len(m.roots)]
	m.unit(t, i+1, nil)
}

// named is a unit that rows name: its type, and its key as bytes.
type named struct {
	unitType int
	key      []byte
}

// unit draws one unit, its items, and the units that are part of it.
func (m *maker) unit(t, number int, above []named) {
	chain := append(append([]named(nil), above...), named{t, appendKey(nil, m.c.Units[t].Name, number)})
	joined := m.joinDay(t)
	m.ended, m.longest, m.claimed = joined, 0, 0
	if k := m.joins[t]; k >= 0 {
		m.item(k, chain, joined, true)
	} else {
		m.declare(chain)
	}
	for _, k := range m.kinds[t] {
		m.itemsOf(k, chain, joined)
	}
	const membersMax = 3
	for _, member := range m.members[t] {
		for n := range m.draw.IntN(membersMax) + 1 {
			m.unit(member, number*10+n, chain)
		}
	}
}

// joinDay draws the day on which a unit of a type joins: within the first cohort of that type, else within the term.
func (m *maker) joinDay(t int) calendar.Date {
	between := calendar.Span{First: m.c.First, Last: m.c.Last}
	for _, cohort := range m.c.Cohorts {
		if cohort.Unit == t {
			between = cohort.Between.Intersect(between)
			break
		}
	}
	if between.IsEmpty() {
		return m.c.First
	}
	return m.dayIn(between)
}

func (m *maker) dayIn(s calendar.Span) calendar.Date { return s.First.AddDays(m.draw.IntN(s.Days())) }

// itemsOf draws the items of one kind about one unit.
func (m *maker) itemsOf(k int, chain []named, joined calendar.Date) {
	if kind := &m.c.Evidence[k]; kind.Each >= 0 {
		m.readings(k, chain, joined)
		return
	}
	n := m.means[k].whole
	if m.draw.IntN(million) < m.means[k].part {
		n++
	}
	const soon, answered = 28, 14 // days
	switch m.roles[k] {
	case claim:
		if n > 0 {
			m.claimed = min(m.ended.AddDays(m.draw.IntN(soon)), max(m.c.Last, joined))
			m.row(k, chain, m.claimed, 0, false)
		}
	case validation:
		if !m.claimed.IsZero() {
			m.row(k, chain, m.claimed.AddDays(m.draw.IntN(answered)), 0, false)
		}
	case audit:
		if !m.claimed.IsZero() && n > 0 {
			m.row(k, chain, m.claimed.AddDays(answered+m.draw.IntN(soon)), 0, false)
		}
	default:
		for range n {
			m.item(k, chain, joined, false)
		}
	}
}

// readings draws one reading a period, from the period of joining to the end of the term.
func (m *maker) readings(k int, chain []named, joined calendar.Date) {
	series := &m.c.Periods[m.c.Evidence[k].Each].Series
	first, ok := series.Number(joined)
	if !ok {
		first = 1
	}
	for n := first; n <= series.Len(); n++ {
		span, ok := series.Span(n)
		if !ok || span.First > m.c.Last {
			break
		}
		m.row(k, chain, min(span.Last, m.c.Last), 0, false)
	}
}
