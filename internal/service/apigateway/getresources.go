package apigateway

import (
	"cmp"
	"context"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetResources lists the resources of an API by their paths.
func (s *Service) GetResources(ctx context.Context, call *api.Call, in *agw.GetResourcesRequest) (*agw.Resources, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "resources"); err != nil {
		return nil, err
	}
	t, err := view(ctx, s, func(r kv.Reader) (tree, error) {
		if _, err := findAPI(r, call, in.RestApiId); err != nil {
			return nil, err
		}
		return loadTree(r, resourcePrefix(in.RestApiId))
	})
	if err != nil {
		return nil, err
	}
	items := make([]agw.Resource, 0, len(t))
	for _, r := range t {
		items = append(items, r.shape(t.path(r), slices.Contains(in.Embed, "methods")))
	}
	slices.SortFunc(items, func(a, b agw.Resource) int { return cmp.Compare(*a.Path, *b.Path) })
	out := &agw.Resources{}
	out.Items, out.Position, err = page(items, func(r agw.Resource) string { return *r.Path }, in.Limit, in.Position)
	return out, err
}
