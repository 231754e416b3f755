package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/engine/store"
)

// Options are what a Worker is made of.
type Options struct {
	Store *store.Store
	Now   func() time.Time // the service's one clock
	Name  string           // of this process, for people
	Log   *slog.Logger     // discarded when nil

	Runs    int           // settlements at once in this process: 2 when nought
	Poll    time.Duration // between two looks at what is due: 2 seconds when nought
	Lease   time.Duration // how long a process that says nothing is waited for: 1 minute when nought
	Grace   time.Duration // how long work under way is waited for by Stop: 20 seconds when nought
	SkewMax time.Duration // how far the clock may be from the database's: 5 seconds when nought, any when below

	// PartRows is about how many rows of evidence a part of a divided run has: 4,000,000 when nought. A run over no more is
	// settled in one piece, and every run where it is below nought.
	PartRows int64

	// KeepRoots is how many roots a contract must have for what a statement leaves for the next to be kept: 1,000 when
	// nought; below nought, nothing is kept and every run is in full.
	KeepRoots int

	Memory  int64        // bytes of a snapshot that is held: the store's default when nought
	TempDir string       // for what does not fit; the system's when ""
	HTTP    *http.Client // for sources; one of our own when nil
	Private bool         // sources may lie at addresses that are not public
	Admit   Admit        // looks at each row of a source; nil: rows are only held to the contract
}

// Worker looks for what is due and does its share of it.
type Worker struct {
	o    Options
	jobs *store.Jobs

	documents language.Documents

	share int // one in how many roots may be another for a run to be made of these alone
	stop  context.CancelFunc
	done  sync.WaitGroup
	said  string // the last thing that went wrong with a look
}

