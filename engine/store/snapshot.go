package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
)

// Sequence is the number of the last item that no open batch can still come before. It waits for open batches, so it is
// asked in a transaction that may write.
func (tx *Tx) Sequence(ctx context.Context, contract string) (int64, error) {
	var next int64
	err := tx.tx.QueryRow(ctx, "select next_sequence from contracts where id = $1 for no key update", contract).Scan(&next)
	return next - 1, told(err)
}

// Sequence is the number of the last item that was kept when this view began. Batches are numbered under a lock that
// they hold until they are kept, so nothing can come before it later.
func (v *View) Sequence(ctx context.Context, contract string) (int64, error) {
	var next int64
	err := v.tx.QueryRow(ctx, "select next_sequence from contracts where id = $1", contract).Scan(&next)
	return next - 1, told(err)
}

// The rows come in whatever order is quickest: sorting them is what engine/ingest does for files, in memory of its own.
// The name of the type that most roots are of is left out.
const snapshotSQL = "select r.sequence, nullif(r.root_type, $4), r.root_key, " + rowSaid + " from items r where r.contract = $1 and r.sequence > $2 and r.sequence <= $3"

// How a contract's rows are read: so many at a time, by so many connections at once. Rows up to a sequence that was kept
// are never changed, so that any transaction reads the same.
const (
	snapshotStretch = 1 << 14
	snapshotReaders = 4
)

// Snapshot reads a contract's evidence up to a sequence, as it was known at a cut-off (no day: all of it). It is done with
// the database when it returns. Where there is much to read, other connections help, if there are any to spare. The
// caller closes it.
func (v *View) Snapshot(ctx context.Context, c *contracts.Contract, contract string, upTo int64, cutOff calendar.Date) (*ingest.Snapshot, error) {
	o := ingest.Options{CutOff: cutOff, Memory: v.store.memory}
	kept, err := v.Sequence(ctx, contract)
	if err != nil {
		return nil, err
	}
	upTo = min(upTo, kept)
	if upTo <= snapshotStretch {
		return ingest.FromRows(c, o, func(take func(*evidence.Row) error) error {
			return newRowReader(c).stretch(ctx, v.tx, contract, 0, upTo, take)
		})
	}
	waiting, done := context.WithCancel(ctx)
	defer done()
	r := &stretches{c: c, contract: contract, upTo: upTo, done: done}
	give := []func(func(*evidence.Row) error) error{func(take func(*evidence.Row) error) error { return r.read(ctx, v.tx, take) }}
	for !v.wrote && len(give) < min(runtime.GOMAXPROCS(0), snapshotReaders, int(v.store.engine.Config().MaxConns/2)) {
		give = append(give, func(take func(*evidence.Row) error) error {
			c, err := v.store.engine.Acquire(waiting)
			if err != nil {
				return nil // none to spare: the others read it all
			}
			defer c.Release()
			return r.read(ctx, c, take)
		})
	}
	s, err := ingest.FromRows(c, o, give...)
	if err == nil && r.rows.Load() != upTo {
		err = errors.Join(fmt.Errorf("%d rows of evidence were read of %d", r.rows.Load(), upTo), s.Close())
	}
	return s, err
}

// stretches hands out the rows of a contract, some at a time, to whoever reads them.
type stretches struct {
	c        *contracts.Contract
	contract string
	upTo     int64
	next     atomic.Int64 // the stretch to be read next
	rows     atomic.Int64 // read so far
	done     func()       // ends the waiting for connections
}

// read reads stretches until there are none.
func (r *stretches) read(ctx context.Context, db querier, take func(*evidence.Row) error) error {
	rows := newRowReader(r.c)
	for {
		from := (r.next.Add(1) - 1) * snapshotStretch
		if from >= r.upTo {
			r.done()
			return nil
		}
		n := int64(0)
		err := rows.stretch(ctx, db, r.contract, from, min(from+snapshotStretch, r.upTo), func(row *evidence.Row) error {
			n++
			return take(row)
		})
		r.rows.Add(n)
		if err != nil {
			return err
		}
	}
}

// stretch reads the rows of a contract behind one sequence and up to another.
func (r *rowReader) stretch(ctx context.Context, db querier, contract string, from, upTo int64, take func(*evidence.Row) error) error {
	return r.each(ctx, db, snapshotSQL, []any{contract, from, upTo, r.typeName(r.root)}, take)
}
