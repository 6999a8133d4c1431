package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteBasePathMapping lets a base path of a domain name lead nowhere.
func (s *Service) DeleteBasePathMapping(ctx context.Context, call *api.Call, in *agw.DeleteBasePathMappingRequest) (*agw.DeleteBasePathMappingOutput, error) {
	name := domainID(in.DomainName, in.DomainNameId)
	if err := s.authorize(ctx, call, "DELETE", domainNames.name, name, "basepathmappings", in.BasePath); err != nil {
		return nil, err
	}
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{domainKey(name)}}, func(tx kv.Tx) error {
		if _, err := findMapping(tx, call, name, in.BasePath); err != nil {
			return err
		}
		tx.Delete(mappingKey(name, basePathOf(&in.BasePath)))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteBasePathMappingOutput{}, nil
}
