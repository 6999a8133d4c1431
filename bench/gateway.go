package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// manyPairs of resources are about as many as an API may have on AWS: 300.
const manyPairs = 149

const admitting = `exports.handler = async (event) => ({principalId: 'bench', policyDocument: {Version: '2012-10-17', Statement: [
  {Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*'}]}});`

// runGateway makes a small API and a large one, and measures calls of them
// beside the bare server, which is also the backend of what is proxied.
func runGateway(ctx context.Context, b *bench) (section, error) {
	s, err := b.target(ctx)
	if err != nil {
		return section{}, err
	}
	small, err := s.newGateway(ctx, 1)
	if err != nil {
		return section{}, err
	}
	if err := small.addProxy(ctx, b.bare.url); err != nil {
		return section{}, err
	}
	if err := small.addAuthorized(ctx); err != nil {
		return section{}, err
	}
	large, err := s.newGateway(ctx, manyPairs)
	if err != nil {
		return section{}, err
	}
	for _, g := range []*gateway{small, large} {
		if err := g.deploy(ctx); err != nil {
			return section{}, err
		}
	}
	mock := small.requests(http.MethodPost, "/mock0/7", `"id": "7"`)
	t, err := b.besideBare(ctx, "Deployed APIs, beside a bare net/http server", s, []profile{
		{name: "MOCK, with templates", connections: 1, requests: mock},
		{name: "MOCK, with templates", connections: 32, requests: mock},
		{name: fmt.Sprintf("MOCK, in an API of %d resources", 2*manyPairs), connections: 32,
			requests: large.requests(http.MethodPost, fmt.Sprintf("/mock%d/7", manyPairs-1), `"id": "7"`)},
		{name: "MOCK, after an authorizer whose answer is kept", connections: 32, requests: small.requests(http.MethodGet, "/authorized", `"id": ""`)},
		{name: "HTTP_PROXY, beside httputil.ReverseProxy", connections: 32, requests: small.requests(http.MethodGet, proxiedPath, "x")},
	})
	t.notes = append(t.notes, "What is proxied comes from the bare server, in both cases.")
	return t, err
}

// gateway is an API that is being made.
type gateway struct {
	server
	id, root string
}

// newGateway makes an API with so many pairs of resources, /mock0/{id} and so
// on, each with a POST that a template answers.
func (s server) newGateway(ctx context.Context, pairs int) (*gateway, error) {
	var api struct{ ID, RootResourceID string }
	if err := s.call(ctx, "apigateway", http.MethodPost, "/restapis", map[string]any{"name": "bench"}, &api); err != nil {
		return nil, err
	}
	g := &gateway{server: s, id: api.ID, root: api.RootResourceID}
	for i := range pairs {
		parent, err := g.resource(ctx, g.root, fmt.Sprintf("mock%d", i))
		if err != nil {
			return nil, err
		}
		child, err := g.resource(ctx, parent, "{id}")
		if err != nil {
			return nil, err
		}
		if err := g.mock(ctx, child, http.MethodPost, map[string]any{"authorizationType": "NONE"}); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *gateway) resource(ctx context.Context, parent, part string) (id string, err error) {
	var made struct{ ID string }
	err = g.call(ctx, "apigateway", http.MethodPost, "/restapis/"+g.id+"/resources/"+parent, map[string]any{"pathPart": part}, &made)
	return made.ID, err
}

// put puts parts of a method, each below the path of the method itself.
func (g *gateway) put(ctx context.Context, resource, verb string, parts ...part) error {
	method := "/restapis/" + g.id + "/resources/" + resource + "/methods/" + verb
	for _, p := range parts {
		if err := g.call(ctx, "apigateway", http.MethodPut, method+p.path, p.in, nil); err != nil {
			return err
		}
	}
	return nil
}

// part is one call that makes a method.
type part struct {
	path string
	in   map[string]any
}

// mock makes a method that templates answer.
func (g *gateway) mock(ctx context.Context, resource, verb string, method map[string]any) error {
	return g.put(ctx, resource, verb,
		part{"", method},
		part{"/integration", map[string]any{"type": "MOCK", "requestTemplates": map[string]string{"application/json": `{"statusCode": 200}`}}},
		part{"/responses/200", map[string]any{"responseModels": map[string]string{"application/json": "Empty"}}},
		part{"/integration/responses/200", map[string]any{"responseTemplates": map[string]string{
			"application/json": `{"id": "$util.escapeJavaScript($input.params('id'))", "stage": "$context.stage"}`}}})
}

// addProxy adds a GET that the bare server answers.
func (g *gateway) addProxy(ctx context.Context, backend string) error {
	resource, err := g.resource(ctx, g.root, strings.TrimPrefix(proxiedPath, "/"))
	if err != nil {
		return err
	}
	return g.put(ctx, resource, http.MethodGet,
		part{"", map[string]any{"authorizationType": "NONE"}},
		part{"/integration", map[string]any{"type": "HTTP_PROXY", "httpMethod": http.MethodGet, "uri": backend + "/?size=200"}})
}

// addAuthorized adds a GET for whom an authorizer admits.
func (g *gateway) addAuthorized(ctx context.Context) error {
	role, err := g.createRole(ctx, "gateway")
	if err != nil {
		return err
	}
	function, err := g.createFunction(ctx, program{name: "admitting", source: admitting, runtime: "nodejs22.x"}, role)
	if err != nil {
		return err
	}
	if err := g.call(ctx, "lambda", http.MethodPost, "/2015-03-31/functions/admitting/policy", map[string]any{
		"StatementId": "bench", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}, nil); err != nil {
		return err
	}
	var authorizer struct{ ID string }
	err = g.call(ctx, "apigateway", http.MethodPost, "/restapis/"+g.id+"/authorizers", map[string]any{
		"name": "admitting", "type": "TOKEN", "identitySource": "method.request.header.Authorization",
		"authorizerUri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + function + "/invocations",
	}, &authorizer)
	if err != nil {
		return err
	}
	resource, err := g.resource(ctx, g.root, "authorized")
	if err != nil {
		return err
	}
	return g.mock(ctx, resource, http.MethodGet, map[string]any{"authorizationType": "CUSTOM", "authorizerId": authorizer.ID})
}

func (g *gateway) deploy(ctx context.Context) error {
	return g.call(ctx, "apigateway", http.MethodPost, "/restapis/"+g.id+"/deployments", map[string]any{"stageName": "prod"}, nil)
}

// requests makes calls of the API.
func (g *gateway) requests(verb, path, want string) maker {
	return func(ctx context.Context, s server, _ int) ([]request, error) {
		req, err := http.NewRequestWithContext(ctx, verb, s.url+"/_aws/execute-api/"+g.id+"/prod"+path, nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "a token")
		var body []byte
		if verb == http.MethodPost {
			body = []byte(`{"uid":"1","username":"me","email":"me@company.com"}`)
		}
		r, err := newRequest(req, body)
		r.want = want
		return []request{r}, err
	}
}
