package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetAuthorizer describes an authorizer.
func (s *Service) GetAuthorizer(ctx context.Context, call *api.Call, in *agw.GetAuthorizerRequest) (*agw.Authorizer, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "authorizers", in.AuthorizerId); err != nil {
		return nil, err
	}
	a, err := view(ctx, s, func(r kv.Reader) (*authorizer, error) { return findAuthorizer(r, call, in.RestApiId, in.AuthorizerId) })
	if err != nil {
		return nil, err
	}
	return &a.Authorizer, nil
}
