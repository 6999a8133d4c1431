package lambda

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync"
)

// preludeType is the content type of an answer that begins with its status and
// headers, as JSON, before eight zero bytes. So AWS's runtimes write it.
const preludeType = "application/vnd.awslambda.http-integration-response"

// maxPreludeBytes bounds how much of an answer may be head.
const maxPreludeBytes = 64 << 10

var preludeEnd = make([]byte, 8)

// urlStream sends an answer on while the function still gives it. The function
// may go on when the request is over; what it writes then is dropped.
type urlStream struct {
	mu      sync.Mutex
	w       http.ResponseWriter // nil once the request is over
	begun   bool                // the function has begun to answer
	sent    bool                // the head has left
	prelude []byte              // what has come of it; nil once it is read or if there is none
	parsing bool
}

// Begin implements Stream.
func (s *urlStream) Begin(contentType string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun = true
	if s.parsing = contentType == preludeType; s.parsing || s.w == nil {
		return
	}
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	s.send(&urlAnswer{Status: http.StatusOK, Headers: map[string]string{"content-type": contentType}})
}

func (s *urlStream) send(a *urlAnswer) {
	a.writeHead(s.w)
	s.w.WriteHeader(a.Status)
	s.sent = true
}

// Write implements io.Writer.
func (s *urlStream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.w == nil {
		return len(p), nil // nobody listens any more
	}
	rest := p
	if s.parsing {
		var err error
		if rest, err = s.readPrelude(p); err != nil {
			return 0, err
		}
	}
	if len(rest) > 0 {
		if _, err := s.w.Write(rest); err != nil {
			s.w = nil
			return len(p), nil
		}
	}
	if s.sent {
		_ = http.NewResponseController(s.w).Flush() // a writer that cannot is a test's
	}
	return len(p), nil
}

// readPrelude takes the head off the beginning of the answer, and returns what
// of p comes after it.
func (s *urlStream) readPrelude(p []byte) (rest []byte, err error) {
	s.prelude = append(s.prelude, p...)
	head, rest, ok := bytes.Cut(s.prelude, preludeEnd)
	if !ok {
		if len(s.prelude) > maxPreludeBytes {
			return nil, errNoAnswer
		}
		return nil, nil
	}
	a, err := readPrelude(head)
	if err != nil {
		return nil, err
	}
	s.parsing, s.prelude = false, nil
	s.send(a)
	return rest, nil
}

// readPrelude reads the head of an answer.
func readPrelude(head []byte) (*urlAnswer, error) {
	var parts struct {
		StatusCode json.RawMessage            `json:"statusCode"`
		Headers    map[string]json.RawMessage `json:"headers"`
		Cookies    []string                   `json:"cookies"`
	}
	if err := json.Unmarshal(head, &parts); err != nil {
		return nil, errNoAnswer
	}
	if parts.StatusCode == nil {
		parts.StatusCode = json.RawMessage("200")
	}
	a := &urlAnswer{Headers: map[string]string{"content-type": "application/octet-stream"}, Cookies: parts.Cookies}
	return a, a.head(parts.StatusCode, parts.Headers)
}

// over ends the stream for the client. It tells whether the function has begun
// to answer, and whether anything has left.
func (s *urlStream) over() (begun, sent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w = nil
	return s.begun, s.sent
}
