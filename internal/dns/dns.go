// Package dns answers questions about names from inside sandboxes, and from
// commands for which AWS's names lead here.
//
// A [Server] answers on sockets it is given, datagrams ([Server.ServePacket])
// and streams ([Server.Serve]):
//
//   - dns.go: the sockets;
//   - answer.go: one question in, one answer out, with no I/O;
//   - forward.go: questions that are passed on;
//   - zone.go: which names are AWS's endpoints.
//
// Names of AWS's endpoints lead to one address. To a sandbox every other name does not
// exist ([New]): no question is ever passed on, so nothing leaks out through
// questions. A command has its names from the name servers of its machine ([NewForwarder]).
//
// The package does not know who asks, nor what answers at the address.
package dns

import (
	"bytes"
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
	addr   netip.Addr
	clock  clock.Clock
	others []netip.AddrPort // who are asked for other names; empty: nobody
}

// New returns a server that sends AWS's names to addr, an IPv4 address.
func New(addr netip.Addr, c clock.Clock) *Server { return &Server{addr: addr, clock: c} }

// ServePacket answers datagrams until the socket is closed, then returns nil.
func (s *Server) ServePacket(pc net.PacketConn) error {
	buf := make([]byte, maxDatagram)
	slots := make(chan struct{}, maxForwarded)
	for {
		n, from, err := pc.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		answer := s.Answer(buf[:n])
		if s.isElsewhere(answer) {
			question := bytes.Clone(buf[:n])
			slots <- struct{}{}
			go func() {
				defer func() { <-slots }()
				write(pc, from, s.forward("udp", question))
			}()
			continue
		}
		write(pc, from, answer)
	}
}

// write sends an answer, if there is one.
func write(pc net.PacketConn, to net.Addr, answer []byte) {
	if answer != nil {
		_, _ = pc.WriteTo(answer, to) // a client that has gone is no concern of ours
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
	for {
		_ = c.SetDeadline(s.clock.Now().Add(idleStream))
		question, err := readStream(c)
		if err != nil {
			return
		}
		answer := s.Answer(question)
		if s.isElsewhere(answer) {
			answer = s.forward("tcp", question)
		}
		if answer == nil || writeStream(c, answer) != nil {
			return
		}
	}
}

// writeStream writes a message with its length before it.
func writeStream(w io.Writer, message []byte) error {
	_, err := w.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...))
	return err
}

// readStream reads a message with its length before it.
func readStream(r io.Reader) ([]byte, error) {
	var length [2]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, err
	}
	message := make([]byte, binary.BigEndian.Uint16(length[:]))
	_, err := io.ReadFull(r, message)
	return message, err
}
