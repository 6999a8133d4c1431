package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetBasePathMapping shows where a base path of a domain name leads.
func (s *Service) GetBasePathMapping(ctx context.Context, call *api.Call, in *agw.GetBasePathMappingRequest) (*agw.BasePathMapping, error) {
	name := domainID(in.DomainName, in.DomainNameId)
	if err := s.authorize(ctx, call, "GET", domainNames.name, name, "basepathmappings", in.BasePath); err != nil {
		return nil, err
	}
	m, err := view(ctx, s, func(r kv.Reader) (*basePathMapping, error) { return findMapping(r, call, name, in.BasePath) })
	if err != nil {
		return nil, err
	}
	return &m.Mapping, nil
}
