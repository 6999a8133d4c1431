package sandbox

import (
	"errors"
	"sync"
	"time"
)

// gate stands before a caller's stream, and closes when the caller is answered:
// a function that has timed out may still be sending.
type gate struct {
	to  Stream
	now func() time.Time

	mu     sync.Mutex // held during a Write, so that closing waits for it
	begun  bool
	at     time.Time // when it began
	passed int64     // bytes
	closed bool
}

var errGateClosed = errors.New("nobody waits for this answer any more")

// Begin passes on the beginning.
func (g *gate) Begin(contentType string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed && !g.begun {
		g.begun, g.at = true, g.now()
		g.to.Begin(contentType)
	}
}

// Write passes on a piece.
func (g *gate) Write(piece []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return 0, errGateClosed
	}
	n, err := g.to.Write(piece)
	g.passed += int64(n)
	return n, err
}

// close ends it, with an answer that came in one piece if there is one, and
// reports whether anything was passed on.
func (g *gate) close(whole []byte) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed && !g.begun && whole != nil {
		g.begun, g.at, g.passed = true, g.now(), int64(len(whole))
		g.to.Begin("application/json")
		_, _ = g.to.Write(whole) // a caller that went away knows it
	}
	g.closed = true
	return g.begun
}
