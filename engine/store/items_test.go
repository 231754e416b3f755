package store_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"outturn/contracts/language"
	"outturn/engine/ingest"
	"outturn/engine/store"
	"outturn/engine/store/storetest"
)

// What the record gives back of each item, read as a file, is the same evidence.
func TestItemsReadBackAreTheSameEvidence(t *testing.T) {
	s := storetest.New(t)
	begin(t, s)
	for _, name := range []string{"work-programme", "troubled-families-1", "fair-chance-fund", "peterborough", "better-care-fund", "essex-edge-of-care"} {
		dir := filepath.Join("..", "..", "fixtures", name)
		document, err := os.ReadFile(filepath.Join(dir, "contract.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		c, err := language.Decode("contract.yaml", document)
		if err != nil {
			t.Fatal(err)
		}
		addContract(t, s, name, c)
		batch := receive(t, s, name, c, dir)
		var file bytes.Buffer
		rows := 0
		err = s.Read(context.Background(), commissioner, func(v *store.View) error {
			for after := int64(0); ; {
				items, err := v.Items(context.Background(), name, store.ItemFilter{}, store.Page{After: after, Limit: 500})
				if err != nil || len(items) == 0 {
					return err
				}
				for i := range items {
					if after = items[i].Sequence; after != int64(rows)+1 {
						t.Fatalf("%s: item %d follows item %d", name, after, rows)
					}
					rows++
					file.Write(items[i].Body)
					file.WriteByte('\n')
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if rows != batch.Accepted || rows == 0 {
			t.Errorf("%s: %d items read back of %d", name, rows, batch.Accepted)
		}
		again, err := ingest.Open(c, fstest.MapFS{"evidence/a.ndjson": {Data: file.Bytes()}}, ingest.Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		first, err := ingest.Open(c, os.DirFS(dir), ingest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if again.Summary() != first.Summary() {
			t.Errorf("%s: %+v read back of %+v", name, again.Summary(), first.Summary())
		}
	}
}
