package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"outturn/contracts/calendar"
)

// The life of a run. It is noted as due once, by its own key, and then handed out under a lease: first to the queue, then
// to whoever takes it up. The lease is kept by the database's clock and renewed while the work goes on; no lock is held
// meanwhile, so that evidence can come in. When the work is done its number of attempts must still be the one it was taken
// up with, in the transaction that keeps the statement: whoever was stopped longer than the lease, and superseded, keeps
// nothing.

// ErrSuperseded says that the run was given to another while this one worked on it. What it did is not kept.
var ErrSuperseded = errors.New("the run was given to another meanwhile")

// stoppedMax is how long a process that stops in the middle of a short act keeps its locks.
const stoppedMax = "5s"

// LockSchedule keeps others from scheduling or ending runs of the contract until this short act is done. It makes the
// contract's schedule where there is none.
func (tx *Tx) LockSchedule(ctx context.Context, contract string) (Schedule, error) {
	if err := tx.exec(ctx, "set local idle_in_transaction_session_timeout = '"+stoppedMax+"'"); err != nil {
		return Schedule{}, err
	}
	err := tx.exec(ctx, `insert into schedules (contract, name, cron, zone) values ($1, $2, '', '') on conflict (contract, name) do nothing`, contract, ScheduleSettle)
	if err != nil {
		return Schedule{}, err
	}
	return one[Schedule](ctx, &tx.View, "select "+scheduleColumns+" from schedules where contract = $1 and name = $2 for update", contract, ScheduleSettle)
}

// ScheduleSettle is the name of the schedule by which a contract is settled.
const ScheduleSettle = "settle"

// SettledThrough is the last day that a final statement settles, no day where there is none.
func (v *View) SettledThrough(ctx context.Context, contract string) (calendar.Date, error) {
	var day calendar.Date
	err := v.tx.QueryRow(ctx, "select coalesce(max(through) - date '0001-01-01' + 1, 0) from statements where contract = $1 and status = 'final'", contract).Scan(&day)
	return day, told(err)
}

// RunsAfter lists the runs of a contract through days after a day.
func (v *View) RunsAfter(ctx context.Context, contract string, after calendar.Date) ([]Run, error) {
	return collect[Run](ctx, v, "select "+runColumns+" from runs where contract = $1 and through > date '0001-01-01' + ($2::int - 1) order by through, place",
		contract, int32(after))
}

// RetryFailed makes those runs due again that failed on other evidence, or under other terms, than there are now, and
// reports whether there are others that failed. The schedule is locked.
func (tx *Tx) RetryFailed(ctx context.Context, contract string) (others bool, err error) {
	err = tx.exec(ctx, `update runs r set state = 'due' where contract = $1 and state = 'failed' and (
		sequence < `+lastSQL+`
		or began < (select activated from versions v where v.contract = r.contract and v.state = 'active'))`, contract)
	if err != nil {
		return false, err
	}
	err = tx.tx.QueryRow(ctx, "select exists (select from runs where contract = $1 and state = 'failed')", contract).Scan(&others)
	return others, told(err)
}

// Patient lets this transaction rest between two questions for as long as a long settlement may think. It holds no lock
// that anybody waits for until LockSchedule.
func (tx *Tx) Patient(ctx context.Context) error {
	return tx.exec(ctx, "set local idle_in_transaction_session_timeout = '1h'")
}

// Passing reports whether an error may pass by itself: the database or a disk was not there, another act came first, time
// ran out. Others come again on the same evidence.
func Passing(err error) bool {
	var conflict *Conflict
	if errors.As(err, &conflict) {
		return conflict.Constraint == "statements_follow" || conflict.Constraint == "statements_one_per_number" || conflict.Constraint == "statements_one_per_period"
	}
	var refused *pgconn.PgError
	var disk *fs.PathError
	for _, known := range []error{ErrBusy, ErrUnavailable, ErrSuperseded, context.Canceled, context.DeadlineExceeded, io.ErrUnexpectedEOF} {
		if errors.Is(err, known) {
			return true
		}
	}
	return errors.As(err, &refused) || errors.As(err, &disk)
}

