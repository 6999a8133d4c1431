package sandbox

import (
	"context"

	"cloudless/internal/atomicfile"
	"cloudless/internal/sandbox/runtimeapi"
)

// Much of the time that a function takes to load is its runtime's compiler's, and what
// is compiled is the SDK, which is the same for all. So the runtimes that can keep what
// they make of code do it once for each installation. Whoever could write it would
// run in all functions, so it is made in an environment that never has a function, and can only be read in others.

// compileMB is the memory of such an environment.
const compileMB = 512

// compileLocked has the code of a runtime compiled, if that can be and is not done yet. If
// it fails, it is left at that until the next server.
func (m *Manager) compileLocked(identifier string) {
	if m.closed || m.compiled[identifier] || !m.cfg.Driver.Isolated() {
		return
	}
	m.compiled[identifier] = true
	m.work.Go(func() {
		if err := m.compile(m.spares.ctx, identifier); err != nil {
			m.cfg.Log.Debug("the code of a runtime is not compiled", "runtime", identifier, "err", err)
		}
	})
}

// compile compiles the code of a runtime, one of them at a time, and while no
// environment is made that is to wait.
func (m *Manager) compile(ctx context.Context, identifier string) error {
	program, err := m.cfg.Runtimes.Program(identifier)
	if err != nil || program.Compiles == "" {
		return err
	}
	endTurn, err := m.spares.takeTurn(ctx)
	if err != nil {
		return err
	}
	defer endTurn()
	e := m.newEnvironment()
	e.spare, e.compile, e.program = true, true, program
	e.fn = &Function{Runtime: identifier, MemoryMB: compileMB}
	defer e.end()
	if e.box, err = m.cfg.Driver.Prepare(ctx, m.layout(e)); err != nil {
		return err
	}
	e.api = runtimeapi.NewCompiling()
	m.servers.serve(e.box, e.api, &e.servers)
	if err := m.run(ctx, e, Credentials{}); err != nil {
		return err
	}
	data, err := awaitRuntime(ctx, m, e, e.api.Compiled())
	if err != nil {
		return err
	}
	return atomicfile.Write(program.Compiles, data, 0o644) // environments run as another user
}
