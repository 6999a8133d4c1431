package sandbox

import (
	"slices"

	"cloudless/internal/sandbox/driver"
)

// Lambda does not end an environment whose function timed out, crashed or failed to load:
// it resets it. All processes end, the files in /tmp and the log stream stay, and the
// function is loaded again with the next event that comes there, as part of that
// invocation and within its timeout ("suppressed init"). Here another environment
// takes its place, so that nothing survives but what is meant to.

// leftover is what an environment has left for the one that takes its place.
type leftover struct {
	key    poolKey
	stream string         // its log goes on
	tmp    driver.Remains // nil: there is nothing
	gone   chan struct{}  // closed when it is used or given up
}

// keep has what cannot go on leave its files. They are there once its box is Done.
func (e *environment) keep() {
	switch {
	case e.box != nil:
		e.remains = e.box.Keep()
	case e.inherits != nil: // it did not come to use them
		e.remains, e.inherits = e.inherits, nil
	}
}

// left returns what has been kept of an environment that has ended.
func (e *environment) left() *leftover {
	return &leftover{key: e.pool.key, stream: e.stream, tmp: e.remains, gone: make(chan struct{})}
}

// drop gives it up.
func (l *leftover) drop() {
	if l.tmp != nil {
		l.tmp.Drop()
	}
}

// leaveBehind offers what an environment that has ended has kept to one that is made for the
// same revision of its function.
func (m *Manager) leaveBehind(e *environment) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leaveBehindLocked(e)
}

func (m *Manager) leaveBehindLocked(e *environment) {
	if e.remains == nil {
		return
	}
	l := e.left()
	e.remains = nil
	if m.closed || e.pool.retired {
		m.work.Go(l.drop)
		return
	}
	for len(m.leftovers) > 0 && m.live+len(m.leftovers) >= m.cfg.MaxEnvironments {
		m.giveUpLocked(m.leftovers[0])
	}
	m.leftovers = append(m.leftovers, l)
	m.work.Go(func() { m.expire(l) })
}

// resetLocked ends what has kept its files. Whoever is told of the failure, and tries
// again at once, is to find them: they are there already, unless extensions have their last word.
func (m *Manager) resetLocked(e *environment) {
	select {
	case <-e.box.Done():
		m.leaveBehindLocked(e)
		m.work.Go(e.end)
	default:
		m.work.Go(func() {
			e.end()
			m.leaveBehind(e)
		})
	}
}

// expire gives up what nobody has used for as long as an environment waits.
func (m *Manager) expire(l *leftover) {
	select {
	case <-l.gone:
		return
	case <-m.cfg.Clock.After(m.cfg.IdleTime):
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if slices.Contains(m.leftovers, l) {
		m.giveUpLocked(l)
	}
}

// inherit returns what was left last for an environment of a pool, or nil.
func (m *Manager) inherit(p *pool) *leftover {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range slices.Backward(m.leftovers) {
		if l.key == p.key {
			m.removeLocked(l)
			return l
		}
	}
	return nil
}

// giveUpLocked gives up one that is offered. Its files may be many.
func (m *Manager) giveUpLocked(l *leftover) {
	m.removeLocked(l)
	m.work.Go(l.drop)
}

func (m *Manager) removeLocked(l *leftover) {
	m.leftovers = slices.DeleteFunc(m.leftovers, func(o *leftover) bool { return o == l })
	close(l.gone)
}

// forgetLeftoversLocked gives up those of some functions.
func (m *Manager) forgetLeftoversLocked(of func(poolKey) bool) {
	for _, l := range slices.Clone(m.leftovers) {
		if of(l.key) {
			m.giveUpLocked(l)
		}
	}
}
