package store

import (
	"context"
	"errors"
	"time"

	"outturn/contracts/calendar"
)

// The kinds and states of a run.
const (
	RunProvisional = "provisional"
	RunFinal       = "final"

	RunDue     = "due"
	RunRunning = "running"
	RunDone    = "done"
	RunFailed  = "failed"
)

// Run is one settlement that is due, under way or done: there is one of each kind for each day settled.
type Run struct {
	Place           int64
	Contract, ID    string
	Kind            string // RunProvisional, RunFinal
	Through, CutOff calendar.Date
	Sequence        int64 // the last item of its evidence; 0 until it began
	State           string
	Statement       int64  // the place of what it made; 0 until it is done
	Attempts        int    // how often it was taken up; who took it up last is known by this number
	Why             string // it failed
	Due             time.Time
	Began, Ended    time.Time // zero until then
	Holder          string    // who works on it, for people
	Number          int       // of the statement it made; 0 until it is done
}

const runColumns = `place, contract, id, kind, through - date '0001-01-01' + 1 as through, cut_off - date '0001-01-01' + 1 as cut_off, sequence, state,
	coalesce(statement, 0) as statement, attempts, why, due, coalesce(began, ` + noTime + `) as began, coalesce(ended, ` + noTime + `) as ended, holder,
	coalesce((select s.number from statements s where s.contract = runs.contract and s.place = runs.statement), 0) as number`

// Runs lists the runs of a contract.
func (v *View) Runs(ctx context.Context, contract string, p Page) ([]Run, error) {
	return collect[Run](ctx, v, "select "+runColumns+" from runs where contract = $1 and place > $2 order by place limit $3", contract, p.After, p.Limit)
}

// Run finds the run of a kind through a day.
func (v *View) Run(ctx context.Context, contract, kind string, through calendar.Date) (Run, error) {
	return one[Run](ctx, v, "select "+runColumns+" from runs where contract = $1 and kind = $2 and through = date '0001-01-01' + ($3::int - 1)",
		contract, kind, int32(through))
}

// RunOf finds a run by its id.
func (v *View) RunOf(ctx context.Context, contract, id string) (Run, error) {
	return one[Run](ctx, v, "select "+runColumns+" from runs where contract = $1 and id = $2", contract, id)
}

// AddRun notes that a settlement is due, and reports whether it was new: there is one run of a kind through a day.
func (tx *Tx) AddRun(ctx context.Context, r Run) (added bool, err error) {
	tag, err := tx.tx.Exec(ctx, `insert into runs (contract, id, kind, through, cut_off, sequence, state, due)
		values ($1, $2, $3, date '0001-01-01' + ($4::int - 1), date '0001-01-01' + ($5::int - 1), 0, 'due', $6)
		on conflict (contract, through, kind) do nothing`, r.Contract, r.ID, r.Kind, int32(r.Through), int32(r.CutOff), r.Due)
	return tag.RowsAffected() == 1, told(err)
}

// TakeRun locks a run to work on it, passing over one that another process holds: ErrBusy then. The lock is kept to the
// end of the transaction, so that whoever was slow finds nothing to do when it comes back.
func (tx *Tx) TakeRun(ctx context.Context, contract, id string) (Run, error) {
	run, err := one[Run](ctx, &tx.View, "select "+runColumns+" from runs where contract = $1 and id = $2 for no key update skip locked", contract, id)
	if !errors.Is(err, ErrUnknown) {
		return run, err
	}
	var there bool
	if err := tx.tx.QueryRow(ctx, "select exists (select from runs where contract = $1 and id = $2)", contract, id).Scan(&there); err != nil {
		return run, told(err)
	}
	if there {
		return run, ErrBusy
	}
	return run, ErrUnknown
}

// SetRun changes how far a run has come. The state done needs the statement that was made, in the same transaction.
func (tx *Tx) SetRun(ctx context.Context, r Run) error {
	var statement *int64
	if r.Statement != 0 {
		statement = &r.Statement
	}
	return tx.change(ctx, `update runs set state = $3, sequence = $4, statement = $5, attempts = $6, why = $7, began = $8, ended = $9
		where contract = $1 and id = $2`, r.Contract, r.ID, r.State, r.Sequence, statement, r.Attempts, r.Why, given(r.Began), given(r.Ended))
}

// Schedule is when a contract is next looked at, by a cron expression in a zone. Times are worked out by the scheduler;
// the zero Next rests, for the reason that Why gives.
type Schedule struct {
	Contract, Name string
	Cron, Zone     string
	Next           time.Time
	Why            string
}

// SetSchedule writes a schedule, new or changed.
func (tx *Tx) SetSchedule(ctx context.Context, s Schedule) error {
	return tx.exec(ctx, `insert into schedules (contract, name, cron, zone, next_at, why) values ($1, $2, $3, $4, $5, $6)
		on conflict (contract, name) do update set cron = excluded.cron, zone = excluded.zone, next_at = excluded.next_at, why = excluded.why`,
		s.Contract, s.Name, s.Cron, s.Zone, given(s.Next), s.Why)
}

const scheduleColumns = "contract, name, cron, zone, coalesce(next_at, " + noTime + ") as next, why"

// Schedules lists the schedules of a contract.
func (v *View) Schedules(ctx context.Context, contract string) ([]Schedule, error) {
	return collect[Schedule](ctx, v, "select "+scheduleColumns+" from schedules where contract = $1 order by name", contract)
}

// DueSchedules takes schedules whose time has come, those that no other process holds, earliest first. They are held to
// the end of the transaction, in which the caller moves each on with SetSchedule and notes what is due.
func (tx *Tx) DueSchedules(ctx context.Context, now time.Time, limit int) ([]Schedule, error) {
	return collect[Schedule](ctx, &tx.View, "select "+scheduleColumns+" from schedules where next_at <= $1 order by next_at limit $2 for update skip locked", now, limit)
}

// ActiveContracts lists the contracts that have an active version, after a place: what a scheduler looks through.
func (v *View) ActiveContracts(ctx context.Context, p Page) ([]ContractHead, error) {
	return collect[ContractHead](ctx, v, "select "+headColumns+` from contracts c where c.place > $1
		and exists (select from versions v where v.contract = c.id and v.state = 'active') order by c.place limit $2`, p.After, p.Limit)
}
