package kvtest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"cloudless/internal/storage/kv"
)

func (s *suite) testClaims(t *testing.T) {
	for _, tt := range []struct {
		name          string
		first, second kv.Claims
	}{
		{"two who write a key", claim("k"), claim("k")},
		{"a writer, then a reader", claim("k"), claimRead("k")},
		{"a reader, then a writer", claimRead("k"), claim("k")},
		{"one key of many in common", claim("a", "k", "z"), claim("b", "k", "y")},
		{"a key claimed both ways", kv.Claims{Write: byteKeys([]string{"k"}), Read: byteKeys([]string{"k"})}, claimRead("k")},
		{"a key claimed twice", claim("k", "k"), claim("k", "k")},
	} {
		t.Run("keep apart "+tt.name, func(t *testing.T) {
			store := s.store(t)
			first := begin(t, store, tt.first, "first")
			entered := make(chan struct{}, 100)
			var saw string
			second := background(func() error {
				return store.Update(t.Context(), tt.second, func(tx kv.Tx) error {
					entered <- struct{}{}
					got, err := tx.Get([]byte("mark"))
					saw = string(got)
					return err
				})
			})
			quiet(t, entered, "the second update began before the first had ended")
			first.end(t)
			if err := wait(t, second, "the second update"); err != nil || saw != "first" {
				t.Errorf("the second update = %v and saw %q, want what the first has written", err, saw)
			}
		})
	}

	for _, tt := range []struct {
		name          string
		first, second kv.Claims
	}{
		{"different keys", claim("a"), claim("b")},
		{"a key that both only read", claimRead("k"), claimRead("k")},
		{"a key and one that begins with it", claim("k"), claim("kk")},
		{"no claims at all", kv.Claims{}, kv.Claims{}},
	} {
		t.Run("let pass "+tt.name, func(t *testing.T) {
			store := s.store(t)
			first := begin(t, store, tt.first, "first")
			second := background(func() error {
				return store.Update(t.Context(), tt.second, func(tx kv.Tx) error { return nil })
			})
			if err := wait(t, second, "the second update, while the first is under way"); err != nil {
				t.Errorf("the second update = %v", err)
			}
			first.end(t)
		})
	}

	t.Run("are given back when f fails", func(t *testing.T) {
		store := s.store(t)
		_ = store.Update(t.Context(), claim("k"), func(kv.Tx) error { return errors.New("no") })
		set(t, store, "k", "1")
	})

	t.Run("are waited for no longer than the context lasts", func(t *testing.T) {
		store := s.store(t)
		first := begin(t, store, claim("k"), "first")
		ctx, cancel := context.WithCancel(t.Context())
		second := background(func() error {
			return store.Update(ctx, claim("a", "k"), func(kv.Tx) error {
				t.Error("f was called")
				return nil
			})
		})
		quiet(t, second, "the second update returned while the first had its claim")
		cancel()
		if err := wait(t, second, "the second update"); !errors.Is(err, context.Canceled) {
			t.Errorf("the second update = %v, want context.Canceled", err)
		}
		set(t, store, "a", "free again")
		first.end(t)
		set(t, store, "k", "free again")
	})

	t.Run("in opposite orders do not deadlock", func(t *testing.T) {
		store := s.store(t)
		var wg sync.WaitGroup
		for _, keys := range [][]string{{"a", "b", "c"}, {"c", "b", "a"}, {"b", "c", "a"}} {
			wg.Go(func() {
				for range 100 {
					if err := store.Update(t.Context(), claim(keys...), func(kv.Tx) error { return nil }); err != nil {
						t.Errorf("Update = %v", err)
					}
				}
			})
		}
		done := background(func() error { wg.Wait(); return nil })
		_ = wait(t, done, "updates with the same claims in different orders")
	})

	t.Run("for reading rule out write skew", s.testWriteSkew)
}

// testWriteSkew has two doctors on call, of whom each goes home if the other
// is still there. Each claims for reading what it leans on, and having read it
// gives the other a moment to read as well.
func (s *suite) testWriteSkew(t *testing.T) {
	store := s.store(t)
	for range 20 {
		set(t, store, "a", "on call", "b", "on call")
		aHasRead, bHasRead := make(chan struct{}), make(chan struct{})
		leave := func(me, other string, hasRead func(), otherHasRead <-chan struct{}) error {
			claims := kv.Claims{Write: byteKeys([]string{me}), Read: byteKeys([]string{other})}
			return store.Update(t.Context(), claims, func(tx kv.Tx) error {
				there, err := tx.Get([]byte(other))
				if err != nil {
					return err
				}
				hasRead()
				select {
				case <-otherHasRead:
				case <-time.After(time.Millisecond):
				}
				if string(there) == "on call" {
					tx.Set([]byte(me), []byte("gone"))
				}
				return nil
			})
		}
		// f may run more than once, and reads first only once.
		aReads, bReads := sync.OnceFunc(func() { close(aHasRead) }), sync.OnceFunc(func() { close(bHasRead) })
		first := background(func() error { return leave("a", "b", aReads, bHasRead) })
		second := background(func() error { return leave("b", "a", bReads, aHasRead) })
		if err := errors.Join(wait(t, first, "update"), wait(t, second, "update")); err != nil {
			t.Fatal(err)
		}
		if got := all(t, store); slices.Equal(got, []string{"a=gone", "b=gone"}) {
			t.Fatal("both have gone")
		}
	}
}

// underWay is an update that stands still within f, holding its claims.
type underWay struct {
	goOn func()
	done <-chan error
}

// begin starts an update that will set "mark" to the given value, and returns
// when it is within f.
func begin(t *testing.T, store kv.Store, claims kv.Claims, mark string) underWay {
	t.Helper()
	within := make(chan struct{}, 100) // f may run more than once
	held := make(chan struct{})
	goOn := sync.OnceFunc(func() { close(held) })
	t.Cleanup(goOn) // if the test fails before, Close must not wait for this
	done := background(func() error {
		return store.Update(t.Context(), claims, func(tx kv.Tx) error {
			within <- struct{}{}
			<-held
			tx.Set([]byte("mark"), []byte(mark))
			return nil
		})
	})
	wait(t, within, "the first update")
	return underWay{goOn, done}
}

func (u underWay) end(t *testing.T) {
	t.Helper()
	u.goOn()
	if err := wait(t, u.done, "the first update"); err != nil {
		t.Errorf("the first update = %v", err)
	}
}
