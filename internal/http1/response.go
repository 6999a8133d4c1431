package http1

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// shortBody is how long a body may be to be sent in one piece with its head, and
// its length in it.
const shortBody = 4 << 10

// mostRoom is how much of what a connection has written with it keeps.
const mostRoom = 64 << 10

// response is the answer to a request. It implements [http.ResponseWriter], and
// what [http.ResponseController] asks for: Flush and SetReadDeadline among it.
type response struct {
	c    *connection
	r    *http.Request
	sent *body // of the request; nil if it has none

	header  http.Header
	status  int    // 0 until it is decided
	head    head   // once it is
	length  int64  // of the body, as the client is told; -1: it is not
	written int64  // of the body, by the handler
	body    []byte // what of it is not on its way yet
	begun   bool   // the head is on its way
	chunked bool
	last    bool // the connection ends with it
	over    bool // the handler has returned
	err     error
}

// Header implements [http.ResponseWriter].
func (w *response) Header() http.Header {
	if w.header == nil {
		w.header = make(http.Header, 4)
	}
	return w.header
}

// WriteHeader implements [http.ResponseWriter].
func (w *response) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic("http1: there is no status " + strconv.Itoa(status))
	}
	if w.status != 0 || w.over {
		return
	}
	if status < 200 && status != http.StatusSwitchingProtocols {
		w.inform(status)
		return
	}
	w.status = status
	w.head = newHead(w.r.ProtoMinor, status, w.header, w.c.out)
	w.length = w.head.length
	w.last = w.last || w.head.wantsEnd
}

// inform sends what precedes an answer, such as early hints.
func (w *response) inform(status int) {
	h := newHead(w.r.ProtoMinor, status, w.header, nil)
	if status == http.StatusContinue && w.sent != nil {
		w.sent.told()
	}
	w.send(append(h.text, "\r\n"...), nil)
}

// hasBody tells whether the client is sent a body.
func (w *response) hasBody() bool { return w.head.mayBody && w.r.Method != http.MethodHead }

// Write implements [http.ResponseWriter].
func (w *response) Write(p []byte) (int, error) {
	if err := w.admit(len(p)); err != nil {
		return 0, err
	}
	if !w.hasBody() {
		w.head.sniffed(p)
		return len(p), nil
	}
	if !w.begun && w.body == nil {
		w.body = w.c.body[:0]
	}
	if len(w.body)+len(p) <= shortBody {
		w.body = append(w.body, p...)
		return len(p), nil
	}
	w.begin(p)
	w.pass(p)
	return len(p), w.err
}

// WriteString implements [io.StringWriter].
func (w *response) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

// admit decides whether n more bytes are of the answer's body.
func (w *response) admit(n int) error {
	if w.over {
		return net.ErrClosed
	}
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.err != nil {
		return w.err
	}
	if !w.head.mayBody {
		return http.ErrBodyNotAllowed
	}
	if w.written += int64(n); w.length >= 0 && w.written > w.length {
		return http.ErrContentLength
	}
	return nil
}

// ReadFrom implements [io.ReaderFrom]: a file whose length is declared goes from
// the disk to the connection without passing through here, where the system can
// do that.
func (w *response) ReadFrom(from io.Reader) (int64, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	to, ok := w.c.conn.(io.ReaderFrom)
	if !ok || w.length < 0 || !w.head.typed || !w.hasBody() {
		return io.Copy(struct{ io.Writer }{w}, from)
	}
	w.begin(nil)
	w.pass(nil)
	if w.err != nil {
		return 0, w.err
	}
	if l, ok := from.(*io.LimitedReader); !ok || l.N > w.length-w.written {
		from = &io.LimitedReader{R: from, N: w.length - w.written}
	}
	n, err := to.ReadFrom(from)
	w.written += n
	w.err = err
	return n, err
}

