package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// Manager makes, uses and ends environments. Its methods may be called from
// several goroutines at once.
type Manager struct {
	cfg     Config
	code    *codeCache
	pump    *pump
	servers *servers
	trust   trust

	ctx  context.Context // ends when nothing may go on any longer
	stop context.CancelFunc
	work sync.WaitGroup // invocations, and whoever tends or ends an environment

	calls atomic.Int64 // events that environments work on

	closing      chan struct{} // closed when Close begins
	provisioning chan struct{} // holds one for each provisioned environment being made
	turns        turns
	idle         func() (total time.Duration, known bool) // how long processors have had nothing to do
	lingering    chan struct{}                            // holds one for each environment whose end waits

	mu        sync.Mutex
	closed    bool
	pools     map[poolKey]*pool
	live      int // environments, of all pools
	spares    spares
	leftovers []*leftover     // oldest first
	compiled  map[string]bool // the runtimes whose code was to be compiled, successfully or not
	kept      map[poolKey]*keep
}

// New returns a manager without environments.
func New(cfg Config) (*Manager, error) {
	if err := cfg.setDefaults(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make a place for sandboxes: %w", err)
	}
	code, err := newCodeCache(filepath.Join(cfg.Dir, "code"), cfg.CodeCacheBytes)
	if err != nil {
		return nil, err
	}
	trusted, err := writeTrust(cfg.Dir, cfg.Authority.PEM())
	if err != nil {
		return nil, fmt.Errorf("write what functions trust: %w", err)
	}
	if cfg.Driver == nil {
		if cfg.Driver, err = openDriver(cfg.Dir, cfg.Log); err != nil {
			return nil, err
		}
	}
	open := newDescriptors(cfg.OpenFiles)
	cfg.MaxEnvironments = min(cfg.MaxEnvironments, open.environments)
	ctx, stop := context.WithCancel(context.Background())
	m := &Manager{
		cfg:          cfg,
		code:         code,
		pump:         newPump(cfg.Logs, cfg.Clock, cfg.Log),
		servers:      newServers(cfg.Front, cfg.Authority, cfg.Clock, open),
		trust:        trusted,
		ctx:          ctx,
		stop:         stop,
		pools:        make(map[poolKey]*pool),
		kept:         make(map[poolKey]*keep),
		compiled:     make(map[string]bool),
		closing:      make(chan struct{}),
		provisioning: make(chan struct{}, provisionAtOnce),
		turns:        newTurns(),
		idle:         idleTime,
		lingering:    make(chan struct{}, maxLingering),
		spares:       newSpares(ctx),
	}
	m.work.Go(func() {
		if err := cfg.Runtimes.Sweep(); err != nil {
			cfg.Log.Debug("what other versions have left could not be removed", "err", err)
		}
	})
	return m, nil
}

// Invoke gives a function one event and returns what it answered. An error says
// that the event did not reach the function; what goes wrong in the function is a
// Result. If ctx ends first, the function goes on, and nobody hears its answer.
func (m *Manager) Invoke(ctx context.Context, fn Function, inv Invocation) (Result, error) {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		inv.over()
		return Result{}, ErrClosed
	}
	m.work.Add(1) // under the lock, so that Close waits for it
	m.mu.Unlock()
	if inv.Stream != nil {
		inv.gate = &gate{to: inv.Stream, now: m.cfg.Clock.Now}
	}
	e, p, err := m.take(&fn)
	if err != nil {
		inv.over()
		m.work.Done()
		return Result{}, err
	}
	if e != nil {
		return m.repeat(ctx, e, &inv)
	}
	answers := make(chan answer, 1)
	go func() {
		defer m.work.Done()
		m.deliver(p, &fn, &inv, answers)
	}()
	select {
	case a := <-answers:
		return a.result, a.err
	case <-ctx.Done():
		if inv.gate != nil {
			inv.gate.close(nil)
		}
		return Result{}, ctx.Err()
	}
}

