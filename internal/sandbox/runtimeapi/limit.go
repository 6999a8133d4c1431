package runtimeapi

import (
	"net"
	"sync"

	"cloudless/internal/sandbox/seat"
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
	return seat.Taken(c, func() { <-l.places }), nil
}

// Close implements net.Listener.
func (l *limited) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}
