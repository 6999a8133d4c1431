package apigateway

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"cloudless/internal/api"
)

// Services carries calls to the APIs of AWS that are here.
type Services interface {
	// Serves reports whether a service of that name is here, such as
	// "dynamodb", and one that takes calls by the names of its actions.
	Serves(service string) (here, byAction bool)
	// Call sends a request, signed for the role or the caller of from, to a
	// service. The URL of r has a path and a query alone. An error means that
	// there was nobody to sign for.
	Call(ctx context.Context, to Endpoint, from Source, r *http.Request) (*http.Response, error)
}

// Endpoint is where a call of AWS goes.
type Endpoint struct {
	Region    string
	Service   string // "dynamodb"
	Subdomain string // before the service's name, such as a bucket's; "" for none
	Action    string // "PutItem"; "" where path and method tell
}

// asCaller are the credentials that stand for those of the caller.
const asCaller = "arn:aws:iam::*:user/*"

// lendCredentials says in whose name an integration calls, if it has
// credentials.
func (x *exchange) lendCredentials(from *Source) error {
	credentials := x.expandStageVariables(deref(x.method.MethodIntegration.Credentials))
	if credentials != asCaller {
		from.Role = credentials
		return nil
	}
	if p := x.call.Principal; p.ARN == "" || p.Type == api.PrincipalAnonymous {
		return internalError().because(errors.New("the integration wants the caller's credentials, and the caller has none"))
	}
	from.Caller = &x.call.Principal
	return nil
}

// callService answers through an integration of type AWS with any service: it
// gets what the mappings make, and a response of the integration makes the
// answer. Its status is what responses are selected by.
func (s *Service) callService(ctx context.Context, x *exchange) (*reply, error) {
	i := x.method.MethodIntegration
	if err := checkMappedHeaders(i); err != nil {
		return nil, err
	}
	body, err := s.integrationBody(x)
	if err != nil {
		return nil, err
	}
	mapped := x.mapRequestParameters()
	target, err := parseAWSTarget(expandPath(x.expandStageVariables(deref(i.Uri)), mapped.path))
	if err != nil {
		return nil, internalError().because(err)
	}
	r, err := x.serviceRequest(ctx, target, mapped, body)
	if err != nil {
		return nil, err
	}
	from := x.source(x.sourceARN())
	if err := x.lendCredentials(&from); err != nil {
		return nil, err
	}
	x.noteEndpointRequest("https://"+target.service+"."+target.region+".amazonaws.com"+r.URL.String(), r.Header, body)
	answer, err := s.services.Call(ctx, target.endpoint(), from, r)
	switch {
	case context.Cause(ctx) == errTimedOut:
		return nil, timedOut()
	case err != nil:
		return nil, internalError().because(err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(answer.Body, maxPayload+1))
	if err != nil || len(content) > maxPayload {
		return nil, internalError().because(fmt.Errorf("read what %s answered: %d bytes, %w", target.service, len(content), errors.Join(err)))
	}
	x.noteEndpointResponse(answer.StatusCode, answer.Header, content)
	x.integrated.requestID = cmp.Or(answer.Header.Get("X-Amzn-Requestid"), answer.Header.Get("X-Amz-Request-Id"))
	reply, err := s.respond(x, backendAnswer{status: answer.StatusCode, header: answer.Header, body: content, selector: strconv.Itoa(answer.StatusCode)})
	if err != nil {
		return nil, err
	}
	reply.header["X-Amzn-Trace-Id"] = []string{x.traceID}
	return reply, nil
}

// oneLine takes out of a header what ends one. The request does not go through
// a connection, which would see to that.
var oneLine = strings.NewReplacer("\r", " ", "\n", " ", "\x00", " ")

// endpoint is where a target lies.
func (t awsTarget) endpoint() Endpoint {
	e := Endpoint{Region: t.region, Service: t.service, Subdomain: t.subdomain}
	if !t.byPath {
		e.Action, _, _ = strings.Cut(t.rest, "&")
	}
	return e
}

// serviceRequest makes the request to a service. Behind the name of an action
// there may be parameters: action/Publish&TopicArn=….
func (x *exchange) serviceRequest(ctx context.Context, t awsTarget, mapped *mappedRequest, body []byte) (*http.Request, error) {
	i := x.method.MethodIntegration
	target := "/" + strings.TrimPrefix(t.rest, "/")
	if !t.byPath {
		_, parameters, _ := strings.Cut(t.rest, "&")
		target = "/?" + parameters
	}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return nil, internalError().because(fmt.Errorf("integration leads nowhere: %w", err))
	}
	query := u.Query()
	for name, values := range mapped.query {
		query[name] = values
	}
	u.RawQuery = query.Encode()
	httpMethod := deref(i.HttpMethod)
	if httpMethod == "ANY" {
		httpMethod = x.request.Method
	}
	r, err := http.NewRequestWithContext(ctx, httpMethod, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, internalError().because(err)
	}
	for name, values := range mapped.header {
		for _, v := range values {
			r.Header.Add(name, oneLine.Replace(v))
		}
	}
	if t.byPath {
		setDefault(r.Header, "Content-Type", x.mediaType())
	}
	setDefault(r.Header, "Accept", "application/json")
	r.Header.Set("User-Agent", "AmazonAPIGateway_"+x.deployed.apiID)
	r.Header.Set("X-Amzn-Apigateway-Api-Id", x.deployed.apiID)
	r.Header.Set("X-Amzn-Trace-Id", x.traceID)
	return r, nil
}
