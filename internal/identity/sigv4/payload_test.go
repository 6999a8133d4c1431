package sigv4

import (
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"cloudless/internal/awserr"
)

func TestBodyChecksItsHash(t *testing.T) {
	for _, tt := range []struct {
		name, signed, sent string
		right              bool
	}{
		{"same", "content", "content", true},
		{"empty", "", "", true},
		{"other", "content", "Content", false},
		{"cut short", "content", "conten", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("PUT", "http://host.test/key", nil)
			r.RequestURI = ""
			Sign(r, creds, s3, strings.ToUpper(HashPayload([]byte(tt.signed))), now)
			sig, err := Parse(received(t, r))
			if err != nil {
				t.Fatal(err)
			}
			v, err := new(Verifier).Verify(sig, creds.SecretAccessKey, nil, now)
			if err != nil {
				t.Fatal(err)
			}
			_, err = io.ReadAll(v.Body(io.NopCloser(strings.NewReader(tt.sent))))
			_, errWhole := v.Content([]byte(tt.sent))
			for _, err := range []error{err, errWhole} {
				if tt.right && err != nil || !tt.right && !errors.Is(err, &awserr.Error{Code: awserr.CodeContentSHA256Mismatch}) {
					t.Errorf("read: %v", err)
				}
			}
		})
	}
}

func TestUnsignedBody(t *testing.T) {
	for _, tt := range []struct {
		name, declared, body, want, code string
	}{
		{"nothing declared", "", "content", "content", ""},
		{"hash", HashPayload([]byte("content")), "content", "content", ""},
		{"wrong hash", emptySHA256, "content", "", awserr.CodeContentSHA256Mismatch},
		{"chunks", streamingUnsignedTrailer, frame("content", 100, nil, ""), "content", ""},
		{"chunks signed by nobody", streamingSigned, "", "", awserr.CodeInvalidSignature},
		{"nonsense", "x", "", "", "InvalidArgument"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("PUT", "/key", strings.NewReader(tt.body))
			r.Header.Set(headerSHA256, tt.declared)
			unsigned, err := Unsigned(r)
			check := func(how string, got []byte, err error) {
				if awserr.Code(err) != tt.code || err == nil && string(got) != tt.want {
					t.Errorf("%s: read %q, %v; want %q and %q", how, got, err, tt.want, tt.code)
				}
			}
			if err != nil {
				check("refused", nil, err)
				return
			}
			got, err := io.ReadAll(unsigned.Body(r.Body))
			check("as a stream", got, err)
			got, err = unsigned.Content([]byte(tt.body))
			check("whole", got, err)
		})
	}
}
