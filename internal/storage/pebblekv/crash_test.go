package pebblekv

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cloudless/internal/storage/kv"

	"github.com/cockroachdb/pebble/v2/vfs"
)

const counters = 8

// keysOfCounter are two keys that every update gives the same number, so that
// half a transaction would show.
func keysOfCounter(i int) (a, b []byte) {
	return fmt.Appendf(nil, "a/%d", i), fmt.Appendf(nil, "b/%d", i)
}

// increment raises a counter by one and returns it.
func increment(ctx context.Context, s *Store, i int) (n int, err error) {
	a, b := keysOfCounter(i)
	err = s.Update(ctx, kv.Claims{Write: [][]byte{a}}, func(tx kv.Tx) error {
		old, err := tx.Get(a)
		if err != nil && err != kv.ErrNotFound {
			return err
		}
		n, _ = strconv.Atoi(string(old)) // none is zero
		n++
		tx.Set(a, strconv.AppendInt(nil, int64(n), 10))
		tx.Set(b, strconv.AppendInt(nil, int64(n), 10))
		return nil
	})
	return n, err
}

// current returns a counter, having compared its two keys.
func current(ctx context.Context, s *Store, i int) (n int, err error) {
	a, b := keysOfCounter(i)
	err = s.View(ctx, func(r kv.Reader) error {
		first, errA := r.Get(a)
		second, errB := r.Get(b)
		if errA == kv.ErrNotFound && errB == kv.ErrNotFound {
			return nil
		}
		if errA != nil || errB != nil || string(first) != string(second) {
			return fmt.Errorf("half a transaction: %s = %s (%v), %s = %s (%v)", a, first, errA, b, second, errB)
		}
		n, err = strconv.Atoi(string(first))
		return err
	})
	return n, err
}

// TestACrashTakesNothingThatAnyoneWasTold crashes a busy store again and again,
// with a random part of what was not synced gone, and wants everything there
// that was acknowledged to a writer or shown to a reader before.
func TestACrashTakesNothingThatAnyoneWasTold(t *testing.T) {
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)

	d := newDisk()
	d.slow = 300 * time.Microsecond
	s := openIn(t, d)
	var told [counters]atomic.Int64
	tell := func(i, n int) {
		for {
			old := told[i].Load()
			if int64(n) <= old || told[i].CompareAndSwap(old, int64(n)) {
				return
			}
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	for i := range counters {
		for range 2 {
			busy.Go(func() {
				for ctx.Err() == nil {
					if n, err := increment(t.Context(), s, i%3); err == nil { // three of them are hot
						tell(i%3, n)
					} else {
						t.Errorf("increment = %v", err)
					}
				}
			})
		}
		busy.Go(func() {
			for ctx.Err() == nil {
				if n, err := current(t.Context(), s, i); err == nil {
					tell(i, n)
				} else {
					t.Errorf("current = %v", err)
				}
			}
		})
	}

	for crash := range 20 {
		time.Sleep(time.Duration(rng.IntN(10)) * time.Millisecond) // somewhere in the middle of things
		var before [counters]int64
		for i := range counters {
			before[i] = told[i].Load()
		}
		left := openIn(t, d.mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rng.IntN(2) * rng.IntN(101), RNG: rng}))
		for i := range counters {
			n, err := current(t.Context(), left, i)
			if err != nil || int64(n) < before[i] {
				t.Errorf("crash %d: counter %d = %d, %v; before the crash somebody was told %d", crash, i, n, err, before[i])
			}
		}
		if err := left.Close(); err != nil {
			t.Error(err)
		}
	}
	stop()
	busy.Wait()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// killDir names the directory in which a process of its own counts until it is
// killed.
const killDir = "PEBBLEKV_KILL_DIR"

// TestKilledProcessLosesNothing kills a process that writes, as kill -9 does,
// and opens what it has left. The process is this test, run again.
func TestKilledProcessLosesNothing(t *testing.T) {
	if dir := os.Getenv(killDir); dir != "" {
		countUntilKilled(t, dir)
	}
	dir := t.TempDir()
	var told [counters]int
	for round := range 3 {
		runAndKill(t, dir, 300+200*round, &told)
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatalf("Open after the kill = %v", err)
		}
		for i := range counters {
			if n, err := current(t.Context(), s, i); err != nil || n < told[i] {
				t.Errorf("round %d: counter %d = %d, %v, though %d was acknowledged", round, i, n, err, told[i])
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// runAndKill lets a process count in dir, kills it after so many lines, and
// notes in told what it has acknowledged.
func runAndKill(t *testing.T, dir string, lines int, told *[counters]int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledProcessLosesNothing$")
	cmd.Env = append(os.Environ(), killDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := 0
	// What is left in the pipe after the kill was acknowledged too.
	for in := bufio.NewScanner(out); in.Scan(); seen++ {
		var i, n int
		if _, err := fmt.Sscanf(in.Text(), "counter %d is %d.", &i, &n); err != nil {
			continue // cut off, or the testing package's
		}
		told[i] = max(told[i], n)
		if seen == lines/2 {
			if _, err := Open(dir, Options{}); !errors.Is(err, ErrLocked) {
				t.Errorf("Open of a directory that another process has open = %v, want ErrLocked", err)
			}
		}
		if seen == lines {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // killed, which is an error
	if seen < lines {
		t.Fatalf("the process ended by itself after %d lines", seen)
	}
}

func countUntilKilled(t *testing.T, dir string) {
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range counters {
		wg.Go(func() {
			for {
				n, err := increment(t.Context(), s, i)
				if err != nil {
					t.Errorf("increment = %v", err)
					return
				}
				_, _ = fmt.Printf("counter %d is %d.\n", i, n)
			}
		})
	}
	wg.Wait()
}
