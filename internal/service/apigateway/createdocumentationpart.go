package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// CreateDocumentationPart tells about one thing of an API.
func (s *Service) CreateDocumentationPart(ctx context.Context, call *api.Call, in *agw.CreateDocumentationPartRequest) (*agw.DocumentationPart, error) {
	if err := s.authorize(ctx, call, "POST", "restapis", in.RestApiId, "documentation", "parts"); err != nil {
		return nil, err
	}
	part := agw.DocumentationPart{
		Id: new(newID(s.clock, documentationPartIDLength)), Location: in.Location, Properties: new(in.Properties),
	}
	err := s.changeDocumentation(ctx, call, in.RestApiId, func(tx kv.Tx) error {
		if err := checkProperties(in.Properties); err != nil {
			return err
		}
		kept, err := loadAll[documentationPart](tx, documentationPartPrefix(in.RestApiId))
		if err != nil {
			return err
		}
		for _, p := range kept {
			if sameLocation(p.Part.Location, in.Location) {
				return agw.ConflictException("Documentation part already exists for the specified location: " + locationText(in.Location) + ".")
			}
		}
		return save(tx, documentationPartKey(in.RestApiId, *part.Id), &documentationPart{Form: form, Part: part})
	})
	if err != nil {
		return nil, err
	}
	return &part, nil
}
