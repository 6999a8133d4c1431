package sandbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Provisioned environments are started before there is an event for them, and
// kept: they are not ended for being idle nor to make room, and whatever ends
// them, others take their places. Events beyond their number get environments
// as if there were none provisioned.

const (
	// provisionedInit is how long a function may take to load then, if its own
	// timeout is not longer, as on Lambda.
	provisionedInit = 130 * time.Second

	// refreshMargin is how long before its credentials are too old an environment
	// is replaced: the new one is there before the old one goes.
	refreshMargin = time.Minute

	// A kept environment that ended sooner than steadyAfter counts as a failure;
	// after failures the next attempt waits, up to maxReplaceDelay.
	steadyAfter     = 10 * time.Second
	maxReplaceDelay = time.Minute

	// provisionAtOnce is how many are started at a time, of all functions: events
	// that wait come first.
	provisionAtOnce = 2
)

var errNotWanted = errors.New("these environments are not to be kept any longer")

// keep is how many environments of a revision of a function are kept. All of it
// is guarded by Manager.mu.
type keep struct {
	key      poolKey
	fn       Function
	wanted   int
	have     []*environment // started, and not ended
	making   int
	complete bool          // all of them have been there once
	failures int           // in a row
	failed   error         // why there are fewer than was asked for
	changed  chan struct{} // closed and replaced when any of this changes
}

// Provision keeps n environments of a function started from now on, 0 being none.
// What it returns waits until they are there; its error says why they cannot be: then
// as many are kept as could be started.
func (m *Manager) Provision(fn Function, n int) (wait func(context.Context) error) {
	k, err := m.want(&fn, n)
	return func(ctx context.Context) error {
		if k == nil {
			return err
		}
		return m.awaitKept(ctx, k)
	}
}

