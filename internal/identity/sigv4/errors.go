package sigv4

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"cloudless/internal/awserr"
)

// MissingAuthenticationToken refuses a request that had to be signed.
func MissingAuthenticationToken() *awserr.Error {
	return &awserr.Error{Code: awserr.CodeMissingAuthentication, Status: http.StatusForbidden,
		Message: "Request is missing Authentication Token"}
}

func incomplete(format string, args ...any) *awserr.Error {
	return &awserr.Error{Code: awserr.CodeIncompleteSignature, Status: http.StatusBadRequest,
		Message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) *awserr.Error {
	return &awserr.Error{Code: awserr.CodeInvalidSignature, Status: http.StatusForbidden,
		Message: fmt.Sprintf(format, args...)}
}

// digestOf names an Authorization header without repeating it: AWS stopped
// echoing what may be somebody's password.
func digestOf(authorization string) string {
	sum := sha256.Sum256([]byte(authorization))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func notKeyValue(authorization string) *awserr.Error {
	return incomplete("Invalid key=value pair (missing equal-sign) in Authorization header "+
		"(hashed with SHA-256 and encoded with Base64): '%s'.", digestOf(authorization))
}

func missingComponents(sentences []string, authorization string) *awserr.Error {
	return incomplete("%s (Hashed with SHA-256 and encoded with Base64) Authorization=%s",
		strings.Join(sentences, " "), digestOf(authorization))
}

func missingParameters(names []string) *awserr.Error {
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "AWS query-string parameters must include '%s'. ", name)
	}
	return incomplete("%sRe-examine the query-string parameters.", b.String())
}

func expired(date, earliest, now time.Time, life time.Duration) *awserr.Error {
	return invalid("Signature expired: %s is now earlier than %s (%s - %d min.)",
		date.Format(stampLayout), earliest.Format(stampLayout), now.Format(stampLayout), life/time.Minute)
}

func notYetCurrent(date, latest, now time.Time, by time.Duration) *awserr.Error {
	return invalid("Signature not yet current: %s is still later than %s (%s + %d min.)",
		date.Format(stampLayout), latest.Format(stampLayout), now.Format(stampLayout), by/time.Minute)
}

// mismatch refuses a wrong signature. S3 shows what it signed itself, so that
// a client can find the difference.
func (s *Signature) mismatch(body []byte) *awserr.Error {
	if !isS3(s.Service) {
		return invalid("The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	canonical := string(s.appendCanonical(nil, body))
	toSign := string(appendToSign(nil, s.stamp, s.scope(), sha256.Sum256([]byte(canonical))))
	return mismatchS3().With(SignatureDoesNotMatch{
		AWSAccessKeyId:        s.AccessKeyID,
		StringToSign:          toSign,
		SignatureProvided:     s.provided,
		StringToSignBytes:     spacedHex(toSign),
		CanonicalRequest:      canonical,
		CanonicalRequestBytes: spacedHex(canonical),
	})
}

// spacedHex writes bytes as S3 does in a refusal: "47 45 54 0a".
func spacedHex(s string) string { return fmt.Sprintf("% x", s) }
