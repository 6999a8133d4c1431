package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetIntegration describes the integration of a method, with its responses.
func (s *Service) GetIntegration(ctx context.Context, call *api.Call, in *agw.GetIntegrationRequest) (*agw.Integration, error) {
	if err := s.authorize(ctx, call, "GET", methodPath(in.RestApiId, in.ResourceId, in.HttpMethod, "integration")...); err != nil {
		return nil, err
	}
	return view(ctx, s, func(r kv.Reader) (*agw.Integration, error) {
		return findIntegration(r, call, in.RestApiId, in.ResourceId, in.HttpMethod)
	})
}
