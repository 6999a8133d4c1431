package apigateway

import (
	"context"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetResource describes a resource.
func (s *Service) GetResource(ctx context.Context, call *api.Call, in *agw.GetResourceRequest) (*agw.Resource, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "resources", in.ResourceId); err != nil {
		return nil, err
	}
	return view(ctx, s, func(r kv.Reader) (*agw.Resource, error) {
		res, err := findResource(r, call, in.RestApiId, in.ResourceId)
		if err != nil {
			return nil, err
		}
		t, err := loadTree(r, resourcePrefix(in.RestApiId))
		if err != nil {
			return nil, err
		}
		return new(res.shape(t.path(res), slices.Contains(in.Embed, "methods"))), nil
	})
}
