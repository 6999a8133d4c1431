package sigv4

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudless/internal/awserr"
)

// A Verifier that has seen a key often still goes by the secret that it is
// given, and looks at the clock.
func TestAVerifierKeepsNothingThatCounts(t *testing.T) {
	var v Verifier
	verify := func(scope Scope, secret string, edit func(*http.Request), late int) error {
		sig, err := Parse(signed(t, scope, edit))
		if err != nil {
			t.Fatal(err)
		}
		_, err = v.Verify(sig, secret, nil, now.AddDate(0, 0, late))
		return err
	}
	nothing := func(*http.Request) {}
	for range 3 {
		for _, tt := range []struct {
			name   string
			scope  Scope
			secret string
			edit   func(*http.Request)
			late   int // days
			right  bool
		}{
			{"right", ddb, creds.SecretAccessKey, nothing, 0, true},
			{"another scope", s3, creds.SecretAccessKey, nothing, 0, true},
			{"a secret that has changed", ddb, "another", nothing, 0, false},
			{"no secret", ddb, "", nothing, 0, false},
			{"a signature for another region", ddb, creds.SecretAccessKey, authorization("eu-central-1", "eu-central-2"), 0, false},
			{"a signature of yesterday", ddb, creds.SecretAccessKey, nothing, 1, false},
		} {
			err := verify(tt.scope, tt.secret, tt.edit, tt.late)
			if tt.right && err != nil || !tt.right && !errors.Is(err, &awserr.Error{Code: awserr.CodeInvalidSignature}) {
				t.Errorf("%s: Verify = %v", tt.name, err)
			}
		}
	}
	if len(v.keys) != 2 {
		t.Errorf("%d keys are kept, want those of the two signatures that were right", len(v.keys))
	}
}

func TestAVerifierKeepsABoundedNumberOfKeys(t *testing.T) {
	var v Verifier
	for i := range maxKeys + 1 {
		v.keep(fmt.Sprint("secret", i), scope{}, &signingKey{})
		if len(v.keys) > maxKeys {
			t.Fatalf("%d keys are kept, more than %d", len(v.keys), maxKeys)
		}
	}
	if _, known := v.find(fmt.Sprint("secret", maxKeys), scope{}); !known {
		t.Error("the last key is not kept")
	}
}

func TestNamesAreFoundInSmallAndLargeSets(t *testing.T) {
	var names []string
	var set nameSet
	for i := range 3 * fewNames {
		name := fmt.Sprint("x-", i)
		if set.has(name) {
			t.Fatalf("has(%q) before it is there", name)
		}
		names = append(names, name)
		set.grow(names)
		for _, n := range names {
			if !set.has(n) {
				t.Fatalf("has(%q) = false among %d", n, len(names))
			}
		}
	}
}

// FuzzHeader compares what is signed of a header with the plain way to write
// it.
func FuzzHeader(f *testing.F) {
	f.Add("x-amz-target", "DynamoDB_20120810.PutItem")
	f.Add("x-amz-meta-a b", "  a \t b\r\n c ")
	f.Add("-x--y-1", "\xff  \u2003 é")
	f.Add("host", "a b")
	f.Fuzz(func(t *testing.T, name, value string) {
		r := &http.Request{Host: value, ContentLength: -1, TransferEncoding: []string{value}, Header: http.Header{}}
		r.Header.Add(name, value)
		r.Header.Add(name, "second")
		lower := strings.ToLower(name)
		values := r.Header.Values(lower)
		switch lower {
		case "host", ":authority":
			values = []string{r.Host}
		case "transfer-encoding":
			values = r.TransferEncoding
		}
		var want []string
		for _, v := range values {
			want = append(want, strings.Join(slices.Collect(strings.FieldsFuncSeq(v, isBlank)), " "))
		}
		if got := string(appendHeader(nil, r, lower)); got != strings.Join(want, ",") {
			t.Errorf("header %q: %q is written as %q, want %q", name, values, got, strings.Join(want, ","))
		}
	})
}

// FuzzStamp compares dates with package time.
func FuzzStamp(f *testing.F) {
	for _, seed := range []string{"20260504T120000Z", "20240229T235959Z", "00000101T000000Z", "20261332T246060Z", "2026050xT120000Z", "20260504t120000Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := parseStamp(text)
		want, err := time.Parse(stampLayout, text)
		if ok && (err != nil || !got.Equal(want) || want.Format(stampLayout) != text) {
			t.Errorf("%q is read as %v; package time: %v, %v", text, got, want, err)
		}
	})
}
