//go:build linux

package cgroup

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/containerd/cgroups/v3/cgroup1"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// hierarchyV1 is the interface in which each controller has a tree of its own.
type hierarchyV1 struct {
	names  []string
	dirs   []string   // of our group in each tree
	claims []*os.File // of our group in each tree
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
		s, dir, claim, err := tryV1(all, name, path)
		if err != nil {
			reason = err
			continue
		}
		ours = append(ours, s)
		h.claims = append(h.claims, claim)
		h.names = append(h.names, name)
		h.dirs = append(h.dirs, dir)
	}
	if len(ours) == 0 {
		return nil, reason
	}
	h.parent, err = cgroup1.New(path, &specs.LinuxResources{}, cgroup1.WithHierarchy(fixed(ours)), func(c *cgroup1.InitConfig) error {
		c.InitCheck = cgroup1.AllowAny
		return nil
	})
	if err != nil {
		h.unclaim()
		return nil, err
	}
	limitTCP(h.dirs, "-1") // no limit; but the kernel begins to count once, instead of with each first environment
	return h, nil
}

// tryV1 makes our group in one tree, which shows whether we may, and claims it.
func tryV1(all []cgroup1.Subsystem, name string, path cgroup1.Path) (_ cgroup1.Subsystem, dir string, _ *os.File, _ error) {
	for _, s := range all {
		tree, ok := s.(interface{ Path(string) string })
		if !ok || string(s.Name()) != name {
			continue
		}
		ours, err := path(s.Name())
		if err != nil {
			return nil, "", nil, err
		}
		sweep(tree.Path(filepath.Dir(ours)))
		claim, err := claim(tree.Path(ours))
		return s, tree.Path(ours), claim, err
	}
	return nil, "", nil, fmt.Errorf("there is no cgroup controller %q", name)
}

func fixed(s []cgroup1.Subsystem) cgroup1.Hierarchy {
	return func() ([]cgroup1.Subsystem, error) { return s, nil }
}

func (h *hierarchyV1) enabled() []string { return h.names }

func (h *hierarchyV1) close() error {
	defer h.unclaim()
	return h.parent.Delete()
}

func (h *hierarchyV1) unclaim() {
	for _, c := range h.claims {
		c.Close()
	}
}

func (h *hierarchyV1) create(name string, r *specs.LinuxResources) (limiter, error) {
	g, err := h.parent.New(name, r)
	if err != nil {
		return nil, err
	}
	dirs := make([]string, len(h.dirs))
	for i, dir := range h.dirs {
		dirs[i] = filepath.Join(dir, name)
	}
	limitTCP(dirs, tcpBytes)
	return groupV1{g, dirs}, nil
}

// limitTCP limits what lies in sockets of TCP, which version 1 counts only where it is
// limited, and apart. The file is in one of the trees, or in none, if the kernel is
// built without.
func limitTCP(dirs []string, limit string) {
	for _, dir := range dirs {
		_ = os.WriteFile(filepath.Join(dir, "memory.kmem.tcp.limit_in_bytes"), []byte(limit), 0)
	}
}

// tcpBytes is what the sockets of one environment may hold together.
const tcpBytes = "64M"

type groupV1 struct {
	cgroup1.Cgroup
	dirs []string // one in each tree
}

// start has a thread of ours enter the group by itself, which the kernel lets it do
// without further ado, start the command there, and come back.
func (g groupV1) start(c *exec.Cmd) error {
	return onThread(func() (back bool, err error) {
		err = g.startHere(c)
		for _, dir := range g.dirs {
			if enter(filepath.Dir(filepath.Dir(dir))) != nil { // past the group of all environments
				return false, err
			}
		}
		return true, err
	})
}

// onThread has f run on a thread that is nobody else's, and is not the first: whoever
// asks which group we are in is told of that one. A thread that f has not brought back to
// where it was ends.
func onThread(f func() (back bool, err error)) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() == os.Getpid() {
			done <- onThread(f) // on another one, since we hold the first
			runtime.UnlockOSThread()
			return
		}
		back, err := f()
		if back {
			runtime.UnlockOSThread()
		}
		done <- err
	}()
	return <-done
}

func (g groupV1) startHere(c *exec.Cmd) error {
	for _, dir := range g.dirs {
		if err := enter(dir); err != nil {
			return err
		}
	}
	return c.Start()
}

// enter moves the calling thread.
func enter(dir string) error {
	if err := os.WriteFile(filepath.Join(dir, "tasks"), []byte("0"), 0); err != nil {
		return fmt.Errorf("enter the cgroup: %w", err)
	}
	return nil
}

func (g groupV1) oomKills() (uint64, error) {
	m, err := g.Stat(cgroup1.IgnoreNotExist)
	if err != nil || m.MemoryOomControl == nil {
		return 0, err
	}
	return m.MemoryOomControl.OomKill, nil
}

func (g groupV1) update(r *specs.LinuxResources) error { return g.Update(r) }

func (g groupV1) remove() error { return g.Delete() }
