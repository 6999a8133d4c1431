package kvtest

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"cloudless/internal/storage/kv"
)

func (s *suite) testLimits(t *testing.T) {
	for _, tt := range []struct {
		name       string
		key, value int // lengths
		ok         bool
	}{
		{"the longest key", kv.MaxKeyBytes, 1, true},
		{"a longer key", kv.MaxKeyBytes + 1, 1, false},
		{"the longest value", 1, kv.MaxValueBytes, true},
		{"a longer value", 1, kv.MaxValueBytes + 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := s.store(t)
			key, value := pattern(tt.key), pattern(tt.value)
			err := store.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
				tx.Set([]byte("beside"), nil)
				tx.Set(key, value)
				return nil
			})
			if !tt.ok {
				wantRefused(t, store, err, kv.ErrTooLarge)
				return
			}
			if err != nil {
				t.Fatalf("Update = %v", err)
			}
			view(t, store, func(t *testing.T, r kv.Reader) {
				if got, err := r.Get(pattern(tt.key)); err != nil || string(got) != string(pattern(tt.value)) {
					t.Errorf("Get = %d bytes, %v, want what was set", len(got), err)
				}
			})
		})
	}

	t.Run("a longer key cannot be deleted either", func(t *testing.T) {
		store := s.store(t)
		err := store.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
			tx.Set([]byte("beside"), nil)
			tx.Delete(pattern(kv.MaxKeyBytes + 1))
			return nil
		})
		wantRefused(t, store, err, kv.ErrTooLarge)
	})

	t.Run("the empty key", func(t *testing.T) {
		for name, write := range map[string]func(kv.Tx){
			"Set":    func(tx kv.Tx) { tx.Set(nil, []byte("1")) },
			"Delete": func(tx kv.Tx) { tx.Delete([]byte{}) },
		} {
			t.Run(name, func(t *testing.T) {
				store := s.store(t)
				err := store.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
					tx.Set([]byte("beside"), nil)
					write(tx)
					return nil
				})
				wantRefused(t, store, err, kv.ErrEmptyKey)
			})
		}
	})

	// n values of the largest size, with keys of eight bytes.
	largest := pattern(kv.MaxValueBytes)
	fill := func(tx kv.Tx, n int) {
		for i := range n {
			tx.Set(fmt.Appendf(nil, "%08d", i), bytes.Clone(largest))
		}
	}
	const most = kv.MaxTxBytes / (kv.MaxValueBytes + 8)

	t.Run("the largest transaction", func(t *testing.T) {
		if s.Small || testing.Short() {
			t.Skip("writes 62 MB")
		}
		store := s.store(t)
		err := store.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
			fill(tx, most)
			return nil
		})
		if err != nil {
			t.Fatalf("Update = %v", err)
		}
		if got := len(all(t, store)); got != most {
			t.Errorf("the store holds %d pairs, want %d", got, most)
		}
	})

	t.Run("a larger transaction", func(t *testing.T) {
		store := s.store(t)
		err := store.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
			fill(tx, most+1)
			return nil
		})
		wantRefused(t, store, err, kv.ErrTooLarge)
	})

	t.Run("the error of f comes before that of a limit", func(t *testing.T) {
		want := errors.New("no")
		err := s.store(t).Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
			tx.Set(pattern(kv.MaxKeyBytes+1), nil)
			return want
		})
		if err != want {
			t.Errorf("Update = %v, want %v itself", err, want)
		}
	})
}

func wantRefused(t *testing.T, store kv.Store, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("Update = %v, want %v", got, want)
	}
	if got := all(t, store); len(got) > 0 {
		t.Errorf("the store holds %d pairs, want none", len(got))
	}
}

// pattern returns n bytes that no compressor makes nothing of.
func pattern(n int) []byte {
	b := make([]byte, n)
	x := uint32(n) | 1
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}
