package ingest

import (
	"bytes"
	"errors"
	"io/fs"
	"testing"

	"outturn/contracts"
	"outturn/engine/evidence"
)

// checkFolder reads a folder that may hold anything: it is refused with faults, or it makes a snapshot that is written
// again as it was read, with the digest it states, however little memory it had.
func checkFolder(t *testing.T, c *contracts.Contract, fsys fs.FS) {
	s, err := Open(c, fsys, Options{})
	if err != nil {
		var faults *evidence.Faults
		if !errors.As(err, &faults) || len(faults.List) == 0 || faults.Error() == "" {
			t.Fatalf("not faults: %v", err)
		}
		return
	}
	defer s.Close()
	var root evidence.Root
	whole := evidence.AppendItems(nil, c, s.Whole())
	root.Add(evidence.UnitDigest(whole))
	if items, err := evidence.NewReader(c).Items(whole); err != nil || !bytes.Equal(evidence.AppendItems(nil, c, items), whole) {
		t.Fatalf("whole-contract items are read back as others: %v\n%s", err, whole)
	}
	for shard := range s.Shards() {
		for tree, err := range s.Units(shard) {
			if err != nil {
				t.Fatal(err)
			}
			root.Add(evidence.UnitDigest(evidence.AppendTree(nil, c, tree)))
		}
	}
	if root.Sum() != s.Summary().Digest {
		t.Fatal("the digest is of something else")
	}
	small, err := Open(c, fsys, Options{Memory: memoryLeast})
	if err != nil {
		t.Fatal(err)
	}
	defer small.Close()
	if small.Summary() != s.Summary() {
		t.Fatalf("in little memory: %+v, and else %+v", small.Summary(), s.Summary())
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(familyCSV))
	f.Add([]byte("kind,family,day\r\nattachment,\"F\n\"\"x\",2012-06-01\r\n"))
	f.Add([]byte("kind,family,day,cost\nvisit,F,2012-06-01,\"£1,200.50\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) { checkFolder(t, families(), folder("e.csv", string(b))) })
}

func FuzzNDJSON(f *testing.F) {
	f.Add([]byte(familyNDJSON))
	f.Add([]byte(`{"attachment": "2012-06-01", "family": "\u00e9\ud83d\ude00\t"}`))
	f.Add([]byte("{}\n{\"family\": null}\n{\"family\": true}"))
	f.Fuzz(func(t *testing.T, b []byte) { checkFolder(t, families(), folder("e.ndjson", string(b))) })
}

func FuzzMapping(f *testing.F) {
	f.Add([]byte(savingsMapping), []byte(savingsHead+"A1,One,New Mexico,yes,1.2.2024,A,One-Sided,12/31/2018,100,0,1.005,*\n"))
	f.Add([]byte("files: [{match: '{a}-{b}.csv', unit: {organisation: '{a}'}}]"), []byte("x\n1\n"))
	f.Fuzz(func(t *testing.T, mapping, rows []byte) {
		checkFolder(t, savings(), folder("evidence.yaml", string(mapping), "results-2023.csv", string(rows)))
	})
}
