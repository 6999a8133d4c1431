package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"cloudless/internal/atomicfile"
)

// Memory is the data directory of a server that keeps nothing.
const Memory = ":memory:"

const (
	serverFile = "server.json"
	keyFile    = "root-key.json"
)

// Server is what a running server tells of itself in its data directory.
type Server struct {
	PID     int       `json:"pid"`
	URLs    []string  `json:"urls"` // of its listeners, the first one to be used
	Account string    `json:"account"`
	Region  string    `json:"region"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	CAFile  string    `json:"caFile,omitempty"` // the certificate of its authority, for TLS
}

// Address returns where the server listens, of its URLs the first that is of IPv4.
func (s Server) Address() (netip.AddrPort, error) {
	for _, text := range s.URLs {
		u, err := url.Parse(text)
		if err != nil {
			return netip.AddrPort{}, err
		}
		if address, err := net.ResolveTCPAddr("tcp4", u.Host); err == nil {
			return netip.AddrPortFrom(address.AddrPort().Addr().Unmap(), uint16(address.Port)), nil
		}
	}
	return netip.AddrPort{}, fmt.Errorf("%v: none of the server's addresses is of IPv4", s.URLs)
}

// Key is an access key.
type Key struct {
	ID     string `json:"accessKeyId"`
	Secret string `json:"secretAccessKey"`
}

// WellKnownKey is root on loopback, whatever the data directory.
var WellKnownKey = Key{ID: "test", Secret: "test"}

// ErrNotRunning says that no server has told of itself in a data directory.
var ErrNotRunning = errors.New("no server is running on this data directory (start one with: cloudless start)")

// Find returns the server that runs on the data directory, and its root key.
func Find(dataDir string) (Server, Key, error) {
	var s Server
	file := filepath.Join(dataDir, serverFile)
	err := readJSON(file, &s)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Server{}, Key{}, fmt.Errorf("%s: %w", dataDir, ErrNotRunning)
	case err == nil && len(s.URLs) == 0:
		err = fmt.Errorf("%s: it names no address of the server", file)
	}
	if err != nil {
		return Server{}, Key{}, err
	}
	key, err := ReadKey(dataDir)
	return s, key, err
}

// ReadKey returns the root key of the data directory.
func ReadKey(dataDir string) (Key, error) {
	var k Key
	file := filepath.Join(dataDir, keyFile)
	err := readJSON(file, &k)
	if err == nil && (k.ID == "" || k.Secret == "") {
		err = fmt.Errorf("%s: there is no key in it", file)
	}
	return k, err
}

// WriteKey keeps the root key, for its owner's eyes alone.
func WriteKey(dataDir string, k Key) error { return writeJSON(filepath.Join(dataDir, keyFile), k) }

// Announce tells in the data directory that s runs there, until Withdraw.
func Announce(dataDir string, s Server) error {
	return writeJSON(filepath.Join(dataDir, serverFile), s)
}

// Withdraw takes back what was announced, if anything was. Only who has locked
// the data directory may call it.
func Withdraw(dataDir string) error {
	if err := os.Remove(filepath.Join(dataDir, serverFile)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Reach finds out whether s accepts connections. A server that was killed is
// still announced.
func (s Server) Reach(ctx context.Context) error {
	u, err := url.Parse(s.URLs[0])
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return fmt.Errorf("the server at %s does not answer (start one with: cloudless start): %w", s.URLs[0], err)
	}
	return conn.Close()
}

// reachTime is how long a server on this machine may take to accept.
const reachTime = 5 * time.Second

func readJSON(file string, v any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// writeJSON replaces the file whole, durably, with mode 0600.
func writeJSON(file string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(file, append(text, '\n'), 0o600)
}

// transportFor trusts the server's own authority, where it has one.
func transportFor(s Server) http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = nil // the server is on this machine
	if pem, err := os.ReadFile(s.CAFile); s.CAFile != "" && err == nil {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		t.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	return t
}
