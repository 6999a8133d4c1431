package sandbox

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// A spare is an environment that waits for a function: with its runtime loaded,
// or, where a process needs to know its function from the start, as a place without
// one. It has nothing of any function, becomes one function's, and stays
// that. Which function that will be is unknown, but not of which kind: the limits
// of an environment hold from its first moment.

// spareKind tells apart spares.
type spareKind struct {
	runtime  string
	memoryMB int
	tmpMB    int
	vacant   bool // no process runs in it, whatever the runtime can do
}

// spares are those of one manager. All of it is guarded by Manager.mu.
type spares struct {
	ctx   context.Context // ends when none is made any more
	stop  context.CancelFunc
	kinds map[spareKind]*spareLine
	turn  chan struct{} // holds one: they are made one after the other
}

// spareLine is the spares of one kind.
type spareLine struct {
	waiting []*environment // oldest first
	making  int
	wanted  int
	used    time.Time // when a function of this kind was last invoked
}

// takeTurn waits until nobody else makes one, and returns what ends the turn.
func (s *spares) takeTurn(ctx context.Context) (end func(), err error) {
	select {
	case s.turn <- struct{}{}:
		return func() { <-s.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func newSpares(ctx context.Context) spares {
	ctx, stop := context.WithCancel(ctx)
	return spares{ctx: ctx, stop: stop, kinds: make(map[spareKind]*spareLine), turn: make(chan struct{}, 1)}
}

// readAtStart are the variables that a process reads once, when it starts, by
// name or, ending in *, by how they begin. A function that sets one needs a
// process of its own from the start.
var readAtStart = []string{
	"NODE_*", "PYTHON*", "RUBY*", "GEM_*", "BUNDLE_*", "LD_*", "V8_*", "UV_*", "MALLOC_*", "GLIBC_*", "OPENSSL_*", "SSL_*", "LC_*", "LANG", "LANGUAGE", "TZ",
	"AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "GCONV_PATH", "ICU_*", "RES_OPTIONS", "HOSTALIASES", execWrapper,
}

// readLater are those of them that are read whenever they are needed.
var readLater = []string{"NODE_ENV", "NODE_TLS_REJECT_UNAUTHORIZED"}

// kindOf says which spares can become a function's.
func kindOf(fn *Function) spareKind {
	k := spareKind{runtime: fn.Runtime, memoryMB: fn.MemoryMB, tmpMB: fn.tmpMB()}
	for name := range fn.Environment {
		if slices.Contains(readLater, name) {
			continue
		}
		for _, early := range readAtStart {
			prefix, many := strings.CutSuffix(early, "*")
			if name == early || many && strings.HasPrefix(name, prefix) {
				k.vacant = true
			}
		}
	}
	return k
}

// touch notes that a function of a kind is invoked.
func (s *spares) touch(k spareKind, now time.Time) {
	if line := s.kinds[k]; line != nil {
		line.used = now
	}
}

// status tells of those that there are, by kind.
func (s *spares) status() (all []SpareStatus) {
	for k, line := range s.kinds {
		if len(line.waiting)+line.making > 0 {
			all = append(all, SpareStatus{
				Runtime: k.runtime, MemoryMB: k.memoryMB, TmpMB: k.tmpMB, Waiting: len(line.waiting), Making: line.making,
			})
		}
	}
	slices.SortFunc(all, func(a, b SpareStatus) int {
		return cmp.Or(cmp.Compare(a.Runtime, b.Runtime), cmp.Compare(a.MemoryMB, b.MemoryMB), cmp.Compare(a.TmpMB, b.TmpMB))
	})
	return all
}

// takeSpare returns a spare for a function of a pool, or nil.
func (m *Manager) takeSpare(p *pool) *environment {
	m.mu.Lock()
	defer m.mu.Unlock()
	line := m.spares.kinds[p.kind]
	if line == nil {
		return nil
	}
	if len(line.waiting) == 0 {
		line.wanted++ // there are too few, it seems; refill knows the limit
		return nil
	}
	e := line.waiting[0]
	line.waiting = line.waiting[1:]
	close(e.taken)
	if e.frozen {
		e.frozen = false
		_ = e.box.Thaw() // if it has ended, its adoption finds out
	}
	return e
}

// refill makes the spares that a function's kind should have, after one of its
// events was answered by a new environment. Not before: the event comes first.
func (m *Manager) refill(fn *Function) {
	kind := kindOf(fn)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.compileLocked(fn.Runtime)
	if m.closed || m.cfg.MaxSpares <= 0 || !m.cfg.Driver.Isolated() {
		return
	}
	line := m.spares.kinds[kind]
	if line == nil {
		line = &spareLine{wanted: 1}
		m.spares.kinds[kind] = line
	}
	line.used = m.cfg.Clock.Now()
	line.wanted = min(line.wanted, m.cfg.MaxSpares)
	for len(line.waiting)+line.making < line.wanted && m.roomForSpareLocked(line) {
		line.making++
		m.work.Go(func() { m.addSpare(kind, line, fn.Region) })
	}
}

// roomForSpareLocked reports whether there may be one more spare, if need be at
// the price of one whose kind has been of no use for longest.
func (m *Manager) roomForSpareLocked(but *spareLine) bool {
	total := 0
	var oldest *spareLine
	for _, line := range m.spares.kinds {
		total += len(line.waiting) + line.making
		if line != but && len(line.waiting) > 0 && (oldest == nil || line.used.Before(oldest.used)) {
			oldest = line
		}
	}
	if total < m.cfg.MaxSpares {
		return true
	}
	if oldest == nil {
		return false
	}
	m.dropSpareLocked(oldest, oldest.waiting[0])
	return true
}

// addSpare makes one spare and looks after it until it is taken or too old.
func (m *Manager) addSpare(kind spareKind, line *spareLine, region string) {
	e, err := m.makeSpare(kind, region)
	m.mu.Lock()
	line.making--
	if err != nil || m.closed {
		m.forgetKindLocked(kind, line)
		m.mu.Unlock()
		if err != nil {
			m.cfg.Log.Debug("no environment waits for functions", "runtime", kind.runtime, "err", err)
			return
		}
		e.end()
		return
	}
	line.waiting = append(line.waiting, e)
	m.mu.Unlock()
	m.tendSpare(kind, line, e)
}

func (m *Manager) tendSpare(kind spareKind, line *spareLine, e *environment) {
	wait := m.cfg.FreezeAfter // by then it has done what it still had to do
	for {
		broken := false
		select {
		case <-e.taken:
			return
		case <-e.ended():
			broken = true
		case <-m.cfg.Clock.After(wait):
		}
		m.mu.Lock()
		if !slices.Contains(line.waiting, e) { // taken or dropped meanwhile
			m.mu.Unlock()
			return
		}
		if !e.frozen {
			e.frozen = true
			_ = e.box.Freeze() // if it has ended, we hear of it
		}
		wait = m.cfg.IdleTime - m.cfg.Clock.Now().Sub(line.used)
		if broken || wait <= 0 {
			m.dropSpareLocked(line, e)
			m.forgetKindLocked(kind, line)
			m.mu.Unlock()
			return
		}
		m.mu.Unlock()
	}
}

// dropSpareLocked ends a spare that waits.
func (m *Manager) dropSpareLocked(line *spareLine, e *environment) {
	line.waiting = slices.DeleteFunc(line.waiting, func(o *environment) bool { return o == e })
	line.wanted = max(1, len(line.waiting))
	close(e.taken)
	m.work.Go(e.end)
}

// forgetKindLocked forgets a kind of which nothing is left.
func (m *Manager) forgetKindLocked(kind spareKind, line *spareLine) {
	if len(line.waiting) == 0 && line.making == 0 && m.spares.kinds[kind] == line {
		delete(m.spares.kinds, kind)
	}
}

// endSparesLocked ends all of them, and those being made.
func (m *Manager) endSparesLocked() {
	m.spares.stop()
	for _, line := range m.spares.kinds {
		for len(line.waiting) > 0 {
			m.dropSpareLocked(line, line.waiting[0])
		}
	}
}
