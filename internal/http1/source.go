package http1

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net"
)

var errHeadTooLong = errors.New("the head of a request is too long")

// source is what a connection reads from, no more than left bytes.
type source struct {
	from io.Reader
	left int64
}

// begunWith returns what reads what was read of a connection before, and then the
// connection.
func begunWith(begun []byte, conn net.Conn) io.Reader {
	if len(begun) == 0 {
		return conn
	}
	return io.MultiReader(bytes.NewReader(begun), conn)
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
	n, err := s.from.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	return n, err
}
