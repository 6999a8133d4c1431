package sandbox

import (
	"runtime/debug"
	"slices"
	"time"

	"cloudless/internal/sandbox/driver"
)

// What becomes of an environment between events: it rests, it is frozen, and ends when
// nobody needs it.

// answered notes that an environment has answered.
func (m *Manager) answered(e *environment) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e.state = Settling
	e.pool.settle++
}

// give takes an environment back after an event, and ends it if it cannot take
// another.
func (m *Manager) give(c *call, rested bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, p := c.e, c.e.pool
	p.noteLocked(c)
	if e.state == Settling {
		p.settle--
	}
	if !rested || p.retired || m.closed || e.staleAt(m.cfg.Clock.Now()) || e.kept != nil && e.kept.surplusLocked(e) {
		m.discardLocked(e)
		return
	}
	m.offerLocked(e)
}

// offerLocked gives an environment that rests to an event that waits for it, or
// lets it wait for one.
func (m *Manager) offerLocked(e *environment) {
	p := e.pool
	if len(p.waiters) > 0 {
		e.workLocked()
		p.waiters[0] <- e
		p.waiters = p.waiters[1:]
		return
	}
	e.state = Idle
	e.idleSince = m.cfg.Clock.Now()
	p.idle = append(p.idle, e)
}

// discardLocked ends an environment that is in no list of those that wait.
func (m *Manager) discardLocked(e *environment) {
	e.state = Ending
	e.pool.delist(e)
	m.leaveLocked(e.pool)
	if e.kept != nil {
		m.lostLocked(e)
	}
	switch {
	case e.remains != nil:
		m.resetLocked(e)
	case e.frozen:
		m.work.Go(func() { m.endLater(e) })
	default:
		m.work.Go(e.end)
	}
}

// tend looks after one environment while it lives: says that it has started, freezes it
// when it waits, ends it when it has waited too long or has died.
func (m *Manager) tend(e *environment) {
	if box, ok := e.box.(driver.Settler); ok {
		box.Settle()
	}
	wait := m.cfg.FreezeAfter
	for {
		select {
		case <-e.ended():
			if len(e.companions) == 0 {
				<-e.box.Done() // at once: what it leaves can be used
			}
			m.bury(e)
			return
		case <-e.kick:
			wait = m.cfg.FreezeAfter
			continue
		case <-m.cfg.Clock.After(wait):
		}
		var ended bool
		if wait, ended = m.look(e); ended {
			return
		}
	}
}

// look freezes or ends an environment if it is time to, and returns when to look
// again.
func (m *Manager) look(e *environment) (again time.Duration, ended bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch e.state {
	case Ending:
		return 0, true
	case Idle:
	default:
		return m.cfg.FreezeAfter, false
	}
	now := m.cfg.Clock.Now()
	idle := now.Sub(e.idleSince)
	if idle >= m.cfg.IdleTime && e.kept == nil {
		e.pool.idle = slices.DeleteFunc(e.pool.idle, func(o *environment) bool { return o == e })
		m.discardLocked(e)
		if m.live == 0 {
			// Nobody has needed a function for long, so a collection disturbs nobody, and
			// what the environments' comings and goings have left can be given back.
			m.work.Go(debug.FreeOSMemory)
		}
		return 0, true
	}
	if idle >= m.cfg.FreezeAfter && !e.frozen && e.telemetry.freeze() {
		e.frozen = true
		_ = e.box.Freeze() // if it has ended, we hear of it
	}
	if !e.frozen {
		return max(m.cfg.FreezeAfter-idle, m.cfg.FreezeAfter/4), false
	}
	if e.kept != nil {
		return m.refreshLocked(e, now, m.cfg.IdleTime), false
	}
	return m.cfg.IdleTime - idle, false
}

// bury forgets an environment that died while it waited. One that died at work
// is its invocation's concern.
func (m *Manager) bury(e *environment) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e.state == Idle {
		e.pool.idle = slices.DeleteFunc(e.pool.idle, func(o *environment) bool { return o == e })
		e.keep()
		m.discardLocked(e)
	}
}
