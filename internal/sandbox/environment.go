package sandbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"cloudless/internal/clock"
	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/runtime"
	"cloudless/internal/sandbox/runtimeapi"
)

const (
	// maxProcesses and maxOpenFiles are Lambda's.
	maxProcesses = 1024
	maxOpenFiles = 1024

	defaultTmpMB = 512
	// mbPerCore is the memory with which a function is entitled to one core.
	mbPerCore = 1769
	// startCPU is what a function may use of the processors until it is loaded, in
	// thousandths of a core: interpreters compile and collect on threads of their own.
	startCPU = 2000

	// credentialsMargin is how long before their end credentials are too old for
	// one more invocation, on top of the time that the invocation may take.
	credentialsMargin = 5 * time.Minute
)

// environment is one place in which a function is loaded.
type environment struct {
	id      string
	fn      *Function
	pool    *pool
	kept    *keep // that it is one of, if it is provisioned
	program *runtime.Program
	spare   bool   // it was made before its function was known
	waits   bool   // its process does not know its function yet
	compile bool   // its process never has one, and compiles
	stream  string // its log stream
	started time.Time
	again   bool      // its start is part of its first invocation, since what was there before had to end
	expires time.Time // of its credentials; zero: never

	inherits driver.Remains // of the environment whose place it takes, until it has them; or nil
	remains  driver.Remains // what it leaves itself, when it has to end; or nil

	box       driver.Environment
	api       *runtimeapi.Server
	out       *output
	telemetry *telemetry
	servers   sync.WaitGroup
	code      contents

	companions []string        // names of external extensions
	gone       chan string     // those whose processes have ended
	ending     string          // why it ends, for extensions; empty: it is no longer needed
	clock      clock.Clock     // of its manager
	cut        <-chan struct{} // closed when its manager waits no longer

	initDuration time.Duration

	// The rest is guarded by Manager.mu.
	state       State
	frozen      bool
	idleSince   time.Time
	invocations int64
	leaving     bool          // of a kept one: it is to be replaced
	kick        chan struct{} // holds one: wakes whoever tends it
	taken       chan struct{} // of a spare: closed when it waits no longer
}

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

func (m *Manager) newEnvironment() *environment {
	return &environment{
		id: "sbx-" + randomHex(m.cfg.Clock, 6), kick: make(chan struct{}, 1), clock: m.cfg.Clock, cut: m.ctx.Done(),
	}
}

// prepare makes all that the function needs, up to its running process.
func (m *Manager) prepare(ctx context.Context, e *environment) error {
	program, err := m.program(ctx, e.fn)
	if err != nil {
		return err
	}
	e.program = program
	creds, err := m.supply(ctx, e)
	if err != nil {
		return err
	}
	layout := m.layout(e)
	layout.Remains, e.inherits = e.inherits, nil
	e.box, err = m.cfg.Driver.Prepare(ctx, layout)
	if err != nil {
		return err
	}
	e.api = runtimeapi.New()
	m.servers.serve(e.box, e.api, &e.servers)
	return m.run(ctx, e, creds)
}

// supply gets what is the function's own: its code and its role's credentials.
func (m *Manager) supply(ctx context.Context, e *environment) (creds Credentials, err error) {
	if e.code, err = m.code.contents(ctx, e.fn); err != nil {
		return creds, err
	}
	if e.fn.Credentials == nil {
		return creds, nil
	}
	if creds, err = e.fn.Credentials(ctx); err != nil {
		return creds, fmt.Errorf("get the execution role's credentials: %w", err)
	}
	e.expires = creds.Expires
	return creds, nil
}

// program finds how a function's runtime is started, fetching what it needs if it has
// gone since the function was made.
func (m *Manager) program(ctx context.Context, fn *Function) (*runtime.Program, error) {
	p, err := m.cfg.Runtimes.Program(fn.Runtime)
	if !errors.Is(err, runtime.ErrNotInstalled) {
		return p, err
	}
	if err := m.Prepare(ctx, *fn); err != nil {
		return nil, err
	}
	return m.cfg.Runtimes.Program(fn.Runtime)
}

