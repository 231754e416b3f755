package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
)

// The queue that hands work to the processes that share a database: River's tables, beside ours. What is to be done once
// is kept once by our own tables; a job only wakes somebody up, and one too many finds nothing to do.

const (
	// jobsSchema is where River's tables stand, which are the engine's alone.
	jobsSchema = "outturn_jobs"

	queueRuns    = "runs"
	queueParts   = "parts"
	queueSources = "sources"

	// jobsVersion is the version of River's schema that this release needs.
	jobsVersion = 8
	// jobHours is how long one job may take; a job that is still under way later is taken from whoever has it. A run is
	// taken back much sooner, when its lease ends.
	jobHours = 12 * time.Hour
	// What was done is kept in our own tables. Jobs stay a while for those who look after the service.
	jobKept       = 7 * 24 * time.Hour
	jobFailedKept = 90 * 24 * time.Hour
	// fetchAtMost is how often a process asks for jobs when they come one after the other, as the runs of a contract do.
	fetchAtMost = 20 * time.Millisecond
	// jobConnections is how many connections the queue keeps for itself.
	jobConnections = 6
)

// JobsOptions says what is to be done with jobs, and how many at once in this process.
type JobsOptions struct {
	Runs, Sources int
	Settle        func(ctx context.Context, j RunJob) error
	Assess        func(ctx context.Context, j PartJob) error
	Read          func(ctx context.Context, j SourceJob) error
	Log           *slog.Logger
	// Lease is how long a run is waited for whose job has left the queue before anybody has taken it up.
	Lease time.Duration
	// Grace is how long jobs under way are waited for when the queue stops.
	Grace time.Duration
}

// Jobs is the queue as one process works it.
type Jobs struct {
	pool   *pgxpool.Pool
	client *river.Client[pgx.Tx]
	lease  time.Duration
}

// RunJob asks for a run to be done.
type RunJob struct {
	Contract, Run string
	// Done takes the job out of the queue in the transaction of what it did.
	Done func(ctx context.Context, tx *Tx) error
}

// PartJob asks for one of the parts of a run's pass to be done, whichever nobody works on.
type PartJob struct {
	Contract, Run string
	Attempt, Pass int
}

// SourceJob asks for a source to be read.
type SourceJob struct{ Contract, Source string }

// Later puts a job back into the queue for a while: return it from what was to be done.
func Later(d time.Duration) error { return river.JobSnooze(d) }

// Jobs opens the queue. Nothing is worked on before Start.
func (s *Store) Jobs(ctx context.Context, o JobsOptions) (*Jobs, error) {
	config := s.engine.Config()
	config.MaxConns = jobConnections
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, told(err)
	}
	j := &Jobs{pool: pool, lease: o.Lease}
	if err := j.ready(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &runWorker{settle: o.Settle})
	river.AddWorker(workers, &partWorker{assess: o.Assess})
	river.AddWorker(workers, &sourceWorker{read: o.Read})
	j.client, err = river.NewClient(riverpgxv5.New(pool), &river.Config{
		Schema: jobsSchema, Workers: workers, Logger: o.Log,
		Queues:               map[string]river.QueueConfig{queueRuns: {MaxWorkers: o.Runs}, queueParts: {MaxWorkers: 1}, queueSources: {MaxWorkers: o.Sources}},
		FetchCooldown:        fetchAtMost,
		JobTimeout:           jobHours,
		RescueStuckJobsAfter: jobHours + time.Hour, CompletedJobRetentionPeriod: jobKept,
		CancelledJobRetentionPeriod: jobFailedKept, DiscardedJobRetentionPeriod: jobFailedKept,
		SoftStopTimeout: o.Grace,
	})
	if err != nil {
		pool.Close()
		return nil, err
	}
	return j, nil
}

// ready refuses a database whose queue is not this release's.
func (j *Jobs) ready(ctx context.Context) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(j.pool), &rivermigrate.Config{Schema: jobsSchema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	found, err := migrator.Validate(ctx, &rivermigrate.ValidateOpts{TargetVersion: jobsVersion})
	if err != nil {
		return told(err)
	}
	if !found.OK {
		return errors.New("the database's queue of jobs is not at this release's version; run outturn migrate")
	}
	return nil
}

// Start begins to work on jobs. It returns at once.
func (j *Jobs) Start(ctx context.Context) error { return told(j.client.Start(ctx)) }

// Stop takes no more jobs, waits for those under way as long as the grace lasts, and then breaks them off.
func (j *Jobs) Stop(ctx context.Context) error {
	defer j.pool.Close()
	err := j.client.Stop(ctx)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return nil // broken off
	}
	return err
}

// QueueNext puts the next run of a contract into the queue, and reports whether there was one. What is under way or in the
// queue comes first, and no period is settled for good before the one before it. The schedule is locked.
func (j *Jobs) QueueNext(ctx context.Context, tx *Tx, contract string) (bool, error) {
	run, err := one[Run](ctx, &tx.View, "select "+runColumns+` from runs where contract = $1 and state = 'due'
		and not exists (select from runs o where o.contract = $1 and o.state in ('due', 'running') and o.lease is not null)
		and not (kind = 'final' and exists (select from runs o where o.contract = $1 and o.kind = 'final' and o.through < runs.through and o.state <> 'done'))
		order by due, through, kind desc limit 1`, contract)
	if errors.Is(err, ErrUnknown) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	job, err := j.client.InsertTx(ctx, tx.tx, runArgs{Contract: run.Contract, Run: run.ID}, &river.InsertOpts{Queue: queueRuns})
	if err != nil {
		return false, told(err)
	}
	return true, tx.change(ctx, "update runs set job = $3, lease = clock_timestamp() + $4::interval where contract = $1 and id = $2",
		run.Contract, run.ID, job.Job.ID, j.lease)
}

