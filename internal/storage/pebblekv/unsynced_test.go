package pebblekv

import (
	"errors"
	"testing"
	"time"

	"cloudless/internal/storage/kv"
)

// reads are calls that look at a store in which "gone" is being deleted, "k"
// set and the range "range/" dropped, but not yet synced.
var reads = []struct {
	name  string
	waits bool
	call  func(s *Store, t *testing.T) error
}{
	{"Get of a key that is being set", true, viewing(func(r kv.Reader) { _, _ = r.Get([]byte("k")) })},
	{"Get of a key that is being deleted", true, viewing(func(r kv.Reader) { _, _ = r.Get([]byte("gone")) })},
	{"Get of a key in a range that is being dropped", true, viewing(func(r kv.Reader) { _, _ = r.Get([]byte("range/1")) })},
	{"Get of a key that rests", false, viewing(func(r kv.Reader) { _, _ = r.Get([]byte("rests")) })},
	{"Get of a key that is not there", false, viewing(func(r kv.Reader) { _, _ = r.Get([]byte("kk")) })},
	{"Scan over a key that is being set", true, viewing(scanning(kv.Prefix([]byte("k")), 10))},
	{"Scan over a key that is being deleted", true, viewing(scanning(kv.Prefix([]byte("g")), 10))},
	{"Scan of a range that is being dropped", true, viewing(scanning(kv.Prefix([]byte("range/2")), 10))},
	{"Scan of keys that rest", false, viewing(scanning(kv.Prefix([]byte("rests")), 10))},
	{"Scan that is left before the key", false, viewing(scanning(kv.Range{Start: []byte("a"), End: []byte("l")}, 1))},
	{"Scan that is left on the key", true, viewing(scanning(kv.Range{Start: []byte("k"), End: []byte("l")}, 1))},
	{"Scan backwards that is left before the key", false, viewing(scanning(kv.Range{Start: []byte("k"), End: []byte("m"), Reverse: true}, 1))},
	{"Scan backwards over the key", true, viewing(scanning(kv.Range{Start: []byte("k"), End: []byte("m"), Reverse: true}, 2))},
	{"View that reads nothing", false, viewing(func(kv.Reader) {})},
	{"View that fails because of what it read", true, func(s *Store, t *testing.T) error {
		return wantRefusal(s.View(t.Context(), func(r kv.Reader) error { _, _ = r.Get([]byte("k")); return errRefusal }))
	}},
	{"Update that fails because of what it read", true, func(s *Store, t *testing.T) error {
		return wantRefusal(s.Update(t.Context(), kv.Claims{Write: [][]byte{[]byte("k")}}, func(tx kv.Tx) error {
			_, _ = tx.Get([]byte("k"))
			tx.Set([]byte("k"), []byte("never"))
			return errRefusal
		}))
	}},
	{"Update that reads and writes nothing", true, func(s *Store, t *testing.T) error {
		return s.Update(t.Context(), kv.Claims{Read: [][]byte{[]byte("k")}}, func(tx kv.Tx) error {
			_, err := tx.Get([]byte("k"))
			return err
		})
	}},
	{"Update that reads a key it has not claimed", true, func(s *Store, t *testing.T) error {
		return s.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
			_, err := tx.Get([]byte("k"))
			return err
		})
	}},
}

var errRefusal = errors.New("refused because of what is there")

func wantRefusal(err error) error {
	if err == errRefusal {
		return nil
	}
	return errors.Join(errors.New("not the error of f"), err)
}

func viewing(f func(kv.Reader)) func(*Store, *testing.T) error {
	return func(s *Store, t *testing.T) error {
		return s.View(t.Context(), func(r kv.Reader) error { f(r); return nil })
	}
}

// scanning reads up to n pairs of a range.
func scanning(rg kv.Range, n int) func(kv.Reader) {
	return func(r kv.Reader) {
		for range r.Scan(rg) {
			if n--; n == 0 {
				return
			}
		}
	}
}

