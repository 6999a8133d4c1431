package sigv4

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	vectorSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	emptySHA256  = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

var vectorTime = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)

// TestVerifiesTheVectorsOfAWS runs AWS's own test suite for Signature Version
// 4. The suite is no part of the repository; TestVerifiesKnownSignatures
// carries some of it.
func TestVerifiesTheVectorsOfAWS(t *testing.T) {
	dirs, _ := filepath.Glob("../../../../shared/sigv4-vectors/*")
	if len(dirs) == 0 {
		t.Skip("skipped: the folder ../shared/sigv4-vectors, beside the repository, is not there")
	}
	for _, dir := range dirs {
		for _, form := range []string{"header", "query"} {
			t.Run(filepath.Base(dir)+"/"+form, func(t *testing.T) { runVector(t, dir, form) })
		}
	}
}

func runVector(t *testing.T, dir, form string) {
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSuffix(string(b), "\n")
	}
	var vector struct {
		Normalize bool
		SignBody  bool `json:"sign_body"`
		OmitToken bool `json:"omit_session_token"`
	}
	if err := json.Unmarshal([]byte(read("context.json")), &vector); err != nil {
		t.Fatal(err)
	}
	r, body := readRequest(t, read(form+"-signed-request.txt"))
	s, err := parse(r, func(string) rules { return rules{unnormalised: !vector.Normalize, lateToken: vector.OmitToken} })
	if err != nil {
		t.Fatalf("Parse = %v", err)
	}
	want := read(form + "-canonical-request.txt")
	if got := string(s.appendCanonical(nil, []byte(body))); got != want {
		t.Errorf("canonical request is\n%s\nwant\n%s", got, want)
	}
	if got, want := string(appendToSign(nil, s.stamp, s.scope(), sha256.Sum256([]byte(want)))), read(form+"-string-to-sign.txt"); got != want {
		t.Errorf("string to sign is\n%s\nwant\n%s", got, want)
	}
	if _, err := new(Verifier).Verify(s, vectorSecret, []byte(body), vectorTime); err != nil {
		t.Errorf("Verify = %v", err)
	}
	if _, err := new(Verifier).Verify(s, vectorSecret+"x", []byte(body), vectorTime); err == nil {
		t.Error("Verify accepts another secret")
	}
}

// readRequest reads a request as net/http's server would, save that it also
// takes targets with spaces, which the vectors have and the server refuses.
func readRequest(t *testing.T, text string) (r *http.Request, body string) {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(strings.TrimSuffix(head, "\n"), "\n")
	method, rest, _ := strings.Cut(lines[0], " ")
	target := strings.TrimSuffix(rest, " HTTP/1.1")
	r = &http.Request{Method: method, RequestURI: target, URL: &url.URL{}, Header: http.Header{}}
	var name string
	for _, line := range lines[1:] {
		if strings.HasPrefix(line, " ") { // goes on with the value above
			values := r.Header[name]
			values[len(values)-1] += " " + strings.TrimSpace(line)
			continue
		}
		n, value, _ := strings.Cut(line, ":")
		if name = http.CanonicalHeaderKey(n); name == "Host" {
			r.Host = strings.TrimSpace(value)
			continue
		}
		r.Header.Add(name, strings.TrimSpace(value))
	}
	return r, body
}

// TestVerifiesKnownSignatures carries signatures that AWS has published, from
// its test suite and from the documentation of S3.
func TestVerifiesKnownSignatures(t *testing.T) {
	const (
		suite  = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
		s3     = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
		bucket = "Host: examplebucket.s3.amazonaws.com\n"
		s3Key  = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	)
	s3Time := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, request, secret string
		now                   time.Time
	}{
		{"plain GET", "GET / HTTP/1.1\nHost: example.amazonaws.com\nX-Amz-Date: 20150830T123600Z\n" +
			"Authorization: " + suite + "SignedHeaders=host;x-amz-date, " +
			"Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", vectorSecret, vectorTime},
		{"path of raw UTF-8", "GET /\u1234 HTTP/1.1\nHost: example.amazonaws.com\nX-Amz-Date: 20150830T123600Z\n" +
			"Authorization: " + suite + "SignedHeaders=host;x-amz-date, " +
			"Signature=8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85", vectorSecret, vectorTime},
		{"header over several lines", "GET / HTTP/1.1\nHost:example.amazonaws.com\nMy-Header1:value1\n  value2\n     value3\n" +
			"X-Amz-Date:20150830T123600Z\nAuthorization: " + suite + "SignedHeaders=host;my-header1;x-amz-date, " +
			"Signature=cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd", vectorSecret, vectorTime},
		{"session token in the query", "GET /?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request&" +
			"X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600&" +
			"X-Amz-Security-Token=6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267&" +
			"X-Amz-Signature=7ff2b50b376cb4d151970630573d6291dc128cc5c2a12ffb237f73cc53f67b6c HTTP/1.1\nHost:example.amazonaws.com",
			vectorSecret, vectorTime},
		{"S3 GET of a range", "GET /test.txt HTTP/1.1\n" + bucket + "Range: bytes=0-9\nx-amz-content-sha256: " + emptySHA256 +
			"\nx-amz-date: 20130524T000000Z\nAuthorization: " + s3 + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date," +
			"Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41", s3Key, s3Time},
		{"S3 PUT of a key with a dollar sign", "PUT /test%24file.text HTTP/1.1\n" + bucket + "Date: Fri, 24 May 2013 00:00:00 GMT\n" +
			"x-amz-date: 20130524T000000Z\nx-amz-storage-class: REDUCED_REDUNDANCY\n" +
			"x-amz-content-sha256: 44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072\n" +
			"Authorization: " + s3 + "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class," +
			"Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd", s3Key, s3Time},
		{"S3 GET of a subresource", "GET /?lifecycle HTTP/1.1\n" + bucket + "x-amz-date: 20130524T000000Z\n" +
			"x-amz-content-sha256: " + emptySHA256 + "\nAuthorization: " + s3 + "SignedHeaders=host;x-amz-content-sha256;x-amz-date," +
			"Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", s3Key, s3Time},
		{"S3 list", "GET /?max-keys=2&prefix=J HTTP/1.1\n" + bucket + "x-amz-date: 20130524T000000Z\n" +
			"x-amz-content-sha256: " + emptySHA256 + "\nAuthorization: " + s3 + "SignedHeaders=host;x-amz-content-sha256;x-amz-date," +
			"Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7", s3Key, s3Time},
		{"S3 presigned, near its end", "GET /test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&" +
			"X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&" +
			"X-Amz-Expires=86400&X-Amz-SignedHeaders=host&" +
			"X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404 HTTP/1.1\n" + bucket,
			s3Key, s3Time.Add(24 * time.Hour)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, _ := readRequest(t, tt.request)
			s, err := Parse(r)
			if err != nil {
				t.Fatalf("Parse = %v", err)
			}
			if _, err := new(Verifier).Verify(s, tt.secret, nil, tt.now); err != nil {
				t.Errorf("Verify = %v", err)
			}
		})
	}
}

