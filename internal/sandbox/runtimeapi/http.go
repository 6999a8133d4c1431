package runtimeapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
)

var silent = log.New(io.Discard, "", 0)

// base is the version of the API in the paths of its requests.
const base = "/2018-06-01/runtime"

// smallBytes is how long a body is whose size does not matter.
const smallBytes = 4 << 10

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+nextPath, s.next)
	mux.HandleFunc("POST "+base+"/invocation/{id}/response", s.response)
	mux.HandleFunc("POST "+base+"/invocation/{id}/error", s.error)
	mux.HandleFunc("POST "+base+"/init/error", s.initError)
	s.extensionRoutes(mux)
	mux.HandleFunc("GET "+adoptionPath, s.await)
	mux.HandleFunc("GET "+codePath, s.await)
	mux.HandleFunc("POST "+compiledPath, s.compile)
	mux.HandleFunc("GET /ping", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "pong") })
	return mux
}

// response takes the answer to an event.
func (s *Server) response(w http.ResponseWriter, r *http.Request) {
	if isStream(r) {
		stream, err := s.state.beginStream(r.PathValue("id"))
		if err != nil {
			refuse(w, err)
			return
		}
		if stream != nil {
			s.stream(w, r, stream)
			return
		}
	}
	if err := s.state.expects(r.PathValue("id")); err != nil {
		refuse(w, err) // what is not expected is not read
		return
	}
	if r.Header.Get(responseMode) != "" && !isStream(r) {
		s.refuseMode(w, r)
		return
	}
	body, tooLarge, err := s.read(w, r)
	if err != nil {
		return // the connection broke in the middle of the answer
	}
	s.answer(w, r, Outcome{Payload: body, TooLarge: tooLarge})
}

// answer notes the answer to an event, and answers to it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, o Outcome) {
	if to, ok := w.(*reply); ok && to.by != nil && !o.TooLarge {
		to.asked = true
		to.by.runtime.Came() // before the next event may come
		to.inv, to.err = s.state.answerAndAsk(r.PathValue("id"), o, to.by)
		return
	}
	if err := s.state.answer(r.PathValue("id"), o); err != nil {
		refuse(w, err)
		return
	}
	accept(w, o.TooLarge)
}

// error takes the failure of an event.
func (s *Server) error(w http.ResponseWriter, r *http.Request) {
	if o, err := s.failure(w, r); err == nil {
		s.answer(w, r, o)
	}
}

// initError takes the failure of the runtime's start.
func (s *Server) initError(w http.ResponseWriter, r *http.Request) {
	o, err := s.failure(w, r)
	if err != nil {
		return
	}
	if err := s.state.failInit(o); err != nil {
		refuse(w, err)
		return
	}
	accept(w, o.TooLarge)
}

// failure reads one. Its error says that the connection broke in the middle.
func (s *Server) failure(w http.ResponseWriter, r *http.Request) (Outcome, error) {
	body, tooLarge, err := s.read(w, r)
	return Outcome{Failed: true, ErrorType: r.Header.Get("Lambda-Runtime-Function-Error-Type"), Payload: body, TooLarge: tooLarge}, err
}

// read returns the body of an answer, or that it is too large to be one. It reads
// one at a time of those that are not small: a program may announce as many as it has connections.
func (s *Server) read(w http.ResponseWriter, r *http.Request) (body []byte, tooLarge bool, err error) {
	if r.ContentLength < 0 || r.ContentLength > smallBytes {
		s.reading.Lock()
		defer s.reading.Unlock()
	}
	if r.ContentLength > MaxPayloadBytes {
		w.Header().Set("Connection", "close") // the rest is not read
		return nil, true, nil
	}
	reader := http.MaxBytesReader(w, r.Body, MaxPayloadBytes)
	if r.ContentLength >= 0 {
		body = make([]byte, r.ContentLength)
		_, err = io.ReadFull(reader, body)
	} else {
		body, err = io.ReadAll(reader)
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, true, nil
	}
	return body, false, err
}

func accept(w http.ResponseWriter, tooLarge bool) {
	if tooLarge {
		message := fmt.Sprintf("Exceeded maximum allowed payload size (%d bytes).", MaxPayloadBytes)
		write(w, http.StatusRequestEntityTooLarge, map[string]string{"errorType": "RequestEntityTooLarge", "errorMessage": message})
		return
	}
	write(w, http.StatusAccepted, map[string]string{"status": "OK"})
}

func refuse(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, errUnknownRequest):
		write(w, http.StatusBadRequest, map[string]string{"errorType": "InvalidRequestID", "errorMessage": "Invalid request ID"})
	case errors.Is(err, errTransition):
		write(w, http.StatusForbidden, map[string]string{"errorType": "InvalidStateTransition", "errorMessage": "State transition is not allowed"})
	}
	// What is left is a runtime that went away while it waited: nobody to tell.
}

func write(w http.ResponseWriter, status int, body map[string]string) {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err) // a map of strings always marshals
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