// awaitKept waits until all environments are there that are wanted.
func (m *Manager) awaitKept(ctx context.Context, k *keep) error {
	for {
		m.mu.Lock()
		failed, there, changed := k.failed, len(k.have) >= k.wanted, k.changed
		if failed == nil && m.kept[k.key] != k {
			failed = errNotWanted
		}
		m.mu.Unlock()
		if failed != nil || there {
			return failed
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Provisioned returns how many environments of a function are started and kept.
func (m *Manager) Provisioned(functionID string) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, k := range m.kept {
		if key.id == functionID {
			n += min(len(k.have), k.wanted)
		}
	}
	return n
}

// want sets how many are to be kept. It returns nil if that is none.
func (m *Manager) want(fn *Function, n int) (*keep, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	key := poolKey{fn.ID, fn.Revision}
	k := m.kept[key]
	if n <= 0 {
		if k != nil {
			m.releaseLocked(k, nil)
		}
		return nil, nil
	}
	if k == nil {
		k = &keep{key: key, changed: make(chan struct{})}
		m.kept[key] = k
	}
	k.fn, k.wanted, k.complete, k.failed = *fn, n, n <= len(k.have), nil
	m.trimLocked(k)
	m.fillLocked(k)
	return k, nil
}

// releaseLocked ends the keeping, for a reason or none.
func (m *Manager) releaseLocked(k *keep, reason error) {
	delete(m.kept, k.key)
	k.wanted, k.failed = 0, reason
	m.trimLocked(k)
	k.changedLocked()
}

func (k *keep) changedLocked() {
	close(k.changed)
	k.changed = make(chan struct{})
}

// lastingLocked counts those that are not about to be replaced.
func (k *keep) lastingLocked() (n int) {
	for _, e := range k.have {
		if !e.leaving {
			n++
		}
	}
	return n
}

// surplusLocked reports whether an environment may go that is there.
func (k *keep) surplusLocked(e *environment) bool {
	return e.leaving && len(k.have) > k.wanted || k.lastingLocked() > k.wanted
}

// trimLocked ends environments beyond those wanted. Those at work go later.
func (m *Manager) trimLocked(k *keep) {
	idle := slices.Clone(k.have)
	slices.SortStableFunc(idle, func(a, b *environment) int { return boolOrder(b.leaving) - boolOrder(a.leaving) })
	for _, e := range idle {
		if e.state == Idle && k.surplusLocked(e) {
			e.pool.idle = slices.DeleteFunc(e.pool.idle, func(o *environment) bool { return o == e })
			m.discardLocked(e)
		}
	}
}

func boolOrder(b bool) int {
	if b {
		return 1
	}
	return 0
}

// fillLocked begins to make those that are missing.
func (m *Manager) fillLocked(k *keep) {
	for m.kept[k.key] == k && !m.closed && k.lastingLocked()+k.making < k.wanted {
		k.making++
		delay := k.delay()
		m.work.Go(func() { m.provide(k, delay) })
	}
}

// delay is how long the next attempt waits.
func (k *keep) delay() time.Duration {
	if k.failures == 0 {
		return 0
	}
	return min(time.Second<<min(k.failures-1, 10), maxReplaceDelay)
}

// provide makes one environment. What goes wrong ends the keeping, or, once all
// were there, is tried again.
func (m *Manager) provide(k *keep, delay time.Duration) {
	e, err := m.makeKept(k, delay)
	m.mu.Lock()
	defer m.mu.Unlock()
	k.making--
	switch {
	case e != nil && (m.closed || e.pool.retired):
		m.discardLocked(e)
		k.changedLocked()
	case e != nil:
		k.have = append(k.have, e)
		k.complete = k.complete || len(k.have) >= k.wanted
		m.work.Go(func() { m.tend(e) })
		m.offerLocked(e)
		m.trimLocked(k)
		k.changedLocked()
	case m.kept[k.key] != k || m.closed || errors.Is(err, errNotWanted):
	case k.complete:
		m.cfg.Log.Warn("a provisioned environment is missing", "function", k.fn.Name, "err", err)
		k.failures++
		m.fillLocked(k)
	case len(k.have)+k.making > 0: // fewer, then
		k.wanted, k.failed = len(k.have)+k.making, err
		k.complete = len(k.have) >= k.wanted
		k.changedLocked()
	default:
		m.releaseLocked(k, err)
	}
}

// makeKept makes an environment when it is its turn, if it is still wanted then.
func (m *Manager) makeKept(k *keep, delay time.Duration) (*environment, error) {
	if delay > 0 {
		select {
		case <-m.cfg.Clock.After(delay):
		case <-m.closing:
			return nil, ErrClosed
		}
	}
	select {
	case m.provisioning <- struct{}{}:
		defer func() { <-m.provisioning }()
	case <-m.closing:
		return nil, ErrClosed
	}
	m.mu.Lock()
	if m.kept[k.key] != k || k.lastingLocked() >= k.wanted {
		m.mu.Unlock()
		return nil, errNotWanted
	}
	fn := k.fn
	p, err := m.reserveLocked(&fn)
	m.mu.Unlock()
	if err != nil {
		return nil, err
	}
	e, failed, err := m.relaunch(p, &fn, max(provisionedInit, fn.Timeout), k, m.inherit(p))
	if failed != nil {
		m.leaveBehind(e)
		err = fmt.Errorf("the function could not be loaded: %s", m.initFailed(e, "", failed).payload)
	}
	if err != nil {
		m.leave(p)
		return nil, err
	}
	return e, nil
}

// lostLocked notes that a kept environment ends, and replaces it.
func (m *Manager) lostLocked(e *environment) {
	k := e.kept
	before := len(k.have)
	k.have = slices.DeleteFunc(k.have, func(o *environment) bool { return o == e })
	if len(k.have) == before {
		return // it was not one of them yet
	}
	if m.cfg.Clock.Now().Sub(e.started) < steadyAfter && k.lastingLocked() < k.wanted {
		k.failures++
	} else {
		k.failures = 0
	}
	m.fillLocked(k)
	k.changedLocked()
}

// refreshLocked replaces a kept environment whose credentials end soon. It
// returns how long it can stay as it is, at most longest.
func (m *Manager) refreshLocked(e *environment, now time.Time, longest time.Duration) time.Duration {
	if e.expires.IsZero() || e.leaving {
		return longest
	}
	left := e.expires.Add(-e.fn.Timeout - credentialsMargin - refreshMargin).Sub(now)
	if left > 0 {
		return min(left, longest)
	}
	e.leaving = true
	m.fillLocked(e.kept)
	return longest
}

// initialization is how the environment came to be, in Lambda's words.
func (e *environment) initialization() string {
	if e.kept != nil {
		return "provisioned-concurrency"
	}
	return "on-demand"
}
