package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"outturn/contracts/money"
	"outturn/engine/store"
)

// meeting lets so many go on at once, or whoever waited long enough: with row locks one may have to go first.
type meeting struct {
	there chan struct{}
	left  atomic.Int64
}

func newMeeting(n int64) *meeting {
	m := &meeting{there: make(chan struct{})}
	m.left.Store(n)
	return m
}

func (m *meeting) wait() {
	if m.left.Add(-1) == 0 {
		close(m.there)
	}
	select {
	case <-m.there:
	case <-time.After(time.Second):
	}
}

var errNoRoom = errors.New("the budget has no room")

// budget is a database with payments that were prepared, each of one dollar, and a rule that no constraint and no lock of a row
// holds: what was released must not pass a sum.
func budget(t *testing.T, payments int) *store.Store {
	t.Helper()
	s, url := settled(t)
	ctx := context.Background()
	owner, err := pgx.Connect(ctx, url+" search_path=outturn")
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(ctx)
	for n := range payments {
		for _, sql := range []string{
			"insert into postings (contract, statement, number, payer, payee, payment, amount) select contract, place, $1, 'a', 'b', 'p', 1 from statements where number = 1",
			"insert into entries (contract, statement, number, party, payment, amount, at) select contract, place, $1 + n, n::text, 'p', 2 * n - 1, now() from statements, generate_series(0, 1) n where number = 1",
			"insert into payments (contract, statement, posting, state, preparer, changed) select contract, place, $1, 'prepared', 'per_1', now() from statements where number = 1",
		} {
			// The ledger's triggers are not what is tried here.
			if _, err := owner.Exec(ctx, "set session_replication_role = replica"); err != nil {
				t.Fatal(err)
			}
			if _, err := owner.Exec(ctx, sql, 1000+2*n); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

// release releases one payment of a dollar, if what was released then stays within the budget. Between reading and writing it
// meets the others.
func release(ctx context.Context, s *store.Store, posting int, within money.Amount, meet func()) error {
	act := store.Act{Operation: "release", Contract: "ctr_1", Key: fmt.Sprintf("k%d", posting), Digest: [32]byte{1}, At: noon}
	_, _, err := s.Act(ctx, commissioner, act, func(tx *store.Tx) (store.Reply, error) {
		list, err := tx.Payments(ctx, "ctr_1", 1)
		if err != nil {
			return store.Reply{}, err
		}
		released := within.Sub(within)
		var mine store.Payment
		for _, p := range list {
			if p.Posting >= 1000 && p.State == store.PaymentReleased {
				released = released.Add(p.Amount)
			}
			if p.Posting == posting {
				mine = p
			}
		}
		if released.Add(mine.Amount).Cmp(within) > 0 {
			return store.Reply{Status: 409}, errNoRoom
		}
		meet()
		mine.State, mine.Releaser = store.PaymentReleased, "per_3"
		return store.Reply{Status: 200}, tx.SetPayment(ctx, mine)
	})
	return err
}

// Several people release payments at once, each within the budget as it stands when they look. What they release
// together stays within it too: each payment is a row of its own, so that no lock and no constraint stops them, and only
// the order in which the database puts them does.
func TestReleasesAtOnceKeepToABudget(t *testing.T) {
	const payments = 4
	s := budget(t, payments)
	ctx := context.Background()
	aud, _ := money.LookupCurrency("AUD")
	within := money.FromMinor(aud, 200) // room for two of the four
	// Each comes twice: before it is known what hangs on it, and after.
	meetings := []*meeting{newMeeting(payments), newMeeting(payments)}
	var released, refused atomic.Int64
	var wait sync.WaitGroup
	for n := range payments {
		wait.Go(func() {
			tries := 0
			meet := func() {
				if tries++; tries <= len(meetings) {
					meetings[tries-1].wait()
				}
			}
			switch err := release(ctx, s, 1000+2*n, within, meet); {
			case err == nil:
				released.Add(1)
			case errors.Is(err, errNoRoom):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if released.Load() != 2 || refused.Load() != 2 {
		t.Errorf("%d were released and %d refused: expected 2 and 2", released.Load(), refused.Load())
	}
}

// One key makes one change also where acts run as if they were alone, and so do not see each other's answers.
func TestOneKeyMakesOneReleaseSerialised(t *testing.T) {
	s := budget(t, 1)
	ctx := context.Background()
	request := store.Act{Operation: "release", Contract: "ctr_1", Key: "one", Digest: [32]byte{1}, At: noon, Decides: true}
	var made, replays, busy atomic.Int64
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 5 {
				_, replayed, err := s.Act(ctx, commissioner, request, func(tx *store.Tx) (store.Reply, error) {
					list, err := tx.Payments(ctx, "ctr_1", 1)
					if err != nil {
						return store.Reply{}, err
					}
					p := list[len(list)-1]
					p.State, p.Releaser = store.PaymentReleased, "per_3"
					return store.Reply{Status: 200}, tx.SetPayment(ctx, p)
				})
				switch {
				case errors.Is(err, store.ErrInFlight):
					busy.Add(1)
				case err != nil:
					t.Error(err)
				case replayed:
					replays.Add(1)
				default:
					made.Add(1)
				}
			}
		})
	}
	wait.Wait()
	if made.Load() != 1 || replays.Load() == 0 || replays.Load()+busy.Load() != 39 {
		t.Errorf("made %d, replays %d, in flight %d", made.Load(), replays.Load(), busy.Load())
	}
}
