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
	return m.credentials(ctx, e)
}

// credentials gets those of the function's role, if it has one.
func (m *Manager) credentials(ctx context.Context, e *environment) (creds Credentials, err error) {
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
