package front

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// listen serves h as the front does, on the loopback.
func listen(t *testing.T, h http.Handler, p patience) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(h, slog.New(slog.DiscardHandler), p)
	failed := make(chan error, 1)
	s.Serve(l, &tls.Config{}, false, failed)
	t.Cleanup(func() {
		if err := s.Shutdown(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// say sends text as it is, with nothing to follow, and returns what came until
// the connection was closed.
func say(t *testing.T, address, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the connection stays open after %q", answer)
	}
	return string(answer) // a connection that is reset is closed as well
}

func TestStrangeRequestsHaveAnswers(t *testing.T) {
	f := newFixture()
	f.front.idleBody = 50 * time.Millisecond
	address := listen(t, f.front.Handler(Door{}), usual)
	const host, last = "Host: 127.0.0.1:4566\r\n", "Connection: close\r\n\r\n"
	const list = "POST / HTTP/1.1\r\n" + host + "X-Amz-Target: DynamoDB_20120810.ListTables\r\n"
	for _, tt := range []struct {
		name, request string
		status        int    // 0: the connection is closed without an answer
		text          string // in the answer; "" where it is answered by who knows no protocol of AWS's
	}{
		{"a header without end", "GET / HTTP/1.1\r\n" + host + "X: " + strings.Repeat("x", 128<<10) + "\r\n\r\n", 431, ""},
		{"a broken escape in the path", "GET /bucket/%zz HTTP/1.1\r\n" + host + last, 400, ""},
		{"a broken escape in the query", "FOO /bucket/key?a=%zz&%=& HTTP/1.1\r\n" + host + last, 405, "<Code>MethodNotAllowed</Code>"},
		{"no host", "GET / HTTP/1.1\r\n" + last, 400, ""},
		{"two hosts", "GET / HTTP/1.1\r\n" + host + host + last, 400, ""},
		{"a host that is none", "FOO / HTTP/1.1\r\nHost: ..[::1]:%41:.s3.amazonaws.com:\r\n" + last, 405, "<Code>MethodNotAllowed</Code>"},
		{"a host of dots", "FOO /k HTTP/1.1\r\nHost: ...localhost...\r\n" + last, 405, "<Code>MethodNotAllowed</Code>"},
		{"HTTP/1.0 without a host", "GET /2015-03-31/functions/ HTTP/1.0\r\n\r\n", 403, "Request is missing Authentication Token"},
		{"HTTP/0.9", "GET /index.html\r\n\r\n", 400, ""},
		{"no HTTP at all", "\x15\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, ""},
		{"a method that nobody knows", "FOO /bucket/key HTTP/1.1\r\n" + host + last, 405, "<Code>MethodNotAllowed</Code>"},
		{"a tunnel", "CONNECT example.com:443 HTTP/1.1\r\n" + host + last, 405, "<Code>MethodNotAllowed</Code>"},
		{"an absolute target", "FOO http://example.com/a/b HTTP/1.1\r\n" + host + last, 405, "<Code>MethodNotAllowed</Code>"},
		{"a scheme without a target", "FOO http: HTTP/1.1\r\n" + host + last, 405, "<Code>MethodNotAllowed</Code>"},
		{"HEAD of what is not built", "HEAD /bucket/key HTTP/1.1\r\n" + host + last, 501, ""},
		{"a target without an operation", "POST / HTTP/1.1\r\n" + host + "X-Amz-Target: DynamoDB_20120810.\r\nContent-Length: 0\r\n" + last, 400, "UnknownOperationException"},
		{"a target of no service", "POST / HTTP/1.1\r\n" + host + "X-Amz-Target: .\r\nContent-Length: 0\r\n" + last, 400, "UnknownOperationException"},
		{"a length that is no number", list + "Content-Length: ten\r\n" + last, 400, ""},
		{"two lengths", list + "Content-Length: 2\r\nContent-Length: 3\r\n" + last, 400, ""},
		{"a coding that is not known", list + "Transfer-Encoding: gzip\r\n" + last, 501, ""},
		{"chunks that are none", list + "Transfer-Encoding: chunked\r\n" + last + "zz\r\n", 400, "SerializationException"},
		{"a body that is announced and refused", list + "Content-Length: 2\r\nExpect: 100-continue\r\n" + last + "{}", 400, "MissingAuthenticationTokenException"},
		{"an expectation that cannot be met", list + "Content-Length: 2\r\nExpect: wonders\r\n" + last + "{}", 417, ""},
		{"a body that stops", list + "Content-Length: 10\r\n" + last + "{}", 400, "SerializationException"},
		{"an upload that stops", "PUT /bucket/key HTTP/1.1\r\n" + host + "Content-Length: 10\r\n" + last + "abc", 400, "<Code>RequestTimeout</Code>"},
		{"an unsigned upload in signed chunks", "PUT /bucket/key HTTP/1.1\r\n" + host + "X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\n" +
			"Content-Length: 3\r\n" + last + "abc", 403, "<Code>SignatureDoesNotMatch</Code>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := say(t, address, tt.request)
			method, _, _ := strings.Cut(tt.request, " ")
			in := bufio.NewReader(strings.NewReader(text))
			resp, err := http.ReadResponse(in, &http.Request{Method: method})
			for err == nil && resp.StatusCode == http.StatusContinue {
				resp, err = http.ReadResponse(in, &http.Request{Method: method})
			}
			if err != nil {
				t.Fatalf("%v in %q", err, text)
			}
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != tt.status || !strings.Contains(string(body), tt.text) {
				t.Errorf("got %s %s, want %d %s", resp.Status, body, tt.status, tt.text)
			}
			if err := checkEnvelope(resp.Header, body); tt.text != "" && err != nil {
				t.Error(err)
			}
		})
	}
}

// checkEnvelope finds out whether the body of a refusal is one of AWS's
// protocols.
func checkEnvelope(h http.Header, body []byte) error {
	if h.Get("X-Amzn-RequestId") == "" && h.Get("X-Amz-Request-Id") == "" {
		return errors.New("no request id")
	}
	if json.Valid(body) {
		return nil
	}
	for d := xml.NewDecoder(bytes.NewReader(body)); ; {
		if _, err := d.Token(); err == io.EOF && len(body) > 0 {
			return nil
		} else if err != nil {
			return errors.New("neither JSON nor XML: " + string(body))
		}
	}
}

func TestHeadersThatDoNotEndAreNotAwaited(t *testing.T) {
	address := listen(t, newFixture().front.Handler(Door{}), patience{head: 20 * time.Millisecond, idle: time.Minute})
	if answer := say(t, address, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "); answer != "" {
		t.Errorf("got %q", answer)
	}
}

// A deadline for the body must not outlive it: net/http would take it for the
// end of the client, and of the call.
func TestACallMayTakeLongerThanItsBody(t *testing.T) {
	f := newFixture().front
	f.idleBody = 10 * time.Millisecond
	address := listen(t, f.observe(func(w http.ResponseWriter, r *http.Request, _ *visit) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		select {
		case <-r.Context().Done():
			http.Error(w, "ended", http.StatusGone)
		case <-time.After(20 * f.idleBody):
		}
	}), usual)
	resp, err := http.Post("http://"+address, "text/plain", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("got %s", resp.Status)
	}
}

func TestFilesAreCountedOnTheirWay(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	content := strings.Repeat("content ", 1<<17)
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	counted := make(chan int64, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		cw := &countingWriter{ResponseWriter: w}
		file, err := os.Open(name)
		if err != nil {
			t.Error(err)
			return
		}
		defer file.Close()
		w.Header().Set("Content-Length", "1048576")
		if _, err := io.Copy(cw, file); err != nil {
			t.Error(err)
		}
		counted <- cw.bytes
	}))
	defer srv.Close()
	resp, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, err := io.ReadAll(resp.Body); string(got) != content || err != nil {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if n := <-counted; n != int64(len(content)) {
		t.Errorf("counted %d bytes of %d", n, len(content))
	}
}

