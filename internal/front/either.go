package front

import (
	"crypto/tls"
	"io"
	"net"
	"sync"
	"time"
)

// either is a listener for clients that speak TLS and for clients that do not,
// on one port. Whoever begins with a handshake gets one; so a program that was
// sent here by AWS's name for an endpoint may insist on https, and all others need
// no certificate.
type either struct {
	net.Listener
	secure  *tls.Config
	patient time.Duration // with clients that have said nothing yet

	sorted chan sorted
	close  sync.Once
	closed chan struct{}
}

// sorted is a connection whose client has begun, or an error of the listener.
type sorted struct {
	conn net.Conn
	err  error
}

// handshake is the first byte that a client of TLS sends, and none of HTTP.
const handshake = 0x16

// listenEither returns l, on which TLS is spoken too.
func listenEither(l net.Listener, secure *tls.Config, patient time.Duration) net.Listener {
	e := &either{Listener: l, secure: secure, patient: patient, sorted: make(chan sorted), closed: make(chan struct{})}
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
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		e.giveConn(c)
		return
	}
	first := make([]byte, 1<<10) // a request of AWS's SDKs, or what begins it
	_ = c.SetReadDeadline(time.Now().Add(e.patient))
	n, err := c.Read(first)
	if err != nil {
		_ = c.Close() // it said nothing, so it is owed nothing
		return
	}
	_ = c.SetReadDeadline(time.Time{})
	c = &begun{TCPConn: tcp, first: first[:n]}
	if first[0] == handshake {
		c = tls.Server(c, e.secure)
	}
	e.giveConn(c)
}

func (e *either) giveConn(c net.Conn) {
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
	*net.TCPConn
	first []byte
}

// Read implements net.Conn.
func (b *begun) Read(p []byte) (int, error) {
	if len(b.first) == 0 {
		return b.TCPConn.Read(p)
	}
	n := copy(p, b.first)
	if b.first = b.first[n:]; len(b.first) == 0 {
		b.first = nil // it may be long until the connection ends
	}
	return n, nil
}

// WriteTo implements io.WriterTo, for who copies what comes.
func (b *begun) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(b.first)
	b.first = b.first[n:]
	if err != nil {
		return int64(n), err
	}
	more, err := b.TCPConn.WriteTo(w)
	return int64(n) + more, err
}
