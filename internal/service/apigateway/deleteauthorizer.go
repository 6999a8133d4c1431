package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteAuthorizer deletes an authorizer that no method asks.
func (s *Service) DeleteAuthorizer(ctx context.Context, call *api.Call, in *agw.DeleteAuthorizerRequest) (*agw.DeleteAuthorizerOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "restapis", in.RestApiId, "authorizers", in.AuthorizerId); err != nil {
		return nil, err
	}
	err := s.changeAuthorizer(ctx, call, in.RestApiId, in.AuthorizerId, func(tx kv.Tx, a *authorizer) error {
		t, err := loadTree(tx, resourcePrefix(in.RestApiId))
		if err != nil {
			return err
		}
		if err := t.checkUnasked(&a.Authorizer); err != nil {
			return err
		}
		tx.Delete(authorizers.key(in.RestApiId, in.AuthorizerId))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteAuthorizerOutput{}, nil
}
