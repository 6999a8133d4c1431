//go:build amd64 || arm64

package reroute

import (
	"math"
	"net/netip"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// inherited is the descriptor by which a process that takes over has the calls.
const inherited = 3

// lastCall is how long a call may take to come in whose caller has gone meanwhile: it
// is not coming.
const lastCall = time.Second

// HandOver stops, and starts heir, which is to call TakeOver, if the command has left
// something running that is rerouted. Without one that could connect to nothing
// once this process has ended.
func (s *Supervision) HandOver(heir *exec.Cmd) error {
	if err := s.stop.Close(); err != nil {
		return err
	}
	select {
	case <-s.stopped:
	case <-time.After(lastCall):
	}
	s.open.Wait() // a call that has come in is not told again
	if gone, err := s.isOver(); gone || err != nil {
		return err
	}
	// What this process was given is not for the heir, who stays for long.
	if err := unix.CloseRange(inherited, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return err
	}
	f := os.NewFile(uintptr(s.listener), "seccomp")
	defer f.Close()
	heir.ExtraFiles = []*os.File{f}
	heir.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no key of this terminal is meant for it
	return heir.Start()
}

// TakeOver goes on with what a process handed over, until nothing is left that is
// rerouted. A kernel that protects processes from others of the same user (Yama)
// lets only root reroute what it has not started; for everybody else connections go
// where they would.
func TakeOver(server netip.AddrPort, bundle string) error {
	s, err := newSupervision(server, bundle)
	if err != nil {
		return err
	}
	defer s.close()
	s.listener = inherited
	s.run()
	s.open.Wait()
	return nil
}

// isOver tells whether nothing is left that is rerouted.
func (s *Supervision) isOver() (bool, error) {
	fds := []unix.PollFd{{Fd: int32(s.listener)}} // which tells of the end unasked
	_, err := unix.Poll(fds, 0)
	return fds[0].Revents&unix.POLLHUP != 0, err
}
