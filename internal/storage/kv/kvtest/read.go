package kvtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"cloudless/internal/storage/kv"
)

func (s *suite) testGet(t *testing.T) {
	store := s.store(t)
	set(t, store, "a", "1", "empty", "", "\x00", "zero", "\xff\xff", "top")
	view(t, store, func(t *testing.T, r kv.Reader) {
		for key, want := range map[string]string{"a": "1", "empty": "", "\x00": "zero", "\xff\xff": "top"} {
			if got, err := r.Get([]byte(key)); err != nil || string(got) != want {
				t.Errorf("Get(%q) = %q, %v, want %q", key, got, err, want)
			}
		}
		for _, key := range []string{"", "b", "aa", "\xff"} {
			if got, err := r.Get([]byte(key)); err != kv.ErrNotFound {
				t.Errorf("Get(%q) = %q, %v, want ErrNotFound", key, got, err)
			}
		}
	})

	t.Run("its value belongs to the caller", func(t *testing.T) {
		view(t, store, func(t *testing.T, r kv.Reader) {
			first, err := r.Get([]byte("a"))
			if err != nil {
				t.Fatal(err)
			}
			first[0] = 'X'
			if again, err := r.Get([]byte("a")); err != nil || string(again) != "1" {
				t.Errorf("after the first value was overwritten, Get = %q, %v, want 1", again, err)
			}
		})
	})
}

func (s *suite) testScan(t *testing.T) {
	store := s.store(t)
	set(t, store, "a", "1", "b", "2", "b\x00", "3", "ba", "4", "c", "5", "\xff", "6", "\xff\xff", "7")
	b := func(k string) []byte { return []byte(k) }
	for _, tt := range []struct {
		name string
		r    kv.Range
		want string
	}{
		{"everything", kv.Range{}, "1234567"},
		{"start is in the range", kv.Range{Start: b("b")}, "234567"},
		{"end is not", kv.Range{End: b("ba")}, "123"},
		{"bounds that are no keys", kv.Range{Start: b("aa"), End: b("bb")}, "234"},
		{"a prefix", kv.Prefix(b("b")), "234"},
		{"a prefix without an end", kv.Prefix(b("\xff")), "67"},
		{"one key", kv.Range{Start: b("b"), End: b("b\x00")}, "2"},
		{"nothing between equal bounds", kv.Range{Start: b("b"), End: b("b")}, ""},
		{"nothing between crossed bounds", kv.Range{Start: b("c"), End: b("a")}, ""},
		{"nothing before the empty key", kv.Range{End: b("")}, ""},
		{"nothing behind the last", kv.Range{Start: b("\xff\xff\x00")}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			view(t, store, func(t *testing.T, r kv.Reader) {
				if got := values(t, r, tt.r); got != tt.want {
					t.Errorf("forwards: %q, want %q", got, tt.want)
				}
				tt.r.Reverse = true
				if got := values(t, r, tt.r); got != reversed(tt.want) {
					t.Errorf("backwards: %q, want %q", got, reversed(tt.want))
				}
			})
		})
	}

	t.Run("may be left early", func(t *testing.T) {
		view(t, store, func(t *testing.T, r kv.Reader) {
			for _, reverse := range []bool{false, true} {
				for p, err := range r.Scan(kv.Range{Reverse: reverse}) {
					if err != nil {
						t.Fatal(err)
					}
					if want := map[bool]string{false: "a", true: "\xff\xff"}[reverse]; string(p.Key) != want {
						t.Errorf("first key = %q, want %q", p.Key, want)
					}
					break
				}
			}
		})
	})

	t.Run("may have other reads within", func(t *testing.T) {
		view(t, store, func(t *testing.T, r kv.Reader) {
			for p, err := range r.Scan(kv.Range{Reverse: true}) {
				if err != nil {
					t.Fatal(err)
				}
				key, value := string(p.Key), string(p.Value)
				if got, err := r.Get(p.Key); err != nil || string(got) != value {
					t.Errorf("Get(%q) within a scan = %q, %v, want %q", key, got, err, value)
				}
				if got := values(t, r, kv.Range{}); got != "1234567" {
					t.Errorf("a scan within a scan = %q", got)
				}
				if string(p.Key) != key || string(p.Value) != value {
					t.Errorf("reads within the scan changed its pair %q to %q=%q", key, p.Key, p.Value)
				}
			}
		})
	})

	t.Run("stops when its context ends", func(t *testing.T) {
		store := s.store(t)
		var many []string
		for i := range 5000 {
			many = append(many, fmt.Sprintf("%05d", i), "")
		}
		set(t, store, many...)
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		err := store.View(ctx, func(r kv.Reader) error {
			for _, err := range r.Scan(kv.Range{}) {
				if err != nil {
					return err
				}
				seen++
				cancel()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || seen == 0 {
			t.Errorf("View = %v after %d pairs, want context.Canceled after some", err, seen)
		}
	})
}

func (s *suite) testView(t *testing.T) {
	t.Run("stands still while the store goes on", func(t *testing.T) {
		store := s.store(t)
		set(t, store, "k", "old", "gone", "old")
		view(t, store, func(t *testing.T, r kv.Reader) {
			before, err := contents(r, kv.Range{})
			if err != nil {
				t.Fatal(err)
			}
			err = store.Update(t.Context(), claim("k", "gone", "new"), func(tx kv.Tx) error {
				tx.Set([]byte("k"), []byte("new"))
				tx.Set([]byte("new"), []byte("new"))
				tx.Delete([]byte("gone"))
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := r.Get([]byte("k")); err != nil || string(got) != "old" {
				t.Errorf("Get = %q, %v, want what it was", got, err)
			}
			if got, err := r.Get([]byte("new")); err != kv.ErrNotFound {
				t.Errorf("Get of a newer key = %q, %v, want ErrNotFound", got, err)
			}
			if after, err := contents(r, kv.Range{}); err != nil || !slices.Equal(after, before) {
				t.Errorf("Scan = %q, %v, want %q as before", after, err, before)
			}
		})
		if got, want := all(t, store), []string{"k=new", "new=new"}; !slices.Equal(got, want) {
			t.Errorf("the next View sees %q, want %q", got, want)
		}
	})

	t.Run("returns the error of f as it is", func(t *testing.T) {
		want := errors.New("no")
		if err := s.store(t).View(t.Context(), func(kv.Reader) error { return want }); err != want {
			t.Errorf("View = %v, want %v itself", err, want)
		}
	})

	t.Run("does not begin when its context has ended", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := s.store(t).View(ctx, func(kv.Reader) error {
			t.Error("f was called")
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("View = %v, want context.Canceled", err)
		}
	})
}

// view calls f in a View that must not fail.
func view(t *testing.T, s kv.Store, f func(t *testing.T, r kv.Reader)) {
	t.Helper()
	err := s.View(t.Context(), func(r kv.Reader) error {
		f(t, r)
		return nil
	})
	if err != nil {
		t.Errorf("View = %v", err)
	}
}

// values returns the values in r, one behind the other.
func values(t *testing.T, r kv.Reader, rg kv.Range) string {
	t.Helper()
	var got []byte
	for p, err := range r.Scan(rg) {
		if err != nil {
			t.Fatalf("Scan(%s) = %v", show(rg), err)
		}
		got = append(got, p.Value...)
	}
	return string(got)
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}
