package ingest

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"outturn/contracts"
	"outturn/engine/evidence"
)

// fromRows makes a snapshot of the rows of a folder, put together when it is read.
func fromRows(t *testing.T, c *contracts.Contract, fsys fs.FS, memory int64) *Snapshot {
	t.Helper()
	s, err := FromRows(c, Options{Memory: memory, TempDir: t.TempDir(), Leaves: true, Later: true}, func(take func(*evidence.Row) error) error {
		return Rows(c, fsys, Options{}, take)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// canonical is what a snapshot yields, as bytes.
func canonical(t *testing.T, c *contracts.Contract, s *Snapshot) (b []byte) {
	t.Helper()
	for shard := range s.Shards() {
		for tree, err := range s.Units(shard) {
			if err != nil {
				t.Fatal(err)
			}
			b = evidence.AppendTree(b, c, tree)
			for _, u := range tree.Units {
				for i := range u.Items {
					b = append(b, byte(u.Items[i].Sequence))
				}
			}
		}
	}
	return b
}

// A snapshot that is put together as it is read is the one that was put together before: summed up before it is read or
// after, read in part or whole, once or again, in memory or not.
func TestLaterIsTheSameSnapshot(t *testing.T) {
	dir := t.TempDir()
	writeProgramme(t, dir, 50_000, true)
	c, files := programme(), os.DirFS(dir)
	want := open(t, c, files, Options{Leaves: true})
	trees := canonical(t, c, want)
	for _, memory := range []int64{0, 1 << 20, memoryLeast} {
		for _, before := range []string{"read", "summed up", "counted", "read in part"} {
			s := fromRows(t, c, files, memory)
			switch before {
			case "summed up":
				_ = s.Summary()
			case "counted":
				roots := 0
				for shard := range s.Shards() {
					roots += s.Roots(shard)
				}
				if roots != 10_000 {
					t.Errorf("%d roots, expected 10000", roots)
				}
			case "read in part":
				for range s.Units(s.Shards() / 2) { //nolint:errcheck // a sequence, left after its first
					break
				}
			}
			for range 2 {
				if got := canonical(t, c, s); string(got) != string(trees) {
					t.Errorf("memory %d, %s: other trees", memory, before)
				}
			}
			if s.Summary() != want.Summary() {
				t.Errorf("memory %d, %s: %+v, expected %+v", memory, before, s.Summary(), want.Summary())
			}
			if len(s.Stretch().Leaves) != 10_000 {
				t.Errorf("%d leaves", len(s.Stretch().Leaves))
			}
		}
	}
}

// Rows that do not go together are all found, when the first of them is met.
func TestLaterFindsEveryFault(t *testing.T) {
	s := fromRows(t, families(), folder("a.csv", "kind,family,area,day,id,corrects\n,F,south,,,\n,G,south,,,\n"+
		"attachment,F,,2012-06-01,a,nosuch\nattachment,G,,2012-06-01,b,nosuch\n"), 0)
	for range 2 {
		var faults *evidence.Faults
		for shard := range s.Shards() {
			for _, err := range s.Units(shard) {
				if err != nil && !errors.As(err, &faults) {
					t.Fatal(err)
				}
			}
		}
		if faults == nil || len(faults.List) != 2 {
			t.Errorf("%v, expected two faults", faults)
		}
	}
}
