package front

import (
	"context"
	"errors"
	"net/http"
	"testing"
)

// fakeDomains knows shop.example.com, which leads to the stage prod of an API.
type fakeDomains struct{ asked []string }

func (f *fakeDomains) ResolveDomain(_ context.Context, host, path string) (apiID, stagePath string, known bool, err error) {
	f.asked = append(f.asked, host)
	switch host {
	case "shop.example.com":
		return "a1b2c3", "/prod" + path, true, nil
	case "broken.example.com":
		return "", "", false, errors.New("broken")
	}
	return "", "", false, nil
}

func TestCustomDomainsLeadToAPIs(t *testing.T) {
	f := newFixture()
	domains := &fakeDomains{}
	f.front.cfg.Domains = domains
	f.serve(request("GET", "http://Shop.example.com:4566/x%2Fy?a=b", ""))
	if f.seen.api != "a1b2c3" || f.seen.path != "/prod/x%2Fy" {
		t.Errorf("api %q, path %q", f.seen.api, f.seen.path)
	}
	// The API answers the questions of browsers itself.
	f.serve(request("OPTIONS", "http://shop.example.com/pets", "", "Origin", "https://page.example.com", "Access-Control-Request-Method", "POST"))
	if f.seen.path != "/prod/pets" {
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
