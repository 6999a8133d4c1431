// Package app assembles cloudless: it builds every part, starts them in the
// order of need and stops them in reverse.
//
//   - config.go:   what is configured;
//   - app.go:      start and stop;
//   - storage.go:  the stores of a data directory;
//   - trouble.go:  what keeps a server from starting, in sentences;
//   - services.go: the services, and who is given whom;
//   - keyring.go:  the root key, and where other keys are found;
//   - machine.go, status.go: what this machine offers, and what the server tells of itself;
//   - *adapter.go, gatewayservices.go: a neighbour dressed as the interface that its
//     caller declared.
//
// It is the only package that sees every other. It holds no rule of any
// service.
package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"cloudless/internal/authority"
	"cloudless/internal/client"
	"cloudless/internal/front"
)

// App is a running server.
type App struct {
	Server  client.Server // where it is
	URL     string        // of its first listener
	RootKey client.Key
	DataDir string

	failed  chan error
	stop    sync.Once
	done    chan struct{} // closed by Shutdown
	closers []closer      // in the order of starting
}

// closer ends one part of the server.
type closer struct {
	name  string
	close func(context.Context) error
}

// Start starts a server. When it returns, the server answers.
func Start(ctx context.Context, cfg Config) (*App, error) {
	cfg = cfg.withDefaults()
	a := &App{DataDir: cfg.DataDir, failed: make(chan error, 1+len(cfg.Listen)), done: make(chan struct{})}
	if err := a.start(ctx, cfg); err != nil {
		if stopped := a.Shutdown(ctx); stopped != nil { // mostly for the same reason
			cfg.Log.Info("stop after a start that failed", "err", stopped)
		}
		return nil, explain(cfg.DataDir, err)
	}
	return a, nil
}

func (a *App) start(ctx context.Context, cfg Config) error {
	if err := cfg.Check(); err != nil {
		return err
	}
	stores, err := a.openStores(cfg)
	if err != nil {
		return err
	}
	listeners, err := a.listen(cfg.Listen)
	if err != nil {
		return err
	}
	ca, err := openAuthority(cfg)
	if err != nil {
		return err
	}
	if err := a.describe(cfg, listeners, stores.dir, ca); err != nil {
		return err
	}
	door, err := a.build(ctx, cfg, stores, ca)
	if err != nil {
		return err
	}
	server := front.NewServer(door.Handler(front.Door{WellKnownKey: true}), cfg.Log)
	a.onClose("front", server.Shutdown)
	secure := door.TLS(&tls.Config{GetCertificate: ca.GetCertificate})
	for _, l := range listeners {
		server.Serve(l, secure, cfg.TLS, a.failed)
	}
	return a.announce()
}

// Failed tells of a failure that ends the server, such as of a listener.
func (a *App) Failed() <-chan error { return a.failed }

// stopTime is how long Stop waits for the calls under way.
const stopTime = 10 * time.Second

// Stop stops the server, in ten seconds at most.
func (a *App) Stop() {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	_ = a.Shutdown(ctx) // whoever wants to know calls Shutdown
}

// Shutdown stops accepting, lets the calls under way end until ctx does, and
// closes every part in the reverse order of starting, the store last. Only the
// first call does anything.
func (a *App) Shutdown(ctx context.Context) (err error) {
	a.stop.Do(func() { err = a.shutdown(ctx) })
	return err
}

func (a *App) shutdown(ctx context.Context) error {
	close(a.done)
	var errs []error
	for _, c := range slices.Backward(a.closers) {
		if err := c.close(ctx); err != nil {
			errs = append(errs, fmt.Errorf("close %s: %w", c.name, err))
		}
	}
	return errors.Join(errs...)
}

func (a *App) onClose(name string, close func(context.Context) error) {
	a.closers = append(a.closers, closer{name, close})
}

// background runs work that no request waits for until the server stops.
func (a *App) background(name string, log *slog.Logger, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := run(ctx); err != nil && ctx.Err() == nil {
			log.Error("background work ended", "of", name, "err", err)
		}
	}()
	a.onClose(name, func(context.Context) error { cancel(); <-ended; return nil })
}

func (a *App) listen(addresses []string) ([]net.Listener, error) {
	var listeners []net.Listener
	for _, address := range addresses {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return nil, explainListen(address, err)
		}
		a.onClose("listener", func(context.Context) error { _ = l.Close(); return nil }) // the front has closed it by then
		listeners = append(listeners, l)
	}
	return listeners, nil
}

// describe fills in where the server is and who is root.
func (a *App) describe(cfg Config, listeners []net.Listener, dir string, ca *authority.Authority) error {
	scheme := "http"
	a.Server = client.Server{
		PID: os.Getpid(), Account: cfg.Account, Region: cfg.Region, Version: cfg.Version, Started: cfg.Clock.Now(),
	}
	if cfg.TLS {
		scheme = "https"
	}
	a.Server.CAFile = filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(a.Server.CAFile, ca.PEM(), 0o644); err != nil {
		return err
	}
	for _, l := range listeners {
		a.Server.URLs = append(a.Server.URLs, scheme+"://"+reachable(l.Addr().String()))
	}
	a.URL = a.Server.URLs[0]
	var err error
	a.RootKey, err = a.rootKey(cfg)
	return err
}

// openAuthority returns the certificate authority of the data directory.
func openAuthority(cfg Config) (*authority.Authority, error) {
	if cfg.DataDir == client.Memory {
		return authority.New(cfg.Clock)
	}
	a, err := authority.Open(filepath.Join(cfg.DataDir, "authority"), cfg.Clock)
	return a, explainContent("the certificate authority", err)
}

// reachable returns an address that a client on this machine can call: one
// that listens everywhere is called on the loopback.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return address
}

// announce tells in the data directory that the server runs.
func (a *App) announce() error {
	if a.DataDir == client.Memory {
		return nil
	}
	if err := client.Announce(a.DataDir, a.Server); err != nil {
		return err
	}
	a.onClose("announcement", func(context.Context) error { return client.Withdraw(a.DataDir) })
	return nil
}

// ExecuteURL returns the address of a stage of a deployed API.
func (a *App) ExecuteURL(apiID, stage string) string {
	scheme, address, _ := strings.Cut(a.URL, "://")
	_, port, _ := net.SplitHostPort(address)
	return scheme + "://" + apiID + ".execute-api.localhost:" + port + "/" + stage + "/"
}
