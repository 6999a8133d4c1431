package front

import (
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// serveEither serves on one port what a client speaks, and returns its address
// and a client that trusts it.
func serveEither(t *testing.T) (*Server, string, *http.Client) {
	t.Helper()
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	t.Cleanup(certified.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.TLS != nil {
			w.Header().Set("Secure", "yes")
		}
		_, _ = w.Write(body)
	}), slog.New(slog.DiscardHandler))
	s.Serve(l, &tls.Config{Certificates: certified.TLS.Certificates}, false, make(chan error, 1))
	t.Cleanup(func() { _ = s.Shutdown(t.Context()) })
	return s, l.Addr().String(), certified.Client()
}

func TestOnePortForTLSAndPlainText(t *testing.T) {
	_, address, client := serveEither(t)
	long := string(make([]byte, 100_000)) // more than is read to find out what a client speaks
	for _, scheme := range []string{"http", "https", "http", "https"} {
		resp, err := client.Post(scheme+"://"+address+"/", "text/plain", io.NopCloser(io.LimitReader(zeros{}, int64(len(long)))))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != long || (resp.Header.Get("Secure") == "yes") != (scheme == "https") {
			t.Errorf("%s: %d bytes, %v, %v", scheme, len(body), resp.Header, err)
		}
	}
}

// zeros has as many as anybody reads.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestWhoSaysNothingHoldsUpNobody(t *testing.T) {
	s, address, client := serveEither(t)
	silent, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	resp, err := client.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	client.CloseIdleConnections()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = silent.SetReadDeadline(time.Now().Add(30 * time.Second))
	if _, err := silent.Write([]byte("GET / HTTP/1.1\r\nHost: h\r\n\r\n")); err == nil {
		if n, err := silent.Read(make([]byte, 1)); n > 0 || err == nil {
			t.Error("a server that was shut down answered")
		}
	}
}
