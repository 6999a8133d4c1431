package runtimeapi

import "syscall"

// canYield is set where a thread can let others have its core without sleeping.
const canYield = true

// yield does.
func yield() { _, _, _ = syscall.Syscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) } // it cannot fail
