package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteDocumentationVersion deletes a version that no stage has.
func (s *Service) DeleteDocumentationVersion(ctx context.Context, call *api.Call, in *agw.DeleteDocumentationVersionRequest) (*agw.DeleteDocumentationVersionOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", "restapis", in.RestApiId, "documentation", "versions", in.DocumentationVersion); err != nil {
		return nil, err
	}
	err := s.changeDocumentation(ctx, call, in.RestApiId, func(tx kv.Tx) error {
		v, err := findDocumentationVersion(tx, call, in.RestApiId, in.DocumentationVersion)
		if err != nil {
			return err
		}
		stages, err := loadAll[stage](tx, stagePrefix(in.RestApiId))
		if err != nil {
			return err
		}
		for _, st := range stages {
			if deref(st.Stage.DocumentationVersion) == v.Version {
				return agw.BadRequestException("Cannot delete documentation version " + v.Version + " because it is associated with stage " + *st.Stage.StageName)
			}
		}
		tx.Delete(documentationVersionKey(in.RestApiId, v.Version))
		return deleteAll(tx, documentationCopyPrefix(in.RestApiId, v.Version))
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteDocumentationVersionOutput{}, nil
}
