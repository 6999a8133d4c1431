package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetIntegrationResponse describes one response of an integration.
func (s *Service) GetIntegrationResponse(ctx context.Context, call *api.Call, in *agw.GetIntegrationResponseRequest) (*agw.IntegrationResponse, error) {
	if err := s.authorize(ctx, call, "GET", methodPath(in.RestApiId, in.ResourceId, in.HttpMethod, "integration", "responses", in.StatusCode)...); err != nil {
		return nil, err
	}
	i, err := view(ctx, s, func(r kv.Reader) (*agw.Integration, error) {
		return findIntegration(r, call, in.RestApiId, in.ResourceId, in.HttpMethod)
	})
	if err != nil {
		return nil, err
	}
	out, found := i.IntegrationResponses[in.StatusCode]
	if !found {
		return nil, noSuchStatus()
	}
	return &out, nil
}
