package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// UpdateModel changes a model by patch operations.
func (s *Service) UpdateModel(ctx context.Context, call *api.Call, in *agw.UpdateModelRequest) (*agw.Model, error) {
	if err := s.authorize(ctx, call, "PATCH", "restapis", in.RestApiId, "models", in.ModelName); err != nil {
		return nil, err
	}
	var out agw.Model
	err := s.changeModel(ctx, call, in.RestApiId, in.ModelName, func(m *model) error {
		if err := patch(&m.Model, in.PatchOperations, modelRules, refuseByPath); err != nil {
			return err
		}
		out = m.Model
		return checkModel(&m.Model)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

var modelRules = []rule[agw.Model]{
	{"/description", replaceOnly, text(func(m *agw.Model) **string { return &m.Description })},
	{"/schema", replaceOnly, text(func(m *agw.Model) **string { return &m.Schema })},
}
