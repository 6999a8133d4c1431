// Package authority is the local certificate authority: it makes the
// certificates under which cloudless answers for other names.
//
// [Open] finds the authority's key and certificate in a directory, or makes them
// at first use; [Authority.GetCertificate] mints a leaf for whatever server name
// a TLS client asks for; [Authority.PEM] is what a client has to trust.
//
//   - authority.go: the authority's own key and certificate, and its files;
//   - leaf.go: certificates by server name, minted on demand and kept a while;
//   - javastore.go: certificates in the form in which Java looks for what it trusts.
//
// The key never leaves the directory, is readable by its owner alone, and signs
// only leaves for servers. The certificate may sign no further authorities.
//
// The package does not know which names its callers should answer for, nor what
// they answer.
package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"cloudless/internal/atomicfile"
	"cloudless/internal/clock"
)

const (
	keyFile  = "ca-key.pem"
	certFile = "ca.pem"

	// authorityLife is how long a new authority is trusted. Renewing it means
	// that every client has to learn of the new one, so it outlives installations.
	authorityLife = 10 * 365 * 24 * time.Hour

	// backdate forgives clients whose clocks are behind ours.
	backdate = 24 * time.Hour
)

// Authority signs certificates for servers. Its methods may be called from
// several goroutines at once.
type Authority struct {
	key    *ecdsa.PrivateKey
	cert   *x509.Certificate
	pem    []byte
	clock  clock.Clock
	leaves leaves
}

// Open reads the authority kept in dir, or makes one there if dir has none or
// the one it has is expired.
func Open(dir string, c clock.Clock) (*Authority, error) {
	a, err := load(dir, c)
	if err == nil && c.Now().Before(a.cert.NotAfter) {
		return a, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	a, err = create(c)
	if err != nil {
		return nil, err
	}
	return a, a.save(dir)
}

// New makes an authority that is kept nowhere, for servers that keep nothing.
func New(c clock.Clock) (*Authority, error) { return create(c) }

// PEM returns the authority's own certificate, for clients to trust.
func (a *Authority) PEM() []byte { return a.pem }

func create(c clock.Clock) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the authority's key: %w", err)
	}
	now := c.Now()
	template := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: "cloudless local authority", Organization: []string{"cloudless"}},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(authorityLife),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("sign the authority's certificate: %w", err)
	}
	return assemble(key, der, c)
}

func load(dir string, c clock.Clock) (*Authority, error) {
	keyDER, err := readPEM(filepath.Join(dir, keyFile))
	if err != nil {
		return nil, err
	}
	certDER, err := readPEM(filepath.Join(dir, certFile))
	if err != nil {
		return nil, err
	}
	key, err := x509.ParseECPrivateKey(keyDER)
	if err != nil {
		return nil, fmt.Errorf("read the authority's key in %s: %w", dir, err)
	}
	a, err := assemble(key, certDER, c)
	if err != nil {
		return nil, fmt.Errorf("read the authority's certificate in %s: %w", dir, err)
	}
	if !key.PublicKey.Equal(a.cert.PublicKey) {
		return nil, fmt.Errorf("the authority's key and certificate in %s do not belong together", dir)
	}
	return a, nil
}

func assemble(key *ecdsa.PrivateKey, der []byte, c clock.Clock) (*Authority, error) {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &Authority{
		key:   key,
		cert:  cert,
		pem:   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		clock: c,
	}, nil
}

// save writes the key before the certificate, so that a certificate on disk
// always has its key, whenever a crash comes.
func (a *Authority) save(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keep the authority: %w", err)
	}
	der, err := x509.MarshalECPrivateKey(a.key)
	if err != nil {
		return fmt.Errorf("keep the authority: %w", err)
	}
	key := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
	if err := atomicfile.Write(filepath.Join(dir, keyFile), key, 0o600); err != nil {
		return fmt.Errorf("keep the authority's key: %w", err)
	}
	if err := atomicfile.Write(filepath.Join(dir, certFile), a.pem, 0o644); err != nil {
		return fmt.Errorf("keep the authority's certificate: %w", err)
	}
	return nil
}

func readPEM(name string) ([]byte, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("%s holds no PEM block", name)
	}
	return block.Bytes, nil
}

// serial returns a number that no other certificate has: 127 random bits. It
// draws from the system and not from the clock, since keys do as well.
func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic(err) // crypto/rand does not fail on the systems we run on
	}
	return n
}
