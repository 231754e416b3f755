package engine

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"outturn/contracts/calendar"
	"outturn/contracts/formula"
	"outturn/contracts/money"
)

// What a part came to, as bytes. Each shape is described once, by a method that visits its cells in order; a coder writes
// them or reads them back.

// partEdition begins every part. It changes with the shapes, so that no release reads another's.
const partEdition = 4

var errPart = errors.New("it was not written whole by this release")

// Readable reports whether this release wrote the part. What was kept of an earlier statement may be another's.
func (p Part) Readable() bool {
	edition, _ := binary.Varint(p)
	return edition == partEdition
}

// encode writes what was found.
func (f *found) encode() Part {
	c := &coder{}
	f.code(c)
	return c.b
}

// decode reads what was found into a found that is empty.
func (f *found) decode(p Part) (err error) {
	c := &coder{b: p, reading: true}
	defer func() { // bytes cut short, or of other shapes
		if r := recover(); r != nil || c.bad || len(c.b) > 0 {
			err = errPart
		}
	}()
	f.code(c)
	return nil
}

func (f *found) code(c *coder) {
	edition := int64(partEdition)
	c.int64(&edition)
	c.bad = c.bad || edition != partEdition
	for i := range f.tallies {
		codeMap(c, f.tallies[i], compareKeys, (*key).code, func(t *tally) *tally { return coded(t, c) })
	}
	for i := range f.checks {
		codeMap(c, f.checks[i], compareKeys, (*key).code, func(t *checkTally) *checkTally { return coded(t, c) })
	}
	for i := range f.members {
		codeList(c, &f.members[i], (*place).code)
	}
	for i := range f.candidates {
		codeList(c, &f.candidates[i], (*candidate).code)
	}
	f.totals.code(c)
	c.int(&f.lines)
}

func (t *tally) code(c *coder) {
	c.int64(&t.n)
	for _, x := range []*money.Exact{&t.sum, &t.squares, &t.lo, &t.hi, &t.latest} {
		c.exact(x)
	}
	c.date(&t.day)
	c.date(&t.known)
	c.int64(&t.notYet)
	c.int64(&t.unknown)
	state := int(t.state)
	c.int(&state)
	t.state = formula.State(state)
	codeList(c, &t.cells, func(x *money.Exact, c *coder) { c.exact(x) })
}

func (t *checkTally) code(c *coder) {
	for _, n := range []*int64{&t.claims, &t.examined, &t.failed} {
		c.int64(n)
	}
	for _, x := range []*money.Exact{&t.sum, &t.sumExamined, &t.sumFailed} {
		c.exact(x)
	}
}

func (a *place) code(c *coder) {
	c.date(&a.day)
	c.int(&a.ordinal)
	c.int(&a.unit)
}

func (d *candidate) code(c *coder) {
	c.int64(&d.kept)
	for i := range d.days {
		c.date(&d.days[i])
	}
	for _, n := range []*int{&d.listed, &d.ordinal, &d.unit, &d.sub, &d.payment, &d.period} {
		c.int(n)
	}
	c.int64(&d.amount)
	c.int64(&d.size)
	d.at.code(c)
	d.key.code(c)
}

// code writes a mask of the cells that are not nought before these.
func (k *key) code(c *coder) {
	cells := k.cells()
	var mask uint64
	for i, n := range cells {
		if n != 0 {
			mask |= 1 << i
		}
	}
	c.uint64(&mask)
	for i := range cells {
		if mask&(1<<i) != 0 {
			c.int64(&cells[i])
		}
	}
	for i := range k.facts {
		k.facts[i] = int16(cells[i])
	}
	for i := range k.periods {
		k.periods[i] = int16(cells[keyFactsMax+i])
	}
	k.cohort, k.party = int32(cells[keyFactsMax+keyPeriodsMax]), int32(cells[keyFactsMax+keyPeriodsMax+1])
}

