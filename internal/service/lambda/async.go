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

// An event is tried three times if the function fails: again after a minute,
// and again after two. If it could not be run at all, because the function was
// busy or for a reason of Lambda's own, it is tried after a second, two, four
// and so on to five minutes. In any case it is dropped after six hours. So AWS
// documents it.
const (
	maxAttempts = 3
	maxEventAge = 6 * time.Hour
	maxPatience = 5 * time.Minute
)

// event is an accepted event. It never changes.
type event struct {
	FormatVersion int       `json:"v"`
	ID            string    `json:"id"` // the request id
	Account       string    `json:"account"`
	Region        string    `json:"region"`
	Function      string    `json:"function"`
	FunctionID    string    `json:"functionId"` // a later function of the name does not get it
	Qualifier     string    `json:"qualifier,omitempty"`
	Payload       []byte    `json:"payload"`
	ClientContext string    `json:"clientContext,omitempty"`
	Accepted      time.Time `json:"accepted"`
}

func (e *event) name() name {
	return name{account: e.Account, region: e.Region, function: e.Function, qualifier: e.Qualifier}
}

func (e *event) key() []byte { return eventKey(e.Account, e.Region, e.ID) }

// attempts is what has been tried with an event, and when it is due again.
// The queue is ordered by that time.
type attempts struct {
	FormatVersion int    `json:"v"`
	Account       string `json:"account"`
	Region        string `json:"region"`
	ID            string `json:"id"`
	Failed        int    `json:"failed"`  // by the function
	Refused       int    `json:"refused"` // before they reached it, since the last that did

	due time.Time // part of the key
}

func (a *attempts) key() []byte { return dueKey(a.due, a.Account, a.Region, a.ID) }

// delay is how long the event waits after its last attempt.
func (a *attempts) delay() time.Duration {
	if a.Refused > 0 {
		return min(maxPatience, time.Second<<min(a.Refused-1, 16))
	}
	return time.Duration(a.Failed) * time.Minute
}

// queue accepts an event: it is durable when queue returns.
func (s *Service) queue(ctx context.Context, n name, in Invocation) error {
	now := s.clock.Now()
	e := &event{
		FormatVersion: 1, ID: in.RequestID, Account: n.account, Region: n.region, Function: n.function, Qualifier: n.qualifier,
		Payload: in.Payload, ClientContext: in.ClientContext, Accepted: now,
	}
	a := &attempts{FormatVersion: 1, Account: n.account, Region: n.region, ID: e.ID, due: now}
	claims := kv.Claims{Read: [][]byte{n.key()}, Write: [][]byte{e.key(), a.key()}}
	err := s.store.Update(ctx, claims, func(tx kv.Tx) error {
		f, err := readFunction(tx, n.unqualified())
		if err != nil {
			return err
		}
		e.FunctionID = f.ID
		if err := writeRecord(tx, e.key(), e); err != nil {
			return err
		}
		return writeRecord(tx, a.key(), a)
	})
	if err == nil {
		s.wakeQueue()
	}
	return err
}

// try tries an event once and notes what came of it.
func (s *Service) try(ctx context.Context, a *attempts) error {
	e, err := s.readEvent(ctx, a)
	if err != nil {
		return err
	}
	again := *a
	functionFailed, err := s.attempt(ctx, e)
	switch {
	case err == nil && !functionFailed:
		return s.end(context.WithoutCancel(ctx), a, e)
	case ctx.Err() != nil || s.ctx.Err() != nil:
		// Whatever it was, the next start tries again. The function runs under
		// s.ctx, which ends a moment before the contexts that it was made the
		// parent of.
		return context.Canceled
	case functionFailed:
		again.Failed, again.Refused = a.Failed+1, 0
	default:
		again.Refused++
	}
	again.due = s.clock.Now().Add(again.delay())
	gone := awserr.Code(err) == "ResourceNotFoundException"
	if gone || again.Failed == maxAttempts || again.due.Sub(e.Accepted) > maxEventAge {
		s.log.Warn("event dropped", "function", e.name().qualifiedARN(), "request_id", e.ID, "attempts", again.Failed, "err", err)
		return s.end(ctx, a, e)
	}
	return s.postpone(ctx, a, &again)
}

func (s *Service) readEvent(ctx context.Context, a *attempts) (*event, error) {
	e := &event{}
	key := eventKey(a.Account, a.Region, a.ID)
	return e, s.store.View(ctx, func(r kv.Reader) error { return readRecord(r, key, e, kv.ErrNotFound) })
}

// attempt runs the event. functionFailed says that the function itself did.
func (s *Service) attempt(ctx context.Context, e *event) (functionFailed bool, err error) {
	t, _, err := s.find(ctx, e.name())
	if err != nil {
		return false, err
	}
	if t.id != e.FunctionID {
		return false, notFound(e.name().qualifiedARN())
	}
	if t.State != stateActive {
		return false, errors.New("the function is " + t.State)
	}
	out, err := s.run(ctx, t, Invocation{RequestID: e.ID, Payload: e.Payload, ClientContext: e.ClientContext, ARN: e.name().qualifiedARN()})
	return err == nil && out.FunctionError != "", err
}

// end takes an event out of the queue.
func (s *Service) end(ctx context.Context, a *attempts, e *event) error {
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{a.key(), e.key()}}, func(tx kv.Tx) error {
		tx.Delete(a.key())
		tx.Delete(e.key())
		return nil
	})
}

// postpone moves an event to a later place in the queue.
func (s *Service) postpone(ctx context.Context, from, to *attempts) error {
	value, err := json.Marshal(to)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{from.key(), to.key()}}, func(tx kv.Tx) error {
		tx.Delete(from.key())
		tx.Set(to.key(), value)
		return nil
	})
}
func decodeAttempts(p kv.Pair) (*attempts, error) {
	elems, err := keys.Decode(p.Key)
	if err != nil || len(elems) < 3 {
		return nil, fmt.Errorf("read the key of attempts %x: %w", p.Key, err)
	}
	due, ok := elems[2].(time.Time)
	if !ok {
		return nil, fmt.Errorf("read the key of attempts %x: no time", p.Key)
	}
	a := &attempts{due: due}
	return a, decodeRecord(p.Value, a)
}
