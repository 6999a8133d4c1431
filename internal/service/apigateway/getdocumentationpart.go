package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetDocumentationPart shows what is told about one thing of an API.
func (s *Service) GetDocumentationPart(ctx context.Context, call *api.Call, in *agw.GetDocumentationPartRequest) (*agw.DocumentationPart, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "documentation", "parts", in.DocumentationPartId); err != nil {
		return nil, err
	}
	p, err := view(ctx, s, func(r kv.Reader) (*documentationPart, error) {
		return findDocumentationPart(r, call, in.RestApiId, in.DocumentationPartId)
	})
	if err != nil {
		return nil, err
	}
	return &p.Part, nil
}
