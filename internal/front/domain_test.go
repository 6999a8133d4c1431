package front

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"cloudless/internal/api"
)

// fakeDomains knows shop.example.com.
type fakeDomains struct {
	seen  *seen
	asked []string
}

func (f *fakeDomains) IsDomain(_ context.Context, host string) (bool, error) {
	f.asked = append(f.asked, host)
	if host == "broken.example.com" {
		return false, errors.New("broken")
	}
	return host == "shop.example.com", nil
}

func (f *fakeDomains) ServeDomain(w http.ResponseWriter, r *http.Request, call *api.Call, host string, _ func([]byte) (api.Principal, error)) {
	*f.seen = seen{operation: "domain", call: call, path: r.URL.EscapedPath(), api: host}
	w.WriteHeader(http.StatusTeapot)
}

func TestCustomDomainsLeadToAPIs(t *testing.T) {
	f := newFixture()
	domains := &fakeDomains{seen: f.seen}
	f.front.cfg.Domains = domains
	f.serve(request("GET", "http://Shop.example.com:4566/x%2Fy?a=b", ""))
	if f.seen.api != "shop.example.com" || f.seen.path != "/x%2Fy" {
		t.Errorf("host %q, path %q", f.seen.api, f.seen.path)
	}
	// The API answers the questions of browsers itself.
	f.serve(request("OPTIONS", "http://shop.example.com/pets", "", "Origin", "https://page.example.com", "Access-Control-Request-Method", "POST"))
	if f.seen.path != "/pets" {
		t.Errorf("path of the preflight = %q", f.seen.path)
	}
	if w := f.serve(request("GET", "http://broken.example.com/", "")); w.Code != http.StatusInternalServerError || w.Body.String() != `{"message": "Internal server error"}` {
		t.Errorf("answer = %d %s", w.Code, w.Body)
	}
	domains.asked = nil
	for _, host := range []string{"127.0.0.1:4566", "[::1]:4566", "localhost:4566", "dynamodb.us-east-1.amazonaws.com", "bucket.localhost:4566", "a1.execute-api.localhost"} {
		f.serve(request("GET", "http://"+host+"/", ""))
	}
	if len(domains.asked) != 0 {
		t.Errorf("looked up: %q", domains.asked)
	}
}
