package pebblekv

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// ErrFailed is wrapped by every error of a store that has stopped because a
// write to the disk failed. What was acknowledged is safe; nobody knows what
// else is on the disk until the store is opened again.
var ErrFailed = errors.New("pebblekv: the store has stopped after a failed write")

// Failed returns a channel that is closed when the store has stopped because a
// write failed. The process should end then and be started anew.
func (s *Store) Failed() <-chan struct{} { return s.failed }

// fail stops the store for good. After a failed fsync the kernel may have
// dropped what it could not write and report success the next time, so trying
// again would acknowledge what is lost.
func (s *Store) fail(cause error) {
	err := fmt.Errorf("%w: %w", ErrFailed, cause)
	if !s.failure.CompareAndSwap(nil, &err) {
		return
	}
	s.log.Error("store stopped: write failed", "err", cause)
	close(s.failed)
	s.leases.Close() // whoever works under a lease can no longer write
}

// err returns why the store has stopped, or nil.
func (s *Store) err() error {
	if p := s.failure.Load(); p != nil {
		return *p
	}
	return nil
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
