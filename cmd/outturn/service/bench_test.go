package service_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"outturn/api/client"
	"outturn/contracts"
	"outturn/contracts/language"
	"outturn/engine/whatif"
)

// The figures of record are of 200,000 units, of whom about 1,000,000 items are sent, and of 1,000,000.
var (
	units = flag.Int("units", 4_000, "units whose evidence is made up, about five items each")
	rate  = flag.Int("rate", 200, "submissions a second that arrive")
	lasts = flag.Duration("lasts", 3*time.Second, "how long they arrive")
)

// benchWorld is a service with one contract, and made-up evidence of it as NDJSON.
func benchWorld(b *testing.B) (*world, *cast, *contracts.Contract, []byte, int) {
	b.Helper()
	w := newWorld(b, nil)
	w.now = time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	document := readFile(b, filepath.Join("..", "..", "..", "fixtures", "work-programme", "contract.yaml"))
	terms, err := language.Decode("contract.yaml", document)
	must(b, terms, err)
	c := w.everybody(b, document, terms)
	var table bytes.Buffer
	n, err := whatif.Generate(&table, terms, whatif.Generated{Units: *units, Seed: 1, Shuffle: true})
	must(b, n, err)
	return w, c, terms, asNDJSON(b, &table), n
}

// asNDJSON writes each row of a CSV as one document of what stands in it.
func asNDJSON(b *testing.B, table io.Reader) []byte {
	b.Helper()
	var out bytes.Buffer
	rows := csv.NewReader(table)
	head, err := rows.Read()
	head = slices.Clone(must(b, head, err))
	rows.ReuseRecord = true
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return out.Bytes()
		}
		must(b, row, err)
		before := "{"
		for i, value := range row {
			if value != "" {
				text, _ := json.Marshal(value)
				fmt.Fprintf(&out, "%s%q:%s", before, head[i], text)
				before = ","
			}
		}
		out.WriteString("}\n")
	}
}

func (w *world) owner(b *testing.B) *pgx.Conn {
	b.Helper()
	owner, err := pgx.Connect(context.Background(), w.url+" search_path=outturn")
	must(b, owner, err)
	b.Cleanup(func() { _ = owner.Close(context.Background()) })
	return owner
}

// BenchmarkSendOverHTTP sends a body of NDJSON through the API, and in the same run, turn by turn, lets the owner COPY the same
// rows into the same table, bare, with its indexes and constraints. times-copy is what the one took over the other.
func BenchmarkSendOverHTTP(b *testing.B) {
	w, c, _, body, _ := benchWorld(b)
	owner := w.owner(b)
	var dump bytes.Buffer
	rows, sent, copied := 0, time.Duration(0), time.Duration(0)
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		batch, err := c.provider.SendBatch(w.ctx, c.contract, client.Evidence{ContentType: "application/x-ndjson", Body: bytes.NewReader(body)})
		sent += time.Since(began)
		if must(b, batch, err).State != "accepted" {
			b.Fatalf("%+v", batch)
		}
		rows += batch.Accepted
		dump.Reset()
		_, err = owner.PgConn().CopyTo(w.ctx, &dump, "copy items to stdout binary")
		must(b, 0, err)
		again := func() {
			_, err := owner.Exec(w.ctx, "truncate items cascade")
			must(b, 0, err)
		}
		again()
		began = time.Now()
		_, err = owner.PgConn().CopyFrom(w.ctx, bytes.NewReader(dump.Bytes()), "copy items from stdin binary")
		copied += time.Since(began)
		must(b, 0, err)
		again()
		_, err = owner.Exec(w.ctx, "alter table batches disable trigger user; delete from batches; alter table batches enable trigger user") // so that the same body is taken again
		must(b, 0, err)
	}
	b.ReportMetric(float64(rows)/sent.Seconds(), "sent/s")
	b.ReportMetric(float64(rows)/copied.Seconds(), "copied/s")
	b.ReportMetric(sent.Seconds()/copied.Seconds(), "times-copy")
}
