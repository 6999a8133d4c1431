package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// CreateBasePathMapping lets the paths below a base path of a domain name lead
// to an API.
func (s *Service) CreateBasePathMapping(ctx context.Context, call *api.Call, in *agw.CreateBasePathMappingRequest) (*agw.BasePathMapping, error) {
	name := domainID(in.DomainName, in.DomainNameId)
	if err := s.authorize(ctx, call, "POST", domainNames.name, name, "basepathmappings"); err != nil {
		return nil, err
	}
	m := &basePathMapping{Form: form, Mapping: agw.BasePathMapping{
		BasePath: new(basePathOf(in.BasePath)), RestApiId: new(in.RestApiId), Stage: in.Stage,
	}}
	if err := checkBasePath(*m.Mapping.BasePath); err != nil {
		return nil, err
	}
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{domainKey(name)}}, func(tx kv.Tx) error {
		if _, err := domainNames.find(tx, call, name); err != nil {
			return err
		}
		if err := checkMapped(tx, call, name, &m.Mapping); err != nil {
			return err
		}
		key := mappingKey(name, *m.Mapping.BasePath)
		if taken, err := exists(tx, key); err != nil || taken {
			return orConflict(err, "Base path already exists for this domain name")
		}
		return save(tx, key, m)
	})
	if err != nil {
		return nil, err
	}
	return &m.Mapping, nil
}
