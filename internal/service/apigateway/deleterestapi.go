package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteRestApi deletes an API with all that it owns. Calls of its stages are refused from
// then on.
func (s *Service) DeleteRestApi(ctx context.Context, call *api.Call, in *agw.DeleteRestApiRequest) (*agw.DeleteRestApiOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "restapis", in.RestApiId); err != nil {
		return nil, err
	}
	err := s.changeAPI(ctx, call, in.RestApiId, func(tx kv.Tx, a *restAPI) error {
		tx.Delete(ownedKey(a.Account, a.Region, in.RestApiId))
		return deleteAll(tx, apiKey(in.RestApiId))
	})
	s.metrics.forget(in.RestApiId, "")
	if err == nil {
		err = s.forgetStages(ctx, call, in.RestApiId, "")
	}
	if err != nil {
		return nil, err
	}
	return &agw.DeleteRestApiOutput{}, nil
}
