package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"outturn/contracts"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
	"outturn/engine/store"
	"outturn/engine/store/storetest"
	"outturn/engine/whatif"
)

// units is how many units the benchmarks are of; each has about five items.
var units = flag.Int("units", 20_000, "units whose evidence is made up, about five items each; the figures of record are of 1,000,000")

// benchStore is a store with one contract, and generated evidence of it that is not yet taken in.
func benchStore(b *testing.B, units int) (*store.Store, string, *contracts.Contract, fstest.MapFS) {
	b.Helper()
	s, url := storetest.NewAt(b)
	begin(b, s)
	c, _ := fixture(b, "work-programme")
	var body bytes.Buffer
	if _, err := whatif.Generate(&body, c, whatif.Generated{Units: units, Seed: 1, Shuffle: true}); err != nil {
		b.Fatal(err)
	}
	return s, url, c, fstest.MapFS{"evidence/a.csv": {Data: body.Bytes()}}
}

func benchReceive(b *testing.B, s *store.Store, id string, c *contracts.Contract, files fstest.MapFS) (batch store.Batch) {
	b.Helper()
	addContract(b, s, id, c)
	act(b, s, id, func(tx *store.Tx) (err error) {
		batch, err = tx.Receive(context.Background(), store.Receipt{Terms: c,
			Batch: store.Batch{ID: "bat_1", Contract: id, Organisation: "org_1", Person: "per_1", Format: "csv", Digest: sha256.Sum256([]byte(id)), At: noon},
			Rows:  func(take func(*evidence.Row) error) error { return ingest.Rows(c, files, ingest.Options{}, take) }})
		return err
	})
	if batch.State != store.BatchAccepted {
		b.Fatalf("%s: %v", batch.State, batch.Faults)
	}
	return batch
}

// benchOwner is a connection of the tables' owner, with no role and no fence.
func benchOwner(b *testing.B, url string) *pgx.Conn {
	b.Helper()
	owner, err := pgx.Connect(context.Background(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = owner.Close(context.Background()) })
	if _, err := owner.Exec(context.Background(), "set search_path = outturn"); err != nil {
		b.Fatal(err)
	}
	return owner
}

// BenchmarkReceive takes in a body of evidence, and in the same run, turn by turn, lets the owner COPY the same rows into
// the same table, bare, with its indexes and constraints. times-copy is what the one took over the other.
func BenchmarkReceive(b *testing.B) {
	s, url, c, files := benchStore(b, *units/5)
	owner, ctx := benchOwner(b, url), context.Background()
	var dump bytes.Buffer
	rows := 0
	var received, copied time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		rows += benchReceive(b, s, fmt.Sprintf("ctr_%d", i), c, files).Accepted
		received += time.Since(began)
		if i == 0 {
			if _, err := owner.PgConn().CopyTo(ctx, &dump, "copy items to stdout binary"); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := owner.Exec(ctx, "truncate items cascade"); err != nil {
			b.Fatal(err)
		}
		began = time.Now()
		if _, err := owner.PgConn().CopyFrom(ctx, bytes.NewReader(dump.Bytes()), "copy items from stdin binary"); err != nil {
			b.Fatal(err)
		}
		copied += time.Since(began)
		if _, err := owner.Exec(ctx, "truncate items cascade"); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)/received.Seconds(), "received/s")
	b.ReportMetric(float64(rows)/copied.Seconds(), "copied/s")
	b.ReportMetric(received.Seconds()/copied.Seconds(), "times-copy")
}

// BenchmarkSettle makes the snapshot from the database, settles it and records the statement; and in the same run, turn
// by turn, reads the same rows, bare and in no order, by pgx. times-read is what the one took over the other.
func BenchmarkSettle(b *testing.B) {
	s, url, c, files := benchStore(b, *units)
	batch := benchReceive(b, s, "ctr_1", c, files)
	clear(files)
	owner := benchOwner(b, url)
	if _, err := owner.Exec(context.Background(), "vacuum analyze items"); err != nil { //nolint:misspell // SQL's own words
		b.Fatal(err)
	}
	benchRead(b, owner, batch.Accepted) // the first reader after a writer tidies up behind it
	var read, settled time.Duration
	for b.Loop() {
		began := time.Now()
		benchRead(b, owner, batch.Accepted)
		read += time.Since(began)
		began = time.Now()
		benchSettle(b, s, c, &batch)
		settled += time.Since(began)
	}
	rows := float64(batch.Accepted) * float64(b.N)
	b.ReportMetric(rows/read.Seconds(), "read/s")
	b.ReportMetric(rows/settled.Seconds(), "settled/s")
	b.ReportMetric(settled.Seconds()/read.Seconds(), "times-read")
}

func benchRead(b *testing.B, owner *pgx.Conn, want int) {
	b.Helper()
	rows, err := owner.Query(context.Background(), `select sequence, root_type, root_key, leaf, path, kind, first, last, learned, is_item, withdraws, withheld,
		id, points, source, party, cohort, facts, said from items`)
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for rows.Next() {
		if len(rows.RawValues()) != 19 {
			b.Fatal("a row is cut short")
		}
		n++
	}
	if err := rows.Err(); err != nil || n != want {
		b.Fatalf("%d rows of %d: %v", n, want, err)
	}
}

func benchSettle(b *testing.B, s *store.Store, c *contracts.Contract, batch *store.Batch) {
	b.Helper()
	ctx := context.Background()
	list := ends(c)
	on := engine.Occasion{Through: list[len(list)-1], CutOff: engine.CutOff(c, list[len(list)-1])}
	_, _, err := s.Act(ctx, commissioner, store.Act{Operation: "settle", Contract: "ctr_1", At: noon, Decides: true}, func(tx *store.Tx) (store.Reply, error) {
		writer, err := tx.Settle(ctx, "ctr_1")
		if err != nil {
			return store.Reply{}, err
		}
		snapshot, err := tx.Snapshot(ctx, c, "ctr_1", batch.Last, on.CutOff)
		if err != nil {
			return store.Reply{}, err
		}
		defer snapshot.Close()
		st, err := engine.Settle(c, on, snapshot, engine.Position{}, writer.Sink)
		if err != nil {
			return store.Reply{}, err
		}
		return store.Reply{}, writer.Commit(store.StatementHead{Contract: "ctr_1", Version: 1, Sequence: batch.Last, By: "engine", At: noon}, st)
	})
	if err != nil {
		b.Fatal(err)
	}
}