// layout says what the environment consists of.
func (m *Manager) layout(e *environment) driver.Layout {
	files := e.code.files()
	for _, f := range e.program.Files {
		files = append(files, driver.File{Source: f.Source, Target: f.Target, Link: f.Link})
	}
	for _, target := range trustTargets {
		files = append(files, driver.File{Source: m.trust.pem, Target: target})
	}
	files = append(files, driver.File{Source: m.trust.store, Target: trustStoreTarget})
	share := int64(e.fn.MemoryMB) * 1000 / mbPerCore
	cpuMax := max(share, 1000)
	cpuStart := max(cpuMax, startCPU)
	if m.cfg.StrictCPU {
		cpuMax, cpuStart = share, share
	}
	l := driver.Layout{ID: e.id, Files: files, Limits: driver.Limits{
		MemoryBytes: int64(e.fn.MemoryMB) << 20,
		TmpBytes:    int64(e.fn.tmpMB()) << 20,
		CPUShare:    share,
		CPUMax:      cpuMax,
		CPUStart:    cpuStart,
		Processes:   maxProcesses,
		OpenFiles:   maxOpenFiles,
	}}
	if e.spare {
		l.Store = m.code.dir
	}
	return l
}

func (fn *Function) tmpMB() int {
	if fn.EphemeralStorageMB == 0 {
		return defaultTmpMB
	}
	return fn.EphemeralStorageMB
}

// run starts the function's process.
func (m *Manager) run(ctx context.Context, e *environment, creds Credentials) error {
	e.telemetry = newTelemetry(m.cfg.Clock, e.box)
	out, plain, framed, err := newOutput(m.pump, logKey{e.fn, e.stream}, m.cfg.Clock, e.telemetry)
	if err != nil {
		return err
	}
	defer plain.Close()
	defer framed.Close()
	e.out = out
	isolated := m.cfg.Driver.Isolated()
	at := place(e.fn, e.box, isolated)
	at.Waiting, at.Compiling = e.waits, e.compile
	if !e.waits && !e.compile {
		e.begin()
		at.Has = e.code.has
	}
	args, err := e.program.Args(at)
	if err != nil {
		return err
	}
	wrapper := e.wrapper()
	if wrapper != "" {
		args = append([]string{e.box.Path(wrapper)}, args...)
	}
	e.started = m.cfg.Clock.Now()
	vars := variables(e, creds, isolated, e.program.Env(at))
	if err := m.startExtensions(ctx, e, vars); err != nil {
		return err
	}
	err = e.box.Run(ctx, driver.Command{
		Args:   args,
		Env:    vars,
		Dir:    e.box.Path(taskDir),
		Output: plain,
		Frames: framed,
	})
	return e.wrapped(wrapper, err)
}

// begin tells that the function is about to be loaded, and to whom to tell more.
func (e *environment) begin() {
	e.out.platform(e.initStart())
	if e.telemetry.box != nil {
		e.api.OnSubscribe(func(s runtimeapi.Subscription) {
			e.out.platform(subscribedEvent(s, e.telemetry.subscribe(s)))
		})
	}
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
	if box, ok := e.box.(driver.Settler); ok && failed == nil {
		m.work.Go(box.Settle) // and the event need not wait for it
	}
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

// usedMB is the most memory that the function was seen to use.
func (e *environment) usedMB() int {
	return int((e.box.MemoryBytes() + 1<<20 - 1) >> 20)
}

// staleAt reports whether the credentials would end within an invocation that
// starts now.
func (e *environment) staleAt(now time.Time) bool {
	return !e.expires.IsZero() && now.Add(e.fn.Timeout+credentialsMargin).After(e.expires)
}

// end ends all that there is of the environment, and returns when it is gone.
// It may be called for one that is only half made.
func (e *environment) end() {
	if e.box != nil {
		e.shutDown()
		e.box.Kill()
	}
	if e.api != nil {
		_ = e.api.Close() // there is nobody left to close it for
	}
	if e.out != nil {
		e.out.close()
		e.telemetry.close()
	}
	e.servers.Wait()
	if e.code.release != nil {
		e.code.release()
	}
}
