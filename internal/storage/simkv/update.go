package simkv

import (
	"context"
	"errors"

	"cloudless/internal/storage/kv"
)

// errAgain ends an attempt whose writes are thrown away.
var errAgain = errors.New("simkv: to be repeated")

// Update implements kv.Store.
func (s *Store) Update(ctx context.Context, claims kv.Claims, f func(kv.Tx) error) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	for s.happens(s.faults.Repeat) {
		if err := s.attempt(ctx, claims, f, errAgain); err != errAgain {
			return err
		}
	}
	if !s.happens(s.faults.Lose) {
		return s.attempt(ctx, claims, f, nil)
	}
	// The connection is lost on the way there or on the way back.
	var outcome error
	if s.happens(0.5) {
		outcome = ErrUnknown
	}
	if err := s.attempt(ctx, claims, f, outcome); err != nil {
		return err
	}
	return ErrUnknown
}

// attempt calls f in a transaction of the store behind, which ends with
// outcome if f has none of its own to say. An attempt that is to be repeated
// forgets f's error too: it may rest on what another changes meanwhile.
func (s *Store) attempt(ctx context.Context, claims kv.Claims, f func(kv.Tx) error, outcome error) error {
	return s.inner.Update(ctx, claims, func(tx kv.Tx) error {
		err := f(faultyTx{reader{s, tx}, tx})
		if err != nil && outcome != errAgain {
			return err
		}
		if err := s.delay(ctx); err != nil {
			return err
		}
		return outcome
	})
}

// faultyTx is a kv.Tx whose reads may fail.
type faultyTx struct {
	reader
	tx kv.Tx
}

// Set implements kv.Tx.
func (t faultyTx) Set(key, value []byte) { t.tx.Set(key, value) }

// Delete implements kv.Tx.
func (t faultyTx) Delete(key []byte) { t.tx.Delete(key) }
