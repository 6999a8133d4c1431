package sigv4

import (
	"bufio"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"cloudless/internal/awserr"
)

var (
	now   = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	creds = Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "secret"}
	ddb   = Scope{Region: "eu-central-1", Service: "dynamodb"}
	s3    = Scope{Region: "eu-central-1", Service: "s3"}
)

// received turns a client's request into what a server gets.
func received(t *testing.T, r *http.Request) *http.Request {
	t.Helper()
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadRequest(bufio.NewReader(strings.NewReader(b.String())))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// signed returns a request as a server gets it, signed at the time now, and
// changed on its way by edit.
func signed(t *testing.T, s Scope, edit func(*http.Request)) *http.Request {
	t.Helper()
	r := httptest.NewRequest("GET", "http://host.test/a%20b?x=1&y", nil)
	r.RequestURI = ""
	r.Header.Set("X-Amz-Meta-Color", "red")
	Sign(r, creds, s, HashPayload(nil), now)
	got := received(t, r)
	edit(got)
	return got
}

func presigned(t *testing.T, s Scope, edit func(url.Values)) *http.Request {
	t.Helper()
	r, err := http.NewRequest("GET", "http://host.test/key", nil)
	if err != nil {
		t.Fatal(err)
	}
	presign(r, creds, s, time.Hour, now)
	q := r.URL.Query()
	edit(q)
	r.URL.RawQuery = q.Encode()
	return received(t, r)
}

func setHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// authorization replaces a part of the Authorization header.
func authorization(from, to string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), from, to, 1))
	}
}

func setParameter(name, value string) func(url.Values) {
	return func(q url.Values) {
		if q.Set(name, value); value == "" {
			q.Del(name)
		}
	}
}

func TestSignedRequestsAreVerified(t *testing.T) {
	temporary := Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: "to/ken+=="}
	for _, s := range []Scope{ddb, s3, {"us-east-1", "execute-api"}, {"us-east-1", "iotdevicegateway"}} {
		for _, target := range []string{"/", "/a//b/../c", "/a%2Fb%20c+d/%C3%BC", "/x?b=2&a=1&a=&c=%20+"} {
			t.Run(s.Service+target, func(t *testing.T) {
				r, err := http.NewRequest("POST", "http://host.test:8080"+target, strings.NewReader("body"))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", "text/plain;  charset=x")
				Sign(r, temporary, s, HashPayload([]byte("body")), now)
				sig, err := Parse(received(t, r))
				if err != nil {
					t.Fatalf("Parse = %v", err)
				}
				if sig.AccessKeyID != temporary.AccessKeyID || sig.SessionToken != temporary.SessionToken ||
					sig.Region != s.Region || sig.Service != s.Service || !sig.Date.Equal(now) || sig.Presigned {
					t.Errorf("Parse = %+v", sig)
				}
				if _, err := new(Verifier).Verify(sig, "secret", []byte("body"), now); err != nil {
					t.Errorf("Verify = %v", err)
				}

				r, _ = http.NewRequest("GET", "http://host.test"+target, nil)
				presign(r, temporary, s, time.Hour, now)
				if sig, err = Parse(received(t, r)); err != nil {
					t.Fatalf("Parse, presigned = %v", err)
				}
				if sig.SessionToken != temporary.SessionToken || !sig.Presigned || sig.Expires != time.Hour {
					t.Errorf("Parse, presigned = %+v", sig)
				}
				if _, err := new(Verifier).Verify(sig, "secret", nil, now); err != nil {
					t.Errorf("Verify, presigned = %v", err)
				}
			})
		}
	}
}

func TestParseFindsNoSignature(t *testing.T) {
	if _, err := Parse(httptest.NewRequest("GET", "/?a=b", nil)); err != ErrUnsigned {
		t.Errorf("Parse = %v, want ErrUnsigned", err)
	}
}

