package sigv4

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cloudless/internal/awserr"
)

func TestVerifyRefusesWhatWasChanged(t *testing.T) {
	for _, tt := range []struct {
		name  string
		scope Scope
		edit  func(*http.Request)
	}{
		{"method", ddb, func(r *http.Request) { r.Method = "PUT" }},
		{"path", ddb, func(r *http.Request) { r.RequestURI = strings.Replace(r.RequestURI, "/a", "/b", 1) }},
		{"path, normalised on the way", s3, func(r *http.Request) { r.RequestURI = "/." + r.RequestURI }},
		{"query", ddb, func(r *http.Request) { r.RequestURI += "&z=1" }},
		{"host", ddb, func(r *http.Request) { r.Host = "other.test" }},
		{"header", ddb, setHeader("X-Amz-Meta-Color", "blue")},
		{"header that is gone", ddb, func(r *http.Request) { r.Header.Del("X-Amz-Meta-Color") }},
		{"region", ddb, authorization("eu-central-1", "eu-central-2")},
		{"service", ddb, authorization("dynamodb", "kinesis")},
		{"signature that is no number", ddb, authorization("Signature=", "Signature=xyz")},
		{"signature cut short", ddb, func(r *http.Request) {
			h := r.Header.Get("Authorization")
			r.Header.Set("Authorization", h[:len(h)-2])
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sig, err := Parse(signed(t, tt.scope, tt.edit))
			if err != nil {
				t.Fatalf("Parse = %v", err)
			}
			_, err = new(Verifier).Verify(sig, creds.SecretAccessKey, nil, now)
			if !errors.Is(err, &awserr.Error{Code: awserr.CodeInvalidSignature}) {
				t.Errorf("Verify = %v, want %s", err, awserr.CodeInvalidSignature)
			}
		})
	}
}

func TestVerifyRefusesAnotherBodyThanWasSigned(t *testing.T) {
	sig, err := Parse(signed(t, ddb, func(*http.Request) {}))
	if err != nil {
		t.Fatal(err)
	}
	if sig.Payload.Mode != PayloadUndeclared {
		t.Fatalf("Payload.Mode = %v, want PayloadUndeclared", sig.Payload.Mode)
	}
	_, err = new(Verifier).Verify(sig, creds.SecretAccessKey, []byte("x"), now)
	checkRefusal(t, "Verify", err, awserr.CodeInvalidSignature,
		"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
}

func TestS3ShowsWhatItSigned(t *testing.T) {
	sig, err := Parse(signed(t, s3, func(*http.Request) {}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = new(Verifier).Verify(sig, "wrong", nil, now)
	checkRefusal(t, "Verify", err, awserr.CodeInvalidSignature,
		"The request signature we calculated does not match the signature you provided. Check your key and signing method.")
	e, _ := errors.AsType[*awserr.Error](err)
	d, ok := e.Detail.(SignatureDoesNotMatch)
	if !ok {
		t.Fatalf("Detail is %T", e.Detail)
	}
	if !strings.HasPrefix(d.CanonicalRequest, "GET\n/a%20b\nx=1&y=\nhost:host.test\n") || !strings.HasPrefix(d.CanonicalRequestBytes, "47 45 54 0a 2f 61 ") ||
		!strings.HasPrefix(d.StringToSign, "AWS4-HMAC-SHA256\n20260504T120000Z\n20260504/eu-central-1/s3/aws4_request\n") || d.AWSAccessKeyId != "AKIAEXAMPLE" {
		t.Errorf("Detail = %+v", d)
	}
}

func TestVerifyLooksAtTheClock(t *testing.T) {
	const expires, early, late = "Request has expired", "Request is not yet valid", "The difference between the request time and the current time is too large."
	header := func(s Scope) *http.Request { return signed(t, s, func(*http.Request) {}) }
	query := func(s Scope) *http.Request { return presigned(t, s, func(url.Values) {}) } // for an hour
	sts := Scope{Region: "us-east-1", Service: "sts"}
	for _, tt := range []struct {
		name    string
		request *http.Request
		at      time.Duration // the server's clock, from the time of signing
		code    string        // "" for right
		message string
	}{
		{"5 minutes late", header(ddb), 5 * time.Minute, "", ""},
		{"too late", header(ddb), 5*time.Minute + time.Second, awserr.CodeInvalidSignature,
			"Signature expired: 20260504T120000Z is now earlier than 20260504T120001Z (20260504T120501Z - 5 min.)"},
		{"5 minutes early", header(ddb), -5 * time.Minute, "", ""},
		{"too early", header(ddb), -5*time.Minute - time.Second, awserr.CodeInvalidSignature,
			"Signature not yet current: 20260504T120000Z is still later than 20260504T115959Z (20260504T115459Z + 5 min.)"},
		{"presigned, in its last second", query(sts), time.Hour, "", ""},
		{"presigned, too late", query(sts), time.Hour + time.Second, awserr.CodeInvalidSignature,
			"Signature expired: 20260504T120000Z is now earlier than 20260504T120001Z (20260504T130001Z - 60 min.)"},

		{"S3: 15 minutes late", header(s3), 15 * time.Minute, "", ""},
		{"S3: too late", header(s3), 15*time.Minute + time.Second, "RequestTimeTooSkewed", late},
		{"S3: too early", header(s3), -15*time.Minute - time.Second, "RequestTimeTooSkewed", late},
		{"S3: presigned, in its last second", query(s3), time.Hour, "", ""},
		{"S3: presigned, too late", query(s3), time.Hour + time.Second, awserr.CodeAccessDenied, expires},
		{"S3: presigned, 15 minutes early", query(s3), -15 * time.Minute, "", ""},
		{"S3: presigned, too early", query(s3), -15*time.Minute - time.Second, awserr.CodeAccessDenied, early},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sig, err := Parse(tt.request)
			if err != nil {
				t.Fatalf("Parse = %v", err)
			}
			_, err = new(Verifier).Verify(sig, creds.SecretAccessKey, nil, now.Add(tt.at))
			if tt.code == "" {
				if err != nil {
					t.Errorf("Verify = %v", err)
				}
				return
			}
			checkRefusal(t, "Verify", err, tt.code, tt.message)
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	r, _ := http.NewRequest("POST", "http://host.test/", nil)
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.PutItem")
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	hash := HashPayload(nil)
	Sign(r, creds, ddb, hash, now)
	var v Verifier
	b.ReportAllocs()
	for b.Loop() {
		s, err := Parse(r)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := v.Verify(s, creds.SecretAccessKey, nil, now); err != nil {
			b.Fatal(err)
		}
	}
}
