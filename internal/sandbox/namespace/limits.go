//go:build linux

package namespace

import (
	"cmp"

	"cloudless/internal/sandbox/driver"
)

// leastShare, in thousandths of a core, is the least that the kernel has.
const leastShare = 1

// startLimited starts init, with the limits that hold at first: an environment that works
// for nobody yet gives way to all that do. One that takes another's place has its group,
// in which the files are counted that it finds.
func (e *Environment) startLimited(layout driver.Layout) (err error) {
	if e.driver.groups == nil {
		return e.cmd.Start()
	}
	first := starting(layout.Limits)
	if layout.Store != "" {
		first.CPUShare, first.CPUMax = leastShare, layout.Limits.CPUMax
	}
	if e.left.group == nil {
		e.left.group, err = e.driver.groups.Start(layout.ID, first, e.cmd)
		return err
	}
	if err := e.left.group.SetCPU(first); err != nil {
		return err
	}
	return e.left.group.Start(e.cmd)
}

// starting returns the limits that hold while a program starts.
func starting(l driver.Limits) driver.Limits {
	l.CPUMax = cmp.Or(l.CPUStart, l.CPUMax)
	return l
}

// employ notes that there is somebody to work for.
func (e *Environment) employ() error {
	if e.left.group == nil {
		return nil
	}
	return e.left.group.SetCPU(starting(e.limits))
}

// settle notes that the program has started. Where that cannot be set, the limit
// that is there holds on.
func (e *Environment) settle() {
	if e.left.group != nil && e.limits.CPUStart > 0 {
		_ = e.left.group.SetCPU(e.limits)
	}
}

// outOfMemory reports whether the kernel ended a process for want of memory.
func (e *Environment) outOfMemory() bool { return e.left.group != nil && e.left.group.OutOfMemory() }
