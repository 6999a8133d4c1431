package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// DeleteIntegration deletes the integration of a method.
func (s *Service) DeleteIntegration(ctx context.Context, call *api.Call, in *agw.DeleteIntegrationRequest) (*agw.DeleteIntegrationOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", methodPath(in.RestApiId, in.ResourceId, in.HttpMethod, "integration")...); err != nil {
		return nil, err
	}
	err := s.changeIntegration(ctx, call, in.RestApiId, in.ResourceId, in.HttpMethod, func(m *agw.Method, _ *agw.Integration) error {
		m.MethodIntegration = nil
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteIntegrationOutput{}, nil
}
