package apigateway

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"cloudless/internal/api"
)

// authorizerTimeout is how long an authorizer may take.
const authorizerTimeout = 30 * time.Second

// maxAuthorization bounds what an authorizer may say, as AWS's quota does.
const maxAuthorization = 8 << 10

// authorization is what an authorizer said of a caller.
type authorization struct {
	PrincipalID string
	Policy      string            // as a document
	Context     map[string]string // what the authorizer knows besides
	UsageKey    string            // the API key that the call is to be counted on, or ""
	Claims      map[string]string // of a token; nil where a function was asked

	latency int64 // milliseconds that it took; of a word that was kept, 0
}

// admitByAuthorizer admits whom the method's authorizer and the policy of the
// API together allow the call.
func (s *Service) admitByAuthorizer(x *exchange) error {
	a := x.deployed.authorizers[deref(x.method.AuthorizerId)]
	if a == nil {
		return badAuthorizer().because(errors.New("the deployment has no such authorizer"))
	}
	x.call.Principal = api.Principal{Type: api.PrincipalAnonymous}
	attached, err := s.apiPolicySays(x, actionInvoke)
	if err != nil {
		return err
	}
	if attached == Denies {
		return s.authorizeInvoke(x) // which says why
	}
	began := x.now()
	err = s.ask(x, a)
	x.ended(&x.asked, began, err)
	if err != nil {
		return err
	}
	return s.authorizerAllows(x, actionInvoke, attached)
}

// authorizerAllows holds what the authorizer said beside what the policy of the
// API says, which does not deny, of whether the caller may do something with the method.
func (s *Service) authorizerAllows(x *exchange, action string, attached Verdict) error {
	said, err := s.policies.Judge(x.request.Context(), x.call, x.authorized.Policy, false, action, x.methodARN())
	switch {
	case err != nil:
		return badAuthorizer().because(err)
	case said == Denies:
		return accessDenied("User is not authorized to access this resource with an explicit deny")
	case said == Silent && attached == Silent:
		return accessDenied("User is not authorized to access this resource")
	}
	return nil
}

// apiPolicySays tells what the policy of the API says of a caller whom nobody
// knows.
func (s *Service) apiPolicySays(x *exchange, action string) (Verdict, error) {
	if x.deployed.policy == "" {
		return Silent, nil
	}
	return s.policies.Judge(x.request.Context(), x.call, x.deployed.policy, true, action, x.methodARN())
}

// ask lets the authorizer say who calls. What it has said of the same identity
// holds for its time.
func (s *Service) ask(x *exchange, a *readyAuthorizer) error {
	identity, complete := x.identityFor(a)
	if !complete {
		return unauthorized()
	}
	ttl := time.Duration(ttlOf(a.Authorizer)) * time.Second
	key := identityKey(*a.Id, identity)
	now := s.clock.Now()
	if ttl > 0 {
		if x.authorized = x.deployed.said.get(key, now); x.authorized != nil {
			return nil
		}
	}
	said, err := s.invokeAuthorizer(x, a, identity)
	if err != nil {
		return err
	}
	x.authorized = said
	if ttl > 0 {
		kept := *said
		kept.latency = 0
		x.deployed.said.put(key, &kept, now.Add(ttl))
	}
	return nil
}

// identityKey is short whatever an identity is long, and no two identities have
// the same.
func identityKey(authorizerID string, identity []string) string {
	h := sha256.New()
	for _, part := range append([]string{authorizerID}, identity...) {
		_ = binary.Write(h, binary.BigEndian, uint64(len(part))) // a hash never fails
		_, _ = io.WriteString(h, part)
	}
	return string(h.Sum(nil))
}

// identityFor returns what the authorizer looks at, and whether all of it is
// there and a token has the form that is asked for.
func (x *exchange) identityFor(a *readyAuthorizer) (identity []string, complete bool) {
	for _, src := range a.sources {
		value := strings.Join(x.requestValues(src), ",")
		if value == "" || a.validation != nil && !a.validation.MatchString(value) {
			return nil, false
		}
		identity = append(identity, value)
	}
	return identity, true
}

