package chaos_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"testing"
	"time"

	"outturn/api"
	"outturn/cmd/outturn/service"
	"outturn/engine/schedule"
	"outturn/engine/store"
	"outturn/engine/store/storetest"
)

// The environment that makes a process of this test a service instead.
const (
	childURL    = "CHAOS_DATABASE"
	childListen = "CHAOS_LISTEN"
	childClock  = "CHAOS_CLOCK"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		if err := serve(url, os.Getenv(childListen), os.Getenv(childClock)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(storetest.Main(m))
}

// clock is one that goes faster than the world's, and says the same in every process.
type clock struct {
	began time.Time // by the world's clock
	says  time.Time // what it said then
	rate  int64     // how many of its seconds go into one of the world's; 0: it stands
}

func (c clock) now() time.Time {
	return c.says.Add(time.Since(c.began) * time.Duration(c.rate)).UTC().Truncate(time.Microsecond)
}

func (c clock) String() string {
	return fmt.Sprintf("%d %d %d", c.began.UnixNano(), c.says.UnixNano(), c.rate)
}

func parseClock(text string) (c clock, err error) {
	var began, says int64
	_, err = fmt.Sscan(text, &began, &says, &c.rate)
	c.began, c.says = time.Unix(0, began), time.Unix(0, says)
	return c, err
}

// serve is what outturn serve does, by a clock of its own: the API and the scheduler on one store, until it is killed.
func serve(url, listen, clockText string) error {
	ctx := context.Background()
	c, err := parseClock(clockText)
	if err != nil {
		return err
	}
	kept, err := store.Open(ctx, store.Options{URL: url, Connections: 16})
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: logLevel()}))
	served, err := api.New(api.Options{Store: service.Join(kept), Now: c.now, Log: log, Limits: api.Limits{PerSecond: 1e6, Burst: 1e6, Strangers: 1e6}})
	if err != nil {
		return err
	}
	worker, err := schedule.New(ctx, schedule.Options{Store: kept, Now: c.now, Name: "process " + strconv.Itoa(os.Getpid()), Log: log, SkewMax: -1,
		Poll: 100 * time.Millisecond, Lease: 800 * time.Millisecond, Runs: 2})
	if err != nil {
		return err
	}
	on, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	if err := worker.Start(ctx); err != nil {
		return err
	}
	fmt.Println("ready")
	return errors.Join(served.Serve(ctx, on), worker.Stop(ctx))
}

// logLevel keeps what the processes log to themselves, unless CHAOS_LOG asks for it: outages are what is tried here.
func logLevel() slog.Level {
	if os.Getenv("CHAOS_LOG") != "" {
		return slog.LevelInfo
	}
	return slog.LevelError + 1
}
