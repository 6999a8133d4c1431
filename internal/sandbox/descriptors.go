package sandbox

import (
	"fmt"
	"net"
	"sync"
	"syscall"

	"cloudless/internal/sandbox/seat"
)

// A process has so many descriptors and no more. One that has none left can accept
// nobody, and its store cannot open its files. So of those that this process may have,
// a part is nobody's but its own, and the rest is shared out: to environments, of which
// there are no more than there are descriptors for, with a few connections that each can
// always have; and to whoever needs more connections.

const (
	// ownShare of the descriptors is the server's own, as a divisor.
	ownShare = 4
	// extraShare of the others is for connections beyond those that each environment
	// can have, as a divisor.
	extraShare = 4
	// firstConns are those, of each port but the Runtime API's; enough for a runtime and
	// what it does one after the other.
	firstConns    = 2
	firstAPIConns = 6
	// perEnvironment is what one takes: its sockets, its pipes, its process, its
	// files, and its first connections.
	perEnvironment = 16 + 4*firstConns + 2*firstAPIConns
	// manyFiles stands for no limit.
	manyFiles = 1 << 20
)

// descriptors shares out those that connections of functions may take.
type descriptors struct {
	environments int // that there may be

	mu    sync.Mutex
	spare int           // for connections beyond the first
	more  chan struct{} // closed and replaced when there are more
}

// newDescriptors shares out limit, or what the system lets this process have if that is 0.
func newDescriptors(limit int) *descriptors {
	if limit == 0 {
		limit = openFilesLimit()
	}
	others := limit - limit/ownShare
	spare := others / extraShare
	return &descriptors{environments: max(1, (others-spare)/perEnvironment), spare: spare, more: make(chan struct{})}
}

// filesFact tells how many environments there may be with so many descriptors.
func filesFact(limit int) Fact {
	n := newDescriptors(limit).environments
	f := Fact{Name: "open files", OK: n >= usualEnvironments,
		Detail: fmt.Sprintf("%d (ulimit -n), for %d environments at a time", limit, min(n, usualEnvironments))}
	if !f.OK {
		f.Detail += fmt.Sprintf("; with %d there may be %d", filesFor(usualEnvironments), usualEnvironments)
	}
	return f
}

// filesFor is how many descriptors this process needs for so many environments.
func filesFor(environments int) int {
	return environments * perEnvironment * ownShare * extraShare / ((ownShare - 1) * (extraShare - 1))
}

// openFilesLimit is how many descriptors this process may have.
func openFilesLimit() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return manyFiles
	}
	return int(min(uint64(l.Cur), manyFiles))
}

// holder is one environment's part.
type holder struct {
	of    *descriptors
	ended <-chan struct{} // closed when the environment has ended: nobody else closes what it waits for
	extra int             // guarded by of.mu
}

// take waits until its environment may have one more: who holds most leaves room for
// the others. It reports false if the environment ends before.
func (h *holder) take() bool {
	d := h.of
	d.mu.Lock()
	defer d.mu.Unlock()
	for h.extra >= d.spare {
		more := d.more
		d.mu.Unlock()
		select {
		case <-more:
		case <-h.ended:
			d.mu.Lock()
			return false
		}
		d.mu.Lock()
	}
	h.extra++
	d.spare--
	return true
}

func (h *holder) give() {
	d := h.of
	d.mu.Lock()
	defer d.mu.Unlock()
	h.extra--
	d.spare++
	close(d.more)
	d.more = make(chan struct{})
}

// share lets a listener accept its first connections always, and others while there are
// descriptors for them.
func (h *holder) share(l net.Listener, first int) net.Listener {
	return &sharedListener{Listener: l, holder: h, first: make(chan struct{}, first)}
}

type sharedListener struct {
	net.Listener
	holder *holder
	first  chan struct{} // holds one for each of the first connections
}

// Accept implements net.Listener.
func (l *sharedListener) Accept() (net.Conn, error) {
	leave := l.holder.give
	select {
	case l.first <- struct{}{}:
		leave = func() { <-l.first }
	default:
		if !l.holder.take() {
			return nil, net.ErrClosed
		}
	}
	c, err := l.Listener.Accept()
	if err != nil {
		leave()
		return nil, err
	}
	return seat.Taken(c, leave), nil
}
