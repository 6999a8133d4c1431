package front

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"cloudless/internal/http1"
)

// Server answers on listeners until it is shut down.
type Server struct {
	plain   *http1.Server // HTTP/1.1 without TLS, as nearly everybody speaks it
	http    http.Server   // all else
	serving sync.WaitGroup
}

// patience is what a server has with clients that are slow.
type patience struct {
	head time.Duration // to the end of a request's head
	idle time.Duration // between requests
}

var usual = patience{head: 10 * time.Second, idle: 2 * time.Minute}

// maxHeadBytes is the most that a request may have before its body.
const maxHeadBytes = 64 << 10

// NewServer returns a server of h. It speaks HTTP/1.1 and HTTP/2, the latter
// also without TLS by prior knowledge.
func NewServer(h http.Handler, log *slog.Logger) *Server {
	return newServer(h, log, usual)
}

func newServer(h http.Handler, log *slog.Logger, p patience) *Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &Server{
		plain: http1.New(http1.Config{Handler: h, Log: log, HeadTimeout: p.head, IdleTimeout: p.idle, MaxHeadBytes: maxHeadBytes}),
		http: http.Server{
			Handler:           h,
			Protocols:         &protocols,
			ReadHeaderTimeout: p.head,
			IdleTimeout:       p.idle,
			MaxHeaderBytes:    maxHeadBytes,
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		},
	}
}

// Serve begins to answer on l: over TLS, as [Front.TLS] wants it spoken, and without
// it too unless that is all that is wanted. What goes wrong later is sent to failed.
func (s *Server) Serve(l net.Listener, secure *tls.Config, tlsAlone bool, failed chan<- error) {
	if tlsAlone {
		l = tls.NewListener(l, secure)
	} else {
		l = listenEither(l, secure, s.plain.ServeConn, s.http.ReadHeaderTimeout)
	}
	s.serving.Go(func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serve %s: %w", l.Addr(), err)
		}
	})
}

// Shutdown stops accepting, lets the requests under way end, and cuts those
// that have not when ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	plain := make(chan error, 1)
	go func() { plain <- s.plain.Shutdown(ctx) }()
	err := s.http.Shutdown(ctx) // closes the listeners
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	err = errors.Join(err, <-plain)
	s.serving.Wait()
	return err
}
