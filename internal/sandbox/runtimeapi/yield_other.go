//go:build !linux

package runtimeapi

// canYield is set where a thread can let others have its core without sleeping.
const canYield = false

func yield() {}
