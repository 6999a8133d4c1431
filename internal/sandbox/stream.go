package sandbox

import (
	"errors"
	"sync"
)

// gate stands before a caller's stream, and closes when the caller is answered:
// a function that has timed out may still be sending.
type gate struct {
	to Stream

	mu     sync.Mutex // held during a Write, so that closing waits for it
	begun  bool
	closed bool
}

var errGateClosed = errors.New("nobody waits for this answer any more")

// Begin passes on the beginning.
func (g *gate) Begin(contentType string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed && !g.begun {
		g.begun = true
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
	return g.to.Write(piece)
}

// close ends it, with an answer that came in one piece if there is one, and
// reports whether anything was passed on.
func (g *gate) close(whole []byte) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed && !g.begun && whole != nil {
		g.begun = true
		g.to.Begin("application/json")
		_, _ = g.to.Write(whole) // a caller that went away knows it
	}
	g.closed = true
	return g.begun
}
