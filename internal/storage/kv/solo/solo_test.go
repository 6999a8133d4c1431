package solo

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"cloudless/internal/storage/kv"
)

// The promises of package kv are tested by kvtest through the engines that use
// this package; here is what only it can see.

func TestLatchesAreForgottenWhenNobodyWantsThem(t *testing.T) {
	l := NewLatches()
	var wg sync.WaitGroup
	for i := range 8 {
		rng := rand.New(rand.NewPCG(1, uint64(i)))
		wg.Go(func() {
			for range 500 {
				ctx, cancel := context.WithCancel(t.Context())
				if rng.IntN(2) == 0 {
					go cancel() // some give up in the middle
				}
				if held, err := l.Acquire(ctx, randomClaims(rng)); err == nil {
					held.Release()
				}
				cancel()
			}
		})
	}
	wg.Wait()
	for i := range l.shards {
		if n := len(l.shards[i].latches); n > 0 {
			t.Errorf("shard %d still has %d latches", i, n)
		}
	}
}

func randomClaims(rng *rand.Rand) (c kv.Claims) {
	for range 1 + rng.IntN(3) {
		key := []byte{byte(rng.IntN(4))}
		if rng.IntN(2) == 0 {
			c.Write = append(c.Write, key)
		} else {
			c.Read = append(c.Read, key)
		}
	}
	return c
}

func TestAReaderDoesNotOvertakeAWriterThatWaits(t *testing.T) {
	l := NewLatches()
	k := [][]byte{[]byte("k")}
	first, err := l.Acquire(t.Context(), kv.Claims{Read: k})
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 2)
	acquire := func(name string, c kv.Claims, inLine int) {
		go func() {
			held, err := l.Acquire(t.Context(), c)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			got <- name
			held.Release()
		}()
		for l.waiting("k") < inLine {
		}
	}
	acquire("writer", kv.Claims{Write: k}, 1)
	acquire("reader", kv.Claims{Read: k}, 2)
	first.Release()
	if a, b := <-got, <-got; a != "writer" || b != "reader" {
		t.Errorf("served were %s, then %s; want them in the order of their arrival", a, b)
	}
}

func TestAWriterWhoGivesUpLetsTheReadersBehindItPass(t *testing.T) {
	l := NewLatches()
	k := [][]byte{[]byte("k")}
	first, err := l.Acquire(t.Context(), kv.Claims{Read: k})
	if err != nil {
		t.Fatal(err)
	}
	defer first.Release()
	ctx, cancel := context.WithCancel(t.Context())
	writer := make(chan error, 1)
	go func() { _, err := l.Acquire(ctx, kv.Claims{Write: k}); writer <- err }()
	for l.waiting("k") < 1 {
	}
	reader := make(chan error, 1)
	go func() {
		held, err := l.Acquire(t.Context(), kv.Claims{Read: k})
		held.Release()
		reader <- err
	}()
	for l.waiting("k") < 2 {
	}
	cancel()
	if err := <-writer; !errors.Is(err, context.Canceled) {
		t.Errorf("the writer got %v, want context.Canceled", err)
	}
	if err := <-reader; err != nil {
		t.Errorf("the reader got %v", err)
	}
}

// waiting returns how many are in line for key.
func (l *Latches) waiting(key string) int {
	s := l.shard([]byte(key))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.latches[key] == nil {
		return 0
	}
	return len(s.latches[key].queue)
}

func TestAWatchThatEndedLeavesNothingBehind(t *testing.T) {
	w := NewWatches()
	ctx, cancel := context.WithCancel(t.Context())
	ch := w.Watch(ctx, []byte("k"))
	cancel()
	<-ch
	if len(w.byKey) > 0 || w.count.Load() != 0 {
		t.Errorf("%d keys are still watched, %d watches counted", len(w.byKey), w.count.Load())
	}
}

func BenchmarkLatchesUncontended(b *testing.B) {
	l := NewLatches()
	claims := kv.Claims{Write: [][]byte{[]byte("table/partition/a key of ordinary length")}}
	for b.Loop() {
		held, err := l.Acquire(b.Context(), claims)
		if err != nil {
			b.Fatal(err)
		}
		held.Release()
	}
}
