package sandbox

import (
	"context"
	"io"
	"net"
	"net/http"
)

// A runtime that waits for a function practises with the SDK, so that the function finds
// what it uses compiled. It practises at the very address at which functions find
// AWS, and with all that they do to get there; but what it says there, before it
// is anybody's, is for nobody's ears: it is answered here, and never passed on.

// waiter is the Runtime API of an environment.
type waiter interface {
	// Waits reports whether its runtime does not know its function yet.
	Waits() bool
}

// practiceListener marks the connections that come while the runtime waits.
type practiceListener struct {
	net.Listener
	api waiter
}

// practiceConn is one of those.
type practiceConn struct {
	net.Conn
	api waiter
}

// Accept returns the next connection.
func (l practiceListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil && l.api.Waits() {
		c = practiceConn{c, l.api}
	}
	return c, err
}

// practiceKey is the key of the waiter in the context of a request for practice.
type practiceKey struct{}

func practiceContext(ctx context.Context, c net.Conn) context.Context {
	if p, ok := c.(practiceConn); ok {
		return context.WithValue(ctx, practiceKey{}, p.api)
	}
	return ctx
}

// orPractice answers what is said for practice, and leaves all else to front.
func orPractice(front http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if api, ok := r.Context().Value(practiceKey{}).(waiter); ok {
			practise(w, r, api)
			return
		}
		front.ServeHTTP(w, r)
	})
}

// practise answers with as little as the SDKs take: an empty object to who names an
// operation of DynamoDB, and nothing to the others.
func practise(w http.ResponseWriter, r *http.Request, api waiter) {
	if !api.Waits() {
		panic(http.ErrAbortHandler) // whoever it is now may connect anew
	}
	_, _ = io.Copy(io.Discard, r.Body) // one that breaks off is told nothing
	h := w.Header()
	if r.Header.Get("X-Amz-Target") == "" {
		h.Set("X-Amz-Request-Id", "practice")
		h.Set("Etag", `"practice"`)
		return
	}
	h.Set("Content-Type", "application/x-amz-json-1.0")
	h.Set("X-Amzn-Requestid", "practice")
	h.Set("X-Amz-Crc32", "2745614147") // of {}
	_, _ = io.WriteString(w, "{}")
}
