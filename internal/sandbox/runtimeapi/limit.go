package runtimeapi

import (
	"net"
	"sync"
	"syscall"
)

// MaxConns is how many connections one listener of an environment serves at a
// time: enough for any program, too few to take ours from us.
const MaxConns = 32

// limited accepts no more connections than that. It is netutil's LimitListener with
// connections on which one can write without waiting.
type limited struct {
	net.Listener
	places chan struct{} // holds one for each connection
	closed chan struct{}
	once   sync.Once // closes closed
}

func newLimited(l net.Listener) *limited {
	return &limited{Listener: l, places: make(chan struct{}, MaxConns), closed: make(chan struct{})}
}

// Accept implements net.Listener.
func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	return &limitedConn{Conn: c, leave: sync.OnceFunc(func() { <-l.places })}, nil
}

// Close implements net.Listener.
func (l *limited) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type limitedConn struct {
	net.Conn
	leave func()
}

// Close implements net.Conn.
func (c *limitedConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

// CloseWrite says that nothing more comes, which http does so that its last answer is not
// lost with what it has not read.
func (c *limitedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// rawOf returns the connection as the system has it, or nil if it is none of the
// system's.
func rawOf(c net.Conn) syscall.RawConn {
	if l, ok := c.(*limitedConn); ok {
		c = l.Conn
	}
	s, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}
