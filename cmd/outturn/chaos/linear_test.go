package chaos_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"outturn/api/client"
)

// asked is what somebody asked about one week of a contract: that it be settled, or how it was.
type asked struct {
	contract string
	week     int // from 1, as its final statement is numbered
	settle   bool
}

// told is the answer: the digest of the statement that settles the week, "" where there is none, and whether this request made it.
type told struct {
	digest string
	made   bool
}

// oneSettlement is what a week may look like from outside: it has no statement, and from one moment on it has one, which
// stays. Whoever made it is told so; the scheduler, and those whose answers were lost, make one at any moment without a word.
var oneSettlement = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		weeks := map[string][]porcupine.Operation{}
		for _, op := range history {
			of := op.Input.(asked)
			key := fmt.Sprint(of.contract, " ", of.week)
			weeks[key] = append(weeks[key], op)
		}
		list := make([][]porcupine.Operation, 0, len(weeks))
		for _, week := range weeks {
			list = append(list, week)
		}
		return list
	},
	Init: func() any { return "" },
	Step: func(state, _, output any) (bool, any) {
		had, got := state.(string), output.(told)
		if got.made || got.digest == "" {
			return had == "", got.digest
		}
		return had == "" || had == got.digest, got.digest
	},
}

// settlers ask two processes to settle, and what is settled, while these settle by themselves too.
type settlers struct {
	w       *world
	began   time.Time
	wait    sync.WaitGroup
	mu      sync.Mutex
	history []porcupine.Operation
	made    int // by the request of one of them
	lost    int // requests without an answer
	wrong   []error
}

// settle starts so many of them, until the context ends.
func (w *world) settle(ctx context.Context, n int) *settlers {
	s := &settlers{w: w, began: time.Now()}
	for n := range n {
		random := rand.New(rand.NewPCG(w.random.Uint64(), uint64(n)))
		s.wait.Go(func() {
			speaks := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{}}
			defer speaks.CloseIdleConnections()
			for ctx.Err() == nil {
				contract := w.contracts[random.IntN(len(w.contracts))]
				to := &client.Client{Base: "http://" + w.addresses[random.IntN(len(w.addresses))], Key: w.payer, HTTP: speaks}
				last := s.look(n, to, contract, random.IntN(weeks)+1)
				if last >= 0 && last < weeks {
					s.ask(n, to, contract, last+1)
				}
				time.Sleep(time.Duration(random.IntN(40)) * time.Millisecond)
			}
		})
	}
	return s
}

// note keeps what was asked and answered, and when. What was not answered may have been done or not: the model has room for
// both, at any time. What was refused was not done.
func (s *settlers) note(n int, began time.Time, err error, list map[asked]told) bool {
	from, to := began.Sub(s.began), time.Since(s.began)
	s.mu.Lock()
	defer s.mu.Unlock()
	var refused *client.Problem
	switch {
	case err == nil:
		for what, answer := range list {
			s.history = append(s.history, porcupine.Operation{ClientId: n, Input: what, Call: from.Nanoseconds(), Output: answer, Return: to.Nanoseconds()})
			if answer.made {
				s.made++
			}
		}
	case !errors.As(err, &refused):
		s.lost++
	case refused.Status != http.StatusConflict && refused.Status != http.StatusServiceUnavailable && refused.Status != http.StatusUnprocessableEntity:
		s.wrong = append(s.wrong, err)
	}
	return err == nil
}

// look asks which statements a contract has, and returns the number of the last; -1 without an answer. The week after it is
// seen to have none. Of the others one is noted: all would be the same thing again and again.
func (s *settlers) look(n int, to *client.Client, contract string, week int) int {
	began := time.Now()
	list, err := client.All(func(cursor string) (client.List[client.Statement], error) {
		return to.Statements(context.Background(), contract, cursor)
	})
	seen := map[asked]told{}
	for _, st := range list {
		if st.Number == week || st.Number == len(list) {
			seen[asked{contract: contract, week: st.Number}] = told{digest: st.Digest}
		}
	}
	seen[asked{contract: contract, week: len(list) + 1}] = told{}
	if !s.note(n, began, err, seen) {
		return -1
	}
	return len(list)
}

// ask asks for a week's settlement.
func (s *settlers) ask(n int, to *client.Client, contract string, week int) {
	through := time.Date(2024, 1, 7*week, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	began := time.Now()
	var made client.Statement
	status := 0
	answer, err := to.Do(context.Background(), client.Request{Method: http.MethodPost, Path: "/v1/contracts/" + contract + "/statements", Key: client.NewKeyName(),
		ContentType: "application/json", Body: strings.NewReader(`{"through":"` + through + `"}`)})
	if err == nil {
		status = answer.StatusCode
		err = errors.Join(json.NewDecoder(answer.Body).Decode(&made), answer.Body.Close())
	}
	s.note(n, began, err, map[asked]told{{contract, week, true}: {made.Digest, status == http.StatusCreated}})
}

// While two processes settle by themselves, people ask both to settle the same weeks, and look at what is settled; processes are
// killed, and stopped for longer than their lease. Everything that anybody was told is explained by one settlement of each week,
// made at one moment between a question and its answer, which nobody ever sees undone or replaced.
func TestSettlingAtOnceIsLinear(t *testing.T) {
	kills, pauses := figures(10, 50), figures(3, 20)
	w := newWorld(t, figures(2, 6), 2)
	w.together = true
	w.startAll(clock{began: time.Now(), says: w.clock.says, rate: rate(max(20, figures(40, 300)))})
	ctx, stop := context.WithCancel(w.ctx)
	l, s := w.send(2), w.settle(ctx, 4)
	for n := range kills + pauses {
		time.Sleep(time.Duration(100+w.random.IntN(600)) * time.Millisecond)
		i := n % len(w.processes)
		if n%4 == 3 && pauses > 0 {
			pauses--
			w.must(w.processes[i].Process.Signal(syscall.SIGSTOP))
			time.Sleep(2 * time.Second) // more than twice its lease
			w.must(w.processes[i].Process.Signal(syscall.SIGCONT))
		} else {
			w.kill(i)
			w.start(i)
		}
		w.check(l)
	}
	for i := 0; w.count("select count(*) from statements where status = 'final'") < weeks*len(w.contracts)/2 && i < 3000; i++ {
		time.Sleep(100 * time.Millisecond)
	}
	stop()
	s.wait.Wait()
	w.finish(l)
	for _, err := range s.wrong {
		t.Error(err)
	}
	result, info := porcupine.CheckOperationsVerbose(oneSettlement, s.history, time.Minute)
	if result != porcupine.Ok {
		path := filepath.Join(os.TempDir(), "outturn-history.html") // it stays, to be looked at
		t.Errorf("the history of %d questions is not explained (%s); see %s, %v", len(s.history), result, path, porcupine.VisualizePath(oneSettlement, info, path))
	}
	if s.made == 0 || s.lost == 0 && !testing.Short() {
		t.Errorf("people made %d settlements, and %d of their requests were not answered: nothing was tried", s.made, s.lost)
	}
	t.Logf("%d questions explained, %d weeks settled by those who asked, %d requests without an answer", len(s.history), s.made, s.lost)
}
