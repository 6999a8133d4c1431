package sandbox

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"cloudless/internal/sandbox/runtime"
)

// What is done for a function before its first event.

// Install brings what a runtime needs onto this machine, if it is not there yet.
// It tells its progress in lines; a nil progress goes to the manager's log. Its
// error says what is missing, such as a program that has to be installed.
func (m *Manager) Install(ctx context.Context, identifier string, progress func(line string)) error {
	if progress == nil {
		progress = m.progress
	}
	if err := m.cfg.Runtimes.Install(ctx, identifier, progress); err != nil {
		return err
	}
	_, err := m.cfg.Runtimes.Program(identifier)
	return err
}

// Prepare does what can be done for a function before its first event: it installs
// its runtime, unpacks its code, and fetches what that requires of an SDK which AWS's
// runtime carries. Its error says why its runtime cannot run here; what is wrong with
// the code is told by the first event.
func (m *Manager) Prepare(ctx context.Context, fn Function) error {
	if err := m.Install(ctx, fn.Runtime, nil); err != nil {
		return err
	}
	c, err := m.code.contents(ctx, &fn)
	if err != nil {
		return nil
	}
	defer c.release() // the cache keeps it, as long as there is room
	if err := m.complete(ctx, &fn, c); err != nil && ctx.Err() == nil {
		m.cfg.Log.Warn("a function may miss packages of the SDK", "function", fn.Name, "err", err)
	}
	return nil
}

// complete fetches those packages of the SDK.
func (m *Manager) complete(ctx context.Context, fn *Function, c contents) error {
	task, err := os.OpenRoot(c.task)
	if err != nil {
		return err
	}
	defer task.Close()
	var layers fs.FS
	if c.opt != "" {
		opt, err := os.OpenRoot(c.opt)
		if err != nil {
			return err
		}
		defer opt.Close()
		layers = opt.FS()
	}
	return m.cfg.Runtimes.Complete(ctx, fn.Runtime, task.FS(), layers, m.progress)
}

// progress logs a line about an installation.
func (m *Manager) progress(line string) {
	m.cfg.Log.Info("installing a runtime", "progress", line)
}

// Installed reports whether a runtime can run at once. Its error says why it
// never can: the identifier is unknown, or a program is missing on this machine.
func (m *Manager) Installed(identifier string) (bool, error) {
	_, err := m.cfg.Runtimes.Program(identifier)
	if errors.Is(err, runtime.ErrNotInstalled) {
		return false, nil
	}
	return err == nil, err
}
