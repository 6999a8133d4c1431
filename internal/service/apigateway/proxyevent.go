package apigateway

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"cloudless/internal/api"
)

// proxyEvent is what a function gets through an integration of type AWS_PROXY.
// What there is nothing of is null.
type proxyEvent struct {
	callEvent
	Body            *string `json:"body"`
	IsBase64Encoded bool    `json:"isBase64Encoded"`
}

// callEvent is what functions are told of a call, but for its body.
type callEvent struct {
	Resource                        string              `json:"resource"`
	Path                            string              `json:"path"`
	HTTPMethod                      string              `json:"httpMethod"`
	Headers                         map[string]string   `json:"headers"`
	MultiValueHeaders               map[string][]string `json:"multiValueHeaders"`
	QueryStringParameters           map[string]string   `json:"queryStringParameters"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters"`
	PathParameters                  map[string]string   `json:"pathParameters"`
	StageVariables                  map[string]string   `json:"stageVariables"`
	RequestContext                  requestContext      `json:"requestContext"`
}

// requestContext is what the gateway itself knows of a call.
type requestContext struct {
	ResourceID        string          `json:"resourceId"`
	ResourcePath      string          `json:"resourcePath"`
	HTTPMethod        string          `json:"httpMethod"`
	ExtendedRequestID string          `json:"extendedRequestId"`
	RequestTime       string          `json:"requestTime"`
	Path              string          `json:"path"`
	AccountID         string          `json:"accountId"`
	Protocol          string          `json:"protocol"`
	Stage             string          `json:"stage"`
	DomainPrefix      string          `json:"domainPrefix"`
	RequestTimeEpoch  int64           `json:"requestTimeEpoch"` // milliseconds
	RequestID         string          `json:"requestId"`
	Identity          requestIdentity `json:"identity"`
	DomainName        string          `json:"domainName"`
	DeploymentID      string          `json:"deploymentId"`
	APIID             string          `json:"apiId"`
	Authorizer        map[string]any  `json:"authorizer,omitempty"`
}

// requestIdentity is who calls. What was not authenticated is null.
type requestIdentity struct {
	CognitoIdentityPoolID         *string     `json:"cognitoIdentityPoolId"`
	AccountID                     *string     `json:"accountId"`
	CognitoIdentityID             *string     `json:"cognitoIdentityId"`
	Caller                        *string     `json:"caller"`
	SourceIP                      string      `json:"sourceIp"`
	PrincipalOrgID                *string     `json:"principalOrgId"`
	AccessKey                     *string     `json:"accessKey"`
	CognitoAuthenticationType     *string     `json:"cognitoAuthenticationType"`
	CognitoAuthenticationProvider *string     `json:"cognitoAuthenticationProvider"`
	UserARN                       *string     `json:"userArn"`
	UserAgent                     *string     `json:"userAgent"`
	User                          *string     `json:"user"`
	APIKey                        *string     `json:"apiKey,omitempty"`
	APIKeyID                      *string     `json:"apiKeyId,omitempty"`
	VpceID                        *string     `json:"vpceId,omitempty"`
	ClientCert                    *clientCert `json:"clientCert,omitempty"`
}

// invokeProxy answers through an integration of type AWS_PROXY: the function
// sees the whole request and makes the whole answer.
func (s *Service) invokeProxy(ctx context.Context, x *exchange) (*reply, error) {
	if err := checkMappedHeaders(x.method.MethodIntegration); err != nil {
		return nil, err
	}
	event, err := json.Marshal(x.proxyEvent())
	if err != nil {
		return nil, fmt.Errorf("encode the event: %w", err)
	}
	out, err := s.invoke(ctx, x, event, false)
	if err != nil {
		return nil, err
	}
	if out.FunctionError != "" {
		return nil, badAnswer().because(fmt.Errorf("function failed: %s", out.FunctionError))
	}
	return x.proxyAnswer(out.Payload)
}

