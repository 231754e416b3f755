package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"outturn/contracts"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/proof"
)

// The records of a statement stand in the order of their roots. With the statement it is kept where some of them begin and how, so
// that those of a few roots are found, and read, without the others.

// markEvery is about how many bytes of records lie between two marks.
const markEvery = 2 << 10

// mark notes where a record begins that is the first, or far enough behind the last that was noted.
func (w *StatementWriter) mark(record []byte) {
	at := w.size + int64(len(w.b))
	if at > 0 && at < w.marked+markEvery {
		return
	}
	head := engine.HeadOf(record)
	w.marked = at
	w.marks = binary.AppendUvarint(w.marks, uint64(at))
	w.marks = binary.AppendUvarint(w.marks, uint64(len(head)))
	w.marks = append(w.marks, head...)
}

// mark is where a record begins among all the bytes of a statement's lines, and whose it is.
type mark struct {
	at       int
	unitType int
	key      []byte
}

var errMarks = errors.New("the marks of a statement's lines cannot be read")

// readMarks reads the marks of a statement. The keys lie in their bytes.
func readMarks(c *contracts.Contract, b []byte) (list []mark, err error) {
	for len(b) > 0 {
		at, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errMarks
		}
		b = b[n:]
		size, n := binary.Uvarint(b)
		if n <= 0 || uint64(len(b)-n) < size {
			return nil, errMarks
		}
		one := mark{at: int(at)}
		if one.unitType, one.key, err = engine.ParseHead(b[n:n+int(size)], c); err != nil {
			return nil, err
		}
		list = append(list, one)
		b = b[n+int(size):]
	}
	return list, nil
}

// stretchesOf finds between which marks the records of roots are, and that of the whole, which is the last: from which byte and up to
// which. The roots are in order.
func stretchesOf(c *contracts.Contract, marks []mark, size int, roots []evidence.Unit) (list [][2]int) {
	add := func(i int) { // what lies between mark i, or the beginning, and the next
		one := [2]int{0, size}
		if i >= 0 {
			one[0] = marks[i].at
		}
		if i+1 < len(marks) {
			one[1] = marks[i+1].at
		}
		if n := len(list); n > 0 && list[n-1][1] >= one[0] {
			list[n-1][1] = one[1]
		} else if one[0] < one[1] {
			list = append(list, one)
		}
	}
	at := 0
	for i := range roots {
		n, found := slices.BinarySearchFunc(marks[at:], &roots[i], func(m mark, root *evidence.Unit) int {
			if m.unitType == len(c.Units) {
				return 1
			}
			return evidence.CompareUnits(c, &evidence.Unit{Type: m.unitType, Key: alias(m.key)}, root)
		})
		at += n
		if found {
			add(at)
		} else {
			add(at - 1)
		}
	}
	add(len(marks) - 1)
	return list
}

// nearby reads, of the lines of statements, those that may be of some roots.
type nearby struct {
	c      *contracts.Contract
	roots  []evidence.Unit // in order
	wanted map[string]bool // by the heads of their records
}

// PositionOf is the position of some roots, and of the whole, read at once: what was settled of others is passed over unread.
func (v *View) PositionOf(ctx context.Context, c *contracts.Contract, contract string, roots []evidence.Unit) (engine.Position, error) {
	near := nearby{c, slices.SortedFunc(slices.Values(roots), func(a, b evidence.Unit) int { return evidence.CompareUnits(c, &a, &b) }), map[string]bool{}}
	for i := range roots {
		near.wanted[string(engine.RecordHead(c, roots[i].Type, roots[i].Key))] = true
	}
	_, stored, err := v.position(ctx, c, contract, 0, near.open)
	if err != nil {
		return engine.Position{}, err
	}
	var p engine.Position
	for _, s := range stored {
		prior, err := s.Some(func(head []byte) bool { return near.wanted[string(head)] })
		if err != nil {
			return engine.Position{}, err
		}
		p.Prior = append(p.Prior, prior)
	}
	return p, nil
}

// open is proof.OpenHead of a statement with the lines alone that may be wanted.
func (n *nearby) open(c *contracts.Contract, name string, head []byte, all io.ReaderAt, size int64) (*proof.Stored, error) {
	some, err := n.read(all.(*lines), size)
	if err != nil {
		return nil, err
	}
	if some != nil {
		all, size = bytes.NewReader(some), int64(len(some))
	}
	return proof.OpenHead(c, name, head, all, size)
}

// read returns the lines that may be wanted, or none where it is no more work to read them all.
func (n *nearby) read(l *lines, size int64) ([]byte, error) {
	if size <= 2*linePage {
		return nil, nil
	}
	marks, err := l.marks(n.c)
	if err != nil || len(marks) == 0 {
		return nil, err
	}
	// Finding a stretch takes about as long as reading twice what lies between two marks.
	list := stretchesOf(n.c, marks, int(size), n.roots)
	if int64(len(list)) > size/(2*markEvery) {
		return nil, nil
	}
	l.v.mu.Lock()
	defer l.v.mu.Unlock()
	return pieces(l.ctx, l.v.tx, "chunks", int(l.row), l.contract, l.place, list)
}

// marks reads the marks of the statement, none where it was written without.
func (l *lines) marks(c *contracts.Contract) ([]mark, error) {
	l.v.mu.Lock()
	defer l.v.mu.Unlock()
	var b []byte
	if err := l.v.tx.QueryRow(l.ctx, "select marks from statements where contract = $1 and place = $2", l.contract, l.place).Scan(&b); err != nil {
		return nil, told(err)
	}
	return readMarks(c, b)
}

// pieces reads stretches of a statement's bytes, which stand in rows of so many, one behind the other.
func pieces(ctx context.Context, db querier, table string, chunk int, contract string, statement int64, list [][2]int) ([]byte, error) {
	var numbers, from, long []int32
	var places []int // in what is read
	total := 0
	for _, s := range list {
		for at := s[0]; at < s[1]; {
			n := min(s[1], (at/chunk+1)*chunk) - at
			numbers, from, long = append(numbers, int32(at/chunk)), append(from, int32(at%chunk)+1), append(long, int32(n))
			places = append(places, total)
			total += n
			at += n
		}
	}
	rows, err := query(ctx, db, "select o, substring(bytes from f for n) from unnest($3::int[], $4::int[], $5::int[]) with ordinality named (row, f, n, o) "+
		"cross join lateral (select bytes from "+table+" where contract = $1 and statement = $2 and number = row offset 0) c", []any{contract, statement, numbers, from, long})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	b, read := make([]byte, total), 0
	for rows.Next() {
		raw := rows.RawValues()
		read += copy(b[places[binary.BigEndian.Uint64(raw[0])-1]:], raw[1])
	}
	if err := rows.Err(); err != nil {
		return nil, told(err)
	}
	if read != total {
		return nil, fmt.Errorf("%d bytes that were kept with a statement were read of %d: %w", read, total, ErrBusy)
	}
	return b, nil
}
