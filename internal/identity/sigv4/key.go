package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"
	"sync"
)

// Verifier checks signatures. It keeps the signing keys of those that it found
// right, which hold for a day: to derive one takes four times the work of a
// signature. They are kept under the secret itself, so that a secret that was
// changed or taken away leaves nothing that counts.
//
// The zero Verifier is ready. It is safe for concurrent use.
type Verifier struct {
	mu   sync.RWMutex
	keys map[keyID]*signingKey // guarded by mu
}

type keyID struct {
	secret string
	scope  scope
}

// maxKeys bounds the keys that are kept.
const maxKeys = 4096

func (v *Verifier) find(secret string, s scope) (key *signingKey, known bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	key, known = v.keys[keyID{secret, s}]
	return key, known
}

// keep keeps a key by which a signature was right: a stranger cannot fill the
// place with others.
func (v *Verifier) keep(secret string, s scope, key *signingKey) {
	s = scope{strings.Clone(s.day), strings.Clone(s.region), strings.Clone(s.service)} // parts of a whole header
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.keys) >= maxKeys || v.keys == nil {
		v.keys = make(map[keyID]*signingKey)
	}
	v.keys[keyID{secret, s}] = key
}

// signingKey signs for one secret, day, region and service. It is safe for
// concurrent use.
type signingKey struct {
	key     []byte
	signers sync.Pool // of *signer
}

// signer is an HMAC that has taken up its key, and room to work in.
type signer struct {
	mac  hash.Hash
	text []byte
	sum  [sha256.Size]byte
}

// maxKept is the largest room that is kept.
const maxKept = 8 << 10

// deriveKey derives the key that signs for one day, region and service.
func deriveKey(secret string, s scope) *signingKey {
	k := mac([]byte("AWS4"+secret), s.day)
	k = mac(k, s.region)
	k = mac(k, s.service)
	return &signingKey{key: mac(k, terminator)}
}

// sign returns the signature of the request that s belongs to.
func (k *signingKey) sign(s *Signature, body []byte) [sha256.Size]byte {
	g, _ := k.signers.Get().(*signer)
	if g == nil {
		g = &signer{mac: hmac.New(sha256.New, k.key)}
	}
	g.text = s.appendCanonical(g.text[:0], body)
	g.text = appendToSign(g.text[:0], s.stamp, s.scope(), sha256.Sum256(g.text))
	g.mac.Reset()
	g.mac.Write(g.text)
	g.mac.Sum(g.sum[:0])
	sum := g.sum
	if cap(g.text) <= maxKept {
		k.signers.Put(g)
	}
	return sum
}

// appendToSign appends the string to sign of a canonical request, given by its
// digest.
func appendToSign(dst []byte, stamp string, s scope, canonical [sha256.Size]byte) []byte {
	dst = append(dst, algorithm+"\n"...)
	dst = append(dst, stamp...)
	dst = append(dst, '\n')
	dst = s.append(dst)
	dst = append(dst, '\n')
	return hex.AppendEncode(dst, canonical[:])
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
