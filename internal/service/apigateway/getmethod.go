package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetMethod describes a method, with its integration and its responses.
func (s *Service) GetMethod(ctx context.Context, call *api.Call, in *agw.GetMethodRequest) (*agw.Method, error) {
	if err := s.authorize(ctx, call, "GET", methodPath(in.RestApiId, in.ResourceId, in.HttpMethod)...); err != nil {
		return nil, err
	}
	return view(ctx, s, func(r kv.Reader) (*agw.Method, error) {
		return findMethod(r, call, in.RestApiId, in.ResourceId, in.HttpMethod)
	})
}
