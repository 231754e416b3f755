package store

import (
	"context"
	"io"
	"iter"
	"slices"
)

// The lines of a statement stand in rows of so many bytes each: row n begins at byte n times that. Rows are small, so that the database
// keeps each whole, two to a page of its own; they are written and read some at a time.

const (
	lineRow  = 4000         // bytes of a row; statements of before say their own
	linePage = 64 * lineRow // bytes that are written and read together
)

// StatementWriter takes one statement as it is settled: its lines by Sink, then its head by Commit.
type StatementWriter struct {
	ctx      context.Context
	tx       *Tx
	contract string
	place    int64
	b        []byte
	size     int64 // of what was written
}

// Sink takes whole records of the statement as they are settled.
func (w *StatementWriter) Sink(records []byte) error {
	w.b = append(w.b, records...)
	written := 0
	for ; len(w.b)-written >= linePage; written += linePage {
		if err := w.page(w.b[written : written+linePage]); err != nil {
			return err
		}
	}
	w.b = append(w.b[:0], w.b[written:]...)
	return nil
}

// page writes whole rows, or the last. Its statement follows in the same transaction.
func (w *StatementWriter) page(b []byte) error {
	w.tx.mu.Lock()
	defer w.tx.mu.Unlock()
	err := w.tx.exec(w.ctx, "insert into chunks (contract, statement, number, bytes) select $1, $2, $3 + n - 1, b from unnest($4::bytea[]) with ordinality named (b, n)",
		w.contract, w.place, w.size/lineRow, slices.Collect(slices.Chunk(b, lineRow)))
	w.size += int64(len(b))
	return err
}

// Record yields the lines of a final statement as bytes.
func (v *View) Record(ctx context.Context, contract string, number int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		rows, err := query(ctx, v.tx, `select c.bytes from statements s join chunks c on c.contract = s.contract and c.statement = s.place
			where s.contract = $1 and s.number = $2 and s.status = 'final' order by c.number`, []any{contract, number})
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		var b []byte
		for rows.Next() {
			if b = append(b, rows.RawValues()[0]...); len(b) < linePage {
				continue
			}
			if !yield(b, nil) {
				return
			}
			b = b[:0]
		}
		if err := rows.Err(); err != nil || len(b) > 0 {
			yield(b, told(err))
		}
	}
}

// lines reads the lines of a statement a page at a time, keeping the last few pages.
type lines struct {
	ctx      context.Context
	v        *View
	contract string
	place    int64
	row      int64 // bytes of a row
	rows     int64 // of a page
	kept     [pagesKept]struct {
		number int64
		b      []byte
	}
	next int
	last int64 // the page asked for last
}

// pagesKept is how many pages of a statement are kept at once: enough for a search and for reading on. pagesAhead is how
// many are asked for together where they are read one after the other.
const (
	pagesKept  = 16
	pagesAhead = 8
)

func newLines(ctx context.Context, v *View, contract string, place, row int64) *lines {
	return &lines{ctx: ctx, v: v, contract: contract, place: place, row: row, rows: max(1, linePage/row), last: -1}
}

// ReadAt makes it an io.ReaderAt.
func (l *lines) ReadAt(p []byte, at int64) (n int, err error) {
	for size := l.row * l.rows; n < len(p); {
		b, err := l.page((at + int64(n)) / size)
		if err != nil {
			return n, err
		}
		from := (at + int64(n)) % size
		if from >= int64(len(b)) {
			return n, io.EOF
		}
		n += copy(p[n:], b[from:])
	}
	return n, nil
}

func (l *lines) page(number int64) ([]byte, error) {
	l.v.mu.Lock()
	defer l.v.mu.Unlock()
	for i := range l.kept {
		if l.kept[i].b != nil && l.kept[i].number == number {
			return l.kept[i].b, nil
		}
	}
	ahead := int64(1)
	if number == l.last+1 {
		ahead = pagesAhead
	}
	l.last = number
	rows, err := query(l.ctx, l.v.tx, "select bytes from chunks where contract = $1 and statement = $2 and number >= $3 and number < $4 order by number",
		[]any{l.contract, l.place, number * l.rows, (number + ahead) * l.rows})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list [][]byte
	for n := int64(0); rows.Next(); n++ {
		if n%l.rows == 0 {
			list = append(list, make([]byte, 0, l.row*l.rows))
		}
		last := &list[len(list)-1]
		*last = append(*last, rows.RawValues()[0]...)
	}
	if err := rows.Err(); err != nil || len(list) == 0 {
		return nil, told(err)
	}
	for i, b := range list {
		l.kept[l.next].number, l.kept[l.next].b = number+int64(i), b
		l.next = (l.next + 1) % pagesKept
	}
	l.last += int64(len(list)) - 1
	return list[0], nil
}
