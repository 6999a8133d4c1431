package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteDomainNameAccessAssociation takes the access to a private domain name
// from a VPC endpoint of the account.
func (s *Service) DeleteDomainNameAccessAssociation(ctx context.Context, call *api.Call, in *agw.DeleteDomainNameAccessAssociationRequest) (*agw.DeleteDomainNameAccessAssociationOutput, error) {
	if err := s.authz.Authorize(ctx, call, "apigateway:DELETE", in.DomainNameAccessAssociationArn); err != nil {
		return nil, err
	}
	account, id, domainID, source, err := associationARN(in.DomainNameAccessAssociationArn)
	if err != nil {
		return nil, err
	}
	key := accessAssociations.key(call, id)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{domainKey(domainID), key}}, func(tx kv.Tx) error {
		if _, err := accessAssociations.find(tx, call, id); err != nil || account != call.Account {
			return accessAssociations.refuse()
		}
		tx.Delete(key)
		tx.Delete(accessKey(domainID, account, source))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &agw.DeleteDomainNameAccessAssociationOutput{}, nil
}
