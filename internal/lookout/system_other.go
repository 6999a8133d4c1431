//go:build !linux

package lookout

import "syscall"

// canLook is set where a thread can let others have its core without sleeping.
const canLook = false

const quietBytes = 1

func yield() {}

func hearFrom(uintptr, int) error { return syscall.EOPNOTSUPP }
