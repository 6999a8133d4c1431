package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetDocumentationVersions lists the versions of the documentation by name.
func (s *Service) GetDocumentationVersions(ctx context.Context, call *api.Call, in *agw.GetDocumentationVersionsRequest) (*agw.DocumentationVersions, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "documentation", "versions"); err != nil {
		return nil, err
	}
	versions, err := view(ctx, s, func(r kv.Reader) ([]*documentationVersion, error) {
		if _, err := findAPI(r, call, in.RestApiId); err != nil {
			return nil, err
		}
		return loadAll[documentationVersion](r, documentationVersionPrefix(in.RestApiId))
	})
	if err != nil {
		return nil, err
	}
	items := make([]agw.DocumentationVersion, 0, len(versions))
	for _, v := range versions {
		items = append(items, v.shape())
	}
	out := &agw.DocumentationVersions{}
	out.Items, out.Position, err = page(items, func(v agw.DocumentationVersion) string { return *v.Version }, in.Limit, in.Position)
	return out, err
}
