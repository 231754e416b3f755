package service_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"outturn/api/client"
	"outturn/engine/evidence"
	"outturn/engine/schedule"
	"outturn/engine/store"
)

// held keeps whatever writes to a table waiting there, until it is let go.
func (w *world) held(table string) (waits func() bool, letGo func()) {
	w.t.Helper()
	ctx := context.Background()
	owner, err := pgx.Connect(ctx, w.url+" search_path=outturn")
	must(w.t, owner, err)
	_, err = owner.Exec(ctx, "begin; lock table "+table+" in share mode")
	must(w.t, 0, err)
	var once sync.Once
	letGo = func() {
		once.Do(func() {
			_, err := owner.Exec(ctx, "rollback")
			must(w.t, 0, err)
		})
	}
	w.t.Cleanup(func() {
		letGo()
		_ = owner.Close(ctx)
	})
	return func() (yes bool) {
		err := owner.QueryRow(ctx, "select exists (select from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid)))").Scan(&yes)
		return must(w.t, yes, err)
	}, letGo
}

// Evidence is taken in at once while a settlement of the same contract is at its very end, with all its locks: the schedule's,
// which writes what it leaves for the next run, and one that somebody asked for, which writes its payments.
func TestEvidenceComesInWhileARunEnds(t *testing.T) {
	for _, way := range []struct {
		name, table string
		settle      func(w *world, c *cast)
	}{
		{"schedule", "kept", func(w *world, c *cast) { w.worksAs(c, func(o *schedule.Options) { o.KeepRoots = 1 }) }},
		{"person", "payments", func(w *world, c *cast) {
			st, err := c.payer.Settle(w.ctx, c.contract, "2026-03-15", "")
			must(w.t, st, err)
		}},
	} {
		t.Run(way.name, func(t *testing.T) {
			w := newWorld(t, nil)
			c := w.weekly()
			w.joins(c, "2026-03-03", "2026-03-10")
			waits, letGo := w.held(way.table)
			settled := make(chan struct{})
			go func() {
				defer close(settled)
				way.settle(w, c)
			}()
			for !waits() {
				select {
				case <-settled:
					t.Fatal("the settlement was not held")
				case <-time.After(5 * time.Millisecond):
				}
			}
			const answer = 5 * time.Second // much sooner than what waits for a lock is told so
			ctx, cancel := context.WithTimeout(w.ctx, answer)
			defer cancel()
			for n := range 3 {
				body := strings.NewReader(fmt.Sprintf("kind,participant,day\nattachment,Q%d,2026-03-17\n", n))
				b, err := c.provider.SendBatch(ctx, c.contract, client.Evidence{ContentType: "text/csv", Body: body})
				if must(t, b, err).State != "accepted" {
					t.Errorf("%+v", b)
				}
			}
			if !waits() {
				t.Error("the settlement did not wait to the end")
			}
			letGo()
			<-settled
			list, err := c.payer.Statements(w.ctx, c.contract, "")
			if must(t, list, err); len(list.Items) == 0 {
				t.Fatal("nothing was settled")
			}
		})
	}
}

// While runs have every connection that is theirs, people are known, answered and refused.
func TestPeopleWaitForNoConnectionOfARun(t *testing.T) {
	w := newWorld(t, nil)
	c := w.weekly()
	var under, busy sync.WaitGroup
	release := make(chan struct{})
	for range w.store.EngineConnections() {
		under.Add(1)
		busy.Go(func() {
			err := w.store.System(context.Background(), w.clock(), func(*store.Tx) error {
				under.Done()
				<-release
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	under.Wait()
	ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
	defer cancel()
	body := strings.NewReader("kind,participant,day\nattachment,Q1,2026-03-17\n")
	b, err := c.provider.SendBatch(ctx, c.contract, client.Evidence{ContentType: "text/csv", Body: body})
	if err != nil || b.State != "accepted" {
		t.Errorf("%+v: %v", b, err)
	}
	if _, err := c.auditor.Settle(ctx, c.contract, "2026-03-15", ""); status(err) != http.StatusForbidden {
		t.Errorf("an auditor who settles: %v", err)
	}
	close(release)
	busy.Wait()
}

// A process that answers people beside its runs has more threads than workers, and as many workers as before.
func TestRoomIsLeftBesideWorkers(t *testing.T) {
	workers, threads := evidence.Workers(), runtime.GOMAXPROCS(0)
	evidence.LeaveRoom(2)
	defer evidence.LeaveRoom(-2)
	if evidence.Workers() != workers || runtime.GOMAXPROCS(0) != threads+2 {
		t.Errorf("%d workers and %d threads, before %d and %d", evidence.Workers(), runtime.GOMAXPROCS(0), workers, threads)
	}
}
