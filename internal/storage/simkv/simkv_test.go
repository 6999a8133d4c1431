package simkv_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloudless/internal/clock"
	"cloudless/internal/storage/kv"
	"cloudless/internal/storage/kv/kvtest"
	"cloudless/internal/storage/memkv"
	"cloudless/internal/storage/pebblekv"
	"cloudless/internal/storage/simkv"
)

func TestPromisesWithoutFaults(t *testing.T) {
	kvtest.Run(t, func(*testing.T) kv.Store {
		return simkv.New(memkv.New(), clock.System{}, simkv.Faults{})
	}, kvtest.Options{})
}

// everything goes wrong, each thing often enough to meet the others.
func everything(seed uint64) simkv.Faults {
	return simkv.Faults{Seed: seed, Refuse: 0.05, Read: 0.02, Repeat: 0.1, Lose: 0.1, LoseLease: 0.5, Delay: 0.05, MaxDelay: time.Millisecond}
}

func TestHistoriesUnderFaults(t *testing.T) {
	seed := seed(t)
	t.Run("in memory", func(t *testing.T) {
		kvtest.Run(t, func(*testing.T) kv.Store {
			return simkv.New(memkv.New(), clock.System{}, everything(seed))
		}, kvtest.Options{Faulty: true, Seed: seed})
	})
	t.Run("on disk", func(t *testing.T) {
		dirs := map[kv.Store]string{}
		open := func(t *testing.T, dir string) kv.Store {
			disk, err := pebblekv.Open(dir, pebblekv.Options{})
			if err != nil {
				t.Fatal(err)
			}
			s := simkv.New(disk, clock.System{}, everything(seed))
			dirs[s] = dir
			return s
		}
		kvtest.Run(t, func(t *testing.T) kv.Store { return open(t, t.TempDir()) }, kvtest.Options{
			Faulty: true, Seed: seed, Steps: 500,
			Reopen: func(t *testing.T, s kv.Store) kv.Store {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				return open(t, dirs[s])
			},
		})
	})
}

// seed is KVTEST_SEED, or drawn.
func seed(t *testing.T) uint64 {
	if env := os.Getenv("KVTEST_SEED"); env != "" {
		seed, err := strconv.ParseUint(env, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return seed
	}
	return rand.Uint64()
}

func TestUpdateUnderOneFault(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults simkv.Faults
		err    error
		calls  string // how often f is called: "0", "1", or "more"
		there  string // whether the write is in the store: "yes", "no", "perhaps"
	}{
		{"none", simkv.Faults{}, nil, "1", "yes"},
		{"refused", simkv.Faults{Refuse: 1}, simkv.ErrFault, "0", "no"},
		{"a read that fails", simkv.Faults{Read: 1}, simkv.ErrFault, "1", "no"},
		{"repeated", simkv.Faults{Repeat: 0.99}, nil, "more", "yes"},
		{"answer lost", simkv.Faults{Lose: 1}, simkv.ErrUnknown, "1", "perhaps"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			seen := map[string]bool{}
			for seed := range uint64(50) {
				inner := memkv.New()
				tt.faults.Seed = seed
				s := simkv.New(inner, clock.System{}, tt.faults)
				calls := 0
				err := s.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
					calls++
					if _, err := tx.Get([]byte("k")); err != kv.ErrNotFound {
						return err
					}
					tx.Set([]byte("k"), []byte(strings.Repeat("x", calls)))
					return nil
				})
				if !errors.Is(err, tt.err) {
					t.Fatalf("seed %d: Update = %v, want %v", seed, err, tt.err)
				}
				seen["calls "+map[int]string{0: "0", 1: "1"}[min(calls, 2)]] = true
				value, there := get(t, inner, "k")
				seen[fmt.Sprint("there ", there)] = true
				if there && len(value) != calls {
					t.Errorf("seed %d: the store has the write of call %d, want that of the last, %d", seed, len(value), calls)
				}
			}
			if want := map[string]string{"0": "calls 0", "1": "calls 1", "more": "calls "}[tt.calls]; !seen[want] {
				t.Errorf("f was called: %v, want %s", seen, tt.calls)
			}
			if yes, no := seen["there true"], seen["there false"]; yes != (tt.there != "no") || no != (tt.there != "yes") {
				t.Errorf("the write was there: %v, want %s", seen, tt.there)
			}
		})
	}
}

