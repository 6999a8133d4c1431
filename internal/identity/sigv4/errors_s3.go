package sigv4

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"cloudless/internal/awserr"
)

// What S3 tells beside code and message: the Detail of its refusals, each
// member under S3's own name.
type (
	// SignatureDoesNotMatch tells what the server signed.
	SignatureDoesNotMatch struct {
		AWSAccessKeyId        string
		StringToSign          string
		SignatureProvided     string
		StringToSignBytes     string
		CanonicalRequest      string
		CanonicalRequestBytes string
	}

	// SignatureDoesNotMatchV2 tells the same of Signature Version 2.
	SignatureDoesNotMatchV2 struct {
		AWSAccessKeyId    string
		StringToSign      string
		SignatureProvided string
		StringToSignBytes string
	}

	// InvalidArgument tells which header was wrong.
	InvalidArgument struct {
		ArgumentName  string
		ArgumentValue string
	}

	// HeadersNotSigned lists headers that had to be signed.
	HeadersNotSigned struct{ HeadersNotSigned string }

	// RequestTimeTooSkewed tells the two clocks.
	RequestTimeTooSkewed struct {
		RequestTime                string
		ServerTime                 string
		MaxAllowedSkewMilliseconds string
	}

	// Expired tells when a presigned request ended.
	Expired struct {
		XAmzExpires string `xml:"X-Amz-Expires"`
		Expires     string
		ServerTime  string
	}

	// ExpiredV2 tells the same of Signature Version 2.
	ExpiredV2 struct {
		Expires    string
		ServerTime string
	}

	// NotYetValid tells when a presigned request begins.
	NotYetValid struct {
		XAmzDate   string `xml:"X-Amz-Date"` // milliseconds since 1970
		Expires    string
		ServerTime string
	}

	// ContentSHA256Mismatch tells the two hashes of a body.
	ContentSHA256Mismatch struct {
		ClientComputedContentSHA256 string
		S3ComputedContentSHA256     string
	}

	// InvalidChunkSize tells which chunk was too small.
	InvalidChunkSize struct {
		Chunk        string
		BadChunkSize string
	}
)

func refuseS3(status int, code, format string, args ...any) *awserr.Error {
	return &awserr.Error{Code: code, Status: status, Message: fmt.Sprintf(format, args...)}
}

func mismatchS3() *awserr.Error {
	return refuseS3(http.StatusForbidden, awserr.CodeInvalidSignature,
		"The request signature we calculated does not match the signature you provided. Check your key and signing method.")
}

func deniedS3(message string) *awserr.Error {
	return refuseS3(http.StatusForbidden, awserr.CodeAccessDenied, "%s", message)
}

func argumentS3(message, name, value string) *awserr.Error {
	return refuseS3(http.StatusBadRequest, "InvalidArgument", "%s", message).
		With(InvalidArgument{ArgumentName: name, ArgumentValue: value})
}

func malformedHeaderS3(format string, args ...any) *awserr.Error {
	return refuseS3(http.StatusBadRequest, "AuthorizationHeaderMalformed",
		"The authorization header is malformed; "+format, args...)
}

func queryParametersS3(format string, args ...any) *awserr.Error {
	return refuseS3(http.StatusBadRequest, "AuthorizationQueryParametersError", format, args...)
}

// signatureVersion2 refuses the Authorization header of the version before
// this one.
func signatureVersion2() *awserr.Error {
	return refuseS3(http.StatusBadRequest, "InvalidRequest",
		"The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")
}

func headersNotSignedS3(names string) *awserr.Error {
	return deniedS3("There were headers present in the request which were not signed").
		With(HeadersNotSigned{names})
}

func timeTooSkewedS3(stamp string, now time.Time) *awserr.Error {
	return refuseS3(http.StatusForbidden, "RequestTimeTooSkewed",
		"The difference between the request time and the current time is too large.").
		With(RequestTimeTooSkewed{
			RequestTime:                stamp,
			ServerTime:                 now.Format(time.RFC3339),
			MaxAllowedSkewMilliseconds: strconv.FormatInt(skewS3.Milliseconds(), 10),
		})
}

func expiredS3(s *Signature, now time.Time) *awserr.Error {
	return deniedS3("Request has expired").With(Expired{
		XAmzExpires: strconv.Itoa(int(s.Expires.Seconds())),
		Expires:     s.Date.Add(s.Expires).Format(time.RFC3339),
		ServerTime:  now.Format(time.RFC3339),
	})
}

func notYetValidS3(s *Signature, now time.Time) *awserr.Error {
	return deniedS3("Request is not yet valid").With(NotYetValid{
		XAmzDate:   strconv.FormatInt(s.Date.UnixMilli(), 10),
		Expires:    s.Date.Add(s.Expires).Format(time.RFC3339),
		ServerTime: now.Format(time.RFC3339),
	})
}

func contentMismatch(declared, computed string) *awserr.Error {
	return refuseS3(http.StatusBadRequest, awserr.CodeContentSHA256Mismatch,
		"The provided 'x-amz-content-sha256' header does not match what was computed.").
		With(ContentSHA256Mismatch{declared, computed})
}

func incompleteBody() *awserr.Error {
	return refuseS3(http.StatusBadRequest, "IncompleteBody", "The request body terminated unexpectedly")
}

func chunkTooSmall(n int, size int64) *awserr.Error {
	return refuseS3(http.StatusForbidden, "InvalidChunkSizeError",
		"Only the last chunk is allowed to have a size less than 8192 bytes").
		With(InvalidChunkSize{strconv.Itoa(n), strconv.FormatInt(size, 10)})
}

func malformedTrailer() *awserr.Error {
	return refuseS3(http.StatusBadRequest, "MalformedTrailerError",
		"The request contained trailing data that was not well-formed or did not conform to our published schema.")
}
