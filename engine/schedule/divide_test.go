package schedule

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
	"outturn/engine/store"
)

// Every fixture settles to the same bytes whether its runs are divided, among processes of which two share the parts, or not.
func TestFixturesSettleAlikeDividedOrNot(t *testing.T) {
	w := newWorld(t)
	now := at(t, "1980-01-01T12:00:00Z") // nothing is due by itself
	undivided := w.worker(&now, func(o *Options) { o.PartRows = -1 })
	dividing := w.worker(&now)
	entries, err := os.ReadDir(filepath.Join("..", "..", "fixtures"))
	if err != nil {
		t.Fatal(err)
	}
	compared, passes := 0, map[int]int{}
	for _, entry := range entries {
		dir := filepath.Join("..", "..", "fixtures", entry.Name())
		document, err := os.ReadFile(filepath.Join(dir, "contract.yaml"))
		if err != nil {
			continue
		}
		c := w.decode(string(document))
		plain, divided := entry.Name()+"-1", entry.Name()+"-2"
		for _, id := range []string{plain, divided} {
			w.bring(id, 1, c, w.at)
			w.sendFolder(id, c, dir)
		}
		rows := int64(w.count(fmt.Sprintf("select max(sequence) from items where contract = '%s'", divided)))
		dividing.o.PartRows = max(rows/3, 1)
		for _, through := range someEnds(c) {
			one, two := w.settleNow(undivided, plain, c, through, Final), w.settleNow(dividing, divided, c, through, Final)
			if one.State != two.State || one.Why != two.Why {
				t.Errorf("%s through %s: %s %s, divided %s %s", entry.Name(), through, one.State, one.Why, two.State, two.Why)
			}
			if one.State != store.RunDone {
				continue
			}
			compared++
			n, err := engine.Passes(c, occasion(one))
			if err != nil {
				t.Fatal(err)
			}
			passes[n]++
		}
		w.alike(plain, divided)
	}
	parts := w.count("select count(*) from outturn_jobs.river_job where kind = 'part'")
	if compared < 40 || parts < 3*compared || len(passes) < 3 {
		t.Errorf("%d statements compared, of %v by passes, in %d parts: too few to show anything", compared, passes, parts)
	}
	if n := w.count("select (select count(*) from parts) + (select count(*) from part_lines)"); n != 0 {
		t.Errorf("%d rows of parts are left", n)
	}
}

// settleNow has a worker do a run at once.
func (w *world) settleNow(s *Worker, id string, c *contracts.Contract, through calendar.Date, kind Kind) store.Run {
	w.Helper()
	ctx := context.Background()
	run := runOf(id, Due{Kind: kind, Through: through, CutOff: engine.CutOff(c, through), At: s.o.Now()})
	w.system(func(tx *store.Tx) error {
		_, err := tx.AskRun(ctx, run, s.o.Now().Add(time.Hour))
		return err
	})
	if err := s.run(ctx, store.RunJob{Contract: id, Run: run.ID, Done: func(context.Context, *store.Tx) error { return nil }}); err != nil {
		w.Fatal(err)
	}
	w.system(func(tx *store.Tx) (err error) {
		run, err = tx.RunOf(ctx, id, run.ID)
		return err
	})
	return run
}

func (w *world) sendFolder(id string, c *contracts.Contract, dir string) {
	w.Helper()
	w.act(id, func(tx *store.Tx) error {
		b, err := tx.Receive(context.Background(), store.Receipt{Terms: c,
			Batch: store.Batch{ID: "bat_1", Contract: id, Organisation: "org_1", Person: "per_1", Format: "csv", Digest: sha256.Sum256([]byte(dir)), At: w.at},
			Rows: func(take func(*evidence.Row) error) error {
				return ingest.Rows(c, os.DirFS(dir), ingest.Options{}, take)
			}})
		if err == nil && b.State != store.BatchAccepted {
			w.Fatalf("%+v", b)
		}
		return err
	})
}

// someEnds are the last days of two periods of a contract: one half way, and the last.
func someEnds(c *contracts.Contract) (list []calendar.Date) {
	series := &c.Periods[c.Calendar.Settle].Series
	n := series.Len()
	for _, number := range []int{(n + 1) / 2, n} {
		span, ok := series.Span(number)
		if through := min(span.Last, c.Last); ok && (len(list) == 0 || through > list[len(list)-1]) {
			list = append(list, through)
		}
	}
	return list
}
