package runtimeapi

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Adoption is what a runtime that was started before its function was known is
// told when it is: once, since an environment is never another function's.
type Adoption struct {
	Variables map[string]string `json:"variables"` // all that the process has from now on
	Directory string            `json:"directory"` // to work in
}

// adoptionPath is no path of Lambda's: only our own bootstraps ask there.
const adoptionPath = "/cloudless/adoption"

// NewWaiting returns a server whose runtime does not know its function yet.
func NewWaiting() *Server {
	s := New()
	s.state.adoption = make(chan *Adoption, 1)
	return s
}

// Waiting is closed when the runtime asks who it is.
func (s *Server) Waiting() <-chan struct{} { return s.state.waiting }

// Adopt tells it. It may be called once, on a server of [NewWaiting].
func (s *Server) Adopt(a *Adoption) { s.state.adoption <- a }

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
