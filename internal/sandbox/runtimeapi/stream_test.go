package runtimeapi

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// pieces is a stream that remembers.
type pieces struct {
	kind  string
	all   []string
	fails error
}

func (p *pieces) Begin(contentType string) { p.kind = contentType }
func (p *pieces) Write(piece []byte) (int, error) {
	p.all = append(p.all, string(piece))
	return len(piece), p.fails
}

func TestStreamedAnswerIsPassedOn(t *testing.T) {
	const head = "POST " + base + "/invocation/id-1/response HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n" +
		"Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n"
	for _, tt := range []struct {
		name, body string
		fails      error
		hangsUp    bool
		want       Outcome
	}{
		{name: "whole", body: "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n", want: Outcome{Streamed: true}},
		{name: "with an error in its middle", body: "3\r\none\r\n0\r\nLambda-Runtime-Function-Error-Type: E\r\nLambda-Runtime-Function-Error-Body: e30=\r\n\r\n",
			want: Outcome{Streamed: true, Failed: true, ErrorType: "E", Payload: []byte("{}")}},
		{name: "cut short", body: "3\r\none\r\n3\r\nt", hangsUp: true, want: Outcome{Streamed: true, Failed: true, ErrorType: "Runtime.TruncatedResponse"}},
		{name: "to nobody", body: "3\r\none\r\n0\r\n\r\n", fails: errors.New("gone"),
			want: Outcome{Streamed: true, Failed: true, ErrorType: "Runtime.TruncatedResponse"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, r := start(t)
			stream := &pieces{fails: tt.fails}
			call := s.Invoke(&Invocation{RequestID: "id-1", Stream: stream})
			r.next()
			conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(r.url, "http://"), base))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, head+tt.body); err != nil {
				t.Fatal(err)
			}
			if tt.hangsUp {
				conn.Close()
			}
			o := <-call.Outcome
			if got, want := fmt.Sprintf("%+v", o), fmt.Sprintf("%+v", tt.want); got != want {
				t.Errorf("outcome = %s, want %s", got, want)
			}
			if stream.kind != "text/plain" || !strings.HasPrefix("onetwo", strings.Join(stream.all, "")) {
				t.Errorf("stream = %s %q", stream.kind, stream.all)
			}
			if !tt.hangsUp {
				resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil || resp.StatusCode != 202 {
					t.Errorf("answer = %v %v", resp, err)
				}
			}
			if status, _ := r.post("/invocation/id-1/response", "again"); status != 403 {
				t.Errorf("a second answer = %d, want 403", status)
			}
		})
	}
}

func TestAnswersComeWholeOrInPieces(t *testing.T) {
	s, r := start(t)
	call := s.Invoke(&Invocation{RequestID: "id-1"})
	r.next()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+"/invocation/id-1/response", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Lambda-Runtime-Function-Response-Mode", "in verse")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if want := `{"errorMessage":"Invalid function response mode","errorType":"InvalidFunctionResponseMode"}`; err != nil || resp.StatusCode != 400 || string(said) != want {
		t.Errorf("answer = %d %s %v, want %s", resp.StatusCode, said, err, want)
	}
	if o := <-call.Outcome; !o.Failed || o.ErrorType != "Runtime.InvalidResponseModeHeader" {
		t.Errorf("outcome = %+v", o)
	}
}
