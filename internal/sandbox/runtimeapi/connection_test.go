package runtimeapi

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	goruntime "runtime"
	"strings"
	"testing"
	"time"
)

// wireRuntime is a runtime that writes its requests by hand.
type wireRuntime struct {
	t  *testing.T
	c  net.Conn
	in *bufio.Reader
}

func (r runtime) dial() *wireRuntime {
	r.t.Helper()
	c, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(r.url, "http://"), base))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	return &wireRuntime{r.t, c, bufio.NewReader(c)}
}

func (w *wireRuntime) send(text string) {
	w.t.Helper()
	if _, err := io.WriteString(w.c, text); err != nil {
		w.t.Fatal(err)
	}
}

// read returns status and body of the next answer.
func (w *wireRuntime) read() string {
	w.t.Helper()
	resp, err := http.ReadResponse(w.in, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprint(resp.StatusCode, " ", string(body))
}

func (w *wireRuntime) wants(want string) {
	w.t.Helper()
	if got := w.read(); got != want {
		w.t.Errorf("answered %s, want %s", got, want)
	}
}

const askNext = "GET " + nextPath + " HTTP/1.1\r\nHost: x\r\n\r\n"

// answerTo writes the answer to an event.
func answerTo(id, body string, headers ...string) string {
	return "POST " + base + "/invocation/" + id + "/response HTTP/1.1\r\nHost: x\r\nContent-Length: " + fmt.Sprint(len(body)) + "\r\n" +
		strings.Join(headers, "") + "\r\n" + body
}

const andNext = nextHeader + ": 1\r\n"

func TestAnswerAndTheNextQuestionMayBeOneRequest(t *testing.T) {
	s, r := start(t)
	w := r.dial()
	w.send(askNext)
	<-s.Ready()
	for i := range 3 {
		id := fmt.Sprint("id-", i)
		call := s.Invoke(&Invocation{RequestID: id, Payload: []byte(id)})
		w.wants("200 " + id)
		w.send(answerTo(id, `"done"`, andNext))
		if o := <-call.Outcome; string(o.Payload) != `"done"` {
			t.Errorf("outcome = %+v", o)
		}
		select {
		case <-call.Rested:
		default:
			t.Error("the runtime has asked for more with its answer, and does not rest")
		}
	}
}

func TestRequestsInOneWriteAreAnsweredInTheirOrder(t *testing.T) {
	s, r := start(t)
	w := r.dial()
	w.send(askNext)
	s.Invoke(&Invocation{RequestID: "id-1", Payload: []byte("1")})
	w.wants("200 1")
	w.send(answerTo("id-1", "one") + askNext + answerTo("id-2", "two") + askNext)
	w.wants(`202 {"status":"OK"}`)
	second := s.Invoke(&Invocation{RequestID: "id-2", Payload: []byte("2")})
	w.wants("200 2")
	w.wants(`202 {"status":"OK"}`)
	if o := <-second.Outcome; string(o.Payload) != "two" {
		t.Errorf("outcome = %+v", o)
	}
	s.Invoke(&Invocation{RequestID: "id-3", Payload: []byte("3")})
	w.wants("200 3")
}

func TestQuestionOfWhoHasGoneCountsNoLonger(t *testing.T) {
	s, r := start(t)
	first := r.dial()
	first.send(askNext)
	<-s.Ready()
	first.c.Close()
	deadline := time.Now().Add(10 * time.Second)
	for {
		s.state.mu.Lock()
		gone := s.state.asker == nil
		s.state.mu.Unlock()
		if gone {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the question still waits")
		}
		time.Sleep(time.Millisecond)
	}
	second := r.dial()
	second.send(askNext)
	s.Invoke(&Invocation{RequestID: "id-1", Payload: []byte("1")})
	second.wants("200 1")
}

func TestEventForARuntimeThatDoesNotReadLetsNobodyWait(t *testing.T) {
	s, r := start(t)
	w := r.dial()
	w.send(askNext)
	<-s.Ready()
	large := bytes.Repeat([]byte("x"), 6<<20)
	began := make(chan Call)
	go func() { began <- s.Invoke(&Invocation{RequestID: "id-1", Payload: large}) }()
	select {
	case <-began:
	case <-time.After(30 * time.Second):
		t.Fatal("Invoke waits for the runtime to read")
	}
	w.wants("200 " + string(large))
}

func TestConnectionsOfTheRuntime(t *testing.T) {
	for _, tt := range []struct {
		name string
		send string // after the first event
		want []string
		ends bool
	}{
		{"stay open after a refusal", askNext + answerTo("id-1", "1"),
			[]string{`403 {"errorMessage":"State transition is not allowed","errorType":"InvalidStateTransition"}`, `202 {"status":"OK"}`}, false},
		{"know all paths", "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n", []string{"200 pong"}, false},
		{"end where they are asked to", answerTo("id-1", "1", "Connection: close\r\n"), []string{`202 {"status":"OK"}`}, true},
		{"end at a head that has no end", "GET / HTTP/1.1\r\nX: " + strings.Repeat("x", maxHeadBytes) + "\r\n", nil, true},
		{"end at what is no request", "Hello?\r\n\r\n", nil, true},
		{"answer before they are sent more, where that is asked for",
			answerTo("id-1", "", "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n") + "1\r\n1\r\n0\r\n\r\n", []string{`100 `, `202 {"status":"OK"}`}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, r := start(t)
			w := r.dial()
			w.send(askNext)
			s.Invoke(&Invocation{RequestID: "id-1", Payload: []byte("1")})
			w.wants("200 1")
			go func() { _, _ = io.WriteString(w.c, tt.send) }() // what is too long is not read to its end
			for _, want := range tt.want {
				w.wants(want)
			}
			w.c.SetReadDeadline(time.Now().Add(10 * time.Second))
			if tt.ends {
				if _, err := w.in.ReadByte(); err == nil {
					t.Error("the connection goes on")
				}
				return
			}
			w.send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n")
			w.wants("200 pong")
		})
	}
}

