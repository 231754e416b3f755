package schedule

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"outturn/engine/store"
)

const (
	childURL  = "SCHEDULE_TEST_DATABASE"
	childNow  = "SCHEDULE_TEST_NOW"
	childSeed = "SCHEDULE_TEST_SEED"
	childRows = "SCHEDULE_TEST_PART_ROWS"
	chaosEnv  = "OUTTURN_CHAOS" // "full": the figures of a release
)

// child is a process of its own that settles until it is killed. Its clock is slow to answer, so that it can be killed,
// and stopped, in the middle of everything.
func child(url string) int {
	now, err := time.Parse(time.RFC3339, os.Getenv(childNow))
	seed, bad := strconv.ParseUint(os.Getenv(childSeed), 10, 64)
	rows, worse := strconv.ParseInt(os.Getenv(childRows), 10, 64)
	if err = errors.Join(err, bad, worse); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: url, Connections: 12, Forgetful: true})
	if err == nil {
		random := rand.New(rand.NewPCG(seed, 1))
		var w *Worker
		slow := make(chan struct{}, 1)
		w, err = New(ctx, Options{Store: s, Name: fmt.Sprintf("child %d", os.Getpid()), SkewMax: -1, Poll: 100 * time.Millisecond, Lease: 600 * time.Millisecond, Runs: 4, PartRows: rows, Now: func() time.Time {
			slow <- struct{}{}
			wait := time.Duration(random.IntN(8)) * time.Millisecond
			if random.IntN(6) == 0 {
				wait = time.Duration(random.IntN(250)) * time.Millisecond
			}
			<-slow
			time.Sleep(wait)
			return now
		}})
		if err == nil {
			err = w.Start(ctx)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("ready")
	select {}
}

// herd is some processes that settle, of which now and then one dies.
type herd struct {
	*world
	now      time.Time
	partRows int64
	random   *rand.Rand
	children []*exec.Cmd
}

func (h *herd) start(i int) {
	h.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childURL+"="+h.url, childNow+"="+h.now.Format(time.RFC3339), childSeed+"="+strconv.FormatUint(h.random.Uint64(), 10), childRows+"="+strconv.FormatInt(h.partRows, 10))
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		h.Fatal(err)
	}
	h.children[i] = c
	ready := make([]byte, 5)
	if _, err := out.Read(ready); err != nil {
		h.Fatalf("process %d did not start: %v", i, err)
	}
}

func (h *herd) signal(i int, s syscall.Signal) {
	h.Helper()
	if err := h.children[i].Process.Signal(s); err != nil {
		h.Fatal(err)
	}
}

func (h *herd) kill(i int) {
	h.signal(i, syscall.SIGKILL)
	_ = h.children[i].Wait() // it was killed
}

// open is how many runs are still to be done.
func (h *herd) open(expected int) int {
	h.Helper()
	return expected - h.count("select count(*) from runs where state = 'done'")
}

// busy waits a while for a process that is in the middle of a run, and else picks any.
func (h *herd) busy() int {
	h.Helper()
	for range 50 {
		for _, i := range h.random.Perm(len(h.children)) {
			if h.count(fmt.Sprintf("select count(*) from runs where state = 'running' and holder = 'child %d'", h.children[i].Process.Pid)) > 0 {
				return i
			}
		}
	}
	return h.random.IntN(len(h.children))
}

// Several processes share what is due after a long time in which none ran; they are killed, and stopped for longer than
// their lease, at any moment. Every period of every contract gets one provisional and one final run, and the ledger is at
// nought.
func TestProcessesThatDieSettleEveryPeriodOnce(t *testing.T) {
	contracts, weeks, kills, pauses := 4, 20, 10, 3
	if os.Getenv(chaosEnv) == "full" {
		contracts, weeks, kills, pauses = 8, 40, 50, 20
	}
	dying(t, contracts, weeks, kills, pauses, -1)
}

// The same where every run is divided, and processes die with its parts.
func TestProcessesThatDieWithPartsSettleEveryPeriodOnce(t *testing.T) {
	contracts, weeks, kills, pauses := 2, 6, 5, 1
	if os.Getenv(chaosEnv) == "full" {
		contracts, weeks, kills, pauses = 4, 40, 50, 20
	}
	dying(t, contracts, weeks, kills, pauses, 3)
}

func dying(t *testing.T, contracts, weeks, kills, pauses int, partRows int64) {
	t.Helper()
	seed := uint64(20240101)
	if text := os.Getenv(childSeed); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d: set %s to it to do this again", seed, childSeed)
	h := &herd{world: newWorld(t), now: at(t, "2026-01-01T12:00:00Z"), partRows: partRows, random: rand.New(rand.NewPCG(seed, 2)), children: make([]*exec.Cmd, 2)}
	c := h.weekly(weeks)
	for n := range contracts {
		id := fmt.Sprintf("ctr_%d", n+1)
		h.bring(id, 1, c, h.at)
		h.send(id, "bat_1", c, joined(weeks))
	}
	t.Cleanup(func() {
		for _, c := range h.children {
			if c != nil && c.ProcessState == nil {
				_ = c.Process.Kill() // the test is over
				_ = c.Wait()
			}
		}
	})
	for i := range h.children {
		h.start(i)
	}
	expected := contracts * weeks * 2
	killed, paused := 0, 0
	for waited := 0; h.open(expected) > 0; waited++ {
		if waited > 1200 {
			t.Fatalf("%d of %d runs are still to be done", h.open(expected), expected)
		}
		i := h.busy()
		switch {
		case paused < pauses && h.random.IntN(8) == 0:
			paused++
			h.signal(i, syscall.SIGSTOP)
			time.Sleep(1500 * time.Millisecond) // more than twice its lease
			h.signal(i, syscall.SIGCONT)
		case killed < kills:
			killed++
			h.kill(i)
			h.start(i)
		}
		time.Sleep(time.Duration(h.random.IntN(150)) * time.Millisecond)
	}
	for n := range contracts {
		h.whole(fmt.Sprintf("ctr_%d", n+1), weeks)
	}
	again := 0
	for n := range contracts {
		for _, r := range h.runs(fmt.Sprintf("ctr_%d", n+1)) {
			again += r.Attempts - 1
		}
	}
	t.Logf("%d runs, %d kills, %d pauses; %d runs were taken up again", expected, killed, paused, again)
	if again == 0 {
		t.Error("no process died in the middle of a run: nothing was tried")
	}
}
