//go:build amd64 || arm64

package reroute

import (
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"runtime"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Start starts a command for which the names of AWS lead to server, over IPv4, and
// that finds the certificates of the file bundle (see [Trust]) where programs that bring
// their own look for them. After an error nothing was started. It wraps ErrUnsupported where
// the kernel does not allow it or somebody supervises this process in the same way.
func Start(cmd *exec.Cmd, server netip.AddrPort, bundle string) (*Supervision, error) {
	if !server.Addr().Is4() {
		return nil, fmt.Errorf("%w: the server is at %s, and its address would have to be of IPv4", ErrUnsupported, server)
	}
	s, err := newSupervision(server, bundle)
	if err != nil {
		return nil, err
	}
	if s.listener, err = startFiltered(cmd); err != nil {
		s.close()
		return nil, err
	}
	go s.run()
	return s, nil
}

// startFiltered starts a command under the filter and returns the descriptor
// that its calls come in by. The filter binds a thread and what that starts, so
// the thread that starts the command has it too, and ends with it.
func startFiltered(cmd *exec.Cmd) (listener int, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with this function
		if listener, err = filter(); err != nil {
			err = fmt.Errorf("%w: %w", ErrUnsupported, err)
			return
		}
		if err = cmd.Start(); err != nil {
			err = errors.Join(err, unix.Close(listener))
		}
	}()
	<-done
	return listener, err
}

// filter binds the calling thread to the filter.
func filter() (listener int, err error) {
	instructions, err := buildFilter()
	if err != nil {
		return -1, err
	}
	program := unix.SockFprog{Len: uint16(len(instructions)), Filter: &instructions[0]}
	// While we answer a call, no signal may make the caller begin anew.
	flags := uintptr(unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
	for {
		fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&program)))
		switch {
		case errno == 0:
			return int(fd), nil
		case errno == unix.EINVAL && flags != unix.SECCOMP_FILTER_FLAG_NEW_LISTENER: // before Linux 5.19
			flags = unix.SECCOMP_FILTER_FLAG_NEW_LISTENER
		case errno == unix.EACCES:
			// Who is not root gives up the right to become it: sudo will not work.
			if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
				return -1, err
			}
		default:
			return -1, errno
		}
	}
}

// The layout of what a filter sees, seccomp_data.
const (
	offsetNumber       = 0
	offsetArchitecture = 4
	offsetFlags        = 16 + 2*8 // the third argument
)

var architectures = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

// buildFilter makes a filter that asks for connect, and for openat as the C
// library's fopen calls it to read: that is how OpenSSL opens its certificates, and few
// others open anything. The rest is allowed, also the calls of programs of another
// architecture, which then are not rerouted.
func buildFilter() ([]unix.SockFilter, error) {
	raw, err := bpf.Assemble([]bpf.Instruction{
		bpf.LoadAbsolute{Off: offsetArchitecture, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: architectures[runtime.GOARCH], SkipTrue: 6},
		bpf.LoadAbsolute{Off: offsetNumber, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.SYS_CONNECT, SkipTrue: 3},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.SYS_OPENAT, SkipTrue: 3},
		bpf.LoadAbsolute{Off: offsetFlags, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.O_RDONLY, SkipTrue: 1},
		bpf.RetConstant{Val: unix.SECCOMP_RET_USER_NOTIF},
		bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW},
	})
	if err != nil {
		return nil, err
	}
	instructions := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		instructions[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	return instructions, nil
}
