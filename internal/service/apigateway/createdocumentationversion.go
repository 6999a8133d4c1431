package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// CreateDocumentationVersion keeps the documentation of an API as it stands,
// and gives it to a stage where one is named.
func (s *Service) CreateDocumentationVersion(ctx context.Context, call *api.Call, in *agw.CreateDocumentationVersionRequest) (*agw.DocumentationVersion, error) {
	if err := s.authorize(ctx, call, "POST", "restapis", in.RestApiId, "documentation", "versions"); err != nil {
		return nil, err
	}
	if in.DocumentationVersion == "" {
		return nil, agw.BadRequestException("Documentation version must be non-empty")
	}
	v := &documentationVersion{Form: form, Version: in.DocumentationVersion, Created: s.now(), Description: in.Description}
	err := s.changeDocumentation(ctx, call, in.RestApiId, func(tx kv.Tx) error {
		parts, err := loadAll[documentationPart](tx, documentationPartPrefix(in.RestApiId))
		if err != nil {
			return err
		}
		if err := s.saveDocumentationVersion(tx, in.RestApiId, v, parts); err != nil || deref(in.StageName) == "" {
			return err
		}
		st, err := findStage(tx, call, in.RestApiId, *in.StageName)
		if err != nil {
			return err
		}
		st.Stage.DocumentationVersion = new(v.Version)
		return save(tx, stageKey(in.RestApiId, *in.StageName), st)
	})
	if err != nil {
		return nil, err
	}
	return new(v.shape()), nil
}
