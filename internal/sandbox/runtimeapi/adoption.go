package runtimeapi

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
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
	s.state.adoption, s.state.code = make(chan *Adoption, 1), make(chan struct{}, 1)
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
	s.state.waits.Store(false)
	s.state.adoption <- a
}

// Supply tells it that the code is there. It may be called once, after Adopt.
func (s *Server) Supply() { s.state.code <- struct{}{} }

// adopt answers the runtime's question who it is, whenever that is known. There
// is one such question: what is answered holds credentials.
func (s *Server) adopt(w http.ResponseWriter, r *http.Request) {
	if !s.state.wait() {
		refuse(w, errTransition)
		return
	}
	select {
	case a := <-s.state.adoption:
		data, err := json.Marshal(a)
		if err != nil {
			panic(err) // strings always marshal
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		_, _ = w.Write(data) // a runtime that went away is noticed by its owner
	case <-r.Context().Done():
	}
}

// supply answers the question whether the code is there, once it is.
func (s *Server) supply(w http.ResponseWriter, r *http.Request) {
	if !s.state.waitForCode() {
		refuse(w, errTransition)
		return
	}
	select {
	case <-s.state.code:
		w.Header().Set("Content-Length", "0")
	case <-r.Context().Done():
	}
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

// wait notes that the runtime asks who it is, and reports whether it may.
func (s *state) wait() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.adoption == nil || s.asked || s.started || s.failed {
		return false
	}
	s.asked = true
	close(s.waiting)
	return true
}

// waitForCode notes that it asks for its code, and reports whether it may.
func (s *state) waitForCode() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.asked || s.askedForCode || s.started || s.failed {
		return false
	}
	s.askedForCode = true
	return true
}