// invokeAuthorizer runs the function of an authorizer.
func (s *Service) invokeAuthorizer(x *exchange, a *readyAuthorizer, identity []string) (*authorization, error) {
	event, err := json.Marshal(x.authorizerEvent(a, identity))
	if err != nil {
		return nil, fmt.Errorf("encode the event: %w", err)
	}
	target, err := parseAWSTarget(x.expandStageVariables(deref(a.AuthorizerUri)))
	if err != nil {
		return nil, badAuthorizer().because(err)
	}
	function, ok := target.function()
	if !ok {
		return nil, badAuthorizer().because(errors.New("authorizer leads to no function: " + deref(a.AuthorizerUri)))
	}
	from := x.source(x.call.ARN("execute-api", x.deployed.apiID+"/authorizers/"+*a.Id))
	from.Role = deref(a.AuthorizerCredentials)
	x.log.note("Endpoint request body after transformations: %s", event)
	began := s.clock.Now()
	ctx, cancel := s.within(x.request.Context(), authorizerTimeout)
	defer cancel()
	x.askedFunction = true
	out, err := s.invoker.Invoke(ctx, function, from, event)
	switch {
	case context.Cause(ctx) == errTimedOut:
		return nil, authorizerFailed().because(errTimedOut)
	case err != nil:
		return nil, badAuthorizer().because(err)
	case out.FunctionError != "" && errorMessage(out.Payload) == "Unauthorized":
		return nil, unauthorized()
	case out.FunctionError != "":
		return nil, badAuthorizer().because(fmt.Errorf("authorizer failed: %s", errorMessage(out.Payload)))
	}
	x.log.note("Authorizer result body before parsing: %s", out.Payload)
	said, err := readAuthorization(out.Payload)
	if err != nil {
		return nil, badAuthorizer().because(fmt.Errorf("authorizer answered nonsense: %w", err))
	}
	said.latency = s.clock.Now().Sub(began).Milliseconds()
	return said, nil
}

// tokenEvent is what an authorizer of type TOKEN gets.
type tokenEvent struct {
	Type      string `json:"type"`
	MethodARN string `json:"methodArn"`
	Token     string `json:"authorizationToken"`
}

// requestEvent is what an authorizer of type REQUEST gets: the event of a
// proxy, without the body.
type requestEvent struct {
	Type      string `json:"type"`
	MethodARN string `json:"methodArn"`
	callEvent
}

func (x *exchange) authorizerEvent(a *readyAuthorizer, identity []string) any {
	arn := x.methodARN()
	if a.Type == "TOKEN" {
		return tokenEvent{Type: a.Type, MethodARN: arn, Token: identity[0]}
	}
	headers := x.forwardedHeaders()
	return requestEvent{Type: a.Type, MethodARN: arn, callEvent: callEvent{
		Resource: x.route.path, Path: x.shownPath, HTTPMethod: x.request.Method,
		Headers: last(headers), MultiValueHeaders: headers,
		// Without parameters these are empty, where a proxy's are null.
		QueryStringParameters: last(x.query), MultiValueQueryStringParameters: x.query,
		PathParameters: notNil(x.variables), StageVariables: notNil(x.deployed.variables),
		RequestContext: x.requestContext(),
	}}
}

func notNil(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// readAuthorization reads what an authorizer returned. The values of its
// context are texts, numbers and booleans.
func readAuthorization(payload []byte) (*authorization, error) {
	if len(payload) > maxAuthorization {
		return nil, errors.New("more than 8 KiB")
	}
	var said struct {
		PrincipalID        string                     `json:"principalId"`
		PolicyDocument     json.RawMessage            `json:"policyDocument"`
		Context            map[string]json.RawMessage `json:"context"`
		UsageIdentifierKey *string                    `json:"usageIdentifierKey"`
	}
	if err := json.Unmarshal(payload, &said); err != nil {
		return nil, err
	}
	if said.PrincipalID == "" {
		return nil, errors.New("no principalId")
	}
	if len(said.PolicyDocument) == 0 || string(said.PolicyDocument) == "null" {
		return nil, errors.New("no policyDocument")
	}
	out := &authorization{PrincipalID: said.PrincipalID, Policy: string(said.PolicyDocument), Context: map[string]string{}, UsageKey: deref(said.UsageIdentifierKey)}
	for _, name := range slices.Sorted(maps.Keys(said.Context)) {
		text, ok := scalar(said.Context[name])
		if !ok {
			return nil, fmt.Errorf("the context's %s is no text, number or boolean", name)
		}
		if string(said.Context[name]) != "null" {
			out.Context[name] = text
		}
	}
	return out, nil
}

// unauthorized answers a call without the identity that an authorizer wants.
func unauthorized() *refusal {
	return &refusal{kind: "UNAUTHORIZED", status: http.StatusUnauthorized, errorType: "UnauthorizedException", message: "Unauthorized", early: true}
}

// badAuthorizer answers for an authorizer that could not be asked, or that
// answered nonsense. It has nothing to say.
func badAuthorizer() *refusal {
	return &refusal{kind: "AUTHORIZER_CONFIGURATION_ERROR", status: http.StatusInternalServerError, errorType: "AuthorizerConfigurationException", early: true}
}

// authorizerFailed answers for an authorizer that did not come to an end.
func authorizerFailed() *refusal {
	return &refusal{kind: "AUTHORIZER_FAILURE", status: http.StatusInternalServerError, errorType: "AuthorizerFailureException", early: true}
}
