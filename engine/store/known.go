package store

import (
	"context"
	"time"
)

// What was known at a moment of the past. Nothing on record is ever changed, so that it can be seen as it stood.

// SequenceAt is the number of the last item that was on record before a moment.
func (v *View) SequenceAt(ctx context.Context, contract string, at time.Time) (int64, error) {
	var sequence int64
	// Batches are numbered one after another: what stands before the first that came later had come.
	err := v.tx.QueryRow(ctx, `select coalesce((select min(first) - 1 from batches where contract = $1 and accepted > 0 and at >= $2), `+lastSQL+`)`,
		contract, at).Scan(&sequence)
	return sequence, told(err)
}
