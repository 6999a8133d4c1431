package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetRequestValidators lists the validators of an API by their ids.
func (s *Service) GetRequestValidators(ctx context.Context, call *api.Call, in *agw.GetRequestValidatorsRequest) (*agw.RequestValidators, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "requestvalidators"); err != nil {
		return nil, err
	}
	all, err := view(ctx, s, func(r kv.Reader) ([]*validator, error) {
		if _, err := findAPI(r, call, in.RestApiId); err != nil {
			return nil, err
		}
		return loadAll[validator](r, validators.prefix(in.RestApiId))
	})
	if err != nil {
		return nil, err
	}
	items := make([]agw.RequestValidator, 0, len(all))
	for _, v := range all {
		items = append(items, v.Validator)
	}
	out := &agw.RequestValidators{}
	out.Items, out.Position, err = page(items, func(v agw.RequestValidator) string { return *v.Id }, in.Limit, in.Position)
	return out, err
}
