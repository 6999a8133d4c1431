// Package kvtest tells whether an engine keeps the promises of package kv.
//
// An engine runs it in a test of three lines:
//
//	func TestPromises(t *testing.T) {
//		kvtest.Run(t, func(*testing.T) kv.Store { return memkv.New() }, kvtest.Options{})
//	}
//
// The promises come one by one, a file for each kind:
//
//   - read.go:    Get, Scan, and that a view stands still;
//   - update.go:  all or nothing, what f may and may not see;
//   - claims.go:  who waits for whom;
//   - limits.go:  the largest things fit and larger ones are refused;
//   - signal.go:  watches and leases;
//   - close.go:   Close, and what comes after it.
//
// Then whole histories are drawn from a seed: one goroutine beside a plain map
// (history.go, with what is drawn in draw.go), and many goroutines that keep accounts whose sum is known
// (concurrent.go). Engines that keep their data are reopened and crashed in the
// middle. A failure prints the seed; KVTEST_SEED in the environment sets it.
//
// The package does not know any engine.
package kvtest

import (
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"cloudless/internal/storage/kv"
)

// Options tell what the engine under test can do beyond kv.Store.
type Options struct {
	// Reopen closes s and opens the same data again. Nil: the engine keeps
	// nothing.
	Reopen func(t *testing.T, s kv.Store) kv.Store

	// Crash stops s as a loss of power would, with everything gone that is
	// not yet durable, and opens what is left. Nil: it cannot be done.
	Crash func(t *testing.T, s kv.Store) kv.Store

	// Faulty says that calls may fail with errors of the engine's own. Only
	// the histories are run then: a call that fails is repeated, and an
	// update that fails is looked for and may be there, whole, or not.
	Faulty bool

	// Small leaves out the largest transaction, for engines whose disk is a
	// model of one.
	Small bool

	// Seed draws the histories; 0 draws the seed.
	Seed uint64

	// Steps is the length of a history; 0 means 2000.
	Steps int
}

// Run tests the stores that open returns, each of them empty. It closes them.
func Run(t *testing.T, open func(t *testing.T) kv.Store, o Options) {
	s := &suite{open: open, Options: o}
	if s.Steps == 0 {
		s.Steps = 2000
	}
	s.Seed = seed(t, o.Seed)

	if !o.Faulty {
		t.Run("Get", s.testGet)
		t.Run("Scan", s.testScan)
		t.Run("View", s.testView)
		t.Run("Update", s.testUpdate)
		t.Run("Claims", s.testClaims)
		t.Run("Limits", s.testLimits)
		t.Run("DeleteRange", s.testDeleteRange)
		t.Run("Watch", s.testWatch)
		t.Run("Lease", s.testLease)
		t.Run("Close", s.testClose)
		t.Run("Reopen", s.testReopen)
	}
	t.Run("History", s.testHistory)
	t.Run("Concurrent", s.testConcurrent)
}

type suite struct {
	open func(t *testing.T) kv.Store
	Options
}

// store opens an empty store that is closed when the test ends.
func (s *suite) store(t *testing.T) kv.Store {
	t.Helper()
	store := s.open(t)
	closeAtEnd(t, store)
	return store
}

// closeAtEnd closes store after the test, unless the test has done so itself.
func closeAtEnd(t *testing.T, store kv.Store) {
	t.Cleanup(func() {
		if err := store.Close(); err != nil && !errors.Is(err, kv.ErrClosed) {
			t.Errorf("Close = %v", err)
		}
	})
}

// rng returns the randomness of one test; the same seed draws the same.
func (s *suite) rng(stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(s.Seed, stream))
}

func seed(t *testing.T, seed uint64) uint64 {
	if env := os.Getenv("KVTEST_SEED"); env != "" {
		var err error
		if seed, err = strconv.ParseUint(env, 10, 64); err != nil {
			t.Fatalf("KVTEST_SEED: %v", err)
		}
	}
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to run the same histories again: KVTEST_SEED=%d", seed)
		}
	})
	return seed
}

const (
	// patience is how long something may take that must happen.
	patience = 30 * time.Second
	// grace is how long something is given that must not happen. A broken
	// engine shows itself in far less; a slow machine cannot fail a good one.
	grace = 30 * time.Millisecond
)

// wait fails the test if ch gives nothing in time.
func wait[T any](t *testing.T, ch <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatalf("%s: still nothing after %v", what, patience)
		panic("unreachable")
	}
}

// quiet fails the test if ch gives something within the grace.
func quiet[T any](t *testing.T, ch <-chan T, what string) {
	t.Helper()
	select {
	case <-ch:
		t.Fatal(what)
	case <-time.After(grace):
	}
}

// background runs f beside the test and returns where its error will come.
func background(f func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	return done
}

// set commits pairs of keys and values in one update.
func set(t *testing.T, s kv.Store, pairs ...string) {
	t.Helper()
	err := s.Update(t.Context(), claim(everySecond(pairs)...), func(tx kv.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			tx.Set([]byte(pairs[i]), []byte(pairs[i+1]))
		}
		return nil
	})
	if err != nil {
		t.Fatalf("Update that sets %q = %v", pairs, err)
	}
}

func everySecond(list []string) (out []string) {
	for i := 0; i < len(list); i += 2 {
		out = append(out, list[i])
	}
	return out
}

// claim claims keys for writing.
func claim(keys ...string) kv.Claims {
	return kv.Claims{Write: byteKeys(keys)}
}

// claimRead claims keys for reading.
func claimRead(keys ...string) kv.Claims {
	return kv.Claims{Read: byteKeys(keys)}
}

func byteKeys(keys []string) (out [][]byte) {
	for _, k := range keys {
		out = append(out, []byte(k))
	}
	return out
}

// contents returns the pairs in r as "key=value" in the order of the scan.
func contents(r kv.Reader, rg kv.Range) ([]string, error) {
	got := []string{}
	for p, err := range r.Scan(rg) {
		if err != nil {
			return nil, err
		}
		got = append(got, string(p.Key)+"="+string(p.Value))
	}
	return got, nil
}

// all returns everything in s.
func all(t *testing.T, s kv.Store) []string {
	t.Helper()
	var got []string
	err := s.View(t.Context(), func(r kv.Reader) (err error) {
		got, err = contents(r, kv.Range{})
		return err
	})
	if err != nil {
		t.Fatalf("View of everything = %v", err)
	}
	return got
}
