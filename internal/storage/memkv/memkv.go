// Package memkv keeps a store in memory: for tests, and for servers that are
// to forget everything when they stop.
//
//   - memkv.go: the store and its calls;
//   - state.go: one state of it, an ordered tree that is never changed again.
//
// The promise that readers lean on: they never wait. A commit makes a new tree
// that shares all it has not changed with the old one, and publishes it by one
// store of a pointer.
//
// The package does not know of files; nothing in it survives the process.
package memkv

import (
	"context"
	"sync"
	"sync/atomic"

	"cloudless/internal/storage/kv"
	"cloudless/internal/storage/kv/solo"
)

// Store is a kv.Store in memory.
type Store struct {
	gate    solo.Gate
	latches *solo.Latches
	leases  *solo.Leases
	watches *solo.Watches

	state  atomic.Pointer[state]
	commit sync.Mutex // held while a new state is made of the current one
}

var _ kv.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	s := &Store{latches: solo.NewLatches(), leases: solo.NewLeases(), watches: solo.NewWatches()}
	s.state.Store(newState())
	return s
}

// View implements kv.Store.
func (s *Store) View(ctx context.Context, f func(kv.Reader) error) error {
	if err := s.gate.Enter(); err != nil {
		return err
	}
	defer s.gate.Leave()
	if err := ctx.Err(); err != nil {
		return err
	}
	return f(reader{ctx, s.state.Load()})
}

// Update implements kv.Store.
func (s *Store) Update(ctx context.Context, claims kv.Claims, f func(kv.Tx) error) error {
	if err := s.gate.Enter(); err != nil {
		return err
	}
	defer s.gate.Leave()
	if err := ctx.Err(); err != nil {
		return err
	}
	held, err := s.latches.Acquire(ctx, claims)
	if err != nil {
		return err
	}
	defer held.Release()

	// The state is taken after the latches, so it has whatever the last
	// holder of a claimed key wrote.
	tx := &tx{reader: reader{ctx, s.state.Load()}}
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.Err(); err != nil {
		return err
	}
	if tx.Len() == 0 {
		return nil
	}
	s.change(func(next *state) { next.apply(&tx.Writes) })
	s.watches.Notify(tx.Keys())
	return nil
}

// DeleteRange implements kv.Store.
func (s *Store) DeleteRange(ctx context.Context, r kv.Range) error {
	if err := s.gate.Enter(); err != nil {
		return err
	}
	defer s.gate.Leave()
	if err := ctx.Err(); err != nil {
		return err
	}
	s.change(func(next *state) { next.deleteRange(r) })
	return nil
}

// Watch implements kv.Store.
func (s *Store) Watch(ctx context.Context, key []byte) <-chan struct{} {
	return s.watches.Watch(ctx, key)
}

// Lease implements kv.Store.
func (s *Store) Lease(ctx context.Context, name string) (held context.Context, release func(), err error) {
	return s.leases.Acquire(ctx, name)
}

// Close implements kv.Store.
func (s *Store) Close() error {
	idle, err := s.gate.Close()
	if err != nil {
		return err
	}
	s.leases.Close()
	<-idle
	s.watches.Close()
	s.state.Store(newState()) // let the memory go, even if the store itself is kept
	return nil
}

// change publishes the state that edit makes of a copy of the current one.
func (s *Store) change(edit func(next *state)) {
	s.commit.Lock()
	defer s.commit.Unlock()
	next := s.state.Load().copy()
	edit(next)
	s.state.Store(next)
}

// tx reads the state that it began with and gathers what is written.
type tx struct {
	reader
	solo.Writes
}