// FlushError sends what there is, for [http.ResponseController].
func (w *response) FlushError() error {
	if err := w.admit(0); err != nil && err != http.ErrBodyNotAllowed {
		return err
	}
	w.begin(nil)
	w.pass(nil)
	return w.err
}

// Flush implements [http.Flusher].
func (w *response) Flush() { _ = w.FlushError() }

// SetReadDeadline bounds the reading of the request's body, for
// [http.ResponseController]. Whoever sets it takes it back: it is the connection's.
func (w *response) SetReadDeadline(t time.Time) error { return w.c.conn.SetReadDeadline(t) }

// SetWriteDeadline bounds the writing of the answer in the same way.
func (w *response) SetWriteDeadline(t time.Time) error { return w.c.conn.SetWriteDeadline(t) }

// begin decides how the client learns where the answer ends, unless that is
// decided: it is longer than what can be kept, of which next is a part.
func (w *response) begin(next []byte) {
	if w.begun {
		return
	}
	beginning := w.body
	if len(beginning) == 0 {
		beginning = next
	}
	w.frame(beginning)
}

// frame writes the end of the head.
func (w *response) frame(beginning []byte) {
	w.begun = true
	if w.sent != nil && !w.sent.finish(w.r.ContentLength, w.last) {
		w.last = true
	}
	w.head.sniffed(beginning)
	w.head.timed()
	switch {
	case w.length >= 0 && w.status != http.StatusNoContent:
		w.head.contentLength(w.length)
	case !w.hasBody():
	case w.r.ProtoMinor == 0:
		w.last = true // the end of the connection is the end of the answer
	default:
		w.chunked = true
		w.head.add("Transfer-Encoding: chunked")
	}
	switch {
	case w.last || w.c.s.ending.Load():
		w.last = true
		if w.r.ProtoMinor > 0 || w.head.wantsEnd { // before 1.1, it goes without saying
			w.head.add("Connection: close")
		}
	case keepsAlive(w.r):
		w.head.add("Connection: keep-alive")
	}
	w.head.text = append(w.head.text, "\r\n"...)
}

// pass sends what of the answer was not sent, and then more.
func (w *response) pass(more []byte) {
	out := w.head.text
	w.head.text = out[len(out):]
	n := len(w.body) + len(more)
	if n == 0 && len(out) == 0 {
		return
	}
	chunk := w.chunked && n > 0
	if chunk {
		out = append(strconv.AppendInt(out, int64(n), 16), "\r\n"...)
	}
	out = append(out, w.body...)
	w.body = w.body[:0]
	if chunk && len(more) <= shortBody {
		out, more, chunk = append(append(out, more...), "\r\n"...), nil, false
	}
	w.send(out, more)
	if chunk {
		w.send([]byte("\r\n"), nil)
	}
}

// send writes a and then b, in one go if the system can do that.
func (w *response) send(a, b []byte) {
	if w.err != nil {
		return
	}
	if len(b) == 0 {
		_, w.err = w.c.conn.Write(a)
	} else {
		_, w.err = (&net.Buffers{a, b}).WriteTo(w.c.conn)
	}
	if cap(a) <= mostRoom {
		w.c.out = a[:0]
	}
	if w.err != nil {
		w.c.cancel() // the client has gone
	}
}

// finish ends the answer when the handler has returned, and reports whether the
// connection goes on.
func (w *response) finish() bool {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	w.over = true
	if !w.begun {
		if w.length < 0 && w.head.mayBody && (w.r.Method != http.MethodHead || w.written > 0) {
			w.length = w.written // it is all there
		}
		w.frame(w.body)
	}
	w.pass(nil)
	if w.chunked {
		w.send([]byte("0\r\n\r\n"), nil)
	}
	if cap(w.body) <= shortBody {
		w.c.body = w.body[:0]
	}
	if w.err != nil {
		return false
	}
	if w.sent != nil && w.sent.err != io.EOF {
		w.c.linger()
	}
	short := w.hasBody() && w.length >= 0 && w.written != w.length
	return !w.last && !short
}
