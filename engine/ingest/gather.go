package ingest

import (
	"iter"
	"unsafe"

	"outturn/contracts/calendar"
	"outturn/engine/evidence"
)

// gatherer makes trees of records.
type gatherer struct {
	*evidence.Gatherer
	v *vocabulary
	e entry
}

func newGatherer(v *vocabulary, faults *collector, cutOff calendar.Date) *gatherer {
	place := func(sequence uint64) string { return placeText(faults.place, sequence) }
	return &gatherer{Gatherer: evidence.NewGatherer(v.c, cutOff, faults.add, place), v: v}
}

// add adds what one record says to the tree.
func (g *gatherer) add(record []byte) {
	decodeEntry(record, g.v, &g.e)
	g.Add(&g.e)
}

// whole makes the items about the contract, a role or a cohort.
func (g *gatherer) whole(records [][]byte) []evidence.Item {
	return g.Whole(g.decoded(records))
}

func (g *gatherer) decoded(records [][]byte) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for _, record := range records {
			decodeEntry(record, g.v, &g.e)
			if !yield(&g.e) {
				return
			}
		}
	}
}

// alias returns b's bytes as a string, valid as long as b does not change.
func alias(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(unsafe.SliceData(b), len(b))
}
