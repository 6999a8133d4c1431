//go:build linux

package namespace

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	ctd "github.com/containerd/cgroups/v3"
	"github.com/containerd/cgroups/v3/cgroup1"
	"github.com/containerd/cgroups/v3/cgroup2"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"cloudless/internal/sandbox/driver"
)

const (
	// groupPrefix, our process id and something random name the group that holds
	// all of a driver's.
	groupPrefix = "cloudless-"
	// initBytes is what init and the kernel's own accounts of an environment
	// take, on top of what the program may have.
	initBytes = 48 << 20
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
	// create makes a group with limits and puts a process into it.
	create(name string, r *specs.LinuxResources, pid int) (limiter, error)
	// close removes what held the groups.
	close() error
}

// limiter is one group.
type limiter interface {
	// oomKills counts the processes that the kernel ended for want of memory.
	oomKills() (uint64, error)
	remove() error
}

// cgroups are the groups of all our environments. A nil *cgroups has none.
type cgroups struct{ hierarchy }

// group is the group of one environment. A nil *group limits nothing.
type group struct{ limiter }

// openCgroups finds where we may make groups, or says why nowhere.
func openCgroups() (*cgroups, error) {
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
	return &cgroups{h}, nil
}

func (c *cgroups) version() string {
	if c == nil {
		return ""
	}
	if _, ok := c.hierarchy.(*hierarchyV2); ok {
		return "v2"
	}
	return "v1"
}

func (c *cgroups) controllers() []string {
	if c == nil {
		return nil
	}
	return c.enabled()
}

func (c *cgroups) add(name string, l driver.Limits, pid int) (*group, error) {
	if c == nil {
		return nil, nil
	}
	g, err := c.create(name, resources(l), pid)
	if err != nil {
		return nil, fmt.Errorf("limit the environment: %w", err)
	}
	return &group{g}, nil
}

func (c *cgroups) close() error {
	if c == nil {
		return nil
	}
	return c.hierarchy.close()
}

// outOfMemory reports whether the kernel ended a process for want of memory.
func (g *group) outOfMemory() bool {
	if g == nil {
		return false
	}
	n, err := g.oomKills()
	return err == nil && n > 0
}

func (g *group) remove() {
	if g != nil {
		_ = g.limiter.remove() // what is left is swept by the next server
	}
}

// resources says limits in the kernel's terms.
func resources(l driver.Limits) *specs.LinuxResources {
	r := &specs.LinuxResources{Memory: &specs.LinuxMemory{}, CPU: &specs.LinuxCPU{}, Pids: &specs.LinuxPids{}}
	if l.MemoryBytes > 0 {
		// Files in /tmp are memory to the kernel; see memory.go for the rest.
		limit := l.MemoryBytes + l.TmpBytes + initBytes
		r.Memory.Limit, r.Memory.Swap = &limit, &limit // memory and swap together: no swap
	}
	if l.Processes > 0 {
		r.Pids.Limit = &l.Processes
	}
	if l.CPUShare > 0 {
		r.CPU.Shares = new(max(2, uint64(l.CPUShare)*sharesPerCore/1000))
	}
	if l.CPUMax > 0 {
		r.CPU.Quota, r.CPU.Period = new(l.CPUMax*cpuPeriod/1000), new(uint64(cpuPeriod))
	}
	return r
}

func newName() string {
	return groupPrefix + strconv.Itoa(os.Getpid()) + "-" + strings.ToLower(rand.Text()[:8])
}

// sweep removes the groups of servers that have ended without doing so.
func sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Name(), groupPrefix)
		number, _, _ := strings.Cut(name, "-")
		pid, err := strconv.Atoi(number)
		if !ok || err != nil || !errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
			continue
		}
		left := filepath.Join(dir, e.Name())
		inner, _ := os.ReadDir(left)
		for _, g := range inner {
			if g.IsDir() {
				_ = os.Remove(filepath.Join(left, g.Name()))
			}
		}
		_ = os.Remove(left)
	}
}

// hierarchyV1 is the interface in which each controller has a tree of its own.
type hierarchyV1 struct {
	names  []string
	parent cgroup1.Cgroup
}

