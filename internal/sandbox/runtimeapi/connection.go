package runtimeapi

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"cloudless/internal/lookout"
)

// A connection on which the runtime asks for events, or who it is, is served here and no longer
// by net/http, of which only the parser is left. So an event is written by
// whoever brings it, without a goroutine in between, and a read is under way
// while the runtime works, which is how its end is noticed. Each warm
// invocation passes here, and has to wait for all that is done.

// nextPath is where the runtime asks for its next event.
const nextPath = base + "/invocation/next"

// nextHeader, set in an answer, says that what is answered to it is to be the
// next event: one request takes the place of two. Only our own bootstraps send it.
const nextHeader = "Cloudless-Next"

const (
	// maxUnreadBytes is how much of a body that nobody wanted is read, so that the
	// connection can go on.
	maxUnreadBytes = 256 << 10
	// lingering is how long a connection stays open after the last answer, whose
	// request was not read whole: to close it at once could lose the answer.
	lingering = 500 * time.Millisecond
)

// connection is one of those. Its fields belong to the goroutine that serves it, or to
// who listens (listen.go).
type connection struct {
	s       *Server
	c       net.Conn
	runtime *lookout.Lookout // what it says
	limit   *headLimit
	in      *bufio.Reader
	last    bool          // what is written next is the last
	asked   bool          // for an event, which may still have to be written
	given   chan struct{} // holds one: the event is there, and being written
	gone    chan struct{} // closed when the server is

	owed atomic.Int32 // answers to what is asked before there is a function; nothing else is asked before they come

	parked atomic.Bool      // whoever brings an event may serve it
	resume chan func() bool // holds one: what the goroutine that serves it goes on with; nil: it reads

	writing sync.Mutex // held by who writes
}

// next takes a connection over from net/http, answers the question that came on
// it, and serves it to its end.
func (s *Server) next(w http.ResponseWriter, r *http.Request) {
	c, err := s.takeOver(w)
	if err != nil {
		return // the server is closed, or the runtime went away
	}
	defer s.drop(c)
	c.last = r.Close
	if c.next() {
		c.serve()
	}
}

func (s *Server) takeOver(w http.ResponseWriter) (*connection, error) {
	raw, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	read, err := buffered.Reader.Peek(buffered.Reader.Buffered()) // the beginning of what comes next
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	runtime := lookout.On(raw, s.moment)
	limit := &headLimit{from: io.MultiReader(bytes.NewReader(bytes.Clone(read)), runtime), long: &s.longHead}
	if len(read) == 0 {
		limit.from = runtime
	}
	c := &connection{s: s, c: raw, runtime: runtime, limit: limit, in: bufio.NewReader(limit),
		given: make(chan struct{}, 1), gone: s.gone, resume: make(chan func() bool, 1)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errors.Join(http.ErrServerClosed, raw.Close())
	}
	s.taken[c] = true
	return c, nil
}

// drop ends a connection.
func (s *Server) drop(c *connection) {
	s.mu.Lock()
	delete(s.taken, c)
	s.mu.Unlock()
	s.state.withdraw(c)
	_ = c.c.Close() // whoever was on it has gone, or is to go
}

// serve answers one request after another.
func (c *connection) serve() {
	for goesOn := true; goesOn; {
		if c.park() {
			goesOn = c.resumed()
		} else {
			goesOn = c.read()
		}
	}
}

// read reads a request and answers it, and reports whether the connection goes on.
func (c *connection) read() bool {
	r, err := c.readRequest()
	return err == nil && c.handle(r)
}

// readRequest reads the head of the next request.
func (c *connection) readRequest() (*http.Request, error) {
	c.limit.left = maxHeadBytes
	r, err := http.ReadRequest(c.in)
	c.limit.release()
	c.limit.left = math.MaxInt64 // a body has the limits of whom it is for
	return r, err
}

// handle answers a request, and reports whether the connection goes on.
func (c *connection) handle(r *http.Request) bool {
	if isQuestion(r) {
		return c.await(c.s.state.question(r), r.Close)
	}
	if c.owed.Load() > 0 || !c.settled() {
		return false
	}
	c.last = r.Close
	if r.Method == http.MethodGet && r.URL.Path == nextPath {
		return c.next()
	}
	return c.answer(r)
}

// settled waits until the event that was asked for is there: what is asked after
// it is answered after it.
func (c *connection) settled() bool {
	if !c.asked {
		return true
	}
	select {
	case <-c.given:
		c.asked = false
		return true
	case <-c.gone:
		return false
	}
}

// next asks for an event, and reports whether the connection goes on.
func (c *connection) next() bool {
	inv, err := c.s.state.ask(c)
	return c.asks(inv, err)
}

// asks goes on when an event was asked for: it is there, or is to come, or
// cannot be asked for.
func (c *connection) asks(inv *Invocation, err error) bool {
	if err != nil {
		return c.refuse(err)
	}
	c.asked = true
	if inv != nil {
		c.take(inv)
	}
	return true
}

func (c *connection) refuse(err error) bool {
	w := &reply{}
	refuse(w, err)
	return c.send(w)
}

// answer answers a request that is none for an event, and reports whether the
// connection goes on.
func (c *connection) answer(r *http.Request) bool {
	w := &reply{}
	if r.Header.Get(nextHeader) != "" {
		w.by = c
	}
	if r.ContentLength != 0 && strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
		if !c.write([]byte("HTTP/1.1 100 Continue\r\n\r\n")) {
			return false
		}
	}
	if r.ContentLength == 0 {
		stop := c.watch(&r)
		c.s.http.Handler.ServeHTTP(w, r)
		stop()
	} else {
		c.s.http.Handler.ServeHTTP(w, r)
	}
	return c.conclude(w, r)
}

// conclude goes on when a request has been worked on: it is answered, unless the answer is
// to be an event.
func (c *connection) conclude(w *reply, r *http.Request) bool {
	if w.asked {
		return c.asks(w.inv, w.err)
	}
	unread, err := io.CopyN(io.Discard, r.Body, maxUnreadBytes)
	c.last = c.last || unread == maxUnreadBytes || err != io.EOF || w.header.Get("Connection") == "close"
	if c.send(w) {
		return true
	}
	if unread > 0 {
		select {
		case <-time.After(lingering):
		case <-c.gone:
		}
	}
	return false
}

// watch ends the context of a request when whoever sent it goes away, until it is
// stopped.
func (c *connection) watch(r **http.Request) (stop func()) {
	ctx, cancel := context.WithCancel((*r).Context())
	*r = (*r).WithContext(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := c.in.Peek(1); err != nil {
			cancel()
		}
	}()
	return func() {
		_ = c.c.SetReadDeadline(time.Unix(1, 0)) // wakes it
		<-done
		_ = c.c.SetReadDeadline(time.Time{})
		cancel()
	}
}
