package ingest

import (
	"encoding/binary"

	"outturn/contracts/calendar"
)

// A sequence is the number of the file and of the line: file<<lineBits | line.
const (
	lineBits = 40
	lineMask = 1<<lineBits - 1
)

// entry is what one row says, decoded. Its byte slices belong to whoever made it.
type entry struct {
	sequence uint64
	leaf     int      // the deepest unit type named, -1 for a whole-contract item
	path     [][]byte // keys from the root type down to leaf; empty where the row does not name one
	kind     int      // -1: the row declares the unit only, or withdraws without saying what
	flags    byte
	first    calendar.Date
	last     calendar.Date
	learned  calendar.Date
	id       []byte
	points   []byte
	source   []byte
	party    []byte
	cohort   int
	facts    []factSaid
	values   [][]byte // canonical text of each field of the kind; empty: not observed
}

// factSaid is a fact of one of the units on the path.
type factSaid struct {
	level int
	fact  int
	text  []byte
}

const (
	flagItem       = 1 << iota // it is an item, and not only a declaration
	flagWithdrawal             // it withdraws what it points at
	flagWithheld
	flagExtras // id, points, source, party or cohort follow
	flagFacts
	flagValues // at least one value was observed
	flagKind
	flagMember // the path has more than the root
)

// appendEntry appends the record of an entry: the sort key (rank of the root's type, length and bytes of its key) and
// what the row says.
func appendEntry(b []byte, v *vocabulary, e *entry) []byte {
	if e.leaf >= 0 {
		b = append(b, v.ranks[v.chains[e.leaf][0]], byte(len(e.path[0])))
		b = append(b, e.path[0]...)
	} else {
		b = append(b, wholeRank, 0)
	}
	b = binary.AppendUvarint(b, e.sequence)
	flags := e.flags &^ (flagExtras | flagFacts | flagValues | flagKind | flagMember)
	if len(e.id)+len(e.points)+len(e.source)+len(e.party)+e.cohort > 0 {
		flags |= flagExtras
	}
	if len(e.facts) > 0 {
		flags |= flagFacts
	}
	for _, text := range e.values {
		if len(text) > 0 {
			flags |= flagValues
		}
	}
	if e.kind >= 0 {
		flags |= flagKind
	}
	if len(e.path) > 1 {
		flags |= flagMember
	}
	b = append(b, flags)
	if flags&flagMember != 0 {
		b = append(b, v.ranks[e.leaf])
		for _, key := range e.path[1:] {
			b = appendBytes(b, key)
		}
	}
	if flags&flagKind != 0 {
		b = binary.AppendUvarint(b, uint64(e.kind))
	}
	if flags&flagItem != 0 {
		b = binary.AppendUvarint(b, uint64(e.first))
		b = binary.AppendVarint(b, int64(e.last)-int64(e.first))
		b = binary.AppendVarint(b, int64(e.learned)-int64(e.first))
	}
	return appendSaid(b, e, flags)
}

// appendSaid appends the parts of a record that most rows do without.
func appendSaid(b []byte, e *entry, flags byte) []byte {
	if flags&flagExtras != 0 {
		b = appendBytes(b, e.id)
		b = appendBytes(b, e.points)
		b = appendBytes(b, e.source)
		b = appendBytes(b, e.party)
		b = binary.AppendUvarint(b, uint64(e.cohort))
	}
	if flags&flagFacts != 0 {
		b = binary.AppendUvarint(b, uint64(len(e.facts)))
		for _, f := range e.facts {
			b = append(b, byte(f.level))
			b = binary.AppendUvarint(b, uint64(f.fact))
			b = appendBytes(b, f.text)
		}
	}
	if flags&flagValues != 0 {
		for _, text := range e.values {
			b = appendBytes(b, text)
		}
	}
	return b
}

func appendBytes(b, text []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// recordReader reads records that this package wrote itself: what is wrong in one is a broken promise.
type recordReader struct{ b []byte }

func (r *recordReader) byte() byte {
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *recordReader) uvarint() uint64 {
	if c := r.b[0]; c < 0x80 {
		r.b = r.b[1:]
		return uint64(c)
	}
	x, n := binary.Uvarint(r.b)
	r.b = r.b[n:]
	return x
}

func (r *recordReader) varint() int64 {
	x, n := binary.Varint(r.b)
	r.b = r.b[n:]
	return x
}

func (r *recordReader) bytes() []byte {
	n := r.uvarint()
	text := r.b[:n:n]
	r.b = r.b[n:]
	return text
}

// decodeEntry reads a record back, its texts being the record's own bytes.
func decodeEntry(record []byte, v *vocabulary, e *entry) {
	r := recordReader{record}
	rank := r.byte()
	rootKey := r.bytesOf(int(r.byte()))
	e.leaf, e.kind, e.path = -1, -1, e.path[:0]
	if rank != wholeRank {
		e.leaf = v.byRank[rank]
		e.path = append(e.path, rootKey)
	}
	e.sequence = r.uvarint()
	e.flags = r.byte()
	if e.flags&flagMember != 0 {
		e.leaf = v.byRank[r.byte()]
		for range len(v.chains[e.leaf]) - 1 {
			e.path = append(e.path, r.bytes())
		}
	}
	if e.flags&flagKind != 0 {
		e.kind = int(r.uvarint())
	}
	e.first, e.last, e.learned = 0, 0, 0
	if e.flags&flagItem != 0 {
		e.first = calendar.Date(r.uvarint())
		e.last = e.first + calendar.Date(r.varint())
		e.learned = e.first + calendar.Date(r.varint())
	}
	e.id, e.points, e.source, e.party, e.cohort = nil, nil, nil, nil, 0
	if e.flags&flagExtras != 0 {
		e.id, e.points, e.source, e.party = r.bytes(), r.bytes(), r.bytes(), r.bytes()
		e.cohort = int(r.uvarint())
	}
	e.facts = e.facts[:0]
	if e.flags&flagFacts != 0 {
		for range r.uvarint() {
			f := factSaid{level: int(r.byte())}
			f.fact = int(r.uvarint())
			f.text = r.bytes()
			e.facts = append(e.facts, f)
		}
	}
	e.values = e.values[:0]
	if e.kind >= 0 {
		for range v.c.Evidence[e.kind].Says {
			var text []byte
			if e.flags&flagValues != 0 {
				text = r.bytes()
			}
			e.values = append(e.values, text)
		}
	}
}

func (r *recordReader) bytesOf(n int) []byte {
	text := r.b[:n:n]
	r.b = r.b[n:]
	return text
}
