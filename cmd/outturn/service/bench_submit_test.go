package service_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"outturn/api/client"
	"outturn/cmd/outturn/service"
	"outturn/engine/schedule"
	"outturn/engine/store/storetest"
)

// BenchmarkSubmissions lets submissions of one row each arrive at a fixed rate, whether or not the ones before were answered: to ten
// contracts alone, while a run settles another, and all to one contract while a run settles it. Those to one contract are numbered
// one after another, each held until the disk has it, so that the disk is what bounds them. Reported is how long they waited for their
// answer from the moment they were to be sent, what processor time each took, of the senders and the service together and of the
// database, and how many runs ended meanwhile. The runs are the schedule's, each over all the evidence.
func BenchmarkSubmissions(b *testing.B) {
	w, large, terms, body, _ := benchWorld(b)
	batch, err := large.provider.SendBatch(w.ctx, large.contract, client.Evidence{ContentType: "application/x-ndjson", Body: bytes.NewReader(body)})
	must(b, batch, err)
	others := make([]*cast, 10)
	for i := range others {
		others[i] = w.everybody(b, terms.Source, terms)
	}
	_, err = w.owner(b).Exec(w.ctx, "vacuum analyze items") //nolint:misspell // SQL's own words
	must(b, 0, err)
	for _, beside := range []string{"alone", "another", "same"} {
		b.Run(beside, func(b *testing.B) {
			to := others
			if beside == "same" {
				to = []*cast{large}
			}
			a := arrivals{w: w, to: to, name: beside}
			for b.Loop() {
				a.measure(b, beside != "alone")
			}
			a.report(b)
		})
	}
}

// arrivals are submissions to a contract, and what became of them.
type arrivals struct {
	w    *world
	to   []*cast
	name string

	mu                     sync.Mutex
	waits                  []time.Duration
	sent, runs             int
	took, service, servers time.Duration
}

// measure lets submissions arrive, while runs settle whatever is due or while nothing does.
func (a *arrivals) measure(b *testing.B, settling bool) {
	ctx, stop := context.WithTimeout(a.w.ctx, *lasts)
	defer stop()
	finish := func() int { return 0 }
	if settling {
		finish = a.w.settles(b, stop)
	}
	service, servers, began := processorTime(b), databaseTime(b), time.Now()
	a.arrive(ctx, b)
	a.took += time.Since(began)
	a.service += processorTime(b) - service
	a.servers += databaseTime(b) - servers
	a.runs += finish()
}

// settles begins to settle what is due. What it returns breaks off the run under way, and says how many ended; done is called when
// nothing is due any more.
func (w *world) settles(b *testing.B, done func()) (finish func() int) {
	b.Helper()
	owner := w.owner(b)
	count := func(where string) (n int) {
		err := owner.QueryRow(context.Background(), "select count(*) from runs where "+where).Scan(&n)
		return must(b, n, err)
	}
	before := count("state = 'done'")
	worker, err := schedule.New(w.ctx, schedule.Options{Store: w.store, Now: w.clock, Name: "benchmark", Runs: 1, KeepRoots: -1, SkewMax: -1, Poll: 20 * time.Millisecond,
		Grace: time.Second, Admit: service.Admit(w.store, w.clock)})
	must(b, worker, err)
	must(b, worker, worker.Start(context.Background()))
	for count("state = 'running'") == 0 {
		time.Sleep(5 * time.Millisecond)
	}
	return func() int {
		_ = worker.Stop(context.Background()) // a run that is under way is broken off, and says so
		return count("state = 'done'") - before
	}
}

// arrive sends submissions at the rate until the time is over. One that is not taken fails the benchmark.
func (a *arrivals) arrive(ctx context.Context, b *testing.B) {
	speaks := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 512}}
	var wait sync.WaitGroup
	defer wait.Wait()
	var waiting atomic.Int64
	const waitingMax = 1000
	between := time.Second / time.Duration(*rate)
	for due := time.Now(); ; due = due.Add(between) { // behind its time, the next one is sent at once
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(due)):
		}
		if waiting.Add(1) > waitingMax {
			wait.Wait()
			slices.Sort(a.waits)
			b.Errorf("%d submissions wait at once: the service does not keep up; %d were answered, half within %s", waitingMax, len(a.waits), a.waits[len(a.waits)/2])
			return
		}
		to := a.to[a.sent%len(a.to)]
		a.sent++
		body := strings.NewReader(fmt.Sprintf(`{"attachment":"2011-06-20","participant":"%s.%d","payment_group":"jsa_early"}`+"\n", a.name, a.sent))
		wait.Go(func() {
			defer waiting.Add(-1)
			by := &client.Client{Base: a.w.base, Key: to.provider.Key, HTTP: speaks}
			_, err := by.SendBatch(a.w.ctx, to.contract, client.Evidence{ContentType: "application/x-ndjson", Body: body})
			took := time.Since(due)
			if err != nil {
				b.Error(err)
			}
			a.mu.Lock()
			a.waits = append(a.waits, took)
			a.mu.Unlock()
		})
	}
}

func (a *arrivals) report(b *testing.B) {
	slices.Sort(a.waits)
	if len(a.waits) == 0 {
		b.Fatal("nothing was sent")
	}
	in := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	at := func(share float64) float64 { return in(a.waits[min(len(a.waits)-1, int(share*float64(len(a.waits))))]) }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(in(a.waits[len(a.waits)-1]), "max-ms")
	b.ReportMetric(float64(len(a.waits))/a.took.Seconds(), "submissions/s")
	b.ReportMetric(float64(a.runs), "runs")
	b.ReportMetric(a.took.Seconds(), "seconds")
	b.ReportMetric(in(a.service)/float64(a.sent), "service-cpu-ms")
	b.ReportMetric(in(a.servers)/float64(a.sent), "database-cpu-ms")
}

// processorTime is what this process took so far.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	must(b, 0, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// databaseTime is what the processes of the database took so far, those that ended too; nought where the system does not say.
func databaseTime(b *testing.B) (sum time.Duration) {
	const tick = 10 * time.Millisecond // the system's unit
	server := storetest.Server(b).PID
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range all {
		stat, _ := os.ReadFile(name) // it may have ended
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		const parent, user, childrenSystem = 1, 11, 14
		if len(fields) <= childrenSystem || fields[parent] != strconv.Itoa(server) && !strings.HasPrefix(string(stat), strconv.Itoa(server)+" ") {
			continue
		}
		for _, field := range fields[user : childrenSystem+1] {
			n, _ := strconv.Atoi(field)
			sum += time.Duration(n) * tick
		}
	}
	return sum
}
