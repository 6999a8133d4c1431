package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteMethod deletes a method from a resource.
func (s *Service) DeleteMethod(ctx context.Context, call *api.Call, in *agw.DeleteMethodRequest) (*agw.DeleteMethodOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", methodPath(in.RestApiId, in.ResourceId, in.HttpMethod)...); err != nil {
		return nil, err
	}
	err := s.changeResource(ctx, call, in.RestApiId, in.ResourceId, func(_ kv.Tx, r *resource) error {
		if _, err := methodOf(r, in.HttpMethod); err != nil {
			return err
		}
		delete(r.Methods, in.HttpMethod)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteMethodOutput{}, nil
}
