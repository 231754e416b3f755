package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"outturn/engine/store"
)

// committed is a transaction that was committed: what it read of each payment, and which one it wrote. A version of a
// payment is named by the transaction that wrote it, 0 for the one it began with.
type committed struct {
	id    int
	read  map[int]int // payment: version
	wrote int
}

// Transactions read all payments and write one, at random, many at once. What each of them saw and wrote is explained by one
// after another: the order that their reads and writes demand has no circle. Nothing but the database's own order stands in the
// way: no constraint forbids what they do, and each locks only what it writes.
func TestDecisionsAtOnceEqualSomeOrder(t *testing.T) {
	const payments, workers = 6, 8
	each := 40
	if os.Getenv("OUTTURN_CHAOS") == "full" {
		each = 4000
	}
	s := budget(t, payments)
	var mu sync.Mutex
	var history []committed
	skipped := 0
	var wait sync.WaitGroup
	for worker := range workers {
		random := rand.New(rand.NewPCG(20240101, uint64(worker)))
		wait.Go(func() {
			for n := range each {
				h, err := decide(s, 1+worker*each+n, random.IntN(payments))
				mu.Lock()
				switch {
				case err == nil:
					history = append(history, h)
				case errors.Is(err, store.ErrBusy):
					skipped++ // it was undone for others' sake again and again
				default:
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if len(history) < workers*each/4 {
		t.Errorf("%d of %d transactions were committed: too few to say anything", len(history), workers*each)
	}
	if circle := circleIn(history); circle != "" {
		t.Errorf("no order explains what was seen: %s", circle)
	}
	t.Logf("%d transactions committed, %d given up", len(history), skipped)
}

// decide reads every payment and writes one.
func decide(s *store.Store, id, which int) (h committed, err error) {
	ctx := context.Background()
	act := store.Act{Operation: "hold", Contract: "ctr_1", Key: fmt.Sprintf("h%d", id), Digest: [32]byte{2}, At: noon}
	_, _, err = s.Act(ctx, commissioner, act, func(tx *store.Tx) (store.Reply, error) {
		h = committed{id: id, read: map[int]int{}, wrote: which}
		list, err := tx.Payments(ctx, "ctr_1", 1)
		if err != nil {
			return store.Reply{}, err
		}
		var mine *store.Payment
		for i, p := range list {
			if p.Posting < 1000 {
				continue
			}
			version := 0
			if p.Why != "" {
				if _, err := fmt.Sscan(p.Why, &version); err != nil {
					return store.Reply{}, err
				}
			}
			h.read[(p.Posting-1000)/2] = version
			if p.Posting == 1000+2*which {
				mine = &list[i]
			}
		}
		if mine == nil {
			return store.Reply{}, errors.New("the payment is not there")
		}
		mine.State, mine.Why = store.PaymentHeld, fmt.Sprint(id)
		return store.Reply{Status: 200}, tx.SetPayment(ctx, *mine)
	})
	return h, err
}

// circleIn looks for a circle in what must have come before what: whoever wrote a version before whoever read it, and
// whoever read a version before whoever wrote over it. "" when there is none.
func circleIn(history []committed) string {
	over := map[[2]int]int{} // payment and version: who wrote over it
	for _, h := range history {
		place := [2]int{h.wrote, h.read[h.wrote]}
		if first, twice := over[place]; twice {
			return fmt.Sprintf("%d and %d both wrote over version %d of payment %d", first, h.id, place[1], place[0])
		}
		over[place] = h.id
	}
	after := map[int][]int{}
	for _, h := range history {
		for payment, version := range h.read {
			if version != 0 {
				after[version] = append(after[version], h.id)
			}
			if next, ok := over[[2]int{payment, version}]; ok && next != h.id {
				after[h.id] = append(after[h.id], next)
			}
		}
	}
	const under, done = 1, 2
	state := map[int]int{}
	var walk func(at int) string
	walk = func(at int) string {
		state[at] = under
		for _, next := range after[at] {
			switch state[next] {
			case under:
				return fmt.Sprintf("%d before %d", at, next)
			case done:
				continue
			}
			if circle := walk(next); circle != "" {
				return fmt.Sprintf("%d before %s", at, circle)
			}
		}
		state[at] = done
		return ""
	}
	for _, h := range history {
		if state[h.id] == 0 {
			if circle := walk(h.id); circle != "" {
				return circle
			}
		}
	}
	return ""
}

// The search finds the circle of two who each read what the other wrote over, and none where one saw the other.
func TestCirclesAreFound(t *testing.T) {
	skew := []committed{{1, map[int]int{0: 0, 1: 0}, 0}, {2, map[int]int{0: 0, 1: 0}, 1}}
	if circleIn(skew) == "" {
		t.Error("a write skew is not found")
	}
	skew[1].read[0] = 1
	if circle := circleIn(skew); circle != "" {
		t.Errorf("two in order are a circle: %s", circle)
	}
	lost := []committed{{1, map[int]int{0: 0}, 0}, {2, map[int]int{0: 0}, 0}}
	if circleIn(lost) == "" {
		t.Error("a lost update is not found")
	}
}
