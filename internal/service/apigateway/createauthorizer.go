package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// CreateAuthorizer makes an authorizer.
func (s *Service) CreateAuthorizer(ctx context.Context, call *api.Call, in *agw.CreateAuthorizerRequest) (*agw.Authorizer, error) {
	if err := s.authorize(ctx, call, "POST", "restapis", in.RestApiId, "authorizers"); err != nil {
		return nil, err
	}
	if err := s.passRole(ctx, call, in.AuthorizerCredentials); err != nil {
		return nil, err
	}
	a := &authorizer{Form: form, Authorizer: agw.Authorizer{
		AuthType:                     in.AuthType,
		AuthorizerCredentials:        in.AuthorizerCredentials,
		AuthorizerResultTtlInSeconds: in.AuthorizerResultTtlInSeconds,
		AuthorizerUri:                in.AuthorizerUri,
		Id:                           new(newID(s.clock, authorizerIDLength)),
		IdentitySource:               in.IdentitySource,
		IdentityValidationExpression: in.IdentityValidationExpression,
		Name:                         new(in.Name),
		ProviderARNs:                 in.ProviderARNs,
		Type:                         in.Type,
	}}
	if a.Authorizer.AuthType == nil {
		a.Authorizer.AuthType = new(authTypeOf(in.Type))
	}
	err := s.changeAPI(ctx, call, in.RestApiId, func(tx kv.Tx, _ *restAPI) error {
		if err := s.checkAuthorizer(&a.Authorizer); err != nil {
			return err
		}
		return saveAuthorizer(tx, call, in.RestApiId, a)
	})
	if awserr.Code(err) == "NotFoundException" {
		// This is what AWS says of an API that is not there.
		err = agw.ConflictException("Unable to complete operation due to concurrent modification. Please try again later.")
	}
	if err != nil {
		return nil, err
	}
	return &a.Authorizer, nil
}

// authTypeOf is what AWS calls the authorization of a type of authorizers in
// documents.
func authTypeOf(authorizerType string) string {
	if authorizerType == "COGNITO_USER_POOLS" {
		return "cognito_user_pools"
	}
	return "custom"
}
