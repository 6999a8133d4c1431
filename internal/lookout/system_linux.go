package lookout

import "syscall"

// canLook is set where a thread can let others have its core without sleeping.
const canLook = true

// yield does.
func yield() { _, _, _ = syscall.Syscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) } // it cannot fail

// quietBytes is more than is looked for, and less than what a socket has room for: with
// more, the system would give it more.
const quietBytes = 32 << 10

// hearFrom sets the low-water mark of a socket of TCP. Those of unix sockets tell the
// poller of everything, whatever theirs is.
func hearFrom(fd uintptr, bytes int) error {
	kind, err := syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_DOMAIN)
	if err != nil {
		return err
	}
	if kind == syscall.AF_UNIX {
		return syscall.EOPNOTSUPP
	}
	return syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVLOWAT, bytes)
}
