package solo

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
)

// Watches tell who waits for a key that it has changed.
type Watches struct {
	mu     sync.Mutex
	closed bool
	byKey  map[string]map[*watch]struct{}
	count  atomic.Int64 // of all watches: commits look here before they take the lock
}

// watch is one waiting channel of capacity one: a signal that finds it full
// melts into the one before. Watches' lock guards sending and closing.
type watch struct {
	ch chan struct{}
}

// NewWatches returns watches of no key.
func NewWatches() *Watches {
	return &Watches{byKey: make(map[string]map[*watch]struct{})}
}

// Watch returns a channel as kv.Store's Watch does.
func (w *Watches) Watch(ctx context.Context, key []byte) <-chan struct{} {
	one := &watch{ch: make(chan struct{}, 1)}
	if !w.add(string(key), one) {
		close(one.ch)
		return one.ch
	}
	// The callback may outlive Close: remove does nothing by then.
	context.AfterFunc(ctx, func() { w.remove(string(key), one) })
	return one.ch
}

// Notify signals the watches of keys. It is called after the commit.
func (w *Watches) Notify(keys iter.Seq[[]byte]) {
	if w.count.Load() == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for key := range keys {
		for one := range w.byKey[string(key)] {
			select {
			case one.ch <- struct{}{}:
			default:
			}
		}
	}
}

// Close closes every channel.
func (w *Watches) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for _, watches := range w.byKey {
		for one := range watches {
			close(one.ch)
		}
	}
	clear(w.byKey)
	w.count.Store(0)
}

func (w *Watches) add(key string, one *watch) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	if w.byKey[key] == nil {
		w.byKey[key] = make(map[*watch]struct{})
	}
	w.byKey[key][one] = struct{}{}
	w.count.Add(1)
	return true
}

func (w *Watches) remove(key string, one *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.byKey[key][one]; !ok {
		return
	}
	delete(w.byKey[key], one)
	if len(w.byKey[key]) == 0 {
		delete(w.byKey, key)
	}
	w.count.Add(-1)
	close(one.ch)
}
