package sandbox

import (
	"errors"
	"fmt"
	"time"

	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/runtime"
	"cloudless/internal/sandbox/runtimeapi"
)

// How an environment starts: from one that waits or from nothing, until its function is
// loaded or has failed to.

// launch makes an environment and loads the function into it, which may take
// until limit; kept is whom it is to belong to, or nil. It returns a failure if the function itself could not be loaded;
// the environment has ended then, and can only be reported on.
func (m *Manager) launch(p *pool, fn *Function, limit time.Duration, kept *keep) (*environment, *initFailure, error) {
	return m.relaunch(p, fn, limit, kept, nil)
}

// relaunch does so in the place of an environment that had to end, if before is what it
// left: its log goes on in the same stream, and its files are there.
func (m *Manager) relaunch(p *pool, fn *Function, limit time.Duration, kept *keep, before *leftover) (*environment, *initFailure, error) {
	var e *environment
	if before == nil {
		e = m.takeSpare(p)
	}
	if e == nil {
		e = m.newEnvironment()
	}
	e.fn, e.pool, e.kept = fn, p, kept
	if e.again = before != nil && kept == nil; before != nil {
		e.stream, e.inherits = before.stream, before.tmp
	} else {
		e.stream = newStreamName(m.cfg.Clock, fn)
	}
	m.enlist(e)
	prepare := m.prepare
	if e.spare {
		prepare = m.adopt
	}
	err := prepare(m.ctx, e)
	if err != nil && e.spare && !blames(err) {
		m.delist(e) // nothing is lost but time, and what is wrong will be wrong again
		e.end()
		return m.relaunch(p, fn, limit, kept, before)
	}
	failed, err := failedStart(err)
	switch {
	case failed != nil:
		e.endInit(failed, false)
	case err == nil:
		failed = m.initialize(e, limit)
	}
	if err == nil && failed == nil {
		return e, nil, nil
	}
	e.keep()
	m.delist(e)
	e.end()
	if err != nil {
		m.leaveBehind(e)
		return nil, nil, fmt.Errorf("prepare an environment for %s: %w", fn.Name, err)
	}
	return e, failed, nil
}

// blames reports whether an error is the function's.
func blames(err error) bool {
	failed, _ := failedStart(err)
	return failed != nil
}

// failedStart makes of an error a failure of the function, if it is one.
func failedStart(err error) (*initFailure, error) {
	if broken, ok := errors.AsType[*driver.StartError](err); ok {
		return &initFailure{noStart: broken.Error()}, nil
	}
	if broken, ok := errors.AsType[*wrapperError](err); ok {
		return &initFailure{exit: driver.Exit{Code: broken.status()}}, nil
	}
	if broken, ok := errors.AsType[*extensionError](err); ok {
		return &initFailure{extension: &broken.Breakage}, nil
	}
	if errors.Is(err, runtime.ErrNoEntrypoint) {
		return &initFailure{noStart: err.Error()}, nil
	}
	return nil, err
}

// initFailure is how the loading of a function went wrong.
type initFailure struct {
	tookTooLong bool
	outcome     *runtimeapi.Outcome  // what the runtime said, if it said anything
	noStart     string               // why there is no process, or empty
	extension   *runtimeapi.Breakage // how an extension failed, if one did
	exit        driver.Exit          // otherwise how it ended
}

// initialize waits until the function is loaded.
func (m *Manager) initialize(e *environment, limit time.Duration) *initFailure {
	failed, loaded := m.awaitLoaded(e, limit)
	e.endInit(failed, loaded)
	return failed
}

// endInit notes how long the start took, and tells how it went; loaded says that
// the runtime's part has been told.
func (e *environment) endInit(failed *initFailure, loaded bool) {
	if !e.started.IsZero() {
		e.initDuration = e.clock.Now().Sub(e.started)
	}
	if failed == nil {
		for _, x := range e.api.Extensions() {
			e.out.platform(extensionEvent(x))
		}
	}
	for _, event := range e.initEnd(failed, loaded) {
		e.out.platform(event)
	}
	e.telemetry.started()
}

// awaitLoaded waits for that. It tells at once when the runtime has loaded the
// function, since extensions may wait for this, and whether it has.
func (m *Manager) awaitLoaded(e *environment, limit time.Duration) (failed *initFailure, loaded bool) {
	timeout := m.cfg.Clock.After(limit)
	over := e.api.Loaded()
	for {
		select {
		case <-over:
			e.out.platform(e.initEnd(nil, false)[0])
			over, loaded = nil, true
			continue
		default:
		}
		select {
		case <-over:
			e.out.platform(e.initEnd(nil, false)[0])
			over, loaded = nil, true
		case <-e.api.Ready():
			if loaded {
				return nil, true
			}
		case o := <-e.api.InitFailed():
			return &initFailure{outcome: &o}, loaded
		case b := <-e.api.Broken():
			return &initFailure{extension: &b}, loaded
		case <-e.ended():
			select {
			case o := <-e.api.InitFailed(): // said just before it ended
				return &initFailure{outcome: &o}, loaded
			default:
				return &initFailure{exit: e.box.Exit()}, loaded
			}
		case <-timeout:
			return &initFailure{tookTooLong: true}, loaded
		case <-m.ctx.Done():
			return &initFailure{exit: driver.Exit{Signal: killed}}, loaded
		}
	}
}
