package kvtest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"cloudless/internal/storage/kv"
)

func (s *suite) testClose(t *testing.T) {
	t.Run("refuses what comes after it", func(t *testing.T) {
		store := s.store(t)
		set(t, store, "k", "1")
		if err := store.Close(); err != nil {
			t.Fatalf("Close = %v", err)
		}
		never := func() { t.Error("f was called") }
		for call, err := range map[string]error{
			"View":        store.View(t.Context(), func(kv.Reader) error { never(); return nil }),
			"Update":      store.Update(t.Context(), claim("k"), func(kv.Tx) error { never(); return nil }),
			"DeleteRange": store.DeleteRange(t.Context(), kv.Range{}),
			"Lease":       func() error { _, _, err := store.Lease(t.Context(), "l"); return err }(),
			"Close":       store.Close(),
		} {
			if !errors.Is(err, kv.ErrClosed) {
				t.Errorf("%s = %v, want ErrClosed", call, err)
			}
		}
	})

	t.Run("waits for the calls under way", func(t *testing.T) {
		store := s.store(t)
		set(t, store, "k", "1")
		first := begin(t, store, claim("other"), "first")
		within, goOn := make(chan struct{}), make(chan struct{})
		reading := background(func() error {
			return store.View(t.Context(), func(r kv.Reader) error {
				close(within)
				<-goOn
				_, err := r.Get([]byte("k"))
				return err
			})
		})
		wait(t, within, "View")
		closed := background(store.Close)
		quiet(t, closed, "Close returned with calls under way")
		close(goOn)
		if err := wait(t, reading, "View"); err != nil {
			t.Errorf("a View that was under way = %v", err)
		}
		quiet(t, closed, "Close returned with an update under way")
		first.end(t)
		if err := wait(t, closed, "Close"); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
}

func (s *suite) testDeleteRange(t *testing.T) {
	b := func(k string) []byte { return []byte(k) }
	for _, tt := range []struct {
		name string
		r    kv.Range
		left string
	}{
		{"everything", kv.Range{}, ""},
		{"a prefix", kv.Prefix(b("b")), "1567"},
		{"a prefix without an end", kv.Prefix(b("\xff")), "12345"},
		{"from a key on", kv.Range{Start: b("c")}, "1234"},
		{"up to a key", kv.Range{End: b("ba")}, "4567"},
		{"backwards is the same", kv.Range{Start: b("b"), End: b("c"), Reverse: true}, "1567"},
		{"nothing between equal bounds", kv.Range{Start: b("b"), End: b("b")}, "1234567"},
		{"nothing between crossed bounds", kv.Range{Start: b("c"), End: b("a")}, "1234567"},
		{"nothing before the empty key", kv.Range{End: b("")}, "1234567"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := s.store(t)
			set(t, store, "a", "1", "b", "2", "b\x00", "3", "ba", "4", "c", "5", "\xff", "6", "\xff\xff", "7")
			for range 2 { // it may be repeated
				if err := store.DeleteRange(t.Context(), tt.r); err != nil {
					t.Fatalf("DeleteRange = %v", err)
				}
			}
			view(t, store, func(t *testing.T, r kv.Reader) {
				if got := values(t, r, kv.Range{}); got != tt.left {
					t.Errorf("what is left: %q, want %q", got, tt.left)
				}
			})
		})
	}

	t.Run("drops the longest keys too", func(t *testing.T) {
		store := s.store(t)
		last := make([]byte, kv.MaxKeyBytes)
		for i := range last {
			last[i] = 0xff
		}
		set(t, store, string(last), "1")
		if err := store.DeleteRange(t.Context(), kv.Range{}); err != nil {
			t.Fatal(err)
		}
		if got := all(t, store); len(got) > 0 {
			t.Error("the last of all keys is still there")
		}
	})

	t.Run("leaves a view as it is, and what is written later", func(t *testing.T) {
		store := s.store(t)
		set(t, store, "a", "1", "b", "2")
		view(t, store, func(t *testing.T, r kv.Reader) {
			if err := store.DeleteRange(t.Context(), kv.Range{}); err != nil {
				t.Fatal(err)
			}
			if got := values(t, r, kv.Range{}); got != "12" {
				t.Errorf("a view from before sees %q, want 12", got)
			}
		})
		set(t, store, "b", "3")
		if got := all(t, store); !slices.Equal(got, []string{"b=3"}) {
			t.Errorf("the store holds %q, want b=3", got)
		}
	})
}

func (s *suite) testReopen(t *testing.T) {
	for name, reopen := range map[string]func(*testing.T, kv.Store) kv.Store{"Close": s.Reopen, "a crash": s.Crash} {
		t.Run("after "+name+" everything acknowledged is there", func(t *testing.T) {
			if reopen == nil {
				t.Skip("the engine cannot do it")
			}
			store := s.store(t)
			var want []string
			for i := range 20 {
				key := fmt.Sprintf("%02d", i)
				set(t, store, key, "1", "dropped"+key, "1", "last", key)
				want = append(want, key+"=1")
			}
			if err := store.DeleteRange(t.Context(), kv.Prefix([]byte("dropped"))); err != nil {
				t.Fatal(err)
			}
			want = append(want, "last=19")
			for range 3 {
				store = reopen(t, store)
				closeAtEnd(t, store)
				if got := all(t, store); !slices.Equal(got, want) {
					t.Fatalf("the store holds %q, want %q", got, want)
				}
			}
		})
	}
}
