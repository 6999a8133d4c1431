package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateDocumentationVersion changes the description of a version; what it
// keeps does not change.
func (s *Service) UpdateDocumentationVersion(ctx context.Context, call *api.Call, in *agw.UpdateDocumentationVersionRequest) (*agw.DocumentationVersion, error) {
	if err := s.authorize(ctx, call, "PATCH", "restapis", in.RestApiId, "documentation", "versions", in.DocumentationVersion); err != nil {
		return nil, err
	}
	var out agw.DocumentationVersion
	err := s.changeDocumentation(ctx, call, in.RestApiId, func(tx kv.Tx) error {
		v, err := findDocumentationVersion(tx, call, in.RestApiId, in.DocumentationVersion)
		if err != nil {
			return err
		}
		if err := patch(v, in.PatchOperations, documentationVersionRules, refuseByPath); err != nil {
			return err
		}
		out = v.shape()
		return save(tx, documentationVersionKey(in.RestApiId, in.DocumentationVersion), v)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

var documentationVersionRules = []rule[documentationVersion]{
	{"/description", replaceOnly, text(func(v *documentationVersion) **string { return &v.Description })},
}
