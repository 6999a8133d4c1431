package apigateway

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// selfSigned makes a certificate that is valid at the time of the world, or has
// been.
func (w *world) selfSigned(name string, valid bool) (c *x509.Certificate, text string) {
	w.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	now := w.clock.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{Country: []string{"US"}, CommonName: name}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	if !valid {
		template.NotAfter = now.Add(-time.Minute)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		w.t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		w.t.Fatal(err)
	}
	return c, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// connected calls an API under a domain name, over a connection that has these
// certificates; over none where they are nil.
func (w *world) connected(host string, certificates ...*x509.Certificate) *http.Response {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), "GET", "https://"+host+"/", nil)
	if r.TLS = nil; certificates != nil {
		r.TLS = &tls.ConnectionState{ServerName: host, PeerCertificates: certificates}
	}
	rec := httptest.NewRecorder()
	w.ServeDomain(rec, r, w.call, host, func([]byte) (api.Principal, error) { return api.Principal{}, nil })
	return rec.Result()
}

func TestMutualTLSOfADomainName(t *testing.T) {
	w := newWorld(t)
	client, trusted := w.selfSigned("client", true)
	stranger, _ := w.selfSigned("stranger", true)
	_, old := w.selfSigned("old", false)
	w.objects["certs/ca.pem?"], w.objects["certs/ca.pem?v2"] = trusted+old, old

	id, root := w.makeAPI()
	w.methodOn(id, root, "GET", agw.PutIntegrationRequest{Type: "AWS_PROXY", Uri: new(lambdaURI)})
	w.invoker.says(`{"statusCode": 200, "body": "ok"}`)
	w.deploy(id, "prod")
	create := agw.CreateDomainNameRequest{DomainName: "shop.example.com", RegionalCertificateArn: new(certificateARN), OwnershipVerificationCertificateArn: new(certificateARN),
		EndpointConfiguration: &agw.EndpointConfiguration{Types: []string{"REGIONAL"}}, MutualTlsAuthentication: &agw.MutualTlsAuthenticationInput{TruststoreUri: new("s3://certs/ca.pem")}}
	d := do(w, w.CreateDomainName, create)
	if m := d.MutualTlsAuthentication; !slices.Equal(m.TruststoreWarnings, []string{"Certificate has expired: C=US,CN=old"}) || *d.OwnershipVerificationCertificateArn != certificateARN {
		t.Errorf("domain = %s", asJSON(d))
	}
	do(w, w.CreateBasePathMapping, agw.CreateBasePathMappingRequest{DomainName: "shop.example.com", RestApiId: id, Stage: new("prod")})
	if lowest, certificate, err := w.Handshake(t.Context(), "shop.example.com", ""); lowest != tls.VersionTLS12 || !certificate || err != nil {
		t.Errorf("handshake %x %t %v", lowest, certificate, err)
	}

	wantAnswer(t, w.connected("shop.example.com", client), 200, "ok")
	var event struct {
		RequestContext struct {
			Identity struct{ ClientCert clientCert }
		}
	}
	if err := json.Unmarshal([]byte(w.invoker.payload), &event); err != nil {
		t.Fatal(err)
	}
	if c := event.RequestContext.Identity.ClientCert; c.PEM != trusted || c.SubjectDN != "C=US,CN=client" || c.IssuerDN != "C=US,CN=client" || c.SerialNumber != "7" || c.Validity.NotAfter != "Jan  2 04:04:05 2026 GMT" {
		t.Errorf("certificate in the event: %+v", c)
	}
	for name, certificates := range map[string][]*x509.Certificate{"a stranger": {stranger}, "a connection without a certificate": {}, "no TLS": nil} {
		t.Run(name, func(t *testing.T) {
			wantAnswer(t, w.connected("shop.example.com", certificates...), 403, `{"message":"Forbidden"}`)
		})
	}
	wantAnswer(t, w.ask(id, "GET", "/prod/", ""), 200, "ok") // under the API's own name nobody has to bring one

	// What becomes of the object does not matter before the name is updated.
	w.objects["certs/ca.pem?"] = old
	wantAnswer(t, w.connected("shop.example.com", client), 200, "ok")
	update := func(path, value string) agw.UpdateDomainNameRequest {
		return agw.UpdateDomainNameRequest{DomainName: "shop.example.com", PatchOperations: replace(path, value)}
	}
	do(w, w.UpdateDomainName, update("/securityPolicy", "TLS_1_2"))
	wantAnswer(t, w.connected("shop.example.com", client), 200, "ok")
	if m := do(w, w.UpdateDomainName, update("/mutualTlsAuthentication/truststoreVersion", "v2")).MutualTlsAuthentication; *m.TruststoreVersion != "v2" || len(m.TruststoreWarnings) != 1 {
		t.Errorf("mutual TLS = %s", asJSON(m))
	}
	wantAnswer(t, w.connected("shop.example.com", client), 403, `{"message":"Forbidden"}`)
	if d := do(w, w.UpdateDomainName, update("/mutualTlsAuthentication/truststoreUri", "")); d.MutualTlsAuthentication != nil {
		t.Errorf("domain = %s", asJSON(d))
	}
	wantAnswer(t, w.connected("shop.example.com"), 200, "ok")
}

