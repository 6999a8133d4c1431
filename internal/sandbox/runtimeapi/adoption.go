package runtimeapi

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
)

// Adoption is what a runtime that was started before its function was known is
// told when it is: once, since an environment is never another function's.
type Adoption struct {
	Variables map[string]string `json:"variables"` // all that the process has from now on
	Directory string            `json:"directory"` // to work in, once the code is there
}

// These are no paths of Lambda's: only our own bootstraps ask there. They ask who
// they are, and then, or in the same write, whether the code is there: the one is
// known before the other, and a process may as well use the time in between.
const (
	adoptionPath = "/cloudless/adoption"
	codePath     = adoptionPath + "/code"
	compiledPath = "/cloudless/compiled"
)

// maxCompiledBytes is more than what is made of all that a runtime brings.
const maxCompiledBytes = 64 << 20

// NewWaiting returns a server whose runtime does not know its function yet.
func NewWaiting() *Server {
	s := New()
	s.state.adoption, s.state.code = &question{}, &question{}
	s.state.waits.Store(true)
	return s
}

// NewCompiling returns a server whose runtime never has a function, and sends what it
// has made of code.
func NewCompiling() *Server {
	s := New()
	s.state.compiled = make(chan []byte, 1)
	s.state.waits.Store(true)
	return s
}

// Compiled receives that, once, on a server of [NewCompiling].
func (s *Server) Compiled() <-chan []byte { return s.state.compiled }

// Waiting is closed when the runtime asks who it is.
func (s *Server) Waiting() <-chan struct{} { return s.state.waiting }

// Waits reports whether the runtime has not been told yet who it is.
func (s *Server) Waits() bool { return s.state.waits.Load() }

// Adopt tells it. It may be called once, on a server of [NewWaiting].
func (s *Server) Adopt(a *Adoption) {
	data, err := json.Marshal(a)
	if err != nil {
		panic(err) // strings always marshal
	}
	s.state.waits.Store(false)
	s.state.adoption.settle(data)
}

// Supply tells it that the code is there. It may be called once, after Adopt.
func (s *Server) Supply() { s.state.code.settle(nil) }

// question is one of those. It is answered once, by whoever knows the answer, without a
// goroutine in between: each would have to be woken.
type question struct {
	mu      sync.Mutex
	settled bool
	answer  []byte      // JSON, or nil: nothing but that it is so
	by      *connection // that asks, or nil
	last    bool        // and for nothing after it
}

// settle gives the answer.
func (q *question) settle(answer []byte) {
	q.mu.Lock()
	q.settled, q.answer = true, answer
	by := q.by
	q.mu.Unlock()
	if by != nil {
		by.tell(answer, q.last)
	}
}

// ask has the answer go to a connection, when it is there.
func (q *question) ask(c *connection, last bool) {
	q.mu.Lock()
	q.by, q.last = c, last
	settled := q.settled
	q.mu.Unlock()
	if settled {
		c.tell(q.answer, last)
	}
}

// await takes a connection over from net/http on which one of these questions came, and
// serves it to its end.
func (s *Server) await(w http.ResponseWriter, r *http.Request) {
	q := s.state.question(r)
	if q == nil {
		refuse(w, errTransition)
		return
	}
	c, err := s.takeOver(w)
	if err != nil {
		return // the server is closed, or the runtime went away
	}
	defer s.drop(c)
	if c.await(q, r.Close) {
		c.serve()
	}
}

// await has a question answered when that can be, and reports whether the connection goes on.
func (c *connection) await(q *question, last bool) bool {
	if q == nil {
		return c.refuse(errTransition)
	}
	c.owed.Add(1)
	q.ask(c, last)
	return true
}

// tell answers to a question, and does not wait for the runtime.
func (c *connection) tell(answer []byte, last bool) {
	b := append(make([]byte, 0, 128+len(answer)), "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(answer)), 10)
	if last {
		b = append(b, "\r\nConnection: close"...)
	}
	b = append(append(b, "\r\n\r\n"...), answer...)
	c.bring(b, last, func() { c.owed.Add(-1) })
}

// compile takes what a runtime has made of code: the first that is sent, and only
// from one that can have no function.
func (s *Server) compile(w http.ResponseWriter, r *http.Request) {
	if s.state.compiled == nil {
		refuse(w, errTransition)
		return
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCompiledBytes))
	if err != nil {
		refuse(w, errTransition) // it is longer, or the runtime went away
		return
	}
	select {
	case s.state.compiled <- data:
	default: // there is something already
	}
	w.Header().Set("Content-Length", "0")
}

// isQuestion reports whether a request is one of those that are answered later.
func isQuestion(r *http.Request) bool {
	return r.Method == http.MethodGet && (r.URL.Path == adoptionPath || r.URL.Path == codePath)
}

// question notes that the runtime asks one of these questions, and returns it, or nil if it
// may not. There is one of each kind: what is answered holds credentials.
func (s *state) question(r *http.Request) *question {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.adoption == nil || s.started || s.failed:
		return nil
	case r.URL.Path == adoptionPath && !s.asked:
		s.asked = true
		close(s.waiting)
		return s.adoption
	case r.URL.Path == codePath && s.asked && !s.askedForCode:
		s.askedForCode = true
		return s.code
	}
	return nil
}
