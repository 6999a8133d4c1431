package front

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"testing"

	"cloudless/internal/api"
	"cloudless/internal/authority"
	"cloudless/internal/clock"
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

func (f *fakeDomains) Handshake(_ context.Context, host, apiID string) (uint16, bool, error) {
	switch host {
	case "modern.execute-api.localhost":
		if apiID == "modern" {
			return tls.VersionTLS13, false, nil
		}
	case "broken.example.com":
		return 0, false, errors.New("broken")
	case "modern.example.com":
		return tls.VersionTLS13, false, nil
	case "old.example.com":
		return tls.VersionTLS10, false, nil
	case "mutual.example.com":
		return tls.VersionTLS12, true, nil
	}
	return 0, false, nil
}

func TestNamesSayHowTLSIsSpoken(t *testing.T) {
	f := newFixture()
	f.front.cfg.Domains = &fakeDomains{}
	ca, err := authority.New(clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	secure := f.front.TLS(&tls.Config{GetCertificate: ca.GetCertificate})
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca.PEM())
	own, err := ca.GetCertificate(&tls.ClientHelloInfo{ServerName: "client.example.com"}) // of any kind
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, host  string
		lowest, max uint16
		certificate bool
		works       bool
	}{
		{"a name of AWS", "dynamodb.us-east-1.amazonaws.com", tls.VersionTLS12, tls.VersionTLS13, false, true},
		{"a name of AWS, with an old client", "dynamodb.us-east-1.amazonaws.com", tls.VersionTLS10, tls.VersionTLS11, false, false},
		{"a name that asks for no certificate", "shop.example.com", tls.VersionTLS12, tls.VersionTLS13, false, true},
		{"a name for old clients", "old.example.com", tls.VersionTLS10, tls.VersionTLS10, false, true},
		{"a name for new clients", "modern.example.com", tls.VersionTLS12, tls.VersionTLS13, false, true},
		{"a name for new clients, with another", "modern.example.com", tls.VersionTLS12, tls.VersionTLS12, false, false},
		{"an API for new clients, with another", "modern.execute-api.localhost", tls.VersionTLS12, tls.VersionTLS12, false, false},
		{"another API", "other.execute-api.localhost", tls.VersionTLS12, tls.VersionTLS12, false, true},
		{"mutual TLS", "mutual.example.com", tls.VersionTLS12, tls.VersionTLS13, true, true},
		{"mutual TLS in capitals, without a certificate", "Mutual.example.com", tls.VersionTLS12, tls.VersionTLS12, false, false},
		{"a name that cannot be found out", "broken.example.com", tls.VersionTLS12, tls.VersionTLS13, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &tls.Config{ServerName: tt.host, RootCAs: roots, MinVersion: tt.lowest, MaxVersion: tt.max, NextProtos: []string{"h2"}}
			if tt.certificate {
				c.Certificates = []tls.Certificate{*own}
			}
			here, there := net.Pipe()
			defer func() { _ = here.Close() }()
			served := make(chan error, 1)
			go func() {
				defer func() { _ = there.Close() }()
				served <- tls.Server(there, secure).HandshakeContext(t.Context())
			}()
			client := tls.Client(here, c)
			err := errors.Join(client.HandshakeContext(t.Context()), func() error { _ = here.Close(); return <-served }())
			if (err == nil) != tt.works {
				t.Fatalf("handshake: %v", err)
			}
			if state := client.ConnectionState(); tt.works && state.NegotiatedProtocol != "h2" {
				t.Errorf("protocol %q", state.NegotiatedProtocol)
			}
		})
	}
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
