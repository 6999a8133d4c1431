package pebblekv

import (
	"errors"
	"testing"

	"cloudless/internal/storage/kv"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// TestAFailedFsyncStopsTheStore lets many writers run into a disk that breaks.
func TestAFailedFsyncStopsTheStore(t *testing.T) {
	d := newDisk()
	s := openIn(t, d)
	set(t, s, "a")
	lease, release, err := s.Lease(t.Context(), "work")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	goOn := d.hold()
	const writers = 32
	done := make(chan error, writers)
	for i := range writers {
		go func() {
			for {
				err := s.Update(t.Context(), kv.Claims{Write: [][]byte{{byte(i % 4)}}}, func(tx kv.Tx) error {
					tx.Set([]byte{byte(i % 4)}, []byte("1"))
					return nil
				})
				if err != nil {
					done <- err
					return
				}
			}
		}()
	}
	<-d.waiting
	onFire := errors.New("the disk is on fire")
	goOn(onFire)
	for range writers {
		if err := wait(t, "writer", done); !errors.Is(err, ErrFailed) {
			t.Errorf("Update = %v, want ErrFailed", err)
		}
	}
	wait(t, "Failed", s.Failed())
	wait(t, "end of the lease", lease.Done())
	never := func() { t.Error("f was called") }
	_, _, leaseErr := s.Lease(t.Context(), "more work")
	for call, err := range map[string]error{
		"View":        s.View(t.Context(), func(kv.Reader) error { never(); return nil }),
		"Update":      s.Update(t.Context(), kv.Claims{}, func(kv.Tx) error { never(); return nil }),
		"DeleteRange": s.DeleteRange(t.Context(), kv.Range{}),
		"Lease":       leaseErr,
		"Close":       s.Close(),
	} {
		if !errors.Is(err, ErrFailed) {
			t.Errorf("%s = %v, want ErrFailed", call, err)
		}
	}

	// The disk as it is after the crash has what was acknowledged before.
	again := openIn(t, d.mem.CrashClone(vfs.CrashCloneCfg{}))
	err = again.View(t.Context(), func(r kv.Reader) error { _, err := r.Get([]byte("a")); return err })
	if err != nil {
		t.Errorf("Get after the crash = %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
