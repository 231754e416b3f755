package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// turn is one transaction. What it begins with travels with its first word to the database, what is written at its end with its
// last, the commit: an act of a few rows takes as long as the database and the disk do, and not as many journeys as it has
// statements. That counts twice under a lock on a contract, for which others wait.
type turn struct {
	pgx.Tx
	known *known    // of the act's contract, until this transaction writes
	waits pgx.Batch // written, and not yet sent
	ended bool      // committed by the last of what waited
}

// inTurn runs do in one transaction, which begins with what first asks.
func inTurn(ctx context.Context, pool *pgxpool.Pool, o pgx.TxOptions, first func(b *pgx.Batch), do func(t *turn) error) error {
	c, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	b := &pgx.Batch{}
	b.BeginTx(o)
	if first != nil {
		first(b)
	}
	begun := c.SendBatch(ctx, b)
	t := &turn{Tx: begun.Tx()}
	defer func() {
		if !t.ended {
			_ = t.Rollback(ctx) // it has ended, or its connection goes with it
		}
	}()
	if err := begun.Close(); err != nil {
		return err
	}
	if err := do(t); err != nil {
		return err
	}
	return t.Commit(ctx)
}

// later writes something when the database is next asked for anything, or with the commit. It must be nothing whose outcome the
// act hangs on: what goes wrong with it undoes the act.
func (t *turn) later(sql string, args ...any) *pgx.QueuedQuery {
	t.known = nil
	return t.waits.Queue(sql, args...)
}

// send sends what waits. Every other word to the database does so first.
func (t *turn) send(ctx context.Context) error {
	if t.waits.Len() == 0 {
		return nil
	}
	b := t.waits
	t.waits = pgx.Batch{}
	return t.Tx.SendBatch(ctx, &b).Close()
}

// Commit makes it a pgx.Tx.
func (t *turn) Commit(ctx context.Context) error {
	if t.waits.Len() == 0 {
		return t.Tx.Commit(ctx)
	}
	t.later("commit").Exec(func(tag pgconn.CommandTag) error {
		if tag.String() != "COMMIT" {
			return pgx.ErrTxCommitRollback
		}
		t.ended = true
		return nil
	})
	return t.send(ctx)
}

// Exec makes it a pgx.Tx.
func (t *turn) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	t.known = nil
	if err := t.send(ctx); err != nil {
		return pgconn.CommandTag{}, err
	}
	return t.Tx.Exec(ctx, sql, args...)
}

// Query makes it a pgx.Tx.
func (t *turn) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := t.send(ctx); err != nil {
		return nil, err
	}
	return t.Tx.Query(ctx, sql, args...)
}

// QueryRow makes it a pgx.Tx.
func (t *turn) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if err := t.send(ctx); err != nil {
		return noRow{err}
	}
	return t.Tx.QueryRow(ctx, sql, args...)
}

// noRow is the answer to what was not asked.
type noRow struct{ err error }

func (r noRow) Scan(...any) error { return r.err }

// SendBatch makes it a pgx.Tx.
func (t *turn) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	if err := t.send(ctx); err != nil {
		return pgx.FailedBatchResults(b, err)
	}
	return t.Tx.SendBatch(ctx, b)
}

// CopyFrom makes it a pgx.Tx.
func (t *turn) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, from pgx.CopyFromSource) (int64, error) {
	if err := t.send(ctx); err != nil {
		return 0, err
	}
	return t.Tx.CopyFrom(ctx, table, columns, from)
}

// Begin makes it a pgx.Tx.
func (t *turn) Begin(ctx context.Context) (pgx.Tx, error) {
	t.known = nil
	if err := t.send(ctx); err != nil {
		return nil, err
	}
	return t.Tx.Begin(ctx)
}

// known is what an act's first questions found of its contract.
type known struct {
	contract string
	grants   []Grant
	heads    []ContractHead // one, or none
	active   []Version      // one, or none, without its document
}

// ask asks for it.
func (k *known) ask(b *pgx.Batch) {
	queue(b, &k.grants, grantsSQL, k.contract)
	queue(b, &k.heads, contractSQL, k.contract)
	queue(b, &k.active, activeSQL, k.contract)
}

// queue asks for rows as structs, by the names of their columns.
func queue[T any](b *pgx.Batch, to *[]T, sql string, args ...any) {
	b.Queue(sql, args...).Query(func(rows pgx.Rows) (err error) {
		*to, err = pgx.CollectRows(rows, pgx.RowToStructByName[T])
		return err
	})
}

// queueOne asks for a row that may be missing, and says whether it was there.
func queueOne(b *pgx.Batch, found *bool, to []any, sql string, args ...any) {
	b.Queue(sql, args...).QueryRow(func(row pgx.Row) error {
		err := row.Scan(to...)
		if *found = err == nil; errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
}
