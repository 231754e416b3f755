package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"outturn/contracts"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
	"outturn/engine/store"
	"outturn/engine/store/storetest"
)

// bodyReceipt asks for NDJSON to be taken in.
func bodyReceipt(contract, id string, c *contracts.Contract, body string, sound bool) store.Receipt {
	files := fstest.MapFS{"evidence/a.ndjson": {Data: []byte(body)}}
	return store.Receipt{Terms: c, Sound: sound,
		Batch: store.Batch{ID: id, Contract: contract, Organisation: "org_1", Person: "per_1", Format: "ndjson", Digest: sha256.Sum256([]byte(body)), At: noon},
		Place: func(sequence uint64) (string, int) { return "evidence/a.ndjson", ingest.SequenceLine(sequence) },
		Rows:  func(take func(*evidence.Row) error) error { return ingest.Rows(c, files, ingest.Options{}, take) }}
}

func receiveBody(t testing.TB, s *store.Store, r store.Receipt) (batch store.Batch) {
	t.Helper()
	act(t, s, r.Batch.Contract, func(tx *store.Tx) (err error) {
		batch, err = tx.Receive(context.Background(), r)
		return err
	})
	return batch
}

// families is troubled-families-1: families with pupils and adults who are part of them.
func familiesStore(t testing.TB) (*store.Store, *contracts.Contract) {
	t.Helper()
	s := storetest.New(t)
	begin(t, s)
	c, _ := fixture(t, "troubled-families-1")
	addContract(t, s, "ctr_1", c)
	return s, c
}

// soundRow is a row about one family that contradicts nothing, made from the fixture's own kinds.
func soundRow(t testing.TB, c *contracts.Contract, family, day, extra string) string {
	t.Helper()
	for i := range c.Evidence {
		k := &c.Evidence[i]
		if k.Of == contracts.OfUnit && c.Units[k.Unit].PartOf < 0 && k.Form == contracts.Event && len(k.Says) == 0 {
			return fmt.Sprintf(`{%q:%q,"kind":%q,"day":%q%s}`, c.Units[k.Unit].Name, family, k.Name, day, extra) + "\n"
		}
	}
	t.Fatal("the fixture has no plain event of a root unit")
	return ""
}