func (x *exchange) proxyEvent() *proxyEvent {
	headers := x.forwardedHeaders()
	e := &proxyEvent{callEvent: callEvent{
		Resource:          x.route.path,
		Path:              x.shownPath,
		HTTPMethod:        x.request.Method,
		Headers:           last(headers),
		MultiValueHeaders: headers,
		PathParameters:    orNil(x.variables),
		StageVariables:    orNil(x.deployed.variables),
		RequestContext:    x.requestContext(),
	}}
	if len(x.query) > 0 {
		e.QueryStringParameters, e.MultiValueQueryStringParameters = last(x.query), x.query
	}
	if len(x.body) > 0 {
		e.IsBase64Encoded = x.deployed.isBinary(x.mediaType())
		e.Body = new(string(x.body))
		if e.IsBase64Encoded {
			e.Body = new(base64.StdEncoding.EncodeToString(x.body))
		}
	}
	return e
}

// requestContext describes the call.
func (x *exchange) requestContext() requestContext {
	return requestContext{
		ResourceID:        x.route.resourceID,
		ResourcePath:      x.route.path,
		HTTPMethod:        x.request.Method,
		ExtendedRequestID: x.extendedID,
		RequestTime:       x.call.Start.UTC().Format("02/Jan/2006:15:04:05 -0700"),
		RequestTimeEpoch:  x.call.Start.UnixMilli(),
		Path:              x.fullPath,
		AccountID:         x.call.Account,
		Protocol:          x.request.Proto,
		Stage:             x.deployed.stage,
		DomainName:        x.domainName(),
		DomainPrefix:      x.deployed.apiID,
		RequestID:         x.call.RequestID,
		Identity:          x.identity(),
		DeploymentID:      x.deployed.deploymentID,
		APIID:             x.deployed.apiID,
		Authorizer:        x.authorized.inEvent(),
	}
}

// inEvent is what the functions behind a method see of its authorizer's word.
func (a *authorization) inEvent() map[string]any {
	switch {
	case a == nil:
		return nil
	case a.Claims != nil:
		return map[string]any{"claims": a.Claims}
	}
	m := make(map[string]any, len(a.Context)+2)
	for name, text := range a.Context {
		m[name] = text
	}
	m["principalId"], m["integrationLatency"] = a.PrincipalID, a.latency
	return m
}

func (x *exchange) identity() requestIdentity {
	id := requestIdentity{SourceIP: x.call.SourceIP, ClientCert: x.clientCert}
	if agent := x.request.UserAgent(); agent != "" {
		id.UserAgent = &agent
	}
	if x.call.VpcEndpoint != "" {
		id.VpceID = &x.call.VpcEndpoint
	}
	if x.keyed != nil {
		id.APIKey, id.APIKeyID = x.keyed.key.Value, x.keyed.key.Id
	}
	if p := x.call.Principal; p.Type != api.PrincipalAnonymous && p.ARN != "" {
		id.AccountID, id.Caller, id.User = new(p.Account), new(p.ID), new(p.ID)
		id.AccessKey, id.UserARN = new(p.AccessKeyID), new(p.ARN)
	}
	return id
}

// domainName is the custom domain name of the call, or the host that the API
// has of its own, whether or not the client used it.
func (x *exchange) domainName() string {
	host, _, _ := strings.Cut(x.request.Host, ":")
	if x.calledPath != "" || strings.HasPrefix(host, x.deployed.apiID+".") {
		return host
	}
	return fmt.Sprintf("%s.execute-api.%s.amazonaws.com", x.deployed.apiID, x.deployed.region)
}

// last returns the last value of each name.
func last(all map[string][]string) map[string]string {
	out := make(map[string]string, len(all))
	for name, values := range all {
		if len(values) > 0 {
			out[name] = values[len(values)-1]
		}
	}
	return out
}

// orNil returns m, or nil for an empty one.
func orNil(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	return m
}

// isBinary tells the media types that the API treats as bytes.
func (d *deployed) isBinary(mediaType string) bool {
	for _, t := range d.binaryMediaTypes {
		t = strings.ToLower(t)
		if t == "*/*" || t == mediaType {
			return true
		}
		if prefix, wild := strings.CutSuffix(t, "/*"); wild && strings.HasPrefix(mediaType, prefix+"/") {
			return true
		}
	}
	return false
}
