package http1

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// quiet is a configuration whose handler is h, for handlers that panic.
func quiet(h http.Handler) Config {
	return Config{Handler: h, Log: slog.New(slog.DiscardHandler)}
}

// listen serves on the loopback, and returns where.
func listen(t testing.TB, cfg Config) (*Server, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := New(cfg)
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		_ = l.Close()
		s.Close()
		if err := <-served; !errors.Is(err, net.ErrClosed) {
			t.Errorf("Serve returned %v", err)
		}
	})
	return s, l.Addr().String()
}

// oracle serves the same by net/http.
func oracle(t testing.TB, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr().String()
}

// begin sends text on a new connection.
func begin(t testing.TB, address, text string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

// all returns what comes until the connection is closed.
func all(t testing.TB, c net.Conn) string {
	t.Helper()
	answer, err := io.ReadAll(c)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the connection stays open after %q", answer)
	}
	return string(answer) // a connection that is reset is closed as well
}

// say sends text, and nothing after it, and returns all that comes.
func say(t testing.TB, address, text string) string {
	t.Helper()
	c := begin(t, address, text)
	_ = c.CloseWrite() // fails if all was said, and the connection closed
	return all(t, c)
}

// answers are those in text, to requests with these methods: status, headers in
// their order, and body. It fails where text is no HTTP.
func answers(text string, methods ...string) (all []string) {
	in := bufio.NewReader(strings.NewReader(text))
	for i := 0; ; i++ {
		if _, err := in.Peek(1); err != nil {
			return all
		}
		method := http.MethodGet
		if i < len(methods) {
			method = methods[i]
		}
		r, err := http.ReadResponse(in, &http.Request{Method: method})
		if err != nil {
			return append(all, err.Error())
		}
		if r.StatusCode < 200 {
			i--
		}
		body, err := io.ReadAll(r.Body)
		if r.Header.Get("Date") != "" {
			r.Header.Set("Date", "now")
		}
		var headers bytes.Buffer
		_ = r.Header.Write(&headers)
		length := r.ContentLength
		if r.StatusCode == http.StatusBadRequest || r.StatusCode == http.StatusNotImplemented || r.StatusCode == http.StatusHTTPVersionNotSupported {
			body, length = nil, 0 // whose words are everybody's own
		}
		if len(body) > 100 {
			body = fmt.Appendf(nil, "%s… %x", body[:20], sha256.Sum256(body))
		}
		all = append(all, fmt.Sprintf("%s %d length %d %v close %t\n%s%q %v", r.Proto, r.StatusCode, length, r.TransferEncoding, r.Close, headers.String(), body, err))
	}
}

const host = " HTTP/1.1\r\nHost: a\r\n"

// file writes a file whose content is text, and opens it.
func file(t *testing.T, text string) func() *os.File {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return func() *os.File {
		f, err := os.Open(path)
		if err != nil {
			t.Error(err)
		}
		return f
	}
}

// otherwise are the answers that differ from net/http's, and why they may.
var otherwise = map[string]string{
	"a long text to a HEAD and a GET":                         lengthKnown,
	"many pieces to a HEAD and a GET":                         lengthKnown,
	"a file whose length is not declared to a HEAD and a GET": lengthKnown,
	"a part of the body to an expectation":                    "the rest of the body is read, and the connection goes on",
	"the request to a body that stops":                        "the connection has ended, and it is said",
	"a body that is closed to a body that stops":              "the connection has ended, and it is said",
}

const lengthKnown = "the length that GET would have is told"

