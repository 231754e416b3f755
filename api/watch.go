package api

import (
	"context"
	"iter"

	"outturn/engine/evidence"
)

// watching makes the settlement of a request end with the request: cancellation belongs to the stream of units.
func watching(ctx context.Context, s evidence.Snapshot) evidence.Snapshot { return watched{s, ctx} }

// watched is a snapshot that ends when nobody waits for what is made of it.
type watched struct {
	evidence.Snapshot
	ctx context.Context
}

// Units yields the roots of a shard until the request ends.
func (w watched) Units(shard int) iter.Seq2[*evidence.Tree, error] {
	return func(yield func(*evidence.Tree, error) bool) {
		const look = 1024 // roots between two looks
		n := 0
		for tree, err := range w.Snapshot.Units(shard) {
			if n++; err == nil && n%look == 1 {
				err = w.ctx.Err()
			}
			if !yield(tree, err) || err != nil {
				return
			}
		}
	}
}
