//go:build linux

package namespace

import (
	"cmp"
	"os/exec"

	"cloudless/internal/sandbox/driver"
)

// leastShare, in thousandths of a core, is the least that the kernel has.
const leastShare = 1

// limited is the limits of one environment, and the group that has them, or nil.
type limited struct {
	limits driver.Limits
	group  driver.Group
}

// start starts init, with the limits that hold at first: an environment that works
// for nobody yet gives way to all that do.
func (l *limited) start(groups driver.Groups, layout driver.Layout, init *exec.Cmd) (err error) {
	if groups == nil {
		return init.Start()
	}
	first := starting(layout.Limits)
	if layout.Store != "" {
		first.CPUShare, first.CPUMax = leastShare, layout.Limits.CPUMax
	}
	l.group, err = groups.Start(layout.ID, first, init)
	return err
}

// starting returns the limits that hold while a program starts.
func starting(l driver.Limits) driver.Limits {
	l.CPUMax = cmp.Or(l.CPUStart, l.CPUMax)
	return l
}

// employ notes that there is somebody to work for.
func (l *limited) employ() error {
	if l.group == nil {
		return nil
	}
	return l.group.SetCPU(starting(l.limits))
}

// settle notes that the program has started. Where that cannot be set, the limit
// that is there holds on.
func (l *limited) settle() {
	if l.group != nil && l.limits.CPUStart > 0 {
		_ = l.group.SetCPU(l.limits)
	}
}

// outOfMemory reports whether the kernel ended a process for want of memory.
func (l *limited) outOfMemory() bool { return l.group != nil && l.group.OutOfMemory() }

// remove removes the group.
func (l *limited) remove() {
	if l.group != nil {
		l.group.Remove()
	}
}