func TestRefusedTruststores(t *testing.T) {
	w := newWorld(t)
	w.domain("shop.example.com")
	w.objects["certs/empty?"], w.objects["certs/large?"] = "nothing", strings.Repeat(" ", 1<<20+1)
	for _, tt := range []struct{ path, value, message string }{
		{"/mutualTlsAuthentication/truststoreUri", "https://certs/ca.pem", "Invalid truststore URI: https://certs/ca.pem"},
		{"/mutualTlsAuthentication/truststoreUri", "s3://certs/none", "The truststore s3://certs/none could not be read: The specified key does not exist."},
		{"/mutualTlsAuthentication/truststoreUri", "s3://certs/empty", "The truststore s3://certs/empty cannot be used: the truststore has no certificates"},
		{"/mutualTlsAuthentication/truststoreUri", "s3://certs/large", "The truststore s3://certs/large has more than 1 MiB"},
		{"/mutualTlsAuthentication/truststoreVersion", "v1", "A truststore version requires a truststore URI"},
	} {
		refused(w, w.UpdateDomainName, agw.UpdateDomainNameRequest{DomainName: "shop.example.com", PatchOperations: replace(tt.path, tt.value)}, "BadRequestException", tt.message)
	}
}

func TestWhyAClientIsNotTrustedIsLogged(t *testing.T) {
	w := newWorld(t)
	stranger, _ := w.selfSigned("stranger", true)
	_, trusted := w.selfSigned("client", true)
	w.objects["certs/ca.pem?"] = trusted
	id, root := w.makeAPI()
	w.methodOn(id, root, "GET", agw.PutIntegrationRequest{Type: "AWS_PROXY", Uri: new(lambdaURI)})
	w.deploy(id, "prod")
	do(w, w.UpdateAccount, agw.UpdateAccountRequest{PatchOperations: replace("/cloudwatchRoleArn", "arn:aws:iam::111111111111:role/logs")})
	do(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: replace("/*/*/logging/loglevel", "ERROR")})
	w.domain("shop.example.com")
	do(w, w.UpdateDomainName, agw.UpdateDomainNameRequest{DomainName: "shop.example.com", PatchOperations: replace("/mutualTlsAuthentication/truststoreUri", "s3://certs/ca.pem")})
	do(w, w.CreateBasePathMapping, agw.CreateBasePathMappingRequest{DomainName: "shop.example.com", RestApiId: id, Stage: new("prod")})
	wantAnswer(t, w.connected("shop.example.com", stranger), 403, `{"message":"Forbidden"}`)
	w.writeLogs(t.Context())
	if !slices.ContainsFunc(w.written.lines, func(l string) bool { return strings.HasSuffix(l, "Access denied. Reason: self signed certificate") }) {
		t.Errorf("lines = %q", w.written.lines)
	}
}

func TestStrictEndpointsWantTheirNameInTheHandshake(t *testing.T) {
	w := newWorld(t)
	id, root := w.makeAPI()
	w.methodOn(id, root, "GET", agw.PutIntegrationRequest{Type: "AWS_PROXY", Uri: new(lambdaURI)})
	w.invoker.says(`{"statusCode": 200, "body": "ok"}`)
	w.deploy(id, "prod")
	d := do(w, w.CreateDomainName, agw.CreateDomainNameRequest{DomainName: "shop.example.com", RegionalCertificateArn: new(certificateARN), EndpointAccessMode: "STRICT",
		SecurityPolicy: "SecurityPolicy_TLS13_1_3_2025_09", EndpointConfiguration: &agw.EndpointConfiguration{Types: []string{"REGIONAL"}}})
	if d.EndpointAccessMode != "STRICT" {
		t.Errorf("domain = %s", asJSON(d))
	}
	do(w, w.CreateBasePathMapping, agw.CreateBasePathMappingRequest{DomainName: "shop.example.com", RestApiId: id, Stage: new("prod")})
	if lowest, _, err := w.Handshake(t.Context(), "shop.example.com", ""); lowest != tls.VersionTLS13 || err != nil {
		t.Errorf("handshake %x %v", lowest, err)
	}
	wantAnswer(t, w.connected("shop.example.com"), 403, `{"message":"Forbidden"}`)
	r := httptest.NewRequestWithContext(t.Context(), "GET", "https://shop.example.com/", bytes.NewReader(nil))
	for name, want := range map[string]int{"shop.example.com": 200, "other.example.com": 403} {
		rec := httptest.NewRecorder()
		r.TLS = &tls.ConnectionState{ServerName: name}
		w.ServeDomain(rec, r, w.call, "shop.example.com", func([]byte) (api.Principal, error) { return api.Principal{}, nil })
		if rec.Code != want {
			t.Errorf("server name %s: %d, want %d", name, rec.Code, want)
		}
	}
}
