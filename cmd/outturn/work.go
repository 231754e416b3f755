package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"outturn/cmd/outturn/service"
	"outturn/engine/schedule"
	"outturn/engine/store"
)

// workCmd settles what falls due, without answering requests. Any number of processes share a database.
type workCmd struct {
	databaseFlags
	Runs  int  `help:"Settlements at once in this process." default:"2"`
	Quiet bool `help:"Log only what went wrong."`
}

// Run works until it is interrupted, and lets what is under way finish.
func (cmd *workCmd) Run(w world) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the program as usual
	db, err := cmd.open(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if db.server != nil { // somebody's database is migrated when they say so
		if _, err := store.Migrate(ctx, db.owner); err != nil {
			return err
		}
	}
	kept, err := store.Open(ctx, store.Options{URL: db.url})
	if err != nil {
		return err
	}
	defer kept.Close()
	level := slog.LevelInfo
	if cmd.Quiet {
		level = slog.LevelWarn
	}
	log := slog.New(slog.NewJSONHandler(w.stderr, &slog.HandlerOptions{Level: level}))
	finish, err := startWork(ctx, kept, log, cmd.Runs)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.stdout, "Outturn settles what falls due, on %s.\n", db.name())
	<-ctx.Done()
	return finish()
}

// stopWait is how long a worker may take to stop once what is under way was broken off.
const stopWait = time.Minute

// startWork begins to settle what falls due and to read sources, beside whatever else the process does, and returns what
// ends it in good order.
func startWork(ctx context.Context, kept *store.Store, log *slog.Logger, runs int) (finish func() error, err error) {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	worker, err := schedule.New(ctx, schedule.Options{Store: kept, Now: time.Now, Name: fmt.Sprintf("%s, process %d", host, os.Getpid()), Log: log, Runs: runs,
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
