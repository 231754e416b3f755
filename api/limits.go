package api

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound what one sender may ask of the service. Nought means the default.
type Limits struct {
	PerSecond   float64       // requests a second for one key
	Burst       int           // requests at once for one key
	Strangers   float64       // requests a second for one address that shows no key that holds
	Evidence    int64         // bytes of one body of evidence
	Deadline    time.Duration // of a request
	Bulk        time.Duration // of one that takes in or hands out much: evidence, settlements, exports
	Grace       time.Duration // for requests in flight when the service stops
	DisputeDays int           // days in which a dispute is to be answered, or the answer escalated
}

// withDefaults fills in what is nought.
func (l Limits) withDefaults() Limits {
	def := Limits{PerSecond: 100, Burst: 200, Strangers: 10, Evidence: 4 << 30, Deadline: 30 * time.Second, Bulk: 30 * time.Minute, Grace: 20 * time.Second, DisputeDays: 28}
	if l.PerSecond == 0 {
		l.PerSecond = def.PerSecond
	}
	if l.Burst == 0 {
		l.Burst = def.Burst
	}
	if l.Strangers == 0 {
		l.Strangers = def.Strangers
	}
	if l.Evidence == 0 {
		l.Evidence = def.Evidence
	}
	if l.Deadline == 0 {
		l.Deadline = def.Deadline
	}
	if l.Bulk == 0 {
		l.Bulk = def.Bulk
	}
	if l.Grace == 0 {
		l.Grace = def.Grace
	}
	if l.DisputeDays == 0 {
		l.DisputeDays = def.DisputeDays
	}
	return l
}

// sendersMax is how many senders are remembered at once. Beyond it those who have been quiet are forgotten.
const sendersMax = 20_000

// limiter lets each sender through at a rate.
type limiter struct {
	perSecond rate.Limit
	burst     int

	mu      sync.Mutex
	senders map[string]*rate.Limiter
}

func newLimiter(perSecond float64, burst int) *limiter {
	return &limiter{perSecond: rate.Limit(perSecond), burst: burst, senders: map[string]*rate.Limiter{}}
}

// take lets one request of a sender through, or says in how many seconds to come again.
func (l *limiter) take(sender string, at time.Time) (retryAfter int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket := l.senders[sender]
	if bucket == nil {
		if len(l.senders) >= sendersMax {
			l.forget(at)
		}
		bucket = rate.NewLimiter(l.perSecond, l.burst)
		l.senders[sender] = bucket
	}
	r := bucket.ReserveN(at, 1)
	wait := r.DelayFrom(at)
	if wait == 0 {
		return 0
	}
	r.CancelAt(at)
	return int((wait + time.Second - 1) / time.Second)
}

// forget drops the senders whose allowance is full again; where all are busy, all of them, which lets each begin anew.
func (l *limiter) forget(at time.Time) {
	for sender, bucket := range l.senders {
		if bucket.TokensAt(at) >= float64(l.burst) {
			delete(l.senders, sender)
		}
	}
	if len(l.senders) >= sendersMax {
		clear(l.senders)
	}
}
