package http1

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// maxUnreadBytes is how much of a body that its handler did not want is read, so
// that the connection can go on.
const maxUnreadBytes = 256 << 10

// body is the body of a request. Handlers may read it on other goroutines than
// their own.
type body struct {
	c    *connection
	from io.ReadCloser

	mu       sync.Mutex
	expected bool  // the client waits to be told to send it
	closed   bool  // nobody is to read it any more
	err      error // how it ended
}

// Read implements [io.Reader].
func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	return b.read(p)
}

// read reads, with the lock held.
func (b *body) read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.expected {
		b.expected = false
		if _, err := io.WriteString(b.c.conn, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return 0, err
		}
	}
	n, err := b.from.Read(p)
	b.err = err // nobody knows where a body ends whose reading has failed
	if err == io.EOF {
		b.c.bodyTaken()
	}
	return n, err
}

// Close implements [io.Closer].
func (b *body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return nil
}

var errUnread = errors.New("more of the body is left than is read")

// finish reads what is left of the body before its request is answered, unless
// that is the last or too much, and reports whether that was all, so that another
// request can follow. Nobody reads it any more.
func (b *body) finish(length int64, last bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	switch {
	case b.err != nil:
		return b.err == io.EOF
	case last, b.expected, length > maxUnreadBytes:
		b.err = errUnread
		return false
	}
	_, _ = io.CopyN(io.Discard, readerFunc(b.read), maxUnreadBytes) // keeps its error
	if b.err == nil {
		b.err = errUnread
	}
	return b.err == io.EOF
}

// readerFunc is a function that reads.
type readerFunc func([]byte) (int, error)

// Read implements [io.Reader].
func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// told says that the client was told to send the body.
func (b *body) told() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expected = false
}
