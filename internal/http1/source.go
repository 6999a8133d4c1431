package http1

import (
	"errors"
	"math"

	"cloudless/internal/lookout"
)

var errHeadTooLong = errors.New("the head of a request is too long")

// source is what a connection reads from, no more than left bytes.
type source struct {
	begun  []byte // what was read of the connection before
	client *lookout.Lookout
	left   int64
	eager  bool        // what comes is looked for before it is waited for
	may    func() bool // whether it still may be
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
	n, err := s.read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	return n, err
}

func (s *source) read(p []byte) (int, error) {
	if len(s.begun) > 0 {
		n := copy(p, s.begun)
		s.begun = s.begun[n:]
		return n, nil
	}
	if s.eager {
		s.eager = false
		if n, err := s.client.Look(p, s.may); err != lookout.ErrNothing {
			return n, err
		}
	}
	return s.client.Read(p)
}
