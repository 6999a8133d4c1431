package front

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// either is one port for all that is spoken on it. Whoever begins with a handshake
// of TLS gets one; so a program that was sent here by AWS's name for an endpoint may
// insist on https, and all others need no certificate. Whoever speaks HTTP/1.1
// without TLS is served at once; it is a listener for the others.
type either struct {
	net.Listener
	secure  *tls.Config
	plain   func(c net.Conn, begun []byte) // serves HTTP/1.1 on c, of which begun was read
	patient time.Duration                  // with clients that have said nothing yet

	sorted chan sorted
	close  sync.Once
	closed chan struct{}
}

// sorted is a connection whose client has begun, or an error of the listener.
type sorted struct {
	conn net.Conn
	err  error
}

const (
	// handshake is the first byte that a client of TLS sends, and none of HTTP.
	handshake = 0x16
	// preface is what a client of HTTP/2 begins with that does not ask whether it is spoken.
	preface = "PRI * HTTP/2.0\r\n"
)

// listenEither returns a listener for those who connect to l and do not speak
// HTTP/1.1 without TLS. Those who do, plain serves.
func listenEither(l net.Listener, secure *tls.Config, plain func(net.Conn, []byte), patient time.Duration) net.Listener {
	e := &either{Listener: l, secure: secure, plain: plain, patient: patient, sorted: make(chan sorted), closed: make(chan struct{})}
	go e.accept()
	return e
}

// accept accepts until the listener is closed. A client that says nothing holds
// up no other.
func (e *either) accept() {
	for {
		c, err := e.Listener.Accept()
		if err != nil {
			if !e.give(sorted{err: err}) {
				return
			}
			continue
		}
		go e.sort(c)
	}
}

// sort finds out what the client of c speaks.
func (e *either) sort(c net.Conn) {
	first := make([]byte, 1<<10) // a request of AWS's SDKs, or what begins it
	_ = c.SetReadDeadline(time.Now().Add(e.patient))
	n, err := c.Read(first)
	if err != nil {
		_ = c.Close() // it said nothing, so it is owed nothing
		return
	}
	_ = c.SetReadDeadline(time.Time{})
	first = first[:n]
	switch {
	case first[0] == handshake:
		c = tls.Server(begunWith(first, c), e.secure)
	case !strings.HasPrefix(preface, string(first[:min(n, len(preface))])):
		e.plain(c, first)
		return
	default:
		c = begunWith(first, c)
	}
	if !e.give(sorted{conn: c}) {
		_ = c.Close() // nobody serves any more
	}
}

// give hands on what came in, unless the listener is closed.
func (e *either) give(s sorted) bool {
	select {
	case e.sorted <- s:
		return true
	case <-e.closed:
		return false
	}
}

// Accept implements net.Listener.
func (e *either) Accept() (net.Conn, error) {
	select {
	case s := <-e.sorted:
		return s.conn, s.err
	case <-e.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (e *either) Close() error {
	e.close.Do(func() { close(e.closed) })
	return e.Listener.Close()
}

// begun is a connection of which the beginning has been read.
type begun struct {
	net.Conn
	whole io.Reader // the beginning, and the rest
}

func begunWith(first []byte, c net.Conn) net.Conn {
	return &begun{Conn: c, whole: io.MultiReader(bytes.NewReader(first), c)}
}

// Read implements net.Conn.
func (b *begun) Read(p []byte) (int, error) { return b.whole.Read(p) }
