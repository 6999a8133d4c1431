package front

import (
	"net/http"
	"testing"
)

func TestInternalHandlersAreAskedByPrefixOnEveryHost(t *testing.T) {
	f := newFixture()
	f.front.cfg.Internal = map[string]http.Handler{
		"/_cloudless/code/": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Handled", r.URL.Path)
			w.WriteHeader(http.StatusTeapot)
		}),
	}
	f.front = New(f.front.cfg)
	for _, tt := range []struct {
		url     string
		handled string
	}{
		{"http://127.0.0.1:4566/_cloudless/code/a?b=c", "/_cloudless/code/a"},
		{"https://lambda.eu-central-1.amazonaws.com/_cloudless/code/a", "/_cloudless/code/a"},
		{"http://a1b2c3.execute-api.localhost:4566/_cloudless/code/a", "/_cloudless/code/a"},
		{"http://127.0.0.1:4566/_cloudless/other", ""},
		{"http://127.0.0.1:4566/_cloudless/code", ""},
		{"http://127.0.0.1:4566/_cloudless/health", ""},
	} {
		w := f.serve(request("GET", tt.url, ""))
		if got := w.Header().Get("Handled"); got != tt.handled || got != "" && w.Code != http.StatusTeapot {
			t.Errorf("GET %s: handled as %q with status %d, want %q", tt.url, got, w.Code, tt.handled)
		}
	}
}
