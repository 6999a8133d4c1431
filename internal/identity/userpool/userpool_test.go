package userpool

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cloudless/internal/clock"
)

const pool = "arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_abc"

// issuer serves the keys of one pool.
type issuer struct {
	t     *testing.T
	url   string
	keys  jose.JSONWebKeySet
	asked int
}

func newIssuer(t *testing.T) *issuer {
	i := &issuer{t: t}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.asked++
		if r.URL.Path != "/us-east-1_abc/.well-known/jwks.json" {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(i.keys)
	}))
	t.Cleanup(srv.Close)
	i.url = srv.URL
	return i
}

// key makes a key of the pool.
func (i *issuer) key(id string) *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		i.t.Fatal(err)
	}
	i.keys.Keys = append(i.keys.Keys, jose.JSONWebKey{Key: &k.PublicKey, KeyID: id, Algorithm: "RS256", Use: "sig"})
	return k
}

// token signs claims.
func (i *issuer) token(alg jose.SignatureAlgorithm, key any, id string, claims map[string]any) string {
	i.t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", id))
	if err != nil {
		i.t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		i.t.Fatal(err)
	}
	signed, err := s.Sign(payload)
	if err != nil {
		i.t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		i.t.Fatal(err)
	}
	return text
}

func TestATokenIsTakenFromThePoolsThatAreNamed(t *testing.T) {
	i := newIssuer(t)
	key, stranger := i.key("one"), i.key("two")
	i.keys.Keys = i.keys.Keys[:1]
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	claims := func(iss string, after time.Duration) map[string]any {
		return map[string]any{"iss": iss, "exp": now.Add(after).Unix(), "sub": "me"}
	}
	mine := i.url + "/us-east-1_abc"
	for _, tt := range []struct {
		name, token string
		pools       []string
		err         error
	}{
		{"a token", i.token(jose.RS256, key, "one", claims(mine, time.Minute)), []string{"arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_other", pool}, nil},
		{"of another pool", i.token(jose.RS256, key, "one", claims(mine, time.Minute)), []string{"arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_other"}, ErrInvalid},
		{"of nobody", i.token(jose.RS256, key, "one", claims("", time.Minute)), []string{"nonsense", pool}, ErrInvalid},
		{"that has expired", i.token(jose.RS256, key, "one", claims(mine, 0)), []string{pool}, ErrExpired},
		{"that never expires", i.token(jose.RS256, key, "one", map[string]any{"iss": mine}), []string{pool}, ErrInvalid},
		{"signed by another key", i.token(jose.RS256, stranger, "one", claims(mine, time.Minute)), []string{pool}, ErrInvalid},
		{"signed by an unknown key", i.token(jose.RS256, stranger, "two", claims(mine, time.Minute)), []string{pool}, ErrInvalid},
		{"signed in another way", i.token(jose.HS256, []byte("0123456789abcdef0123456789abcdef"), "one", claims(mine, time.Minute)), []string{pool}, ErrInvalid},
		{"unsigned", "eyJhbGciOiJub25lIn0.e30.", []string{pool}, ErrInvalid},
		{"nonsense", "nonsense", []string{pool}, ErrInvalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := New(i.url+"/", clock.NewFake(now, 1)).Claims(t.Context(), tt.token, tt.pools)
			if !errors.Is(err, tt.err) || err == nil && got["sub"] != "me" {
				t.Errorf("Claims = %v, %v, want %v", got, err, tt.err)
			}
		})
	}
}

func TestKeysAreKeptAndAskedForAgain(t *testing.T) {
	i := newIssuer(t)
	first := i.key("one")
	c := clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), 1)
	v := New(i.url, c)
	take := func(key *rsa.PrivateKey, id string, want error, asked int) {
		t.Helper()
		token := i.token(jose.RS256, key, id, map[string]any{"iss": i.url + "/us-east-1_abc", "exp": c.Now().Add(time.Minute).Unix()})
		if _, err := v.Claims(t.Context(), token, []string{pool}); !errors.Is(err, want) || i.asked != asked {
			t.Errorf("Claims = %v after %d questions, want %v after %d", err, i.asked, want, asked)
		}
	}
	take(first, "one", nil, 1)
	take(first, "one", nil, 1)
	second := i.key("two")
	take(second, "two", ErrInvalid, 1)
	c.Advance(askAgain)
	take(second, "two", nil, 2)
	c.Advance(keysHold)
	take(first, "one", nil, 3)
}

func TestAPoolThatCannotBeAskedIsNoWrongToken(t *testing.T) {
	i := newIssuer(t)
	v := New(i.url, clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), 1))
	gone := "arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_gone"
	_, err := v.Claims(t.Context(), i.token(jose.RS256, i.key("one"), "one", map[string]any{"iss": i.url + "/us-east-1_gone", "exp": 1 << 40}), []string{gone})
	if err == nil || errors.Is(err, ErrInvalid) || errors.Is(err, ErrExpired) {
		t.Errorf("Claims = %v", err)
	}
}

func TestPoolsOfAWSHaveAWSsIssuer(t *testing.T) {
	v := New("", clock.NewFake(time.Now(), 1))
	if got := v.issuer(pool); got != "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc" {
		t.Errorf("issuer = %s", got)
	}
	if IsPool("arn:aws:cognito-idp:us-east-1:111111111111:userpool/../x_y") {
		t.Error("a path is the ARN of a pool")
	}
}

func FuzzToken(f *testing.F) {
	f.Add("eyJhbGciOiJSUzI1NiIsImtpZCI6Im9uZSJ9.eyJpc3MiOiJ4IiwiZXhwIjoxfQ.c2ln")
	f.Add("a.b.c")
	v := New("http://127.0.0.1:1", clock.NewFake(time.Now(), 1))
	f.Fuzz(func(t *testing.T, token string) {
		if claims, err := v.Claims(t.Context(), token, []string{pool}); err == nil {
			t.Errorf("took %q: %v", token, claims)
		}
	})
}
