package sandbox

import (
	"runtime"
	"slices"
	"time"
)

// State is what an environment is doing.
type State string

// The states, in the order in which they come.
const (
	Starting State = "starting"
	Busy     State = "busy"
	Settling State = "settling" // it has answered, and does not yet ask for more
	Idle     State = "idle"
	Ending   State = "ending"
)

// poolKey tells apart what may not share environments.
type poolKey struct{ id, revision string }

// pool is the environments of one revision of a function. All of it is guarded
// by Manager.mu.
type pool struct {
	key     poolKey
	kind    spareKind      // of the environments that can become its own
	retired bool           // no environment of it takes another event
	all     []*environment // every one that is there or being made, for those who ask
	idle    []*environment // those that wait, the one used last at the end
	settle  int            // how many are settling
	pace    time.Duration  // how long its events take, of late; 0: not known
	waiters []chan *environment
	live    int // places taken: by environments, and for those to be made
}

// settleGrace is how long an event waits for an environment that has answered
// the event before, and should be ready at any moment, before it gets a new one.
const settleGrace = 20 * time.Millisecond

// take finds an environment for an event: one that waits, or nil and a place for
// a new one.
func (m *Manager) take(fn *Function) (*environment, *pool, error) {
	e, p, soon, err := m.takeNow(fn)
	if soon == nil {
		return e, p, err
	}
	select {
	case e := <-soon:
		return e, p, nil
	case <-m.cfg.Clock.After(settleGrace):
	case <-m.ctx.Done():
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := p.stopWaiting(soon); e != nil {
		return e, p, nil
	}
	if m.closed {
		return nil, nil, ErrClosed
	}
	if e := m.takeIdleLocked(fn); e != nil {
		return e, e.pool, nil
	}
	p, err = m.reserveLocked(fn)
	return nil, p, err
}

// takeNow does the same without waiting. If one should be ready soon, it returns
// a channel that gets it.
func (m *Manager) takeNow(fn *Function) (_ *environment, _ *pool, soon chan *environment, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, nil, nil, ErrClosed
	}
	p := m.poolLocked(fn)
	if p.pace <= quick && p.soonLocked() {
		return nil, p, p.wait(), nil
	}
	if e := m.takeIdleLocked(fn); e != nil {
		return e, e.pool, nil, nil
	}
	p = m.poolLocked(fn) // it was forgotten if its last environment was too old
	m.spares.touch(p.kind, m.cfg.Clock.Now())
	if p.settle > len(p.waiters) || p.soonLocked() {
		return nil, p, p.wait(), nil
	}
	p, err := m.reserveLocked(fn)
	return nil, p, nil, err
}

// noteLocked notes how long an event took. The first of an environment, whose code
// is compiled while it runs, says little of the next.
func (p *pool) noteLocked(c *call) {
	took := max(c.end.report.duration, 1)
	switch {
	case c.first:
	case p.pace == 0:
		p.pace = took
	default:
		p.pace += (took - p.pace) / 8
	}
}

// quick is how long an event takes whose function does little but compute: a crowd
// of environments keeps the cores busy with such, and is not joined by one that
// rests. Those that wait for something themselves may take longer.
const quick = 2 * time.Millisecond

// crowd is how many environments of one function have to be at work before an event
// may wait for one of them: more of them do not do more than the cores can.
func crowd() int { return 2 * runtime.NumCPU() }

// soonLocked reports whether one of a crowd of environments will be ready so soon
// that to start one more would take longer, and take away from the others.
func (p *pool) soonLocked() bool {
	if p.pace == 0 {
		return false
	}
	busy := 0
	for _, e := range p.all {
		if e.state == Busy || e.state == Settling {
			busy++
		}
	}
	return busy >= crowd() && p.pace*time.Duration(len(p.waiters)+1)/time.Duration(busy) < settleGrace/2
}

// takeIdleLocked finds an environment that waits, or returns nil.
func (m *Manager) takeIdleLocked(fn *Function) *environment {
	p := m.pools[poolKey{fn.ID, fn.Revision}]
	if p == nil || len(p.idle) == 0 {
		return nil
	}
	now := m.cfg.Clock.Now()
	m.spares.touch(p.kind, now)
	for len(p.idle) > 0 {
		e := p.takeIdle()
		if e.staleAt(now) {
			m.discardLocked(e)
			continue
		}
		e.workLocked()
		return e
	}
	return nil
}

