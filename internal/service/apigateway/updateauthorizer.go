package apigateway

import (
	"context"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateAuthorizer changes an authorizer by patch operations.
func (s *Service) UpdateAuthorizer(ctx context.Context, call *api.Call, in *agw.UpdateAuthorizerRequest) (*agw.Authorizer, error) {
	if err := s.authorize(ctx, call, "PATCH", "restapis", in.RestApiId, "authorizers", in.AuthorizerId); err != nil {
		return nil, err
	}
	var out agw.Authorizer
	err := s.changeAuthorizer(ctx, call, in.RestApiId, in.AuthorizerId, func(tx kv.Tx, a *authorizer) error {
		before := deref(a.Authorizer.AuthorizerCredentials)
		if err := patch(&a.Authorizer, in.PatchOperations, authorizerRules, refusePlainly); err != nil {
			return err
		}
		if err := s.checkAuthorizer(&a.Authorizer); err != nil {
			return err
		}
		if deref(a.Authorizer.AuthorizerCredentials) != before {
			if err := s.passRole(ctx, call, a.Authorizer.AuthorizerCredentials); err != nil {
				return err
			}
		}
		out = a.Authorizer
		return saveAuthorizer(tx, call, in.RestApiId, a)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

var authorizerRules = []rule[agw.Authorizer]{
	{"/name", replaceOnly, text(func(a *agw.Authorizer) **string { return &a.Name })},
	{"/type", replaceOnly, func(a *agw.Authorizer, p patchOp) error {
		a.Type = p.text()
		return nil
	}},
	{"/authType", replaceOnly, text(func(a *agw.Authorizer) **string { return &a.AuthType })},
	{"/authorizerUri", replaceOnly, text(func(a *agw.Authorizer) **string { return &a.AuthorizerUri })},
	{"/authorizerCredentials", replaceOnly, text(func(a *agw.Authorizer) **string { return &a.AuthorizerCredentials })},
	{"/authorizerResultTtlInSeconds", replaceOnly, parseTTL},
	{"/identitySource", replaceOnly, text(func(a *agw.Authorizer) **string { return &a.IdentitySource })},
	{"/identityValidationExpression", replaceOnly, text(func(a *agw.Authorizer) **string { return &a.IdentityValidationExpression })},
	{"/providerARNs", addRemove, patchProvider},
}

// patchProvider adds the user pool that is the value, or takes it away.
func patchProvider(a *agw.Authorizer, p patchOp) error {
	a.ProviderARNs = slices.DeleteFunc(slices.Clone(a.ProviderARNs), func(arn string) bool { return arn == p.text() })
	if p.op == "add" {
		a.ProviderARNs = append(a.ProviderARNs, p.text())
	}
	return nil
}
