package store

import (
	"context"

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
const snapshotSQL = "select sequence, " + rowColumns + " from items where contract = $1 and sequence <= $2"

// Snapshot reads a contract's evidence up to a sequence, as it was known at a cut-off (no day: all of it). It reads the
// rows in this transaction and is done with them when it returns. The caller closes it.
func (v *View) Snapshot(ctx context.Context, c *contracts.Contract, contract string, upTo int64, cutOff calendar.Date) (*ingest.Snapshot, error) {
	return ingest.FromRows(c, ingest.Options{CutOff: cutOff, Memory: v.memory}, func(take func(*evidence.Row) error) error {
		return newRowReader(c).each(ctx, v.tx, snapshotSQL, []any{contract, upTo}, take)
	})
}