// wait returns a channel that gets an environment when one comes to rest.
func (p *pool) wait() (soon chan *environment) {
	soon = make(chan *environment, 1)
	p.waiters = append(p.waiters, soon)
	return soon
}

// stopWaiting ends the waiting, and returns the environment that came before, or
// nil.
func (p *pool) stopWaiting(soon chan *environment) *environment {
	select {
	case e := <-soon:
		return e
	default:
	}
	p.waiters = slices.DeleteFunc(p.waiters, func(w chan *environment) bool { return w == soon })
	return nil
}

// takeIdle takes an environment that waits out of the list: a provisioned one, or
// else the one used last, whose memory is warm; the others may become so old that
// they can go.
func (p *pool) takeIdle() *environment {
	i := len(p.idle) - 1
	for j := i; j >= 0; j-- {
		if p.idle[j].kept != nil {
			i = j
			break
		}
	}
	e := p.idle[i]
	p.idle = slices.Delete(p.idle, i, i+1)
	return e
}

// reserveLocked takes a place for a new environment, in the function's pool as it
// is now: the one that was looked through may have been forgotten with its last
// environment, or retired.
func (m *Manager) reserveLocked(fn *Function) (*pool, error) {
	p := m.poolLocked(fn)
	if fn.MaxEnvironments > 0 && p.live >= fn.MaxEnvironments {
		return nil, ErrTooManyEnvironments
	}
	if m.live >= m.cfg.MaxEnvironments && !m.evictLocked() {
		m.forgetLocked(p)
		return nil, ErrNoCapacity
	}
	m.pools[p.key] = p // it was forgotten if what was evicted was its last
	p.live++
	m.live++
	return p, nil
}

// forgetLocked drops a pool in which nothing is left.
func (m *Manager) forgetLocked(p *pool) {
	if p.live == 0 && m.pools[p.key] == p {
		delete(m.pools, p.key)
	}
}

// workLocked wakes an environment for an event.
func (e *environment) workLocked() {
	e.state = Busy
	e.invocations++
	if !e.frozen {
		return // whoever tends it looks again soon by himself
	}
	e.frozen = false
	_ = e.box.Thaw() // if it has ended, the invocation finds out
	e.telemetry.thaw()
	select {
	case e.kick <- struct{}{}:
	default:
	}
}

func (m *Manager) poolLocked(fn *Function) *pool {
	key := poolKey{fn.ID, fn.Revision}
	p, ok := m.pools[key]
	if !ok {
		p = &pool{key: key, kind: kindOf(fn)}
		m.pools[key] = p
	}
	return p
}

// evictLocked ends the environment that has waited longest, to make room.
func (m *Manager) evictLocked() bool {
	var oldest *environment
	for _, p := range m.pools {
		i := slices.IndexFunc(p.idle, func(e *environment) bool { return e.kept == nil })
		if i >= 0 && (oldest == nil || p.idle[i].idleSince.Before(oldest.idleSince)) {
			oldest = p.idle[i]
		}
	}
	if oldest == nil {
		return false
	}
	oldest.pool.idle = slices.DeleteFunc(oldest.pool.idle, func(e *environment) bool { return e == oldest })
	m.discardLocked(oldest)
	return true
}

// enlist notes an environment that is being made.
func (m *Manager) enlist(e *environment) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e.state = Starting
	e.pool.all = append(e.pool.all, e)
}

// employ notes that it has been made, for an event that waits.
func (m *Manager) employ(e *environment) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e.workLocked()
}

// delist forgets one that could not be made. Its place remains.
func (m *Manager) delist(e *environment) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e.state = Ending
	e.pool.delist(e)
}

func (p *pool) delist(e *environment) {
	p.all = slices.DeleteFunc(p.all, func(o *environment) bool { return o == e })
}

// leave gives back the place of an environment.
func (m *Manager) leave(p *pool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leaveLocked(p)
}

func (m *Manager) leaveLocked(p *pool) {
	p.live--
	m.live--
	m.forgetLocked(p)
}

// retireLocked ends the environments of a pool that wait; the others end when
// they have answered.
func (m *Manager) retireLocked(p *pool) {
	p.retired = true
	if m.pools[p.key] == p {
		delete(m.pools, p.key)
	}
	for _, e := range p.idle {
		m.discardLocked(e)
	}
	p.idle = nil
}
