package apigateway

import (
	"crypto/tls"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"testing"

	agw "cloudless/internal/api/apigateway"
)

// curious is a backend that wants a client certificate, and answers with the
// subject of the one that it is shown.
func curious(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		if len(r.TLS.PeerCertificates) == 0 {
			_, _ = w.Write([]byte("nobody"))
			return
		}
		_ = pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: r.TLS.PeerCertificates[0].Raw})
	}))
	s.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func TestAStageShowsItsClientCertificateToBackends(t *testing.T) {
	for _, kind := range []string{"HTTP", "HTTP_PROXY"} {
		for _, trusting := range []bool{true, false} {
			w := newWorld(t)
			backend := curious(t)
			id, root := w.makeAPI()
			w.methodOn(id, root, "GET", agw.PutIntegrationRequest{Type: kind, IntegrationHttpMethod: new("GET"), Uri: new(backend.URL), TlsConfig: &agw.TlsConfig{InsecureSkipVerification: &trusting}})
			if kind == "HTTP" {
				w.respondWith(id, root, "GET", agw.PutIntegrationResponseRequest{StatusCode: "200"})
			}
			w.deploy(id, "prod")
			knowing := func(tr *transports) { // the backend's authority
				c := tr.checking.TLSClientConfig
				if c == nil {
					c = &tls.Config{}
				}
				c.RootCAs = backend.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
				tr.checking.TLSClientConfig = c
			}
			knowing(w.backends)
			wantAnswer(t, w.ask(id, "GET", "/prod", ""), 200, "nobody")

			c := do(w, w.GenerateClientCertificate, agw.GenerateClientCertificateRequest{})
			patchStage(w, id, op("replace", "/clientCertificateId", *c.ClientCertificateId))
			knowing(w.certified.of(mustOpen(w, id, "prod").shown))
			wantAnswer(t, w.ask(id, "GET", "/prod", ""), 200, *c.PemEncodedCertificate)

			patchStage(w, id, op("replace", "/clientCertificateId", ""))
			wantAnswer(t, w.ask(id, "GET", "/prod", ""), 200, "nobody")
		}
	}
}

func TestAClientCertificateThatAStageHasStays(t *testing.T) {
	w := newWorld(t)
	id, _, _ := twoDeployments(w)
	refused(w, w.UpdateStage, agw.UpdateStageRequest{RestApiId: id, StageName: "prod", PatchOperations: replace("/clientCertificateId", "nosuch")},
		"NotFoundException", "Invalid Client Certificate identifier specified")
	c := *do(w, w.GenerateClientCertificate, agw.GenerateClientCertificateRequest{}).ClientCertificateId
	if st := patchStage(w, id, op("replace", "/clientCertificateId", c)); *st.ClientCertificateId != c {
		t.Errorf("stage = %s", asJSON(st))
	}
	remove := agw.DeleteClientCertificateRequest{ClientCertificateId: c}
	refused(w, w.DeleteClientCertificate, remove, "BadRequestException", "Client certificate "+c+" is in use by the stage "+id+"/prod")
	do(w, w.DeleteStage, agw.DeleteStageRequest{RestApiId: id, StageName: "prod"})
	do(w, w.DeleteClientCertificate, remove)
}

func TestHTTPProxyConvertsTheBodyThatItIsToldTo(t *testing.T) {
	for _, tt := range []struct{ handling, contentType, body, want string }{
		{"CONVERT_TO_TEXT", "image/png", "\xff\x00", "/wA="},
		{"CONVERT_TO_BINARY", "text/plain", "/wA=", "\xff\x00"},
		{"CONVERT_TO_BINARY", "image/png", "\xff\x00", "\xff\x00"},
		{"CONVERT_TO_TEXT", "text/plain", "text", "text"},
	} {
		w := newWorld(t)
		a := do(w, w.CreateRestApi, agw.CreateRestApiRequest{Name: "api", BinaryMediaTypes: []string{"image/png"}})
		w.methodOn(*a.Id, *a.RootResourceId, "POST", agw.PutIntegrationRequest{Type: "HTTP_PROXY", Uri: new(echo(t)), ContentHandling: tt.handling})
		w.deploy(*a.Id, "prod")
		wantAnswer(t, w.ask(*a.Id, "POST", "/prod", tt.body, "Content-Type: "+tt.contentType), 200, tt.want)
	}
}
