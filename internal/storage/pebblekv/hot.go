package pebblekv

import (
	"bytes"
	"errors"
	"hash/maphash"
	"sync"
	"sync/atomic"

	"cloudless/internal/storage/kv"

	"github.com/cockroachdb/pebble/v2"
)

// hot keeps the values of the few keys that are read again and again, such as
// the definition of a busy table, which each request on its items reads anew, or
// knows that they have none. To find one among the engine's tables costs ten times
// as much, and to find that it is not there costs more.
//
// It never has another value than the engine. A value is entered only if no
// commit that changes its key is under way or has come since it was read, and
// each commit takes its keys out before it can be read.
//
// The zero value is empty.
type hot struct {
	once sync.Once
	seed maphash.Seed
	seen [seenKeys]atomic.Uint32 // reads that found nothing here, by a hash of their keys

	mu     sync.RWMutex
	values map[string]hotValue // guarded by mu
}

// hotValue is the value that a key has in every state with at least so many
// commits, until it is taken out.
type hotValue struct {
	bytes   []byte // never changed; nil: the key has no value
	commits uint64
}

const (
	seenKeys    = 1 << 10
	enterAfter  = 32      // reads; so that one in as many of random keys enters, and costs little
	maxHot      = 512     // values
	maxHotBytes = 8 << 10 // of one value: 4 MB at the most
)

// get returns the value of key in a state with so many commits, if it is known:
// nil, if it is known to have none. It is not to be changed.
func (h *hot) get(key []byte, commits uint64) ([]byte, bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	v, ok := h.values[string(key)]
	return v.bytes, ok && commits >= v.commits
}

// isDue reports whether a key that was not known has been read often enough to
// be entered.
func (h *hot) isDue(key []byte) bool {
	h.once.Do(func() { h.seed = maphash.MakeSeed() })
	n := &h.seen[maphash.Bytes(h.seed, key)%seenKeys]
	if n.Add(1) < enterAfter {
		return false
	}
	n.Store(0)
	return true
}

// enter enters a copy of a value that was read in a state with so many commits, or
// nil, if there was none. It does so if isCurrent says, while no commit can take its keys out, that it is the
// newest.
func (h *hot) enter(key, value []byte, commits uint64, isCurrent func() bool) {
	if len(value) > maxHotBytes {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !isCurrent() {
		return
	}
	if len(h.values) >= maxHot {
		for other := range h.values {
			delete(h.values, other)
			break
		}
	}
	if h.values == nil {
		h.values = make(map[string]hotValue)
	}
	h.values[string(key)] = hotValue{bytes.Clone(value), commits}
}

// forget takes out the keys that a commit changes, before it is applied.
func (h *hot) forget(touches footprint) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if set, ok := touches.(keySet); ok {
		for _, key := range set {
			delete(h.values, string(key))
		}
		return
	}
	for key := range h.values {
		if touches.has([]byte(key)) {
			delete(h.values, key)
		}
	}
}

// read returns a copy of the value that key has in a state with so many
// commits, from what is known or by from.
func (s *Store) read(from source, key []byte, commits uint64) ([]byte, error) {
	value, ok := s.hot.get(key, commits)
	switch {
	case ok && value == nil:
		return nil, kv.ErrNotFound
	case ok:
		return append([]byte{}, value...), nil
	}
	value, err := get(from, key)
	if err == nil || errors.Is(err, kv.ErrNotFound) {
		if s.hot.isDue(key) {
			s.hot.enter(key, value, commits, func() bool {
				return s.states.commits.Load() == commits && !s.unsynced.changes(key)
			})
		}
	}
	return value, err
}

// get returns a copy of the value that the engine has, which is not nil.
func get(from source, key []byte) ([]byte, error) {
	value, closer, err := from.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, kv.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	value = append([]byte{}, value...)
	return value, closer.Close()
}
