package apigateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"cloudless/internal/api"
	"cloudless/internal/clock"
	"cloudless/internal/storage/kv"
)

// transports carry the calls of HTTP integrations, under one client certificate
// or none.
type transports struct {
	checking *http.Transport // to backends of authorities that are known
	trusting *http.Transport // the same, of authorities that nobody knows
}

func newTransports(c clock.Clock, shown *tls.Certificate) *transports {
	return &transports{checking: newBackends(shown), trusting: newTrustingBackends(c, shown)}
}

// close closes the connections that nobody uses; the others close when they have
// been idle for their time.
func (t *transports) close() {
	t.checking.CloseIdleConnections()
	t.trusting.CloseIdleConnections()
}

// newBackends returns what carries calls to backends whose certificates are
// checked. It follows no redirects and asks no proxy: an integration leads where its URI says.
func newBackends(shown *tls.Certificate) *http.Transport {
	t := &http.Transport{
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        time.Minute,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true, // what the backend encoded is the client's to decode
	}
	if shown != nil {
		t.TLSClientConfig = &tls.Config{GetClientCertificate: show(shown)}
	}
	return t
}

// show shows a certificate to whoever asks for one, whatever authorities they
// name: it is of none.
func show(shown *tls.Certificate) func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	return func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return shown, nil }
}

// newTrustingBackends is newBackends for backends of any authority: their
// certificates have to be for the host, and not to have expired.
func newTrustingBackends(c clock.Clock, shown *tls.Certificate) *http.Transport {
	t := newBackends(nil)
	dial := t.DialContext
	t.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		ctx, cancel := context.WithTimeout(ctx, t.TLSHandshakeTimeout)
		defer cancel()
		config := anyAuthority(c, host)
		if shown != nil {
			config.GetClientCertificate = show(shown)
		}
		secure := tls.Client(conn, config)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		return secure, nil
	}
	return t
}

// anyAuthority takes certificates of any authority for one host.
func anyAuthority(c clock.Clock, host string) *tls.Config {
	return &tls.Config{
		ServerName:         host,
		InsecureSkipVerify: true, // what is left to verify, VerifyConnection does
		VerifyConnection: func(state tls.ConnectionState) error {
			leaf := state.PeerCertificates[0] // a server always has one
			if now := c.Now(); now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
				return x509.CertificateInvalidError{Cert: leaf, Reason: x509.Expired}
			}
			return leaf.VerifyHostname(host)
		},
	}
}

// maxCertified bounds how many client certificates have transports of their own.
const maxCertified = 64

// certified are the transports of client certificates: connections that were
// made under one are not used under another.
type certified struct {
	clock clock.Clock
	mu    sync.Mutex
	all   map[string]*transports // by the certificates' ids; guarded by mu
}

// of returns the transports of a certificate.
func (c *certified) of(shown *shownCertificate) *transports {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.all[shown.id]; t != nil {
		return t
	}
	if c.all == nil {
		c.all = map[string]*transports{}
	}
	for other, t := range c.all {
		if len(c.all) < maxCertified {
			break
		}
		t.close()
		delete(c.all, other)
	}
	t := newTransports(c.clock, shown.certificate)
	c.all[shown.id] = t
	return t
}

// shownCertificate is the client certificate that a stage shows to backends.
type shownCertificate struct {
	id          string
	certificate *tls.Certificate // nil where it cannot be shown
	broken      error            // why
}

// readShown reads the client certificate of a stage; nil for "". One that is
// gone fails the calls that need it, and no others.
func readShown(r kv.Reader, account, region, id string) (*shownCertificate, error) {
	if id == "" {
		return nil, nil
	}
	c, err := clientCertificates.find(r, &api.Call{Account: account, Region: region}, id)
	if err != nil {
		if hideNotFound(err) != kv.ErrNotFound {
			return nil, err
		}
		return &shownCertificate{id: id, broken: fmt.Errorf("read client certificate %s: %w", id, err)}, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(c.PrivateKey)
	block, _ := pem.Decode([]byte(deref(c.Certificate.PemEncodedCertificate)))
	if err != nil || block == nil {
		return &shownCertificate{id: id, broken: fmt.Errorf("client certificate %s is not readable: %w", id, err)}, nil
	}
	return &shownCertificate{id: id, certificate: &tls.Certificate{Certificate: [][]byte{block.Bytes}, PrivateKey: key}}, nil
}