// TakeUp begins work on a run that is due, for so long: ErrBusy where somebody else is at it. A run that is done or
// failed is returned as it is.
func (tx *Tx) TakeUp(ctx context.Context, contract, id, holder string, at time.Time, lease time.Duration) (Run, error) {
	r, err := one[Run](ctx, &tx.View, "select "+runColumns+" from runs where contract = $1 and id = $2 for no key update", contract, id)
	if err != nil || r.State == RunDone || r.State == RunFailed {
		return r, err
	}
	if r.State == RunRunning {
		return r, fmt.Errorf("%s works on it: %w", r.Holder, ErrBusy)
	}
	return one[Run](ctx, &tx.View, `update runs set state = 'running', attempts = attempts + 1, holder = $3, began = $4, ended = null, lease = clock_timestamp() + $5::interval,
		sequence = `+lastSQL+` where contract = $1 and id = $2 returning `+runColumns, contract, id, holder, at, lease)
}

// KeepLease renews the lease of a run. ErrSuperseded where it is another's, or done.
func (s *Store) KeepLease(ctx context.Context, r Run, lease time.Duration) error {
	tag, err := s.engine.Exec(ctx, `update runs set lease = clock_timestamp() + $4::interval where contract = $1 and id = $2 and attempts = $3 and state = 'running'`,
		r.Contract, r.ID, r.Attempts, lease)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrSuperseded
	}
	return told(err)
}

// EndRun ends work on a run: done with its statement, failed, or due again after a while, for which the queue has it. It
// is ErrSuperseded where the run was given to another since it was taken up, and then nothing of this transaction may be
// kept.
func (tx *Tx) EndRun(ctx context.Context, r Run, wait time.Duration) error {
	var statement *int64
	var lease *time.Duration
	if r.State == RunDone {
		statement = &r.Statement
	}
	if r.State == RunDue {
		lease = &wait
	}
	err := tx.change(ctx, `update runs set state = $4, statement = $5, why = $6, ended = $7, lease = clock_timestamp() + $8::interval, holder = ''
		where contract = $1 and id = $2 and attempts = $3 and state = 'running'`, r.Contract, r.ID, r.Attempts, r.State, statement, r.Why, given(r.Ended), lease)
	if errors.Is(err, ErrUnknown) {
		return ErrSuperseded
	}
	return err
}

// AskRun has a run done at once, whatever its schedule says: a new one, one that failed, or a provisional one again. It is
// a *Conflict where the run is under way, or is final and done: a statement is never changed.
func (tx *Tx) AskRun(ctx context.Context, r Run, at time.Time) (Run, error) {
	if _, err := tx.LockSchedule(ctx, r.Contract); err != nil {
		return r, err
	}
	if _, err := tx.AddRun(ctx, r); err != nil {
		return r, err
	}
	r, err := one[Run](ctx, &tx.View, `update runs set state = 'due', statement = null, why = '', attempts = case when state = 'due' then attempts else attempts + 1 end
		where contract = $1 and kind = $2 and through = date '0001-01-01' + ($3::int - 1) and (state in ('due', 'failed') or state = 'done' and kind = 'provisional')
		returning `+runColumns, r.Contract, r.Kind, int32(r.Through))
	if errors.Is(err, ErrUnknown) {
		return r, &Conflict{"runs_once", "this run is under way, or is final and done; a statement is never changed"}
	}
	if err != nil {
		return r, err
	}
	return r, tx.exec(ctx, "update schedules set next_at = least(next_at, $3) where contract = $1 and name = $2", r.Contract, ScheduleSettle, at)
}

// Issue begins a statement without keeping other acts on the contract waiting: whether it may stand is found when it is
// committed.
func (tx *Tx) Issue(ctx context.Context, contract string) (*StatementWriter, error) {
	w := &StatementWriter{ctx: ctx, tx: tx, contract: contract}
	err := tx.tx.QueryRow(ctx, "select nextval(pg_get_serial_sequence('statements', 'place'))").Scan(&w.place)
	return w, told(err)
}

// Place is where the statement will stand.
func (w *StatementWriter) Place() int64 { return w.place }

// FinalFrom finds the first final statement that settles through a day or a later one.
func (v *View) FinalFrom(ctx context.Context, contract string, day calendar.Date) (StatementHead, error) {
	return one[StatementHead](ctx, v, "select "+statementColumns+" from statements where contract = $1 and status = 'final' and statements.through >= date '0001-01-01' + ($2::int - 1) order by number limit 1",
		contract, int32(day))
}

// Clock is the database's clock.
func (s *Store) Clock(ctx context.Context) (now time.Time, err error) {
	err = s.engine.QueryRow(ctx, "select clock_timestamp()").Scan(&now)
	return now, told(err)
}
