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
)

// Server answers on listeners until it is shut down.
type Server struct {
	http    http.Server
	serving sync.WaitGroup
}

// NewServer returns a server of h. It speaks HTTP/1.1 and HTTP/2, the latter
// also without TLS by prior knowledge.
func NewServer(h http.Handler, log *slog.Logger) *Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &Server{http: http.Server{
		Handler:           h,
		Protocols:         &protocols,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}}
}

// Serve begins to answer on l: over TLS, as [Front.TLS] wants it spoken, and without
// it too unless that is all that is wanted. What goes wrong later is sent to failed.
func (s *Server) Serve(l net.Listener, secure *tls.Config, tlsAlone bool, failed chan<- error) {
	if tlsAlone {
		l = tls.NewListener(l, secure)
	} else {
		l = listenEither(l, secure, s.http.ReadHeaderTimeout)
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
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	s.serving.Wait()
	return err
}
