package http1

import (
	"errors"
	"io"
	"math"
	"net"
)

var errHeadTooLong = errors.New("the head of a request is too long")

// source is what a connection reads from: at first what was read before, then the
// connection, no more than left bytes.
type source struct {
	begun []byte
	conn  net.Conn
	left  int64
}

// slack is how much more may be read of a head than is allowed, as net/http
// does it: the reader takes more than it is asked for.
const slack = 4 << 10

// bound allows a head of up to limit bytes.
func (s *source) bound(limit int) { s.left = int64(limit) + slack }

// unbound allows whatever follows: bodies have limits of whom they are for.
func (s *source) unbound() { s.left = math.MaxInt64 }

// Read implements [io.Reader].
func (s *source) Read(p []byte) (int, error) {
	if s.left <= 0 {
		return 0, errHeadTooLong
	}
	p = p[:min(int64(len(p)), s.left)]
	if len(s.begun) > 0 {
		n := copy(p, s.begun)
		if s.begun = s.begun[n:]; len(s.begun) == 0 {
			s.begun = nil // it may be long until the connection ends
		}
		s.left -= int64(n)
		return n, nil
	}
	n, err := s.conn.Read(p)
	s.left -= int64(n)
	return n, err
}

var _ io.Reader = (*source)(nil)