// New makes a Worker on a store. Nothing is done before Start.
func New(ctx context.Context, o Options) (*Worker, error) {
	if o.Store == nil || o.Now == nil || o.Name == "" {
		return nil, errors.New("schedule: a worker needs a store, a clock and a name")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	defaults := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	defaults(&o.Poll, 2*time.Second)
	defaults(&o.Lease, time.Minute)
	defaults(&o.Grace, 20*time.Second)
	defaults(&o.SkewMax, 5*time.Second)
	if o.Runs <= 0 {
		o.Runs = 2
	}
	if o.KeepRoots == 0 {
		o.KeepRoots = keepRootsDefault
	}
	if o.PartRows == 0 {
		o.PartRows = partRowsDefault
	}
	if o.HTTP == nil {
		o.HTTP = client(o.Private)
	}
	w := &Worker{o: o, share: renewShare}
	var err error
	w.jobs, err = o.Store.Jobs(ctx, store.JobsOptions{Runs: o.Runs, Sources: 1, Settle: w.run, Assess: w.assess, Read: w.read, Log: o.Log, Lease: o.Lease, Grace: o.Grace})
	return w, err
}

// Start begins to look and to work, until Stop.
func (w *Worker) Start(ctx context.Context) error {
	ctx, w.stop = context.WithCancel(ctx)
	if err := w.jobs.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	w.done.Go(func() {
		tick := time.NewTicker(w.o.Poll)
		defer tick.Stop()
		for {
			w.note(w.Look(ctx))
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	})
	return nil
}

// Stop takes up nothing more, and waits for what is under way until the grace is over; then it is broken off, and another
// process takes it up, or this one when it is started again.
func (w *Worker) Stop(ctx context.Context) error {
	if w.stop != nil {
		w.stop()
	}
	w.done.Wait()
	return w.jobs.Stop(ctx)
}

// note logs what went wrong with a look, once until something else does.
func (w *Worker) note(err error) {
	said := ""
	if err != nil && !errors.Is(err, context.Canceled) {
		said = err.Error()
	}
	if said != w.said {
		w.said = said
		if said != "" {
			w.o.Log.Error("looking for what is due", "error", said)
		}
	}
}

// Look looks once for what is due, and puts it into the queue. It may be called by any number of processes at once.
func (w *Worker) Look(ctx context.Context) error {
	now := w.o.Now()
	if err := w.clockIsRight(ctx, now); err != nil {
		return err
	}
	for _, look := range []func(context.Context, *store.Tx, time.Time) (more bool, err error){w.takeBack, w.lookAtContract, w.lookAtSource} {
		for more := true; more; {
			err := w.o.Store.System(ctx, now, func(tx *store.Tx) (err error) {
				more, err = look(ctx, tx, now)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// clockIsRight refuses to settle by a clock that is not the database's.
func (w *Worker) clockIsRight(ctx context.Context, now time.Time) error {
	if w.o.SkewMax < 0 {
		return nil
	}
	database, err := w.o.Store.Clock(ctx)
	if err != nil {
		return err
	}
	if skew := database.Sub(now).Abs(); skew > w.o.SkewMax {
		return fmt.Errorf("this machine's clock is %s from the database's, and %s is the most: nothing is settled until they agree; see to NTP on both", skew.Round(time.Second), w.o.SkewMax)
	}
	return nil
}

// takeBack takes a run back whose holder was waited for in vain.
func (w *Worker) takeBack(ctx context.Context, tx *store.Tx, _ time.Time) (bool, error) {
	contract, err := tx.Lapsed(ctx)
	if errors.Is(err, store.ErrUnknown) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, err := tx.LockSchedule(ctx, contract); err != nil {
		return false, err
	}
	if err := tx.TakeBack(ctx, contract); err != nil {
		return false, err
	}
	w.o.Log.Warn("a run is taken back whose holder said nothing", "contract", contract)
	_, err = w.jobs.QueueNext(ctx, tx, contract)
	return true, err
}

// lookAtContract notes what is due of one contract whose time has come.
func (w *Worker) lookAtContract(ctx context.Context, tx *store.Tx, now time.Time) (bool, error) {
	list, err := tx.DueSchedules(ctx, now, 1)
	if err != nil || len(list) == 0 {
		return false, err
	}
	s := list[0]
	s.Next, s.Why = time.Time{}, ""
	if s.Name != store.ScheduleSettle {
		s.Why = "nobody knows a schedule of this name"
		return true, tx.SetSchedule(ctx, s)
	}
	if _, err := tx.LockSchedule(ctx, s.Contract); err != nil {
		return false, err
	}
	terms, _, err := inForce(ctx, &tx.View, &w.documents, s.Contract)
	var k *Calendar
	if err == nil {
		k, err = NewCalendar(terms)
	}
	if err != nil {
		if store.Passing(err) {
			return false, err
		}
		w.o.Log.Error("a contract cannot be scheduled", "contract", s.Contract, "error", err)
		s.Why = err.Error() // it rests until another version is in force
		return true, tx.SetSchedule(ctx, s)
	}
	s.Cron, s.Zone = terms.Calendar.Run, terms.Calendar.Zone
	if s.Next, err = w.noteDue(ctx, tx, k, s.Contract, now); err != nil {
		return false, err
	}
	if err := tx.SetSchedule(ctx, s); err != nil {
		return false, err
	}
	_, err = w.jobs.QueueNext(ctx, tx, s.Contract)
	return true, err
}

// noteDue notes every run that is due, each once by its own key, and returns when to look again.
func (w *Worker) noteDue(ctx context.Context, tx *store.Tx, k *Calendar, contract string, now time.Time) (next time.Time, err error) {
	settled, err := tx.SettledThrough(ctx, contract)
	if err != nil {
		return next, err
	}
	runs, err := tx.RunsAfter(ctx, contract, settled)
	if err != nil {
		return next, err
	}
	noted := map[Due]bool{}
	for _, r := range runs {
		noted[Due{Kind: Kind(r.Kind), Through: r.Through}] = true
	}
	due, next := k.Due(settled, func(kind Kind, through calendar.Date) bool { return noted[Due{Kind: kind, Through: through}] }, now)
	for _, d := range due {
		if _, err := tx.AddRun(ctx, runOf(contract, d)); err != nil {
			return next, err
		}
	}
	failed, err := tx.RetryFailed(ctx, contract)
	if again, ok := k.times.After(now); failed && ok && (next.IsZero() || again.Before(next)) {
		next = again // evidence may have come by then
	}
	return next, err
}

// runOf is a run as the store keeps it.
func runOf(contract string, d Due) store.Run {
	return store.Run{Contract: contract, ID: string(d.Kind) + "-" + d.Through.String(), Kind: string(d.Kind), Through: d.Through, CutOff: d.CutOff, Due: d.At}
}

// inForce reads the version of a contract that settles.
func inForce(ctx context.Context, v *store.View, read *language.Documents, contract string) (*contracts.Contract, store.Version, error) {
	head, err := v.Contract(ctx, contract)
	if err != nil {
		return nil, store.Version{}, err
	}
	if head.Active == 0 {
		return nil, store.Version{}, errors.New("no version of the contract is in force")
	}
	return termsOf(ctx, v, read, contract, head.Active)
}

// termsOf reads a version of a contract.
func termsOf(ctx context.Context, v *store.View, read *language.Documents, contract string, number int) (*contracts.Contract, store.Version, error) {
	version, err := v.Version(ctx, contract, number)
	if err != nil {
		return nil, version, err
	}
	terms, err := read.Decode(fmt.Sprintf("%s, version %d", contract, number), version.Document)
	return terms, version, err
}