// FuzzRequests sends whatever net/http takes for a request, signed or not:
// nothing panics, and refusals are in an envelope of AWS's.
func FuzzRequests(f *testing.F) {
	services := []string{"", "dynamodb", "lambda", "s3", "sts", "logs"}
	for _, seed := range []string{
		"POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Length: 11\r\n\r\n{\"Limit\":1}",
		"GET /2015-03-31/functions/?MaxItems=1 HTTP/1.1\r\nHost: lambda.us-east-1.amazonaws.com\r\n\r\n",
		"PUT /key//..?x-amz-acl=private HTTP/1.1\r\nHost: bucket.s3.amazonaws.com\r\nContent-Length: 1\r\n\r\na",
		"GET /b/k?AWSAccessKeyId=test&Signature=a&Expires=99999999999 HTTP/1.1\r\nHost: b.localhost:1\r\n\r\n",
		"GET /?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20260301%2Fr%2Fs3%2Faws4_request HTTP/1.0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: sts.amazonaws.com\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 43\r\n\r\nAction=GetCallerIdentity&Version=2011-06-15",
		"POST /_aws/execute-api/a/b HTTP/1.1\r\nHost: a.execute-api.localhost\r\nOrigin: null\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: [::1]\r\nOrigin: http://localhost\r\nAccess-Control-Request-Method: PUT\r\n\r\n",
		"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
	} {
		for service := range services {
			f.Add([]byte(seed), uint8(service))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, service uint8) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return
		}
		r.RemoteAddr = "127.0.0.1:50000"
		if name := services[int(service)%len(services)]; name != "" {
			sign(r, "test", "test", name)
		}
		fx := newFixture()
		w := fx.serve(withLocalAddr(r, "127.0.0.1:4566"))
		operation, _, _ := strings.Cut(r.Header.Get(target)+".", ".Describe")
		broken := operation != r.Header.Get(target)+"." // one of those that break on purpose
		switch {
		case w.Code < 400, fx.seen.operation == "execute", // the API's own answer
			strings.Contains(r.Host+r.URL.Path, "broken"), r.Method == http.MethodHead, broken:
		case r.Method == http.MethodOptions && r.Header.Get("Origin") != "":
		case w.Code == http.StatusInternalServerError:
			t.Errorf("%s %s: %d %s", r.Method, r.RequestURI, w.Code, w.Body)
		default:
			if err := checkEnvelope(w.Header(), w.Body.Bytes()); err != nil {
				t.Errorf("%s %s: %d: %v", r.Method, r.RequestURI, w.Code, err)
			}
		}
	})
}
