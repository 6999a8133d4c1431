package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteDomainName deletes a domain name with all its mappings.
func (s *Service) DeleteDomainName(ctx context.Context, call *api.Call, in *agw.DeleteDomainNameRequest) (*agw.DeleteDomainNameOutput, error) {
	name := domainID(in.DomainName, in.DomainNameId)
	if err := s.authorize(ctx, call, "DELETE", domainNames.name, name); err != nil {
		return nil, err
	}
	key, kept := domainKey(name), domainNames.key(call, name)
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{key, kept}}, func(tx kv.Tx) error {
		if _, err := domainNames.find(tx, call, name); err != nil {
			return err
		}
		tx.Delete(kept)
		tx.Delete(key)
		tx.Delete(truststoreKey(name))
		tx.Delete(privateNameKey(lowerName(in.DomainName), deref(in.DomainNameId)))
		if err := deleteAll(tx, accessPrefix(name)); err != nil {
			return err
		}
		return deleteAll(tx, mappingPrefix(name))
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteDomainNameOutput{}, nil
}
