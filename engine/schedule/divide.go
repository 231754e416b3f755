package schedule

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"time"

	"outturn/contracts"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/statements"
	"outturn/engine/store"
)

// A large run is divided into parts, each a range of roots, which any process assesses that shares the database: a job of
// the queue for each. Whoever has the run makes the parts of a pass, helps to do them, and waits; when every pass is made
// it reduces them to the statement, in the transaction in which an undivided run settles. So a process that dies with a
// part loses that part alone, which somebody takes when its lease ends; and one that dies with the run loses the run, as
// ever. What a part came to is no statement: nothing is paid by it.

// partRowsDefault is about how many rows of evidence a part has.
const partRowsDefault = 4_000_000

// division is a run whose parts are all done.
type division struct {
	run            store.Run
	version, prior int
	passes         int
}

// divide divides a run that is large enough, and returns when its parts are done in every pass: nil where it is settled in
// one piece. What a part finds wrong is found again in one piece, and then said of the whole.
func (w *Worker) divide(ctx context.Context, run store.Run) (*division, error) {
	into := int((run.Sequence + w.o.PartRows - 1) / w.o.PartRows)
	if w.o.PartRows < 0 || into < 2 {
		return nil, nil
	}
	d := &division{run: run}
	var ranges []store.Range
	err := w.o.Store.SystemRead(ctx, func(v *store.View) error {
		terms, version, err := inForce(ctx, v, &w.documents, run.Contract)
		if err != nil {
			return err
		}
		d.version = version.Number
		if d.passes, err = engine.Passes(terms, occasion(run)); err != nil {
			return err
		}
		position, err := v.PositionUnread(ctx, terms, run.Contract)
		d.prior = len(position.Prior)
		if err != nil || d.prior > 0 && position.Prior[d.prior-1].Through > run.Through {
			return err
		}
		ranges, err = v.Divide(ctx, run.Contract, run.Sequence, into)
		return err
	})
	if err != nil || len(ranges) < 2 || d.passes == 0 {
		return nil, unlessOfTheContract(err)
	}
	began := w.o.Now()
	for pass := range d.passes {
		if done, err := w.makePass(ctx, d, pass, ranges); err != nil || !done {
			return nil, err
		}
	}
	w.o.Log.Info("a run was divided", "contract", run.Contract, "run", run.ID, "parts", len(ranges), "passes", d.passes, "took", w.o.Now().Sub(began).Round(time.Millisecond))
	return d, nil
}

// unlessOfTheContract leaves an error that would come again to the settlement in one piece, which says it better.
func unlessOfTheContract(err error) error {
	if err == nil || !store.Passing(err) {
		return nil
	}
	return err
}