// net/http is the oracle: whoever sat behind it does not notice.
func TestAnswersAreThoseOfNetHTTP(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 1<<10)
	open := file(t, long)
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
	}{
		{"nothing", func(http.ResponseWriter, *http.Request) {}},
		{"a short text", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }},
		{"a short page", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }},
		{"a type", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			_, _ = io.WriteString(w, "{}")
		}},
		{"no type", func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			_, _ = io.WriteString(w, "{}")
		}},
		{"an encoding", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "{}")
		}},
		{"a date of its own", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Date", "then") }},
		{"headers of several lines", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", "a\r\nEvil: b") }},
		{"headers that come too late", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			w.Header().Set("X", "late")
			w.WriteHeader(http.StatusOK)
		}},
		{"a long text", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, long)
		}},
		{"a long text of known length", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(long)))
			_, _ = io.WriteString(w, long)
		}},
		{"many pieces", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			for range 3000 {
				_, _ = io.WriteString(w, "piece ")
			}
		}},
		{"pieces that are flushed", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			for range 3 {
				_, _ = io.WriteString(w, "piece ")
				if err := http.NewResponseController(w).Flush(); err != nil {
					t.Error(err)
				}
			}
		}},
		{"a flush, and nothing", func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() }},
		{"a file", func(w http.ResponseWriter, _ *http.Request) {
			f := open()
			defer f.Close()
			w.Header().Set("Content-Length", fmt.Sprint(len(long)))
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = io.Copy(w, f)
		}},
		{"a part of a file", func(w http.ResponseWriter, _ *http.Request) {
			f := open()
			defer f.Close()
			w.Header().Set("Content-Length", "100")
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = io.CopyN(w, f, 100)
		}},
		{"a file whose length is not declared", func(w http.ResponseWriter, _ *http.Request) {
			f := open()
			defer f.Close()
			_, _ = io.Copy(w, f)
		}},
		{"less than declared", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "half")
		}},
		{"more than declared", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "4")
			_, _ = io.WriteString(w, "half")
			_, _ = io.WriteString(w, " and more")
		}},
		{"no content", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }},
		{"no content, and yet some", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNoContent)
			if _, err := io.WriteString(w, "some"); !errors.Is(err, http.ErrBodyNotAllowed) {
				t.Errorf("got %v", err)
			}
		}},
		{"not modified", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Etag", `"x"`)
			w.WriteHeader(http.StatusNotModified)
		}},
		{"a last answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			_, _ = io.WriteString(w, "bye")
		}},
		{"early hints", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Link", "</style.css>")
			w.WriteHeader(http.StatusEarlyHints)
			_, _ = io.WriteString(w, "then")
		}},
		{"the request", func(w http.ResponseWriter, r *http.Request) {
			b, err := io.ReadAll(r.Body)
			_, _ = fmt.Fprintf(w, "%s %s %s %q %v %v %d %v %t %q %v %v", r.Method, r.RequestURI, r.Proto, r.Host, r.Header, r.TransferEncoding, r.ContentLength, r.Trailer, r.Close, b, err, r.TLS)
		}},
		{"a part of the body", func(w http.ResponseWriter, r *http.Request) {
			b := make([]byte, 3)
			n, _ := io.ReadFull(r.Body, b)
			_, _ = fmt.Fprintf(w, "%q", b[:n])
		}},
		{"a body that is closed", func(w http.ResponseWriter, r *http.Request) {
			_ = r.Body.Close()
			_, err := r.Body.Read(make([]byte, 1))
			_, _ = fmt.Fprint(w, errors.Is(err, http.ErrBodyReadAfterClose))
		}},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"half an answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic("lost")
		}},
	} {
		_, ours := listen(t, quiet(tt.handler))
		theirs := oracle(t, tt.handler)
		for _, request := range []struct {
			name, text string
			methods    []string
		}{
			{"a GET", "GET /a?b=c" + host + "\r\n", nil},
			{"two GETs at once", "GET /1" + host + "\r\nGET /2" + host + "\r\n", nil},
			{"a HEAD and a GET", "HEAD /a" + host + "\r\nGET /2" + host + "\r\n", []string{"HEAD"}},
			{"a GET and an end", "GET /1" + host + "Connection: close\r\n\r\nGET /2" + host + "\r\n", nil},
			{"HTTP/1.0", "GET /1 HTTP/1.0\r\n\r\nGET /2 HTTP/1.0\r\n\r\n", nil},
			{"HTTP/1.0, kept alive", "GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n", nil},
			{"a POST", "POST /" + host + "Content-Length: 5\r\nContent-Type: text/plain\r\n\r\nhelloGET /2" + host + "\r\n", nil},
			{"a POST with empty lines after it", "POST /" + host + "Content-Length: 5\r\n\r\nhello\r\nGET /2" + host + "\r\n", nil},
			{"chunks with a trailer", "POST /" + host + "Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\nGET /2" + host + "\r\n", nil},
			{"a body that stops", "POST /" + host + "Content-Length: 10\r\n\r\nhello", nil},
			{"an expectation", "POST /" + host + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\nhello", nil},
			{"an expectation of nothing", "GET /" + host + "Expect: 100-continue\r\n\r\n", nil},
			{"another expectation", "POST /" + host + "Content-Length: 5\r\nExpect: wonders\r\n\r\nhello", nil},
			{"a long body", "POST /" + host + "Content-Length: 20000\r\n\r\n" + long + long[:20000-len(long)] + "GET /2" + host + "\r\n", nil},
			{"a body too long to be left", "POST /" + host + "Content-Length: 300000\r\n\r\n" + strings.Repeat("x", 300000) + "GET /2" + host + "\r\n", nil},
		} {
			t.Run(tt.name+" to "+request.name, func(t *testing.T) {
				if why, ok := otherwise[tt.name+" to "+request.name]; ok {
					t.Skip(why)
				}
				got, want := answers(say(t, ours, request.text), request.methods...), answers(say(t, theirs, request.text), request.methods...)
				if !slices.Equal(got, want) {
					t.Errorf("got\n%s\n\nwant\n%s", strings.Join(got, "\n\n"), strings.Join(want, "\n\n"))
				}
			})
		}
	}
}

