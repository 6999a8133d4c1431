package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetMethodResponse describes one response of a method.
func (s *Service) GetMethodResponse(ctx context.Context, call *api.Call, in *agw.GetMethodResponseRequest) (*agw.MethodResponse, error) {
	if err := s.authorize(ctx, call, "GET", methodPath(in.RestApiId, in.ResourceId, in.HttpMethod, "responses", in.StatusCode)...); err != nil {
		return nil, err
	}
	m, err := view(ctx, s, func(r kv.Reader) (*agw.Method, error) {
		return findMethod(r, call, in.RestApiId, in.ResourceId, in.HttpMethod)
	})
	if err != nil {
		return nil, err
	}
	out, found := m.MethodResponses[in.StatusCode]
	if !found {
		return nil, noSuchStatus()
	}
	return &out, nil
}
