package sandbox

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"cloudless/internal/clock"
	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/runtimeapi"
)

const (
	// What is kept of a start, for extensions that subscribe during it.
	maxEarlyEvents = 1000
	maxEarlyBytes  = 256 << 10

	// lastWords is how long what was gathered may take to be sent, before
	// extensions are told that the environment ends, and after they have ended.
	lastWords = 300 * time.Millisecond
)

// happening is one event, or one line that was printed.
type happening struct {
	at   time.Time
	kind string // "function", "extension", or a platformEvent's
	platformEvent
	object json.RawMessage // a line that is a JSON object, in a log that is JSON
	size   int             // about
}

// of returns the event as a subscription gets it, or nil if it does not.
func (h *happening) of(s *runtimeapi.Subscription) []byte {
	if !wants(s, h.kind) {
		return nil
	}
	record := h.record
	if h.object != nil && s.Schema >= "2022-12-13" {
		record = h.object
	}
	if s.Logs {
		if record = h.logsRecord; h.newLogs && s.Schema < "2021-03-18" {
			return nil
		}
	}
	if record == nil {
		return nil
	}
	return envelope(h.at, h.kind, record)
}

// telemetry is what the extensions of one environment are told of it.
type telemetry struct {
	clock clock.Clock
	box   driver.Dialer // nil: nobody can be told anything
	ctx   context.Context
	stop  context.CancelFunc
	work  sync.WaitGroup

	mu          sync.Mutex
	starting    bool // what happens is kept for those who subscribe later
	early       []happening
	earlyBytes  int
	subscribers map[string]*subscriber // by extension
	sending     int                    // deliveries under way
	frozen      chan struct{}          // closed when the environment thaws; nil: it is not frozen
}

func newTelemetry(c clock.Clock, box driver.Environment) *telemetry {
	t := &telemetry{clock: c, starting: true, subscribers: make(map[string]*subscriber)}
	t.box, _ = box.(driver.Dialer)
	t.ctx, t.stop = context.WithCancel(context.Background())
	return t
}

// forget drops what has happened: it was of no function yet.
func (t *telemetry) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.early, t.earlyBytes = nil, 0
}

// started says that the start is over. Nobody subscribes after it.
func (t *telemetry) started() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.starting, t.early = false, nil
}

// heard reports whether anybody may hear of what happens.
func (t *telemetry) heard() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.starting && t.box != nil || len(t.subscribers) > 0
}

// publish tells of something. It never waits.
func (t *telemetry) publish(h happening) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.starting && t.box != nil && len(t.early) < maxEarlyEvents && t.earlyBytes+h.size <= maxEarlyBytes {
		t.early = append(t.early, h)
		t.earlyBytes += h.size
	}
	for _, s := range t.subscribers {
		s.offer(&h)
	}
}

// subscribe begins to tell an extension, from the start on. It reports whether the
// extension had subscribed before: then the new subscription counts.
func (t *telemetry) subscribe(sub runtimeapi.Subscription) (again bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old, again := t.subscribers[sub.Extension]
	s := newSubscriber(t, sub)
	if again {
		old.stop()
	} else {
		for i := range t.early {
			s.offer(&t.early[i])
		}
	}
	t.subscribers[sub.Extension] = s
	t.work.Go(s.run)
	return again
}

// freeze stops deliveries, and reports whether none is under way: an extension
// must not be stopped in the middle of one.
func (t *telemetry) freeze() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sending > 0 {
		return false
	}
	if t.frozen == nil {
		t.frozen = make(chan struct{})
	}
	return true
}

// thaw lets them go on.
func (t *telemetry) thaw() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.frozen != nil {
		close(t.frozen)
		t.frozen = nil
	}
}

// send does a delivery while the environment is not frozen.
func (t *telemetry) send(ctx context.Context, deliver func() error) error {
	t.mu.Lock()
	for t.frozen != nil {
		thawed := t.frozen
		t.mu.Unlock()
		select {
		case <-thawed:
		case <-ctx.Done():
			return ctx.Err()
		}
		t.mu.Lock()
	}
	t.sending++
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.sending--
	}()
	return deliver()
}

// flush sends what was gathered, and returns when it has arrived or some time has
// passed.
func (t *telemetry) flush(cut <-chan struct{}) {
	t.mu.Lock()
	var empty []<-chan struct{}
	for _, s := range t.subscribers {
		empty = append(empty, s.flush())
	}
	t.mu.Unlock()
	if len(empty) == 0 {
		return
	}
	over := t.clock.After(lastWords)
	for _, e := range empty {
		select {
		case <-e:
		case <-over:
			return
		case <-cut:
			return
		}
	}
}

// close ends all deliveries.
func (t *telemetry) close() {
	t.stop()
	t.work.Wait()
}
