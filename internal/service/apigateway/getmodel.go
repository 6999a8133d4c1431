package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// GetModel describes a model.
func (s *Service) GetModel(ctx context.Context, call *api.Call, in *agw.GetModelRequest) (*agw.Model, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "models", in.ModelName); err != nil {
		return nil, err
	}
	if deref(in.Flatten) {
		return nil, awserr.Unsupported("the flatten parameter of GetModel")
	}
	m, err := view(ctx, s, func(r kv.Reader) (*model, error) { return findModel(r, call, in.RestApiId, in.ModelName) })
	if err != nil {
		return nil, err
	}
	return &m.Model, nil
}
