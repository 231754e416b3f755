package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"outturn/contracts"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
	"outturn/engine/store"
	"outturn/engine/store/storetest"
	"outturn/engine/whatif"
)

// benchUnits is how many units the benchmarks are of; each has about five items.
const benchUnits = 50_000

// benchStore is a store with one contract, and generated evidence of it that is not yet taken in.
func benchStore(b *testing.B) (*store.Store, string, *contracts.Contract, fstest.MapFS) {
	b.Helper()
	s, url := storetest.NewAt(b)
	begin(b, s)
	c, _ := fixture(b, "workload-w1")
	var body bytes.Buffer
	if _, err := whatif.Generate(&body, c, whatif.Generated{Units: benchUnits, ItemsPerUnit: 5, Seed: 1, Shuffle: true}); err != nil {
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

// BenchmarkReceive takes in a body of evidence, beside BenchmarkRawCopy: the owner's bare COPY of the same rows into the
// same table, with its indexes and constraints.
func BenchmarkReceive(b *testing.B) {
	s, _, c, files := benchStore(b)
	rows := 0
	for i := 0; b.Loop(); i++ {
		rows += benchReceive(b, s, fmt.Sprintf("ctr_%d", i), c, files).Accepted
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkRawCopy is what BenchmarkReceive is held against.
func BenchmarkRawCopy(b *testing.B) {
	s, url, c, files := benchStore(b)
	ctx := context.Background()
	batch := benchReceive(b, s, "ctr_1", c, files)
	owner, err := pgx.Connect(ctx, url)
	if err != nil {
		b.Fatal(err)
	}
	defer owner.Close(ctx)
	if _, err := owner.Exec(ctx, "set search_path = outturn"); err != nil {
		b.Fatal(err)
	}
	var dump bytes.Buffer
	if _, err := owner.PgConn().CopyTo(ctx, &dump, "copy items to stdout binary"); err != nil {
		b.Fatal(err)
	}
	rows := 0
	for b.Loop() {
		b.StopTimer()
		if _, err := owner.Exec(ctx, "truncate items cascade"); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if _, err := owner.PgConn().CopyFrom(ctx, bytes.NewReader(dump.Bytes()), "copy items from stdin binary"); err != nil {
			b.Fatal(err)
		}
		rows += batch.Accepted
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkRead is a bare read of the same rows by pgx, in no order, which BenchmarkSettle is held against.
func BenchmarkRead(b *testing.B) {
	s, url, c, files := benchStore(b)
	ctx := context.Background()
	benchReceive(b, s, "ctr_1", c, files)
	reader, err := pgx.Connect(ctx, url)
	if err != nil {
		b.Fatal(err)
	}
	defer reader.Close(ctx)
	n := 0
	for b.Loop() {
		rows, err := reader.Query(ctx, `select sequence, root_type, root_key, leaf, path, kind, first, last, learned, is_item, withdraws, withheld,
			id, points, source, party, cohort, facts, said from outturn.items`)
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			if len(rows.RawValues()) != 19 {
				b.Fatal("a row is cut short")
			}
			n++
		}
		if err := rows.Err(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkSettle makes the snapshot from the database, settles it and records the statement.
func BenchmarkSettle(b *testing.B) {
	s, _, c, files := benchStore(b)
	ctx := context.Background()
	batch := benchReceive(b, s, "ctr_1", c, files)
	list := ends(c)
	on := engine.Occasion{Through: list[len(list)-1], CutOff: engine.CutOff(c, list[len(list)-1])}
	for b.Loop() {
		err := s.System(ctx, noon, func(tx *store.Tx) error {
			writer, err := tx.Settle(ctx, "ctr_1")
			if err != nil {
				return err
			}
			snapshot, err := tx.Snapshot(ctx, c, "ctr_1", batch.Last, on.CutOff)
			if err != nil {
				return err
			}
			defer snapshot.Close()
			st, err := engine.Settle(c, on, snapshot, engine.Position{}, writer.Sink)
			if err != nil {
				return err
			}
			return writer.Commit(store.StatementHead{Contract: "ctr_1", Version: 1, Sequence: batch.Last, By: "engine", At: noon}, st)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(batch.Accepted)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
