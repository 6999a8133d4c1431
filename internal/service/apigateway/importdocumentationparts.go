package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/service/apigateway/openapi"
	"cloudless/internal/storage/kv"
)

// ImportDocumentationParts takes the documentation out of a document, in place
// of all that there is (mode overwrite) or of what is about the same things.
func (s *Service) ImportDocumentationParts(ctx context.Context, call *api.Call, in *agw.ImportDocumentationPartsRequest) (*agw.DocumentationPartIds, error) {
	if err := s.authorize(ctx, call, "PUT", "restapis", in.RestApiId, "documentation", "parts"); err != nil {
		return nil, err
	}
	parts, err := openapi.ReadDocumentation(in.Body)
	if err != nil {
		return nil, agw.BadRequestException(err.Error())
	}
	parts, warnings := importable(parts)
	if deref(in.FailOnWarnings) && len(warnings) > 0 {
		return nil, importWarnings(warnings)
	}
	out := &agw.DocumentationPartIds{Warnings: warnings}
	err = s.changeDocumentation(ctx, call, in.RestApiId, func(tx kv.Tx) error {
		kept, err := loadAll[documentationPart](tx, documentationPartPrefix(in.RestApiId))
		if err != nil {
			return err
		}
		if in.Mode == "overwrite" {
			kept = nil
			if err := deleteAll(tx, documentationPartPrefix(in.RestApiId)); err != nil {
				return err
			}
		}
		_, out.Ids, err = s.saveDocumentation(tx, in.RestApiId, kept, parts)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// importable parts documentation from what could not be created one by one.
func importable(parts []agw.DocumentationPart) (kept []agw.DocumentationPart, warnings []string) {
	for _, p := range parts {
		err := checkProperties(deref(p.Properties))
		if err == nil && !isDocumentable(p.Location.Type) {
			warnings = append(warnings, "Invalid documentation part location type '"+p.Location.Type+"'. Ignoring.")
			continue
		}
		if err != nil {
			warnings = append(warnings, "Invalid documentation part for the specified location: "+locationText(p.Location)+". Ignoring.")
			continue
		}
		kept = append(kept, p)
	}
	return kept, warnings
}

// isDocumentable tells the kinds of things that documentation may be about.
func isDocumentable(kind string) bool {
	switch kind {
	case "API", "AUTHORIZER", "MODEL", "RESOURCE", "METHOD", "PATH_PARAMETER", "QUERY_PARAMETER", "REQUEST_HEADER",
		"REQUEST_BODY", "RESPONSE", "RESPONSE_HEADER", "RESPONSE_BODY":
		return true
	}
	return false
}