func (k *key) cells() (out [keyFactsMax + keyPeriodsMax + 2]int64) {
	for i, n := range k.facts {
		out[i] = int64(n)
	}
	for i, n := range k.periods {
		out[keyFactsMax+i] = int64(n)
	}
	out[keyFactsMax+keyPeriodsMax], out[keyFactsMax+keyPeriodsMax+1] = int64(k.cohort), int64(k.party)
	return out
}

func compareKeys(a, b key) int {
	x, y := a.cells(), b.cells()
	return slices.Compare(x[:], y[:])
}

func (t *totals) code(c *coder) {
	for i := range t.pay {
		p := &t.pay[i]
		c.int(&p.lines)
		c.int(&p.adjusted)
		c.exact(&p.count)
		c.int64(&p.held)
		p.code(c)
		codeCounts(c, &t.waits.count[i])
		c.int64(&t.waits.claimed[i])
	}
	for i := range t.parties {
		t.parties[i].code(c)
		c.int64(&t.paid[i])
	}
	codeMap(c, t.postings, comparePosted, (*posted).code, func(n int64) int64 { c.int64(&n); return n })
	codeMap(c, t.gave, compareGave, (*gaveAt).code, func(g gave) gave {
		c.int(&g.lines)
		c.int64(&g.paid)
		c.int64(&g.received)
		return g
	})
	for i := range t.cohorts {
		codeCounts(c, &t.cohorts[i])
	}
	codeCounts(c, &t.items)
	for i := range t.binds {
		c.int(&t.binds[i].lines)
		c.int64(&t.binds[i].took)
	}
	for i := range t.overlaps {
		o := &t.overlaps[i]
		for j := range o.with {
			for k := range o.with[j] {
				c.int(&o.with[j][k])
			}
			c.int(&o.lost[j])
			c.int64(&o.minors[j])
		}
	}
	codeMap(c, t.elsewhere, compareTold, (*toldAt).code, func(s toldSum) toldSum {
		c.int(&s.outcomes)
		c.exact(&s.sum)
		return s
	})
	codeList(c, &t.matched, func(n *int, c *coder) { c.int(n) })
	c.bool(&t.overflow)
}

func comparePosted(a, b posted) int {
	return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.payment, b.payment))
}

func (g *gaveAt) code(c *coder) {
	c.int(&g.party)
	c.int(&g.period)
}

func compareGave(a, b gaveAt) int {
	return cmp.Or(cmp.Compare(a.party, b.party), cmp.Compare(a.period, b.period))
}

func (a *toldAt) code(c *coder) {
	c.int(&a.payment)
	c.int(&a.register)
}

func compareTold(a, b toldAt) int {
	return cmp.Or(cmp.Compare(a.payment, b.payment), cmp.Compare(a.register, b.register))
}

func (m *moved) code(c *coder) {
	c.int64(&m.toDate)
	c.int64(&m.settled)
}

func (p *posted) code(c *coder) {
	c.int(&p.from)
	c.int(&p.to)
	c.int(&p.payment)
}

func codeCounts(c *coder, counts *[reasonCount]int) {
	for i := range counts {
		c.int(&counts[i])
	}
}

// code writes a settled line. Whether it was met is of one settlement only.
func (l *settledLine) code(c *coder) {
	c.int(&l.payment)
	c.text(&l.of)
	c.int(&l.period)
	c.int64(&l.minor)
	c.int(&l.number)
	c.text(&l.from)
	c.text(&l.to)
	codeList(c, &l.legs, (*settledLeg).code)
}

func (l *settledLeg) code(c *coder) {
	c.text(&l.side)
	c.text(&l.party)
	c.int64(&l.minor)
}

// appendSettled writes what is settled of the tree in hand, behind its length.
func (r *reader) appendSettled(b []byte) []byte {
	c := &r.coder
	c.b = c.b[:0]
	if len(r.settled) > 0 {
		codeList(c, &r.settled, (*settledLine).code)
	}
	b = binary.AppendUvarint(b, uint64(len(c.b)))
	return append(b, c.b...)
}

