package lambda

import (
	"context"
	"time"

	"cloudless/internal/storage/kv"
)

// eventsAtOnce is how many events run at a time.
const eventsAtOnce = 256

// wakeQueue makes the dispatcher look at the queue again.
func (s *Service) wakeQueue() {
	select {
	case s.queued <- struct{}{}:
	default: // it is about to
	}
}

// dispatch runs the events of the queue as they become due, some at a time,
// until the service ends. One server of those that share a store does so.
func (s *Service) dispatch() {
	for s.ctx.Err() == nil {
		ctx, release, err := s.store.Lease(s.ctx, "lambda/queue")
		if err == nil {
			s.dispatchUntil(ctx)
			release()
		} else if s.ctx.Err() == nil {
			s.log.Error("events are not dispatched", "err", err)
			s.pause(s.ctx)
		}
	}
}

// dispatchUntil runs events until ctx ends, and waits for those under way.
func (s *Service) dispatchUntil(ctx context.Context) {
	running := map[string]bool{} // keys of attempts
	ended := make(chan string)
	for ctx.Err() == nil {
		wait, err := s.start(ctx, running, ended)
		if err != nil && ctx.Err() == nil {
			s.log.Error("queue of events not read", "err", err)
			wait = s.clock.After(retryStore)
		}
		select {
		case key := <-ended:
			delete(running, key)
		case <-s.queued:
		case <-wait:
		case <-ctx.Done():
		}
	}
	for len(running) > 0 {
		delete(running, <-ended)
	}
}

// retryStore is how long a store that has failed is left alone.
const retryStore = 5 * time.Second

// start starts the events that are due, as many as may run. It returns a
// channel that receives when the next one is due.
func (s *Service) start(ctx context.Context, running map[string]bool, ended chan<- string) (next <-chan time.Time, err error) {
	if len(running) == eventsAtOnce {
		return nil, nil
	}
	now := s.clock.Now()
	var due []*attempts
	err = s.store.View(ctx, func(r kv.Reader) error {
		for p, err := range r.Scan(allOf("due")) {
			if err != nil {
				return err
			}
			if running[string(p.Key)] {
				continue
			}
			if len(running)+len(due) == eventsAtOnce {
				return nil
			}
			a, err := decodeAttempts(p)
			if err != nil {
				return err
			}
			if a.due.After(now) {
				next = s.clock.After(a.due.Sub(s.clock.Now()))
				return nil
			}
			due = append(due, a)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, a := range due {
		key := string(a.key())
		running[key] = true
		go func() {
			s.handle(ctx, a)
			ended <- key
		}()
	}
	return next, nil
}

// handle tries an event once. Where the outcome cannot be noted, the event
// stays as it was and is left alone for a while.
func (s *Service) handle(ctx context.Context, a *attempts) {
	if err := s.try(ctx, a); err != nil && s.ctx.Err() == nil && ctx.Err() == nil {
		s.log.Error("event not ended", "request_id", a.ID, "err", err)
		s.pause(ctx)
	}
}

// pause gives a store that has failed some time.
func (s *Service) pause(ctx context.Context) {
	select {
	case <-s.clock.After(retryStore):
	case <-ctx.Done():
	}
}