func openV1() (hierarchy, error) {
	all, err := cgroup1.Default()
	if err != nil {
		return nil, err
	}
	path := cgroup1.NestedPath(newName())
	h := &hierarchyV1{}
	var ours []cgroup1.Subsystem
	var reason error
	for _, name := range wanted {
		s, err := tryV1(all, name, path)
		if err != nil {
			reason = err
			continue
		}
		ours = append(ours, s)
		h.names = append(h.names, name)
	}
	if len(ours) == 0 {
		return nil, reason
	}
	h.parent, err = cgroup1.New(path, &specs.LinuxResources{}, cgroup1.WithHierarchy(fixed(ours)), func(c *cgroup1.InitConfig) error {
		c.InitCheck = cgroup1.AllowAny
		return nil
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

// tryV1 makes our group in one tree, which shows whether we may.
func tryV1(all []cgroup1.Subsystem, name string, path cgroup1.Path) (cgroup1.Subsystem, error) {
	for _, s := range all {
		tree, ok := s.(interface{ Path(string) string })
		if !ok || string(s.Name()) != name {
			continue
		}
		ours, err := path(s.Name())
		if err != nil {
			return nil, err
		}
		sweep(tree.Path(filepath.Dir(ours)))
		return s, os.MkdirAll(tree.Path(ours), 0o755)
	}
	return nil, fmt.Errorf("there is no cgroup controller %q", name)
}

func fixed(s []cgroup1.Subsystem) cgroup1.Hierarchy {
	return func() ([]cgroup1.Subsystem, error) { return s, nil }
}

func (h *hierarchyV1) enabled() []string { return h.names }
func (h *hierarchyV1) close() error      { return h.parent.Delete() }

func (h *hierarchyV1) create(name string, r *specs.LinuxResources, pid int) (limiter, error) {
	g, err := h.parent.New(name, r)
	if err != nil {
		return nil, err
	}
	if err := g.AddProc(uint64(pid)); err != nil {
		return nil, errors.Join(err, g.Delete())
	}
	return groupV1{g}, nil
}

type groupV1 struct{ cgroup1.Cgroup }

func (g groupV1) oomKills() (uint64, error) {
	m, err := g.Stat(cgroup1.IgnoreNotExist)
	if err != nil || m.MemoryOomControl == nil {
		return 0, err
	}
	return m.MemoryOomControl.OomKill, nil
}

func (g groupV1) remove() error { return g.Delete() }

// hierarchyV2 is the interface with one tree.
type hierarchyV2 struct {
	names  []string
	path   string // of our group, from the root of the tree
	parent *cgroup2.Manager
}

const mountV2 = "/sys/fs/cgroup"

func openV2() (hierarchy, error) {
	base, err := baseV2()
	if err != nil {
		return nil, err
	}
	sweep(filepath.Join(mountV2, base))
	path := filepath.Join(base, newName())
	if err := os.Mkdir(filepath.Join(mountV2, path), 0o755); err != nil {
		return nil, err
	}
	parent, err := cgroup2.Load(path)
	if err != nil {
		return nil, err
	}
	h := &hierarchyV2{path: path, parent: parent}
	for _, name := range wanted {
		if err := parent.ToggleControllers([]string{name}, cgroup2.Enable); err != nil {
			continue
		}
		h.names = append(h.names, name)
	}
	if len(h.names) == 0 {
		return nil, errors.Join(errors.New("no cgroup controller may be used"), parent.Delete())
	}
	return h, nil
}

// baseV2 is where we may make groups: as root, the top; otherwise our own group,
// if it was given to us and nobody else is in it. A group with processes cannot
// limit groups within it, so we move into a leaf of our own first.
func baseV2() (string, error) {
	if unix.Access(mountV2, unix.W_OK) == nil {
		return "/", nil
	}
	_, own, err := ctd.ParseCgroupFileUnified("/proc/self/cgroup")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(mountV2, own)
	procs, err := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
	if err != nil {
		return "", err
	}
	us := strconv.Itoa(os.Getpid())
	if strings.TrimSpace(string(procs)) != us {
		return "", fmt.Errorf("our cgroup %s has other processes in it", own)
	}
	leaf := filepath.Join(dir, "cloudless-server")
	if err := os.MkdirAll(leaf, 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(leaf, "cgroup.procs"), []byte(us), 0o644); err != nil {
		return "", err
	}
	return own, nil
}

func (h *hierarchyV2) enabled() []string { return h.names }
func (h *hierarchyV2) close() error      { return h.parent.Delete() }

func (h *hierarchyV2) create(name string, r *specs.LinuxResources, pid int) (limiter, error) {
	limits := cgroup2.ToResources(r)
	has := func(name string) bool {
		for _, n := range h.names {
			if n == name {
				return true
			}
		}
		return false
	}
	if !has("memory") {
		limits.Memory = nil
	}
	if !has("pids") {
		limits.Pids = nil
	}
	if !has("cpu") {
		limits.CPU = nil
	}
	m, err := cgroup2.NewManager(mountV2, filepath.Join(h.path, name), limits)
	if err != nil {
		return nil, err
	}
	if err := m.AddProc(uint64(pid)); err != nil {
		return nil, errors.Join(err, m.Delete())
	}
	return groupV2{m}, nil
}

type groupV2 struct{ *cgroup2.Manager }

func (g groupV2) oomKills() (uint64, error) {
	m, err := g.Stat()
	if err != nil || m.MemoryEvents == nil {
		return 0, err
	}
	return m.MemoryEvents.OomKill, nil
}

func (g groupV2) remove() error { return g.Delete() }
