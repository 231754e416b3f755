package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"outturn/cmd/outturn/service"
	"outturn/cmd/outturn/terminal"
	"outturn/engine/schedule"
	"outturn/engine/store"
)

// workCmd settles what falls due, without answering requests. Any number of processes share a database.
type workCmd struct {
	databaseFlags
	Runs           int  `help:"Settlements at once in this process." default:"2"`
	PrivateSources bool `help:"Fetch evidence from addresses that are not public, too."`
	partFlags
	Quiet bool `help:"Log only what went wrong."`
}

// partFlags say when a settlement is divided among processes.
type partFlags struct {
	PartRows int64 `help:"A settlement over more rows of evidence than this is divided into parts of about so many, which every process helps to work out; below nought, none is." default:"4000000"`
}

// Run works until it is interrupted, and lets what is under way finish.
func (cmd *workCmd) Run(w terminal.World) error {
	return cmd.untilInterrupted(w, func(ctx context.Context, db *database, kept *store.Store) error { return cmd.work(ctx, w, db, kept) })
}

func (cmd *workCmd) work(ctx context.Context, w terminal.World, db *database, kept *store.Store) error {
	log := newLog(w, cmd.Quiet)
	finish, err := startWork(ctx, kept, log, cmd.Runs, cmd.PartRows, cmd.PrivateSources)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Stdout, "Outturn settles what falls due, on %s.\n", db.name())
	<-ctx.Done()
	return finish()
}

// stopWait is how long a worker may take to stop once what is under way was broken off.
const stopWait = time.Minute

// startWork begins to settle what falls due and to read sources, beside whatever else the process does, and returns what
// ends it in good order.
func startWork(ctx context.Context, kept *store.Store, log *slog.Logger, runs int, partRows int64, private bool) (finish func() error, err error) {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	worker, err := schedule.New(ctx, schedule.Options{Store: kept, Now: time.Now, Name: fmt.Sprintf("%s, process %d", host, os.Getpid()), Log: log, Runs: runs, PartRows: partRows, Private: private,
		Admit: service.Admit(kept, time.Now)})
	if err != nil {
		return nil, err
	}
	if err := worker.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, err
	}
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), stopWait)
		defer cancel()
		return worker.Stop(ctx)
	}, nil
}
