package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetBasePathMappings lists where the base paths of a domain name lead.
func (s *Service) GetBasePathMappings(ctx context.Context, call *api.Call, in *agw.GetBasePathMappingsRequest) (*agw.BasePathMappings, error) {
	name := domainID(in.DomainName, in.DomainNameId)
	if err := s.authorize(ctx, call, "GET", domainNames.name, name, "basepathmappings"); err != nil {
		return nil, err
	}
	all, err := view(ctx, s, func(r kv.Reader) ([]*basePathMapping, error) {
		if _, err := domainNames.find(r, call, name); err != nil {
			return nil, err
		}
		return loadAll[basePathMapping](r, mappingPrefix(name))
	})
	if err != nil {
		return nil, err
	}
	items := make([]agw.BasePathMapping, 0, len(all))
	for _, m := range all {
		items = append(items, m.Mapping)
	}
	out := &agw.BasePathMappings{}
	out.Items, out.Position, err = page(items, func(m agw.BasePathMapping) string { return *m.BasePath }, in.Limit, in.Position)
	return out, err
}
