package chaos_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"outturn/contracts/calendar"
)

// outcome is what a client knows of what it sent.
type outcome int

const (
	unknown      outcome = iota // no answer came, or one that says to ask again
	acknowledged                // the answer says that it was taken
	refused                     // the answer says that it was not
)

// submission is a batch that a client sent, and what it knows of it.
type submission struct {
	contract string
	key      string
	people   []string
	outcome  outcome
	sent     int
}

// load is clients that send evidence until they are told to stop. Each submission is sent until it is answered, under the
// same key, save one in ten that its sender gives up when no answer came: nobody knows of those until they are looked for.
type load struct {
	w     *world
	stop  context.CancelFunc
	wait  sync.WaitGroup
	mu    sync.Mutex
	done  []*submission
	wrong []string

	acks, acked, unanswered, busy atomic.Int64 // submissions, people in them, requests without an answer, requests told to come again
}

// send starts so many clients.
func (w *world) send(clients int) *load {
	ctx, stop := context.WithCancel(w.ctx)
	l := &load{w: w, stop: stop}
	for n := range clients {
		random := rand.New(rand.NewPCG(w.random.Uint64(), uint64(n)))
		l.wait.Go(func() { l.client(ctx, n, random) })
	}
	return l
}

// end stops the clients, and waits until each has an answer for what it does not give up.
func (l *load) end() []*submission {
	l.w.Helper()
	l.stop()
	l.wait.Wait()
	for _, wrong := range l.wrong {
		l.w.Error(wrong)
	}
	return l.done
}

func (l *load) client(ctx context.Context, n int, random *rand.Rand) {
	speaks := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{}}
	defer speaks.CloseIdleConnections()
	for i := 0; ctx.Err() == nil; i++ {
		s := &submission{contract: l.w.contracts[random.IntN(len(l.w.contracts))], key: fmt.Sprintf("client-%d-%d", n, i)}
		for p := range 1 + random.IntN(4) {
			s.people = append(s.people, fmt.Sprintf("P%d.%d.%d", n, i, p))
		}
		givesUp := random.IntN(10) == 0
		body := l.body(s)
		for s.outcome == unknown && (s.sent == 0 || !givesUp) {
			l.once(speaks, s, body, random.IntN(len(l.w.addresses)))
			if s.outcome == unknown {
				time.Sleep(time.Duration(5+random.IntN(20)) * time.Millisecond)
			}
		}
		if s.outcome == acknowledged {
			l.acks.Add(1)
			l.acked.Add(int64(len(s.people)))
		}
		l.mu.Lock()
		l.done = append(l.done, s)
		l.mu.Unlock()
	}
}

// body says that each of a submission's people joined today.
func (l *load) body(s *submission) string {
	year, month, of := l.w.clock.now().Date()
	today, _ := calendar.NewDate(year, int(month), of)
	var b strings.Builder
	for _, p := range s.people {
		fmt.Fprintf(&b, `{"attachment":"%s","participant":"%s"}`+"\n", today, p)
	}
	return b.String()
}

// once sends a submission one time, and notes what came of it.
func (l *load) once(speaks *http.Client, s *submission, body string, to int) {
	s.sent++
	request, err := http.NewRequest(http.MethodPost, "http://"+l.w.addresses[to]+"/v1/contracts/"+s.contract+"/batches", strings.NewReader(body))
	if err != nil {
		l.fault("%v", err)
		return
	}
	for name, value := range map[string]string{"Authorization": "Bearer " + l.w.provider, "Idempotency-Key": s.key, "Content-Type": "application/x-ndjson"} {
		request.Header.Set(name, value)
	}
	answer, err := speaks.Do(request)
	var said []byte
	if err == nil {
		said, err = io.ReadAll(answer.Body)
		err = errors.Join(err, answer.Body.Close())
	}
	switch {
	case err != nil:
		l.unanswered.Add(1)
	case answer.StatusCode == http.StatusCreated:
		s.outcome = acknowledged
	case (answer.StatusCode == http.StatusConflict || answer.StatusCode == http.StatusServiceUnavailable) && answer.Header.Get("Retry-After") != "":
		l.busy.Add(1)
	default:
		s.outcome = refused
		l.fault("%s was answered with %d: %.300s", s.key, answer.StatusCode, said)
	}
}

func (l *load) fault(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.wrong) < 20 {
		l.wrong = append(l.wrong, fmt.Sprintf(format, args...))
	}
}
