package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateDocumentationPart changes what is told about one thing of an API.
func (s *Service) UpdateDocumentationPart(ctx context.Context, call *api.Call, in *agw.UpdateDocumentationPartRequest) (*agw.DocumentationPart, error) {
	if err := s.authorize(ctx, call, "PATCH", "restapis", in.RestApiId, "documentation", "parts", in.DocumentationPartId); err != nil {
		return nil, err
	}
	var out agw.DocumentationPart
	err := s.changeDocumentation(ctx, call, in.RestApiId, func(tx kv.Tx) error {
		p, err := findDocumentationPart(tx, call, in.RestApiId, in.DocumentationPartId)
		if err != nil {
			return err
		}
		if err := patch(&p.Part, in.PatchOperations, documentationPartRules, refuseByPath); err != nil {
			return err
		}
		if err := checkProperties(deref(p.Part.Properties)); err != nil {
			return err
		}
		out = p.Part
		return save(tx, documentationPartKey(in.RestApiId, in.DocumentationPartId), p)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

var documentationPartRules = []rule[agw.DocumentationPart]{
	{"/properties", replaceOnly, text(func(p *agw.DocumentationPart) **string { return &p.Properties })},
}
