package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
	"outturn/engine/proof"
	"outturn/engine/store"
	"outturn/engine/store/storetest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// commissioner is who acts in most tests.
var commissioner = store.Person{ID: "per_1", Organisation: "org_1", Name: "C", Roles: []string{"commissioner"}, Active: true, Created: noon}

// Every fixture settles from the database to the bytes that it settles to from files: a chain of final statements, each
// taking off those before it.
func TestFixturesSettleAsFromFiles(t *testing.T) {
	s := storetest.New(t)
	begin(t, s)
	root := filepath.Join("..", "..", "fixtures")
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	settled := 0
	for _, entry := range entries {
		dir := filepath.Join(root, entry.Name())
		document, err := os.ReadFile(filepath.Join(dir, "contract.yaml"))
		if err != nil {
			continue
		}
		t.Run(entry.Name(), func(t *testing.T) {
			c, err := language.Decode("contract.yaml", document)
			if err != nil {
				t.Fatal(err)
			}
			addContract(t, s, entry.Name(), c)
			if batch := receive(t, s, entry.Name(), c, dir); batch.State != store.BatchAccepted {
				t.Fatalf("batch: %+v", batch)
			}
			settled += settleBoth(t, s, entry.Name(), c, dir)
		})
	}
	if settled < 60 {
		t.Errorf("%d statements were compared: expected at least 60", settled)
	}
}

func begin(t testing.TB, s *store.Store) {
	t.Helper()
	begun, err := s.Begin(context.Background(), noon, store.Organisation{ID: "org_1", Name: "Council", Created: noon}, commissioner,
		store.Key{ID: "key_1", Organisation: "org_1", Person: "per_1", Prefix: "ot_1", Created: noon, Expires: noon.AddDate(1, 0, 0)})
	if err != nil || !begun {
		t.Fatalf("begun %v: %v", begun, err)
	}
}

// act runs one act as the commissioner.
func act(t testing.TB, s *store.Store, contract string, do func(tx *store.Tx) error) {
	t.Helper()
	if err := tryAct(s, commissioner, contract, do); err != nil {
		t.Fatal(err)
	}
}

func tryAct(s *store.Store, by store.Person, contract string, do func(tx *store.Tx) error) error {
	_, _, err := s.Act(context.Background(), by, store.Act{Operation: "test", Contract: contract, At: noon}, func(tx *store.Tx) (store.Reply, error) {
		return store.Reply{Status: 200}, do(tx)
	})
	return err
}

func addContract(t testing.TB, s *store.Store, id string, c *contracts.Contract) {
	t.Helper()
	act(t, s, id, func(tx *store.Tx) error {
		return tx.AddContract(context.Background(), store.ContractHead{ID: id, Name: c.ID, Organisation: "org_1", Created: noon},
			store.Version{Contract: id, Number: 1, State: store.VersionDraft, Document: c.Source, Digest: sha256.Sum256(c.Source), By: "per_1", Created: noon},
			store.Grant{Contract: id, Organisation: "org_1", Role: "commissioner", By: "per_1", At: noon})
	})
}

// receive takes in a folder's evidence as one batch.
func receive(t testing.TB, s *store.Store, id string, c *contracts.Contract, dir string) (batch store.Batch) {
	t.Helper()
	act(t, s, id, func(tx *store.Tx) (err error) {
		batch, err = tx.Receive(context.Background(), store.Receipt{
			Batch: store.Batch{ID: "bat_1", Contract: id, Organisation: "org_1", Person: "per_1", Format: "csv", Digest: sha256.Sum256([]byte(dir)), At: noon},
			Terms: c, Rows: func(take func(*evidence.Row) error) error {
				return ingest.Rows(c, os.DirFS(dir), ingest.Options{}, take)
			}})
		return err
	})
	return batch
}

// settleBoth settles the ends of some periods on both roads and compares every byte. It returns how many statements were
// compared.
func settleBoth(t *testing.T, s *store.Store, id string, c *contracts.Contract, dir string) int {
	compared := 0
	var stored []*proof.Stored
	for _, through := range ends(c) {
		on := engine.Occasion{Through: through, CutOff: engine.CutOff(c, through), Final: true}
		snapshot, err := ingest.Open(c, os.DirFS(dir), ingest.Options{CutOff: on.CutOff})
		if err != nil {
			t.Fatal(err)
		}
		position, err := proof.Position(stored)
		if err != nil {
			t.Fatal(err)
		}
		var lines bytes.Buffer
		want, wantErr := engine.Settle(c, on, snapshot, position, func(b []byte) error { lines.Write(b); return nil })
		summary := snapshot.Summary()
		if err := snapshot.Close(); err != nil {
			t.Fatal(err)
		}
		got, gotLines, gotErr := settleStored(t, s, id, c, on, &summary)
		if fmt.Sprint(wantErr) != fmt.Sprint(gotErr) {
			t.Fatalf("through %s: from files %v, from the database %v", through, wantErr, gotErr)
		}
		if wantErr != nil {
			continue
		}
		wantHead, err := want.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(wantHead, got) || !bytes.Equal(lines.Bytes(), gotLines) {
			t.Fatalf("through %s: the database gives another statement:\n%s\nthan files:\n%s", through, got, wantHead)
		}
		one, err := proof.Open(c, "from files", wantHead, bytes.NewReader(lines.Bytes()), int64(lines.Len()))
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, one)
		compared++
	}
	return compared
}

// settleStored settles from the database, records the statement and reads it back.
func settleStored(t *testing.T, s *store.Store, id string, c *contracts.Contract, on engine.Occasion, files *evidence.Summary) (head, lines []byte, err error) {
	t.Helper()
	ctx := context.Background()
	err = tryAct(s, commissioner, id, func(tx *store.Tx) error {
		writer, err := tx.Settle(ctx, id)
		if err != nil {
			return err
		}
		upTo, err := tx.Sequence(ctx, id)
		if err != nil {
			return err
		}
		snapshot, err := tx.Snapshot(ctx, c, id, upTo, on.CutOff)
		if err != nil {
			return err
		}
		defer snapshot.Close()
		if got := snapshot.Summary(); got != *files {
			t.Errorf("through %s: the snapshot of the database is %+v, and of files %+v", on.Through, got, *files)
		}
		position, _, err := tx.Position(ctx, c, id, 0)
		if err != nil {
			return err
		}
		st, err := engine.Settle(c, on, snapshot, position, writer.Sink)
		if err != nil {
			return err
		}
		return writer.Commit(store.StatementHead{Contract: id, Version: 1, Sequence: upTo, By: "per_1", At: noon}, st)
	})
	if err != nil {
		return nil, nil, err
	}
	err = s.Read(ctx, commissioner, func(v *store.View) error {
		list, err := v.Statements(ctx, id, store.Page{Limit: 1000})
		if err != nil {
			return err
		}
		one, err := v.Stored(ctx, c, id, len(list))
		if err != nil {
			return err
		}
		head = one.Head
		lines, err = io.ReadAll(one.Raw())
		return err
	})
	return head, lines, err
}

// ends are the last days of three periods of the contract: an early one, one half way and the last.
func ends(c *contracts.Contract) (list []calendar.Date) {
	series := &c.Periods[c.Calendar.Settle].Series
	n := series.Len()
	for _, number := range []int{(n + 3) / 4, (n + 1) / 2, n} {
		span, ok := series.Span(number)
		if through := min(span.Last, c.Last); ok && (len(list) == 0 || through > list[len(list)-1]) {
			list = append(list, through)
		}
	}
	return list
}
