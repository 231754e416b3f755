package store

import (
	"context"
	"encoding/binary"
	"io"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
)

// A large body of evidence is first copied as it comes into a table of the connection's own, as a role under row-level security
// may not COPY into the table itself. Each connection makes it when it is first wanted; it is empty again at every commit.
const stageSQL = `create temporary table if not exists stage (
	at bigint not null, root_type text collate "C" not null, root_key text collate "C" not null, leaf text collate "C" not null, path text[],
	kind text collate "C", first date, last date, learned date, is_item boolean not null, withdraws boolean not null, withheld boolean not null,
	id text collate "C", points text collate "C", source text, party text, cohort integer, facts text[], said text[]
) on commit delete rows;
create temporary table if not exists stage_members (
	unit_type text collate "C" not null, key text collate "C" not null, parent_key text collate "C" not null, at bigint not null
) on commit delete rows`

const copySQL = `copy stage (at, root_type, root_key, leaf, path, kind, first, last, learned, is_item, withdraws, withheld,
	id, points, source, party, cohort, facts, said) from stdin binary`

// stageColumns is how many columns copySQL names.
const stageColumns = 19

// copier writes rows of evidence in the form in which PostgreSQL copies them.
type copier struct {
	c      *contracts.Contract
	chains [][]int
	b      []byte
	to     *io.PipeWriter
	done   chan error
	rows   int64
}

// copyFlush is how many bytes are handed on at once.
const copyFlush = 64 << 10

// newCopier begins to copy rows into the stage.
func newCopier(ctx context.Context, tx *Tx, c *contracts.Contract) *copier {
	from, to := io.Pipe()
	k := &copier{c: c, chains: evidence.Chains(c), to: to, done: make(chan error, 1)}
	go func() {
		err := tx.tx.send(ctx)
		if err == nil {
			_, err = tx.tx.Conn().PgConn().CopyFrom(ctx, from, copySQL)
		}
		_ = from.CloseWithError(err) // a pipe's reader closes without an error
		k.done <- err
	}()
	k.b = append(k.b, "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	return k
}

// close ends the copy: in good order, or as undone where an error is given. It must be called.
func (k *copier) close(err error) error {
	if err == nil {
		k.b = binary.BigEndian.AppendUint16(k.b, 0xffff)
		err = k.flush()
	}
	_ = k.to.CloseWithError(err) // a pipe's writer closes without an error; nil is the end of the copy
	if copied := <-k.done; copied != nil {
		return told(copied)
	}
	return err
}

func (k *copier) flush() error {
	_, err := k.to.Write(k.b)
	k.b = k.b[:0]
	return err
}

// add copies one row, whose path must be whole.
func (k *copier) add(r *evidence.Row) error {
	k.rows++
	b := binary.BigEndian.AppendUint16(k.b, stageColumns)
	b = appendInt8(b, int64(r.Sequence))
	if r.Leaf < 0 {
		b = appendText(appendText(appendText(b, nil), nil), nil)
		b = appendNull(b)
	} else {
		chain := k.chains[r.Leaf]
		b = appendText(b, []byte(k.c.Units[chain[0]].Name))
		b = appendText(b, r.Path[0])
		b = appendText(b, []byte(k.c.Units[r.Leaf].Name))
		b = appendArray(b, len(r.Path)-1, func(b []byte, i int) []byte { return append(b, r.Path[i+1]...) })
	}
	if r.Kind < 0 {
		b = appendNull(b)
	} else {
		b = appendText(b, []byte(k.c.Evidence[r.Kind].Name))
	}
	b = appendDay(appendDay(appendDay(b, r.First), r.Last), r.Learned)
	b = appendBool(appendBool(appendBool(b, r.Item), r.Withdraws), r.Withheld)
	for _, text := range [...][]byte{r.ID, r.Points, r.Source, r.Party} {
		if len(text) == 0 {
			b = appendNull(b)
		} else {
			b = appendText(b, text)
		}
	}
	if r.Cohort == 0 {
		b = appendNull(b)
	} else {
		b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, 4), uint32(r.Cohort))
	}
	k.b = k.said(b, r)
	if len(k.b) >= copyFlush {
		return k.flush()
	}
	return nil
}

// said appends the row's facts and values, each under its name.
func (k *copier) said(b []byte, r *evidence.Row) []byte {
	b = appendArray(b, len(r.Facts), func(b []byte, i int) []byte {
		f := &r.Facts[i]
		unit := &k.c.Units[k.chains[r.Leaf][f.Level]]
		b = append(append(append(b, unit.Name...), '.'), unit.Facts[f.Fact].Name...)
		return append(append(b, '='), f.Text...)
	})
	observed := 0
	for _, text := range r.Values {
		if len(text) > 0 {
			observed++
		}
	}
	next := -1
	return appendArray(b, observed, func(b []byte, _ int) []byte {
		for next++; len(r.Values[next]) == 0; next++ {
		}
		return append(append(append(b, k.c.Evidence[r.Kind].Says[next].Name...), '='), r.Values[next]...)
	})
}

func appendNull(b []byte) []byte { return append(b, 0xff, 0xff, 0xff, 0xff) }

func appendText(b, text []byte) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(text))), text...)
}

func appendInt8(b []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), uint64(n))
}

func appendBool(b []byte, yes bool) []byte {
	b = binary.BigEndian.AppendUint32(b, 1)
	if yes {
		return append(b, 1)
	}
	return append(b, 0)
}

// dayZero is the day that PostgreSQL counts days from.
var dayZero = calendar.MustDate("2000-01-01")

func appendDay(b []byte, d calendar.Date) []byte {
	if d.IsZero() {
		return appendNull(b)
	}
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, 4), uint32(d-dayZero))
}

// textOID is PostgreSQL's number of the type text.
const textOID = 25

// appendArray appends an array of n texts, null for none.
func appendArray(b []byte, n int, element func(b []byte, i int) []byte) []byte {
	if n <= 0 {
		return appendNull(b)
	}
	start := len(b)
	b = binary.BigEndian.AppendUint32(b, 0) // the length, when it is known
	for _, word := range [...]uint32{1, 0, textOID, uint32(n), 1} {
		b = binary.BigEndian.AppendUint32(b, word)
	}
	for i := range n {
		at := len(b)
		b = element(append(b, 0, 0, 0, 0), i)
		binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	}
	binary.BigEndian.PutUint32(b[start:], uint32(len(b)-start-4))
	return b
}
