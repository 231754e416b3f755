package schedule

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/statements"
	"outturn/engine/store"
)

// The run of one settlement. It is taken up under a lease; then one long transaction reads the evidence, settles, and
// writes lines as they come, while nobody waits for it; and at its end a short while under the contract's schedule finds
// that the run is still this process's, and keeps statement, postings, audit, the run and its job, all or nothing.

const (
	// attemptsMax is how often a run that meets what may pass is tried before it stops and waits for people.
	attemptsMax = 20
	backoffMax  = 5 * time.Minute
	whyMax      = 4000 // letters of a reason that are kept
	// letGo is how long a process that is told to stop takes to say so.
	letGo = 10 * time.Second
)

// actor is who does what nobody asked for, in the audit log and on statements.
const actor = "schedule"

// run does one job of the queue. An error puts the job back; what becomes of the run is noted on the run.
func (w *Worker) run(ctx context.Context, j store.RunJob) error {
	var run store.Run
	err := w.o.Store.System(ctx, w.o.Now(), func(tx *store.Tx) (err error) {
		run, err = tx.TakeUp(ctx, j.Contract, j.Run, w.o.Name, w.o.Now(), w.o.Lease)
		return err
	})
	switch {
	case errors.Is(err, store.ErrUnknown), errors.Is(err, store.ErrBusy):
		return nil // a job too many: whoever has the run is waited for by its lease
	case err != nil:
		return err
	case run.State != store.RunRunning:
		return nil
	}
	held, release := w.hold(ctx, func(ctx context.Context) error { return w.o.Store.KeepLease(ctx, run, w.o.Lease) })
	err = w.overtaken(held, run, w.settle(held, run, j))
	if cause := context.Cause(held); err != nil && cause != nil && ctx.Err() == nil {
		err = errors.Join(cause, err)
	}
	release()
	if err == nil || errors.Is(err, store.ErrSuperseded) {
		return nil
	}
	return w.ended(context.WithoutCancel(ctx), run, err, errors.Is(ctx.Err(), context.Canceled))
}

// hold renews a lease until it is released, and ends its context when it is another's.
func (w *Worker) hold(ctx context.Context, keep func(ctx context.Context) error) (held context.Context, release func()) {
	held, cancel := context.WithCancelCause(ctx)
	stopped := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(w.o.Lease / 4)
		defer tick.Stop()
		for {
			select {
			case <-stopped:
				return
			case <-held.Done():
				return
			case <-tick.C:
			}
			// While the run ends in its own transaction this waits, and then finds it ended.
			if err := keep(held); errors.Is(err, store.ErrSuperseded) {
				cancel(err)
			}
		}
	}()
	return held, func() {
		close(stopped)
		cancel(nil)
		<-done
	}
}

