package solo

import (
	"sync"

	"cloudless/internal/storage/kv"
)

// Gate counts the calls under way, so that Close can refuse new ones and wait
// for the rest. The zero Gate is open.
type Gate struct {
	mu     sync.Mutex
	closed bool
	calls  int
	idle   chan struct{} // closed when the last call leaves a closed gate; nil while the gate is open
}

// Enter begins a call, or returns kv.ErrClosed. Each call that has entered
// leaves.
func (g *Gate) Enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return kv.ErrClosed
	}
	g.calls++
	return nil
}

// Leave ends a call.
func (g *Gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls--
	if g.closed && g.calls == 0 {
		close(g.idle)
	}
}

// Close refuses calls from now on. The channel that it returns is closed when
// those under way have left. It returns kv.ErrClosed the second time.
func (g *Gate) Close() (idle <-chan struct{}, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, kv.ErrClosed
	}
	g.closed = true
	g.idle = make(chan struct{})
	if g.calls == 0 {
		close(g.idle)
	}
	return g.idle, nil
}
