//go:build amd64 || arm64

package reroute

import (
	"errors"
	"net/netip"
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Supervision decides on the calls of a command, and of all that the command has
// started, until this process ends. Then these can connect to nothing any more,
// unless another process has taken over (see [Supervision.HandOver]).
type Supervision struct {
	listener int
	server   netip.AddrPort
	bundle   string                   // the file of certificates
	store    func() (*os.File, error) // the same for Java, made when it is asked for
	resolver *resolver

	stop, stopping *os.File       // the former is closed to make run return, which sees it by the latter
	stopped        chan struct{}  // closed by run
	open           sync.WaitGroup // of the calls that have come in
}

// call is the kernel's struct seccomp_notif: a call that waits for us.
type call struct {
	id     uint64
	thread uint32
	_      uint32
	number int32
	_      uint32 // the architecture
	_      uint64 // where the program is
	args   [6]uint64
}

// verdict is its struct seccomp_notif_resp.
type verdict struct {
	id    uint64
	value int64
	errno int32 // below 0, or 0
	flags uint32
}

// newSupervision returns one that lacks its listener, and does not run yet.
func newSupervision(server netip.AddrPort, bundle string) (*Supervision, error) {
	r, err := startResolver()
	if err != nil {
		return nil, err
	}
	stopping, stop, err := os.Pipe()
	if err != nil {
		r.close()
		return nil, err
	}
	return &Supervision{
		server: server, bundle: bundle, store: sync.OnceValues(func() (*os.File, error) { return storeOf(bundle) }),
		resolver: r, stop: stop, stopping: stopping, stopped: make(chan struct{}),
	}, nil
}

// close gives back what a supervision has that has not run, or has ended.
func (s *Supervision) close() {
	s.resolver.close()
	_ = errors.Join(s.stop.Close(), s.stopping.Close()) // nothing was written
}

// run decides until nothing is left that is supervised, or it is stopped.
func (s *Supervision) run() {
	defer close(s.stopped)
	fds := []unix.PollFd{{Fd: int32(s.listener), Events: unix.POLLIN}, {Fd: int32(s.stopping.Fd())}}
	for {
		_, err := unix.Poll(fds, -1)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil, fds[0].Revents&unix.POLLIN == 0, fds[1].Revents != 0:
			return
		}
		var c call
		if err := s.ioctl(unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&c)); err == nil {
			s.open.Go(func() { s.decide(c) })
		} // or the caller is gone again
	}
}

// decide answers a call, or lets it be: which is right too whenever we cannot look
// into it.
func (s *Supervision) decide(c call) {
	if c.number == unix.SYS_OPENAT && s.certify(&c) {
		return
	}
	v := verdict{id: c.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
	if c.number == unix.SYS_CONNECT {
		if ours, err := s.connect(&c); ours {
			v.flags = 0
			var errno unix.Errno
			if errors.As(err, &errno) {
				v.errno = -int32(errno)
			}
		}
	}
	_ = s.ioctl(unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&v)) // fails if the caller is gone
}

// read reads memory of the caller.
func (c *call) read(b []byte, address uint64) (n int, err error) {
	local := []unix.Iovec{{Base: &b[0], Len: uint64(len(b))}}
	remote := []unix.RemoteIovec{{Base: uintptr(address), Len: len(b)}}
	return unix.ProcessVMReadv(int(c.thread), local, remote, 0)
}

func (s *Supervision) ioctl(request uintptr, argument unsafe.Pointer) error {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(s.listener), request, uintptr(argument))
	if errno != 0 {
		return errno
	}
	return nil
}
