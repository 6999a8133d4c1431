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

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"/invocation/next", s.next)
	mux.HandleFunc("POST "+base+"/invocation/{id}/response", s.response)
	mux.HandleFunc("POST "+base+"/invocation/{id}/error", s.error)
	mux.HandleFunc("POST "+base+"/init/error", s.initError)
	s.extensionRoutes(mux)
	mux.HandleFunc("GET "+adoptionPath, s.adopt)
	mux.HandleFunc("GET /ping", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "pong") })
	return mux
}

// next answers with the next event, whenever there is one.
func (s *Server) next(w http.ResponseWriter, r *http.Request) {
	inv, err := s.state.next(r.Context())
	if err != nil {
		refuse(w, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Lambda-Runtime-Aws-Request-Id", inv.RequestID)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.Deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", inv.InvokedFunctionARN)
	for name, value := range map[string]string{
		"Lambda-Runtime-Trace-Id":         inv.TraceID,
		"Lambda-Runtime-Client-Context":   inv.ClientContext,
		"Lambda-Runtime-Cognito-Identity": inv.CognitoIdentity,
	} {
		if value != "" {
			h.Set(name, value)
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(inv.Payload)))
	_, _ = w.Write(inv.Payload) // a runtime that went away is noticed by its owner
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
	body, tooLarge, err := s.read(w, r)
	if err != nil {
		return // the connection broke in the middle of the answer
	}
	if err := s.state.answer(r.PathValue("id"), Outcome{Payload: body, TooLarge: tooLarge}); err != nil {
		refuse(w, err)
		return
	}
	accept(w, tooLarge)
}

// error takes the failure of an event.
func (s *Server) error(w http.ResponseWriter, r *http.Request) {
	s.failure(w, r, func(o Outcome) error { return s.state.answer(r.PathValue("id"), o) })
}

// initError takes the failure of the runtime's start.
func (s *Server) initError(w http.ResponseWriter, r *http.Request) {
	s.failure(w, r, s.state.failInit)
}

func (s *Server) failure(w http.ResponseWriter, r *http.Request, take func(Outcome) error) {
	body, tooLarge, err := s.read(w, r)
	if err != nil {
		return
	}
	o := Outcome{Failed: true, ErrorType: r.Header.Get("Lambda-Runtime-Function-Error-Type"), Payload: body, TooLarge: tooLarge}
	if err := take(o); err != nil {
		refuse(w, err)
		return
	}
	accept(w, tooLarge)
}

// read returns the body of an answer, or that it is too large to be one. It reads
// one at a time: a program may announce as many as it has connections.
func (s *Server) read(w http.ResponseWriter, r *http.Request) (body []byte, tooLarge bool, err error) {
	s.reading.Lock()
	defer s.reading.Unlock()
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
		reply(w, http.StatusRequestEntityTooLarge, map[string]string{"errorType": "RequestEntityTooLarge", "errorMessage": message})
		return
	}
	reply(w, http.StatusAccepted, map[string]string{"status": "OK"})
}

func refuse(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, errUnknownRequest):
		reply(w, http.StatusBadRequest, map[string]string{"errorType": "InvalidRequestID", "errorMessage": "Invalid request ID"})
	case errors.Is(err, errTransition):
		reply(w, http.StatusForbidden, map[string]string{"errorType": "InvalidStateTransition", "errorMessage": "State transition is not allowed"})
	}
	// What is left is a runtime that went away while it waited: nobody to tell.
}

func reply(w http.ResponseWriter, status int, body map[string]string) {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err) // a map of strings always marshals
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
