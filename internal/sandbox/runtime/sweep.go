package runtime

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Every version of cloudless has bootstraps of its own, under names of their own, so that
// several can run beside each other; and with them goes what their runtimes have made of the
// SDK's code. Who uses a bootstrap holds a shared lock on its directory. What nobody holds,
// nor has begun to use for a while, is swept away.

const (
	bootstrapPrefix = ".bootstrap-"
	compiledPrefix  = "compiled-bootstrap-"
	// sweptAfter is how long what nobody uses is kept: for who goes back to another version, and
	// for the servers of versions that have held no locks.
	sweptAfter = 24 * time.Hour
)

// hold keeps a bootstrap from being swept away for as long as there is p. Its error is
// [fs.ErrNotExist] if it is not there.
func (p *Packs) hold(dir string) error {
	p.holding.Lock()
	defer p.holding.Unlock()
	if f := p.held[dir]; f != nil {
		if isAt(f, dir) {
			return nil
		}
		f.Close()
		delete(p.held, dir) // somebody has removed it all the same
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = unix.Flock(int(f.Fd()), unix.LOCK_SH) // where there are no locks, nothing is swept
	if !isAt(f, dir) {
		f.Close()
		return fs.ErrNotExist // it was swept meanwhile
	}
	now := time.Now()
	_ = os.Chtimes(dir, now, now) // of another user's we say nothing; he keeps it himself
	if p.held == nil {
		p.held = make(map[string]*os.File)
	}
	p.held[dir] = f
	return nil
}

// isAt reports whether what is open is what has that name.
func isAt(f *os.File, name string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(name)
	return err == nil && os.SameFile(open, there)
}

// Sweep removes the bootstraps of other versions that nobody uses, and what was compiled for
// them. What cannot be removed stays.
func (p *Packs) Sweep() error {
	var errs []error
	ours := make(map[string]bool)
	for _, name := range []string{"node", "python", "ruby"} {
		dir, err := p.bootstrapDir(name)
		if err != nil {
			return err
		}
		ours[dir] = true
	}
	for _, dir := range p.glob(bootstrapPrefix + "*") {
		if !ours[dir] {
			errs = append(errs, sweepBootstrap(dir))
		}
	}
	for _, pattern := range []string{newBootstrap + "*", sweptBootstrap + "*"} { // of who was killed
		for _, dir := range p.glob(pattern) {
			if isOld(dir) {
				errs = append(errs, os.RemoveAll(dir))
			}
		}
	}
	for _, file := range p.glob(filepath.Join("*", compiledPrefix+"*")) {
		boot := filepath.Join(p.dir, bootstrapPrefix+strings.TrimPrefix(filepath.Base(file), compiledPrefix))
		if _, err := os.Stat(boot); errors.Is(err, fs.ErrNotExist) && !ours[boot] && isOld(file) {
			errs = append(errs, os.Remove(file))
		}
	}
	return errors.Join(errs...)
}

const (
	newBootstrap   = ".new-bootstrap-"   // that is being written
	sweptBootstrap = ".swept-bootstrap-" // that is being removed
)

func (p *Packs) glob(pattern string) []string {
	names, _ := filepath.Glob(filepath.Join(p.dir, pattern)) // fails for patterns that are none
	return names
}

// isOld reports whether nobody has begun to use a file or directory for a while.
func isOld(name string) bool {
	info, err := os.Stat(name)
	return err == nil && time.Since(info.ModTime()) > sweptAfter
}

// sweepBootstrap removes a bootstrap if nobody uses it. Who comes to use it meanwhile finds it
// whole, or not at all.
func sweepBootstrap(dir string) error {
	if !isOld(dir) {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil || !isOld(dir) || !isAt(f, dir) {
		return nil // somebody uses it, or did just now
	}
	swept := filepath.Join(filepath.Dir(dir), sweptBootstrap+strings.TrimPrefix(filepath.Base(dir), bootstrapPrefix))
	if err := os.Rename(dir, swept); err != nil {
		return err
	}
	return os.RemoveAll(swept)
}
