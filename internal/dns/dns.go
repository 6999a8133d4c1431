// Package dns answers questions about names from inside sandboxes.
//
// A [Server] answers on sockets it is given, datagrams ([Server.ServePacket])
// and streams ([Server.Serve]):
//
//   - dns.go: the sockets;
//   - answer.go: one question in, one answer out, with no I/O;
//   - zone.go: which names are AWS's endpoints.
//
// Names of AWS's endpoints lead to one address; every other name does not
// exist. No question is ever passed on, so nothing leaks out of a sandbox
// through its questions.
//
// The package does not know who asks, nor what answers at the address.
package dns

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"cloudless/internal/clock"
)

const (
	maxDatagram = 1232 // what fits everywhere without fragments
	maxStream   = 65535
	// idleStream is how long a stream may say nothing before it is closed.
	idleStream = 30 * time.Second
	// maxStreams bounds the streams served at a time on one listener.
	maxStreams = 64
)

// Server answers questions. The zero value is not useful; see [New].
type Server struct {
	addr  netip.Addr
	clock clock.Clock
}

// New returns a server that sends AWS's names to addr, an IPv4 address.
func New(addr netip.Addr, c clock.Clock) *Server { return &Server{addr: addr, clock: c} }

// ServePacket answers datagrams until the socket is closed, then returns nil.
func (s *Server) ServePacket(pc net.PacketConn) error {
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := pc.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		if answer := s.Answer(buf[:n]); answer != nil {
			_, _ = pc.WriteTo(answer, from) // a client that has gone is no concern of ours
		}
	}
}

// Serve answers streams until the listener is closed and the last stream has
// ended, then returns nil.
func (s *Server) Serve(l net.Listener) error {
	var (
		mu    sync.Mutex
		open  = make(map[net.Conn]struct{})
		wg    sync.WaitGroup
		slots = make(chan struct{}, maxStreams)
	)
	defer wg.Wait()
	defer func() {
		mu.Lock()
		defer mu.Unlock()
		for c := range open {
			c.Close()
		}
	}()
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		slots <- struct{}{}
		mu.Lock()
		open[c] = struct{}{}
		mu.Unlock()
		wg.Go(func() {
			s.stream(c)
			mu.Lock()
			delete(open, c)
			mu.Unlock()
			<-slots
		})
	}
}

// stream answers one connection: each message with its length before it.
func (s *Server) stream(c net.Conn) {
	defer c.Close()
	var length [2]byte
	buf := make([]byte, maxStream)
	for {
		_ = c.SetDeadline(s.clock.Now().Add(idleStream))
		if _, err := io.ReadFull(c, length[:]); err != nil {
			return
		}
		question := buf[:binary.BigEndian.Uint16(length[:])]
		if _, err := io.ReadFull(c, question); err != nil {
			return
		}
		answer := s.Answer(question)
		if answer == nil {
			return
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}
