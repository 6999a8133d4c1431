package command

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"cloudless/internal/client"
)

// startTLS starts a server with certificates, and returns what trusts them.
func startTLS(t *testing.T) (*server, client.Server, *x509.CertPool) {
	t.Helper()
	s := start(t, t.TempDir(), "--tls")
	var told client.Server
	s.readJSON("server.json", &told)
	pem, err := os.ReadFile(told.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) || !strings.HasPrefix(s.url, "https://") {
		t.Fatalf("%s: no certificate in %s", s.url, told.CAFile)
	}
	return s, told, pool
}

func TestTLSUnderEveryNameOfAWS(t *testing.T) {
	s, _, pool := startTLS(t)
	address := strings.TrimPrefix(s.url, "https://")
	for _, host := range []string{"127.0.0.1", "localhost", "dynamodb.us-east-1.amazonaws.com", "bucket.s3.amazonaws.com", "s3.eu-central-1.amazonaws.com",
		"a1b2c3.execute-api.eu-west-1.amazonaws.com", "a1b2c3.execute-api.localhost"} {
		for _, version := range []struct {
			name  string
			major int
			next  []string // protocols that the client offers
		}{{"h2", 2, []string{"h2", "http/1.1"}}, {"http/1.1", 1, []string{"http/1.1"}}} {
			t.Run(host+"/"+version.name, func(t *testing.T) {
				transport := &http.Transport{
					ForceAttemptHTTP2: version.major == 2,
					TLSClientConfig:   &tls.Config{RootCAs: pool, NextProtos: version.next},
					DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
						return new(net.Dialer).DialContext(ctx, network, address)
					},
				}
				defer transport.CloseIdleConnections()
				resp, err := (&http.Client{Transport: transport}).Get("https://" + host + "/_cloudless/health")
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				if resp.StatusCode != http.StatusOK || resp.ProtoMajor != version.major {
					t.Errorf("%s %s", resp.Proto, resp.Status)
				}
			})
		}
	}
	s.stop()
}

func TestHTTP2WithoutTLSByPriorKnowledge(t *testing.T) {
	s := start(t, t.TempDir())
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get(s.url + "/_cloudless/health")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.ProtoMajor != 2 {
		t.Errorf("%s %s", resp.Proto, resp.Status)
	}
	s.stop() // which an idle connection does not hold up
}

func TestClientsTrustTheServerOverTLS(t *testing.T) {
	s, told, _ := startTLS(t)
	env := []string{"CLOUDLESS_DATA=" + s.data}
	if got := call(t, env, "status"); got.code != 0 || !strings.Contains(got.stdout, s.url) {
		t.Errorf("status: %+v", got)
	}
	vars := strings.Split(call(t, env, "env").stdout, "\n")
	for _, want := range []string{"export AWS_ENDPOINT_URL='" + s.url + "'", "export AWS_CA_BUNDLE='" + told.CAFile + "'", "export NODE_EXTRA_CA_CERTS='" + told.CAFile + "'"} {
		if !slices.Contains(vars, want) {
			t.Errorf("env lacks %q:\n%s", want, strings.Join(vars, "\n"))
		}
	}
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("skipped the rest: the AWS CLI is missing; make test fetches it")
	}
	got := call(t, append(env, "AWS_MAX_ATTEMPTS=1"), "run", "aws", "sts", "get-caller-identity", "--output", "json")
	var who struct{ Arn string }
	if err := json.Unmarshal([]byte(got.stdout), &who); err != nil || who.Arn != "arn:aws:iam::000000000000:root" {
		t.Errorf("the AWS CLI: %v %+v", err, got)
	}
}
