//go:build linux

package sandbox

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// memoryStream remembers what it is given.
type memoryStream struct {
	mu     sync.Mutex
	kind   string
	text   strings.Builder
	pieces chan string
}

func newMemoryStream() *memoryStream { return &memoryStream{pieces: make(chan string, 100)} }

func (s *memoryStream) Begin(contentType string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kind += contentType
}

func (s *memoryStream) Write(piece []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(piece)
	s.pieces <- string(piece)
	return len(piece), nil
}

func TestNodeStreamsItsAnswer(t *testing.T) {
	for _, tt := range []struct {
		name, code           string
		kind, text           string
		errorType, errorText string
		notStreamed          bool
	}{
		{name: "in pieces", code: `awslambda.streamifyResponse(async (event, out, context) => {
			out.setContentType('text/plain');
			out.write('one '); await new Promise((done) => setTimeout(done, 20)); out.write('two'); out.end(context.awsRequestId ? '!' : '?');
		})`, kind: "text/plain", text: "one two!"},
		{name: "by a pipeline", code: `awslambda.streamifyResponse(async (event, out) => {
			await require('stream/promises').pipeline(require('stream').Readable.from(['a', 'b', 'x'.repeat(300000)]), out);
		})`, kind: "application/octet-stream", text: "ab" + strings.Repeat("x", 300000)},
		{name: "with status and headers", code: `awslambda.streamifyResponse(async (event, out) => {
			out = awslambda.HttpResponseStream.from(out, { statusCode: 201, headers: { a: 'b' } });
			out.write('made'); out.end();
		})`, kind: "application/vnd.awslambda.http-integration-response",
			text: `{"statusCode":201,"headers":{"a":"b"}}` + strings.Repeat("\x00", 8) + "made"},
		{name: "and fails in the middle", code: `awslambda.streamifyResponse(async (event, out) => {
			await new Promise((done) => out.write('half', done)); throw new TypeError('broken');
		})`, kind: "application/octet-stream", text: "half", errorType: "TypeError", errorText: `"errorMessage":"broken"`},
		{name: "and fails before", code: `awslambda.streamifyResponse(async (event, out) => { throw new TypeError('broken'); })`,
			errorType: "TypeError", errorText: `"errorMessage":"broken"`, notStreamed: true},
		{name: "without an end", code: `awslambda.streamifyResponse(async (event, out) => { out.write('all'); })`,
			kind: "application/octet-stream", text: "all"},
		{name: "of objects", code: `awslambda.streamifyResponse(async (event, out) => { out.write({ a: 1 }); out.end(); })`,
			kind: "application/octet-stream", text: `{"a":1}`},
		{name: "without a promise", code: `awslambda.streamifyResponse(() => {})`,
			errorType: "string", errorText: `"errorMessage":"Streaming does not support non-async handlers."`, notStreamed: true},
		{name: "that is empty", code: `awslambda.streamifyResponse(async (event, out) => { out.end(); })`, kind: "application/octet-stream"},
		{name: "of one piece", code: `async () => ({ whole: true })`, kind: "application/json", text: `{"whole":true}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t)
			needRuntime(t, b, "nodejs22.x")
			fn := node("nodejs22.x", "index.js", "exports.handler = "+tt.code+";")
			for range 2 { // the second time by the same process
				s := newMemoryStream()
				in := event(`{}`)
				in.Stream = s
				r, err := b.Invoke(t.Context(), fn, in)
				if err != nil {
					t.Fatal(err)
				}
				if s.kind != tt.kind || s.text.String() != tt.text || r.Streamed == tt.notStreamed {
					t.Errorf("stream %v = %s %.100q (%d bytes), want %s %.100q\n%s", r.Streamed, s.kind, s.text.String(), s.text.Len(), tt.kind, tt.text, r.LogTail)
				}
				if r.ErrorType != tt.errorType || !strings.Contains(string(r.Payload), tt.errorText) || tt.errorText == "" && r.Payload != nil {
					t.Errorf("result = %q %s, want %s %s", r.ErrorType, r.Payload, tt.errorType, tt.errorText)
				}
				b.awaitRest() // what it has to do after the end of its answer
			}
			if tt.errorType == "" && len(b.Status().Environments) != 1 {
				t.Error("the second event found no environment")
			}
			// Whoever wants the answer whole gets it so.
			if r := b.invoke(fn, `{}`); tt.errorType == "" && string(r.Payload) != tt.text {
				t.Errorf("whole = %.100q, want %.100q", r.Payload, tt.text)
			}
		})
	}
}

func TestStreamIsHeardWhileTheFunctionWorks(t *testing.T) {
	b := newIsolatedBench(t)
	needRuntime(t, b, "nodejs22.x")
	fn := node("nodejs22.x", "index.js", `exports.handler = awslambda.streamifyResponse(async (event, out) => {
		out.write('first'); setInterval(() => out.write('more'), 10); await new Promise(() => {});
	});`)
	fn.Timeout = 3 * time.Second
	s := newMemoryStream()
	in := event(`{}`)
	in.Stream = s
	results := make(chan Result, 1)
	go func() {
		r, _ := b.Invoke(t.Context(), fn, in)
		results <- r
	}()
	if first := <-s.pieces; first != "first" {
		t.Errorf("first = %q", first)
	}
	select {
	case r := <-results:
		t.Errorf("it has ended already: %+v", r)
	default:
	}
	go func() {
		for range s.pieces {
		}
	}()
	r := <-results
	s.mu.Lock()
	length := s.text.Len()
	s.mu.Unlock()
	if r.ErrorType != "Sandbox.Timedout" || !r.Streamed {
		t.Errorf("result = %s", r.Payload)
	}
	time.Sleep(50 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.text.Len() != length {
		t.Error("the stream was written to after the end")
	}
}

// TestWorkAfterAStreamsEndBelongsToItsEvent has a handler go on when its answer has
// ended, and log it: the event is over when the handler is.
func TestWorkAfterAStreamsEndBelongsToItsEvent(t *testing.T) {
	b := newIsolatedBench(t, func(c *Config) { c.FreezeAfter = time.Millisecond })
	needRuntime(t, b, "nodejs22.x")
	fn := node("nodejs22.x", "index.js", `exports.handler = awslambda.streamifyResponse(async (event, out) => {
		out.end('all');
		await new Promise((done) => setTimeout(done, 200));
		console.log('after the end');
		return 7;
	});`)
	if r := b.invoke(fn, `{}`); string(r.Payload) != "all" {
		t.Fatalf("result = %q %s", r.FunctionError, r.Payload)
	}
	await(t, "the environment rests", func() bool { return b.Status().Environments[0].State == Idle })
	text := b.text()
	for _, want := range []string{"\t" + requestID + "\tINFO\tafter the end\n", "\t" + requestID + "\tWARN\tStreaming handlers ignore return values.\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("log = %s, want %q", text, want)
		}
	}
}
