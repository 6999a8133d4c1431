// Package seat is for connections that take a seat, which is somebody else's when
// they are closed.
package seat

import (
	"net"
	"sync"
	"syscall"
)

// Conn is a connection that leaves its seat when it is closed, once.
type Conn struct {
	net.Conn
	leave func()
}

// Taken returns a connection that has taken a seat.
func Taken(c net.Conn, leave func()) *Conn { return &Conn{Conn: c, leave: sync.OnceFunc(leave)} }

// Close implements [net.Conn].
func (c *Conn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

// CloseWrite says that nothing more comes, which http does so that its last answer is not
// lost with what it has not read.
func (c *Conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// SyscallConn implements [syscall.Conn], for who reads and writes without waiting. It
// fails if the connection is none of the system's.
func (c *Conn) SyscallConn() (syscall.RawConn, error) {
	if raw, ok := c.Conn.(syscall.Conn); ok {
		return raw.SyscallConn()
	}
	return nil, syscall.EINVAL
}