// readSettled reads what so many statements settled of the tree in hand.
func (r *reader) readSettled(b []byte, statements int) (err error) {
	if len(b) == 0 {
		return nil
	}
	c := &coder{b: b, reading: true}
	defer func() { // bytes cut short, or of other shapes
		if bad := recover(); bad != nil || len(c.b) > 0 {
			err = fmt.Errorf("what was settled of %s: %w", r.tree.Units[0].Key, errPart)
		}
	}()
	codeList(c, &r.settled, (*settledLine).code)
	for i := range r.settled {
		if s := &r.settled[i]; s.payment < 0 || s.payment >= len(r.c.Payments) || s.number < 1 || s.number > statements {
			panic(errPart)
		}
	}
	return nil
}

// coder writes cells behind those before, or reads them in the same order. Reading past the end panics.
type coder struct {
	b       []byte
	reading bool
	bad     bool
}

func (c *coder) uint64(n *uint64) {
	if !c.reading {
		c.b = binary.AppendUvarint(c.b, *n)
		return
	}
	v, size := binary.Uvarint(c.b)
	if size <= 0 {
		panic(errPart)
	}
	*n, c.b = v, c.b[size:]
}

func (c *coder) int64(n *int64) {
	if !c.reading {
		c.b = binary.AppendVarint(c.b, *n)
		return
	}
	v, size := binary.Varint(c.b)
	if size <= 0 {
		panic(errPart)
	}
	*n, c.b = v, c.b[size:]
}

func (c *coder) int(n *int) {
	v := int64(*n)
	c.int64(&v)
	*n = int(v)
}

func (c *coder) date(d *calendar.Date) {
	v := int64(*d)
	c.int64(&v)
	*d = calendar.Date(v)
}

func (c *coder) bool(yes *bool) {
	var v uint64
	if *yes {
		v = 1
	}
	c.uint64(&v)
	*yes = v == 1
}

func (c *coder) bytes(b *[]byte) {
	n := uint64(len(*b))
	if c.uint64(&n); !c.reading {
		c.b = append(c.b, *b...)
		return
	}
	*b, c.b = c.b[:n:n], c.b[n:]
}

func (c *coder) text(s *string) {
	b := []byte(*s)
	if c.bytes(&b); c.reading {
		*s = string(b)
	}
}

// exact writes a whole number as one, behind a yes, and any other as the bytes of its numerator and denominator.
func (c *coder) exact(x *money.Exact) {
	n, small := x.Int64()
	if c.bool(&small); small {
		c.int64(&n)
		if c.reading {
			*x = money.Int(n)
		}
		return
	}
	if !c.reading {
		r := x.Rat()
		num, den, minus := r.Num().Bytes(), r.Denom().Bytes(), r.Sign() < 0
		c.bool(&minus)
		c.bytes(&num)
		c.bytes(&den)
		return
	}
	var minus bool
	var num, den []byte
	c.bool(&minus)
	c.bytes(&num)
	c.bytes(&den)
	r := new(big.Rat).SetFrac(new(big.Int).SetBytes(num), new(big.Int).SetBytes(den))
	if minus {
		r.Neg(r)
	}
	*x = money.FromRat(r)
}

func codeList[T any](c *coder, list *[]T, code func(*T, *coder)) {
	n := uint64(len(*list))
	if c.uint64(&n); c.reading && n > 0 {
		if n > uint64(len(c.b)) { // each takes a byte at least
			panic(errPart)
		}
		*list = make([]T, n)
	}
	for i := range *list {
		code(&(*list)[i], c)
	}
}

// codeMap writes a map in the order of its keys, and reads it into one that is empty.
func codeMap[K comparable, V any](c *coder, m map[K]V, compare func(a, b K) int, codeKey func(*K, *coder), code func(V) V) {
	keys := slices.SortedFunc(maps.Keys(m), compare)
	codeList(c, &keys, codeKey)
	for _, k := range keys {
		m[k] = code(m[k])
	}
}

// coded writes what is there, or reads what is not yet.
func coded[T any, P interface {
	*T
	code(c *coder)
}](p P, c *coder) P {
	if p == nil {
		p = new(T)
	}
	p.code(c)
	return p
}