// QueueSource puts a look at a source into the queue.
func (j *Jobs) QueueSource(ctx context.Context, tx *Tx, s Source) error {
	_, err := j.client.InsertTx(ctx, tx.tx, sourceArgs{Contract: s.Contract, Source: s.Name}, &river.InsertOpts{Queue: queueSources, MaxAttempts: 1})
	return told(err)
}

// lapsed are the runs whose holder was waited for in vain, or whose job is gone from the queue.
const lapsed = `state in ('due', 'running') and lease < clock_timestamp() and not (state = 'due' and exists (
	select from ` + jobsSchema + `.river_job j where j.id = r.job and j.state in ('available', 'pending', 'retryable', 'scheduled')))`

// Lapsed names a contract with a run whose holder was waited for in vain; ErrUnknown where there is none.
func (v *View) Lapsed(ctx context.Context) (string, error) {
	type row struct{ Contract string }
	r, err := one[row](ctx, v, "select contract from runs r where "+lapsed+" limit 1")
	return r.Contract, err
}

// TakeBack takes back the runs of a contract whose holders were waited for in vain. The schedule is locked.
func (tx *Tx) TakeBack(ctx context.Context, contract string) error {
	return tx.exec(ctx, "update runs r set state = 'due', lease = null, holder = '' where contract = $1 and "+lapsed, contract)
}

type runArgs struct {
	Contract string `json:"contract"`
	Run      string `json:"run"`
}

// Kind is the name under which River keeps such jobs.
func (runArgs) Kind() string { return "run" }

type runWorker struct {
	river.WorkerDefaults[runArgs]
	settle func(ctx context.Context, j RunJob) error
}

// Work does one job.
func (w *runWorker) Work(ctx context.Context, job *river.Job[runArgs]) error {
	return w.settle(ctx, RunJob{Contract: job.Args.Contract, Run: job.Args.Run, Done: func(ctx context.Context, tx *Tx) error {
		_, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, pgx.Tx(tx.tx), job)
		if errors.Is(err, rivertype.ErrNotFound) {
			return nil // taken from us; whether what we did stands, the run says
		}
		return told(err)
	}})
}

type partArgs struct {
	Contract string `json:"contract"`
	Run      string `json:"run"`
	Attempt  int    `json:"attempt"`
	Pass     int    `json:"pass"`
}

// Kind is the name under which River keeps such jobs.
func (partArgs) Kind() string { return "part" }

type partWorker struct {
	river.WorkerDefaults[partArgs]
	assess func(ctx context.Context, j PartJob) error
}

// Work does one job.
func (w *partWorker) Work(ctx context.Context, job *river.Job[partArgs]) error {
	return w.assess(ctx, PartJob(job.Args))
}

type sourceArgs struct {
	Contract string `json:"contract"`
	Source   string `json:"source"`
}

// Kind is the name under which River keeps such jobs.
func (sourceArgs) Kind() string { return "source" }

type sourceWorker struct {
	river.WorkerDefaults[sourceArgs]
	read func(ctx context.Context, j SourceJob) error
}

// Work does one job.
func (w *sourceWorker) Work(ctx context.Context, job *river.Job[sourceArgs]) error {
	return w.read(ctx, SourceJob(job.Args))
}

// migrateJobs brings River's tables to the version that this release needs, under the lock under which ours are migrated,
// and lets the engine use them.
func migrateJobs(ctx context.Context, url string) error {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("the database's address cannot be read: %w", err)
	}
	config.ConnConfig.RuntimeParams["search_path"] = jobsSchema
	config.ConnConfig.RuntimeParams["application_name"] = "outturn migrate"
	config.MaxConns = 2
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return told(err)
	}
	defer pool.Close()
	locked, err := pool.Acquire(ctx)
	if err != nil {
		return told(err)
	}
	defer locked.Release()
	if _, err := locked.Exec(ctx, "select pg_advisory_lock($1)", lock.DefaultLockID); err != nil {
		return told(err)
	}
	defer func() { _, _ = locked.Exec(ctx, "select pg_advisory_unlock($1)", lock.DefaultLockID) }() // else the connection's end lets it go
	if _, err := locked.Exec(ctx, "create schema if not exists "+jobsSchema); err != nil {
		return told(err)
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: jobsSchema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: jobsVersion}); err != nil {
		return fmt.Errorf("the queue of jobs could not be migrated: %w", told(err))
	}
	_, err = pool.Exec(ctx, grantJobs)
	return told(err)
}

// grantJobs lets the engine work the queue and auditors look at it, whatever tables this version of River has.
const grantJobs = `do $$
declare
	t text;
begin
	grant usage on schema ` + jobsSchema + ` to outturn_engine, outturn_auditor;
	for t in select tablename from pg_tables where schemaname = '` + jobsSchema + `' and tablename like 'river\_%' loop
		execute format('grant select on ` + jobsSchema + `.%I to outturn_engine, outturn_auditor', t);
		if t <> 'river_migration' then
			execute format('grant insert, update, delete on ` + jobsSchema + `.%I to outturn_engine', t);
		end if;
	end loop;
	for t in select sequencename from pg_sequences where schemaname = '` + jobsSchema + `' and sequencename like 'river\_%' loop
		execute format('grant usage on sequence ` + jobsSchema + `.%I to outturn_engine', t);
	end loop;
end
$$`
