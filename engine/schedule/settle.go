package schedule

import (
	"context"
	"iter"

	"outturn/contracts"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/statements"
)

// Settle is how the service settles, whoever asked for it: a run whose time has come, a person, a preview. It is
// engine.Settle that ends when nobody waits for its answer any more.
func Settle(ctx context.Context, terms *contracts.Contract, on engine.Occasion, s evidence.Snapshot, position engine.Position, sink engine.Sink) (statements.Statement, error) {
	return engine.Settle(terms, on, Watch(ctx, s), position, sink)
}

// Watch makes what is read from a snapshot end with a context: cancellation belongs to the stream, not to the function.
func Watch(ctx context.Context, s evidence.Snapshot) evidence.Snapshot { return watched{s, ctx} }

type watched struct {
	evidence.Snapshot
	ctx context.Context
}

// Units yields the roots of a shard until the context ends.
func (w watched) Units(shard int) iter.Seq2[*evidence.Tree, error] {
	const between = 1024 // roots between two looks
	return func(yield func(*evidence.Tree, error) bool) {
		n := 0
		for tree, err := range w.Snapshot.Units(shard) {
			if n++; err == nil && n%between == 1 {
				err = w.ctx.Err()
			}
			if !yield(tree, err) || err != nil {
				return
			}
		}
	}
}
