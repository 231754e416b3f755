package chaos_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// retried is a request that is sent many times under one key, and the one answer that it has.
type retried struct {
	key, body string
	times     int

	mu     sync.Mutex
	answer string // "" while none came whole
}

// heard notes an answer that came whole, and says what is wrong with it.
func (r *retried) heard(answer string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answer == "" {
		r.answer = answer
	}
	if answer != r.answer {
		return fmt.Sprintf("%s has two answers: %s and %s", r.key, r.answer, answer)
	}
	return ""
}

// sender sends requests of one provider to one address.
type sender struct {
	speaks        *http.Client
	address, path string
	provider      string
}

// send returns the status and the whole answer, or an error where there was none.
func (s sender) send(key, body string) (status int, answer string, err error) {
	request, err := http.NewRequest(http.MethodPost, "http://"+s.address+s.path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Authorization", "Bearer "+s.provider)
	request.Header.Set("Content-Type", "application/x-ndjson")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	got, err := s.speaks.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer got.Body.Close()
	b, err := io.ReadAll(got.Body)
	return got.StatusCode, fmt.Sprintf("%d %s %s", got.StatusCode, got.Header.Get("Location"), b), err
}

// storm sends every request as often as it says, in no order, so many at once.
func storm(w *world, list []*retried, atOnce int, s sender) {
	var every []*retried
	for _, r := range list {
		for range r.times {
			every = append(every, r)
		}
	}
	w.random.Shuffle(len(every), func(i, j int) { every[i], every[j] = every[j], every[i] })
	each(w, every, atOnce, func(r *retried) string {
		status, answer, err := s.send(r.key, r.body)
		switch {
		case err != nil || status == http.StatusConflict || status == http.StatusServiceUnavailable:
			return "" // no answer, or to come again
		case status != http.StatusCreated:
			return r.key + ": " + answer
		}
		return r.heard(answer)
	})
}

// each does something with each, so many at once, and fails the test with what is wrong.
func each(w *world, list []*retried, atOnce int, do func(*retried) string) {
	w.Helper()
	next := make(chan *retried)
	var wait sync.WaitGroup
	for range atOnce {
		wait.Go(func() {
			for r := range next {
				if wrong := do(r); wrong != "" {
					w.Error(wrong)
				}
			}
		})
	}
	for _, r := range list {
		next <- r
	}
	close(next)
	wait.Wait()
	if w.Failed() {
		w.FailNow()
	}
}

// Requests are sent again and again under their keys, many at once, over a network that cuts them off: each is done once, and
// every answer to it is the same to the byte, from another process, after a restart, and from a copy of the database.
func TestRetriesOverABadNetworkDoOnce(t *testing.T) {
	keys, atOnce := figures(150, 10_000), figures(20, 50)
	w := newWorld(t, 1, 2)
	w.startAll(clock{began: time.Now(), says: w.clock.says})
	bad, address := newNetwork(t, w.addresses[0], w.random.Uint64())
	path := "/v1/contracts/" + w.contracts[0] + "/batches"
	list := make([]*retried, keys)
	for n := range list {
		list[n] = &retried{key: fmt.Sprintf("key-%d", n), body: fmt.Sprintf(`{"attachment":"2024-01-01","participant":"P%d"}`+"\n", n), times: 1 + w.random.IntN(20)}
	}
	over := sender{&http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}, address, path, w.provider}
	storm(w, list, atOnce, over)
	if bad.cut.Load() == 0 || bad.torn.Load() == 0 || bad.through.Load() == 0 {
		t.Errorf("%d connections came through, %d were cut and %d torn: nothing was tried", bad.through.Load(), bad.cut.Load(), bad.torn.Load())
	}

	direct := sender{&http.Client{Timeout: 20 * time.Second}, w.addresses[1], path, w.provider}
	answered := func(where string) {
		each(w, list, 4, func(r *retried) string {
			status, answer, err := direct.send(r.key, r.body)
			if err != nil || status != http.StatusCreated {
				return fmt.Sprintf("%s, %s: %d %s: %v", where, r.key, status, answer, err)
			}
			return r.heard(answer)
		})
	}
	answered("from the other process")
	each(w, list, 4, func(r *retried) string {
		if status, answer, err := direct.send(r.key, strings.Replace(r.body, "2024-01-01", "2023-12-31", 1)); err != nil || status != http.StatusUnprocessableEntity {
			return fmt.Sprintf("%s with another body: %s: %v", r.key, answer, err)
		}
		if status, answer, err := direct.send("", r.body); err != nil || status != http.StatusBadRequest {
			return fmt.Sprintf("without a key: %s: %v", answer, err)
		}
		return ""
	})
	for i := range w.processes {
		w.kill(i)
		w.start(i)
	}
	answered("after a restart")
	w.restore()
	answered("from a copy of the database")

	for what, want := range map[string]int{"batches": keys, "items": keys, "idempotency where key like 'key-%'": keys} {
		if n := w.count("select count(*) from " + what); n != want {
			t.Errorf("%d %s for %d keys", n, what, want)
		}
	}
	t.Logf("%d keys; %d connections came through, %d were cut off and %d torn down", keys, bad.through.Load(), bad.cut.Load(), bad.torn.Load())
}

// restore stops everything, copies the database's folder, and goes on with the copy.
func (w *world) restore() {
	w.Helper()
	for i := range w.processes {
		w.kill(i)
	}
	if w.owner != nil {
		_ = w.owner.Close(w.ctx)
	}
	w.must(w.server.Stop())
	to := filepath.Join(filepath.Dir(w.options.Dir), "restored")
	if said, err := exec.Command("cp", "-a", w.options.Dir, to).CombinedOutput(); err != nil {
		w.Fatalf("%v: %s", err, said)
	}
	w.must(os.RemoveAll(w.options.Dir))
	w.options.Dir = to
	w.startDatabase()
	for i := range w.processes {
		w.start(i)
	}
}