// makePass makes the parts of a pass and returns when they are done; false where one cannot be.
func (w *Worker) makePass(ctx context.Context, d *division, pass int, ranges []store.Range) (bool, error) {
	err := w.o.Store.System(ctx, w.o.Now(), func(tx *store.Tx) error {
		if pass == 0 { // what an attempt left that died
			if err := tx.ClearParts(ctx, d.run.Contract, d.run.ID); err != nil {
				return err
			}
		}
		var parts []store.RunPart
		for number, roots := range ranges {
			parts = append(parts, store.RunPart{Contract: d.run.Contract, Run: d.run.ID, Attempt: d.run.Attempts, Pass: pass, Number: number,
				Range: roots, Version: d.version, Prior: d.prior})
		}
		return w.jobs.AddParts(ctx, tx, parts)
	})
	if err != nil {
		return false, err
	}
	for {
		did, err := w.part(ctx, store.PartJob{Contract: d.run.Contract, Run: d.run.ID, Attempt: d.run.Attempts, Pass: pass})
		if err != nil {
			return false, err
		}
		var open int
		var why string
		err = w.o.Store.SystemRead(ctx, func(v *store.View) (err error) {
			open, why, err = v.PartsState(ctx, d.run.Contract, d.run.ID, d.run.Attempts, pass)
			return err
		})
		switch {
		case err != nil || open == 0:
			return err == nil, err
		case why != "":
			w.o.Log.Warn("a run is settled in one piece, since a part of it could not be", "contract", d.run.Contract, "run", d.run.ID, "error", why)
			return false, nil
		case did:
			continue
		}
		select {
		case <-time.After(partWait):
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
}

// partWait is how long whoever has a divided run waits between two looks at the parts that others do.
const partWait = 50 * time.Millisecond

// assess does one job of the queue: one part of a run, if there is one that nobody works on. A job too many finds nothing.
func (w *Worker) assess(ctx context.Context, j store.PartJob) error {
	_, err := w.part(ctx, j)
	return err
}

// part takes up a part and does it; false where there was none, or it did not come to its end, which is noted on it.
func (w *Worker) part(ctx context.Context, j store.PartJob) (bool, error) {
	var p store.RunPart
	err := w.o.Store.System(ctx, w.o.Now(), func(tx *store.Tx) (err error) {
		p, err = tx.TakePart(ctx, j.Contract, j.Run, j.Attempt, j.Pass, w.o.Name, w.o.Lease)
		return err
	})
	if errors.Is(err, store.ErrUnknown) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	held, release := w.hold(ctx, func(ctx context.Context) error { return w.o.Store.KeepPart(ctx, p, w.o.Lease) })
	err = w.assessPart(held, p)
	release()
	if err == nil || errors.Is(err, store.ErrSuperseded) {
		return true, nil
	}
	w.o.Log.Warn("a part of a run did not come to its end", "contract", p.Contract, "run", p.Run, "pass", p.Pass+1, "part", p.Number, "error", err)
	why := ""
	if !store.Passing(err) || p.Takes >= attemptsMax {
		why = err.Error()
	}
	leave, cancel := context.WithTimeout(context.WithoutCancel(ctx), letGo)
	defer cancel()
	return false, w.o.Store.System(leave, w.o.Now(), func(tx *store.Tx) error { return tx.LeavePart(leave, p, why) })
}

// assessPart works a part out, and keeps what it came to.
func (w *Worker) assessPart(ctx context.Context, p store.RunPart) (err error) {
	defer func() {
		if r := recover(); r != nil {
			w.o.Log.Error("a settlement broke a promise of the program", "contract", p.Contract, "run", p.Run, "part", p.Number, "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("the settlement broke a promise of the program, which is a fault in it: %v", r)
		}
	}()
	return w.o.Store.System(ctx, w.o.Now(), func(tx *store.Tx) error {
		if err := tx.Patient(ctx); err != nil {
			return err
		}
		run, err := tx.RunOf(ctx, p.Contract, p.Run)
		if err != nil {
			return err
		}
		if run.Attempts != p.Attempt || run.State != store.RunRunning {
			return store.ErrSuperseded
		}
		terms, _, err := termsOf(ctx, &tx.View, &w.documents, p.Contract, p.Version)
		if err != nil {
			return err
		}
		position, err := tx.PositionUnread(ctx, terms, p.Contract)
		if err != nil {
			return err
		}
		if len(position.Prior) != p.Prior {
			return store.ErrSuperseded
		}
		earlier := make([][]engine.Part, p.Pass)
		for pass := range earlier {
			if earlier[pass], err = tx.PartsFound(ctx, p.Contract, p.Run, p.Attempt, pass); err != nil {
				return err
			}
		}
		snapshot, err := tx.SnapshotOf(ctx, terms, p.Contract, run.Sequence, run.CutOff, &p.Range)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, snapshot.Close()) }()
		writer := tx.WritePart(ctx, p)
		found, err := engine.Assess(terms, occasion(run), watched{snapshot, ctx}, position, p.Number, earlier, writer.Sink)
		if err != nil {
			return err
		}
		var stretch []byte
		if s := snapshot.Stretch(); p.Pass == 0 {
			stretch = s.Bytes()
		}
		return writer.Done(found, stretch)
	})
}

// reduce makes the statement of a run from its parts.
func (d *division) reduce(ctx context.Context, v *store.View, terms *contracts.Contract, position engine.Position, sink engine.Sink) (st statements.Statement, err error) {
	passes := make([][]engine.Part, d.passes)
	for pass := range passes {
		if passes[pass], err = v.PartsFound(ctx, d.run.Contract, d.run.ID, d.run.Attempts, pass); err != nil {
			return st, err
		}
	}
	whole, err := v.SnapshotOf(ctx, terms, d.run.Contract, d.run.Sequence, d.run.CutOff, nil)
	if err != nil {
		return st, err
	}
	defer func() { err = errors.Join(err, whole.Close()) }()
	var fault error
	snapshot := evidence.Join(terms, whole.Whole(), whole.Beside(), d.run.CutOff, v.PartStretches(ctx, d.run.Contract, d.run.ID, d.run.Attempts, &fault))
	if fault != nil {
		return st, fault
	}
	return engine.Reduce(terms, occasion(d.run), snapshot, position, passes, func(number int) iter.Seq2[[]byte, error] {
		return v.PartLines(ctx, d.run.Contract, d.run.ID, d.run.Attempts, d.passes-1, number)
	}, sink)
}

func occasion(run store.Run) engine.Occasion {
	return engine.Occasion{Through: run.Through, CutOff: run.CutOff, Final: run.Kind == store.RunFinal}
}
