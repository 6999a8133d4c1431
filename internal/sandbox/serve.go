package sandbox

import (
	"crypto/tls"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/netutil"

	"cloudless/internal/clock"
	"cloudless/internal/dns"
	"cloudless/internal/http1"
	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/runtimeapi"
)

const (
	// Connections that one environment may hold at a time on a port: enough for any
	// program. How many there may be of all of them is up to descriptors.
	maxNameConns  = 32
	maxFrontConns = 256
	headerTimeout = 10 * time.Second
	// maxHeadBytes is what a request may have before its body, as from outside: as much
	// is held of each connection.
	maxHeadBytes = 64 << 10
)

// servers answer on the sockets of all environments.
type servers struct {
	plain *http1.Server
	tls   http.Server
	names *dns.Server
	open  *descriptors
}

func newServers(front http.Handler, a Authority, c clock.Clock, open *descriptors) *servers {
	silent := log.New(io.Discard, "", 0) // what functions send is not our trouble
	return &servers{
		plain: http1.New(http1.Config{
			Handler: orPractice(front), ConnContext: practiceContext, Log: slog.New(slog.DiscardHandler), HeadTimeout: headerTimeout,
			MaxHeadBytes: maxHeadBytes,
		}),
		tls: http.Server{Handler: front, ErrorLog: silent, ReadHeaderTimeout: headerTimeout, MaxHeaderBytes: maxHeadBytes,
			TLSConfig: &tls.Config{GetCertificate: a.GetCertificate, MinVersion: tls.VersionTLS12}},
		names: dns.New(netip.AddrFrom4([4]byte{127, 0, 0, 1}), c),
		open:  open,
	}
}

// serve answers on all sockets of an environment until they are closed, which its
// driver does when it ends. Servers that end are told to wg.
func (s *servers) serve(env driver.Environment, api *runtimeapi.Server, wg *sync.WaitGroup) {
	part := &holder{of: s.open, ended: env.Done()}
	limit := func(serve func(net.Listener) error, conns int) func(net.Listener) error {
		return func(l net.Listener) error { return serve(netutil.LimitListener(part.share(l, firstConns), conns)) }
	}
	serveAPI := func(l net.Listener) error { return api.Serve(part.share(l, firstAPIConns)) } // which has a limit of its own
	for port, serve := range map[driver.Port]func(net.Listener) error{
		driver.RuntimeAPI: serveAPI,
		driver.RuntimeUX:  serveAPI,
		driver.Endpoint: limit(func(l net.Listener) error {
			return s.plain.Serve(practiceListener{l, api})
		}, maxFrontConns),
		driver.HTTP:      limit(s.plain.Serve, maxFrontConns),
		driver.HTTPS:     limit(func(l net.Listener) error { return s.tls.ServeTLS(l, "", "") }, maxFrontConns),
		driver.DNSStream: limit(s.names.Serve, maxNameConns),
	} {
		if l := env.Listener(port); l != nil {
			// An error says that the listener was closed: the environment has ended.
			wg.Go(func() { _ = serve(l) })
		}
	}
	if pc := env.PacketConn(driver.DNSPacket); pc != nil {
		wg.Go(func() { _ = s.names.ServePacket(pc) })
	}
}

// close ends the connections that are left.
func (s *servers) close() {
	s.plain.Close()
	_ = s.tls.Close()
}
