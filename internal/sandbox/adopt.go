package sandbox

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/runtimeapi"
)

// spareTimeout is how long a runtime may take until it waits.
const spareTimeout = 60 * time.Second

// makeSpare makes an environment, and returns when it waits for a function. If its
// runtime runs, it stands in for a function without a name, without code and without
// credentials; the region is that in which it is likely to be.
func (m *Manager) makeSpare(kind spareKind, region string) (*environment, error) {
	ctx := m.spares.ctx
	endTurn, err := m.spares.takeTurn(ctx)
	if err != nil {
		return nil, err
	}
	defer endTurn()
	program, err := m.cfg.Runtimes.Program(kind.runtime)
	if err != nil {
		return nil, err
	}
	e := m.newEnvironment()
	e.spare, e.program, e.taken = true, program, make(chan struct{})
	e.waits = program.Waits && !kind.vacant
	e.fn = &Function{Runtime: kind.runtime, Region: region, MemoryMB: kind.memoryMB, EphemeralStorageMB: kind.tmpMB}
	if err := m.startSpare(ctx, e); err != nil {
		e.end()
		return nil, err
	}
	return e, nil
}

func (m *Manager) startSpare(ctx context.Context, e *environment) (err error) {
	e.box, err = m.cfg.Driver.Prepare(ctx, m.layout(e))
	if err != nil {
		return err
	}
	if !e.waits {
		e.api = runtimeapi.New()
		m.servers.serve(e.box, e.api, &e.servers)
		return nil
	}
	e.api = runtimeapi.NewWaiting()
	m.servers.serve(e.box, e.api, &e.servers)
	if err := m.run(ctx, e, Credentials{}); err != nil {
		return err
	}
	_, err = awaitRuntime(ctx, m, e, e.api.Waiting())
	return err
}

// awaitRuntime waits for what the runtime of an environment says before there is a function.
func awaitRuntime[T any](ctx context.Context, m *Manager, e *environment, says <-chan T) (said T, err error) {
	select {
	case said = <-says:
	case o := <-e.api.InitFailed():
		err = fmt.Errorf("the runtime failed: %s", o.Payload)
	case <-e.box.Done():
		err = fmt.Errorf("the runtime ended: %+v", e.box.Exit())
	case <-m.cfg.Clock.After(spareTimeout):
		err = errors.New("the runtime took too long")
	case <-ctx.Done():
		err = ctx.Err()
	}
	return said, err
}

// adopt makes a spare the environment of e.fn. From here on it is like one that
// was made for it.
func (m *Manager) adopt(ctx context.Context, e *environment) (err error) {
	if e.code, err = m.code.contents(ctx, e.fn); err != nil {
		return err
	}
	shown, err := m.show(ctx, e) // which takes about as long as all that follows
	if err != nil {
		return err
	}
	creds, err := m.credentials(ctx, e)
	if err != nil {
		<-shown
		return err
	}
	if !e.waits {
		if err := <-shown; err != nil {
			return err
		}
		return m.run(ctx, e, creds)
	}
	e.waits, e.started = false, m.cfg.Clock.Now()
	e.out.assign(logKey{e.fn, e.stream})
	e.begin()
	isolated := m.cfg.Driver.Isolated()
	list := variables(e, creds, isolated, e.program.Env(place(e.fn, e.box, isolated)))
	e.api.Adopt(adoption(list, e.box.Path(taskDir)))
	if err := <-shown; err != nil {
		return err
	}
	if err := m.startExtensions(ctx, e, list); err != nil {
		return err
	}
	e.api.Supply()
	return nil
}

// show begins to show its code in an environment that has waited. What it returns receives
// how that has ended.
func (m *Manager) show(ctx context.Context, e *environment) (<-chan error, error) {
	box, ok := e.box.(driver.Attacher)
	if !ok {
		return nil, errors.New("nothing can be shown in this environment any more")
	}
	files := e.code.files()
	for i := range files {
		var err error
		if files[i].Source, err = filepath.Rel(m.code.dir, files[i].Source); err != nil {
			return nil, err
		}
	}
	shown := make(chan error, 1)
	go func() { shown <- box.Attach(ctx, files) }()
	return shown, nil
}

// adoption is what a runtime is told of its function: its variables, name=value, and where
// its code will be.
func adoption(variables []string, directory string) *runtimeapi.Adoption {
	a := &runtimeapi.Adoption{Variables: make(map[string]string, len(variables)), Directory: directory}
	for _, v := range variables {
		name, value, _ := strings.Cut(v, "=")
		a.Variables[name] = value
	}
	return a
}
