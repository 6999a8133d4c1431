// Package userpool tells what the tokens of Cognito's user pools say.
//
//   - userpool.go: the [Verifier]: whose token it is, whether it holds;
//   - keys.go:     the public keys of a pool, fetched and kept.
//
// A token is a JSON Web Token, which a pool signs with RSA and SHA-256. The
// promise: claims that were returned were signed by one of the pools that were
// named, and have not expired.
//
// The package does not know what a token is good for, nor how pools are made.
package userpool

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cloudless/internal/clock"
)

// What may be wrong with a token. Other errors say that a pool could not be
// asked for its keys.
var (
	ErrInvalid = errors.New("userpool: the token is none of these pools'")
	ErrExpired = errors.New("userpool: the token has expired")
)

// maxTokenBytes bounds a token; they come in headers.
const maxTokenBytes = 64 << 10

// Verifier checks tokens. Its methods may be called from any number of
// goroutines.
type Verifier struct {
	base   string
	clock  clock.Clock
	client *http.Client

	mu    sync.Mutex
	pools map[string]*keySet // by issuer; guarded by mu
}

// New returns a verifier. base is the URL below which user pools are, each
// under its id; by default they are AWS's own.
func New(base string, c clock.Clock) *Verifier {
	return &Verifier{
		base: strings.TrimSuffix(base, "/"), clock: c, pools: map[string]*keySet{},
		client: &http.Client{
			Timeout:       5 * time.Second,
			Transport:     &http.Transport{IdleConnTimeout: time.Minute},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

var poolARN = regexp.MustCompile(`^arn:aws[a-z-]*:cognito-idp:([a-z0-9-]+):\d{12}:userpool/([\w-]{1,55}_[0-9a-zA-Z]{1,64})$`)

// IsPool reports whether a text is the ARN of a user pool.
func IsPool(arn string) bool { return poolARN.MatchString(arn) }

// issuer returns what a pool calls itself in its tokens.
func (v *Verifier) issuer(arn string) string {
	m := poolARN.FindStringSubmatch(arn)
	switch {
	case m == nil:
		return ""
	case v.base != "":
		return v.base + "/" + m[2]
	}
	return "https://cognito-idp." + m[1] + ".amazonaws.com/" + m[2]
}

// Claims returns what a token says, if one of the pools with these ARNs has
// signed it. Numbers are json.Number.
func (v *Verifier) Claims(ctx context.Context, token string, poolARNs []string) (map[string]any, error) {
	if len(token) > maxTokenBytes {
		return nil, ErrInvalid
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(signed.Signatures) != 1 {
		return nil, ErrInvalid
	}
	// Who says to have signed is looked at first, to know whose keys to fetch.
	unverified, err := readClaims(signed.UnsafePayloadWithoutVerification())
	if err != nil {
		return nil, ErrInvalid
	}
	issuer, _ := unverified["iss"].(string)
	if !v.isOneOf(issuer, poolARNs) {
		return nil, ErrInvalid
	}
	key, err := v.key(ctx, issuer, signed.Signatures[0].Header.KeyID)
	if err != nil {
		return nil, err
	}
	payload, err := signed.Verify(key)
	if err != nil {
		return nil, ErrInvalid
	}
	claims, err := readClaims(payload)
	if err != nil {
		return nil, ErrInvalid
	}
	return claims, v.checkTime(claims)
}

func (v *Verifier) isOneOf(issuer string, poolARNs []string) bool {
	for _, arn := range poolARNs {
		if issuer != "" && v.issuer(arn) == issuer {
			return true
		}
	}
	return false
}

// checkTime refuses a token that has expired, or that never would.
func (v *Verifier) checkTime(claims map[string]any) error {
	expires, ok := claims["exp"].(json.Number)
	if !ok {
		return ErrInvalid
	}
	seconds, err := expires.Int64()
	if err != nil {
		return ErrInvalid
	}
	if v.clock.Now().Unix() >= seconds {
		return ErrExpired
	}
	return nil
}

func readClaims(payload []byte) (map[string]any, error) {
	var claims map[string]any
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	if err := d.Decode(&claims); err != nil {
		return nil, fmt.Errorf("read the claims: %w", err)
	}
	return claims, nil
}
