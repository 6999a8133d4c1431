// Package runtimeapi is the HTTP API that a function's runtime polls for events:
// Lambda's Runtime API, version 2018-06-01; and the one that its extensions poll,
// the Extensions API, version 2020-01-01.
//
// A [Server] speaks with one environment. The environment's owner gives it an
// event ([Server.Invoke]) and hears what became of it; the runtime asks for the
// next event and posts answers:
//
//   - runtimeapi.go: the dialogue, as its owner sees it;
//   - state.go: whose turn it is, and what may follow what;
//   - http.go: the same dialogue, as the runtime sees it;
//   - connection.go: the connection on which it asks for events; head.go bounds what is read on it, write.go is how it is written, reply.go an answer;
//   - extension.go, extensionhttp.go: the Extensions API, for what runs beside it;
//   - subscription.go: the Telemetry API and the Logs API, by which that is told more;
//   - listen.go: how the answer of a quick function is waited for;
//   - stream.go: an answer that comes piece by piece;
//   - adoption.go: a runtime that was started before its function was known, or for none.
//
// One event is worked on at a time. An answer counts once: a second one, one to
// another request id, and one before any event are refused and change nothing.
// The server believes nothing that it is sent and bounds all of it.
//
// The package does not know what runs the runtime, nor who waits for the answer.
package runtimeapi

import (
	"net"
	"net/http"
	"sync"
	"time"

	"cloudless/internal/lookout"
)

// MaxPayloadBytes is the size of the largest answer that Lambda takes, and
// MaxStreamBytes that of one which comes piece by piece.
const (
	MaxPayloadBytes = 6291556
	MaxStreamBytes  = 200 << 20
)

// Invocation is one event for the runtime.
type Invocation struct {
	RequestID          string
	Deadline           time.Time
	InvokedFunctionARN string
	TraceID            string // or empty
	ClientContext      string // JSON, or empty
	CognitoIdentity    string // JSON, or empty
	Payload            []byte // JSON
	// Stream takes an answer that the runtime sends piece by piece, if it does.
	// Nil: such an answer is one like any other.
	Stream Stream
	// Alone reports whether nothing else is worked on. For as long as this is so, [Server.Invoke]
	// may look for the answer for a moment before it returns. Nil: it does not.
	Alone func() bool
}

// Stream takes an answer while it is made.
type Stream interface {
	// Begin comes first, and once. It may be followed by nothing.
	Begin(contentType string)
	// Write may wait: the function then waits as well.
	Write(piece []byte) (int, error)
}

// Outcome is what the runtime said: to an event, or of its own start.
type Outcome struct {
	// Failed is set when the runtime reported an error.
	Failed bool
	// ErrorType is the type that the runtime gave with an error, or empty.
	ErrorType string
	// Streamed is set when the answer went to the invocation's Stream. What is in
	// Payload then is an error that came in the middle of it.
	Streamed bool
	// TooLarge is set when the answer was longer than [MaxPayloadBytes]; Payload
	// is empty then.
	TooLarge bool
	// Payload is the answer, or the error as the runtime described it.
	Payload []byte
}

// Call is an event that has been given to the runtime.
type Call struct {
	// Outcome receives once, when the runtime has answered.
	Outcome <-chan Outcome
	// Done is closed when the runtime has answered and asks for the next event.
	Done <-chan struct{}
	// Rested is closed when the runtime has answered and asks for the next event,
	// and so do the extensions that were told of this one.
	Rested <-chan struct{}
}

// Server is the Runtime API of one environment.
type Server struct {
	http    http.Server
	state   state
	reading sync.Mutex // held while the body of an answer is read

	moment time.Duration // for how long an answer is looked for

	longHead sync.Mutex // held while a long head of a request is read

	gone   chan struct{} // closed by Close
	mu     sync.Mutex
	closed bool
	taken  map[*connection]bool // those that http has no longer
}

// New returns a server whose runtime has not been heard of yet.
func New() *Server {
	s := &Server{state: newState(), moment: lookout.Moment, gone: make(chan struct{}), taken: make(map[*connection]bool)}
	s.http.Handler = s.routes()
	s.http.DisableGeneralOptionsHandler = true
	s.http.MaxHeaderBytes = usualHeadBytes // of what comes before the first question for an event
	s.http.ErrorLog = silent               // what a function sends us is not our server's trouble
	return s
}

// Serve answers on a listener until the server is closed, over [MaxConns]
// connections at a time. It may be called for several listeners.
func (s *Server) Serve(l net.Listener) error { return s.http.Serve(newLimited(l)) }

// Close ends all connections and listeners.
func (s *Server) Close() error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.gone)
	}
	for c := range s.taken {
		_ = c.c.Close() // who serves it drops it
	}
	s.mu.Unlock()
	return s.http.Close()
}

// Ready is closed when the runtime and all extensions ask for their first event:
// they have started.
func (s *Server) Ready() <-chan struct{} { return s.state.ready }

// Loaded is closed when the runtime asks for its first event, whether the
// extensions do or not.
func (s *Server) Loaded() <-chan struct{} { return s.state.loaded }

// InitFailed receives once if the runtime reports that it could not start.
func (s *Server) InitFailed() <-chan Outcome { return s.state.initFailed }

// Invoke gives the runtime an event. The runtime must be ready, and rested from
// the event before.
func (s *Server) Invoke(inv *Invocation) Call { return s.state.begin(inv) }
