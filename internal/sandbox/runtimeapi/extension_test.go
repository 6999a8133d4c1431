package runtimeapi

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// ask sends a request of the Extensions API, or of another one that has its version in
// the path.
func (r runtime) ask(method, path, body string, headers ...string) (status int, id, said string) {
	r.t.Helper()
	if !strings.HasPrefix(path, "/20") { // the Extensions API's own
		path = extensionBase + path
	}
	req, err := http.NewRequest(method, strings.TrimSuffix(r.url, base)+path, strings.NewReader(body))
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
	var b strings.Builder
	if err := resp.Write(&b); err != nil {
		r.t.Fatal(err)
	}
	_, said, _ = strings.Cut(b.String(), "\r\n\r\n")
	return resp.StatusCode, resp.Header.Get(identifier), said
}

func TestExtensionsAreRefused(t *testing.T) {
	const name = "Lambda-Extension-Name"
	for _, tt := range []struct {
		name      string
		do        func(s *Server, r runtime) (int, string, string)
		status    int
		errorType string
	}{
		{"without a name", func(_ *Server, r runtime) (int, string, string) { return r.ask("POST", "/register", `{}`) }, 403, "Extension.InvalidExtensionName"},
		{"that say nothing that can be read", func(_ *Server, r runtime) (int, string, string) {
			return r.ask("POST", "/register", `{`, name, "x")
		}, 400, "InvalidRequestFormat"},
		{"that want to hear of something else", func(_ *Server, r runtime) (int, string, string) {
			return r.ask("POST", "/register", `{"events":["DANCE"]}`, name, "x")
		}, 403, "Extension.InvalidEventType"},
		{"that are internal and want to hear of the end", func(_ *Server, r runtime) (int, string, string) {
			return r.ask("POST", "/register", `{"events":["SHUTDOWN"]}`, name, "inner")
		}, 403, "Extension.InvalidEventType"},
		{"that register twice", func(_ *Server, r runtime) (int, string, string) {
			r.ask("POST", "/register", `{}`, name, "x")
			return r.ask("POST", "/register", `{}`, name, "x")
		}, 403, "Extension.InvalidExtensionState"},
		{"that are too many", func(_ *Server, r runtime) (int, string, string) {
			for n := range MaxExtensions {
				r.ask("POST", "/register", `{}`, name, strings.Repeat("x", n+1))
			}
			return r.ask("POST", "/register", `{}`, name, "y")
		}, 403, "Extension.TooManyExtensions"},
		{"that come late", func(s *Server, r runtime) (int, string, string) {
			s.Invoke(&Invocation{RequestID: "id-1"})
			r.next()
			return r.ask("POST", "/register", `{}`, name, "x")
		}, 403, "Extension.RegistrationClosed"},
		{"that do not say who asks", func(_ *Server, r runtime) (int, string, string) { return r.ask("GET", "/event/next", "") }, 403, "Extension.MissingExtensionIdentifier"},
		{"that nobody knows", func(_ *Server, r runtime) (int, string, string) {
			return r.ask("GET", "/event/next", "", identifier, newID())
		}, 403, "Extension.UnknownExtensionIdentifier"},
		{"whose identifier is none", func(_ *Server, r runtime) (int, string, string) {
			return r.ask("GET", "/event/next", "", identifier, "x")
		}, 403, "Extension.InvalidExtensionIdentifier"},
		{"that fail without a reason", func(_ *Server, r runtime) (int, string, string) {
			_, id, _ := r.ask("POST", "/register", `{}`, name, "x")
			return r.ask("POST", "/exit/error", "", identifier, id)
		}, 403, "Extension.MissingHeader"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, r := start(t)
			s.Expect(FunctionInfo{Name: "f"}, []string{"x"})
			status, _, said := tt.do(s, r)
			if status != tt.status || !strings.Contains(said, `"errorType":"`+tt.errorType+`"`) {
				t.Errorf("got %d %s, want %d %s", status, said, tt.status, tt.errorType)
			}
		})
	}
}

func TestRuntimeIsReadyWithItsExtensions(t *testing.T) {
	s, r := start(t)
	s.Expect(FunctionInfo{Name: "f", Version: "1", Handler: "h", Account: "000000000000"}, []string{"x"})
	status, id, said := r.ask("POST", "/register", `{"events":["INVOKE"]}`, "Lambda-Extension-Name", "x", "Lambda-Extension-Accept-Feature", "accountId")
	if want := `{"accountId":"000000000000","functionName":"f","functionVersion":"1","handler":"h"}`; status != 200 || said != want {
		t.Errorf("register = %d %s, want %s", status, said, want)
	}
	<-s.Registered()
	go http.Get(r.url + "/invocation/next") // the event stays with it
	time.Sleep(10 * time.Millisecond)
	select {
	case <-s.Ready():
		t.Fatal("ready before the extension is")
	default:
	}
	events := make(chan string, 1)
	go func() {
		_, _, said := r.ask("GET", "/event/next", "", identifier, id)
		events <- said
	}()
	<-s.Ready()
	call := s.Invoke(&Invocation{RequestID: "id-1", Deadline: time.UnixMilli(7), InvokedFunctionARN: "arn:f", TraceID: "Root=1"})
	want := `{"eventType":"INVOKE","deadlineMs":7,"requestId":"id-1","invokedFunctionArn":"arn:f","tracing":{"type":"X-Amzn-Trace-Id","value":"Root=1"}}`
	if got := <-events; got != want {
		t.Errorf("event = %s, want %s", got, want)
	}
	for status := 400; status == 400; { // until the event is with the runtime
		status, _ = r.post("/invocation/id-1/response", `1`)
	}
	<-call.Outcome
	go http.Get(r.url + "/invocation/next")
	time.Sleep(10 * time.Millisecond)
	select {
	case <-call.Rested:
		t.Error("rested before the extension is")
	default:
	}
	req, err := http.NewRequest("GET", strings.TrimSuffix(r.url, base)+extensionBase+"/event/next", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set(identifier, id)
	go http.DefaultClient.Do(req) // no event comes
	<-call.Rested
}
