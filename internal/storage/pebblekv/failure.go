package pebblekv

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// ErrFailed is wrapped by every error of a store that has stopped: because a
// write to the disk failed, or with ErrDamaged. After a failed write what was
// acknowledged is safe; nobody knows what else is on the disk until the store is
// opened again.
var ErrFailed = errors.New("pebblekv: the store has stopped")

// ErrDamaged says that files of the store are gone, or do not hold what was
// written to them. It is wrapped by errors of Open, and by those of a store that
// has stopped because it found out later: files are read when they are needed.
var ErrDamaged = errors.New("pebblekv: files of the store are damaged")

// Failed returns a channel that is closed when the store has stopped. The
// process should end then; Err tells why.
func (s *Store) Failed() <-chan struct{} { return s.failed }

// Err returns why the store has stopped, or nil: an error that wraps ErrFailed.
func (s *Store) Err() error {
	if p := s.failure.Load(); p != nil {
		return *p
	}
	return nil
}

// checkManifest refuses a directory that has tables, and no word of which manifest
// counts. Pebble would take it for a new one, and remove what it does not know. A
// store has the word before its first table, so no crash leaves it like this.
func checkManifest(dir string, fs vfs.FS) error {
	about, err := pebble.Peek(dir, fs)
	if err != nil || about.Exists {
		return err
	}
	files, err := fs.List(dir)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(files, func(file string) bool { return strings.HasSuffix(file, ".sst") }) {
		return fmt.Errorf("%w: there are tables, and no marker of the manifest that lists them", ErrDamaged)
	}
	return nil
}

// damaged marks the error of an opening that met damaged files.
func damaged(err error) error {
	switch {
	case pebble.IsCorruptionError(err), errors.Is(err, fs.ErrNotExist),
		strings.Contains(err.Error(), "object size mismatch"): // for which the library has no sentinel
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// fail stops the store for good. After a failed fsync the kernel may have
// dropped what it could not write and report success the next time, so trying
// again would acknowledge what is lost.
func (s *Store) fail(cause error) {
	err := fmt.Errorf("%w: %w", ErrFailed, cause)
	if !s.failure.CompareAndSwap(nil, &err) {
		return
	}
	s.log.Error("store stopped", "err", cause)
	close(s.failed)
	s.leases.Close() // whoever works under a lease can no longer write
}

// apply applies b and begins its sync. Pebble has no way back from an error in
// here: it panics, or calls the logger's Fatalf, which does too. Its commit
// pipeline cannot be used after that, so the panic becomes the error that stops
// the store.
func (s *Store) apply(b *pebble.Batch) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("commit: %v", r)
		}
	}()
	return s.db.ApplyNoSyncWait(b, pebble.Sync)
}
