package front

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"cloudless/internal/awserr"
)

// idleBody is how long a client that has more to send may send nothing.
const idleBody = time.Minute

// sentBody is the body of a request as its connection gives it. A client that
// stops in the middle is refused, in S3's words, and does not hold the request
// for ever.
type sentBody struct {
	io.ReadCloser
	conn connection
	idle time.Duration
}

// connection is that of a request.
type connection interface{ SetReadDeadline(time.Time) error }

// connectionOf returns the connection that w answers on.
func connectionOf(w http.ResponseWriter) connection {
	if c, ok := w.(connection); ok {
		return c
	}
	return http.NewResponseController(w)
}

// Read reads what has come, or waits. The deadline is the socket's, which knows
// no other clock than the system's; it is taken back, lest it end the call that
// follows the body.
func (b *sentBody) Read(p []byte) (int, error) {
	_ = b.conn.SetReadDeadline(time.Now().Add(b.idle)) // fails where there is no connection, in tests
	n, err := b.ReadCloser.Read(p)
	_ = b.conn.SetReadDeadline(time.Time{})
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = (&awserr.Error{Code: "RequestTimeout", Status: http.StatusBadRequest,
			Message: "Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed."}).Because(err)
	}
	return n, err
}