func TestParseRefusesHeaders(t *testing.T) {
	const mismatched = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260503' != '20260504', from '20260504T120000Z'."
	for _, tt := range []struct {
		name    string
		scope   Scope
		edit    func(*http.Request)
		code    string
		message string // or its beginning, if it ends in …
	}{
		{"another scheme", ddb, setHeader("Authorization", "Bearer abc"), awserr.CodeMissingAuthentication, "Request is missing Authentication Token"},
		{"Signature Version 2", ddb, setHeader("Authorization", "AWS AKIA:abc="), "InvalidRequest", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."},
		{"Signature Version 4A", ddb, authorization("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), awserr.CodeNotImplemented, "cloudless does not implement Signature Version 4A (AWS4-ECDSA-P256-SHA256) yet."},
		{"another hash", ddb, authorization("SHA256", "SHA512"), awserr.CodeIncompleteSignature, "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'."},
		{"nothing but the scheme", ddb, setHeader("Authorization", "AWS4-HMAC-SHA256"), awserr.CodeIncompleteSignature,
			"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. (Hashed with SHA-256 and encoded with Base64) Authorization=…"},
		{"no date", ddb, setHeader("X-Amz-Date", ""), awserr.CodeIncompleteSignature,
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) Authorization=…"},
		{"no equal sign", ddb, authorization("Credential=", "Credential= "), awserr.CodeIncompleteSignature,
			"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '…"},
		{"a date of another form", ddb, setHeader("X-Amz-Date", "2026-05-04"), awserr.CodeIncompleteSignature,
			"Date must be in ISO-8601 'basic format'. Got '2026-05-04'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"a credential of four parts", ddb, authorization("/eu-central-1", ""), awserr.CodeIncompleteSignature,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIAEXAMPLE/20260504/dynamodb/aws4_request'"},
		{"another day", ddb, authorization("/20260504/", "/20260503/"), awserr.CodeInvalidSignature, mismatched},
		{"another terminator and day", ddb, authorization("20260504/eu-central-1/dynamodb/aws4_request", "20260503/eu-central-1/dynamodb/x"), awserr.CodeInvalidSignature,
			"Credential should be scoped with a valid terminator: 'aws4_request', not 'x'. " + mismatched},
		{"host not signed", ddb, authorization("host;", ""), awserr.CodeInvalidSignature, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{"a header signed twice", ddb, authorization("host;", "host;host;"), awserr.CodeInvalidSignature, "Header 'host' is named twice in 'SignedHeaders'."},
		{"two mechanisms", ddb, func(r *http.Request) { r.RequestURI += "&X-Amz-Algorithm=x" }, awserr.CodeInvalidSignature,
			"Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."},

		{"S3: another scheme", s3, authorization("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), "InvalidArgument", "Unsupported Authorization Type"},
		{"S3: no signature", s3, authorization("Signature=", "Signed="), "AuthorizationHeaderMalformed",
			"The authorization header is malformed; the authorization header requires three components: Credential, SignedHeaders, and Signature."},
		{"S3: a credential of four parts", s3, authorization("/eu-central-1", ""), "AuthorizationHeaderMalformed",
			`The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`},
		{"S3: no day", s3, authorization("/20260504/", "/2026054/"), "AuthorizationHeaderMalformed",
			`The authorization header is malformed; incorrect date format "2026054". This date in the credential must be in the format "yyyyMMdd".`},
		{"S3: no region", s3, authorization("/eu-central-1/", "//"), "AuthorizationHeaderMalformed",
			"The authorization header is malformed; a non-empty region must be provided in the credential."},
		{"S3: another terminator", s3, authorization("aws4_request", "aws4"), "AuthorizationHeaderMalformed",
			`The authorization header is malformed; incorrect terminal "aws4". This endpoint uses "aws4_request".`},
		{"S3: another day", s3, authorization("/20260504/", "/20260503/"), "AuthorizationHeaderMalformed",
			`The authorization header is malformed; Invalid credential date "20260503". This date is not the same as X-Amz-Date: "20260504".`},
		{"S3: no date", s3, func(r *http.Request) { r.Header.Del("X-Amz-Date") }, awserr.CodeAccessDenied, "AWS authentication requires a valid Date or x-amz-date header"},
		{"S3: a header that is not signed", s3, setHeader("X-Amz-Acl", "public-read"), awserr.CodeAccessDenied, "There were headers present in the request which were not signed"},
		{"S3: no hash", s3, setHeader("X-Amz-Content-Sha256", ""), "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"},
		{"S3: no hash of a hash's length", s3, setHeader("X-Amz-Content-Sha256", "abc"), "InvalidArgument",
			"x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value."},
		{"S3: chunks signed by Version 4A", s3, setHeader("X-Amz-Content-Sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER"), awserr.CodeNotImplemented, "…"},
		{"S3: two mechanisms", s3, func(r *http.Request) { r.RequestURI += "&X-Amz-Algorithm=x" }, "InvalidArgument",
			"Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(signed(t, tt.scope, tt.edit))
			checkRefusal(t, "Parse", err, tt.code, tt.message)
		})
	}
}

func checkRefusal(t *testing.T, what string, err error, code, message string) {
	t.Helper()
	e, ok := errors.AsType[*awserr.Error](err)
	if !ok || e.Code != code {
		t.Fatalf("%s = %v, want %s", what, err, code)
	}
	begin, cut := strings.CutSuffix(message, "…")
	if e.Message != message && !(cut && strings.HasPrefix(e.Message, begin)) {
		t.Errorf("%s says\n%s\nwant\n%s", what, e.Message, message)
	}
}

func TestParseRefusesQueries(t *testing.T) {
	const required = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
	for _, tt := range []struct {
		name          string
		scope         Scope
		param, value  string
		code, message string
	}{
		{"no signature", ddb, "X-Amz-Signature", "", awserr.CodeIncompleteSignature, "AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters."},
		{"another hash", ddb, "X-Amz-Algorithm", "AWS4-HMAC-SHA1", awserr.CodeIncompleteSignature, "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'."},
		{"Signature Version 4A", s3, "X-Amz-Algorithm", "AWS4-ECDSA-P256-SHA256", awserr.CodeNotImplemented, "…"},
		{"S3: no date", s3, "X-Amz-Date", "", "AuthorizationQueryParametersError", required},
		{"S3: no life", s3, "X-Amz-Expires", "", "AuthorizationQueryParametersError", required},
		{"S3: another hash", s3, "X-Amz-Algorithm", "AWS4-HMAC-SHA1", "AuthorizationQueryParametersError", `X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"`},
		{"S3: a date of another form", s3, "X-Amz-Date", "2026-05-04T12:00:00Z", "AuthorizationQueryParametersError", `X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`},
		{"S3: a life that is too long", s3, "X-Amz-Expires", "604801", "AuthorizationQueryParametersError",
			"X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"},
		{"S3: a life below nothing", s3, "X-Amz-Expires", "-1", "AuthorizationQueryParametersError", "X-Amz-Expires must be non-negative"},
		{"S3: a life of letters", s3, "X-Amz-Expires", "1h", "AuthorizationQueryParametersError", "X-Amz-Expires should be a number"},
		{"S3: a credential of four parts", s3, "X-Amz-Credential", "AKIA/20260504/s3/aws4_request", "AuthorizationQueryParametersError",
			`Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(presigned(t, tt.scope, setParameter(tt.param, tt.value)))
			checkRefusal(t, "Parse", err, tt.code, tt.message)
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("/a//b?x=1", "AWS4-HMAC-SHA256 Credential=a/20260504/r/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=00", "20260504T120000Z", "UNSIGNED-PAYLOAD")
	f.Add("/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20260504%2Fr%2Fs%2Faws4_request&X-Amz-Date=20260504T120000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00", "", "", "")
	f.Add("/%", "AWS4-HMAC-SHA256 Credential=////,SignedHeaders=;,Signature=", "Mon, 04 May 2026 12:00:00 GMT", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
	f.Fuzz(func(t *testing.T, target, authorization, date, payload string) {
		r := &http.Request{Method: "GET", Host: "h", RequestURI: target, URL: &url.URL{}, Header: http.Header{
			"Authorization": {authorization}, "X-Amz-Date": {date}, "Date": {date}, "X-Amz-Content-Sha256": {payload}}}
		s, err := Parse(r)
		if err != nil {
			if _, ok := errors.AsType[*awserr.Error](err); !ok && err != ErrUnsigned {
				t.Fatalf("Parse = %v, which is no refusal", err)
			}
			return
		}
		// A forged signature is refused, and the right one is taken.
		if _, err := new(Verifier).Verify(s, "secret", nil, s.Date); err == nil {
			t.Fatal("Verify accepts a signature out of nowhere")
		}
		s.provided = signature("secret", s.stamp, s.scope(), string(s.appendCanonical(nil, nil)))
		if _, err := new(Verifier).Verify(s, "secret", nil, s.Date); err != nil {
			t.Fatalf("Verify = %v", err)
		}
	})
}
