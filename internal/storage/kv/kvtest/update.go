package kvtest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"cloudless/internal/storage/kv"
)

func (s *suite) testUpdate(t *testing.T) {
	t.Run("is seen by the next View", func(t *testing.T) {
		store := s.store(t)
		set(t, store, "a", "1", "b", "2")
		set(t, store, "a", "3")
		if got, want := all(t, store), []string{"a=3", "b=2"}; !slices.Equal(got, want) {
			t.Errorf("the store holds %q, want %q", got, want)
		}
	})

	t.Run("does not see its own writes", func(t *testing.T) {
		store := s.store(t)
		set(t, store, "changed", "old", "deleted", "old")
		err := store.Update(t.Context(), claim("changed", "deleted", "new"), func(tx kv.Tx) error {
			tx.Set([]byte("changed"), []byte("new"))
			tx.Set([]byte("new"), []byte("new"))
			tx.Delete([]byte("deleted"))
			got, err := contents(tx, kv.Range{})
			if want := []string{"changed=old", "deleted=old"}; err != nil || !slices.Equal(got, want) {
				t.Errorf("Scan after writing = %q, %v, want %q", got, err, want)
			}
			if got, err := tx.Get([]byte("changed")); err != nil || string(got) != "old" {
				t.Errorf("Get after writing = %q, %v, want old", got, err)
			}
			if got, err := tx.Get([]byte("new")); err != kv.ErrNotFound {
				t.Errorf("Get of a key just written = %q, %v, want ErrNotFound", got, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := all(t, store), []string{"changed=new", "new=new"}; !slices.Equal(got, want) {
			t.Errorf("the store holds %q, want %q", got, want)
		}
	})

	t.Run("the last of several writes to a key counts", func(t *testing.T) {
		store := s.store(t)
		set(t, store, "b", "0")
		err := store.Update(t.Context(), claim("a", "b", "c"), func(tx kv.Tx) error {
			tx.Set([]byte("a"), []byte("1"))
			tx.Set([]byte("a"), []byte("2"))
			tx.Set([]byte("b"), []byte("1"))
			tx.Delete([]byte("b"))
			tx.Delete([]byte("c"))
			tx.Set([]byte("c"), []byte("1"))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := all(t, store), []string{"a=2", "c=1"}; !slices.Equal(got, want) {
			t.Errorf("the store holds %q, want %q", got, want)
		}
	})

	t.Run("may write keys that it has not claimed", func(t *testing.T) {
		store := s.store(t)
		err := store.Update(t.Context(), claim("guard"), func(tx kv.Tx) error {
			tx.Set([]byte("other"), []byte("1"))
			tx.Delete([]byte("nosuch"))
			return nil
		})
		if got := all(t, store); err != nil || !slices.Equal(got, []string{"other=1"}) {
			t.Errorf("Update = %v, the store holds %q, want other=1", err, got)
		}
	})

	t.Run("may write nothing", func(t *testing.T) {
		if err := s.store(t).Update(t.Context(), claim("a"), func(kv.Tx) error { return nil }); err != nil {
			t.Errorf("Update = %v", err)
		}
	})

	t.Run("returns the error of f as it is and writes nothing", func(t *testing.T) {
		store := s.store(t)
		set(t, store, "a", "old")
		want := errors.New("no")
		err := store.Update(t.Context(), claim("a", "b"), func(tx kv.Tx) error {
			tx.Set([]byte("a"), []byte("new"))
			tx.Set([]byte("b"), []byte("new"))
			return want
		})
		if err != want {
			t.Errorf("Update = %v, want %v itself", err, want)
		}
		if got := all(t, store); !slices.Equal(got, []string{"a=old"}) {
			t.Errorf("the store holds %q, want a=old", got)
		}
	})

	t.Run("that panics writes nothing and gives its claims back", func(t *testing.T) {
		store := s.store(t)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic of f has been swallowed")
				}
			}()
			_ = store.Update(t.Context(), claim("a"), func(tx kv.Tx) error {
				tx.Set([]byte("a"), []byte("1"))
				panic("on purpose")
			})
		}()
		if got := all(t, store); len(got) > 0 {
			t.Errorf("the store holds %q, want nothing", got)
		}
		set(t, store, "a", "2")
	})

	t.Run("does not begin when its context has ended", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := s.store(t).Update(ctx, claim("a"), func(kv.Tx) error {
			t.Error("f was called")
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Update = %v, want context.Canceled", err)
		}
	})
}
