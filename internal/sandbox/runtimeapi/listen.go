package runtimeapi

import (
	"net/http"
	"strings"
)

// The answer of a function that answers at once is looked for (package lookout). So after such
// an answer nobody reads from the connection until the next event is brought. Who brings it
// looks for the answer for a moment and takes it, or else leaves the reading to the goroutine
// whose it is. This is done for the only event that is worked on, and for runtimes that
// are heard of otherwise when they end.

// park leaves the connection to who brings the next event, and reports whether it did. If
// so, the goroutine that serves it hears by resume when it is to go on.
func (c *connection) park() bool {
	if !c.asked || !c.runtime.Worthwhile() {
		return false
	}
	c.parked.Store(true)
	// Whoever has brought an event just now has seen no parked connection.
	return len(c.given) == 0 || !c.parked.CompareAndSwap(true, false)
}

// resumed waits until the connection is to be served again, does what is to be done first,
// and reports whether it goes on. If that is to read, it is not left to anybody before: who has
// listened does so no more, and nobody brings another event before this one is answered.
func (c *connection) resumed() bool {
	select {
	case first := <-c.resume:
		if first == nil {
			return c.read()
		}
		return first()
	case <-c.gone:
		return false
	}
}

// listen implements asker.
func (c *connection) listen(alone func() bool) {
	if !c.parked.CompareAndSwap(true, false) {
		return // it is served
	}
	r := c.hear(alone)
	switch {
	case r == nil:
		c.resume <- nil
	case !c.isHeard(r):
		c.resume <- func() bool { return c.handle(r) }
	default:
		c.accept(r)
	}
}

// accept takes an answer. It waits for nothing: who brings an event has its time limits
// still to watch.
func (c *connection) accept(r *http.Request) {
	<-c.given
	c.asked, c.last = false, false
	w := &reply{by: c}
	c.s.http.Handler.ServeHTTP(w, r)
	if !w.asked || w.err != nil {
		c.resume <- func() bool { return c.conclude(w, r) } // it was refused
		return
	}
	c.asks(w.inv, nil)
	if !c.park() {
		c.resume <- nil
	}
}

// hear returns a request whose head arrives within a moment, or nil.
func (c *connection) hear(alone func() bool) *http.Request {
	if alone == nil {
		return nil
	}
	c.limit.left, c.limit.look = maxHeadBytes, func(p []byte) (int, error) { return c.runtime.Look(p, alone) }
	_, err := c.in.Peek(1)
	c.limit.look = nil
	if err != nil || !headEnds(c.in) {
		return nil
	}
	r, err := c.readRequest()
	if err != nil {
		_ = c.c.Close() // which who serves it finds
		return nil
	}
	return r
}

// isHeard reports whether a request is an answer to the event that all is there of, and that
// has nothing about it which could make anybody wait.
func (c *connection) isHeard(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, base+"/invocation/") && r.Header.Get(nextHeader) != "" &&
		!r.Close && r.Header.Get("Expect") == "" && r.Header.Get(responseMode) == "" &&
		r.ContentLength >= 0 && r.ContentLength <= min(smallBytes, int64(c.in.Buffered())) && len(c.given) > 0
}
