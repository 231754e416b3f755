package schedule

import (
	"bytes"
	"flag"
	"fmt"
	"testing"
	"time"

	"outturn/contracts/calendar"
	"outturn/engine/store"
)

// units is how many units the benchmarks are of; each has about five items.
var units = flag.Int("units", 20_000, "a fifth of the people whose evidence is made up, one item each; the figures of record are of 1,000,000")

// BenchmarkDivided does the same provisional run turn by turn in one piece and in four parts, in one process.
// times-undivided is what the second took over the first.
func BenchmarkDivided(b *testing.B) {
	w := newWorld(b)
	now := at(b, "1980-01-01T12:00:00Z")
	c := w.weekly(52)
	rows := 5 * *units
	w.bring("ctr_1", 1, c, w.at)
	var csv bytes.Buffer
	csv.WriteString("kind,participant,day\n")
	for n := range rows {
		fmt.Fprintf(&csv, "attachment,P%07d-of-the-register,%s\n", (n*7919)%rows, calendar.MustDate("2024-01-01").AddDays(n%360))
	}
	w.send("ctr_1", "bat_1", c, csv.String())
	w.count("select count(*) from items") // the first reader after a writer tidies up behind it
	s := w.worker(&now)
	took := [2]time.Duration{}
	through := someEnds(c)[1]
	for b.Loop() {
		for how, size := range []int{-1, rows/4 + 1} {
			s.o.PartRows = int64(size)
			began := time.Now()
			if run := w.settleNow(s, "ctr_1", c, through, Provisional); run.State != store.RunDone {
				b.Fatalf("%+v", run)
			}
			took[how] += time.Since(began)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/took[1].Seconds(), "rows/s")
	b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "times-undivided")
}
