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
// documents it. An [invokeConfig] changes attempts and age.
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
	ClientContext string    `json:"clientContext,omitempty"` // of events that were accepted when they still had one
	TraceID       string    `json:"trace,omitempty"`
	Accepted      time.Time `json:"accepted"`

	delivery
}

func (e *event) name() name {
	return name{account: e.Account, region: e.Region, function: e.Function, qualifier: e.Qualifier}
}

func (e *event) key() []byte { return eventKey(e.Account, e.Region, e.ID) }

// attempts is what has been tried with an event, and when it is due again.
// The queue of its function is ordered by that time.
type attempts struct {
	FormatVersion int    `json:"v"`
	Account       string `json:"account"`
	Region        string `json:"region"`
	Function      string `json:"function"`
	ID            string `json:"id"`
	Failed        int    `json:"failed"`  // by the function
	Refused       int    `json:"refused"` // before they reached it, since the last that did

	due time.Time // part of the key
}

func (a *attempts) key() []byte { return queueKey(a.Account, a.Region, a.Function, a.due, a.ID) }

// owner is whose queue the event is in.
func (a *attempts) owner() name {
	return name{account: a.Account, region: a.Region, function: a.Function}
}

// delay is how long the event waits after its last attempt.
func (a *attempts) delay() time.Duration {
	if a.Refused > 0 {
		return min(maxPatience, time.Second<<min(a.Refused-1, 16))
	}
	return time.Duration(a.Failed) * time.Minute
}

// newEvent is an event that is accepted now.
func (s *Service) newEvent(n name, in Invocation) *event {
	return &event{
		FormatVersion: 1, ID: in.RequestID, Account: n.account, Region: n.region, Function: n.function, Qualifier: n.qualifier,
		Payload: in.Payload, TraceID: in.TraceID, Accepted: s.clock.Now(),
	}
}

// first is the event's place in the queue before its first attempt.
func (e *event) first() *attempts {
	return &attempts{FormatVersion: 1, Account: e.Account, Region: e.Region, Function: e.Function, ID: e.ID, due: e.Accepted}
}

// queue accepts an event: it is durable when queue returns.
func (s *Service) queue(ctx context.Context, n name, in Invocation) error {
	e := s.newEvent(n, in)
	claims := kv.Claims{Read: [][]byte{n.key()}, Write: [][]byte{e.key(), e.first().key()}}
	err := s.store.Update(ctx, claims, func(tx kv.Tx) error {
		f, err := readFunction(tx, n.unqualified())
		if err != nil {
			return err
		}
		e.FunctionID = f.ID
		return enqueue(tx, e)
	})
	if err == nil {
		s.wakeQueue()
	}
	return err
}

func enqueue(tx kv.Tx, e *event) error {
	if err := writeRecord(tx, e.key(), e); err != nil {
		return err
	}
	return writeRecord(tx, e.first().key(), e.first())
}

// try tries an event once and notes what came of it.
func (s *Service) try(ctx context.Context, a *attempts) error {
	e, c, err := s.readEvent(ctx, a)
	if err != nil {
		return err
	}
	if s.clock.Now().Sub(e.Accepted) > c.age() {
		return s.end(ctx, a, e, c, ending{condition: conditionAge, invoked: a.Failed})
	}
	again := *a
	got := s.attempt(ctx, e)
	switch {
	case got.succeeded():
		return s.end(context.WithoutCancel(ctx), a, e, c, ending{condition: conditionSuccess, invoked: a.Failed + 1, last: &got})
	case ctx.Err() != nil || s.ctx.Err() != nil:
		// Whatever it was, the next start tries again. The function runs under
		// s.ctx, which ends a moment before the contexts that it was made the
		// parent of.
		return context.Canceled
	case got.err == nil:
		again.Failed, again.Refused = a.Failed+1, 0
	default:
		again.Refused++
	}
	again.due = s.clock.Now().Add(again.delay())
	end := ending{invoked: again.Failed, last: &got}
	switch {
	case awserr.Code(got.err) == "ResourceNotFoundException":
		end.condition = conditionGone
	case awserr.Code(got.err) == "RecursiveInvocationException":
		end.condition = conditionLoop
	case got.err == nil && again.Failed > c.retries():
		end.condition = conditionRetries
	case got.err != nil && got.zero:
		end.condition = conditionZero
	case again.due.Sub(e.Accepted) > c.age():
		end.condition = conditionAge
	default:
		return s.postpone(ctx, a, &again)
	}
	s.log.Warn("event dropped", "function", e.name().qualifiedARN(), "request_id", e.ID, "condition", end.condition, "attempts", again.Failed, "err", got.err)
	return s.end(ctx, a, e, c, end)
}

// readEvent returns an event and how it is to be treated.
func (s *Service) readEvent(ctx context.Context, a *attempts) (e *event, c *invokeConfig, err error) {
	e = &event{}
	err = s.store.View(ctx, func(r kv.Reader) error {
		if err := readRecord(r, eventKey(a.Account, a.Region, a.ID), e, kv.ErrNotFound); err != nil {
			return err
		}
		if e.Bucket != "" {
			c = &invokeConfig{} // what is configured is about the function's own events
			return nil
		}
		c, err = findInvokeConfig(r, e.name())
		return err
	})
	return e, c, err
}

// attempt is what came of one.
type attempt struct {
	outcome Outcome
	version string // that ran
	err     error  // for which the event has not reached the function
	zero    bool   // the function may not run at all
}

func (a *attempt) succeeded() bool { return a.err == nil && a.outcome.FunctionError == "" }

// attempt runs the event, or brings it to its bucket.
func (s *Service) attempt(ctx context.Context, e *event) attempt {
	if e.Bucket != "" {
		return s.bring(ctx, e)
	}
	t, _, err := s.find(ctx, e.name())
	if err != nil {
		return attempt{err: err}
	}
	got := attempt{version: t.version(), zero: t.limit != nil && *t.limit == 0}
	switch {
	case t.id != e.FunctionID:
		got.err = notFound(e.name().qualifiedARN())
	case t.State != stateActive:
		got.err = errors.New("the function is " + t.State)
	default:
		in := Invocation{RequestID: e.ID, Payload: e.Payload, ClientContext: e.ClientContext, ARN: e.name().qualifiedARN()}
		if in.TraceID, got.err = s.reach(e.TraceID, t); got.err == nil {
			got.outcome, got.err = s.run(ctx, t, in)
		}
	}
	return got
}

// end takes an event out of the queue and, in the same transaction, puts there
// what its destination is to get of it.
func (s *Service) end(ctx context.Context, a *attempts, e *event, c *invokeConfig, how ending) error {
	next := s.followUp(ctx, e, c, how)
	claims := kv.Claims{Write: [][]byte{a.key(), e.key()}}
	if next != nil {
		claims.Write = append(claims.Write, next.key(), next.first().key())
	}
	err := s.store.Update(ctx, claims, func(tx kv.Tx) error {
		tx.Delete(a.key())
		tx.Delete(e.key())
		if next == nil {
			return nil
		}
		return enqueue(tx, next)
	})
	if err == nil && next != nil {
		s.wakeQueue()
	}
	return err
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
	if err != nil || len(elems) < 7 {
		return nil, fmt.Errorf("read the key of attempts %x: %w", p.Key, err)
	}
	due, ok := elems[5].(time.Time)
	if !ok {
		return nil, fmt.Errorf("read the key of attempts %x: no time", p.Key)
	}
	a := &attempts{due: due}
	return a, decodeRecord(p.Value, a)
}