// settle makes the statement of a run, and keeps it with everything that goes with it.
func (w *Worker) settle(ctx context.Context, run store.Run, j store.RunJob) (err error) {
	defer func() {
		if r := recover(); r != nil {
			w.o.Log.Error("a settlement broke a promise of the program", "contract", run.Contract, "run", run.ID, "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("the settlement broke a promise of the program, which is a fault in it: %v", r)
		}
	}()
	made := &making{}
	if made.renewed, made.why, err = w.renewal(ctx, run); err != nil {
		return err
	}
	if made.renewed == nil {
		if made.divided, err = w.divide(ctx, run); err != nil {
			return err
		}
	}
	return w.o.Store.System(ctx, w.o.Now(), func(tx *store.Tx) error {
		if err := tx.Patient(ctx); err != nil {
			return err
		}
		if done, err := w.settledAlready(ctx, tx, run, j); done || err != nil {
			return err
		}
		terms, version, err := inForce(ctx, &tx.View, &w.documents, run.Contract)
		if err != nil {
			return err
		}
		writer, err := tx.Issue(ctx, run.Contract)
		if err != nil {
			return err
		}
		st, kept, err := w.make(ctx, tx, terms, version, run, made, writer.Sink)
		if err != nil {
			return err
		}
		if _, err := tx.LockSchedule(ctx, run.Contract); err != nil {
			return err
		}
		run.Statement = writer.Place()
		if err := w.keep(ctx, tx, run, j, fmt.Sprintf("%s statement %d through %s", st.Status, st.Number, st.Through)+made.how()); err != nil {
			return err
		}
		if err := writer.Commit(store.StatementHead{Contract: run.Contract, Version: version.Number, Sequence: run.Sequence, By: actor, At: w.o.Now()}, st); err != nil {
			return err
		}
		return kept.keep(ctx, tx, run)
	})
}

// making is how the statement of a run is made: of what changed, of parts, or else in one piece.
type making struct {
	renewed *renewal
	divided *division
	why     string // not of what changed
}

// how says it for the run's record; nothing of what is done so always.
func (m *making) how() string {
	switch {
	case m.renewed != nil:
		return fmt.Sprintf("; %d of %d roots were not what they were", m.renewed.changed, m.renewed.kept.Roots)
	case m.why != "":
		return "; in full, since " + m.why
	}
	return ""
}

// make makes the statement of a run, and what it leaves for the next.
func (w *Worker) make(ctx context.Context, tx *store.Tx, terms *contracts.Contract, version store.Version, run store.Run, how *making, sink engine.Sink) (statements.Statement, *keeping, error) {
	if how.renewed != nil {
		return how.renewed.make(ctx, tx, terms, version, run, sink)
	}
	if how.divided == nil {
		return w.settleKeeping(ctx, &tx.View, terms, run, sink)
	}
	position, _, err := tx.Position(ctx, terms, run.Contract, 0)
	if err != nil {
		return statements.Statement{}, nil, err
	}
	if version.Number != how.divided.version || len(position.Prior) != how.divided.prior {
		return statements.Statement{}, nil, fmt.Errorf("the contract was varied or settled while the parts of the run were worked out: %w", store.ErrBusy)
	}
	st, err := how.divided.reduce(ctx, &tx.View, terms, position, sink)
	return st, nil, err
}

// overtaken is why a run did not come to its end, which passes where somebody settled its period for good meanwhile: begun again, it
// finds that.
func (w *Worker) overtaken(ctx context.Context, run store.Run, why error) error {
	if why == nil || store.Passing(why) {
		return why
	}
	var settled calendar.Date
	err := w.o.Store.SystemRead(ctx, func(v *store.View) (err error) {
		settled, err = v.SettledThrough(ctx, run.Contract)
		return err
	})
	if err != nil || settled < run.Through || errors.Is(why, errLate) {
		return why
	}
	return fmt.Errorf("%w; somebody settled %s for good meanwhile: %w", why, settled, store.ErrBusy)
}

// errLate is of a final run for a period that is settled with a later one.
var errLate = errors.New("a later day is settled for good already; what this period is worth is in that statement")

// settledAlready ends a run whose period somebody settled meanwhile. Of a period that was settled with a later one there is
// nothing provisional left to say, and no final statement of its own to come.
func (w *Worker) settledAlready(ctx context.Context, tx *store.Tx, run store.Run, j store.RunJob) (bool, error) {
	head, err := tx.FinalFrom(ctx, run.Contract, run.Through)
	switch {
	case errors.Is(err, store.ErrUnknown):
		return false, nil
	case err != nil:
		return false, err
	case run.Kind == store.RunFinal && head.Through != run.Through:
		return false, fmt.Errorf("statement %d through %s: %w", head.Number, head.Through, errLate)
	}
	if _, err := tx.LockSchedule(ctx, run.Contract); err != nil {
		return false, err
	}
	run.Statement = head.Place
	return true, w.keep(ctx, tx, run, j, fmt.Sprintf("final statement %d through %s, which stood already", head.Number, head.Through))
}

// keep ends a run as done, takes its job out of the queue, writes the act down, and puts the contract's next run into the
// queue. The schedule is locked.
func (w *Worker) keep(ctx context.Context, tx *store.Tx, run store.Run, j store.RunJob, made string) error {
	run.State, run.Why, run.Ended = store.RunDone, "", w.o.Now()
	if err := tx.EndRun(ctx, run, 0); err != nil {
		return err
	}
	if err := tx.ClearParts(ctx, run.Contract, run.ID); err != nil {
		return err
	}
	if err := w.audit(ctx, tx, run, 201, made); err != nil {
		return err
	}
	if err := j.Done(ctx, tx); err != nil {
		return err
	}
	_, err := w.jobs.QueueNext(ctx, tx, run.Contract)
	return err
}

func (w *Worker) audit(ctx context.Context, tx *store.Tx, run store.Run, status int, subject string) error {
	head, err := tx.Contract(ctx, run.Contract)
	if err != nil {
		return err
	}
	return tx.Audit(ctx, store.AuditRow{Contract: run.Contract, Organisation: head.Organisation, Person: actor, Operation: "run-" + run.Kind, RequestID: run.ID,
		Status: status, Subject: subject, At: w.o.Now()})
}

// ended notes why a run did not come to its end: due again after a while where that may pass, else failed. Nothing of
// what it did was kept.
func (w *Worker) ended(ctx context.Context, run store.Run, why error, stopping bool) error {
	ctx, cancel := context.WithTimeout(ctx, letGo)
	defer cancel()
	wait := min(time.Second<<min(run.Attempts, 16), backoffMax)
	run.State, run.Ended = store.RunDue, w.o.Now()
	run.Why = why.Error()
	if len(run.Why) > whyMax {
		run.Why = run.Why[:whyMax]
	}
	failed := false
	switch {
	case stopping:
		wait, run.Why = 0, ""
	case !store.Passing(why):
		failed = true
	case run.Attempts%attemptsMax == 0:
		failed = true
		run.Why = fmt.Sprintf("given up after %d attempts; the last: %s", run.Attempts, run.Why)
	}
	if failed {
		run.State = store.RunFailed
	}
	w.o.Log.Warn("a run did not come to its end", "contract", run.Contract, "run", run.ID, "attempt", run.Attempts, "failed", failed, "error", why)
	err := w.o.Store.System(ctx, w.o.Now(), func(tx *store.Tx) error {
		if _, err := tx.LockSchedule(ctx, run.Contract); err != nil {
			return err
		}
		if err := tx.EndRun(ctx, run, wait+w.o.Lease); err != nil || !failed {
			return err
		}
		if err := tx.ClearParts(ctx, run.Contract, run.ID); err != nil {
			return err
		}
		if err := w.audit(ctx, tx, run, 422, run.Why); err != nil {
			return err
		}
		_, err := w.jobs.QueueNext(ctx, tx, run.Contract)
		return err
	})
	switch {
	case errors.Is(err, store.ErrSuperseded), err == nil && failed:
		return nil
	case err != nil:
		return errors.Join(err, why) // the lease ends, and the run is taken back
	}
	return store.Later(wait)
}

// settleOn settles the occasion of a run from the database.
func settleOn(ctx context.Context, v *store.View, terms *contracts.Contract, run store.Run, sink engine.Sink) (st statements.Statement, err error) {
	snapshot, err := v.Snapshot(ctx, terms, run.Contract, run.Sequence, run.CutOff)
	if err != nil {
		return st, err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	position, _, err := v.Position(ctx, terms, run.Contract, 0)
	if err != nil {
		return st, err
	}
	return Settle(ctx, terms, occasion(run), snapshot, position, sink)
}
