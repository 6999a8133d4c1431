package runtimeapi

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// runtime is a client that speaks as a function's runtime does.
type runtime struct {
	t   *testing.T
	url string
}

func start(t *testing.T) (*Server, runtime) {
	t.Helper()
	s := New()
	return s, serve(t, s)
}

func serve(t *testing.T, s *Server) runtime {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-done; err != http.ErrServerClosed {
			t.Errorf("Serve = %v", err)
		}
	})
	return runtime{t, "http://" + l.Addr().String() + base}
}

func (r runtime) next() *http.Response {
	r.t.Helper()
	resp, err := http.Get(r.url + "/invocation/next")
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// post returns status and body of what is answered.
func (r runtime) post(path, body string, headers ...string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequest("POST", r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

func TestEventReachesTheRuntimeWithAllItsHeaders(t *testing.T) {
	s, r := start(t)
	deadline := time.UnixMilli(1700000003000)
	s.Invoke(&Invocation{
		RequestID: "id-1", Deadline: deadline, InvokedFunctionARN: "arn:f", TraceID: "Root=1",
		ClientContext: `{"client":{}}`, CognitoIdentity: `{"cognitoIdentityId":"x"}`, Payload: []byte(`{"a":1}`),
	})
	resp := r.next()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 200 || string(body) != `{"a":1}` {
		t.Errorf("next = %d %s", resp.StatusCode, body)
	}
	for name, want := range map[string]string{
		"Content-Type":                        "application/json",
		"Lambda-Runtime-Aws-Request-Id":       "id-1",
		"Lambda-Runtime-Deadline-Ms":          "1700000003000",
		"Lambda-Runtime-Invoked-Function-Arn": "arn:f",
		"Lambda-Runtime-Trace-Id":             "Root=1",
		"Lambda-Runtime-Client-Context":       `{"client":{}}`,
		"Lambda-Runtime-Cognito-Identity":     `{"cognitoIdentityId":"x"}`,
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	select {
	case <-s.Ready():
	default:
		t.Error("the runtime has asked for an event and is not ready")
	}
}

func TestAnswerEndsACallAndTheNextQuestionRestsIt(t *testing.T) {
	s, r := start(t)
	call := s.Invoke(&Invocation{RequestID: "id-1", Payload: []byte(`1`)})
	r.next()
	if status, body := r.post("/invocation/id-1/response", `{"ok":true}`); status != 202 || body != `{"status":"OK"}` {
		t.Errorf("response = %d %s", status, body)
	}
	if o := <-call.Outcome; o.Failed || string(o.Payload) != `{"ok":true}` {
		t.Errorf("outcome = %+v", o)
	}
	select {
	case <-call.Rested:
		t.Error("rested before the runtime asked for more")
	default:
	}
	second := s.Invoke(&Invocation{RequestID: "id-2", Payload: []byte(`2`)})
	r.next()
	<-call.Rested
	r.post("/invocation/id-2/error", `{"errorMessage":"no","errorType":"E"}`, "Lambda-Runtime-Function-Error-Type", "E")
	if o := <-second.Outcome; !o.Failed || o.ErrorType != "E" || string(o.Payload) != `{"errorMessage":"no","errorType":"E"}` {
		t.Errorf("outcome = %+v", o)
	}
}

func TestServerRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		do     func(s *Server, r runtime) (int, string)
		status int
		want   string
	}{
		{"an answer before any event", func(s *Server, r runtime) (int, string) {
			return r.post("/invocation/id-1/response", `1`)
		}, 400, `{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}`},
		{"an answer to another request", func(s *Server, r runtime) (int, string) {
			s.Invoke(&Invocation{RequestID: "id-1"})
			r.next()
			return r.post("/invocation/id-2/response", `1`)
		}, 400, `{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}`},
		{"a second answer", func(s *Server, r runtime) (int, string) {
			s.Invoke(&Invocation{RequestID: "id-1"})
			r.next()
			r.post("/invocation/id-1/response", `1`)
			return r.post("/invocation/id-1/error", `2`)
		}, 403, `{"errorMessage":"State transition is not allowed","errorType":"InvalidStateTransition"}`},
		{"a question for the next event before the answer", func(s *Server, r runtime) (int, string) {
			s.Invoke(&Invocation{RequestID: "id-1"})
			r.next()
			resp := r.next()
			body, _ := io.ReadAll(resp.Body)
			return resp.StatusCode, string(body)
		}, 403, `{"errorMessage":"State transition is not allowed","errorType":"InvalidStateTransition"}`},
		{"a failed start after the start", func(s *Server, r runtime) (int, string) {
			s.Invoke(&Invocation{RequestID: "id-1"})
			r.next()
			return r.post("/init/error", `{}`)
		}, 403, `{"errorMessage":"State transition is not allowed","errorType":"InvalidStateTransition"}`},
		{"an answer that is too large", func(s *Server, r runtime) (int, string) {
			s.Invoke(&Invocation{RequestID: "id-1"})
			r.next()
			return r.post("/invocation/id-1/response", strings.Repeat("x", MaxPayloadBytes+1))
		}, 413, `{"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","errorType":"RequestEntityTooLarge"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, r := start(t)
			status, body := tt.do(s, r)
			if status != tt.status || body != tt.want {
				t.Errorf("got %d %s, want %d %s", status, body, tt.status, tt.want)
			}
		})
	}
}

func TestAnswerThatIsTooLargeEndsTheCall(t *testing.T) {
	for _, tt := range []struct {
		name string
		body io.Reader // of unknown length unless it is a *bytes.Reader
	}{
		{"with its length told", bytes.NewReader(make([]byte, MaxPayloadBytes+1))},
		{"in chunks", io.MultiReader(bytes.NewReader(make([]byte, MaxPayloadBytes)), strings.NewReader("x"))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, r := start(t)
			call := s.Invoke(&Invocation{RequestID: "id-1"})
			r.next()
			resp, err := http.Post(r.url+"/invocation/id-1/response", "", tt.body)
			if err == nil {
				resp.Body.Close()
			}
			if o := <-call.Outcome; !o.TooLarge || o.Payload != nil {
				t.Errorf("outcome = too large %v with %d bytes", o.TooLarge, len(o.Payload))
			}
		})
	}
}

func TestFailedStartIsTold(t *testing.T) {
	s, r := start(t)
	status, _ := r.post("/init/error", `{"errorType":"Runtime.ImportModuleError"}`, "Lambda-Runtime-Function-Error-Type", "Runtime.ImportModuleError")
	if o := <-s.InitFailed(); status != 202 || !o.Failed || o.ErrorType != "Runtime.ImportModuleError" {
		t.Errorf("init error = %d %+v", status, o)
	}
	if resp := r.next(); resp.StatusCode != 403 {
		t.Errorf("next after a failed start = %d, want 403", resp.StatusCode)
	}
}

// FuzzBytes sends whatever comes to mind: the server must keep its state.
func FuzzBytes(f *testing.F) {
	f.Add([]byte("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n"))
	f.Add([]byte("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"))
	f.Add([]byte("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n{}"))
	f.Add([]byte("POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"))
	f.Add([]byte("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\nLambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nLambda-Runtime-Function-Error-Type: E\r\n\r\n"))
	f.Add([]byte("POST /2020-01-01/extension/register HTTP/1.1\r\nHost: x\r\nLambda-Extension-Name: x\r\nContent-Length: 21\r\n\r\n{\"events\":[\"INVOKE\"]}"))
	f.Add([]byte("GET /2020-01-01/extension/event/next HTTP/1.1\r\nHost: x\r\nLambda-Extension-Identifier: x\r\n\r\n"))
	f.Add([]byte("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n" +
		"POST /2018-06-01/runtime/invocation/id-2/response HTTP/1.1\r\nHost: x\r\nCloudless-Next: 1\r\nContent-Length: 2\r\n\r\n{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := New()
		call := s.Invoke(&Invocation{RequestID: "id-1", Payload: []byte(`{}`), Stream: &pieces{}})
		if _, err := s.state.ask(nobody{}); err != nil {
			t.Fatal(err)
		}
		client, server := net.Pipe()
		go func() {
			_, _ = client.Write(data)
			client.Close()
		}()
		go func() { _, _ = io.Copy(io.Discard, client) }()
		_ = s.Serve(&oneConn{conn: server})
		s.Close()
		select {
		case o := <-call.Outcome:
			if len(o.Payload) > MaxPayloadBytes {
				t.Errorf("an answer of %d bytes was taken", len(o.Payload))
			}
		default:
		}
	})
}

// nobody asks for an event, and has no use for it.
type nobody struct{}

func (nobody) take(*Invocation)   {}
func (nobody) listen(func() bool) {}

// oneConn is a listener with one connection, which closes after it.
type oneConn struct {
	conn net.Conn
	gone bool
}

func (l *oneConn) Accept() (net.Conn, error) {
	if l.gone {
		return nil, net.ErrClosed
	}
	l.gone = true
	return l.conn, nil
}

func (l *oneConn) Close() error   { return nil }
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

// TestPathsThatAreNone holds the API to the paths it has.
func TestPathsThatAreNone(t *testing.T) {
	s := New()
	for _, path := range []string{"/", base, base + "/invocation", base + "/invocation//response", "/2018-06-02/runtime/invocation/next"} {
		w := httptest.NewRecorder()
		s.http.Handler.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code < 300 {
			t.Errorf("GET %s = %d", path, w.Code)
		}
	}
}
