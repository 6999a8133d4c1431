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

// What botocore 1.43.11 made of credentials AKIAEXAMPLE and secret/Key+ at
// nowV2, for an hour.
const (
	secretV2 = "secret/Key+"
	keyV2    = "AWSAccessKeyId=AKIAEXAMPLE&"
	untilV2  = "&Expires=1772370000"
)

var nowV2 = time.Unix(1772366400, 0)

func TestVerifiesWhatBotocorePresigns(t *testing.T) {
	for _, tt := range []struct {
		name, method, bucket, target string
		headers                      map[string]string
	}{
		{"the bucket in the host", "GET", "photos", "/copy.txt?" + keyV2 + "Signature=93lWvj72QXOLN%2BsT4MI50bSb0CI%3D" + untilV2, nil},
		{"the bucket in the path", "GET", "", "/my.photos/copy.txt?" + keyV2 + "Signature=1I5Sj3tTkFfVMpdVTaihZFxJY2g%3D" + untilV2, nil},
		{"a key of all characters", "GET", "photos", "/dir/a%20b%2Bc%26d%3De%3Af~%28g%29%2A%27%21%C3%BC//../x.txt?" +
			keyV2 + "Signature=LVzrXchmWc%2BAiK0eVSeG9expbck%3D" + untilV2, nil},
		{"the same, in the path", "GET", "", "/photos/dir/a%20b%2Bc%26d%3De%3Af~%28g%29%2A%27%21%C3%BC//../x.txt?" +
			keyV2 + "Signature=LVzrXchmWc%2BAiK0eVSeG9expbck%3D" + untilV2, nil},
		{"a session token", "GET", "", "/photos/k?" + keyV2 + "Signature=AZBW3Gi%2B0KOH%2Bw7oiW9GY86eyyw%3D&x-amz-security-token=to%2Fken%2B%3D%3D" + untilV2, nil},
		{"a version, a part and overrides", "GET", "", "/photos/k?versionId=null&partNumber=1&response-content-type=text%2Fx%20y" +
			"&response-content-disposition=attachment%3B%20filename%3D%22%C3%BC%2B%201.txt%22&response-cache-control=no-cache&" +
			keyV2 + "Signature=llYkx6TBt%2FKlsI96d8zzqt5DsW0%3D" + untilV2, nil},
		{"an upload whose headers are in the query", "PUT", "photos", "/k?" + keyV2 + "Signature=Nmv0FOr3Wyn1E9lm5tCwv391uYY%3D" +
			"&content-type=text%2Fplain&x-amz-meta-color=dark%20red&x-amz-storage-class=STANDARD_IA" + untilV2, map[string]string{"Content-Type": "text/plain"}},
		{"an upload whose headers are headers", "PUT", "photos", "/k?" + keyV2 + "Signature=Nmv0FOr3Wyn1E9lm5tCwv391uYY%3D" + untilV2,
			map[string]string{"Content-Type": "text/plain", "X-Amz-Meta-Color": "dark red", "X-Amz-Storage-Class": "STANDARD_IA"}},
		{"a part of an upload", "PUT", "", "/photos/k?uploadId=abc~d.e&partNumber=7&" + keyV2 + "Signature=y%2BlXM3wC61Cr9NcqQgvGnPVaNz4%3D" + untilV2, nil},
		{"uploads of a bucket in the host", "GET", "photos", "/?uploads&prefix=a%2F&" + keyV2 + "Signature=Is2m1D5k%2BtkFx0lLJ0LfcIEpA9w%3D" + untilV2, nil},
		{"a deletion", "DELETE", "", "/photos/k?" + keyV2 + "Signature=pRVu7%2B8XAjMrKn5sVC4p4yqOYFI%3D" + untilV2, nil},
		{"a listing", "GET", "", "/photos?list-type=2&prefix=a%20b&encoding-type=url&" + keyV2 + "Signature=rgNTaAhPgk0I19vzVYHjhJQfKSE%3D" + untilV2, nil},
		{"the list of buckets", "GET", "", "/?" + keyV2 + "Signature=Y8VPToI6IHt63v7jv%2BE63%2Fx0t0U%3D" + untilV2, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sig, err := ParseV2(requestV2(tt.method, tt.target, tt.headers), tt.bucket)
			if err != nil {
				t.Fatalf("ParseV2 = %v", err)
			}
			if _, err := new(Verifier).Verify(sig, secretV2, nil, nowV2); err != nil {
				t.Errorf("Verify = %v; signed was\n%s", err, sig.v2.toSign)
			}
			if sig.AccessKeyID != "AKIAEXAMPLE" || sig.Service != "s3" || sig.Payload.Mode != PayloadUnsigned {
				t.Errorf("ParseV2 = %+v", sig)
			}
			if want := map[bool]string{true: "to/ken+=="}[strings.Contains(tt.target, "token")]; sig.SessionToken != want {
				t.Errorf("SessionToken = %q, want %q", sig.SessionToken, want)
			}
		})
	}
}

func requestV2(method, target string, headers map[string]string) *http.Request {
	r := &http.Request{Method: method, Host: "s3.amazonaws.com", RequestURI: target, URL: &url.URL{}, Header: http.Header{}}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	return r
}

