package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetModels lists the models of an API by their names.
func (s *Service) GetModels(ctx context.Context, call *api.Call, in *agw.GetModelsRequest) (*agw.Models, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "models"); err != nil {
		return nil, err
	}
	models, err := view(ctx, s, func(r kv.Reader) ([]*model, error) {
		if _, err := findAPI(r, call, in.RestApiId); err != nil {
			return nil, err
		}
		return loadAll[model](r, modelPrefix(in.RestApiId))
	})
	if err != nil {
		return nil, err
	}
	items := make([]agw.Model, 0, len(models))
	for _, m := range models {
		items = append(items, m.Model)
	}
	out := &agw.Models{}
	out.Items, out.Position, err = page(items, func(m agw.Model) string { return *m.Name }, in.Limit, in.Position)
	return out, err
}
