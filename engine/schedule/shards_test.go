package schedule

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"runtime"
	"testing"

	"outturn/contracts/calendar"
	"outturn/engine"
	"outturn/engine/evidence"
	"outturn/engine/store"
)

// inOne is a snapshot in one piece.
type inOne struct{ evidence.Snapshot }

// Shards returns 1.
func (inOne) Shards() int { return 1 }

// Roots returns how many roots there are.
func (s inOne) Roots(int) (n int) {
	for shard := range s.Snapshot.Shards() {
		n += s.Snapshot.Roots(shard)
	}
	return n
}

// Units yields the roots of every shard, one after the other.
func (s inOne) Units(int) iter.Seq2[*evidence.Tree, error] {
	return func(yield func(*evidence.Tree, error) bool) {
		for n := range s.Snapshot.Shards() {
			for tree, err := range s.Snapshot.Units(n) {
				if !yield(tree, err) || err != nil {
					return
				}
			}
		}
	}
}

// A contract that the database hands out in shards, settled on one core or several, gives the bytes that it gives in one
// piece.
func TestShardsOfTheDatabaseReduceToTheSameBytes(t *testing.T) {
	const people = 60_000
	w := newWorld(t)
	c := w.weekly(2)
	w.bring("ctr_1", 1, c, w.at)
	var csv bytes.Buffer
	csv.WriteString("kind,participant,day\n")
	for n := range people {
		fmt.Fprintf(&csv, "attachment,P%06d-of-the-register,%s\n", (n*7919)%people, calendar.MustDate("2024-01-01").AddDays(n%14))
	}
	w.send("ctr_1", "bat_1", c, csv.String())
	through := calendar.MustDate("2024-01-14")
	on := engine.Occasion{Through: through, CutOff: through + 2, Final: true}
	err := w.SystemRead(context.Background(), func(v *store.View) error {
		snapshot, err := v.Snapshot(context.Background(), c, "ctr_1", people, on.CutOff)
		if err != nil {
			return err
		}
		defer snapshot.Close()
		if snapshot.Shards() < 3 {
			t.Fatalf("%d shards: too few to show anything", snapshot.Shards())
		}
		settle := func(s evidence.Snapshot) (head, lines []byte) {
			t.Helper()
			st, err := engine.Settle(c, on, s, engine.Position{}, func(b []byte) error { lines = append(lines, b...); return nil })
			if err != nil {
				t.Fatal(err)
			}
			if head, err = st.Bytes(); err != nil {
				t.Fatal(err)
			}
			// Everybody joined within the fortnight: 60,000 times £400.00.
			if len(st.Postings) != 1 || st.Postings[0].Amount.String() != "24000000.00" {
				t.Errorf("postings %v", st.Postings)
			}
			return head, lines
		}
		head, lines := settle(inOne{snapshot})
		for _, cores := range []int{1, 2, 8} {
			before := runtime.GOMAXPROCS(cores)
			gotHead, gotLines := settle(snapshot)
			runtime.GOMAXPROCS(before)
			if !bytes.Equal(head, gotHead) || !bytes.Equal(lines, gotLines) {
				t.Errorf("%d shards on %d cores give another statement than one piece", snapshot.Shards(), cores)
			}
		}
		t.Logf("%d shards", snapshot.Shards())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