func TestVersion2RefusesWhatWasChanged(t *testing.T) {
	const target = "/photos/k?versionId=null&partNumber=1&response-content-type=text%2Fx%20y" +
		"&response-content-disposition=attachment%3B%20filename%3D%22%C3%BC%2B%201.txt%22&response-cache-control=no-cache&" +
		keyV2 + "Signature=llYkx6TBt%2FKlsI96d8zzqt5DsW0%3D" + untilV2
	for _, tt := range []struct {
		name, method, target, bucket string
		headers                      map[string]string
	}{
		{"the method", "HEAD", target, "", nil},
		{"the key", "GET", strings.Replace(target, "/k", "/l", 1), "", nil},
		{"the bucket", "GET", target, "other", nil},
		{"the version", "GET", strings.Replace(target, "null", "other", 1), "", nil},
		{"an override", "GET", strings.Replace(target, "no-cache", "cache", 1), "", nil},
		{"the end", "GET", strings.Replace(target, "1772370000", "1772370001", 1), "", nil},
		{"a sub-resource more", "GET", target + "&acl", "", nil},
		{"a header of AWS's more", "GET", target, "", map[string]string{"x-amz-copy-source": "other/k"}},
		{"the same in the query", "GET", target + "&X-Amz-Copy-Source=other/k", "", nil},
		{"a content type", "GET", target, "", map[string]string{"Content-Type": "text/plain"}},
		{"a hash of the content", "GET", target, "", map[string]string{"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}},
		{"the signature", "GET", strings.Replace(target, "llYk", "llYl", 1), "", nil},
		{"a signature that is none", "GET", strings.Replace(target, "llYk", "*", 1), "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sig, err := ParseV2(requestV2(tt.method, tt.target, tt.headers), tt.bucket)
			if err != nil {
				t.Fatalf("ParseV2 = %v", err)
			}
			_, err = new(Verifier).Verify(sig, secretV2, nil, nowV2)
			checkRefusal(t, "Verify", err, awserr.CodeInvalidSignature,
				"The request signature we calculated does not match the signature you provided. Check your key and signing method.")
			e, _ := errors.AsType[*awserr.Error](err)
			if d, ok := e.Detail.(SignatureDoesNotMatchV2); !ok || d.StringToSign != sig.v2.toSign || d.SignatureProvided == "" {
				t.Errorf("Detail = %+v", e.Detail)
			}
		})
	}
}

func TestVersion2Ends(t *testing.T) {
	sig, err := ParseV2(requestV2("GET", "/?"+keyV2+"Signature=Y8VPToI6IHt63v7jv%2BE63%2Fx0t0U%3D"+untilV2, nil), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := new(Verifier).Verify(sig, secretV2, nil, nowV2.Add(time.Hour)); err != nil {
		t.Errorf("in its last second: %v", err)
	}
	_, err = new(Verifier).Verify(sig, secretV2, nil, nowV2.Add(time.Hour+time.Second))
	checkRefusal(t, "Verify", err, awserr.CodeAccessDenied, "Request has expired")
	e, _ := errors.AsType[*awserr.Error](err)
	if want := (ExpiredV2{Expires: "2026-03-01T13:00:00Z", ServerTime: "2026-03-01T13:00:01Z"}); e.Detail != want {
		t.Errorf("Detail = %+v, want %+v", e.Detail, want)
	}
}

func TestVersion2Refuses(t *testing.T) {
	const missing = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
	for _, tt := range []struct {
		name, query string
		headers     map[string]string
		code        string // "" for unsigned
		message     string
	}{
		{"no signature at all", "Expires=1", nil, "", ""},
		{"what other services had", "AWSAccessKeyId=a&Signature=b&SignatureVersion=2", nil, "", ""},
		{"no signature", "AWSAccessKeyId=a&Expires=1", nil, awserr.CodeAccessDenied, missing},
		{"no end", "AWSAccessKeyId=a&Signature=b", nil, awserr.CodeAccessDenied, missing},
		{"no key", "Signature=b&Expires=1", nil, awserr.CodeAccessDenied, missing},
		{"an end that is no time", "AWSAccessKeyId=a&Signature=b&Expires=soon", nil, awserr.CodeAccessDenied,
			"Invalid date (should be seconds since epoch): soon"},
		{"signed chunks", "AWSAccessKeyId=a&Signature=b&Expires=1", map[string]string{headerSHA256: streamingSigned}, awserr.CodeInvalidSignature,
			"The request signature we calculated does not match the signature you provided. Check your key and signing method."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseV2(requestV2("GET", "/k?"+tt.query, tt.headers), "")
			if tt.code == "" {
				if err != ErrUnsigned {
					t.Errorf("ParseV2 = %v, want ErrUnsigned", err)
				}
				return
			}
			checkRefusal(t, "ParseV2", err, tt.code, tt.message)
		})
	}
}

func TestOneRequestHasOneSignature(t *testing.T) {
	r := signed(t, s3, func(r *http.Request) { r.RequestURI += "&AWSAccessKeyId=a&Signature=b&Expires=1" })
	_, err := Parse(r)
	checkRefusal(t, "Parse", err, "InvalidArgument", "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "+
		"Signature query string parameter or the Authorization header should be specified")
}

func FuzzParseV2(f *testing.F) {
	f.Add("/a//b?AWSAccessKeyId=a&Signature=b&Expires=1&uploads&x-amz-acl=private", "bucket", "x-amz-meta-a", " b ")
	f.Add("/%?AWSAccessKeyId=a&Signature=%ZZ&Expires=99999999999999&versionId=+", "", "Content-Type", "text/plain")
	f.Fuzz(func(t *testing.T, target, bucket, name, value string) {
		r := &http.Request{Method: "GET", Host: "h", RequestURI: target, URL: &url.URL{}, Header: http.Header{http.CanonicalHeaderKey(name): {value}}}
		s, err := ParseV2(r, bucket)
		if err != nil {
			if _, ok := errors.AsType[*awserr.Error](err); !ok && err != ErrUnsigned {
				t.Fatalf("ParseV2 = %v, which is no refusal", err)
			}
			return
		}
		if _, err := new(Verifier).Verify(s, "secret", nil, s.v2.until); err == nil {
			t.Fatal("Verify accepts a signature out of nowhere")
		}
	})
}
