package runtimeapi

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// serveOne serves a server of whichever kind, and returns where.
func serveOne(t *testing.T, s *Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return "http://" + l.Addr().String()
}

func TestWhatIsAskedBeforeThereIsAFunction(t *testing.T) {
	told := func(s *Server) {
		s.Adopt(&Adoption{Variables: map[string]string{"A": "1"}, Directory: "/var/task"})
		s.Supply()
	}
	type question struct {
		method, path string
		status       int
	}
	for _, tt := range []struct {
		name      string
		make      func() *Server
		before    func(*Server)
		questions []question
	}{
		{"a runtime that waits is told once", NewWaiting, told, []question{
			{"GET", "/cloudless/adoption", 200}, {"GET", "/cloudless/adoption", 403},
			{"GET", "/cloudless/adoption/code", 200}, {"GET", "/cloudless/adoption/code", 403}}},
		{"nor is its code there before it is somebody", NewWaiting, told, []question{
			{"GET", "/cloudless/adoption/code", 403}, {"GET", "/cloudless/adoption", 200}, {"GET", "/cloudless/adoption/code", 200}}},
		{"a runtime that has a function is told nothing", New, nil, []question{
			{"GET", "/cloudless/adoption", 403}, {"GET", "/cloudless/adoption/code", 403}, {"POST", "/cloudless/compiled", 403}}},
		{"one that waits may get one, and nothing is taken from it", NewWaiting, nil, []question{{"POST", "/cloudless/compiled", 403}}},
		{"one that compiles gets none", NewCompiling, nil, []question{
			{"GET", "/cloudless/adoption", 403}, {"GET", "/cloudless/adoption/code", 403}, {"POST", "/cloudless/compiled", 200}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.make()
			url := serveOne(t, s)
			if tt.before != nil {
				tt.before(s)
			}
			for _, q := range tt.questions {
				req, err := http.NewRequest(q.method, url+q.path, strings.NewReader(""))
				if err != nil {
					t.Fatal(err)
				}
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if resp.StatusCode != q.status {
					t.Errorf("%s %s = %d, want %d", q.method, q.path, resp.StatusCode, q.status)
				}
			}
		})
	}
}

func TestOnlyTheFirstOfWhatIsCompiledIsTaken(t *testing.T) {
	s := NewCompiling()
	url := serveOne(t, s)
	if !s.Waits() {
		t.Error("a runtime that compiles practises")
	}
	for _, body := range []string{"first", "second"} {
		resp, err := http.Post(url+compiledPath, "", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	if got := <-s.Compiled(); string(got) != "first" {
		t.Errorf("compiled = %q", got)
	}
	select {
	case got := <-s.Compiled():
		t.Errorf("compiled again = %q", got)
	default:
	}
}

const (
	askWho  = "GET " + adoptionPath + " HTTP/1.1\r\nHost: x\r\n\r\n"
	askCode = "GET " + codePath + " HTTP/1.1\r\nHost: x\r\n\r\n"
)

func TestARuntimeThatWaitsIsTold(t *testing.T) {
	adoption := &Adoption{Variables: map[string]string{"A": strings.Repeat("1", 1<<20)}, Directory: "/var/task"}
	who := `200 {"variables":{"A":"` + adoption.Variables["A"] + `"},"directory":"/var/task"}`
	for _, tt := range []struct {
		name string
		asks []string
	}{
		{"all at once", []string{askWho + askCode}},
		{"one question after the other", []string{askWho, askCode}},
		{"in pieces", []string{askWho[:9], askWho[9:] + askCode[:20], askCode[20:]}},
	} {
		for _, known := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				s := NewWaiting()
				w := serve(t, s).dial()
				tell := func() { s.Adopt(adoption); s.Supply() }
				if known {
					tell()
				}
				for _, text := range tt.asks {
					w.send(text)
					time.Sleep(10 * time.Millisecond)
				}
				if !known {
					<-s.Waiting()
					tell()
				}
				w.wants(who)
				w.wants("200 ")
				w.send(askNext)
				<-s.Ready()
				s.Invoke(&Invocation{RequestID: "id-1", Payload: []byte("1")})
				w.wants("200 1")
			})
		}
	}
}

func TestWhoWaitsAsksNothingElse(t *testing.T) {
	s := NewWaiting()
	w := serve(t, s).dial()
	w.send(askWho + askNext)
	if n, err := w.in.Read(make([]byte, 1)); err == nil {
		t.Errorf("%d bytes are answered", n)
	}
	s.Adopt(&Adoption{}) // to nobody
}
