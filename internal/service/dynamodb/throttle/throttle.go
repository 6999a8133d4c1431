// Package throttle bounds the capacity units that tables and indexes give, as
// DynamoDB does: so many a second, and what was not used in the last five
// minutes on top.
//
// A request is let in while there is anything left, and pays afterwards, when
// it is known what it took; so one that takes much makes the next ones wait.
//
// The package knows no tables: whoever uses it names what is bounded, and says
// each time how much a second it gives.
package throttle

import (
	"sync"
	"time"

	"cloudless/internal/clock"
)

// burst is for how long unused capacity is kept.
const burst = 300 * time.Second

// Key names what is bounded: the reads or the writes of a table or an index.
type Key struct {
	Table, Index uint64
	Writes       bool
}

// Limiter keeps what is left for each key. What it has never heard of has all
// of its burst left, so a restart is generous.
type Limiter struct {
	clock clock.Clock

	mu      sync.Mutex
	buckets map[Key]*bucket
}

type bucket struct {
	left float64 // units; below zero after a request that took more than there was
	at   time.Time
}

// New returns a limiter.
func New(c clock.Clock) *Limiter { return &Limiter{clock: c, buckets: map[Key]*bucket{}} }

// Admits reports whether anything is left of a key that gives rate units a
// second.
func (l *Limiter) Admits(k Key, rate int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.filledLocked(k, rate).left > 0
}

// Take pays for what a request took.
func (l *Limiter) Take(k Key, rate int64, units float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.filledLocked(k, rate).left -= units
}

// Forget drops all that is kept of a table.
func (l *Limiter) Forget(table uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for k := range l.buckets {
		if k.Table == table {
			delete(l.buckets, k)
		}
	}
}

// filledLocked returns a key's bucket with what came into it since it was
// looked at last.
func (l *Limiter) filledLocked(k Key, rate int64) *bucket {
	now := l.clock.Now()
	full := float64(rate) * burst.Seconds()
	b := l.buckets[k]
	if b == nil {
		b = &bucket{left: full, at: now}
		l.buckets[k] = b
		return b
	}
	if passed := now.Sub(b.at); passed > 0 {
		b.left += float64(rate) * passed.Seconds()
		b.at = now
	}
	b.left = min(b.left, full) // a full bucket, or a rate that was lowered
	return b
}
