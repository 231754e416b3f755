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
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"outturn/api/client"
	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/contracts/language"
	"outturn/engine/whatif"
)

// The figures of record are of 200,000 units, of whom about 1,000,000 items are sent, and of 1,000,000.
var (
	units = flag.Int("units", 4_000, "units whose evidence is made up, about five items each")
	rate  = flag.Int("rate", 200, "submissions a second that arrive while a run settles")
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

// BenchmarkSubmissionsUnderARun settles a contract, period after period, while submissions to another arrive at a fixed rate, whether
// or not the ones before were answered. Reported is how long they waited for their answer.
func BenchmarkSubmissionsUnderARun(b *testing.B) {
	w, c, terms, body, _ := benchWorld(b)
	batch, err := c.provider.SendBatch(w.ctx, c.contract, client.Evidence{ContentType: "application/x-ndjson", Body: bytes.NewReader(body)})
	must(b, batch, err)
	other := w.everybody(b, terms.Source, terms)
	_, err = w.owner(b).Exec(w.ctx, "vacuum analyze items") //nolint:misspell // SQL's own words
	must(b, 0, err)
	due := ends(terms)
	var waits []time.Duration
	runs, took := 0, time.Duration(0)
	for b.Loop() {
		ctx, stop := context.WithCancel(w.ctx)
		answered := make(chan []time.Duration)
		go func() { answered <- w.arrive(ctx, b, other, runs) }()
		began := time.Now()
		for ; runs < len(due) && (took == 0 || time.Since(began) < 5*time.Second); runs++ {
			st, err := c.payer.Settle(w.ctx, c.contract, due[runs].String(), "")
			must(b, st, err)
		}
		took += time.Since(began)
		stop()
		waits = append(waits, <-answered...)
	}
	slices.Sort(waits)
	at := func(share float64) float64 {
		return float64(waits[min(len(waits)-1, int(share*float64(len(waits))))].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(at(0.999), "p99.9-ms")
	b.ReportMetric(float64(len(waits))/took.Seconds(), "submissions/s")
	b.ReportMetric(took.Seconds()/float64(runs), "s/run")
}

// arrive sends submissions at the rate until it is told to stop, and returns how long each waited. One that is not taken fails
// the benchmark.
func (w *world) arrive(ctx context.Context, b *testing.B, c *cast, run int) []time.Duration {
	speaks := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	var mu sync.Mutex
	var waits []time.Duration
	var wait sync.WaitGroup
	var waiting atomic.Int64
	const waitingMax = 500
	tick := time.NewTicker(time.Second / time.Duration(*rate))
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			wait.Wait()
			return waits
		case <-tick.C:
		}
		if waiting.Add(1) > waitingMax {
			b.Errorf("%d submissions wait at once: the service does not keep up", waitingMax)
			wait.Wait()
			return waits
		}
		wait.Go(func() {
			defer waiting.Add(-1)
			began := time.Now()
			body := strings.NewReader(fmt.Sprintf(`{"attachment":"2011-06-20","participant":"Q%d.%d","payment_group":"jsa_early"}`+"\n", run, n))
			by := &client.Client{Base: w.base, Key: c.provider.Key, HTTP: speaks}
			_, err := by.SendBatch(w.ctx, c.contract, client.Evidence{ContentType: "application/x-ndjson", Body: body})
			took := time.Since(began)
			if err != nil {
				b.Error(err)
			}
			mu.Lock()
			waits = append(waits, took)
			mu.Unlock()
		})
	}
}

// ends lists the days through which a contract is settled, the last ones of the term, when every unit has its evidence.
func ends(terms *contracts.Contract) (list []calendar.Date) {
	series := &terms.Periods[terms.Calendar.Settle].Series
	n := series.Len()
	for number := n/2 + 1; number <= n; number++ {
		span, ok := series.Span(number)
		if through := min(span.Last, terms.Last); ok && (len(list) == 0 || through > list[len(list)-1]) {
			list = append(list, through)
		}
	}
	return list
}
