package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// DeleteIntegrationResponse deletes one response of an integration.
func (s *Service) DeleteIntegrationResponse(ctx context.Context, call *api.Call, in *agw.DeleteIntegrationResponseRequest) (*agw.DeleteIntegrationResponseOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", methodPath(in.RestApiId, in.ResourceId, in.HttpMethod, "integration", "responses", in.StatusCode)...); err != nil {
		return nil, err
	}
	err := s.changeIntegration(ctx, call, in.RestApiId, in.ResourceId, in.HttpMethod, func(_ *agw.Method, i *agw.Integration) error {
		if _, found := i.IntegrationResponses[in.StatusCode]; !found {
			return noSuchStatus()
		}
		delete(i.IntegrationResponses, in.StatusCode)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteIntegrationResponseOutput{}, nil
}
