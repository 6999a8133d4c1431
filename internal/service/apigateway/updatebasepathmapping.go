package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateBasePathMapping changes where a base path of a domain name leads, or
// the base path itself.
func (s *Service) UpdateBasePathMapping(ctx context.Context, call *api.Call, in *agw.UpdateBasePathMappingRequest) (*agw.BasePathMapping, error) {
	name := domainID(in.DomainName, in.DomainNameId)
	if err := s.authorize(ctx, call, "PATCH", domainNames.name, name, "basepathmappings", in.BasePath); err != nil {
		return nil, err
	}
	var out agw.BasePathMapping
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{domainKey(name)}}, func(tx kv.Tx) error {
		m, err := findMapping(tx, call, name, in.BasePath)
		if err != nil {
			return err
		}
		before := *m.Mapping.BasePath
		if err := patch(&m.Mapping, in.PatchOperations, mappingRules, refuseByPath); err != nil {
			return err
		}
		after := basePathOf(m.Mapping.BasePath)
		m.Mapping.BasePath = &after
		if err := checkBasePath(after); err != nil {
			return err
		}
		if err := checkMapped(tx, call, name, &m.Mapping); err != nil {
			return err
		}
		if after != before {
			if taken, err := exists(tx, mappingKey(name, after)); err != nil || taken {
				return orConflict(err, "Base path already exists for this domain name")
			}
			tx.Delete(mappingKey(name, before))
		}
		out = m.Mapping
		return save(tx, mappingKey(name, after), m)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

var mappingRules = []rule[agw.BasePathMapping]{
	{"/basePath", replaceOnly, text(func(m *agw.BasePathMapping) **string { return &m.BasePath })},
	{"/restapiId", replaceOnly, text(func(m *agw.BasePathMapping) **string { return &m.RestApiId })},
	{"/stage", replaceOnly, text(func(m *agw.BasePathMapping) **string { return &m.Stage })},
}
