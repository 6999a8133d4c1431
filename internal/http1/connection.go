package http1

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http/httpguts"

	"cloudless/internal/lookout"
)

// Where a connection stands.
const (
	idle   int32 = iota // nothing is asked
	asking              // a head is on its way
	busy                // a handler works
	closed              // nothing will be asked any more
)

// connection is one connection. But for what says otherwise, its fields belong to
// the goroutine that serves it.
type connection struct {
	s      *Server
	conn   net.Conn
	ctx    context.Context // of all its requests
	cancel context.CancelFunc
	remote string
	client *lookout.Lookout // what it says
	source source
	in     *bufio.Reader
	posted bool   // the last request was a POST
	row    int    // requests of this connection alone, up to the last
	out    []byte // room for what is written at once, and
	body   []byte // for a body that may be short, from one answer to the next

	phase atomic.Int32
	since atomic.Int64 // when it began, in nanoseconds of the system's clock

	mu      sync.Mutex
	request context.CancelFunc // ends the context of the request; guarded by mu
	taken   bool               // its body is read to its end, so who watches may read; guarded by mu
	watcher chan struct{}      // closed when who watches the client has ended, or nil; guarded by mu
}

func newConnection(s *Server, conn net.Conn, begun []byte) *connection {
	c := &connection{s: s, conn: conn, client: lookout.On(conn, lookout.Moment), remote: conn.RemoteAddr().String()}
	c.source = source{begun: begun, client: c.client, may: func() bool { return s.latest.Load() == c }}
	c.in = bufio.NewReader(&c.source)
	ctx := context.WithValue(context.Background(), http.LocalAddrContextKey, conn.LocalAddr())
	if s.cfg.ConnContext != nil {
		ctx = s.cfg.ConnContext(ctx, conn)
	}
	c.ctx, c.cancel = context.WithCancel(ctx)
	c.enter(idle)
	return c
}

func (c *connection) enter(phase int32) {
	c.since.Store(time.Now().UnixNano())
	c.phase.Store(phase)
}

// end is the end of the connection.
func (c *connection) end() {
	c.phase.Store(closed)
	c.cancel()
	_ = c.conn.Close() // whoever was on it has gone, or is to go
}

// serve answers one request after another.
func (c *connection) serve() {
	for c.awaitRequest() {
		r, refusal := c.readRequest()
		if refusal != nil {
			c.refuse(refusal)
			return
		}
		if !c.answer(r) {
			return
		}
	}
}

// maxLinesAfterBody is how many characters of empty lines may follow what is posted,
// as old clients had it.
const maxLinesAfterBody = 4

// aloneAfter is after how many requests in a row, with none on another connection
// in between, a client is taken to be the only one that asks.
const aloneAfter = 16

// awaitRequest waits for the first byte of a request. That of a client who is the only one
// that asks is looked for first.
func (c *connection) awaitRequest() bool {
	c.source.bound(c.s.cfg.MaxHeadBytes)
	c.client.Expect()
	c.source.eager = c.row >= aloneAfter && c.in.Buffered() == 0 && c.client.Worthwhile()
	for range maxLinesAfterBody {
		first, err := c.in.Peek(1)
		if err != nil {
			return false
		}
		if !c.posted || first[0] != '\r' && first[0] != '\n' {
			break
		}
		_, _ = c.in.Discard(1) // it is there
	}
	c.client.Came()
	if c.row++; c.s.latest.Load() != c {
		c.row = 0
		c.s.latest.Store(c)
	}
	c.since.Store(time.Now().UnixNano())
	if !c.phase.CompareAndSwap(idle, asking) {
		return false // it was idle for too long
	}
	c.s.rouse()
	return true
}

// refusal is an answer to what is no request.
type refusal struct {
	status int // 0: the client is beyond answers
	text   string
}

// readRequest reads the head of a request, and leaves its body to be read.
func (c *connection) readRequest() (*http.Request, *refusal) {
	r, err := http.ReadRequest(c.in)
	if err != nil {
		return nil, refusalOf(err)
	}
	c.source.unbound()
	switch {
	case r.ProtoMajor != 1:
		return nil, &refusal{http.StatusHTTPVersionNotSupported, "unsupported protocol version"}
	case r.Host == "" && r.ProtoMinor > 0 && r.Method != http.MethodConnect && r.URL.Host == "":
		return nil, &refusal{http.StatusBadRequest, "missing required Host header"}
	case !httpguts.ValidHostHeader(r.Host):
		return nil, &refusal{http.StatusBadRequest, "malformed Host header"}
	}
	for name, values := range r.Header {
		if !httpguts.ValidHeaderFieldName(name) {
			return nil, &refusal{http.StatusBadRequest, "invalid header name"}
		}
		for _, v := range values {
			if !httpguts.ValidHeaderFieldValue(v) {
				return nil, &refusal{http.StatusBadRequest, "invalid header value"}
			}
		}
	}
	r.RemoteAddr, c.posted = c.remote, r.Method == http.MethodPost
	return r, nil
}

func refusalOf(err error) *refusal {
	if errors.Is(err, errHeadTooLong) {
		return &refusal{http.StatusRequestHeaderFieldsTooLarge, ""}
	}
	if _, ok := errors.AsType[*net.OpError](err); ok || isEnd(err) {
		return &refusal{}
	}
	if strings.HasPrefix(err.Error(), "unsupported transfer encoding") { // net/http has no name for it
		return &refusal{http.StatusNotImplemented, "unsupported transfer encoding"}
	}
	return &refusal{http.StatusBadRequest, ""}
}

// refuse answers what is no request, after which nothing can be understood.
func (c *connection) refuse(why *refusal) {
	if why.status == 0 {
		return
	}
	text := fmt.Sprintf("%d %s", why.status, http.StatusText(why.status))
	body := text
	if why.text != "" {
		body += ": " + why.text
	}
	_, err := fmt.Fprintf(c.conn, "HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n%s", text, body)
	if err == nil {
		c.linger()
	}
}

// answer has a request answered, and reports whether the connection goes on.
func (c *connection) answer(r *http.Request) (goesOn bool) {
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	r = r.WithContext(ctx)
	w := &response{c: c, r: r, length: -1, last: r.Close}
	expected := r.Header.Get("Expect")
	if r.Body != nil && r.Body != http.NoBody {
		w.sent = &body{c: c, from: r.Body, expected: r.ProtoMinor > 0 && expected != ""}
		r.Body = w.sent
	}
	if expected != "" && !strings.EqualFold(expected, "100-continue") {
		w.last = true
		w.WriteHeader(http.StatusExpectationFailed)
		return w.finish()
	}
	c.begin(cancel, w.sent == nil)
	aborted := c.call(w, r)
	c.settle()
	if aborted || !w.finish() {
		return false
	}
	c.enter(idle)
	return !c.s.ending.Load() || c.in.Buffered() > 0 // what was sent already is answered still
}

// call calls the handler, and reports whether it gave up.
func (c *connection) call(w *response, r *http.Request) (aborted bool) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		aborted = true
		if p != http.ErrAbortHandler {
			c.s.cfg.Log.ErrorContext(r.Context(), "panic while serving", "panic", p, "remote", c.remote, "stack", string(debug.Stack()))
		}
	}()
	c.s.cfg.Handler.ServeHTTP(w, r)
	return false
}
