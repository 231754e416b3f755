package evidence

import (
	"runtime"
	"sync/atomic"
)

// Counting takes every processor there is, for as long as it lasts. A process that answers people beside it has Go run more threads
// than there are processors and leaves as many of its workers out, so that an answer is never queued behind a count inside the
// process: the system shares the processors out, and lets go first whoever slept.

// set aside is how many threads are not for workers.
var aside atomic.Int64

// LeaveRoom lets n threads run beside the workers, once for a process.
func LeaveRoom(n int) {
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + n)
	aside.Add(int64(n))
}

// Workers is how many workers count at once, at least one. No answer depends on it.
func Workers() int { return max(1, runtime.GOMAXPROCS(0)-int(aside.Load())) }
