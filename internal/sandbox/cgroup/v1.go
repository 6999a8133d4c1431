//go:build linux

package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/containerd/cgroups/v3/cgroup1"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// hierarchyV1 is the interface in which each controller has a tree of its own.
type hierarchyV1 struct {
	names  []string
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
		s, claim, err := tryV1(all, name, path)
		if err != nil {
			reason = err
			continue
		}
		ours = append(ours, s)
		h.claims = append(h.claims, claim)
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
		h.unclaim()
		return nil, err
	}
	return h, nil
}

// tryV1 makes our group in one tree, which shows whether we may, and claims it.
func tryV1(all []cgroup1.Subsystem, name string, path cgroup1.Path) (cgroup1.Subsystem, *os.File, error) {
	for _, s := range all {
		tree, ok := s.(interface{ Path(string) string })
		if !ok || string(s.Name()) != name {
			continue
		}
		ours, err := path(s.Name())
		if err != nil {
			return nil, nil, err
		}
		sweep(tree.Path(filepath.Dir(ours)))
		claim, err := claim(tree.Path(ours))
		return s, claim, err
	}
	return nil, nil, fmt.Errorf("there is no cgroup controller %q", name)
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

func (g groupV1) update(r *specs.LinuxResources) error { return g.Update(r) }

func (g groupV1) remove() error { return g.Delete() }
