//go:build linux

// Package namespace isolates environments straight from the Linux kernel: no
// container engine, no set-up on the machine, as root or as an ordinary user.
//
// The server starts itself again as the init of new user, mount, process,
// network, IPC and host name namespaces. Init builds the environment from within,
// hands its sockets out to the server, starts the program with nothing but its
// own identity, and stays as its guardian. That is package inner; here is the
// server's side:
//
//   - namespace.go: the driver and what it needs of the machine;
//   - environment.go: one environment, as the server sees it;
//   - follow.go: what init reports, from the building until nothing is left;
//   - control.go: the server's end of what it and init say to each other;
//   - companion.go, dial.go: further programs in it, and connections into it;
//   - limits.go: the limits that the kernel enforces, where the user may set them;
//   - remains.go: what one leaves to another that takes its place;
//   - identity.go: which user the program is, inside and outside.
//
// Everything of an environment lives in its process namespace. When init ends,
// for whatever reason, the kernel ends all of it; and init ends when the server
// does, because the socket between them closes. That is the promise which
// others lean on: nothing outlives its environment.
//
// The package knows nothing of functions, runtimes or AWS.
package namespace

import (
	"context"
	"fmt"
	"os"
	"sync"

	"cloudless/internal/sandbox/driver"
)

// Config says how environments are made.
type Config struct {
	// Mountpoint is a directory on which each init mounts its root, unseen by
	// anyone else. It is made if missing.
	Mountpoint string
	// Groups limits environments; the driver closes it, once there is one. Default:
	// nobody does, and memory is watched.
	Groups driver.Groups
}

// Driver isolates with namespaces. It is a [driver.Driver].
type Driver struct {
	mountpoint string
	ids        *identity
	groups     driver.Groups // or nil

	mu   sync.Mutex
	open map[*Environment]struct{}
}

var _ driver.Driver = (*Driver)(nil)

// New returns a driver, or the reason why this machine has no namespaces for
// this user.
func New(cfg Config) (*Driver, error) {
	if err := os.MkdirAll(cfg.Mountpoint, 0o755); err != nil {
		return nil, fmt.Errorf("make a place for roots: %w", err)
	}
	ids, err := chooseIdentity()
	if err != nil {
		return nil, err
	}
	d := &Driver{mountpoint: cfg.Mountpoint, ids: ids, groups: cfg.Groups, open: make(map[*Environment]struct{})}
	if err := d.probe(); err != nil {
		return nil, err
	}
	return d, nil
}

// probe makes one environment and ends it: the only question whose answer can
// be believed.
func (d *Driver) probe() error {
	e, err := d.Prepare(context.Background(), driver.Layout{ID: "probe"})
	if err != nil {
		return fmt.Errorf("this machine does not let us isolate: %w", err)
	}
	e.Kill()
	return nil
}

// Name is "namespaces".
func (d *Driver) Name() string { return "namespaces" }

// Isolated is true.
func (d *Driver) Isolated() bool { return true }

// Rootless reports whether environments are made without the powers of root.
func (d *Driver) Rootless() bool { return d.ids.rootless }

// Controllers tells which limits the kernel enforces: some of "memory", "pids", "cpu".
func (d *Driver) Controllers() []string {
	if d.groups == nil {
		return nil
	}
	return d.groups.Controllers()
}

// Close ends what is left of the environments and gives back the cgroups.
func (d *Driver) Close() error {
	d.mu.Lock()
	left := make([]*Environment, 0, len(d.open))
	for e := range d.open {
		left = append(left, e)
	}
	d.mu.Unlock()
	for _, e := range left {
		e.Kill()
	}
	if d.groups == nil {
		return nil
	}
	return d.groups.Close()
}
