package kvtest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"cloudless/internal/storage/kv"
)

func (s *suite) testWatch(t *testing.T) {
	t.Run("tells of a key that was set or deleted", func(t *testing.T) {
		store := s.store(t)
		signals := store.Watch(t.Context(), []byte("k"))
		set(t, store, "k", "1")
		wait(t, signals, "signal of a key that was set")
		if got := all(t, store); !slices.Equal(got, []string{"k=1"}) {
			t.Errorf("after the signal the store holds %q, want k=1", got)
		}
		err := store.Update(t.Context(), claim("k"), func(tx kv.Tx) error { tx.Delete([]byte("k")); return nil })
		if err != nil {
			t.Fatal(err)
		}
		wait(t, signals, "signal of a key that was deleted")
	})

	t.Run("makes one of the signals that nobody has taken", func(t *testing.T) {
		store := s.store(t)
		signals := store.Watch(t.Context(), []byte("k"))
		for range 10 {
			set(t, store, "k", "1")
		}
		wait(t, signals, "signal")
		quiet(t, signals, "a second signal was waiting")
		set(t, store, "k", "2")
		wait(t, signals, "signal of a commit after the last one was taken")
	})

	t.Run("tells all who watch", func(t *testing.T) {
		store := s.store(t)
		first, second := store.Watch(t.Context(), []byte("k")), store.Watch(t.Context(), []byte("k"))
		set(t, store, "k", "1")
		wait(t, first, "first watch")
		wait(t, second, "second watch")
	})

	t.Run("ends with its context", func(t *testing.T) {
		store := s.store(t)
		ctx, cancel := context.WithCancel(t.Context())
		ending, staying := store.Watch(ctx, []byte("k")), store.Watch(t.Context(), []byte("k"))
		cancel()
		wantClosed(t, ending)
		set(t, store, "k", "1")
		if _, ok := <-staying; !ok {
			t.Error("another watch of the key ended too")
		}
	})

	t.Run("ends with the store", func(t *testing.T) {
		store := s.store(t)
		before := store.Watch(t.Context(), []byte("k"))
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		wantClosed(t, before)
		wantClosed(t, store.Watch(t.Context(), []byte("k")))
	})
}

// wantClosed fails the test unless signals is closed, perhaps after a last
// signal.
func wantClosed(t *testing.T, signals <-chan struct{}) {
	t.Helper()
	for range 3 {
		done := background(func() error {
			if _, ok := <-signals; ok {
				return errors.New("open")
			}
			return nil
		})
		if wait(t, done, "end of the watch") == nil {
			return
		}
	}
	t.Error("the watch still signals, want its channel closed")
}

func (s *suite) testLease(t *testing.T) {
	t.Run("has one holder", func(t *testing.T) {
		store := s.store(t)
		held, release, err := store.Lease(t.Context(), "l")
		if err != nil {
			t.Fatal(err)
		}
		next := background(func() error {
			_, release, err := store.Lease(t.Context(), "l")
			if err == nil {
				release()
			}
			return err
		})
		quiet(t, next, "a second holder got the lease")
		if held.Err() != nil {
			t.Error("the lease was lost")
		}
		release()
		release() // the second time does nothing
		if err := wait(t, next, "the next holder"); err != nil {
			t.Errorf("the next Lease = %v", err)
		}
		if held.Err() == nil {
			t.Error("the context goes on after the lease was given back")
		}
	})

	t.Run("does not keep other names away", func(t *testing.T) {
		store := s.store(t)
		for _, name := range []string{"a", "b", ""} {
			_, release, err := store.Lease(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			defer release()
		}
	})

	t.Run("is waited for no longer than the context lasts", func(t *testing.T) {
		store := s.store(t)
		_, release, err := store.Lease(t.Context(), "l")
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		ctx, cancel := context.WithCancel(t.Context())
		next := background(func() error { _, _, err := store.Lease(ctx, "l"); return err })
		quiet(t, next, "Lease returned while another had it")
		cancel()
		if err := wait(t, next, "Lease"); !errors.Is(err, context.Canceled) {
			t.Errorf("Lease = %v, want context.Canceled", err)
		}
	})

	t.Run("has a context that ends with its parent and with the store", func(t *testing.T) {
		store := s.store(t)
		ctx, cancel := context.WithCancel(t.Context())
		child, release, err := store.Lease(ctx, "child")
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		cancel()
		wait(t, child.Done(), "end of the lease with its parent")

		held, release, err := store.Lease(t.Context(), "held")
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		waiting := background(func() error { _, _, err := store.Lease(t.Context(), "held"); return err })
		quiet(t, waiting, "Lease returned while another had it")
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		wait(t, held.Done(), "end of the lease with the store")
		if err := wait(t, waiting, "Lease"); !errors.Is(err, kv.ErrClosed) {
			t.Errorf("a Lease that waited when the store closed = %v, want ErrClosed", err)
		}
	})
}
