package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cloudless/internal/awserr"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// An event of type Event is tried three times: again after a minute, and again
// after two, as AWS does; one that Lambda itself could not run, for six hours.
const (
	maxAttempts = 3
	maxEventAge = 6 * time.Hour
)

var retryDelays = []time.Duration{0, time.Minute, 2 * time.Minute}

// event is an accepted event, until it has ended.
type event struct {
	FormatVersion int       `json:"v"`
	ID            string    `json:"id"` // the request id
	Account       string    `json:"account"`
	Region        string    `json:"region"`
	Function      string    `json:"function"`
	ARN           string    `json:"arn"` // as it was invoked
	Payload       []byte    `json:"payload"`
	ClientContext string    `json:"clientContext,omitempty"`
	Accepted      time.Time `json:"accepted"`
	Attempts      int       `json:"attempts"` // that have failed
	Due           time.Time `json:"due"`
}

func (e *event) key() []byte { return keys.Encode(root, "event", e.Account, e.Region, e.ID) }

// queue accepts an event: it is durable when queue returns.
func (s *Service) queue(ctx context.Context, f *function, in Invocation) error {
	now := s.clock.Now()
	e := &event{
		FormatVersion: 1, ID: in.RequestID, Account: f.Account, Region: f.Region, Function: f.Name, ARN: in.ARN,
		Payload: in.Payload, ClientContext: in.ClientContext, Accepted: now, Due: now,
	}
	if err := s.writeEvent(ctx, e); err != nil {
		return err
	}
	s.handle(e)
	return nil
}

func (s *Service) writeEvent(ctx context.Context, e *event) error {
	value, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{e.key()}}, func(tx kv.Tx) error {
		tx.Set(e.key(), value)
		return nil
	})
}

func (s *Service) removeEvent(ctx context.Context, e *event) error {
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{e.key()}}, func(tx kv.Tx) error {
		tx.Delete(e.key())
		return nil
	})
}

// resumeEvents takes up the events that an earlier server had accepted.
func (s *Service) resumeEvents(ctx context.Context) error {
	return s.store.View(ctx, func(r kv.Reader) error {
		for p, err := range r.Scan(kv.Prefix(keys.Encode(root, "event"))) {
			if err != nil {
				return err
			}
			e := &event{}
			if err := json.Unmarshal(p.Value, e); err != nil {
				return fmt.Errorf("lambda event: %w", err)
			}
			s.handle(e)
		}
		return nil
	})
}

// handle tries an event, in the background, until it has ended.
func (s *Service) handle(e *event) {
	s.background.Go(func() {
		for {
			if !s.waitFor(e) {
				return
			}
			again, err := s.try(e)
			<-s.credits
			if err != nil {
				if s.ctx.Err() == nil {
					s.log.Error("event not ended", "request_id", e.ID, "err", err)
				}
				return // it is still queued; the next start takes it up
			}
			if !again {
				return
			}
		}
	})
}

// waitFor waits until the event is due and may run; false if the service ends.
func (s *Service) waitFor(e *event) bool {
	select {
	case <-s.clock.After(e.Due.Sub(s.clock.Now())):
	case <-s.ctx.Done():
		return false
	}
	select {
	case s.credits <- struct{}{}:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// try runs the event once and notes what came of it.
func (s *Service) try(e *event) (again bool, err error) {
	functionFailed, err := s.attempt(e)
	if err == nil && !functionFailed {
		return false, s.removeEvent(s.ctx, e)
	}
	if s.ctx.Err() != nil {
		return false, s.ctx.Err()
	}
	now := s.clock.Now()
	if functionFailed {
		e.Attempts++
	}
	gone := awserr.Code(err) == "ResourceNotFoundException"
	if gone || e.Attempts >= maxAttempts || now.Sub(e.Accepted) > maxEventAge {
		s.log.Warn("event dropped", "function", e.ARN, "request_id", e.ID, "attempts", e.Attempts, "err", err)
		return false, s.removeEvent(s.ctx, e)
	}
	e.Due = now.Add(retryDelays[max(1, e.Attempts)])
	return true, s.writeEvent(s.ctx, e)
}

// attempt runs the event. functionFailed says that the function itself did.
func (s *Service) attempt(e *event) (functionFailed bool, err error) {
	f, err := s.read(s.ctx, name{account: e.Account, region: e.Region, function: e.Function})
	if err != nil {
		return false, err
	}
	if f.State != stateActive {
		return false, errors.New("the function is " + f.State)
	}
	out, err := s.run(s.ctx, f, Invocation{RequestID: e.ID, Payload: e.Payload, ClientContext: e.ClientContext, ARN: e.ARN})
	return err == nil && out.FunctionError != "", err
}
