package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"cloudless/internal/sandbox/runtimeapi"
)

const (
	// deliveryTime is how long an extension may take to accept a delivery; after
	// failures the next attempt waits, from firstRetry doubled up to lastRetry.
	deliveryTime = 5 * time.Second
	firstRetry   = 50 * time.Millisecond
	lastRetry    = 2 * time.Second
)

// subscriber is one extension that is told what happens. It gathers, and sends
// what it has gathered when there is enough or some time has passed.
type subscriber struct {
	telemetry *telemetry
	sub       runtimeapi.Subscription
	ctx       context.Context
	stop      context.CancelFunc
	kick      chan struct{} // holds one: there is something new to look at
	client    http.Client   // for HTTP
	conn      net.Conn      // for TCP, once it is there; run's alone

	mu       sync.Mutex
	queue    [][]byte
	bytes    int
	since    time.Time // when the first of the queue came
	hurry    bool      // it is to be sent at once
	sending  bool
	dropped  int // since the last time that this was told
	lost     int // bytes of these
	emptying []chan struct{}
}

func newSubscriber(t *telemetry, sub runtimeapi.Subscription) *subscriber {
	s := &subscriber{telemetry: t, sub: sub, kick: make(chan struct{}, 1)}
	s.ctx, s.stop = context.WithCancel(t.ctx)
	s.client.Transport = &http.Transport{
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return t.box.Dial(ctx, sub.Port) },
		DisableKeepAlives: true, // a connection would be frozen with the environment
	}
	return s
}

// offer takes an event, if the extension wants it. One that does not keep up loses
// some, so that memory stays bounded.
func (s *subscriber) offer(h *happening) {
	data := h.of(&s.sub)
	if data == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) > 0 && (s.bytes+len(data) > 2*s.sub.MaxBytes || len(s.queue) >= 2*s.sub.MaxItems) {
		s.dropped++
		s.lost += len(data)
		return
	}
	if len(s.queue) == 0 {
		s.since = s.telemetry.clock.Now()
	}
	s.queue = append(s.queue, data)
	s.bytes += len(data)
	s.wake()
}

func (s *subscriber) wake() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// flush asks for the queue to be sent at once. What it returns is closed when
// nothing is left of it.
func (s *subscriber) flush() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	empty := make(chan struct{})
	if len(s.queue) == 0 && !s.sending {
		close(empty)
		return empty
	}
	s.hurry = true
	s.emptying = append(s.emptying, empty)
	s.wake()
	return empty
}

// run sends until the subscription ends.
func (s *subscriber) run() {
	defer func() {
		if s.conn != nil {
			s.conn.Close()
		}
	}()
	for {
		batch, wait := s.take()
		if batch != nil {
			if !s.deliver(batch) {
				return
			}
			continue
		}
		var due <-chan time.Time
		if wait > 0 {
			due = s.telemetry.clock.After(wait)
		}
		select {
		case <-s.kick:
		case <-due:
		case <-s.ctx.Done():
			return
		}
	}
}

// take returns what is due to be sent, or how long to wait for it: 0 is until there
// is anything.
func (s *subscriber) take() (batch [][]byte, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sending = false
	if len(s.queue) == 0 {
		s.hurry = false
		for _, empty := range s.emptying {
			close(empty)
		}
		s.emptying = nil
		return nil, 0
	}
	left := s.sub.Timeout - s.telemetry.clock.Now().Sub(s.since)
	if left > 0 && !s.hurry && len(s.queue) < s.sub.MaxItems && s.bytes < s.sub.MaxBytes {
		return nil, left
	}
	batch, s.queue, s.bytes, s.sending = s.queue, nil, 0, true
	if s.dropped > 0 {
		e := droppedEvent(s.dropped, s.lost)
		h := happening{at: s.telemetry.clock.Now(), kind: e.kind, platformEvent: e}
		if data := h.of(&s.sub); data != nil {
			batch = append(batch, data)
		}
		s.dropped, s.lost = 0, 0
	}
	return batch, 0
}

// deliver sends a batch until the extension takes it, and reports whether it did
// before the subscription ended.
func (s *subscriber) deliver(batch [][]byte) bool {
	for delay := firstRetry; ; delay = min(2*delay, lastRetry) {
		err := s.telemetry.send(s.ctx, func() error {
			ctx, cancel := context.WithTimeout(s.ctx, deliveryTime)
			defer cancel()
			if s.sub.TCP {
				return s.sendLines(ctx, batch)
			}
			return s.post(ctx, batch)
		})
		if err == nil {
			return true
		}
		select {
		case <-s.telemetry.clock.After(delay):
		case <-s.ctx.Done():
			return false
		}
	}
}

// post sends a batch as one array, by HTTP.
func (s *subscriber) post(ctx context.Context, batch [][]byte) error {
	body := bytes.Join(batch, []byte(","))
	body = append(append([]byte("["), body...), ']')
	url := fmt.Sprintf("http://sandbox.localdomain:%d%s", s.sub.Port, s.sub.Path)
	req, err := http.NewRequestWithContext(ctx, s.sub.Method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the extension is not cut short
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the extension answers %s", resp.Status)
	}
	return nil
}

// sendLines sends a batch as lines, by TCP.
func (s *subscriber) sendLines(ctx context.Context, batch [][]byte) error {
	if s.conn == nil {
		conn, err := s.telemetry.box.Dial(ctx, s.sub.Port)
		if err != nil {
			return err
		}
		s.conn = conn
	}
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer stop()
	_, err := s.conn.Write(append(bytes.Join(batch, []byte("\n")), '\n'))
	if err != nil {
		s.conn.Close()
		s.conn = nil
	}
	return err
}
