package evidence

import (
	"encoding/binary"
	"errors"
	"iter"

	"outturn/contracts"
	"outturn/contracts/calendar"
)

// Stretch is a range of a snapshot's roots, without their bytes: the digest of each, in order, and the counts.
type Stretch struct {
	Leaves  []Digest
	Summary Summary // Units, Items, Standing and Late alone
}

// counts are the cells of a summary that add up.
func (s *Summary) counts() []*int {
	list := []*int{&s.Units, &s.Items, &s.Late}
	for i := range s.Standing {
		list = append(list, &s.Standing[i])
	}
	return list
}

// Counts lists the counts of a summary, and SetCounts reads them back.
func (s *Summary) Counts() (list []int) {
	for _, n := range s.counts() {
		list = append(list, *n)
	}
	return list
}

// SetCounts reads what Counts listed.
func (s *Summary) SetCounts(list []int) {
	for i, to := range s.counts() {
		if i < len(list) {
			*to = list[i]
		}
	}
}

// Less takes the counts of another summary off.
func (s *Summary) Less(o *Summary) {
	to, from := s.counts(), o.counts()
	for i := range to {
		*to[i] -= *from[i]
	}
}

// Add adds the counts of another summary.
func (s *Summary) Add(o *Summary) {
	to, from := s.counts(), o.counts()
	for i := range to {
		*to[i] += *from[i]
	}
}

// Bytes writes a stretch so that ReadStretch reads it back.
func (s *Stretch) Bytes() []byte {
	b := make([]byte, 0, len(s.Leaves)*len(Digest{})+64)
	for _, n := range s.Summary.counts() {
		b = binary.AppendUvarint(b, uint64(*n))
	}
	for i := range s.Leaves {
		b = append(b, s.Leaves[i][:]...)
	}
	return b
}

// ReadStretch reads what Bytes wrote.
func ReadStretch(b []byte) (s Stretch, err error) {
	for _, to := range s.Summary.counts() {
		n, size := binary.Uvarint(b)
		if size <= 0 {
			return s, errStretch
		}
		*to, b = int(n), b[size:]
	}
	if len(b)%len(Digest{}) != 0 {
		return s, errStretch
	}
	s.Leaves = make([]Digest, len(b)/len(Digest{}))
	for i := range s.Leaves {
		copy(s.Leaves[i][:], b[i*len(Digest{}):])
	}
	return s, nil
}

var errStretch = errors.New("a stretch of a snapshot was not written whole")

// Apart is a snapshot whose units are elsewhere: what Reduce reads of it stands here.
type Apart struct {
	whole   []Item
	summary Summary
}

// NewApart makes the snapshot of the items about the whole and of what a statement is to say.
func NewApart(whole []Item, summary Summary) *Apart { return &Apart{whole, summary} }

// Join makes the snapshot of the items about the whole, as another snapshot has them, and of stretches that are together
// every root in order. Beside are the counts of those items.
func Join(c *contracts.Contract, whole []Item, beside Summary, cutOff calendar.Date, stretches iter.Seq[Stretch]) *Apart {
	a := &Apart{whole: whole, summary: beside}
	var root Root
	root.Add(UnitDigest(AppendItems(nil, c, whole)))
	for s := range stretches {
		a.summary.Add(&s.Summary)
		for _, leaf := range s.Leaves {
			root.Add(leaf)
		}
	}
	a.summary.CutOff, a.summary.Digest = cutOff, root.Sum()
	return a
}

// Shards returns 0: no unit is here.
func (a *Apart) Shards() int { return 0 }

// Roots returns 0.
func (a *Apart) Roots(int) int { return 0 }

// Units yields none.
func (a *Apart) Units(int) iter.Seq2[*Tree, error] { return func(func(*Tree, error) bool) {} }

// Whole returns the items about the contract, a role or a cohort.
func (a *Apart) Whole() []Item { return a.whole }

// Summary returns what a statement says of the snapshot.
func (a *Apart) Summary() Summary { return a.summary }
