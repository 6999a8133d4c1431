package apigateway

import (
	"math"
	"sync"
	"time"
)

// maxBuckets bounds how many throttles are remembered.
const maxBuckets = 50_000

// buckets throttle calls, each kind of them by its name, in the memory of this
// node.
type buckets struct {
	mu    sync.Mutex
	level map[string]bucket // guarded by mu
}

// bucket is how much of a throttle was left at a time.
type bucket struct {
	tokens float64
	at     time.Time
}

// take takes one token out of the bucket of that name, which fills with rate
// tokens a second up to burst. A bucket that nobody has used is full.
func (b *buckets) take(name string, rate, burst float64, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.level == nil {
		b.level = map[string]bucket{}
	}
	l, used := b.level[name]
	if !used {
		b.makeRoom()
		l = bucket{tokens: burst, at: now}
	}
	if passed := now.Sub(l.at).Seconds(); passed > 0 {
		l.tokens, l.at = l.tokens+passed*rate, now
	}
	l.tokens = math.Min(l.tokens, burst)
	taken := l.tokens >= 1
	if taken {
		l.tokens--
	}
	b.level[name] = l
	return taken
}

// makeRoom forgets some bucket where there are too many: what is forgotten is
// full again.
func (b *buckets) makeRoom() {
	for name := range b.level {
		if len(b.level) < maxBuckets {
			return
		}
		delete(b.level, name)
	}
}
