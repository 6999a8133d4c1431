//go:build linux

// Package cgroup limits environments by the groups in which the kernel puts
// processes, in whichever version of its interface this user may do that.
//
//   - cgroup.go: the groups, and limits in the kernel's terms;
//   - v1.go, v2.go: the two versions;
//   - sweep.go: what servers leave of their groups when they are killed.
//
// It stands apart from the driver of namespaces because an init is started with the driver's
// package and all that this imports, for each environment: what is here, and does
// nothing inside, would take it longer to start than all that it does.
package cgroup

import (
	"errors"
	"fmt"
	"os/exec"

	ctd "github.com/containerd/cgroups/v3"
	"github.com/opencontainers/runtime-spec/specs-go"

	"cloudless/internal/sandbox/driver"
)

const (
	// initBytes is what init and the kernel's own accounts of an environment
	// take, on top of what the program may have.
	initBytes = 48 << 20
	// initThreads is room for init's own threads beside the program's processes,
	// which a limit of their user keeps from taking it: without it, a fork bomb ends
	// init at the next moment in which it needs one more.
	initThreads = 64
	// cpuPeriod is the period of processor quotas, in microseconds. Short, so that
	// a program that has used up its quota waits milliseconds and not a tenth of a
	// second.
	cpuPeriod = 20_000
	// sharesPerCore are the shares of one core in cgroups of version 1.
	sharesPerCore = 1024
)

// wanted are the controllers that we use where we may.
var wanted = []string{"memory", "pids", "cpu"}

// hierarchy makes groups in one version of the kernel's interface.
type hierarchy interface {
	// enabled returns the controllers that we may use.
	enabled() []string
	// create makes a group with limits.
	create(name string, r *specs.LinuxResources) (limiter, error)
	// close removes what held the groups.
	close() error
}

// limiter is one group.
type limiter interface {
	// oomKills counts the processes that the kernel ended for want of memory.
	// start starts a command in it. Nobody is moved from one group to another, for
	// which the kernel would have all processes of the machine wait, and us for
	// milliseconds.
	start(c *exec.Cmd) error
	oomKills() (uint64, error)
	update(r *specs.LinuxResources) error
	remove() error
}

// Groups are the groups of all our environments. It is a [driver.Groups].
type Groups struct{ hierarchy }

// group is the group of one environment. It is a [driver.Group].
type group struct {
	limiter
	before uint64 // how many were ended for want of memory before the last Start
}

var (
	_ driver.Groups = (*Groups)(nil)
	_ driver.Group  = (*group)(nil)
)

// Open finds where we may make groups, or says why nowhere.
func Open() (*Groups, error) {
	var h hierarchy
	var err error
	switch ctd.Mode() {
	case ctd.Unified:
		h, err = openV2()
	case ctd.Hybrid, ctd.Legacy:
		h, err = openV1()
	default:
		return nil, errors.New("cgroups are not mounted")
	}
	if err != nil {
		return nil, err
	}
	return &Groups{h}, nil
}

// Version says which of the kernel's interfaces it is: "v1" or "v2".
func (c *Groups) Version() string {
	if _, ok := c.hierarchy.(*hierarchyV2); ok {
		return "v2"
	}
	return "v1"
}

// Controllers tells which limits the kernel enforces: some of "memory", "pids", "cpu".
func (c *Groups) Controllers() []string { return c.enabled() }

// Start starts a command in a group of its own.
func (c *Groups) Start(name string, l driver.Limits, cmd *exec.Cmd) (driver.Group, error) {
	g, err := c.create(name, resources(l))
	if err != nil {
		return nil, fmt.Errorf("limit the environment: %w", err)
	}
	if err := g.start(cmd); err != nil {
		_ = g.remove() // what is wrong is said already
		return nil, err
	}
	return &group{limiter: g}, nil
}

// Close removes what held the groups.
func (c *Groups) Close() error { return c.hierarchy.close() }

// Start starts a command in a group that is empty again.
func (g *group) Start(cmd *exec.Cmd) (err error) {
	if g.before, err = g.oomKills(); err != nil {
		return fmt.Errorf("limit the environment again: %w", err)
	}
	return g.start(cmd)
}

// OutOfMemory reports whether the kernel ended a process for want of memory.
func (g *group) OutOfMemory() bool {
	n, err := g.oomKills()
	return err == nil && n > g.before
}

// Remove removes the group.
func (g *group) Remove() {
	_ = g.limiter.remove() // what is left is swept by the next server
}

// SetCPU sets of some limits those of the processors.
func (g *group) SetCPU(l driver.Limits) error {
	if err := g.update(&specs.LinuxResources{CPU: cpu(l)}); err != nil {
		return fmt.Errorf("limit the processors: %w", err)
	}
	return nil
}

// resources says limits in the kernel's terms.
func resources(l driver.Limits) *specs.LinuxResources {
	r := &specs.LinuxResources{Memory: &specs.LinuxMemory{}, CPU: cpu(l), Pids: &specs.LinuxPids{}}
	if l.MemoryBytes > 0 {
		// Files in /tmp are memory to the kernel; see memory.go for the rest.
		limit := l.MemoryBytes + l.TmpBytes + initBytes
		r.Memory.Limit, r.Memory.Swap = &limit, &limit // memory and swap together: no swap
	}
	if l.Processes > 0 {
		r.Pids.Limit = new(l.Processes + initThreads)
	}
	return r
}

// cpu says the limits of the processors in the kernel's terms.
func cpu(l driver.Limits) *specs.LinuxCPU {
	c := &specs.LinuxCPU{}
	if l.CPUShare > 0 {
		c.Shares = new(max(2, uint64(l.CPUShare)*sharesPerCore/1000))
	}
	if l.CPUMax > 0 {
		c.Quota, c.Period = new(l.CPUMax*cpuPeriod/1000), new(uint64(cpuPeriod))
	}
	return c
}
