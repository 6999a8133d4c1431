package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteDocumentationPart takes back what is told about one thing of an API.
// Versions keep it.
func (s *Service) DeleteDocumentationPart(ctx context.Context, call *api.Call, in *agw.DeleteDocumentationPartRequest) (*agw.DeleteDocumentationPartOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "restapis", in.RestApiId, "documentation", "parts", in.DocumentationPartId); err != nil {
		return nil, err
	}
	err := s.changeDocumentation(ctx, call, in.RestApiId, func(tx kv.Tx) error {
		if _, err := findDocumentationPart(tx, call, in.RestApiId, in.DocumentationPartId); err != nil {
			return err
		}
		tx.Delete(documentationPartKey(in.RestApiId, in.DocumentationPartId))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteDocumentationPartOutput{}, nil
}
