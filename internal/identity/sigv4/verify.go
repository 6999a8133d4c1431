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

// Verify recomputes the signature with the secret of its access key, and
// checks that it holds now.
//
// A request whose Payload is [PayloadUndeclared] signs the hash of its body
// without saying it: then bodySHA256 is that hash, as [HashPayload] makes it.
// In all other cases bodySHA256 is ignored.
//
// Errors are *awserr.Error.
func (s *Signature) Verify(secret, bodySHA256 string, now time.Time) (*Verified, error) {
	if s.v2 != nil {
		return s.v2.verify(s, secret, now.UTC())
	}
	if err := s.checkTime(now.UTC()); err != nil {
		return nil, err
	}
	payload := s.Payload.declared
	if s.Payload.Mode == PayloadUndeclared {
		payload = bodySHA256
	}
	canonical := s.canonical + payload
	key := signingKey(secret, s.scope())
	toSign := stringToSign(s.stamp, s.scope(), canonical)
	want := mac(key, toSign)
	if got, err := hex.DecodeString(s.provided); err != nil || !hmac.Equal(got, want) {
		return nil, s.mismatch(canonical, toSign)
	}
	return &Verified{sig: s, key: key, seed: hex.EncodeToString(want)}, nil
}

// Verified is a signature that was found right.
type Verified struct {
	sig  *Signature
	key  []byte // the signing key; nil for Version 2, which signs no chunks
	seed string // the signature, with which a chain of chunk signatures begins
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

// signingKey derives the key that signs for one day, region and service.
func signingKey(secret string, s scope) []byte {
	k := mac([]byte("AWS4"+secret), s.day)
	k = mac(k, s.region)
	k = mac(k, s.service)
	return mac(k, terminator)
}

func stringToSign(stamp string, s scope, canonical string) string {
	return algorithm + "\n" + stamp + "\n" + s.String() + "\n" + hexSHA256(canonical)
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hexSHA256(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