func TestAHandlerLearnsThatItsClientHasGone(t *testing.T) {
	ended := make(chan error, 1)
	_, address := listen(t, quiet(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			t.Error(err)
		}
		select {
		case <-r.Context().Done():
			ended <- r.Context().Err()
		case <-time.After(30 * time.Second):
			ended <- errors.New("it has not been told")
		}
	})))
	for _, request := range []string{"GET /" + host + "\r\n", "POST /" + host + "Content-Length: 5\r\n\r\nhello"} {
		c := begin(t, address, request)
		time.Sleep(10 * time.Millisecond) // so that it has begun
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%q: %v", request, err)
		}
	}
}

func TestWhoIsWatchedMayAskAgain(t *testing.T) {
	_, address := listen(t, quiet(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			time.Sleep(3 * longestLook)
		}
		_, _ = io.WriteString(w, r.URL.Path)
		if err := r.Context().Err(); err != nil {
			t.Error(err)
		}
	})))
	request := func(path string) string { return "GET " + path + host + "\r\n" }
	got := answers(say(t, address, request("/slow")+request("/slow")+request("/quick")))
	if len(got) != 3 || !strings.Contains(got[2], "/quick") {
		t.Errorf("got %q", got)
	}
}

func TestWhoWaitsTooLongIsCutOff(t *testing.T) {
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for _, tt := range []struct {
		name string
		cfg  Config
		text string
		want int // answers
	}{
		{"in a head", Config{Handler: h, HeadTimeout: 20 * time.Millisecond}, "GET /" + host + "X-Slow: ", 0},
		{"before the first request", Config{Handler: h, IdleTimeout: 20 * time.Millisecond}, "", 0},
		{"after a request", Config{Handler: h, IdleTimeout: 20 * time.Millisecond}, "GET /" + host + "\r\n", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, address := listen(t, tt.cfg)
			if got := answers(all(t, begin(t, address, tt.text))); len(got) != tt.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestAHeadHasALimit(t *testing.T) {
	_, address := listen(t, Config{Handler: http.NotFoundHandler(), MaxHeadBytes: 8 << 10})
	request := func(n int) string { return "GET /" + host + "X: " + strings.Repeat("x", n) + "\r\n\r\n" }
	for n, want := range map[int]string{7 << 10: "HTTP/1.1 404", 64 << 10: "HTTP/1.1 431"} {
		if got := say(t, address, request(n)); !strings.HasPrefix(got, want) {
			t.Errorf("a header of %d bytes: got %q", n, got)
		}
	}
}

func TestShutdownLetsRequestsEnd(t *testing.T) {
	begun, end := make(chan bool), make(chan bool)
	s, address := listen(t, quiet(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		begun <- true
		<-end
		_, _ = io.WriteString(w, "done")
	})))
	silent, asks := begin(t, address, ""), begin(t, address, "GET /1"+host+"\r\n")
	<-begun
	down := make(chan error)
	go func() { down <- s.Shutdown(t.Context()) }()
	if _, err := silent.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("who asks nothing: %v", err)
	}
	close(end)
	if got := answers(all(t, asks)); len(got) != 1 || !strings.Contains(got[0], `"done"`) || !strings.Contains(got[0], "close true") {
		t.Errorf("got %q", got)
	}
	if err := <-down; err != nil {
		t.Error(err)
	}
}

func TestShutdownDoesNotWaitForEver(t *testing.T) {
	begun := make(chan bool)
	s, address := listen(t, quiet(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
	})))
	begin(t, address, "GET /"+host+"\r\n")
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkServe(b *testing.B) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = io.WriteString(w, "{}")
	})
	_, ours := listen(b, Config{Handler: h})
	for _, server := range []struct{ name, address string }{{"ours", ours}, {"net-http", oracle(b, h)}} {
		b.Run(server.name, func(b *testing.B) {
			c, err := net.Dial("tcp", server.address)
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			request, answer := []byte("POST /"+host+"Content-Length: 2\r\n\r\n{}"), make([]byte, 4<<10)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Write(request); err != nil {
					b.Fatal(err)
				}
				if n, err := c.Read(answer); err != nil || !bytes.HasSuffix(answer[:n], []byte("{}")) {
					b.Fatal(err, string(answer[:n]))
				}
			}
		})
	}
}

// A client that asks at once, and then not, and sends what it has to say in pieces, is
// answered each time.
func TestAQuickClientIsAnsweredWhenItIsSlow(t *testing.T) {
	_, address := listen(t, quiet(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	})))
	c := begin(t, address, "")
	in := bufio.NewReader(c)
	const head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n"
	for i := range 400 {
		pieces := []string{head + "answer"}
		switch {
		case i%16 == 3:
			pieces = []string{head[:9], head[9:] + "answer"}
		case i%16 == 7:
			pieces = []string{head, "ans", "wer"}
		}
		for _, piece := range pieces {
			if _, err := io.WriteString(c, piece); err != nil {
				t.Fatal(err)
			}
			if len(pieces) > 1 || i%16 > 12 {
				time.Sleep(time.Duration(i) * 2 * time.Microsecond)
			}
		}
		r, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
		if body, err := io.ReadAll(r.Body); string(body) != "answer" || err != nil {
			t.Fatalf("answer %d: %q, %v", i, body, err)
		}
	}
}
