package sandbox

import (
	"runtime"
	"time"
)

// Starting an environment is work for the processor, so a crowd of events that
// find none starts few at a time. The others wait for their turn, or for an
// environment of their function that comes to rest meanwhile, whichever is first.

const (
	// longestTurn is how long a start keeps others from starting while there are processors
	// that have nothing to do. One that takes longer waits for something, as functions do that
	// call others while they load.
	longestTurn = time.Second
	// longestBusyTurn is how long it does so while there are none: then it is short of them, and
	// one more start would make all of them take longer.
	longestBusyTurn = 5 * time.Second
	// idleLook is for how long it is looked at whether there are any, and idleShare how much
	// of that time, of all processors', has to be free, as a divisor.
	idleLook  = 250 * time.Millisecond
	idleShare = 8
)

// turns holds one for each start under way that still is to be waited for.
type turns chan struct{}

func newTurns() turns { return make(turns, 2*runtime.GOMAXPROCS(0)) }

// awaitTurn waits until an event that has a place for a new environment may start it,
// and returns what ends its turn; or it returns an environment that came to rest
// before that, and gives the place back.
func (m *Manager) awaitTurn(p *pool) (_ *environment, end func()) {
	select {
	case m.turns <- struct{}{}:
		return nil, m.beginTurn()
	default:
	}
	m.mu.Lock()
	soon := p.wait()
	m.mu.Unlock()
	select {
	case m.turns <- struct{}{}:
		end = m.beginTurn()
	case e := <-soon:
		m.leave(p)
		return e, nil
	case <-m.ctx.Done():
		end = func() {}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := p.stopWaiting(soon); e != nil {
		m.leaveLocked(p)
		end()
		return e, nil
	}
	return nil, end
}

// beginTurn returns what ends a turn. It ends by itself when it is too long.
func (m *Manager) beginTurn() (end func()) {
	over := make(chan struct{})
	go func() {
		m.awaitTurnsEnd(over)
		<-m.turns
	}()
	return func() { close(over) }
}

// awaitTurnsEnd returns when a turn is over, or too long.
func (m *Manager) awaitTurnsEnd(over <-chan struct{}) {
	wait := func(d time.Duration) (isOver bool) {
		select {
		case <-over:
			return true
		case <-m.cfg.Clock.After(d):
			return false
		}
	}
	if wait(longestTurn) {
		return
	}
	for took := longestTurn; took < longestBusyTurn; took += idleLook {
		before, known := m.idle()
		if !known || wait(idleLook) {
			return
		}
		if after, _ := m.idle(); after-before >= idleLook*time.Duration(runtime.NumCPU())/idleShare {
			return
		}
	}
}
