//go:build linux

package namespace

import (
	"context"
	"errors"
	"syscall"

	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/namespace/inner"
)

// companion is a program that runs beside the one of Run.
type companion struct {
	started chan error // the answer to Start
	ended   func(driver.Exit)
}

// Start starts one. It is of [driver.Companions].
func (e *Environment) Start(ctx context.Context, c driver.Command, ended func(driver.Exit)) error {
	one := &companion{started: make(chan error, 1), ended: ended}
	e.companionMu.Lock()
	number := len(e.companions) + 1
	e.companions[number] = one
	e.companionMu.Unlock()
	return e.run(ctx, c, number, one.started)
}

// Signal sends the program a signal.
func (e *Environment) Signal(s syscall.Signal) error { return e.tell(inner.Order{Signal: int(s)}) }

// Ended is closed when the program has ended.
func (e *Environment) Ended() <-chan struct{} { return e.ended }

// hearCompanion takes a report about one.
func (e *Environment) hearCompanion(r inner.Report) {
	e.companionMu.Lock()
	one := e.companions[r.Companion]
	e.companionMu.Unlock()
	if one == nil {
		return
	}
	switch {
	case r.Err != "":
		one.answer(errors.New(r.Err))
	case r.NoStart != nil:
		one.answer((*driver.StartError)(r.NoStart))
	case r.Started:
		one.answer(nil)
	case r.Ended != nil:
		one.ended(exitOf(r.Ended))
	}
}

func (c *companion) answer(err error) {
	select {
	case c.started <- err:
	default:
	}
}

// endCompanions answers those that wait for the start of one.
func (e *Environment) endCompanions() {
	e.companionMu.Lock()
	defer e.companionMu.Unlock()
	for _, c := range e.companions {
		c.answer(errEnded)
	}
}

// exitOf is a verdict in the driver's terms.
func exitOf(v *inner.Verdict) driver.Exit {
	return driver.Exit{Code: v.Code, Signal: syscall.Signal(v.Signal), OutOfMemory: v.OutOfMemory}
}
