package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

const (
	skew        = 5 * time.Minute  // how far a client's clock may be off
	skewS3      = 15 * time.Minute // the same, for S3
	longestLife = 7 * 24 * time.Hour

	// lifeUnsaid is how long a presigned request holds that does not say: what
	// STS gives its own.
	lifeUnsaid = 15 * time.Minute
)

// Verify recomputes a signature with the secret of its access key, and checks
// that it holds now.
//
// A request whose Payload is [PayloadUndeclared] signs the hash of its body
// without saying it: then body is the whole of it. In all other cases body is
// ignored. The head of the request must still be what Parse has seen.
//
// Errors are *awserr.Error.
func (v *Verifier) Verify(s *Signature, secret string, body []byte, now time.Time) (*Verified, error) {
	if s.v2 != nil {
		return s.v2.verify(s, secret, now.UTC())
	}
	if err := s.checkTime(now.UTC()); err != nil {
		return nil, err
	}
	key, known := v.find(secret, s.scope())
	if !known {
		key = deriveKey(secret, s.scope())
	}
	want := key.sign(s, body)
	if !spells(s.provided, &want) {
		return nil, s.mismatch(body)
	}
	if !known {
		v.keep(secret, s.scope(), key)
	}
	return &Verified{sig: s, key: key.key, seed: want}, nil
}

// spells compares a digest in hexadecimal with the one that is due, in a time
// that does not tell how much of it is right.
func spells(text string, want *[sha256.Size]byte) bool {
	var digits [2 * sha256.Size]byte
	var got [sha256.Size]byte
	if len(text) != len(digits) {
		return false
	}
	copy(digits[:], text)
	_, err := hex.Decode(got[:], digits[:])
	return err == nil && hmac.Equal(got[:], want[:])
}

// Verified is a signature that was found right, or none where none was asked
// for.
type Verified struct {
	sig  *Signature
	key  []byte            // the signing key; nil for Version 2, which signs no chunks
	seed [sha256.Size]byte // the signature, with which a chain of chunk signatures begins
}

// checkTime refuses a signature that is too old or not yet due.
func (s *Signature) checkTime(now time.Time) error {
	now = now.Truncate(time.Second)
	if isS3(s.Service) {
		return s.checkTimeS3(now)
	}
	life := skew
	if s.Presigned {
		if life = s.Expires; life == 0 {
			life = lifeUnsaid
		}
	}
	if earliest := now.Add(-life); s.Date.Before(earliest) {
		return expired(s.Date, earliest, now, life)
	}
	if latest := now.Add(skew); s.Date.After(latest) {
		return notYetCurrent(s.Date, latest, now, skew)
	}
	return nil
}

func (s *Signature) checkTimeS3(now time.Time) error {
	age := now.Sub(s.Date)
	switch {
	case !s.Presigned && (age > skewS3 || age < -skewS3):
		return timeTooSkewedS3(s.stamp, now)
	case s.Presigned && age < -skewS3:
		return notYetValidS3(s, now)
	case s.Presigned && age > s.Expires:
		return expiredS3(s, now)
	}
	return nil
}
