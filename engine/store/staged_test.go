package store_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"outturn/contracts/language"
	"outturn/engine/evidence"
	"outturn/engine/ingest"
	"outturn/engine/store"
	"outturn/engine/store/storetest"
)

// What is kept of a body does not hang on whether its rows waited in memory or in a table: of every fixture some of the evidence,
// sent in pieces both ways.
func TestSmallBodiesAreKeptAsLargeOnes(t *testing.T) {
	s, url := storetest.NewAt(t)
	begin(t, s)
	ctx := context.Background()
	owner, err := pgx.Connect(ctx, url+" search_path=outturn")
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(ctx)
	kept := func(contract string) string {
		var text string
		err := owner.QueryRow(ctx, `select coalesce((select string_agg(row::text, e'\n' order by sequence) from (select to_jsonb(items) - 'contract' as row, sequence from items where contract = $1) i), '') || e'\n'
			|| coalesce((select string_agg(concat_ws(' ', unit_type, key, parent_key, sequence), e'\n' order by unit_type, key) from members where contract = $1), '') || e'\n'
			|| coalesce((select string_agg(concat_ws(' ', id, state, rows, accepted, refused, first, last, faults, more_faults), e'\n' order by place) from batches where contract = $1), '')`, contract).Scan(&text)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	const lines, pieces = 120, 4
	items := 0
	for _, dir := range fixtureFolders(t) {
		document, err := os.ReadFile(filepath.Join(dir, "contract.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		c, err := language.Decode("contract.yaml", document)
		if err != nil {
			t.Fatal(err)
		}
		for _, way := range []struct {
			name string
			few  int
		}{{"small", store.FewRows}, {"large", 0}} {
			s.SetFew(way.few)
			contract := filepath.Base(dir) + "-" + way.name
			addContract(t, s, contract, c)
			for n := range pieces {
				batch := receiveBody(t, s, store.Receipt{Terms: c, Sound: true,
					Batch: store.Batch{ID: fmt.Sprint("b", n), Contract: contract, Organisation: "org_1", Person: "per_1", Format: "csv", Digest: sha256.Sum256(fmt.Append(nil, dir, n)), At: noon},
					Rows: func(take func(*evidence.Row) error) error {
						return ingest.Rows(c, os.DirFS(dir), ingest.Options{}, func(row *evidence.Row) error {
							if line := ingest.SequenceLine(row.Sequence); line > lines || line%pieces != n {
								return nil
							}
							return take(row)
						})
					}})
				items += batch.Accepted
			}
		}
		small, large := strings.Split(kept(filepath.Base(dir)+"-small"), "\n"), strings.Split(kept(filepath.Base(dir)+"-large"), "\n")
		if len(small) != len(large) {
			t.Errorf("%s: %d lines and %d", dir, len(small), len(large))
			continue
		}
		for i := range small {
			if small[i] != large[i] {
				t.Errorf("%s: kept of a small body: %s; and of a large one: %s", dir, small[i], large[i])
				break
			}
		}
	}
	if items < 2000 {
		t.Errorf("%d items were compared: expected at least 2000", items)
	}
}

func fixtureFolders(t *testing.T) (list []string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join("..", "..", "fixtures", "*", "contract.yaml"))
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	for _, name := range found {
		list = append(list, filepath.Dir(name))
	}
	return list
}

// A body that was received before is answered with its batch, and copies of it that come at once make one: small or large.
func TestTheSameBodyAtOnceIsOneBatch(t *testing.T) {
	s, c := familiesStore(t)
	for _, few := range []int{store.FewRows, 0} {
		s.SetFew(few)
		body := soundRow(t, c, fmt.Sprint("F", few), "2012-05-01", "")
		made := make(chan store.Batch)
		for n := range 4 {
			go func() {
				var batch store.Batch
				err := tryAct(s, commissioner, "ctr_1", func(tx *store.Tx) (err error) {
					batch, err = tx.Receive(context.Background(), bodyReceipt("ctr_1", fmt.Sprint("b", few, n), c, body, false))
					return err
				})
				if err != nil {
					t.Error(err)
				}
				made <- batch
			}()
		}
		first := <-made
		for range 3 {
			if other := <-made; other.ID != first.ID || other.First != first.First {
				t.Errorf("one body made %+v and %+v", first, other)
			}
		}
	}
}
