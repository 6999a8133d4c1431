package pebblekv

import (
	"testing"

	"cloudless/internal/storage/kv"

	"github.com/cockroachdb/pebble/v2/vfs"
)

func TestReadersBetweenCommitsShareOneSnapshot(t *testing.T) {
	s := openIn(t, vfs.NewMem())
	defer s.Close()
	snapshots := func() int { return s.db.Metrics().Snapshots.Count }
	set := func(value string) {
		t.Helper()
		err := s.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error { tx.Set([]byte("key"), []byte(value)); return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	// view reads the key twice, and calls then in between.
	view := func(want string, then func()) {
		t.Helper()
		err := s.View(t.Context(), func(r kv.Reader) error {
			for range 2 {
				if got, err := r.Get([]byte("key")); err != nil || string(got) != want {
					t.Errorf("Get = %q, %v, want %q", got, err, want)
				}
				then()
				then = func() {}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}

	set("a")
	view("a", func() {
		view("a", func() {})
		if n := snapshots(); n != 1 {
			t.Errorf("two readers of one state: %d snapshots, want 1", n)
		}
		set("b")
		view("b", func() {
			if n := snapshots(); n != 2 {
				t.Errorf("readers of two states: %d snapshots, want 2", n)
			}
		})
	})
	if n := snapshots(); n != 1 {
		t.Errorf("after all readers: %d snapshots, want the one of the newest state", n)
	}
	set("c")
	if n := snapshots(); n != 0 {
		t.Errorf("after a commit: %d snapshots, which hold back what could be cleaned up", n)
	}
}
