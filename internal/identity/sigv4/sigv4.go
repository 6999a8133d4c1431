// Package sigv4 tells who signed a request, by AWS Signature Version 4.
//
// A server asks in two steps, so that it can look the secret up in between:
// [Parse] reads what the request says of its signature, and
// [Verifier.Verify] recomputes it. What Verify returns gives the body,
// checked while it is read. The work is divided thus:
//
//   - parse.go:     the Authorization header and the presigned query;
//   - claims.go:    what either says, part by part: key, scope, date, headers;
//   - canonical.go: the canonical request, from the bytes as they were sent;
//   - verify.go:    times, the comparison;
//   - key.go:       signing keys, derived and kept;
//   - payload.go:   what a client may declare of its body, and its hash;
//   - chunked.go:   bodies in signed or trailed chunks ("aws-chunked");
//   - queryv2.go:   presigned queries of Signature Version 2, which S3 still takes;
//   - sign.go:      the client's side, for our own commands and tests;
//   - errors.go, errors_s3.go: refusals, in the words of everybody else and of S3.
//
// The promise: whoever reads a body of [Verified.Body] to io.EOF without an
// error has read exactly what the holder of the secret signed. Before that,
// nothing that was read may be kept. A presigned request may leave its body
// open, and one of Version 2 leaves most of its query open too.
//
// The package does not know where secrets come from, which regions and
// services exist, nor what the request wants.
package sigv4

import (
	"errors"
	"net/http"
	"strings"
	"time"
)

const (
	algorithm           = "AWS4-HMAC-SHA256"
	algorithmAsymmetric = "AWS4-ECDSA-P256-SHA256" // SigV4A, which is not supported
	terminator          = "aws4_request"

	stampLayout = "20060102T150405Z" // X-Amz-Date
	dayLayout   = "20060102"         // the date in a credential scope

	headerDate    = "X-Amz-Date"
	headerToken   = "X-Amz-Security-Token"
	headerSHA256  = "X-Amz-Content-Sha256"
	headerLength  = "X-Amz-Decoded-Content-Length"
	headerTrailer = "X-Amz-Trailer"

	queryAlgorithm     = "X-Amz-Algorithm"
	queryCredential    = "X-Amz-Credential"
	querySignature     = "X-Amz-Signature"
	queryDate          = "X-Amz-Date"
	querySignedHeaders = "X-Amz-SignedHeaders"
	queryExpires       = "X-Amz-Expires"
	queryToken         = "X-Amz-Security-Token"
	querySHA256        = "X-Amz-Content-Sha256"
)

// ErrUnsigned says that a request carries no signature at all. Whether that is
// allowed is for the caller to know; [MissingAuthenticationToken] is the
// refusal.
var ErrUnsigned = errors.New("sigv4: the request is not signed")

// Signature is what a request says of its own signature. Nothing in it may be
// trusted before [Verifier.Verify].
type Signature struct {
	AccessKeyID string
	Region      string    // "" if it does not say, as Version 2
	Service     string    // the signing name, such as "dynamodb" or "execute-api"
	Date        time.Time // when it was signed, in UTC, to the second; Version 2 does not say

	SignedHeaders []string // in lower case, in the order of the request
	SessionToken  string   // of temporary keys, or ""

	Presigned bool          // the signature is in the query string
	Expires   time.Duration // how long a presigned request holds; 0 if it does not say

	Payload Payload

	stamp    string        // Date as the string to sign has it
	provided string        // the signature, in hexadecimal
	request  *http.Request // as it was received
	unsigned []string      // the parameters of the query that are not signed
	rules    rules

	v2 *signatureV2 // of Signature Version 2, which has none of the above but provided
}

// scope returns the credential scope: the day, region and service that the
// signing key is made for.
func (s *Signature) scope() scope {
	return scope{day: s.stamp[:len(dayLayout)], region: s.Region, service: s.Service}
}

// scope is what a signing key is good for.
type scope struct{ day, region, service string }

func (s scope) String() string { return string(s.append(nil)) }

func (s scope) append(dst []byte) []byte {
	for _, part := range [...]string{s.day, s.region, s.service} {
		dst = append(dst, part...)
		dst = append(dst, '/')
	}
	return append(dst, terminator...)
}

// rules are the ways in which services differ about the canonical request.
type rules struct {
	unnormalised bool // the path keeps its dot segments and repeated slashes
	escapedOnce  bool // the path is not escaped a second time
	lateToken    bool // a presigned session token is added after signing
}

// rulesFor returns the rules of a service. S3 signs the path as it is, since
// "a//b" and "a/../b" are keys of objects.
func rulesFor(service string) rules {
	s3 := isS3(service)
	return rules{unnormalised: s3, escapedOnce: s3, lateToken: service == "iotdevicegateway"}
}

// isS3 reports whether a signing name is one of S3's, whose signatures and
// refusals differ from all others.
func isS3(service string) bool {
	return service == "s3" || strings.HasPrefix(service, "s3-") || service == "s3express"
}
