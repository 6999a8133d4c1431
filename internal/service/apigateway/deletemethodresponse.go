package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteMethodResponse deletes one response of a method.
func (s *Service) DeleteMethodResponse(ctx context.Context, call *api.Call, in *agw.DeleteMethodResponseRequest) (*agw.DeleteMethodResponseOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", methodPath(in.RestApiId, in.ResourceId, in.HttpMethod, "responses", in.StatusCode)...); err != nil {
		return nil, err
	}
	err := s.changeMethod(ctx, call, in.RestApiId, in.ResourceId, in.HttpMethod, func(_ kv.Tx, m *agw.Method) error {
		if _, found := m.MethodResponses[in.StatusCode]; !found {
			return noSuchStatus()
		}
		delete(m.MethodResponses, in.StatusCode)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteMethodResponseOutput{}, nil
}
