package solo

import (
	"bytes"
	"context"
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"cloudless/internal/storage/kv"
)

// latchShards spreads the latches over so many locks that goroutines with
// different keys seldom meet at one.
const latchShards = 64

// Latches keep updates apart whose claims meet: a key is held by one writer or
// by any number of readers.
//
// A latch exists only while somebody holds or wants it, under the key itself,
// so unrelated keys never wait for each other. All claims of an update are
// taken in the order of their keys: whoever waits for a key holds only smaller
// ones, hence no circle of waiting can close. Waiters of a key are served in
// the order of their arrival, readers that stand side by side together, so a
// stream of readers cannot starve a writer.
type Latches struct {
	seed   maphash.Seed
	shards [latchShards]latchShard
}

type latchShard struct {
	mu      sync.Mutex
	latches map[string]*latch
}

// latch is the state of one key, guarded by its shard's lock.
type latch struct {
	writer  bool
	readers int
	queue   []*latchWaiter // in the order of arrival
}

type latchWaiter struct {
	write   bool
	granted chan struct{}
}

// NewLatches returns latches of which none is held.
func NewLatches() *Latches {
	l := &Latches{seed: maphash.MakeSeed()}
	for i := range l.shards {
		l.shards[i].latches = make(map[string]*latch)
	}
	return l
}

// Held are the latches that one update holds, until Release.
type Held struct {
	latches []heldLatch // in the order of their keys
}

type heldLatch struct {
	shard *latchShard
	key   string
	write bool
}

// Acquire waits until it holds every key in claims; a key under both Write and
// Read is held for writing. When ctx ends first it holds nothing and returns
// ctx's error.
func (l *Latches) Acquire(ctx context.Context, claims kv.Claims) (Held, error) {
	wanted := inOrder(claims)
	held := Held{latches: make([]heldLatch, 0, len(wanted))}
	for _, c := range wanted {
		h := heldLatch{shard: l.shard(c.key), key: string(c.key), write: c.write}
		if err := h.acquire(ctx); err != nil {
			held.Release()
			return Held{}, err
		}
		held.latches = append(held.latches, h)
	}
	return held, nil
}

// Release lets the next in line have what h holds. It does nothing the second
// time.
func (h *Held) Release() {
	for _, l := range h.latches {
		l.release()
	}
	h.latches = nil
}

// Has reports whether h holds key, for reading or writing.
func (h *Held) Has(key []byte) bool {
	_, ok := slices.BinarySearchFunc(h.latches, key, func(l heldLatch, key []byte) int {
		return strings.Compare(l.key, string(key))
	})
	return ok
}

func (l *Latches) shard(key []byte) *latchShard {
	return &l.shards[maphash.Bytes(l.seed, key)%latchShards]
}

type claim struct {
	key   []byte
	write bool
}

// inOrder returns each claimed key once, sorted, writers before readers of the
// same key.
func inOrder(claims kv.Claims) []claim {
	list := make([]claim, 0, len(claims.Write)+len(claims.Read))
	for _, key := range claims.Write {
		list = append(list, claim{key, true})
	}
	for _, key := range claims.Read {
		list = append(list, claim{key, false})
	}
	slices.SortStableFunc(list, func(a, b claim) int { return bytes.Compare(a.key, b.key) })
	return slices.CompactFunc(list, func(a, b claim) bool { return bytes.Equal(a.key, b.key) })
}

func (h heldLatch) acquire(ctx context.Context) error {
	w := h.enqueue()
	if w == nil {
		return nil
	}
	select {
	case <-w.granted:
		return nil
	case <-ctx.Done():
		h.giveUp(w)
		return ctx.Err()
	}
}

// enqueue takes the latch if it is free and nobody waits for it; otherwise it
// gets in line and returns its place.
func (h heldLatch) enqueue() *latchWaiter {
	h.shard.mu.Lock()
	defer h.shard.mu.Unlock()
	l := h.shard.latches[h.key]
	if l == nil {
		l = &latch{}
		h.shard.latches[h.key] = l
	}
	if len(l.queue) == 0 && l.free(h.write) {
		l.take(h.write)
		return nil
	}
	w := &latchWaiter{write: h.write, granted: make(chan struct{})}
	l.queue = append(l.queue, w)
	return w
}

// giveUp leaves the line, or returns the latch if it was granted meanwhile.
func (h heldLatch) giveUp(w *latchWaiter) {
	h.shard.mu.Lock()
	defer h.shard.mu.Unlock()
	l := h.shard.latches[h.key]
	if i := slices.Index(l.queue, w); i >= 0 {
		l.queue = slices.Delete(l.queue, i, i+1)
	} else {
		l.drop(h.write)
	}
	h.serveLocked(l)
}

func (h heldLatch) release() {
	h.shard.mu.Lock()
	defer h.shard.mu.Unlock()
	l := h.shard.latches[h.key]
	l.drop(h.write)
	h.serveLocked(l)
}

// serveLocked grants the latch to the head of the line, as far as that goes,
// and forgets a latch that nobody wants.
func (h heldLatch) serveLocked(l *latch) {
	for len(l.queue) > 0 && l.free(l.queue[0].write) {
		w := l.queue[0]
		l.queue = slices.Delete(l.queue, 0, 1)
		l.take(w.write)
		close(w.granted)
	}
	if len(l.queue) == 0 && l.free(true) {
		delete(h.shard.latches, h.key)
	}
}

// free reports whether the holders of l leave room for one more.
func (l *latch) free(write bool) bool {
	return !l.writer && (!write || l.readers == 0)
}

func (l *latch) take(write bool) {
	if write {
		l.writer = true
	} else {
		l.readers++
	}
}

func (l *latch) drop(write bool) {
	if write {
		l.writer = false
	} else {
		l.readers--
	}
}
