package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Credentials are an access key and its secret.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // of temporary keys, or ""
}

// Scope is what a signature is made for.
type Scope struct {
	Region  string // such as "us-east-1"
	Service string // the signing name, such as "dynamodb"
}

// Sign signs a client's request at the time now, in its headers. payload is the
// hash of its body, as [HashPayload] makes it, or [UnsignedPayload].
//
// All headers that the request has by then are signed, apart from those that
// may change on the way.
func Sign(r *http.Request, c Credentials, s Scope, payload string, now time.Time) {
	stamp := now.UTC().Format(stampLayout)
	r.Header.Set(headerDate, stamp)
	if c.SessionToken != "" {
		r.Header.Set(headerToken, c.SessionToken)
	}
	if isS3(s.Service) {
		r.Header.Set(headerSHA256, payload)
	}
	names := headersToSign(r)
	scope := scope{day: stamp[:len(dayLayout)], region: s.Region, service: s.Service}
	head := appendCanonicalHead(nil, r, names, nil, rulesFor(s.Service))
	r.Header.Set("Authorization", algorithm+
		" Credential="+c.AccessKeyID+"/"+scope.String()+
		", SignedHeaders="+strings.Join(names, ";")+
		", Signature="+signature(c.SecretAccessKey, stamp, scope, string(head)+payload))
}

// signature returns the signature of a canonical request.
func signature(secret, stamp string, s scope, canonical string) string {
	toSign := appendToSign(nil, stamp, s, sha256.Sum256([]byte(canonical)))
	return hex.EncodeToString(mac(deriveKey(secret, s).key, string(toSign)))
}

// headersToSign returns the names, in lower case and sorted, of the headers
// that proxies leave alone.
func headersToSign(r *http.Request) []string {
	names := []string{"host"}
	for name := range r.Header {
		switch name = strings.ToLower(name); name {
		case "authorization", "user-agent", "x-amzn-trace-id", "expect", "connection",
			"accept-encoding", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive", "host":
		default:
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
