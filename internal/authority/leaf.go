package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

const (
	// leafLife stays below the 398 days that clients accept at most.
	leafLife = 90 * 24 * time.Hour
	// renewBefore is how long before its end a leaf is replaced.
	renewBefore = 7 * 24 * time.Hour
	// maxLeaves bounds the names kept, so that a client that asks for ever new
	// ones costs time and not memory.
	maxLeaves = 512
	// maxName is the longest name that DNS knows.
	maxName = 253
)

// leaves are the certificates made so far, by name.
type leaves struct {
	mu     sync.Mutex
	byName map[string]*tls.Certificate
}

// GetCertificate returns a certificate for the server name that a client asks
// for, minting it if needed. It has the signature of [tls.Config]'s field. A
// client that names no server gets a certificate for the address it reached.
func (a *Authority) GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
	if name == "" && hello.Conn != nil {
		name, _, _ = net.SplitHostPort(hello.Conn.LocalAddr().String())
	}
	if !validName(name) {
		return nil, fmt.Errorf("no certificate for the server name %q", hello.ServerName)
	}
	return a.leaf(name)
}

func (a *Authority) leaf(name string) (*tls.Certificate, error) {
	a.leaves.mu.Lock()
	defer a.leaves.mu.Unlock()
	now := a.clock.Now()
	if c, ok := a.leaves.byName[name]; ok && now.Before(c.Leaf.NotAfter.Add(-renewBefore)) {
		return c, nil
	}
	c, err := a.mint(name, now)
	if err != nil {
		return nil, err
	}
	if a.leaves.byName == nil || len(a.leaves.byName) >= maxLeaves {
		a.leaves.byName = make(map[string]*tls.Certificate)
	}
	a.leaves.byName[name] = c
	return c, nil
}

func (a *Authority) mint(name string, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key for %s: %w", name, err)
	}
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: name[:min(len(name), 64)]}, // X.509 allows no more
		NotBefore:    now.Add(-backdate),
		NotAfter:     now.Add(leafLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	if name == "localhost" {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("sign a certificate for %s: %w", name, err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read back the certificate for %s", name), err)
	}
	// The authority rides along, for clients that want to see the whole chain.
	return &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// validName accepts IP addresses and names made of the letters that hosts have.
func validName(name string) bool {
	if net.ParseIP(name) != nil {
		return true
	}
	if name == "" || len(name) > maxName {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}
