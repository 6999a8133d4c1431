package pebblekv

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cloudless/internal/storage/kv"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Readers of a few keys, which so become hot, must find in each state what the
// engine has in it, while the keys are written, deleted and dropped.
func TestHotValuesAreTheEnginesOwn(t *testing.T) {
	s := openIn(t, vfs.NewMem())
	defer s.Close()
	keys := make([][]byte, 8)
	for i := range keys {
		keys[i] = fmt.Appendf(nil, "key-%d", i)
	}
	var busy, readers sync.WaitGroup
	var known, absent atomic.Int64 // reads that were answered from what is known
	stop := make(chan struct{})
	for g := range 4 {
		rng := rand.New(rand.NewPCG(uint64(g), 1))
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				err := s.View(t.Context(), func(r kv.Reader) error {
					for range 4 {
						checkHot(t, s, r.(*reader), keys[rng.IntN(len(keys))], &known, &absent)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for g := range 2 {
		rng := rand.New(rand.NewPCG(uint64(g), 2))
		busy.Go(func() {
			for range 300 {
				if err := change(t, s, rng, keys[rng.IntN(len(keys))]); err != nil {
					t.Error(err)
					return
				}
				time.Sleep(time.Duration(rng.IntN(2)) * time.Millisecond) // long enough that keys become hot
			}
		})
	}
	busy.Wait()
	close(stop)
	readers.Wait()
	if known.Load() == 0 || absent.Load() == 0 {
		t.Errorf("%d values were known, and %d times that there is none", known.Load(), absent.Load())
	}
}

// checkHot compares what a reader finds with what is in its snapshot.
func checkHot(t *testing.T, s *Store, r *reader, key []byte, known, absent *atomic.Int64) {
	if v, ok := s.hot.get(key, r.state.commits); ok && v == nil {
		absent.Add(1)
	} else if ok {
		known.Add(1)
	}
	got, err := r.Get(key)
	want, closer, wantErr := r.state.Snapshot.Get(key)
	switch {
	case errors.Is(wantErr, pebble.ErrNotFound):
		if !errors.Is(err, kv.ErrNotFound) {
			t.Errorf("Get(%s) = %q, %v, where the engine has nothing", key, got, err)
		}
		return
	case err != nil || wantErr != nil || string(got) != string(want):
		t.Errorf("Get(%s) = %q, %v, where the engine has %q, %v", key, got, err, want, wantErr)
	}
	if len(got) > 0 {
		got[0] ^= 0xff // it belongs to the caller
	}
	_ = closer.Close()
}

// change counts a key up, deletes it, or drops it with others.
func change(t *testing.T, s *Store, rng *rand.Rand, key []byte) error {
	if rng.IntN(20) == 0 {
		return s.DeleteRange(t.Context(), kv.Range{Start: key})
	}
	return s.Update(t.Context(), kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		old, err := tx.Get(key)
		if err != nil && !errors.Is(err, kv.ErrNotFound) {
			return err
		}
		if rng.IntN(10) == 0 {
			tx.Delete(key)
			return nil
		}
		n := uint64(0)
		if len(old) == 8 {
			n = binary.BigEndian.Uint64(old)
		}
		tx.Set(key, binary.BigEndian.AppendUint64(nil, n+1))
		return nil
	})
}

func TestHotValuesAreBounded(t *testing.T) {
	var h hot
	current := func() bool { return true }
	for i := range 2 * maxHot {
		if h.enter(fmt.Append(nil, i), nil, 0, current); len(h.values) > maxHot {
			t.Fatalf("%d values are kept", len(h.values))
		}
	}
	h = hot{}
	h.enter([]byte("large"), make([]byte, maxHotBytes+1), 0, current)
	h.enter([]byte("old"), nil, 0, func() bool { return false })
	if len(h.values) > 0 {
		t.Error("what is too large or out of date is kept")
	}
	h.enter([]byte("key"), []byte("value"), 5, current)
	if _, ok := h.get([]byte("key"), 4); ok {
		t.Error("a value is found in a state before it")
	}
	if v, ok := h.get([]byte("key"), 5); !ok || string(v) != "value" {
		t.Errorf("get = %q, %v", v, ok)
	}
}
