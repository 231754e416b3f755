package chaos_test

import (
	"syscall"
	"testing"
	"time"
)

// rate is such that the contracts' weeks go by while so many faults are planted, with room to spare.
func rate(seconds int) int64 { return int64(weeks * 7 * 24 * 3600 / seconds) }

// Eight clients send evidence to two processes, which settle meanwhile; one after another is killed, and started again.
// Everything that was acknowledged is there once, every period is settled once, and every pound is where it belongs.
func TestKilledProcessesLoseNothing(t *testing.T) {
	kills := figures(60, 500)
	w := newWorld(t, max(2, figures(3, 8)), 2)
	w.startAll(clock{began: time.Now(), says: w.clock.says, rate: rate(max(60, figures(120, 1200)))})
	l := w.send(8)
	for n := range kills {
		time.Sleep(time.Duration(20+w.random.IntN(121)) * time.Millisecond)
		i := n % len(w.processes)
		w.kill(i)
		w.check(l)
		w.start(i)
	}
	for i := 0; l.acks.Load() < int64(figures(1000, 50_000)) && i < 6000; i++ {
		time.Sleep(100 * time.Millisecond)
	}
	w.finish(l)
	if l.unanswered.Load() == 0 || w.again() == 0 && !testing.Short() {
		t.Error("no request and no run was broken off: nothing was tried")
	}
	t.Logf("%d kills", kills)
}

// finish ends the load, settles everything, and looks whether it is right.
func (w *world) finish(l *load) {
	w.Helper()
	if end := w.clock.now(); end.After(time.Date(2024, 10, 6, 0, 0, 0, 0, time.UTC)) {
		w.Errorf("the clock ran past the contracts' last day, to %s: let it go slower", end)
	}
	sent := l.end()
	w.settleAll()
	w.check(l)
	w.reconcile(sent)
	w.Logf("%d submissions of %d people acknowledged, %d requests without an answer, %d told to come again; %d runs, %d taken up again",
		l.acks.Load(), l.acked.Load(), l.unanswered.Load(), l.busy.Load(), 2*weeks*len(w.contracts), w.again())
}

// The same load, and it is the database that dies: stopped at once, as when the power goes, or its first process killed. While it
// is away the service says to come again; when it is back so is the service, with nobody's help.
func TestKilledDatabaseLosesNothing(t *testing.T) {
	stops, murders := figures(8, 100), figures(2, 20)
	w := newWorld(t, figures(2, 6), 2)
	w.startAll(clock{began: time.Now(), says: w.clock.says, rate: rate(max(120, figures(240, 2400)))})
	l := w.send(8)
	var longest time.Duration
	for n := range stops + murders {
		time.Sleep(time.Duration(200+w.random.IntN(400)) * time.Millisecond)
		how := syscall.SIGQUIT // an immediate stop
		if n%6 == 5 && murders > 0 {
			how = syscall.SIGKILL
		}
		before := l.acks.Load()
		w.must(syscall.Kill(w.server.PID, how))
		for alive(w.server.PID) {
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(time.Duration(w.random.IntN(300)) * time.Millisecond)
		_ = w.owner.Close(w.ctx) // it went with its server
		w.startDatabase()
		back := time.Now()
		for mark := max(before, l.acks.Load()); l.acks.Load() == mark; time.Sleep(5 * time.Millisecond) {
			if time.Since(back) > time.Minute {
				t.Fatal("a minute after the database came back nothing is taken yet")
			}
		}
		longest = max(longest, time.Since(back))
		w.check(l)
	}
	w.finish(l)
	if l.unanswered.Load()+l.busy.Load() == 0 {
		t.Error("no request met an outage: nothing was tried")
	}
	t.Logf("%d outages; back after at most %s", stops+murders, longest.Round(10*time.Millisecond))
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }
