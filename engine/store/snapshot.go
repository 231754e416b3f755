package store

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
)

// Sequence is the number of the last item that was kept when this view began. Batches are numbered under a lock that
// they hold until they are kept, so nothing can come before it later.
func (v *View) Sequence(ctx context.Context, contract string) (last int64, err error) {
	err = v.tx.QueryRow(ctx, "select "+lastSQL+" from contracts where id = $1", contract).Scan(&last)
	return last, told(err)
}

// lastSQL is the number of a contract's last item, 0 where there is none.
const lastSQL = "coalesce((select sequence from items where contract = $1 order by sequence desc limit 1), 0)"

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
	o := ingest.Options{CutOff: cutOff, Memory: v.store.memory, Leaves: true, Later: true}
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
	r := &stretches{c: c, contract: contract, upTo: upTo, size: snapshotStretch}
	s, err := r.snapshot(ctx, v, o)
	if err == nil && r.rows.Load() != upTo {
		err = errors.Join(fmt.Errorf("%d rows of evidence were read of %d", r.rows.Load(), upTo), s.Close())
	}
	return s, err
}

// SnapshotOf is the part of a Snapshot that has the roots of a range, or none of them where there is no range, and what is
// about no unit. It can say what its Stretch is.
func (v *View) SnapshotOf(ctx context.Context, c *contracts.Contract, contract string, upTo int64, cutOff calendar.Date, roots *Range) (*ingest.Snapshot, error) {
	o := ingest.Options{CutOff: cutOff, Memory: v.store.memory, Leaves: true}
	whole := func(take func(*evidence.Row) error) error {
		r := newRowReader(c)
		return r.each(ctx, v.tx, snapshotSQL+" and r.root_type = ''", []any{contract, 0, upTo, r.typeName(r.root)}, take)
	}
	if roots == nil {
		return ingest.FromRows(c, o, whole)
	}
	r := &stretches{c: c, contract: contract, upTo: upTo, size: upTo/snapshotReaders + 1, of: roots, first: whole}
	return r.snapshot(ctx, v, o)
}

// stretches hands out the rows of a contract, some at a time, to whoever reads them.
type stretches struct {
	c        *contracts.Contract
	contract string
	upTo     int64
	size     int64  // of a stretch
	of       *Range // of roots; nil: of everything
	first    func(take func(*evidence.Row) error) error
	next     atomic.Int64 // the stretch to be read next
	rows     atomic.Int64 // read so far
	done     func()       // ends the waiting for connections
}

// snapshot reads the stretches over a view's own connection, and over others that are to spare.
func (r *stretches) snapshot(ctx context.Context, v *View, o ingest.Options) (*ingest.Snapshot, error) {
	waiting, done := context.WithCancel(ctx)
	defer done()
	r.done = done
	give := []func(func(*evidence.Row) error) error{func(take func(*evidence.Row) error) error {
		if r.first != nil {
			if err := r.first(take); err != nil {
				return err
			}
		}
		return r.read(ctx, v.tx, take)
	}}
	for !v.wrote && len(give) < min(evidence.Workers(), snapshotReaders, int(v.store.engine.Config().MaxConns/2)) {
		give = append(give, func(take func(*evidence.Row) error) error {
			c, err := v.store.engine.Acquire(waiting)
			if err != nil {
				return nil // none to spare: the others read it all
			}
			defer c.Release()
			return r.read(ctx, c, take)
		})
	}
	return ingest.FromRows(r.c, o, give...)
}

// read reads stretches until there are none.
func (r *stretches) read(ctx context.Context, db querier, take func(*evidence.Row) error) error {
	rows := newRowReader(r.c)
	for {
		from := (r.next.Add(1) - 1) * r.size
		if from >= r.upTo {
			r.done()
			return nil
		}
		n := int64(0)
		upTo := min(from+r.size, r.upTo)
		each := func(row *evidence.Row) error {
			n++
			return take(row)
		}
		var err error
		if r.of == nil {
			err = rows.stretch(ctx, db, r.contract, from, upTo, each)
		} else {
			err = rows.ofRoots(ctx, db, r.contract, from, upTo, r.of, each)
		}
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

// ofRoots reads, of the rows that stretch reads, those of a range of roots.
func (r *rowReader) ofRoots(ctx context.Context, db querier, contract string, from, upTo int64, of *Range, take func(*evidence.Row) error) error {
	sql, args := snapshotSQL+" and r.root_type <> ''", []any{contract, from, upTo, r.typeName(r.root)}
	for _, bound := range []struct {
		root []string
		sql  string
	}{{of.Begins, ">="}, {of.Ends, "<"}} {
		if len(bound.root) > 0 {
			sql += fmt.Sprintf(" and (r.root_type, r.root_key) %s ($%d, $%d)", bound.sql, len(args)+1, len(args)+2)
			args = append(args, bound.root[0], bound.root[1])
		}
	}
	return r.each(ctx, db, sql, args, take)
}
