package pebblekv

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"cloudless/internal/storage/kv"
)

// unsynced are the commits that readers may see and a loss of power may take
// back: applied, or about to be, and not yet synced. A commit enters before it
// is applied and leaves after its sync, so whoever looks here after a read
// finds every commit that the answer could rest on.
//
// There are no more of them than updates under way, so they are simply gone
// through. The zero value is empty.
type unsynced struct {
	mu   sync.RWMutex
	list []*commit // in no order
}

// commit is one commit on its way to the disk.
type commit struct {
	touches footprint
	synced  chan struct{} // closed when the sync has ended, well or not
	slot    int           // its place in the list, guarded by unsynced.mu
}

// footprint is what a commit changes.
type footprint interface {
	// has reports whether it changes key.
	has(key []byte) bool
	// meets reports whether it changes a key in r.
	meets(r kv.Range) bool
}

// enter adds a commit that will change what touches says.
func (u *unsynced) enter(touches footprint) *commit {
	c := &commit{touches: touches, synced: make(chan struct{})}
	u.mu.Lock()
	defer u.mu.Unlock()
	c.slot = len(u.list)
	u.list = append(u.list, c)
	return c
}

// leave takes out a commit whose sync has ended, and lets go whoever waits
// for it.
func (u *unsynced) leave(c *commit) {
	u.mu.Lock()
	defer u.mu.Unlock()
	last := u.list[len(u.list)-1]
	u.list[c.slot], last.slot = last, c.slot
	u.list[len(u.list)-1] = nil
	u.list = u.list[:len(u.list)-1]
	close(c.synced)
}

// addKey appends to deps the commits that change key.
func (u *unsynced) addKey(deps []*commit, key []byte) []*commit {
	u.mu.RLock()
	defer u.mu.RUnlock()
	for _, c := range u.list {
		if c.touches.has(key) {
			deps = appendNew(deps, c)
		}
	}
	return deps
}

// changes reports whether one of the commits changes key.
func (u *unsynced) changes(key []byte) bool {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return slices.ContainsFunc(u.list, func(c *commit) bool { return c.touches.has(key) })
}

// addRange appends to deps the commits that change a key in r.
func (u *unsynced) addRange(deps []*commit, r kv.Range) []*commit {
	u.mu.RLock()
	defer u.mu.RUnlock()
	for _, c := range u.list {
		if c.touches.meets(r) {
			deps = appendNew(deps, c)
		}
	}
	return deps
}

func appendNew(deps []*commit, c *commit) []*commit {
	if slices.Contains(deps, c) {
		return deps
	}
	return append(deps, c)
}

// await waits until the syncs of all deps have ended, or ctx has.
func await(ctx context.Context, deps []*commit) error {
	for _, c := range deps {
		select {
		case <-c.synced:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// keySet is the footprint of a transaction: its keys, sorted.
type keySet [][]byte

// newKeySet returns the footprint of keys. The slice, not the keys in it, is
// its own from then on.
func newKeySet(keys [][]byte) keySet {
	slices.SortFunc(keys, bytes.Compare)
	return keys
}

func (s keySet) has(key []byte) bool {
	_, ok := slices.BinarySearchFunc(s, key, bytes.Compare)
	return ok
}

func (s keySet) meets(r kv.Range) bool {
	i, _ := slices.BinarySearchFunc(s, r.Start, bytes.Compare)
	return i < len(s) && before(s[i], r.End)
}

// keyRange is the footprint of a DeleteRange.
type keyRange kv.Range

func (d keyRange) has(key []byte) bool {
	return bytes.Compare(d.Start, key) <= 0 && before(key, d.End)
}

func (d keyRange) meets(r kv.Range) bool {
	return before(d.Start, r.End) && before(r.Start, d.End)
}

// before reports whether key lies before end, of which nil is behind all.
func before(key, end []byte) bool {
	return end == nil || bytes.Compare(key, end) < 0
}
