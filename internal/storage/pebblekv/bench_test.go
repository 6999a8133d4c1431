package pebblekv

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"

	"github.com/cockroachdb/pebble/v2"
)

// The benchmarks run beside bare Pebble on the same directory's disk in the
// same process, so that what they report can be compared between machines: the
// metric "x-bare" is the time of one operation divided by that of the same one
// without latches, claims and waits for what is unsynced.

const (
	benchKeys  = 20_000
	valueBytes = 200
)

func benchKey(i int) []byte { return keys.Encode("000000000000", "bench", uint64(i)) }

// openBench opens a store with benchKeys pairs, flushed to tables.
func openBench(b *testing.B) *Store {
	b.Helper()
	s, err := Open(b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	for i := 0; i < benchKeys; i += 1000 {
		err := s.Update(b.Context(), kv.Claims{}, func(tx kv.Tx) error {
			for j := range 1000 {
				tx.Set(benchKey(i+j), make([]byte, valueBytes))
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := s.db.Flush(); err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkUpdate reads a key, changes it, and waits for the disk.
func BenchmarkUpdate(b *testing.B) {
	for _, writers := range []int{1, 32, 64} {
		for _, hot := range []bool{false, true} {
			name := fmt.Sprintf("writers=%d/keys=many", writers)
			if hot {
				name = fmt.Sprintf("writers=%d/keys=one", writers)
			}
			b.Run(name, func(b *testing.B) {
				s := openBench(b)
				key := func(rng *rand.Rand) []byte {
					if hot {
						return benchKey(0)
					}
					return benchKey(rng.IntN(benchKeys))
				}
				bareKey := key
				if hot {
					// Bare Pebble has no claims, so it may have the best case:
					// writers that do not meet.
					bareKey = func(rng *rand.Rand) []byte { return benchKey(rng.IntN(benchKeys)) }
				}
				compare(b, writers,
					func(rng *rand.Rand) error { return modify(b.Context(), s, key(rng)) },
					func(rng *rand.Rand) error { return bareModify(s.db, bareKey(rng)) })
			})
		}
	}
}

func modify(ctx context.Context, s *Store, key []byte) error {
	return s.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		value, err := tx.Get(key)
		if err != nil {
			return err
		}
		value[0]++
		tx.Set(key, value)
		return nil
	})
}

func bareModify(db *pebble.DB, key []byte) error {
	old, closer, err := db.Get(key)
	if err != nil {
		return err
	}
	value := append([]byte{}, old...)
	if err := closer.Close(); err != nil {
		return err
	}
	value[0]++
	batch := db.NewBatch()
	if err := batch.Set(key, value, nil); err != nil {
		return err
	}
	if err := batch.Commit(pebble.Sync); err != nil {
		return err
	}
	return batch.Close()
}

// BenchmarkGet reads one key in a view, alone and while 32 writers keep the
// disk busy with other keys.
func BenchmarkGet(b *testing.B) {
	for _, writers := range []int{0, 32} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := openBench(b)
			stop := write(b, s, writers)
			defer stop()
			compare(b, 1,
				func(rng *rand.Rand) error {
					key := benchKey(benchKeys/2 + rng.IntN(benchKeys/2))
					return s.View(b.Context(), func(r kv.Reader) error {
						_, err := r.Get(key)
						return err
					})
				},
				func(rng *rand.Rand) error {
					_, closer, err := s.db.Get(benchKey(benchKeys/2 + rng.IntN(benchKeys/2)))
					if err != nil {
						return err
					}
					return closer.Close()
				})
		})
	}
}

// BenchmarkGetHot reads the same key again and again, as the definition of a
// busy table is.
func BenchmarkGetHot(b *testing.B) {
	s := openBench(b)
	key := benchKey(benchKeys / 2)
	compare(b, 1,
		func(*rand.Rand) error {
			return s.View(b.Context(), func(r kv.Reader) error {
				_, err := r.Get(key)
				return err
			})
		},
		func(*rand.Rand) error {
			_, closer, err := s.db.Get(key)
			if err != nil {
				return err
			}
			return closer.Close()
		})
}

// write keeps writers at work on the first half of the keys until it is
// stopped.
func write(b *testing.B, s *Store, writers int) (stop func()) {
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	for i := range writers {
		rng := rand.New(rand.NewPCG(uint64(i), 1))
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := modify(b.Context(), s, benchKey(rng.IntN(benchKeys/2))); err != nil {
					b.Error(err)
				}
			}
		})
	}
	return func() { cancel(); wg.Wait() }
}

// BenchmarkScan reads 1000 pairs in order, which are 200 kB and more.
func BenchmarkScan(b *testing.B) {
	const pairs = 1000
	s := openBench(b)
	start := func(rng *rand.Rand) []byte { return benchKey(rng.IntN(benchKeys - pairs)) }
	compare(b, 1,
		func(rng *rand.Rand) error {
			return s.View(b.Context(), func(r kv.Reader) error {
				n := 0
				for p, err := range r.Scan(kv.Range{Start: start(rng)}) {
					if err != nil {
						return err
					}
					_ = p.Value
					if n++; n == pairs {
						break
					}
				}
				return nil
			})
		},
		func(rng *rand.Rand) error {
			it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: start(rng)})
			if err != nil {
				return err
			}
			n := 0
			for ok := it.First(); ok && n < pairs; ok = it.Next() {
				if _, err := it.ValueAndErr(); err != nil {
					return err
				}
				n++
			}
			return it.Close()
		})
}

// rounds is how often ours and bare take turns, so that what else the machine
// does weighs on both.
const rounds = 10

// compare does ours b.N times by so many goroutines, and bare as often, and
// reports how many times longer ours takes.
func compare(b *testing.B, goroutines int, ours, bare func(*rand.Rand) error) {
	b.Helper()
	var oursTook, bareTook time.Duration
	b.ResetTimer()
	for round := range rounds {
		n := b.N*(round+1)/rounds - b.N*round/rounds
		b.StartTimer()
		oursTook += spread(b, goroutines, n, ours)
		b.StopTimer()
		bareTook += spread(b, goroutines, n, bare)
	}
	b.ReportMetric(float64(b.N)/oursTook.Seconds(), "op/s")
	b.ReportMetric(float64(oursTook)/float64(bareTook), "x-bare")
}

// spread has goroutines do op n times between them, and returns how long that
// took.
func spread(b *testing.B, goroutines, n int, op func(*rand.Rand) error) time.Duration {
	var left atomic.Int64
	left.Store(int64(n))
	var wg sync.WaitGroup
	start := time.Now()
	for i := range goroutines {
		rng := rand.New(rand.NewPCG(uint64(i), 0))
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := op(rng); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}