func TestCanonicalPath(t *testing.T) {
	for _, tt := range []struct{ raw, s3, others string }{
		{"", "/", "/"},
		{"/", "/", "/"},
		{"/a//b/../c/.", "/a//b/../c/.", "/a/c"},
		{"/a/", "/a/", "/a/"},
		{"/../..", "/../..", "/"},
		{"/a%20b", "/a%20b", "/a%2520b"},
		{"/a+b c", "/a%2Bb%20c", "/a%2Bb%20c"},
		{"/%c3%bc", "/%C3%BC", "/%25c3%25bc"},
		{"/%7Ea", "/~a", "/%257Ea"},
		{"/a%2Fb", "/a%2Fb", "/a%252Fb"},
		{"/100%", "/100%25", "/100%25"},
		{"/functions/arn%3Aaws", "/functions/arn%3Aaws", "/functions/arn%253Aaws"},
		{"/!*'()=&:@$,;", "/%21%2A%27%28%29%3D%26%3A%40%24%2C%3B", "/%21%2A%27%28%29%3D%26%3A%40%24%2C%3B"},
	} {
		if got := string(appendCanonicalPath(nil, tt.raw, rules{unnormalised: true, escapedOnce: true})); got != tt.s3 {
			t.Errorf("canonicalPath(%q) for S3 = %q, want %q", tt.raw, got, tt.s3)
		}
		if got := string(appendCanonicalPath(nil, tt.raw, rules{})); got != tt.others {
			t.Errorf("canonicalPath(%q) = %q, want %q", tt.raw, got, tt.others)
		}
	}
}

func TestCanonicalQuery(t *testing.T) {
	for _, tt := range []struct{ raw, want string }{
		{"", ""},
		{"b=2&a=1", "a=1&b=2"},
		{"a=2&a=1&a=&A=3", "A=3&a=&a=1&a=2"},
		{"acl&b=", "acl=&b="},
		{"a=b+c&d=e%2Bf&g=%20", "a=b%20c&d=e%2Bf&g=%20"},
		{"k=1&k-x=2&k.y=3&k0=4", "k=1&k-x=2&k.y=3&k0=4"}, // sorted by name, not as text
		{"m=a:b/c&l=a=b&k=%c3%bc~!*'()", "k=%C3%BC~%21%2A%27%28%29&l=a%3Db&m=a%3Ab%2Fc"},
		{"a=%zz&b=%", "a=%25zz&b=%25"},
		{"X-Amz-Signature=x&a=1", "a=1"},
	} {
		if got := canonicalQuery(tt.raw, []string{querySignature}); got != tt.want {
			t.Errorf("canonicalQuery(%q) = %q, want %q", tt.raw, got, tt.want)
		}
	}
}

func TestRawPathIsTheOneThatWasSent(t *testing.T) {
	for _, tt := range []struct{ uri, want string }{
		{"/a//b/%2e%2E?x=/y", "/a//b/%2e%2E"},
		{"http://host/a//b?x", "/a//b"},
		{"http://host?x", "/"},
		{"/http://host/a", "/http://host/a"},
		{"*", "*"},
	} {
		r := &http.Request{RequestURI: tt.uri, URL: &url.URL{Path: "/elsewhere"}}
		if got := rawPath(r); got != tt.want {
			t.Errorf("rawPath(%q) = %q, want %q", tt.uri, got, tt.want)
		}
	}
}
