package app

import (
	"context"
	"errors"
	"time"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/clock"
	"cloudless/internal/identity"
	"cloudless/internal/identity/policy"
	"cloudless/internal/identity/userpool"
	"cloudless/internal/service/apigateway"
	"cloudless/internal/service/lambda"
	"cloudless/internal/service/sts"
)

const gatewayPrincipal = "apigateway.amazonaws.com"

// invoker is Lambda as API Gateway sees it: in its own name, or in a role.
type invoker struct {
	lambda *lambda.Service
	table  *api.Service
	roles  gatewayRoles
}

// Invoke implements apigateway.Invoker.
func (i invoker) Invoke(ctx context.Context, functionARN string, from apigateway.Source, payload []byte) (apigateway.Answer, error) {
	if from.Role != "" || from.Caller != nil {
		return i.invokeAs(ctx, functionARN, from, payload)
	}
	out, err := i.lambda.InvokeFor(ctx, lambda.Source{
		Service: gatewayPrincipal, ARN: from.SourceARN, Account: from.Account, RequestID: from.RequestID, Later: from.Later, TraceID: from.TraceID,
	}, functionARN, payload)
	if err != nil {
		return apigateway.Answer{}, err
	}
	return apigateway.Answer{Payload: out.Payload, FunctionError: out.FunctionError}, nil
}

// invokeAs invokes a function as a role that trusts API Gateway, or as the
// caller of the API.
func (i invoker) invokeAs(ctx context.Context, functionARN string, from apigateway.Source, payload []byte) (apigateway.Answer, error) {
	key, err := i.roles.key(ctx, from)
	if err != nil {
		return apigateway.Answer{}, err
	}
	call := &api.Call{
		Account: key.Principal.Account, Region: from.Region, Principal: key.Principal, RequestID: from.RequestID,
		Start: i.roles.clock.Now(), Secure: true, Service: gatewayPrincipal,
	}
	in := &lambdaapi.InvocationRequest{FunctionName: functionARN, Payload: payload}
	if from.Later {
		in.InvocationType = "Event"
	}
	out, err := i.table.Operations["Invoke"].Do(ctx, call, in)
	if err != nil {
		return apigateway.Answer{}, err
	}
	answer := apigateway.Answer{Payload: out.(*lambdaapi.InvocationResponse).Payload}
	if failed := out.(*lambdaapi.InvocationResponse).FunctionError; failed != nil {
		answer.FunctionError = *failed
	}
	return answer, nil
}

// gatewayRoles are those whom API Gateway acts as.
type gatewayRoles struct {
	sts   *sts.Service
	clock clock.Clock
}

// gatewaySession is how long the keys hold that API Gateway makes one call
// with.
const gatewaySession = 15 * time.Minute

// key returns a key of the role or of the caller.
func (g gatewayRoles) key(ctx context.Context, from apigateway.Source) (api.Key, error) {
	if from.Caller != nil {
		return g.sts.SessionAs(ctx, *from.Caller, gatewaySession)
	}
	return g.sts.SessionFor(ctx, gatewayPrincipal, from.Role, "BackplaneAssumeRoleSession", gatewaySession,
		api.Given("aws:SourceArn", from.SourceARN), api.Given("aws:SourceAccount", from.Account))
}

// gatewayLogs is CloudWatch Logs as API Gateway sees it: its operation table,
// called as the role that the account has for it.
type gatewayLogs struct {
	table functionLogs
	roles gatewayRoles
}

// Append implements apigateway.Logs.
func (g gatewayLogs) Append(ctx context.Context, from apigateway.Source, group, stream string, events []apigateway.LogEvent) error {
	key, err := g.roles.key(ctx, from)
	if err != nil {
		return err
	}
	call := &api.Call{Account: from.Account, Region: from.Region, Principal: key.Principal, Service: gatewayPrincipal}
	in := &logsapi.PutLogEventsRequest{LogGroupName: group, LogStreamName: stream}
	for _, e := range events {
		in.LogEvents = append(in.LogEvents, logsapi.InputLogEvent{Timestamp: e.Time.UnixMilli(), Message: e.Message})
	}
	return g.table.put(ctx, call, in)
}

// userPools is Cognito's tokens as API Gateway sees them.
type userPools struct{ *userpool.Verifier }

// IsPool implements apigateway.Tokens.
func (userPools) IsPool(arn string) bool { return userpool.IsPool(arn) }

// Claims implements apigateway.Tokens.
func (u userPools) Claims(ctx context.Context, token string, poolARNs []string) (map[string]any, error) {
	claims, err := u.Verifier.Claims(ctx, token, poolARNs)
	switch {
	case errors.Is(err, userpool.ErrInvalid):
		return nil, apigateway.ErrBadToken
	case errors.Is(err, userpool.ErrExpired):
		return nil, apigateway.ErrExpiredToken
	}
	return claims, err
}

// apiPolicies is the policy language as API Gateway sees it.
type apiPolicies struct {
	resourceDocuments
	authorizer *identity.Authorizer
}

// Judge implements apigateway.Documents.
func (p apiPolicies) Judge(ctx context.Context, call *api.Call, document string, attached bool, action, resource string) (apigateway.Verdict, error) {
	kind := policy.Inline
	if attached {
		kind = policy.Resource
	}
	d, err := p.authorizer.Judge(ctx, call, document, kind, action, resource)
	switch {
	case err != nil:
		return apigateway.Silent, err
	case d.Explicit:
		return apigateway.Denies, nil
	case d.Allowed:
		return apigateway.Allows, nil
	}
	return apigateway.Silent, nil
}
