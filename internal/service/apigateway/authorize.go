package apigateway

import (
	"context"
	"strings"

	"cloudless/internal/api"
)

// authorize asks whether the caller may act on the thing at that path of the
// API, such as "restapis", id, "resources". In API Gateway's policies the
// action is the HTTP method and the resource the path.
func (s *Service) authorize(ctx context.Context, call *api.Call, method string, path ...string) error {
	return s.authorizeWith(ctx, call, nil, method, path...)
}

// authorizeWith is authorize with more for the policies to ask of.
func (s *Service) authorizeWith(ctx context.Context, call *api.Call, facts []api.Fact, method string, path ...string) error {
	return s.authz.Authorize(ctx, call, "apigateway:"+method, resourceARN(call, path...), facts...)
}

// passer is passRole for one caller.
func (s *Service) passer(ctx context.Context, call *api.Call) func(role *string) error {
	return func(role *string) error { return s.passRole(ctx, call, role) }
}

// passRole asks whether the caller may let API Gateway act in a role. Stage
// variables in its ARN are asked about as they stand there.
func (s *Service) passRole(ctx context.Context, call *api.Call, role *string) error {
	if deref(role) == "" || *role == asCaller {
		return nil
	}
	return s.authz.Authorize(ctx, call, "iam:PassRole", *role, api.Given("iam:PassedToService", "apigateway.amazonaws.com"))
}

// resourceARN names a thing of API Gateway. It has no account, unless it is a
// private domain name or an access to one.
func resourceARN(call *api.Call, path ...string) string {
	account := ""
	if len(path) > 0 && (path[0] == accessAssociations.name || path[0] == domainNames.name && len(path) > 1 && isPrivateID(path[1])) {
		account = call.Account
	}
	return "arn:aws:apigateway:" + call.Region + ":" + account + ":/" + strings.Join(path, "/")
}