// TestNoAnswerLeavesBeforeWhatItRestsOnIsDurable holds up the fsync of writes
// that can be read already. Who reads them waits; who reads others does not.
func TestNoAnswerLeavesBeforeWhatItRestsOnIsDurable(t *testing.T) {
	for _, tt := range reads {
		t.Run(tt.name, func(t *testing.T) {
			d := newDisk()
			s := openIn(t, d)
			goOn, writes := writeUnsynced(t, s, d)

			read := make(chan error, 1)
			go func() { read <- tt.call(s, t) }()
			if tt.waits {
				select {
				case err := <-read:
					t.Errorf("returned %v before the write it read was durable", err)
					read <- err
				case <-time.After(grace):
				}
			} else {
				wantNil(t, "the read, though it has nothing to wait for,", read)
				read <- nil
			}
			goOn(nil)
			for range cap(writes) {
				wantNil(t, "write", writes)
			}
			wantNil(t, "read", read)
			if err := s.Close(); err != nil {
				t.Errorf("Close = %v", err)
			}
		})
	}
}

// TestAReadThatRestsOnAFailedWriteFails breaks the fsync that readers wait for.
func TestAReadThatRestsOnAFailedWriteFails(t *testing.T) {
	for _, tt := range reads {
		if !tt.waits {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			d := newDisk()
			s := openIn(t, d)
			goOn, writes := writeUnsynced(t, s, d)
			read := make(chan error, 1)
			go func() { read <- tt.call(s, t) }()
			select {
			case err := <-read:
				t.Fatalf("returned %v before the write it read was durable", err)
			case <-time.After(grace):
			}
			goOn(errors.New("the disk is on fire"))
			for range cap(writes) {
				if err := wait(t, "write", writes); !errors.Is(err, ErrFailed) {
					t.Errorf("write = %v, want ErrFailed", err)
				}
			}
			if err := wait(t, "read", read); !errors.Is(err, ErrFailed) {
				t.Errorf("read = %v, want ErrFailed", err)
			}
		})
	}
}

// writeUnsynced leaves s with writes that can be read and are held up at their
// sync. Their errors come out of writes.
func writeUnsynced(t *testing.T, s *Store, d *disk) (goOn func(error), writes chan error) {
	t.Helper()
	set(t, s, "a", "b", "gone", "l", "range/1", "range/2", "range/3", "rests")
	goOn = d.hold()
	writes = make(chan error, 2)
	go func() {
		writes <- s.Update(t.Context(), kv.Claims{Write: [][]byte{[]byte("k")}}, func(tx kv.Tx) error {
			tx.Set([]byte("k"), []byte("unsynced"))
			tx.Delete([]byte("gone"))
			return nil
		})
	}()
	go func() { writes <- s.DeleteRange(t.Context(), kv.Prefix([]byte("range/"))) }()
	<-d.waiting
	// The sync of one has begun; wait until both can be read.
	for {
		snap := s.db.NewSnapshot()
		_, closer, errSet := snap.Get([]byte("k"))
		if errSet == nil {
			_ = closer.Close()
		}
		_, closer, errDropped := snap.Get([]byte("range/3"))
		if errDropped == nil {
			_ = closer.Close()
		}
		_ = snap.Close()
		if errSet == nil && errDropped != nil {
			return goOn, writes
		}
		time.Sleep(time.Millisecond)
	}
}

// TestUpdatesOfOneKeyShareAnFsync has one update of a key run while the one
// before it is being synced.
func TestUpdatesOfOneKeyShareAnFsync(t *testing.T) {
	d := newDisk()
	s := openIn(t, d)
	goOn := d.hold()
	done := make(chan error, 10)
	entered := make(chan struct{}, cap(done))
	for range cap(done) {
		go func() {
			done <- s.Update(t.Context(), kv.Claims{Write: [][]byte{[]byte("hot")}}, func(tx kv.Tx) error {
				old, err := tx.Get([]byte("hot"))
				if err != nil && err != kv.ErrNotFound {
					return err
				}
				tx.Set([]byte("hot"), append(old, '+'))
				entered <- struct{}{}
				return nil
			})
		}()
	}
	for range cap(done) {
		wait(t, "an update, while no fsync comes to an end", entered)
	}
	select {
	case err := <-done:
		t.Errorf("an update returned %v before its fsync", err)
	case <-time.After(grace):
	}
	goOn(nil)
	for range cap(done) {
		wantNil(t, "update", done)
	}
	err := s.View(t.Context(), func(r kv.Reader) error {
		if got, err := r.Get([]byte("hot")); err != nil || len(got) != cap(done) {
			t.Errorf("Get = %q, %v, want %d marks", got, err, cap(done))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
}