// A body is taken in once; a body with faults is refused whole or taken in part, as the sender asks, with every fault.
func TestBodiesOnceAndInPart(t *testing.T) {
	s, c := familiesStore(t)
	good := soundRow(t, c, "F1", "2012-05-01", "") + soundRow(t, c, "F2", "2012-05-02", "")
	first := receiveBody(t, s, bodyReceipt("ctr_1", "b1", c, good, false))
	if first.State != "accepted" || first.Accepted != 2 || first.First != 1 || first.Last != 2 {
		t.Errorf("%+v", first)
	}
	if again := receiveBody(t, s, bodyReceipt("ctr_1", "b2", c, good, false)); again.ID != "b1" || again.First != 1 {
		t.Errorf("the same body again: %+v", again)
	}
	bad := soundRow(t, c, "F3", "2012-05-03", "") + soundRow(t, c, "F3", "2012-13-03", "") +
		soundRow(t, c, "F1", "2012-06-01", `,"id":"i2","corrects":"i1"`)
	whole := receiveBody(t, s, bodyReceipt("ctr_1", "b3", c, bad, false))
	if whole.State != "refused" || whole.Accepted != 0 || whole.Rows != 3 || len(whole.Faults) == 0 || whole.First != 0 {
		t.Errorf("%+v", whole)
	}
	part := receiveBody(t, s, bodyReceipt("ctr_1", "b4", c, bad, true))
	if part.State != "part" || part.Accepted != 1 || part.Refused != 2 || part.First != 3 || part.Last != 3 || len(part.Faults) != 2 ||
		part.Faults[0].Line != 2 || part.Faults[1].Line != 3 {
		t.Errorf("%+v", part)
	}
	// What was refused whole may be sent again; what it says may have become sound.
	if retry := receiveBody(t, s, bodyReceipt("ctr_1", "b5", c, soundRow(t, c, "F1", "2012-05-09", `,"id":"i1"`), false)); retry.State != "accepted" {
		t.Errorf("%+v", retry)
	}
	late := receiveBody(t, s, bodyReceipt("ctr_1", "b6", c, soundRow(t, c, "F1", "2012-06-01", `,"id":"i2","corrects":"i1"`), false))
	if late.State != "accepted" || late.First != 5 {
		t.Errorf("a correction of what came in another batch: %+v", late)
	}
	err := s.Read(context.Background(), commissioner, func(v *store.View) error {
		b, err := v.Batch(context.Background(), "ctr_1", "b4")
		if err != nil || len(b.Faults) != 2 || b.Faults[1].Rule != part.Faults[1].Rule {
			t.Errorf("%+v: %v", b, err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Rows that are sound in themselves and contradict what was kept before are refused, so that no accepted row can stop a
// settlement later.
func TestWhatContradictsIsRefused(t *testing.T) {
	s, c := familiesStore(t)
	var member, memberOf string
	for i := range c.Units {
		if c.Units[i].PartOf >= 0 {
			member, memberOf = c.Units[i].Name, c.Units[c.Units[i].PartOf].Name
		}
	}
	declare := func(family, pupil string) string {
		return fmt.Sprintf(`{%q:%q,%q:%q}`, memberOf, family, member, pupil) + "\n"
	}
	alone := func(pupil string) string { return fmt.Sprintf(`{%q:%q}`, member, pupil) + "\n" }
	for _, step := range []struct{ body, state, says string }{
		{alone("P1"), "refused", "no row says which " + memberOf},
		{declare("F1", "P1") + alone("P1"), "accepted", ""},
		{alone("P1") + alone("P1"), "accepted", ""},
		{declare("F2", "P1"), "refused", "is part of one"},
		{declare("F2", "P2") + declare("F3", "P2"), "refused", "is part of one"},
		{soundRow(t, c, "F1", "2012-05-01", `,"id":"x"`), "accepted", ""},
		{soundRow(t, c, "F1", "2012-05-01", `,"id":"x"`) + "\n\n", "accepted", ""}, // the same item again is a duplicate, and no fault
		{soundRow(t, c, "F1", "2011-05-02", `,"id":"x"`), "refused", ""},
		{soundRow(t, c, "F1", "2014-05-02", `,"id":"x"`), "refused", ""},
		{soundRow(t, c, "F2", "2012-05-01", `,"id":"y","corrects":"x"`), "refused", "points at"},
	} {
		b := receiveBody(t, s, bodyReceipt("ctr_1", "b"+fmt.Sprint(sha256.Sum256([]byte(step.body)))[1:12], c, step.body, false))
		said := ""
		for _, f := range b.Faults {
			said += f.Error() + "\n"
		}
		if b.State != step.state || step.says != "" && !strings.Contains(said, step.says) && step.says != "points at" || step.state == "refused" && said == "" {
			t.Errorf("%s was %s, expected %s: %s", step.body, b.State, step.state, said)
		}
	}
	err := s.Read(context.Background(), commissioner, func(v *store.View) error {
		upTo, err := v.Sequence(context.Background(), "ctr_1")
		if err != nil {
			return err
		}
		snapshot, err := v.Snapshot(context.Background(), c, "ctr_1", upTo, 0)
		if err != nil {
			return err
		}
		return snapshot.Close()
	})
	if err != nil {
		t.Errorf("what was accepted makes no snapshot: %v", err)
	}
}

// Batches of one contract that come at once are numbered without a gap, and a snapshot of a number is the same for ever.
func TestBatchesAtOnce(t *testing.T) {
	s, c := familiesStore(t)
	ctx := context.Background()
	const writers, each = 6, 8
	var wait sync.WaitGroup
	digests := map[int64]evidence.Summary{}
	var mu sync.Mutex
	look := func(upTo int64) (summary evidence.Summary) {
		err := s.SystemRead(ctx, func(v *store.View) error {
			snapshot, err := v.Snapshot(ctx, c, "ctr_1", upTo, 0)
			if err != nil {
				return err
			}
			summary = snapshot.Summary()
			return snapshot.Close()
		})
		if err != nil {
			t.Error(err)
		}
		return summary
	}
	for w := range writers {
		wait.Go(func() {
			for n := range each {
				body := soundRow(t, c, fmt.Sprintf("F%d-%d", w, n), "2012-05-01", "") + soundRow(t, c, "F0", "2012-05-01", fmt.Sprintf(`,"id":"%d-%d"`, w, n))
				err := tryAct(s, commissioner, "ctr_1", func(tx *store.Tx) error {
					_, err := tx.Receive(ctx, bodyReceipt("ctr_1", fmt.Sprintf("b%d-%d", w, n), c, body, false))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Go(func() {
		for range 10 {
			var upTo int64
			if err := s.System(ctx, noon, func(tx *store.Tx) (err error) { upTo, err = tx.Sequence(ctx, "ctr_1"); return err }); err != nil {
				t.Error(err)
			}
			summary := look(upTo)
			mu.Lock()
			digests[upTo] = summary
			mu.Unlock()
		}
	})
	wait.Wait()
	if last := look(writers * each * 2); last.Items != writers*each*2 {
		t.Errorf("%d items of %d", last.Items, writers*each*2)
	}
	for upTo, before := range digests {
		if now := look(upTo); now != before {
			t.Errorf("the snapshot up to %d was %+v and is %+v", upTo, before, now)
		}
		if int64(before.Items) != upTo {
			t.Errorf("%d items up to %d", before.Items, upTo)
		}
	}
}

// Two batches that contradict each other and come at once are not both accepted.
func TestContradictionsAtOnce(t *testing.T) {
	s, c := familiesStore(t)
	ctx := context.Background()
	var read, wait sync.WaitGroup
	read.Add(2)
	var mu sync.Mutex
	states := map[string]int{}
	for n, day := range []string{"2012-05-01", "2012-05-02"} {
		wait.Go(func() {
			r := bodyReceipt("ctr_1", fmt.Sprintf("b%d", n), c, soundRow(t, c, "F1", day, `,"id":"x"`), false)
			rows, once := r.Rows, &sync.Once{}
			r.Rows = func(take func(*evidence.Row) error) error { // both have been read before either goes on
				err := rows(take)
				once.Do(func() { read.Done(); read.Wait() })
				return err
			}
			err := tryAct(s, commissioner, "ctr_1", func(tx *store.Tx) error {
				b, err := tx.Receive(ctx, r)
				mu.Lock()
				defer mu.Unlock()
				states[b.State]++
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if states["accepted"] != 1 || states["refused"] != 1 {
		t.Errorf("%v: expected one accepted and one refused", states)
	}
}

// A snapshot is the same whoever helps to read it: nobody where the transaction alone can see the rows, everybody who has
// a connection to spare, and nobody again where all are taken. It is nobody's who may not see the contract.
func TestSnapshotsAreReadBySeveral(t *testing.T) {
	_, url := storetest.NewAt(t)
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: url, Forgetful: true, Connections: 8})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	begin(t, s)
	c, _ := fixture(t, "troubled-families-1")
	addContract(t, s, "ctr_1", c)
	const families = 50_000
	var body bytes.Buffer
	for n := range families {
		body.WriteString(soundRow(t, c, fmt.Sprintf("FAMILY-%06d", n*7919%families), "2012-05-01", ""))
	}
	var want evidence.Summary
	look := func(v *store.View) error {
		snapshot, err := v.Snapshot(ctx, c, "ctr_1", families, 0)
		if err != nil {
			return err
		}
		if want.Items == 0 {
			want = snapshot.Summary()
		}
		if got := snapshot.Summary(); got != want || got.Items != families {
			t.Errorf("%+v, expected %+v", got, want)
		}
		return snapshot.Close()
	}
	act(t, s, "ctr_1", func(tx *store.Tx) error {
		batch, err := tx.Receive(ctx, bodyReceipt("ctr_1", "b1", c, body.String(), false))
		if err != nil || batch.Accepted != families {
			return fmt.Errorf("%d rows: %w", batch.Accepted, err)
		}
		return look(&tx.View)
	})
	if err := s.Read(ctx, commissioner, look); err != nil {
		t.Error(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if err := s.SystemRead(ctx, look); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if err := s.Read(ctx, stranger, look); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("a stranger: %v", err)
	}
}

// What does not fit the memory allowed goes to a file, and is the same evidence.
func TestSnapshotsBeyondMemory(t *testing.T) {
	_, url := storetest.NewAt(t)
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: url, Forgetful: true, Memory: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	begin(t, s)
	c, _ := fixture(t, "troubled-families-1")
	addContract(t, s, "ctr_1", c)
	var body bytes.Buffer
	for n := range 30_000 {
		body.WriteString(soundRow(t, c, fmt.Sprintf("FAMILY-%06d", n), "2012-05-01", fmt.Sprintf(`,"source":"source %d"`, n%7)))
	}
	batch := receiveBody(t, s, bodyReceipt("ctr_1", "b1", c, body.String(), false))
	if batch.Accepted != 30_000 {
		t.Fatalf("%+v", batch)
	}
	want, err := ingest.Open(c, fstest.MapFS{"evidence/a.ndjson": {Data: body.Bytes()}}, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.SystemRead(ctx, func(v *store.View) error {
		got, err := v.Snapshot(ctx, c, "ctr_1", 30_000, 0)
		if err != nil {
			return err
		}
		defer got.Close()
		if got.Summary() != want.Summary() {
			t.Errorf("%+v, expected %+v", got.Summary(), want.Summary())
		}
		var root evidence.Root
		root.Add(evidence.UnitDigest(nil))
		for range 2 { // it can be read again
			n := 0
			for shard := range got.Shards() {
				for tree, err := range got.Units(shard) {
					if err != nil {
						return err
					}
					if key := fmt.Sprintf("FAMILY-%06d", n); tree.Units[0].Key != key {
						t.Fatalf("%s where %s should stand", tree.Units[0].Key, key)
					}
					n++
				}
			}
			if n != 30_000 {
				t.Errorf("%d roots", n)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
