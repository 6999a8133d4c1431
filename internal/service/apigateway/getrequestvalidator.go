package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetRequestValidator describes a validator.
func (s *Service) GetRequestValidator(ctx context.Context, call *api.Call, in *agw.GetRequestValidatorRequest) (*agw.RequestValidator, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "requestvalidators", in.RequestValidatorId); err != nil {
		return nil, err
	}
	v, err := view(ctx, s, func(r kv.Reader) (*validator, error) {
		return findValidator(r, call, in.RestApiId, in.RequestValidatorId)
	})
	if err != nil {
		return nil, err
	}
	return &v.Validator, nil
}
