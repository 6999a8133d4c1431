package http1

import (
	"errors"
	"io"
	"net"
	"time"
)

const (
	// longestLook is how often connections are looked at, and so how long it may take
	// until it is noticed that one is idle for too long, or that its client has gone.
	longestLook = 200 * time.Millisecond
	// lingering is how long a connection stays open after its last answer, whose
	// request was not read whole: to close it at once could lose the answer.
	lingering = 500 * time.Millisecond
)

// rouse has connections looked at, if nobody does. It costs next to nothing.
func (s *Server) rouse() {
	if s.asleep.Load() {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// watch looks at connections until there are none: often while any is at work, and
// else when the next has been idle for too long.
func (s *Server) watch() {
	for {
		s.asleep.Store(true) // before it looks: who works from here on says so
		next, more := s.lookAtAll()
		if !more {
			return
		}
		if next == s.look {
			s.asleep.Store(false)
			time.Sleep(next)
			continue
		}
		s.sleep(next)
	}
}

// sleep returns after a while, or for ever if there is none, or when it is woken.
func (s *Server) sleep(while time.Duration) {
	var over <-chan time.Time
	if while > 0 {
		timer := time.NewTimer(while)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-over:
	case <-s.wake:
	}
}

// lookAtAll does what is due, and returns when something may be due next: 0 if
// nothing will. It says whether there are connections.
func (s *Server) lookAtAll() (next time.Duration, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.conns) == 0 {
		s.looks = false
		return 0, false
	}
	now := time.Now()
	for c := range s.conns {
		if due := c.look(now); due > 0 && (next == 0 || due < next) {
			next = due
		}
	}
	return next, true
}

// look does what is due for a connection, and returns how long that will be
// enough, or 0: for ever.
func (c *connection) look(now time.Time) time.Duration {
	phase := c.phase.Load() // first: what is read next is of this phase or of a later one
	began := time.Unix(0, c.since.Load())
	switch phase {
	case busy:
		if now.Sub(began) >= c.s.look {
			c.watchClient()
		}
		return c.s.look
	case asking:
		if limit := c.s.cfg.HeadTimeout; limit > 0 && now.Sub(began) >= limit {
			c.closeIf(asking)
		}
		return c.s.look
	case idle:
		limit := c.s.cfg.IdleTimeout
		if limit == 0 {
			return 0
		}
		if left := limit - now.Sub(began); left > 0 {
			return max(left, c.s.look)
		}
		c.closeIf(idle)
	}
	return 0
}

// closeIf closes a connection that is still in a phase.
func (c *connection) closeIf(phase int32) {
	if c.phase.CompareAndSwap(phase, closed) {
		_ = c.conn.Close() // which ends who serves it
	}
}

// closeIfIdle closes a connection on which nothing is asked.
func (c *connection) closeIfIdle() { c.closeIf(idle) }

// cut ends a connection, whatever it does.
func (c *connection) cut() {
	c.cancel()
	_ = c.conn.Close()
}

// begin begins a request, whose body, if it has none, is taken.
func (c *connection) begin(cancel func(), taken bool) {
	c.mu.Lock()
	c.request, c.taken = cancel, taken
	c.mu.Unlock()
	c.enter(busy)
}

// bodyTaken says that the body of the request is read: whatever comes now is not of it.
func (c *connection) bodyTaken() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.taken = true
}

// watchClient begins to watch whether the client of the request goes away.
func (c *connection) watchClient() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.request == nil || !c.taken || c.watcher != nil {
		return
	}
	ended, cancel := make(chan struct{}), c.request
	c.watcher = ended
	go func() {
		defer close(ended)
		if _, err := c.in.Peek(1); err != nil {
			cancel()
		}
	}()
}

// settle is the end of a request: nobody watches its client any more.
func (c *connection) settle() {
	c.mu.Lock()
	c.request = nil
	watcher := c.watcher
	c.watcher = nil
	c.mu.Unlock()
	if watcher == nil {
		return
	}
	_ = c.conn.SetReadDeadline(time.Unix(1, 0)) // wakes it
	<-watcher
	_ = c.conn.SetReadDeadline(time.Time{})
}

// linger keeps a connection open after its last answer until the client has read
// it and gone, but not for long.
func (c *connection) linger() {
	if half, ok := c.conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(lingering))
	_, _ = io.Copy(io.Discard, c.client)
}

// isEnd tells errors of a connection that has ended.
func isEnd(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}
