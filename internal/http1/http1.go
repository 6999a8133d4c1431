// Package http1 serves connections that speak HTTP/1.1 or 1.0, for handlers that
// are asked often and answer at once.
//
// net/http reads on while a handler works, on a goroutine of its own, to notice a
// client that goes away. For an answer that takes microseconds, to start that
// goroutine and to stop it again is a third of all the work. Here a connection
// has one goroutine, and no deadline is set on its way; one more goroutine for
// all connections looks now and then for those that wait too long, and begins to
// watch the clients of requests that take long. The next request of a client that
// asks without pause, and is the only one to ask, is looked for before it is waited for
// (package lookout).
//
//   - http1.go: the server, and what it is made of;
//   - connection.go: one connection, request by request;
//   - source.go: what a connection reads, and of how much;
//   - body.go: the body of a request;
//   - response.go, head.go: the answer, and how it begins;
//   - watch.go: clients that go away, or say nothing.
//
// Requests are parsed by net/http's own parser, and what a handler sees and may do
// is what net/http promises, with these differences: a connection cannot be
// hijacked, there are no trailers in answers, and it takes [Server]'s look, up to a
// fifth of a second, until the context of a request whose client has gone ends.
package http1

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Config is what a Server is made of. Handler must be given; without a limit, what
// it is for is not limited.
type Config struct {
	Handler      http.Handler
	Log          *slog.Logger  // of handlers that panic; nil: slog.Default()
	HeadTimeout  time.Duration // from the first byte of a request to the end of its head
	IdleTimeout  time.Duration // between an answer and the next request
	MaxHeadBytes int           // of a head; 1 MiB if it is 0

	// ConnContext returns what the contexts of a connection's requests are derived from;
	// nil: what it would be given.
	ConnContext func(context.Context, net.Conn) context.Context
}

// Server serves connections until it is closed. It is safe for concurrent use.
type Server struct {
	cfg    Config
	look   time.Duration              // how often connections are looked at, while any is at work
	wake   chan struct{}              // holds one: the goroutine that looks is to do so again
	asleep atomic.Bool                // it looks no more until it is woken
	ending atomic.Bool                // the server is closed, or is being: each answer is its connection's last
	latest atomic.Pointer[connection] // on which something was asked last

	mu      sync.Mutex
	serving sync.WaitGroup       // of connections; joined with mu held
	conns   map[*connection]bool // guarded by mu
	looks   bool                 // there is a goroutine that looks; guarded by mu
}

// defaultMaxHead is net/http's.
const defaultMaxHead = http.DefaultMaxHeaderBytes

// New returns a server.
func New(cfg Config) *Server {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.MaxHeadBytes == 0 {
		cfg.MaxHeadBytes = defaultMaxHead
	}
	look := longestLook
	if cfg.HeadTimeout > 0 {
		look = min(look, cfg.HeadTimeout)
	}
	if cfg.IdleTimeout > 0 {
		look = min(look, cfg.IdleTimeout)
	}
	return &Server{cfg: cfg, look: look, wake: make(chan struct{}, 1), conns: map[*connection]bool{}}
}

// Serve serves all connections of l until l is closed, whose error it returns.
func (s *Server) Serve(l net.Listener) error {
	for {
		c, err := l.Accept()
		if err != nil {
			if timeout, ok := err.(interface{ Temporary() bool }); ok && timeout.Temporary() {
				time.Sleep(10 * time.Millisecond) // out of descriptors, say: some will be closed
				continue
			}
			return err
		}
		go s.ServeConn(c, nil)
	}
}

// ServeConn serves one connection to its end. begun is what was read of it
// already.
func (s *Server) ServeConn(conn net.Conn, begun []byte) {
	c := newConnection(s, conn, begun)
	if !s.add(c) {
		_ = conn.Close() // nobody serves any more
		return
	}
	defer s.drop(c)
	c.serve()
}

func (s *Server) add(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ending.Load() {
		return false
	}
	s.conns[c] = true
	s.serving.Add(1)
	if !s.looks {
		s.looks = true
		go s.watch()
	}
	return true
}

func (s *Server) drop(c *connection) {
	c.end()
	s.latest.CompareAndSwap(c, nil)
	s.mu.Lock()
	delete(s.conns, c)
	if len(s.conns) == 0 {
		s.rouse() // who looks has nothing to look at any more
	}
	s.mu.Unlock()
	s.serving.Done()
}

// Shutdown takes no more connections, closes those on which nothing is asked, lets
// the others answer, and cuts them when ctx ends, whose error it then returns.
// Listeners are their owners' to close.
func (s *Server) Shutdown(ctx context.Context) error {
	s.refuse((*connection).closeIfIdle)
	ended := make(chan struct{})
	go func() {
		s.serving.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		s.Close()
		return ctx.Err()
	}
}

// Close cuts all connections. Handlers learn it by the contexts of their requests.
func (s *Server) Close() { s.refuse((*connection).cut) }

// refuse takes no more connections, and ends those that there are in a way.
func (s *Server) refuse(end func(*connection)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ending.Store(true)
	for c := range s.conns {
		end(c)
	}
	s.rouse()
}
