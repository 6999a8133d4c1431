//go:build linux

package namespace

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/namespace/inner"
)

// follow asks init to build the environment, hears what it reports, and stays
// until nothing is left.
func (e *Environment) follow(l driver.Layout, built chan<- error) {
	err := e.build(l)
	if e.inherited != nil {
		e.inherited.Close() // init has it, or nobody will
	}
	built <- err
	if err == nil {
		err = e.listen()
	}
	_ = e.cmd.Process.Kill()
	_ = e.cmd.Wait() // returns when the kernel has ended all that was inside
	if !e.told {
		exit := driver.Exit{Signal: syscall.SIGKILL}
		if err != nil && !errors.Is(err, unix.ECONNRESET) {
			exit = driver.Exit{Err: err}
		}
		e.end(exit)
	}
	e.control.Close()
	for _, l := range e.listeners {
		l.Close()
	}
	for _, p := range e.packets {
		p.Close()
	}
	e.answerRun(errEnded)
	e.endCompanions()
	e.endDials()
	close(e.done)
}

func (e *Environment) build(l driver.Layout) error {
	var files []*os.File
	if e.inherited != nil {
		files = append(files, e.inherited)
	}
	err := e.tell(inner.Setup{
		Root:      e.driver.mountpoint,
		Host:      l.ID,
		Files:     shown(l.Files),
		Store:     l.Store,
		TmpBytes:  l.Limits.TmpBytes,
		Inherits:  e.inherited != nil,
		OpenFiles: l.Limits.OpenFiles,
		Processes: uint64(l.Limits.Processes),
		Rootless:  e.driver.ids.rootless,
		Memory:    l.Limits.MemoryBytes,
		NoWall:    !slices.Contains(e.driver.Controllers(), "memory"),
	}, files...)
	if err != nil {
		return err
	}
	r, fds, err := e.hear(make([]byte, inner.MaxMessage))
	if err != nil {
		return fmt.Errorf("init ended early: %w", err)
	}
	if r.Err != "" {
		return errors.New(r.Err)
	}
	return e.adopt(fds)
}

// listen takes init's reports until it goes.
func (e *Environment) listen() error {
	buf := make([]byte, 4096)
	for {
		r, fds, err := e.hear(buf)
		if err != nil {
			return err
		}
		switch {
		case r.Dialed != nil:
			e.hearDialed(r.Dialed, fds)
		case r.Companion != 0:
			e.hearCompanion(r)
		case r.Err != "":
			e.answerRun(errors.New(r.Err))
		case r.NoStart != nil:
			e.answerRun((*driver.StartError)(r.NoStart))
		case r.Started:
			e.answerRun(nil)
		case r.Attached != nil:
			var err error
			if r.Attached.Err != "" {
				err = errors.New(r.Attached.Err)
			}
			select {
			case e.attached <- err:
			default:
			}
		case r.Memory > 0:
			e.memory.Store(r.Memory)
		case r.Ended != nil:
			e.end(exitOf(r.Ended))
			if r.Last {
				return nil
			}
		}
	}
}

// answerRun says what became of Run. Only the first word counts.
func (e *Environment) answerRun(err error) {
	select {
	case e.started <- err:
	default:
	}
}

// end notes how the program ended.
func (e *Environment) end(exit driver.Exit) {
	if exit.Signal == syscall.SIGKILL && e.outOfMemory() {
		exit.OutOfMemory = true
	}
	e.exit, e.told = exit, true
	close(e.ended)
}

var errEnded = errors.New("the environment has ended")
