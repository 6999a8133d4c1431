package truststore

import (
	"crypto/x509"
	"errors"
	"time"
)

// maxAuthorities is how many authorities may stand above a client's
// certificate, the root among them.
const maxAuthorities = 4

// Refusal is why a client's certificate is not trusted, as AWS's execution log
// words it.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// The refusals. Of the last four AWS has not told its words.
const (
	UnknownIssuer Refusal = "Could not find issuer for certificate"
	WeakSignature Refusal = "Client cert using an insecure Signature Algorithm"
	SelfSigned    Refusal = "self signed certificate"
	Expired       Refusal = "certificate has expired"
	NotYetValid   Refusal = "certificate is not yet valid"
	ChainTooLong  Refusal = "certificate chain too long"
	WeakKey       Refusal = "Client cert using an insecure public key"
)

// Verify tells whether the store trusts a client's certificate: one that it has
// itself, or one whose issuers it has. The error is a Refusal.
func (s *Store) Verify(c *x509.Certificate, now time.Time) error {
	selfSigned := string(c.RawIssuer) == string(c.RawSubject)
	switch {
	case weakSignature(c):
		return WeakSignature
	case weakKey(c):
		return WeakKey
	case now.After(c.NotAfter):
		return Expired
	case now.Before(c.NotBefore):
		return NotYetValid
	case s.exact[string(c.Raw)]:
		return nil
	case selfSigned:
		return SelfSigned
	}
	chains, err := c.Verify(x509.VerifyOptions{
		Roots: s.roots, Intermediates: s.intermediates, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		if why, ok := errors.AsType[x509.CertificateInvalidError](err); ok && why.Reason == x509.Expired {
			return Expired
		}
		return UnknownIssuer
	}
	for _, chain := range chains {
		if len(chain)-1 <= maxAuthorities {
			return nil
		}
	}
	return ChainTooLong
}