func TestDeleteRangeThatIsLostMayHaveDoneAPart(t *testing.T) {
	left := map[int]bool{}
	for seed := range uint64(50) {
		inner := memkv.New()
		err := inner.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
			for i := range 10 {
				tx.Set([]byte{byte(i)}, nil)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s := simkv.New(inner, clock.System{}, simkv.Faults{Seed: seed, Lose: 1})
		if err := s.DeleteRange(t.Context(), kv.Range{}); err != simkv.ErrUnknown {
			t.Fatalf("DeleteRange = %v, want ErrUnknown", err)
		}
		err = inner.View(t.Context(), func(r kv.Reader) error {
			n := 0
			for range r.Scan(kv.Range{}) {
				n++
			}
			left[n] = true
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if !left[0] || len(left) < 3 {
		t.Errorf("keys left: %v, want sometimes none and sometimes some", left)
	}
}

func TestDelaysGoByTheClock(t *testing.T) {
	c := clock.NewFake(time.Unix(0, 0), 1)
	s := simkv.New(memkv.New(), c, simkv.Faults{Delay: 1, MaxDelay: time.Hour})
	done := make(chan error, 1)
	go func() { done <- s.View(t.Context(), func(kv.Reader) error { return nil }) }()
	select {
	case err := <-done:
		t.Fatalf("View = %v, though the clock stands still", err)
	case <-time.After(20 * time.Millisecond):
	}
	c.Advance(time.Hour)
	if err := <-done; err != nil {
		t.Errorf("View = %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.View(ctx, func(kv.Reader) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("a delayed View whose context has ended = %v, want context.Canceled", err)
	}
}

func TestALostLeaseIsFreeForAnother(t *testing.T) {
	c := clock.NewFake(time.Unix(0, 0), 1)
	inner := memkv.New()
	s := simkv.New(inner, c, simkv.Faults{LoseLease: 1, MaxDelay: time.Hour})
	held, release, err := s.Lease(t.Context(), "l")
	if err != nil {
		t.Fatal(err)
	}
	if held.Err() != nil {
		t.Error("the lease is lost, though the clock stands still")
	}
	c.Advance(time.Hour)
	<-held.Done()
	if cause := context.Cause(held); cause != simkv.ErrLeaseLost {
		t.Errorf("the lease ended with %v, want ErrLeaseLost", cause)
	}
	_, next, err := inner.Lease(t.Context(), "l")
	if err != nil {
		t.Fatal(err)
	}
	release() // which must not give back what is another's now
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := inner.Lease(ctx, "l"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third Lease = %v, want it to wait", err)
	}
	next()
}

func TestTheSameSeedBringsTheSameFaults(t *testing.T) {
	run := func(seed uint64) (outcomes string) {
		faults := everything(seed)
		faults.Delay = 0 // it changes nothing but the time
		s := simkv.New(memkv.New(), clock.System{}, faults)
		for i := range 200 {
			err := s.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
				outcomes += "f"
				if _, err := tx.Get([]byte("k")); err != nil && err != kv.ErrNotFound {
					return err
				}
				tx.Set([]byte("k"), []byte{byte(i)})
				return nil
			})
			outcomes += fmt.Sprintln(err)
		}
		return outcomes
	}
	if first, second := run(1), run(1); first != second {
		t.Errorf("two runs of one seed differ:\n%s\n%s", first, second)
	}
	if run(1) == run(2) {
		t.Error("two seeds bring the same")
	}
}

func get(t *testing.T, s kv.Store, key string) (value []byte, there bool) {
	t.Helper()
	err := s.View(t.Context(), func(r kv.Reader) (err error) {
		value, err = r.Get([]byte(key))
		return err
	})
	if err != nil && err != kv.ErrNotFound {
		t.Fatal(err)
	}
	return value, err == nil
}
