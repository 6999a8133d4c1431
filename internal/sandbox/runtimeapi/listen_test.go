package runtimeapi

import (
	"bufio"
	"fmt"
	"net/http"
	goruntime "runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// always is for events that are worked on alone.
func always() bool { return true }

// startListening starts a server whose moments are long, and a runtime on it that has answered
// one event at once, so that the next answer is listened for.
func startListening(t *testing.T) (*Server, *wireRuntime) {
	t.Helper()
	if goruntime.GOOS != "linux" {
		t.Skip("answers are listened for on Linux alone")
	}
	s := New()
	s.moment = time.Second
	r := serve(t, s)
	w := r.dial()
	w.send(askNext)
	<-s.Ready()
	call := s.Invoke(&Invocation{RequestID: "id-0", Payload: []byte("0"), Alone: always})
	w.wants("200 0")
	w.send(answerTo("id-0", "{}", andNext))
	<-call.Outcome
	s.awaitParked(t)
	return s, w
}

// awaitParked waits until the only connection is left to who brings an event.
func (s *Server) awaitParked(t *testing.T) {
	t.Helper()
	for range 5000 {
		s.mu.Lock()
		for c := range s.taken {
			if c.parked.Load() {
				s.mu.Unlock()
				return
			}
		}
		s.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	t.Fatal("the connection is not left to who brings the next event")
}

func TestAnAnswerThatComesAtOnceIsThereWhenTheEventIsGiven(t *testing.T) {
	s, w := startListening(t)
	for i := range 3 {
		id := fmt.Sprint("id-", i)
		go func() {
			w.wants("200 " + id)
			w.send(answerTo(id, "{}", andNext))
		}()
		call := s.Invoke(&Invocation{RequestID: id, Payload: []byte(id), Alone: always})
		select {
		case o := <-call.Outcome:
			if string(o.Payload) != "{}" {
				t.Errorf("outcome = %+v", o)
			}
		default:
			t.Error("nobody has listened")
		}
		select {
		case <-call.Rested:
		default:
			t.Error("the runtime does not rest")
		}
	}
}

func TestWhatIsHeardInPartIsReadToItsEnd(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	for _, tt := range []struct {
		name   string
		pieces []string
		want   string
	}{
		{"half of a head", []string{"POST " + base + "/invoc", strings.TrimPrefix(answerTo("id-1", "{}", andNext), "POST "+base+"/invoc")}, "{}"},
		{"a head without its body", []string{strings.TrimSuffix(answerTo("id-1", "{}", andNext), "{}"), "{}"}, "{}"},
		{"a long body", []string{answerTo("id-1", long, andNext)}, long},
		{"an answer to another event", []string{answerTo("id-0", "0", andNext), answerTo("id-1", "{}", andNext)}, "{}"},
		{"an answer that asks for no event", []string{answerTo("id-1", "{}")}, "{}"},
		{"a question first", []string{"GET " + base + "/nothing HTTP/1.1\r\nHost: x\r\n\r\n", answerTo("id-1", "{}", andNext)}, "{}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, w := startListening(t)
			go func() {
				w.wants("200 1")
				for i, piece := range tt.pieces {
					if i > 0 {
						time.Sleep(20 * time.Millisecond)
					}
					w.send(piece)
				}
			}()
			call := s.Invoke(&Invocation{RequestID: "id-1", Payload: []byte("1"), Alone: always})
			if o := <-call.Outcome; string(o.Payload) != tt.want {
				t.Errorf("outcome = %.100q", o.Payload)
			}
		})
	}
}

func TestNobodyListensForTooLong(t *testing.T) {
	for _, tt := range []struct {
		name  string
		alone func() bool
	}{
		{"while others are worked on", func() bool { return false }},
		{"when nobody says that none are", nil},
		{"and only for a moment", always},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, w := startListening(t)
			call := s.Invoke(&Invocation{RequestID: "id-1", Payload: []byte("1"), Alone: tt.alone}) // it returns
			w.wants("200 1")
			w.send(answerTo("id-1", "{}", andNext))
			if o := <-call.Outcome; string(o.Payload) != "{}" {
				t.Errorf("outcome = %+v", o)
			}
		})
	}
}

func TestAConnectionThatNobodyReadsEnds(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(*Server, *wireRuntime)
	}{
		{"with the server", func(s *Server, _ *wireRuntime) { _ = s.Close() }},
		{"with the runtime, when the next event comes", func(s *Server, w *wireRuntime) {
			w.c.Close()
			s.Invoke(&Invocation{RequestID: "id-1", Payload: []byte("1"), Alone: always})
		}},
		{"with what is no request", func(s *Server, w *wireRuntime) {
			w.send("\x00\r\n\r\n")
			s.Invoke(&Invocation{RequestID: "id-1", Payload: []byte("1"), Alone: always})
		}},
		{"with a request that is to be the last", func(s *Server, w *wireRuntime) {
			w.send("GET " + base + "/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			s.Invoke(&Invocation{RequestID: "id-1", Payload: []byte("1"), Alone: always})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, w := startListening(t)
			tt.end(s, w)
			for range 5000 {
				s.mu.Lock()
				left := len(s.taken)
				s.mu.Unlock()
				if left == 0 {
					return
				}
				time.Sleep(time.Millisecond)
			}
			t.Error("the connection is served still")
		})
	}
}

// TestEventsAreBroughtByMany has the turn to read go from one to the other.
func TestEventsAreBroughtByMany(t *testing.T) {
	s, w := startListening(t)
	go func() {
		for {
			resp, err := http.ReadResponse(w.in, nil)
			if err != nil {
				return
			}
			id := resp.Header.Get("Lambda-Runtime-Aws-Request-Id")
			if _, err := bufio.NewReader(resp.Body).Discard(int(resp.ContentLength)); err != nil {
				return
			}
			if _, err := w.c.Write([]byte(answerTo(id, id, andNext))); err != nil {
				return
			}
		}
	}()
	var looks atomic.Int64
	for i := range 2000 {
		id := fmt.Sprint("id-", i)
		given := make(chan Call)
		go func() {
			given <- s.Invoke(&Invocation{RequestID: id, Payload: []byte(id), Alone: func() bool { return looks.Add(1)%7 != 0 }})
		}()
		call := <-given
		if o := <-call.Outcome; string(o.Payload) != id {
			t.Fatalf("outcome of %s = %+v", id, o)
		}
		<-call.Rested
	}
}

// TestAnEventThatWaitsForTheOneBeforeToBeReadIsNotForgotten has a runtime answer, and ask for
// the next event, before it has read the one that it answers to: the next can be written only
// later, when nobody listens any more.
func TestAnEventThatWaitsForTheOneBeforeToBeReadIsNotForgotten(t *testing.T) {
	s, w := startListening(t)
	large := strings.Repeat("x", 6<<20)
	first := s.Invoke(&Invocation{RequestID: "id-1", Payload: []byte(large)})
	w.send(answerTo("id-1", "{}", andNext))
	<-first.Outcome
	s.awaitParked(t)
	second := s.Invoke(&Invocation{RequestID: "id-2", Payload: []byte("2"), Alone: always})
	w.wants("200 " + large)
	w.wants("200 2")
	w.send(answerTo("id-2", "{}", andNext))
	select {
	case <-second.Outcome:
	case <-time.After(30 * time.Second):
		t.Fatal("nobody reads the answer")
	}
}
