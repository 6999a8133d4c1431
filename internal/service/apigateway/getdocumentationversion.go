package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetDocumentationVersion describes a version of the documentation.
func (s *Service) GetDocumentationVersion(ctx context.Context, call *api.Call, in *agw.GetDocumentationVersionRequest) (*agw.DocumentationVersion, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "documentation", "versions", in.DocumentationVersion); err != nil {
		return nil, err
	}
	v, err := view(ctx, s, func(r kv.Reader) (*documentationVersion, error) {
		return findDocumentationVersion(r, call, in.RestApiId, in.DocumentationVersion)
	})
	if err != nil {
		return nil, err
	}
	return new(v.shape()), nil
}
