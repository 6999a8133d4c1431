package iam

import (
	"net/url"
	"testing"
)

func FuzzParsePolicyName(f *testing.F) {
	for _, arn := range []string{"", "arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::111111111111:policy/a/b/c", "arn:::::policy/", "arn:aws:iam::1:policy"} {
		f.Add(arn)
	}
	f.Fuzz(func(t *testing.T, arn string) {
		n, err := parsePolicyName(arn)
		if err != nil {
			return
		}
		if n.path == "" || n.path[0] != '/' || n.path[len(n.path)-1] != '/' {
			t.Errorf("parsePolicyName(%q) has path %q", arn, n.path)
		}
	})
}

func FuzzMarker(f *testing.F) {
	f.Add("bmFtZQ==")
	f.Add("no marker")
	f.Fuzz(func(t *testing.T, marker string) {
		p, err := newPage(&marker, nil)
		if err == nil && (p.after == "" || p.limit != defaultMaxItems) {
			t.Errorf("newPage(%q) = %+v", marker, p)
		}
	})
}

func FuzzEscape(f *testing.F) {
	f.Add(`{"a": "é%+~ "}`)
	f.Fuzz(func(t *testing.T, document string) {
		if back, err := url.PathUnescape(escape(document)); err != nil || back != document {
			t.Errorf("escape(%q) reads back as %q, %v", document, back, err)
		}
	})
}
