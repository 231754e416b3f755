package ingest

import (
	"encoding/binary"

	"outturn/contracts/calendar"
	"outturn/engine/evidence"
)

// A sequence is the number of the file and of the line: file<<lineBits | line.
const (
	lineBits = 40
	lineMask = 1<<lineBits - 1
)

// entry is what one row says, decoded.
type entry = evidence.Row

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
	if e.Leaf >= 0 {
		b = append(b, v.ranks[v.chains[e.Leaf][0]], byte(len(e.Path[0])))
		b = append(b, e.Path[0]...)
	} else {
		b = append(b, wholeRank, 0)
	}
	b = binary.AppendUvarint(b, e.Sequence)
	flags := toldFlags(e)
	if len(e.ID)+len(e.Points)+len(e.Source)+len(e.Party)+e.Cohort > 0 {
		flags |= flagExtras
	}
	if len(e.Facts) > 0 {
		flags |= flagFacts
	}
	for _, text := range e.Values {
		if len(text) > 0 {
			flags |= flagValues
		}
	}
	if e.Kind >= 0 {
		flags |= flagKind
	}
	if len(e.Path) > 1 {
		flags |= flagMember
	}
	b = append(b, flags)
	if flags&flagMember != 0 {
		b = append(b, v.ranks[e.Leaf])
		for _, key := range e.Path[1:] {
			b = appendBytes(b, key)
		}
	}
	if flags&flagKind != 0 {
		b = binary.AppendUvarint(b, uint64(e.Kind))
	}
	if flags&flagItem != 0 {
		b = binary.AppendUvarint(b, uint64(e.First))
		b = binary.AppendVarint(b, int64(e.Last)-int64(e.First))
		b = binary.AppendVarint(b, int64(e.Learned)-int64(e.First))
	}
	return appendSaid(b, e, flags)
}

// toldFlags are the flags of what a row tells.
func toldFlags(e *entry) (flags byte) {
	if e.Item {
		flags |= flagItem
	}
	if e.Withdraws {
		flags |= flagWithdrawal
	}
	if e.Withheld {
		flags |= flagWithheld
	}
	return flags
}

// appendSaid appends the parts of a record that most rows do without.
func appendSaid(b []byte, e *entry, flags byte) []byte {
	if flags&flagExtras != 0 {
		b = appendBytes(b, e.ID)
		b = appendBytes(b, e.Points)
		b = appendBytes(b, e.Source)
		b = appendBytes(b, e.Party)
		b = binary.AppendUvarint(b, uint64(e.Cohort))
	}
	if flags&flagFacts != 0 {
		b = binary.AppendUvarint(b, uint64(len(e.Facts)))
		for _, f := range e.Facts {
			b = append(b, byte(f.Level))
			b = binary.AppendUvarint(b, uint64(f.Fact))
			b = appendBytes(b, f.Text)
		}
	}
	if flags&flagValues != 0 {
		for _, text := range e.Values {
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
	e.Leaf, e.Kind, e.Path = -1, -1, e.Path[:0]
	if rank != wholeRank {
		e.Leaf = v.byRank[rank]
		e.Path = append(e.Path, rootKey)
	}
	e.Sequence = r.uvarint()
	flags := r.byte()
	e.Item, e.Withdraws, e.Withheld = flags&flagItem != 0, flags&flagWithdrawal != 0, flags&flagWithheld != 0
	if flags&flagMember != 0 {
		e.Leaf = v.byRank[r.byte()]
		for range len(v.chains[e.Leaf]) - 1 {
			e.Path = append(e.Path, r.bytes())
		}
	}
	if flags&flagKind != 0 {
		e.Kind = int(r.uvarint())
	}
	e.First, e.Last, e.Learned = 0, 0, 0
	if flags&flagItem != 0 {
		e.First = calendar.Date(r.uvarint())
		e.Last = e.First + calendar.Date(r.varint())
		e.Learned = e.First + calendar.Date(r.varint())
	}
	e.ID, e.Points, e.Source, e.Party, e.Cohort = nil, nil, nil, nil, 0
	if flags&flagExtras != 0 {
		e.ID, e.Points, e.Source, e.Party = r.bytes(), r.bytes(), r.bytes(), r.bytes()
		e.Cohort = int(r.uvarint())
	}
	e.Facts = e.Facts[:0]
	if flags&flagFacts != 0 {
		for range r.uvarint() {
			f := evidence.FactSaid{Level: int(r.byte())}
			f.Fact = int(r.uvarint())
			f.Text = r.bytes()
			e.Facts = append(e.Facts, f)
		}
	}
	e.Values = e.Values[:0]
	if e.Kind >= 0 {
		for range v.c.Evidence[e.Kind].Says {
			var text []byte
			if flags&flagValues != 0 {
				text = r.bytes()
			}
			e.Values = append(e.Values, text)
		}
	}
}

func (r *recordReader) bytesOf(n int) []byte {
	text := r.b[:n:n]
	r.b = r.b[n:]
	return text
}
