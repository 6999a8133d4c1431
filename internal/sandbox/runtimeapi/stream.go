package runtimeapi

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
)

const (
	responseMode = "Lambda-Runtime-Function-Response-Mode"
	// The trailers of an answer that went wrong in its middle.
	streamErrorType = "Lambda-Runtime-Function-Error-Type"
	streamErrorBody = "Lambda-Runtime-Function-Error-Body" // base64
)

// isStream reports whether an answer comes piece by piece.
func isStream(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get(responseMode), "streaming")
}

// invalidMode is the answer to an answer that comes in a way that there is not, and what
// its caller is told, as AWS's emulator has it.
const invalidMode = "Invalid function response mode"

func (s *Server) refuseMode(w http.ResponseWriter, r *http.Request) {
	told := `{"errorType":"Runtime.InvalidResponseModeHeader","errorMessage":"` + invalidMode + `"}`
	o := Outcome{Failed: true, ErrorType: "Runtime.InvalidResponseModeHeader", Payload: []byte(told)}
	if err := s.state.answer(r.PathValue("id"), o); err != nil {
		refuse(w, err)
		return
	}
	write(w, http.StatusBadRequest, map[string]string{"errorType": "InvalidFunctionResponseMode", "errorMessage": invalidMode})
}

// beginStream notes that an answer is on its way, and returns where to; nil if
// the invocation wants its answer whole.
func (s *state) beginStream(requestID string) (Stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil || s.current.RequestID != requestID {
		return nil, errUnknownRequest
	}
	if s.current.answered || s.current.streams {
		return nil, errTransition
	}
	s.current.streams = s.current.Stream != nil
	return s.current.Stream, nil
}

// stream passes an answer on, piece by piece.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, to Stream) {
	to.Begin(r.Header.Get("Content-Type"))
	o := Outcome{Streamed: true}
	err := pass(to, http.MaxBytesReader(w, r.Body, MaxStreamBytes))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		o.TooLarge = true
		err = nil
	}
	if err != nil {
		// The runtime, or whoever wanted the answer, went away in its middle.
		o.Failed, o.ErrorType = true, "Runtime.TruncatedResponse"
		w.Header().Set("Connection", "close") // the rest is not read
	} else if o.ErrorType = r.Trailer.Get(streamErrorType); o.ErrorType != "" {
		o.Failed = true
		o.Payload, _ = base64.StdEncoding.DecodeString(r.Trailer.Get(streamErrorBody)) // a runtime's own trouble
	}
	s.answer(w, r, o)
}

// pass copies what there is, as soon as it is there.
func pass(to io.Writer, from io.Reader) error {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
