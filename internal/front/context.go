package front

import (
	"context"
	"sync"
	"time"
)

// longestCall is a function's 900 seconds and what surrounds them.
const longestCall = 16 * time.Minute

// callContext bounds a call that is no longer wanted: it ends with the client's
// connection, or after the longest that any operation may take. It is what
// context.WithTimeout makes, but most calls are over before anybody waits for
// their end, so the timer is set by the first who does.
type callContext struct {
	context.Context // the request's; nil until begin
	deadline        time.Time

	mu     sync.Mutex
	timed  context.Context // with the timer, or nil; guarded by mu, as all below
	cancel context.CancelFunc
	err    error // why it has ended, if it did before there was a timer
}

// within returns the context of the call, which is part of a request. It ends
// with the visit at the latest.
func (v *visit) within(request context.Context) context.Context {
	v.context.Context, v.context.deadline = request, time.Now().Add(longestCall)
	return &v.context
}

// Deadline returns when the context ends.
func (c *callContext) Deadline() (time.Time, bool) {
	if d, ok := c.Context.Deadline(); ok && d.Before(c.deadline) {
		return d, true
	}
	return c.deadline, true
}

// Done returns a channel that is closed when the context ends.
func (c *callContext) Done() <-chan struct{} { return c.withTimer().Done() }

// withTimer returns the context that has the timer.
func (c *callContext) withTimer() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timed == nil {
		c.timed, c.cancel = context.WithDeadline(c.Context, c.deadline)
		if c.err != nil {
			c.cancel()
		}
	}
	return c.timed
}

// Err returns why the context has ended, or nil.
func (c *callContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.err != nil:
	case c.timed != nil:
		c.err = c.timed.Err()
	case c.Context.Err() != nil:
		c.err = c.Context.Err()
	case !time.Now().Before(c.deadline):
		c.err = context.DeadlineExceeded
	}
	return c.err
}

// Value returns a value of the request. Where there is a timer, it is asked, so
// that contexts that are derived from this one find it without a goroutine.
func (c *callContext) Value(key any) any {
	c.mu.Lock()
	timed := c.timed
	c.mu.Unlock()
	if timed != nil {
		return timed.Value(key)
	}
	return c.Context.Value(key)
}

// end ends the context, if it has begun.
func (c *callContext) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = context.Canceled
	}
	if c.cancel != nil {
		c.cancel()
	}
}
