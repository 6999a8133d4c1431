package http1

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// script is a connection whose client sends a text and reads all.
type script struct {
	net.Addr
	in     *bytes.Reader
	closed chan struct{}
	once   sync.Once
}

func (s *script) Read(p []byte) (int, error)     { return s.in.Read(p) }
func (*script) Write(p []byte) (int, error)      { return len(p), nil }
func (s *script) Close() error                   { s.once.Do(func() { close(s.closed) }); return nil }
func (s *script) LocalAddr() net.Addr            { return s.Addr }
func (s *script) RemoteAddr() net.Addr           { return s.Addr }
func (*script) SetDeadline(time.Time) error      { return nil }
func (*script) SetReadDeadline(time.Time) error  { return nil }
func (*script) SetWriteDeadline(time.Time) error { return nil }
func play(text []byte) *script {
	return &script{Addr: &net.TCPAddr{}, in: bytes.NewReader(text), closed: make(chan struct{})}
}

// once is a listener for one connection.
type once chan net.Conn

func (l once) Accept() (net.Conn, error) {
	if c, ok := <-l; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (once) Close() error   { return nil }
func (once) Addr() net.Addr { return &net.TCPAddr{} }

// FuzzRequests: what a handler sees of any bytes is what it sees behind net/http,
// so nobody can smuggle a request past the one that would not pass the other.
func FuzzRequests(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nX: y\r\n\r\nGET / HTTP/1.0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
		"GET / HTTP/1.1\r\n Host: a\r\nX\x00: y\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
		"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET http://b/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"\r\n\r\nGET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		hidden := false // net/http's parser hides whether there was a Host, so what has one elsewhere, or none, is not compared
		// and neither is an expectation that net/http believes to understand
		seen := func(serve func(http.Handler, *script)) (requests []string) {
			c := play(text)
			serve(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if hidden = hidden || r.URL.Host != "" || r.Host == "" && r.ProtoMinor > 0 || len(r.Header.Get("Expect")) > len("100-continue"); hidden {
					return
				}
				body, err := io.ReadAll(r.Body)
				requests = append(requests, fmt.Sprintf("%s %q %q %q %v %v", r.Method, r.RequestURI, r.Host, body, r.Header, err))
			}), c)
			return requests
		}
		ours := seen(func(h http.Handler, c *script) { New(quiet(h)).ServeConn(c, nil) })
		theirs := seen(func(h http.Handler, c *script) {
			l := make(once, 1)
			l <- c
			close(l)
			s := http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), DisableGeneralOptionsHandler: true}
			_ = s.Serve(l)
			<-c.closed
		})
		if !slices.Equal(ours, theirs) {
			t.Errorf("of %q we see %q, and net/http sees %q", text, ours, theirs)
		}
	})
}
