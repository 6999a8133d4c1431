package apigateway

import (
	"context"
	"slices"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// GetDocumentationParts lists what is told about an API, of a kind of things,
// about a path and below, or with a word in a name.
func (s *Service) GetDocumentationParts(ctx context.Context, call *api.Call, in *agw.GetDocumentationPartsRequest) (*agw.DocumentationParts, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "documentation", "parts"); err != nil {
		return nil, err
	}
	if in.LocationStatus == "UNDOCUMENTED" {
		return nil, awserr.Unsupported("the locationStatus UNDOCUMENTED of GetDocumentationParts")
	}
	parts, err := view(ctx, s, func(r kv.Reader) ([]*documentationPart, error) {
		if _, err := findAPI(r, call, in.RestApiId); err != nil {
			return nil, err
		}
		return loadAll[documentationPart](r, documentationPartPrefix(in.RestApiId))
	})
	if err != nil {
		return nil, err
	}
	items := []agw.DocumentationPart{}
	for _, p := range parts {
		l := p.Part.Location
		if (in.Type == "" || l.Type == in.Type) && (in.Path == nil || strings.HasPrefix(deref(l.Path), *in.Path)) &&
			(in.NameQuery == nil || strings.Contains(deref(l.Name), *in.NameQuery)) {
			items = append(items, p.Part)
		}
	}
	slices.SortFunc(items, func(a, b agw.DocumentationPart) int { return strings.Compare(*a.Id, *b.Id) })
	out := &agw.DocumentationParts{}
	out.Items, out.Position, err = page(items, func(p agw.DocumentationPart) string { return *p.Id }, in.Limit, in.Position)
	return out, err
}
