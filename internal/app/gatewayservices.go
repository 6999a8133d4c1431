package app

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"cloudless/internal/api"
	"cloudless/internal/identity/sigv4"
	"cloudless/internal/service/apigateway"
	"cloudless/internal/wire"
)

// gatewayServices is AWS as API Gateway sees it: its integrations come in by
// the front like any stranger, signed with the keys of a role or of the caller.
type gatewayServices struct {
	roles   gatewayRoles
	schemas map[string]*wire.Service // by their names
	front   http.Handler
}

func newGatewayServices(roles gatewayRoles, front http.Handler, tables ...*api.Service) gatewayServices {
	g := gatewayServices{roles: roles, schemas: map[string]*wire.Service{}, front: front}
	for _, t := range tables {
		g.schemas[t.Schema.Name] = t.Schema
	}
	return g
}

// Serves implements apigateway.Services.
func (g gatewayServices) Serves(service string) (here, byAction bool) {
	s := g.schemas[service]
	return s != nil, s != nil && s.Protocol != wire.RestJSON && s.Protocol != wire.RestXML
}

// Call implements apigateway.Services.
func (g gatewayServices) Call(ctx context.Context, to apigateway.Endpoint, from apigateway.Source, r *http.Request) (*http.Response, error) {
	s := g.schemas[to.Service]
	if s == nil {
		return nil, fmt.Errorf("there is no service %s", to.Service)
	}
	key, err := g.roles.key(ctx, from)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	if to.Action != "" {
		nameAction(r, s, to.Action)
	}
	r.Host = to.Service + "." + to.Region + ".amazonaws.com"
	if to.Subdomain != "" {
		r.Host = to.Subdomain + "." + r.Host
	}
	r.RequestURI, r.RemoteAddr, r.TLS = r.URL.RequestURI(), "127.0.0.1:0", &tls.ConnectionState{}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	sigv4.Sign(r, sigv4.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret, SessionToken: key.SessionToken},
		sigv4.Scope{Region: to.Region, Service: s.Scope()}, sigv4.HashPayload(body), g.roles.clock.Now())
	w := &keptAnswer{header: http.Header{}}
	g.front.ServeHTTP(w, r)
	return w.response()
}

// nameAction says in the protocol of the service what is to be done.
func nameAction(r *http.Request, s *wire.Service, action string) {
	switch s.Protocol {
	case wire.AWSJSON10, wire.AWSJSON11:
		r.Header.Set("X-Amz-Target", s.TargetPrefix+"."+action)
		if r.Header.Get("Content-Type") == "" {
			r.Header.Set("Content-Type", map[wire.Protocol]string{
				wire.AWSJSON10: "application/x-amz-json-1.0", wire.AWSJSON11: "application/x-amz-json-1.1"}[s.Protocol])
		}
	case wire.AWSQuery:
		query := r.URL.Query()
		query.Set("Action", action)
		if query.Get("Version") == "" {
			query.Set("Version", s.APIVersion)
		}
		r.URL = &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: query.Encode()}
		if r.Header.Get("Content-Type") == "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
	}
}

// maxKeptAnswer bounds what an integration is answered.
const maxKeptAnswer = 11 << 20

// keptAnswer keeps an answer of the front.
type keptAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
	failed error
}

// Header implements http.ResponseWriter.
func (k *keptAnswer) Header() http.Header { return k.header }

// WriteHeader implements http.ResponseWriter.
func (k *keptAnswer) WriteHeader(status int) {
	if k.status == 0 && status >= http.StatusOK {
		k.status = status
	}
}

// Write implements http.ResponseWriter.
func (k *keptAnswer) Write(p []byte) (int, error) {
	k.WriteHeader(http.StatusOK)
	if k.body.Len()+len(p) > maxKeptAnswer {
		k.failed = errors.New("the answer is too long")
		return 0, k.failed
	}
	return k.body.Write(p)
}

func (k *keptAnswer) response() (*http.Response, error) {
	k.WriteHeader(http.StatusOK)
	return &http.Response{StatusCode: k.status, Header: k.header, Body: io.NopCloser(&k.body)}, k.failed
}