// repeat gives an event to an environment that has waited for it. That is what
// happens most, so it is done on the caller's goroutine, where no other has to be
// woken and to wake the caller; one more is begun only if something is left to do.
func (m *Manager) repeat(ctx context.Context, e *environment, inv *Invocation) (Result, error) {
	c := m.begin(e, inv, e.kept != nil && e.invocations == 1)
	if !m.await(c, ctx.Done()) {
		go func() {
			defer m.work.Done()
			m.await(c, nil)
			inv.over()
			if !m.settled(c) {
				m.settle(c)
			}
		}()
		if inv.gate != nil {
			inv.gate.close(nil)
		}
		return Result{}, ctx.Err()
	}
	inv.over()
	if m.settled(c) {
		m.work.Done()
	} else {
		go func() {
			defer m.work.Done()
			m.settle(c)
		}()
	}
	return c.result, nil
}

// answer is what Invoke returns.
type answer struct {
	result Result
	err    error
}

// deliver brings an event to an environment that comes to rest meanwhile or is
// made in the place that was taken for it, answers once, and stays until the
// environment is ready for another event or has been ended.
func (m *Manager) deliver(p *pool, fn *Function, inv *Invocation, answers chan<- answer) {
	tell := func(a answer) {
		inv.over()
		answers <- a
	}
	e, endTurn := m.awaitTurn(p)
	cold := e == nil
	if cold {
		var failed *initFailure
		var err error
		e, failed, err = m.open(p, fn)
		endTurn()
		if err != nil {
			m.leave(p)
			tell(answer{err: err})
			return
		}
		if failed != nil {
			m.leave(p)
			m.leaveBehind(e)
			tell(answer{result: m.failInit(e, inv, failed)})
			return
		}
		m.employ(e)
	}
	c := m.begin(e, inv, cold || e.kept != nil && e.invocations == 1)
	if cold {
		m.work.Go(func() { m.tend(e) }) // now: the event need not wait for another thread to wake
	}
	m.await(c, nil)
	settled := m.settled(c)
	tell(answer{result: c.result})
	if cold {
		m.refill(fn)
	}
	if !settled {
		m.settle(c)
	}
}

// open makes an environment. A function that fails to load, or takes too long, is
// loaded again, as on Lambda: that is part of its first invocation, with its timeout. So
// is the only attempt where something was left by an environment that had to end.
func (m *Manager) open(p *pool, fn *Function) (*environment, *initFailure, error) {
	if before := m.inherit(p); before != nil {
		return m.relaunch(p, fn, fn.Timeout, nil, before)
	}
	e, failed, err := m.launch(p, fn, m.cfg.InitTimeout, nil)
	if failed != nil && m.ctx.Err() == nil {
		return m.relaunch(p, fn, fn.Timeout, nil, e.left())
	}
	return e, failed, err
}

// Retire ends the environments of a function, of all its revisions: those that
// wait at once, those at work when they have answered. Invocations that come
// later find new ones.
func (m *Manager) Retire(functionID string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forgetLeftoversLocked(func(key poolKey) bool { return key.id == functionID })
	for key, k := range m.kept {
		if key.id == functionID {
			m.releaseLocked(k, errNotWanted)
		}
	}
	for key, p := range m.pools {
		if key.id == functionID {
			m.retireLocked(p)
		}
	}
}

// Close ends all environments: those that wait at once, those at work when they
// have answered, or when ctx ends. It returns when nothing is left and what was
// printed has been handed over.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return nil
	}
	m.closed = true
	close(m.closing)
	for _, p := range m.pools {
		m.retireLocked(p)
	}
	m.endSparesLocked()
	m.forgetLeftoversLocked(func(poolKey) bool { return true })
	m.mu.Unlock()

	done := make(chan struct{})
	go func() {
		m.work.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	m.stop() // what still works is cut short
	<-done
	m.servers.close()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), appendTimeout)
	defer cancel()
	return errors.Join(m.pump.close(ctx), m.cfg.Driver.Close())
}
