//go:build linux

package cgroup

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	ctd "github.com/containerd/cgroups/v3"
	"github.com/containerd/cgroups/v3/cgroup2"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// hierarchyV2 is the interface with one tree.
type hierarchyV2 struct {
	names  []string
	path   string   // of our group, from the root of the tree
	claim  *os.File // of it
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
	claim, err := claim(filepath.Join(mountV2, path))
	if err != nil {
		return nil, err
	}
	parent, err := cgroup2.Load(path)
	if err != nil {
		claim.Close()
		return nil, err
	}
	h := &hierarchyV2{path: path, claim: claim, parent: parent}
	for _, name := range wanted {
		if err := parent.ToggleControllers([]string{name}, cgroup2.Enable); err != nil {
			continue
		}
		h.names = append(h.names, name)
	}
	if len(h.names) == 0 {
		return nil, errors.Join(errors.New("no cgroup controller may be used"), h.close())
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

func (h *hierarchyV2) close() error {
	defer h.claim.Close()
	return h.parent.Delete()
}

func (h *hierarchyV2) create(name string, r *specs.LinuxResources) (limiter, error) {
	group := filepath.Join(h.path, name)
	m, err := cgroup2.NewManager(mountV2, group, enabledV2(r, h.names))
	if err != nil {
		return nil, err
	}
	return groupV2{m, filepath.Join(mountV2, group), h.names}, nil
}

// enabledV2 returns of some limits those for which there is a controller.
func enabledV2(r *specs.LinuxResources, controllers []string) *cgroup2.Resources {
	limits := cgroup2.ToResources(r)
	if !slices.Contains(controllers, "memory") {
		limits.Memory = nil
	}
	if !slices.Contains(controllers, "pids") {
		limits.Pids = nil
	}
	if !slices.Contains(controllers, "cpu") {
		limits.CPU = nil
	}
	return limits
}

type groupV2 struct {
	*cgroup2.Manager
	dir         string
	controllers []string
}

// start has the kernel make the process in the group. Where something forbids that
// call, as some containers do, the process is moved there before anybody tells it what to do.
func (g groupV2) start(c *exec.Cmd) error {
	dir, err := os.Open(g.dir)
	if err != nil {
		return fmt.Errorf("enter the cgroup: %w", err)
	}
	defer dir.Close()
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.UseCgroupFD, c.SysProcAttr.CgroupFD = true, int(dir.Fd())
	if err = c.Start(); err == nil {
		return nil
	}
	c.SysProcAttr.UseCgroupFD = false
	if err := c.Start(); err != nil {
		return err
	}
	if err := g.AddProc(uint64(c.Process.Pid)); err != nil {
		_ = c.Process.Kill()
		_ = c.Wait() // ended by that
		return fmt.Errorf("enter the cgroup: %w", err)
	}
	return nil
}

func (g groupV2) update(r *specs.LinuxResources) error {
	return g.Update(enabledV2(r, g.controllers))
}

func (g groupV2) oomKills() (uint64, error) {
	m, err := g.Stat()
	if err != nil || m.MemoryEvents == nil {
		return 0, err
	}
	return m.MemoryEvents.OomKill, nil
}

func (g groupV2) remove() error { return g.Delete() }
