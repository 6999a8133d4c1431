package clients

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudless/internal/app"
	"cloudless/test/servertest"
)

// party is a certificate and its key, as files.
type party struct {
	cert    *x509.Certificate
	key     *ecdsa.PrivateKey
	certPEM []byte
	certAt  string
	keyAt   string
}

// issue makes a certificate that by has signed; nil is itself.
func issue(t *testing.T, name string, by *party) party {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{Organization: []string{"Example"}, CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true, IsCA: by == nil}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	p := party{key: key, certPEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		certAt: filepath.Join(t.TempDir(), "cert.pem"), keyAt: filepath.Join(t.TempDir(), "key.pem")}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err == nil {
		p.cert, err = x509.ParseCertificate(der)
	}
	if err == nil {
		err = os.WriteFile(p.certAt, p.certPEM, 0o600)
	}
	if err == nil {
		err = os.WriteFile(p.keyAt, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// secureShop is a server with TLS, an API that tells who its client is, and the
// domain names shop.example.com, which trusts an authority, and
// open.example.com.
func secureShop(t *testing.T, authority party) (srv *app.App, api string) {
	t.Helper()
	config := servertest.Config(filepath.Join(t.TempDir(), "data"))
	config.TLS = true
	srv, err := app.Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Stop)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	cfg := servertest.SDK("us-east-1", srv.URL, srv.RootKey.ID, srv.RootKey.Secret)
	roots := x509.NewCertPool()
	authorityPEM, err := os.ReadFile(srv.Server.CAFile)
	must(err)
	roots.AppendCertsFromPEM(authorityPEM)
	cfg.HTTPClient = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	c, objects := apigateway.NewFromConfig(cfg), s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	_, err = objects.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("certificates")})
	must(err)
	_, err = objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("certificates"), Key: aws.String("clients.pem"), Body: strings.NewReader(string(authority.certPEM))})
	must(err)
	made, err := c.ImportRestApi(t.Context(), &apigateway.ImportRestApiInput{Body: []byte(`{"openapi": "3.0.1", "info": {"title": "shop", "version": "1"}, "paths": {"/": {"get": {
		"responses": {"200": {"description": "who"}}, "x-amazon-apigateway-integration": {"type": "mock", "requestTemplates": {"application/json": "{\"statusCode\": 200}"},
		"responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": "$context.identity.clientCert.subjectDN"}}}}}}}}`)})
	must(err)
	_, err = c.CreateDeployment(t.Context(), &apigateway.CreateDeploymentInput{RestApiId: made.Id, StageName: aws.String("prod")})
	must(err)
	for name, mutual := range map[string]*gatewaytypes.MutualTlsAuthenticationInput{
		"shop.example.com": {TruststoreUri: aws.String("s3://certificates/clients.pem")}, "open.example.com": nil} {
		_, err = c.CreateDomainName(t.Context(), &apigateway.CreateDomainNameInput{DomainName: &name, MutualTlsAuthentication: mutual,
			RegionalCertificateArn: aws.String("arn:aws:acm:us-east-1:" + servertest.Account + ":certificate/5e1f0a39-0000-4000-8000-000000000002"),
			EndpointConfiguration:  &gatewaytypes.EndpointConfiguration{Types: []gatewaytypes.EndpointType{gatewaytypes.EndpointTypeRegional}}})
		must(err)
		_, err = c.CreateBasePathMapping(t.Context(), &apigateway.CreateBasePathMappingInput{DomainName: &name, RestApiId: made.Id, Stage: aws.String("prod")})
		must(err)
	}
	return srv, *made.Id
}

func TestMutualTLSWithCurl(t *testing.T) {
	curl := servertest.Program(t, "curl")
	ours, theirs := issue(t, "ours", nil), issue(t, "theirs", nil)
	client, stranger := issue(t, "client", &ours), issue(t, "stranger", &theirs)
	srv, api := secureShop(t, ours)
	address, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, host, path string
		who              *party
		args             []string
		want             string // "" where there is no answer
	}{
		{"a client whom the truststore knows", "shop.example.com", "/", &client, nil, "200 O=Example,CN=client"},
		{"the same with TLS 1.2 and HTTP/1.1", "shop.example.com", "/", &client, []string{"--tls-max", "1.2", "--http1.1"}, "200 O=Example,CN=client"},
		{"a client whom it does not know", "shop.example.com", "/", &stranger, nil, `403 {"message":"Forbidden"}`},
		{"a client without a certificate", "shop.example.com", "/", nil, nil, ""},
		{"a client without one that shook hands for another name", "open.example.com", "/", nil, []string{"-H", "Host: shop.example.com"}, `403 {"message":"Forbidden"}`},
		{"a name without mutual TLS", "open.example.com", "/", nil, nil, "200 "},
		{"the API's own name", api + ".execute-api.localhost", "/prod/", nil, nil, "200 "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{"-q", "-sS", "--noproxy", "*", "--max-time", "30", "-w", "%{stderr}%{http_code}", "--cacert", srv.Server.CAFile,
				"--resolve", tt.host + ":" + address.Port() + ":127.0.0.1", "https://" + tt.host + ":" + address.Port() + tt.path}, tt.args...)
			if tt.who != nil {
				args = append(args, "--cert", tt.who.certAt, "--key", tt.who.keyAt)
			}
			var stderr strings.Builder
			cmd := exec.CommandContext(t.Context(), curl, args...)
			cmd.Stderr = &stderr
			body, err := cmd.Output()
			if got := stderr.String() + " " + string(body); tt.want == "" && err == nil || tt.want != "" && got != tt.want {
				t.Errorf("got %s (%v), want %s", got, err, tt.want)
			}
		})
	}
}
