//go:build linux

package cgroup

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// groupPrefix, our process id and something random name the group that holds
// all of a driver's.
const groupPrefix = "cloudless-"

func newName() string {
	return groupPrefix + strconv.Itoa(os.Getpid()) + "-" + strings.ToLower(rand.Text()[:8])
}

// claim makes a group's directory, and keeps it from being swept as long as what
// it returns is open. The kernel gives the claim up when its holder ends, however
// that comes about, and shows it to processes of other process namespaces, which
// a process id means nothing to.
func claim(dir string) (*os.File, error) {
	for {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		f, err := lock(dir)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.EWOULDBLOCK) {
			continue // somebody sweeps it just now
		}
		if err != nil {
			return nil, err
		}
		if held, err := f.Stat(); err == nil {
			if there, err := os.Stat(dir); err == nil && os.SameFile(held, there) {
				return f, nil
			}
		}
		f.Close() // it was swept before it was ours
	}
}

// lock opens a directory that no other process has locked, and locks it.
func lock(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return f, nil
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
		if _, err := strconv.Atoi(number); !ok || err != nil {
			continue
		}
		sweepGroup(filepath.Join(dir, e.Name()))
	}
}

// sweepGroup removes a group, unless somebody has claimed it. Groups that hold
// processes cannot be removed.
func sweepGroup(dir string) {
	f, err := lock(dir)
	if err != nil {
		return
	}
	defer f.Close()
	inner, _ := os.ReadDir(dir)
	for _, g := range inner {
		if g.IsDir() {
			_ = os.Remove(filepath.Join(dir, g.Name()))
		}
	}
	_ = os.Remove(dir)
}