func TestLineBreaksOfACallerStayOutOfHeaders(t *testing.T) {
	s, r := start(t)
	s.Invoke(&Invocation{RequestID: "id-1", ClientContext: "{\r\nX-Not-Ours: 1\n}", Payload: []byte("1")})
	resp := r.next()
	if resp.Header.Get("X-Not-Ours") != "" || resp.Header.Get("Lambda-Runtime-Client-Context") != "{  X-Not-Ours: 1 }" {
		t.Errorf("headers = %q", resp.Header)
	}
}

// TestLongHeadsAreHeldOneAtATime begins many on connections of their own. A short request
// and a long one that has an end are answered meanwhile.
func TestLongHeadsAreHeldOneAtATime(t *testing.T) {
	s, r := start(t)
	s.Invoke(&Invocation{RequestID: "id-1", Payload: []byte(`1`)})
	runtime := r.dial()
	runtime.send(askNext)
	runtime.wants("200 1")
	goruntime.GC()
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	for range MaxConns - 4 {
		w := r.dial()
		w.send(askNext) // which is refused, and the connection taken over
		w.read()
		go func() { _, _ = io.WriteString(w.c, "GET /ping HTTP/1.1\r\nX: "+strings.Repeat("x", maxHeadBytes/2)) }()
	}
	time.Sleep(100 * time.Millisecond)
	goruntime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("the server holds %d KB more", grown>>10)
	}
	runtime.send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n")
	runtime.wants("200 pong")
	first := r.dial()
	first.send("GET /ping HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 2*usualHeadBytes) + "\r\n\r\n")
	if got := first.read(); !strings.HasPrefix(got, "431 ") {
		t.Errorf("a long head that comes first is answered %s", got)
	}
}

// TestFailuresMayHaveMuchToTell has a head that AWS's clients send, with what X-Ray is to
// know of a failure.
func TestFailuresMayHaveMuchToTell(t *testing.T) {
	s, r := start(t)
	call := s.Invoke(&Invocation{RequestID: "id-1", Payload: []byte(`1`)})
	runtime := r.dial()
	runtime.send(askNext)
	runtime.wants("200 1")
	runtime.send("POST " + base + "/invocation/id-1/error HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nLambda-Runtime-Function-XRay-Error-Cause: " +
		strings.Repeat("x", 900<<10) + "\r\n\r\n{}")
	runtime.wants(`202 {"status":"OK"}`)
	if o := <-call.Outcome; !o.Failed {
		t.Errorf("outcome = %+v", o)
	}
}
