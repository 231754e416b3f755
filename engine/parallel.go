package engine

import (
	"sync"

	"outturn/engine/evidence"
)

// inOrder runs do for 0 to n-1 on every core and hands the results to take in order, so that how the work was divided
// can never reach the answer. It is the only place in the engine where anything runs side by side. A worker never runs
// further ahead of take than twice the number of workers, which bounds what waits in memory. The first error, in
// order, ends it.
func inOrder[T any](n int, do func(worker, i int) (T, error), take func(i int, t T) error) error {
	type result struct {
		value T
		err   error
	}
	workers := workersFor(n)
	window := 2 * workers
	slots := make([]chan result, window)
	for i := range slots {
		slots[i] = make(chan result, 1)
	}
	next := make(chan int, window)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range next {
				v, err := do(w, i)
				slots[i%window] <- result{v, err}
			}
		}()
	}
	wg.Add(1)
	room := make(chan struct{}, window)
	go func() {
		defer wg.Done()
		defer close(next)
		for i := range n {
			select {
			case room <- struct{}{}:
			case <-stop:
				return
			}
			next <- i
		}
	}()
	var err error
	for i := range n {
		r := <-slots[i%window]
		if err = r.err; err == nil {
			err = take(i, r.value)
		}
		if err != nil {
			break
		}
		<-room
	}
	close(stop)
	wg.Wait()
	return err
}

// workersFor is how many workers inOrder uses for n pieces of work.
func workersFor(n int) int { return min(evidence.Workers(), max(n, 1)) }
