package schedule

import (
	"bytes"
	"flag"
	"fmt"
	"runtime"
	"testing"
	"time"

	"outturn/contracts"
	"outturn/contracts/calendar"
	"outturn/engine/store"
)

// units is how many units the benchmarks are of; each has about five items.
var units = flag.Int("units", 20_000, "people whose evidence is made up, five items each; the figures of record are of 1,000,000")

// told is evidence of so many people, five items each, in no order: each joined in the first month.
func (w *world) told(id string, people int) {
	w.Helper()
	var csv bytes.Buffer
	csv.WriteString("kind,participant,day\n")
	for n := range 5 * people {
		who := n * 7919 % people
		fmt.Fprintf(&csv, "attachment,P%07d-of-the-register,%s\n", who, calendar.MustDate("2024-01-01").AddDays(who%30+30*(n/people)))
	}
	c := w.weekly(52)
	w.bring(id, 1, c, w.at)
	w.send(id, "bat_1", c, csv.String())
	w.change("vacuum items") // which the database would else do by itself, beside what is timed
}

// BenchmarkDivided does the same provisional run turn by turn in one piece and in four parts, in one process.
// times-undivided is what the second took over the first.
func BenchmarkDivided(b *testing.B) {
	w := newWorld(b)
	now := at(b, "1980-01-01T12:00:00Z")
	w.told("ctr_1", *units)
	s := w.worker(&now, func(o *Options) { o.KeepRoots = -1 })
	took := [2]time.Duration{}
	for b.Loop() {
		for how, size := range []int{-1, 5**units/4 + 1} {
			s.o.PartRows = int64(size)
			took[how] += w.timed(s, 52)
		}
	}
	b.ReportMetric(5*float64(*units)*float64(b.N)/took[1].Seconds(), "rows/s")
	b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "times-undivided")
}

// BenchmarkRenewed settles a week, is told something of one person in a hundred, and does the provisional run of the next
// week turn by turn in full and of what changed. of-full is what the second took over the first.
func BenchmarkRenewed(b *testing.B) {
	w := newWorld(b)
	now := at(b, "1980-01-01T12:00:00Z")
	w.told("ctr_1", *units)
	c := w.weekly(52)
	s := w.worker(&now, func(o *Options) { o.PartRows = -1 })
	if run := w.settleNow(s, "ctr_1", c, weekEnd(40), Final); run.State != store.RunDone {
		b.Fatalf("%+v", run)
	}
	w.more(c, 41, 0)
	took := [2]time.Duration{}
	for b.Loop() {
		for how, keep := range []int{-1, 1} {
			s.o.KeepRoots = keep
			took[how] += w.timed(s, 41)
		}
	}
	if n := w.count("select count(distinct digest) from statements where status = 'provisional'"); n != 1 {
		b.Errorf("%d statements of one week", n)
	}
	b.ReportMetric(took[0].Seconds()/float64(b.N), "full-s")
	b.ReportMetric(took[1].Seconds()/float64(b.N), "renewed-s")
	b.ReportMetric(100*took[1].Seconds()/took[0].Seconds(), "%-of-full")
}

// BenchmarkRenewedFinal does the final runs of weeks one after the other, every other one in full since nothing is kept of the one
// before it, and each leaves what the next is made of. of-full is what those of what changed took over the others.
func BenchmarkRenewedFinal(b *testing.B) {
	w := newWorld(b)
	now := at(b, "1980-01-01T12:00:00Z")
	w.told("ctr_1", *units)
	c := w.weekly(52)
	s := w.worker(&now, func(o *Options) { o.PartRows, o.KeepRoots = -1, 1 })
	took, week := [2]time.Duration{}, 30 // by which all that was told has happened
	for b.Loop() {
		for how := range took {
			if how == 0 {
				w.change("delete from kept")
			}
			if week++; week > 52 {
				b.Fatal("the contract has 52 weeks: ask for fewer rounds")
			}
			w.more(c, week, week)
			w.change("vacuum items, kept, kept_roots, chunks") // which the database would do by itself within the week
			runtime.GC()                                       // of what was made up
			began := time.Now()
			if run := w.settleNow(s, "ctr_1", c, weekEnd(week), Final); run.State != store.RunDone {
				b.Fatalf("%+v", run)
			}
			took[how] += time.Since(began)
		}
	}
	b.ReportMetric(took[0].Seconds()/float64(b.N), "full-s")
	b.ReportMetric(took[1].Seconds()/float64(b.N), "renewed-s")
	b.ReportMetric(100*took[1].Seconds()/took[0].Seconds(), "%-of-full")
}

// more tells something of one person in a hundred, from one on, that is known at a week's cut-off.
func (w *world) more(c *contracts.Contract, week, from int) {
	w.Helper()
	var csv bytes.Buffer
	csv.WriteString("kind,participant,day,learned\n")
	for who := from; who < *units; who += 100 { // joined before the day that was known
		fmt.Fprintf(&csv, "attachment,P%07d-of-the-register,2024-01-01,%s\n", who, weekEnd(week))
	}
	w.send("ctr_1", fmt.Sprint("bat_more_", week), c, csv.String())
}

func weekEnd(n int) calendar.Date { return calendar.MustDate("2023-12-31").AddDays(7 * n) }

// timed does the provisional run of a week.
func (w *world) timed(s *Worker, week int) time.Duration {
	w.Helper()
	began := time.Now()
	if run := w.settleNow(s, "ctr_1", w.weekly(52), weekEnd(week), Provisional); run.State != store.RunDone {
		w.Fatalf("%+v", run)
	}
	return time.Since(began)
}
