package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// PutIntegrationResponse says which answers of an integration become which
// response of its method, and how.
func (s *Service) PutIntegrationResponse(ctx context.Context, call *api.Call, in *agw.PutIntegrationResponseRequest) (*agw.IntegrationResponse, error) {
	path := methodPath(in.RestApiId, in.ResourceId, in.HttpMethod, "integration", "responses", in.StatusCode)
	if err := s.authorize(ctx, call, "PUT", path...); err != nil {
		return nil, err
	}
	out := agw.IntegrationResponse{
		ContentHandling: in.ContentHandling, ResponseParameters: in.ResponseParameters,
		ResponseTemplates: in.ResponseTemplates, SelectionPattern: in.SelectionPattern, StatusCode: new(in.StatusCode),
	}
	err := s.changeIntegration(ctx, call, in.RestApiId, in.ResourceId, in.HttpMethod, func(m *agw.Method, i *agw.Integration) error {
		if err := checkIntegrationResponse(m, &out); err != nil {
			return err
		}
		if i.IntegrationResponses == nil {
			i.IntegrationResponses = map[string]agw.IntegrationResponse{}
		}
		i.IntegrationResponses[in.StatusCode] = out
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}
