package pebblekv

import (
	"bytes"
	"context"
	"io"
	"iter"
	"slices"

	"cloudless/internal/storage/kv"

	"github.com/cockroachdb/pebble/v2"
)

// ctxEvery is how many pairs a scan yields between two looks at its context.
const ctxEvery = 128

// View implements kv.Store. It returns when all that f was shown is durable,
// whatever f made of it: a refusal that rests on a value is an answer too.
func (s *Store) View(ctx context.Context, f func(kv.Reader) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.gate.Leave()
	r := &reader{ctx: ctx, store: s, state: s.states.take()}
	defer r.close()
	return s.answer(r, f(r))
}

// enter begins a call; gate.Leave ends it.
func (s *Store) enter(ctx context.Context) error {
	if err := s.gate.Enter(); err != nil {
		return err
	}
	err := s.Err()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		s.gate.Leave()
	}
	return err
}

// answer returns err, the outcome of a function that read through r, once
// nothing can take back what it was shown.
func (s *Store) answer(r *reader, err error) error {
	if waitErr := await(r.ctx, r.deps); waitErr != nil {
		return waitErr
	}
	// A sync that failed left the list after the store had failed, so this
	// look comes after those of the reads.
	if failure := s.Err(); failure != nil {
		return failure
	}
	return err
}

// source is what Get and Scan read: a snapshot, or the latest state.
type source interface {
	Get(key []byte) ([]byte, io.Closer, error)
	NewIter(*pebble.IterOptions) (*pebble.Iterator, error)
}

// reader is a kv.Reader that remembers which unsynced commits it may have
// shown.
type reader struct {
	ctx   context.Context
	store *Store
	state *state // nil until it is needed
	deps  []*commit
}

func (r *reader) close() {
	if r.state != nil {
		r.store.states.giveBack(r.state)
		r.state = nil
	}
}

// snapshot returns the one state that r reads.
func (r *reader) snapshot() *state {
	if r.state == nil {
		r.state = r.store.states.take()
	}
	return r.state
}

// Get implements kv.Reader.
func (r *reader) Get(key []byte) ([]byte, error) {
	state := r.snapshot()
	return r.get(state, key, state.commits)
}

// get reads a key of a state with so many commits.
func (r *reader) get(from source, key []byte, commits uint64) ([]byte, error) {
	value, err := r.store.read(from, key, commits)
	// The look for unsynced commits comes after the read: what was not yet
	// entered then had not been applied, and cannot have been read.
	r.deps = r.store.unsynced.addKey(r.deps, key)
	return value, err
}

// Scan implements kv.Reader.
func (r *reader) Scan(rg kv.Range) iter.Seq2[kv.Pair, error] {
	return func(yield func(kv.Pair, error) bool) {
		if !before(rg.Start, rg.End) {
			return
		}
		it, err := r.snapshot().NewIter(&pebble.IterOptions{LowerBound: rg.Start, UpperBound: rg.End})
		if err != nil {
			yield(kv.Pair{}, err)
			return
		}
		defer func() { _ = it.Close() }() // it would only repeat Error
		seen := rg
		defer func() { r.deps = r.store.unsynced.addRange(r.deps, seen) }()
		left, err := r.scan(it, rg, yield)
		switch {
		case left:
			seen = seenOf(rg, it.Key())
		case err != nil:
			yield(kv.Pair{}, err)
		}
	}
}

// scan yields the pairs of it, whose bounds are rg's. When yield left the loop,
// it still stands on the last pair.
func (r *reader) scan(it *pebble.Iterator, rg kv.Range, yield func(kv.Pair, error) bool) (left bool, err error) {
	start, next := it.First, it.Next
	switch {
	case rg.Reverse:
		start, next = it.Last, it.Prev
	case r.store.oneStem(rg):
		start = func() bool { return it.SeekPrefixGE(rg.Start) }
	}
	n := 0
	for ok := start(); ok; ok = next() {
		if n%ctxEvery == 0 {
			if err := r.ctx.Err(); err != nil {
				return false, err
			}
		}
		n++
		value, err := it.ValueAndErr()
		if err != nil {
			return false, err
		}
		if !yield(kv.Pair{Key: it.Key(), Value: value}, nil) {
			return true, nil
		}
	}
	return false, it.Error()
}

// oneStem tells whether all keys in rg have the same stem.
func (s *Store) oneStem(rg kv.Range) bool {
	if s.stem == nil || rg.Start == nil || rg.End == nil {
		return false
	}
	stem := rg.Start[:s.stem(rg.Start)]
	return bytes.HasPrefix(rg.End, stem) && s.stem(rg.End) == len(stem)
}

// seenOf returns the part of r that a scan has looked at which was left at key.
func seenOf(r kv.Range, key []byte) kv.Range {
	if r.Reverse {
		r.Start = slices.Clone(key)
	} else {
		r.End = append(slices.Clone(key), 0) // the first key behind it
	}
	return r
}
