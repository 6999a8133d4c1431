package runtimeapi

import (
	"context"
	"errors"
	"sync"
)

// errTransition says that the runtime may not do now what it asks for.
var errTransition = errors.New("transition is not allowed")

// errUnknownRequest says that an answer is to no event of the moment.
var errUnknownRequest = errors.New("no such request")

// state is whose turn it is.
type state struct {
	loaded     chan struct{} // closed when the runtime asks for its first event
	ready      chan struct{} // closed when runtime and extensions ask for their first event
	registered chan struct{} // closed when all expected extensions have registered
	broken     chan Breakage // holds one: the first failure of an extension
	initFailed chan Outcome  // holds one
	events     chan *exchange
	adoption   chan *Adoption // holds one; nil where the function is known from the start
	waiting    chan struct{}  // closed at the question for it

	mu      sync.Mutex
	started bool      // the runtime has asked for an event
	isReady bool      // ready is closed
	asked   bool      // waiting is closed
	failed  bool      // the runtime said that it could not start
	asking  bool      // a question for the next event waits
	current *exchange // the event being worked on, or nil
	resting *exchange // the event before, while extensions still work on it

	subscribe  func(Subscription) // or nil; called under mu
	function   FunctionInfo
	expected   []string // names of external extensions; nil: nobody has said
	complete   bool     // registered is closed
	extensions []*extension
}

// exchange is one event and the answer to it.
type exchange struct {
	*Invocation
	outcome  chan Outcome // holds one
	done     chan struct{}
	rested   chan struct{}
	answered bool // guarded by state.mu, and so is the next
	streams  bool // its answer is on its way
}

func newState() state {
	return state{
		loaded:     make(chan struct{}),
		ready:      make(chan struct{}),
		initFailed: make(chan Outcome, 1),
		events:     make(chan *exchange, 1),
		waiting:    make(chan struct{}),
		registered: make(chan struct{}),
		broken:     make(chan Breakage, 1),
	}
}

func (s *state) begin(inv *Invocation) Call {
	x := &exchange{Invocation: inv, outcome: make(chan Outcome, 1), done: make(chan struct{}), rested: make(chan struct{})}
	s.mu.Lock()
	s.announceLocked(inv)
	s.mu.Unlock()
	s.events <- x
	return Call{Outcome: x.outcome, Done: x.done, Rested: x.rested}
}

// next waits for an event on behalf of the runtime.
func (s *state) next(ctx context.Context) (*Invocation, error) {
	if err := s.ask(); err != nil {
		return nil, err
	}
	select {
	case x := <-s.events:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asking, s.current = false, x
		return x.Invocation, nil
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asking = false
		return nil, ctx.Err()
	}
}

// ask notes that the runtime wants an event: it has started, or is done with the
// event before.
func (s *state) ask() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed || s.asking || (s.current != nil && !s.current.answered) {
		return errTransition
	}
	s.asking = true
	if !s.started {
		s.started = true
		close(s.loaded)
	}
	if s.current != nil {
		close(s.current.done)
		s.resting, s.current = s.current, nil
	}
	s.settleLocked()
	return nil
}

// expects reports whether an answer to a request may come.
func (s *state) expects(requestID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil || s.current.RequestID != requestID {
		return errUnknownRequest
	}
	if s.current.answered || s.current.streams {
		return errTransition
	}
	return nil
}

// answer takes the runtime's answer to an event.
func (s *state) answer(requestID string, o Outcome) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil || s.current.RequestID != requestID {
		return errUnknownRequest
	}
	if s.current.answered || s.current.streams != o.Streamed {
		return errTransition
	}
	s.current.answered = true
	s.current.outcome <- o
	return nil
}

// failInit takes the runtime's word that it cannot start.
func (s *state) failInit(o Outcome) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started || s.failed {
		return errTransition
	}
	s.failed = true
	s.initFailed <- o
	return nil
}
