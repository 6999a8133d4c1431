package clock

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Fake is a clock that stands still until it is told to move, and whose
// random bytes follow from its seed.
type Fake struct {
	mu      sync.Mutex
	now     time.Time
	rng     *rand.ChaCha8
	waiting []waiter
}

type waiter struct {
	due time.Time
	ch  chan time.Time
}

// NewFake returns a clock that shows now.
func NewFake(now time.Time, seed byte) *Fake {
	return &Fake{now: now.UTC(), rng: rand.NewChaCha8([32]byte{seed})}
}

// Now returns the time that the clock shows.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// After returns a channel that receives when Advance has moved the clock by d.
func (f *Fake) After(d time.Duration) <-chan time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := waiter{f.now.Add(d), make(chan time.Time, 1)}
	f.waiting = append(f.waiting, w)
	f.fireLocked()
	return w.ch
}

// Advance moves the clock and wakes whoever waited for less.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
	f.fireLocked()
}

func (f *Fake) fireLocked() {
	kept := f.waiting[:0]
	for _, w := range f.waiting {
		if w.due.After(f.now) {
			kept = append(kept, w)
			continue
		}
		w.ch <- f.now
	}
	f.waiting = kept
}

// Read fills p with the next bytes that follow from the seed.
func (f *Fake) Read(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rng.Read(p)
}
