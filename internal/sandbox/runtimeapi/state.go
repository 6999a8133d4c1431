package runtimeapi

import (
	"errors"
	"sync"
	"sync/atomic"
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
	adoption   *question     // who the function is; nil where that is known from the start
	waiting    chan struct{} // closed at the question for it
	code       *question     // whether its code is there; nil like adoption
	compiled   chan []byte   // holds one; nil where none can come
	waits      atomic.Bool   // nobody has been adopted yet who is to be

	mu           sync.Mutex
	started      bool      // the runtime has asked for an event
	isReady      bool      // ready is closed
	asked        bool      // waiting is closed
	askedForCode bool      // the question for the code has come
	failed       bool      // the runtime said that it could not start
	asker        asker     // who asks for the next event, or nil
	pending      *exchange // an event for which nobody has asked yet, or nil
	current      *exchange // the event being worked on, or nil
	resting      *exchange // the event before, while extensions still work on it

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
		waiting:    make(chan struct{}),
		registered: make(chan struct{}),
		broken:     make(chan Breakage, 1),
	}
}

// asker is the question for an event.
type asker interface {
	// take answers it, and does not wait for the runtime.
	take(inv *Invocation)
	// listen comes after it, and looks for the runtime's answer for a moment, while
	// alone. The answer may have come when it returns.
	listen(alone func() bool)
}

func (s *state) begin(inv *Invocation) Call {
	x := &exchange{Invocation: inv, outcome: make(chan Outcome, 1), done: make(chan struct{}), rested: make(chan struct{})}
	s.mu.Lock()
	s.announceLocked(inv)
	a := s.asker
	if a == nil {
		s.pending = x
	} else {
		s.asker, s.current = nil, x
	}
	s.mu.Unlock()
	if a != nil {
		a.take(inv)
		a.listen(inv.Alone)
	}
	return Call{Outcome: x.outcome, Done: x.done, Rested: x.rested}
}

// ask notes that the runtime wants an event: it has started, or is done with the
// event before. The event is returned if it is there, and else given to a.
func (s *state) ask(a asker) (*Invocation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.askLocked(a)
}

func (s *state) askLocked(a asker) (*Invocation, error) {
	if s.failed || s.asker != nil || (s.current != nil && !s.current.answered) {
		return nil, errTransition
	}
	s.asker = a
	if !s.started {
		s.started = true
		close(s.loaded)
	}
	if s.current != nil {
		close(s.current.done)
		s.resting, s.current = s.current, nil
	}
	s.settleLocked()
	if s.pending == nil {
		return nil, nil
	}
	s.asker, s.current, s.pending = nil, s.pending, nil
	return s.current.Invocation, nil
}

// withdraw takes a question back: whoever has asked has gone.
func (s *state) withdraw(a asker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asker == a {
		s.asker = nil
	}
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
	x, err := s.answerLocked(requestID, o)
	if err == nil {
		x.outcome <- o
	}
	return err
}

// answerAndAsk does the same and asks for the next event: when the answer is
// heard of, the runtime rests already.
func (s *state) answerAndAsk(requestID string, o Outcome, a asker) (*Invocation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.answerLocked(requestID, o)
	if err != nil {
		return nil, err
	}
	inv, err := s.askLocked(a)
	x.outcome <- o
	return inv, err
}

func (s *state) answerLocked(requestID string, o Outcome) (*exchange, error) {
	if s.current == nil || s.current.RequestID != requestID {
		return nil, errUnknownRequest
	}
	if s.current.answered || s.current.streams != o.Streamed {
		return nil, errTransition
	}
	s.current.answered = true
	return s.current, nil
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
