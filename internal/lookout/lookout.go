// Package lookout looks for what comes on a connection, for a moment, before a
// thread is put to sleep until it comes.
//
// To put a thread to sleep and to wake it takes longer than a quick function takes to
// answer, or a client to go on that has waited for its answer, most of all on a virtual
// machine, whose cores sleep deeply. So who expects something looks for it again and
// again, and lets others have the core between two looks. This is done where it helps:
// while it succeeds, and for as long as whoever looks has no reason to
// leave the processors to others.
//
//   - lookout.go: a connection that one may look at;
//   - pace.go: whether that is worthwhile;
//   - system_linux.go, system_other.go: what it asks of the system.
package lookout

import (
	"errors"
	"io"
	"net"
	"syscall"
	"time"
)

// Moment is for how long one usually looks.
const Moment = 200 * time.Microsecond

// ErrNothing says that nothing has come within a moment.
var ErrNothing = errors.New("nothing has come yet")

// Lookout reads from a connection. It is used by one goroutine at a time, but for WriteNow.
type Lookout struct {
	conn  net.Conn
	raw   syscall.RawConn // the connection as the system has it, or nil if it is none of the system's
	quiet bool            // the system is not to tell Go's poller what arrives
	loud  bool            // it cannot be told so
	pace  pace
}

// On returns a lookout on a connection whose moments last as long as is said.
func On(c net.Conn, moment time.Duration) *Lookout {
	return &Lookout{conn: c, raw: rawOf(c), pace: pace{moment: moment}}
}

func rawOf(c net.Conn) syscall.RawConn {
	s, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// Expect says that from now on something may come.
func (l *Lookout) Expect() { l.pace.since = time.Now() }

// Came says that it has come.
func (l *Lookout) Came() { l.pace.came() }

// Worthwhile reports whether it is likely to come within a moment.
func (l *Lookout) Worthwhile() bool { return canLook && l.raw != nil && l.pace.quick() }

// Look reads what comes until the moment is over that began with Expect, for as long as
// it may. If nothing has come, it returns ErrNothing, and Read is to follow.
func (l *Lookout) Look(p []byte, may func() bool) (n int, err error) {
	for may() && time.Since(l.pace.since) < l.pace.moment {
		l.hush()
		if n, err = l.readNow(p); n > 0 || err != nil {
			return n, err
		}
		yield()
	}
	l.pace.missed = true
	return 0, ErrNothing
}

// Read implements [io.Reader]. It waits.
func (l *Lookout) Read(p []byte) (int, error) {
	if l.quiet {
		if n, err := l.readNow(p); n > 0 || err != nil {
			return n, err
		}
		l.speak()
	}
	return l.conn.Read(p)
}

// WriteNow writes what can be written without waiting for the reader, and returns how
// much that was.
func (l *Lookout) WriteNow(p []byte) (n int) {
	if l.raw == nil {
		return 0
	}
	_ = l.raw.Write(func(fd uintptr) bool { // fails if the connection has ended, which who reads notices
		n, _ = syscall.Write(int(fd), p)
		return true
	})
	return max(n, 0)
}

// readNow reads what is there.
func (l *Lookout) readNow(p []byte) (n int, err error) {
	failed := l.raw.Read(func(fd uintptr) bool {
		n, err = syscall.Read(int(fd), p)
		return true
	})
	switch {
	case failed != nil:
		return 0, failed
	case err == syscall.EAGAIN || err == syscall.EINTR:
		return 0, nil
	case n == 0 && err == nil && len(p) > 0:
		return 0, io.EOF
	}
	return max(n, 0), err
}

// hush keeps Go's poller from hearing of what arrives: it would wake a thread only to
// find that nobody waits. Where that cannot be, it does no harm.
func (l *Lookout) hush() {
	if l.quiet || l.loud {
		return
	}
	l.quiet = l.hearFrom(quietBytes)
	l.loud = !l.quiet
}

// speak ends that. What has arrived meanwhile is told at once.
func (l *Lookout) speak() {
	l.hearFrom(1)
	l.quiet = false
}

// hearFrom says from how many bytes on the poller is to hear of them, and reports
// whether that could be said.
func (l *Lookout) hearFrom(bytes int) bool {
	var err error
	failed := l.raw.Control(func(fd uintptr) { err = hearFrom(fd, bytes) })
	return failed == nil && err == nil
}
