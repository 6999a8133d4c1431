// Package simkv is a store that fails on purpose, from a seed.
//
// It stands before another kv.Store and does to its callers what disks,
// networks and neighbours do, as often as [Faults] says:
//
//   - simkv.go: the faults, and the calls that meet them;
//   - update.go: updates that are repeated, refused, or whose answer is lost;
//   - reader.go: reads that fail in the middle;
//   - lease.go:  leases that are lost while they are held.
//
// The promise that tests lean on: whatever fails here may fail in an engine
// that keeps the promises of kv, and no more. A caller that goes wrong over
// simkv is wrong. The same seed brings the same faults to the same calls in the
// same order; without faults the store is the one behind it.
//
// The package does not know which engine it stands before.
package simkv

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"cloudless/internal/clock"
	"cloudless/internal/storage/kv"
)

var (
	// ErrFault is returned by calls that have done nothing, and by reads.
	ErrFault = errors.New("simkv: fault on purpose")
	// ErrUnknown is returned by calls that may have done their work, or not.
	ErrUnknown = errors.New("simkv: connection lost on purpose, outcome unknown")
	// ErrLeaseLost is the cause with which the context of a lost lease ends.
	ErrLeaseLost = errors.New("simkv: lease lost on purpose")
)

// Faults say how often what goes wrong. Each is a probability from 0 to 1; the
// zero value brings none.
type Faults struct {
	Seed uint64 // what all else is drawn from

	Refuse    float64 // a call fails before it has done anything
	Read      float64 // one Get fails, or one Scan after some of its pairs
	Repeat    float64 // f is called, what it wrote thrown away, and called again on a later state
	Lose      float64 // an Update or DeleteRange fails with its outcome unknown
	LoseLease float64 // a lease is lost while it is held

	Delay    float64       // a call waits, or an update holds its claims for longer
	MaxDelay time.Duration // the longest of these waits, and a lost lease's longest life
}

// Store is a kv.Store that stands before another.
type Store struct {
	inner  kv.Store
	clock  clock.Clock
	faults Faults

	mu  sync.Mutex
	rng *rand.Rand
}

var _ kv.Store = (*Store)(nil)

// New returns a store that does what inner does, save for the faults. Waits go
// by c, so a test that holds the clock still must move it.
func New(inner kv.Store, c clock.Clock, f Faults) *Store {
	return &Store{inner: inner, clock: c, faults: f, rng: rand.New(rand.NewPCG(f.Seed, 0))}
}

// View implements kv.Store.
func (s *Store) View(ctx context.Context, f func(kv.Reader) error) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	return s.inner.View(ctx, func(r kv.Reader) error { return f(reader{s, r}) })
}

// DeleteRange implements kv.Store. When its outcome is unknown, a part of the
// range may be gone.
func (s *Store) DeleteRange(ctx context.Context, r kv.Range) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	if !s.happens(s.faults.Lose) {
		return s.inner.DeleteRange(ctx, r)
	}
	if s.happens(0.5) {
		middle, err := s.keyIn(ctx, r)
		if err != nil {
			return err
		}
		r.End = middle
	}
	if err := s.inner.DeleteRange(ctx, r); err != nil {
		return err
	}
	return ErrUnknown
}

// keyIn returns a key in r, or its end if there is none.
func (s *Store) keyIn(ctx context.Context, r kv.Range) (key []byte, err error) {
	key = r.End
	err = s.inner.View(ctx, func(reader kv.Reader) error {
		for p, err := range reader.Scan(r) {
			if err != nil {
				return err
			}
			key = append([]byte{}, p.Key...)
			if s.happens(0.2) {
				break
			}
		}
		return nil
	})
	return key, err
}

// Watch implements kv.Store.
func (s *Store) Watch(ctx context.Context, key []byte) <-chan struct{} {
	return s.inner.Watch(ctx, key)
}

// Close implements kv.Store.
func (s *Store) Close() error { return s.inner.Close() }

// begin delays a call or refuses it.
func (s *Store) begin(ctx context.Context) error {
	if err := s.delay(ctx); err != nil {
		return err
	}
	if s.happens(s.faults.Refuse) {
		return ErrFault
	}
	return nil
}

// delay waits now and then, no longer than ctx lasts.
func (s *Store) delay(ctx context.Context) error {
	if !s.happens(s.faults.Delay) {
		return nil
	}
	select {
	case <-s.clock.After(s.duration()):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// happens draws whether something of that probability does.
func (s *Store) happens(probability float64) bool {
	if probability == 0 {
		return false // nothing is drawn, so a fault that is off does not move the others
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rng.Float64() < probability
}

// duration draws a time of up to MaxDelay.
func (s *Store) duration() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Duration(s.rng.Int64N(int64(s.faults.MaxDelay) + 1))
}
