package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetRestApi describes an API.
func (s *Service) GetRestApi(ctx context.Context, call *api.Call, in *agw.GetRestApiRequest) (*agw.RestApi, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId); err != nil {
		return nil, err
	}
	a, err := view(ctx, s, func(r kv.Reader) (*restAPI, error) { return findAPI(r, call, in.RestApiId) })
	if err != nil {
		return nil, err
	}
	return &a.API, nil
}
