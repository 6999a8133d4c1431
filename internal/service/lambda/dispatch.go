package lambda

import (
	"bytes"
	"context"
	"time"

	"cloudless/internal/storage/kv"
)

// eventsAtOnce is how many events run at a time. A function may have as many of
// these places as it leaves free: half of them if it is alone, a third each if there are
// two, and so on. So one that is flooded never keeps a newcomer waiting.
const eventsAtOnce = 512

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
		if err := s.dispatchAlone(); err != nil && s.ctx.Err() == nil {
			s.log.Error("events are not dispatched", "err", err)
			s.pause(s.ctx)
		}
	}
}

// dispatchAlone does so while this is the server that may.
func (s *Service) dispatchAlone() error {
	ctx, release, err := s.store.Lease(s.ctx, "lambda/queue")
	if err != nil {
		return err
	}
	defer release()
	if err := s.moveQueue(ctx); err != nil {
		return err
	}
	s.dispatchUntil(ctx)
	return nil
}

// dispatchUntil runs events until ctx ends, and waits for those under way.
func (s *Service) dispatchUntil(ctx context.Context) {
	w := newWork()
	for ctx.Err() == nil {
		wait, err := s.start(ctx, w)
		if err != nil && ctx.Err() == nil {
			s.log.Error("queue of events not read", "err", err)
			wait = s.clock.After(retryStore)
		}
		select {
		case a := <-w.ended:
			w.remove(a)
		case <-s.queued:
		case <-wait:
		case <-ctx.Done():
		}
		w.removeEnded() // all of those, since each start reads the queues
	}
	for len(w.running) > 0 {
		w.remove(<-w.ended)
	}
}

// work is the events under way.
type work struct {
	running map[string]bool // keys of attempts
	of      map[name]int    // how many, by function
	last    name            // the function that was looked at last
	ended   chan *attempts
}

func newWork() *work {
	return &work{running: map[string]bool{}, of: map[name]int{}, ended: make(chan *attempts)}
}

func (w *work) add(a *attempts) {
	w.running[string(a.key())] = true
	w.of[a.owner()]++
}

func (w *work) remove(a *attempts) {
	delete(w.running, string(a.key()))
	if w.of[a.owner()]--; w.of[a.owner()] == 0 {
		delete(w.of, a.owner())
	}
}

func (w *work) removeEnded() {
	for {
		select {
		case a := <-w.ended:
			w.remove(a)
		default:
			return
		}
	}
}

// mayStart reports whether a function may have one more place.
func (w *work) mayStart(owner name) bool {
	free := eventsAtOnce - len(w.running)
	return free > 0 && w.of[owner] < free
}

// retryStore is how long a store that has failed is left alone.
const retryStore = 5 * time.Second

// start starts the events that are due, as many as may run. It returns a
// channel that receives when the next one is due.
func (s *Service) start(ctx context.Context, w *work) (next <-chan time.Time, err error) {
	if len(w.running) == eventsAtOnce {
		return nil, nil
	}
	var due []*attempts
	var soonest time.Time
	err = s.store.View(ctx, func(r kv.Reader) error {
		due, soonest, err = w.pick(r, s.clock.Now())
		return err
	})
	if err != nil {
		for _, a := range due {
			w.remove(a)
		}
		return nil, err
	}
	for _, a := range due {
		go func() {
			s.handle(ctx, a)
			w.ended <- a
		}()
	}
	if !soonest.IsZero() {
		next = s.clock.After(soonest.Sub(s.clock.Now()))
	}
	return next, nil
}

// pick takes events that are due into the work, and returns them and when the
// next one is due, if any. It looks at one function after the other, and begins
// behind the one where it ended: where places are few, each has its turn.
func (w *work) pick(r kv.Reader, now time.Time) (due []*attempts, soonest time.Time, err error) {
	all := allOf("queue")
	behind := all
	if w.last.function != "" {
		behind.Start = queueOf(w.last).End
	}
	for _, part := range []kv.Range{behind, {Start: all.Start, End: behind.Start}} {
		for len(w.running) < eventsAtOnce && bytes.Compare(part.Start, part.End) < 0 {
			a, err := firstOf(r, part)
			if err != nil || a == nil {
				if err != nil {
					return due, soonest, err
				}
				break
			}
			owner := a.owner()
			taken, then, err := w.pickOf(r, owner, now)
			due = append(due, taken...)
			if err != nil {
				return due, soonest, err
			}
			if !then.IsZero() && (soonest.IsZero() || then.Before(soonest)) {
				soonest = then
			}
			part.Start, w.last = queueOf(owner).End, owner
		}
	}
	return due, soonest, nil
}

// pickOf does so for one function.
func (w *work) pickOf(r kv.Reader, owner name, now time.Time) (due []*attempts, next time.Time, err error) {
	for p, err := range r.Scan(queueOf(owner)) {
		if err != nil {
			return due, next, err
		}
		if w.running[string(p.Key)] {
			continue
		}
		if !w.mayStart(owner) {
			return due, next, nil // the end of another one leads back here
		}
		a, err := decodeAttempts(p)
		if err != nil {
			return due, next, err
		}
		if a.due.After(now) {
			return due, a.due, nil
		}
		w.add(a)
		due = append(due, a)
	}
	return due, next, nil
}

// queueOf is the range of a function's queue.
func queueOf(n name) kv.Range { return allOf("queue", n.account, n.region, n.function) }

// firstOf returns the first event of a range, or nil.
func firstOf(r kv.Reader, of kv.Range) (*attempts, error) {
	for p, err := range r.Scan(of) {
		if err != nil {
			return nil, err
		}
		return decodeAttempts(p)
	}
	return nil, nil
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
