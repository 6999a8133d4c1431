package runtimeapi

import (
	"errors"
	"net/http"
	"strings"
	"time"
)

// A function that answers at once is waited for by looking: to put a thread to sleep and
// to wake it takes longer than such a function does, most of all on a virtual
// machine, whose cores sleep deeply. So after an answer that came at once nobody reads
// from the connection until the next event is brought. Who brings it looks for
// the answer for a moment and takes it, or else leaves the reading to the goroutine whose
// it is. This is done where it helps: for the only event that is worked on, for runtimes that
// are heard of otherwise when they end, and while it succeeds.

const (
	// usualMoment is for how long an answer is looked for.
	usualMoment = 200 * time.Microsecond
	// soon is in how many moments an answer came that may come within one if it is looked for.
	soon = 2
	// longestRest is after how many events, at most, it is tried again.
	longestRest = 127
)

// errNothingYet says that nothing has arrived within a moment.
var errNothingYet = errors.New("nothing has arrived yet")

// pace is how a runtime has answered lately.
type pace struct {
	moment  time.Duration
	since   time.Time // when it was given the event
	brisk   bool      // its last answer came soon
	missed  bool      // nothing came when it was looked for
	rest    int       // events for which not to look
	penalty int       // what rest was when last something was missed
}

// answered notes that an answer has come.
func (p *pace) answered() {
	p.brisk = time.Since(p.since) < soon*p.moment
	switch {
	case p.missed:
		p.missed, p.penalty = false, min(2*p.penalty+1, longestRest)
		p.rest = p.penalty
	case p.rest > 0:
		p.rest--
	default:
		p.penalty = 0
	}
}

func (p *pace) quick() bool { return p.brisk && p.rest == 0 }

// park leaves the connection to who brings the next event, and reports whether it did. If
// so, the goroutine that serves it hears by resume when it is to go on.
func (c *connection) park() bool {
	if !canYield || c.raw == nil || !c.asked || !c.pace.quick() {
		return false
	}
	c.parked.Store(true)
	// Whoever has brought an event just now has seen no parked connection.
	return len(c.given) == 0 || !c.parked.CompareAndSwap(true, false)
}

// resumed waits until the connection is to be served again, does what is to be done first,
// and reports whether it goes on.
func (c *connection) resumed() bool {
	select {
	case first := <-c.resume:
		return first == nil || first()
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
	c.limit.left, c.limit.look = maxHeadBytes, func(p []byte) (int, error) { return c.look(p, alone) }
	_, err := c.in.Peek(1)
	c.limit.look = nil
	c.pace.missed = err != nil
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

// look reads what arrives within a moment, and lets others have the processor meanwhile.
func (c *connection) look(p []byte, alone func() bool) (n int, err error) {
	for alone != nil && alone() && time.Since(c.pace.since) < c.pace.moment {
		if n, err = c.readNow(p); n > 0 || err != nil {
			return n, err
		}
		yield()
	}
	return 0, errNothingYet
}
