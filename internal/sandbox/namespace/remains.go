//go:build linux

package namespace

import (
	"fmt"
	"os"
	"syscall"

	"cloudless/internal/sandbox/driver"
)

// remains is what an environment leaves to the one that takes its place. It is a
// [driver.Remains]. All processes have ended with their namespace, so what is left is:
type remains struct {
	tmp        *os.File               // a mount of its /tmp, which is nowhere; nil if it was never built
	group      driver.Group           // which counts the files in it as memory; or nil
	uids, gids []syscall.SysProcIDMap // to whom they belong
}

// Drop gives them up: with the mount go the files.
func (r *remains) Drop() {
	if r.tmp != nil {
		r.tmp.Close()
	}
	if r.group != nil {
		r.group.Remove()
	}
}

// abandon drops what an environment has that was never started.
func (e *Environment) abandon() {
	if e.inherited != nil {
		e.inherited.Close()
	}
	e.left.Drop()
}

// inherit takes over the remains of another environment, or begins anew.
func (e *Environment) inherit(l driver.Layout) error {
	if l.Remains == nil {
		e.left.uids, e.left.gids = e.driver.ids.maps()
		return nil
	}
	r, ok := l.Remains.(*remains)
	if !ok || r.tmp == nil {
		l.Remains.Drop()
		return fmt.Errorf("these are no remains of an environment of ours: %T", l.Remains)
	}
	e.left, e.inherited = remains{group: r.group, uids: r.uids, gids: r.gids}, r.tmp
	return nil
}

// Keep leaves what there is to the environment that takes this one's place.
func (e *Environment) Keep() driver.Remains {
	e.keepMu.Lock()
	defer e.keepMu.Unlock()
	if e.over || e.left.tmp == nil {
		return nil
	}
	e.over = true
	left := e.left
	return &left
}

// giveUp drops it, unless it is kept.
func (e *Environment) giveUp() {
	e.keepMu.Lock()
	defer e.keepMu.Unlock()
	if !e.over {
		e.over = true
		e.left.Drop()
	}
	e.driver.mu.Lock()
	delete(e.driver.open, e)
	e.driver.mu.Unlock()
}
