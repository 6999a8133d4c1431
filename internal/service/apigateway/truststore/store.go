package truststore

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// What a truststore may have.
const (
	MaxBytes        = 1 << 20
	maxCertificates = 1000
)

// The files that cannot be truststores.
var (
	ErrEmpty   = errors.New("the truststore has no certificates")
	ErrTooMany = fmt.Errorf("the truststore has more than %d certificates", maxCertificates)
)

// Store is a truststore. It may be used by several goroutines at once.
type Store struct {
	roots, intermediates *x509.CertPool
	subjects             map[string]bool // as they are in certificates
	exact                map[string]bool // certificates, whole
}

// Parse reads a file of PEM blocks. Warnings tell of certificates that are
// broken, or with which no client gets in; what is no certificate is passed
// over, as texts between certificates are.
func Parse(file []byte, now time.Time) (s *Store, warnings []string, err error) {
	var certs []*x509.Certificate
	for n := 0; ; {
		var block *pem.Block
		if block, file = pem.Decode(file); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		if n++; n > maxCertificates {
			return nil, nil, ErrTooMany
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("Certificate %d of the truststore could not be parsed", n))
			continue
		}
		if why := flaw(c, now); why != "" {
			warnings = append(warnings, why+": "+Name(c.RawSubject))
		}
		certs = append(certs, c)
	}
	if len(certs) == 0 {
		return nil, warnings, ErrEmpty
	}
	return newStore(certs), warnings, nil
}

// flaw is why no client gets in by a certificate of the truststore, or "".
func flaw(c *x509.Certificate, now time.Time) string {
	switch {
	case now.After(c.NotAfter):
		return "Certificate has expired"
	case now.Before(c.NotBefore):
		return "Certificate is not valid yet"
	case weakSignature(c):
		return "Certificate has an insecure signature algorithm"
	case weakKey(c):
		return "Certificate has an insecure public key"
	}
	return ""
}

// newStore sorts certificates: where the issuer of one is in the store as well,
// a chain goes on to that; where it is not, the chain may end.
func newStore(certs []*x509.Certificate) *Store {
	s := &Store{roots: x509.NewCertPool(), intermediates: x509.NewCertPool(), subjects: map[string]bool{}, exact: map[string]bool{}}
	for _, c := range certs {
		s.subjects[string(c.RawSubject)], s.exact[string(c.Raw)] = true, true
	}
	for _, c := range certs {
		if string(c.RawIssuer) == string(c.RawSubject) || !s.subjects[string(c.RawIssuer)] {
			s.roots.AddCert(c)
		} else {
			s.intermediates.AddCert(c)
		}
	}
	return s
}
